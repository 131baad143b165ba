"""From a line of a file to the write that it asks for. A line is an envelope that says what is to be done with what, or
the bare body where the import's parameters say it. What is wrong with the form of a line is refused as REST refuses a
request; its values are judged by the command."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.commands.body import Body
from app.commands.documents import prepare_closure
from app.commands.notes import prepare_note
from app.commands.representatives import prepare_link
from app.commands.save import prepare_save
from app.commands.transaction import PreparedWrite
from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import Product, Resource, Verb
from app.domain.problems import Code, Problem
from app.domain.requirements import is_empty
from app.domain.resources import RESOURCES
from app.domain.values import Fault
from app.rest_api.bulk.columns import CLOSURE_FIELD, PRODUCTS
from app.rest_api.bulk.parameters import CLOSE, LINK, LINKS, VERBS, ImportParameters, default_verb, products_of
from app.rest_api.errors import RestError, writable
from app.rest_api.ignored_fields import Names, closure_names, dropped, field_names, resource_names
from app.rest_api.key_mismatches import key_mismatches
from app.rest_api.names import ingest_body

ENVELOPE = ("resource", "verb", "key", "data", "products")
LINKED = (Resource.ACCOUNT, Resource.DOCUMENT)
LINKED_TWICE = "and document_number are both given: a link has one of them"
Values = dict[str, Any]


@dataclass(slots=True)
class LineHead:
    """What a line is about, as far as that is known; told of every line, refused or not."""

    resource: str | None = None
    key: Any = None


@dataclass(frozen=True, slots=True)
class InputLine:
    """The write that a line asks for. `verb` is that of imports. `ignored` are the names that were dropped."""

    resource: Resource
    key: str
    verb: str
    write: PreparedWrite
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a line, from its envelope or from the parameters: `target` is one of VERBS."""

    target: str
    verb: str
    key: Any
    data: Values
    products: Any
    problems: tuple[Problem, ...] = ()

    @property
    def resource(self) -> Resource:
        return resource_of(self.target)


def resource_of(target: str) -> Resource:
    """The resource that a line is told to be about: of a link the representative."""
    return Resource.REPRESENTATIVE if target == LINKS else Resource(target.removesuffix("s"))


def read_line(sent: Any, parameters: ImportParameters, head: LineHead, problems: Sequence[Problem] = ()) -> InputLine:
    """The write that a line asks for, with the problems that were found in its cells. Fills the head as soon as it is
    known. Raises RestError."""
    if not isinstance(sent, dict):
        raise RestError(400, "invalid_json", "The line must be a JSON object.")
    if parameters.resource is None or ("resource" in sent and "data" in sent):
        wanted = from_envelope(sent, parameters, head)
    else:
        wanted = from_bare_body(sent, parameters, head, tuple(problems))
    return prepared(wanted)


def from_envelope(sent: Values, parameters: ImportParameters, head: LineHead) -> Wanted:
    """What an envelope asks for. Raises RestError with all that is wrong with it."""
    named, key, data = sent.get("resource"), sent.get("key"), sent.get("data")
    verb = sent.get("verb")
    head.resource = named if isinstance(named, str) else None
    head.key = shown_key(key)
    faults = Faults()
    target = faults.target(named, verb)
    if target:
        verb = faults.verb(target, verb, parameters.verb)
    faults.key("key", key)
    if not isinstance(data, dict):
        faults.add("data", "must be an object with the body" if "data" in sent else "is required", data)
    for name in sent.keys() - set(ENVELOPE):
        faults.add(writable(name), f"is no member of a line: those are {', '.join(ENVELOPE)}", quotes=False)
    faults.refuse()
    return Wanted(target, str(verb), key, data or {}, sent.get("products", parameters.products))


def from_bare_body(sent: Values, parameters: ImportParameters, head: LineHead, problems: tuple[Problem, ...]) -> Wanted:
    """What a body asks for that holds its own key. Raises RestError where it does not."""
    target = parameters.resource or ""
    name = RESOURCES[resource_of(target)].key
    key = sent.get(name)
    head.resource, head.key = str(resource_of(target)), shown_key(key)
    faults = Faults()
    faults.key(name, key)
    faults.refuse()
    products = sent.get(PRODUCTS, parameters.products)
    data = {name: value for name, value in sent.items() if name != PRODUCTS}
    return Wanted(target, parameters.verb or default_verb(target), key, data, products, problems)


class Faults:
    """What is wrong with the form of a line."""

    def __init__(self) -> None:
        self.details: list[dict[str, str]] = []

    def add(self, name: str, message: str, value: Any = None, *, quotes: bool = True) -> None:
        missing = message.startswith("is required")
        text = Fault(message, quotes=quotes and not missing).about(name, value)
        code = Code.REQUIRED if missing else Code.INVALID
        self.details.append({"field": name, "code": code.value, "message": writable(text)})

    def target(self, named: Any, verb: Any) -> str:
        """Which of VERBS an envelope names; a link is a representative's."""
        words = [str(resource) for resource in Resource]
        if named is None:
            self.add("resource", "is required")
        elif not isinstance(named, str) or named not in words:
            self.add("resource", f"must be one of: {', '.join(words)}", named)
        elif verb == LINK and named == Resource.REPRESENTATIVE:
            return LINKS
        else:
            return Resource(named).plural
        return ""

    def verb(self, target: str, verb: Any, declared: str | None) -> str:
        wanted = verb if verb is not None else declared or default_verb(target)
        if not isinstance(wanted, str) or wanted not in VERBS[target]:
            words = [*VERBS[target], *([LINK] if target == Resource.REPRESENTATIVE.plural else [])]
            self.add("verb", f"must be {' or '.join(words)} for {resource_of(target).with_article}", wanted)
        return str(wanted)

    def key(self, name: str, key: Any) -> None:
        if is_empty(key):
            self.add(name, "is required and must not be blank")
        elif not isinstance(key, str):
            self.add(name, "must be a string", key)

    def refuse(self) -> None:
        if self.details:
            raise RestError(422, "validation_failed", "The line has faults; nothing was written.", details=self.details)


def shown_key(key: Any) -> str | None:
    return writable(key) if isinstance(key, str) else None


def prepared(wanted: Wanted) -> InputLine:
    """The write. Raises RestError."""
    names = names_of(wanted)
    ignored = tuple(writable(name) for name in dropped(names, wanted.data))
    return InputLine(wanted.resource, wanted.key, wanted.verb, write_of(wanted), ignored)


def names_of(wanted: Wanted) -> Names:
    """What the data of a line may hold."""
    if wanted.verb == LINK:
        return dict.fromkeys(("reference", *(RESOURCES[owner].key for owner in LINKED)))
    if wanted.verb == CLOSE:
        return closure_names()
    closure = {CLOSURE_FIELD: field_names(CLOSURE)} if wanted.resource is Resource.DOCUMENT else {}
    return {**resource_names(wanted.resource), **closure}


def write_of(wanted: Wanted) -> PreparedWrite:
    """The command of a line. Raises RestError."""
    resource, key = wanted.resource, wanted.key
    if wanted.verb == LINK:
        owner, number = linked(wanted)
        return prepare_link(key, owner, number)
    mismatches = key_mismatches(wanted.data, resource, key, "line")
    products, faults = declared_products(wanted)
    problems = (*wanted.problems, *mismatches, *faults)
    if wanted.verb == CLOSE:
        return prepare_closure(key, Body(wanted.data, product_rules=False, problems=problems))
    data = ingest_body(resource, wanted.data)
    if resource is Resource.NOTE:
        body = Body({**data, "reference": key}, products, product_rules=False, problems=problems)
        return prepare_note(account_of(wanted), body)
    closure = data.pop(CLOSURE_FIELD, None) if resource is Resource.DOCUMENT else None
    return prepare_save(Verb(wanted.verb), resource, key, Body(data, products, False, problems, closure))


def declared_products(wanted: Wanted) -> tuple[tuple[Product, ...] | None, tuple[Problem, ...]]:
    """What a line declares its resource for, and what is wrong with that."""
    sent = wanted.products
    if sent is None:
        return None, ()
    try:
        if not isinstance(sent, list | tuple):
            raise Fault("must be a list of products")
        return tuple(Product(name) for name in products_of(sent)), ()
    except Fault as fault:
        return None, (Problem(fault.code, (PRODUCTS,), fault.about(PRODUCTS, sent)),)


def account_of(wanted: Wanted) -> str:
    """The account that a note is on. Raises RestError."""
    name = RESOURCES[Resource.ACCOUNT].key
    number = wanted.data.get(name)
    faults = Faults()
    faults.key(name, number)
    faults.refuse()
    return str(number)


def linked(wanted: Wanted) -> tuple[Resource, str]:
    """What a representative is linked to, and its number. Raises RestError."""
    names = {owner: RESOURCES[owner].key for owner in LINKED}
    given = {owner: wanted.data[name] for owner, name in names.items() if not is_empty(wanted.data.get(name))}
    faults = Faults()
    if len(given) != 1:
        faults.add("account_number", LINKED_TWICE if given else "is required, or document_number is", quotes=False)
    for owner, number in given.items():
        faults.key(names[owner], number)
    faults.refuse()
    ((owner, number),) = given.items()
    return owner, str(number)
