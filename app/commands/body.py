"""A write as every command judges it: what was sent, what was stored, what results, and all that is wrong with it."""

from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from app.commands.preconditions import Precondition
from app.domain.amounts import without_other_model
from app.domain.bodies import merge, read_body
from app.domain.caller import Caller
from app.domain.catalogue import CATALOGUE, KEY_FIELD
from app.domain.fields import Field
from app.domain.keys import key_fault, new_key_fault
from app.domain.lifecycle import Transition
from app.domain.notation import quoted_key
from app.domain.problems import Code, Path, Problem, Refused, Where
from app.domain.requirements import AMOUNTS, RequirementContext, newly_unmet, unmet_requirements
from app.domain.resources import CurrencyModel, Product, Resource
from app.domain.values import Fault

Values = dict[str, Any]


class Verb(Enum):
    """The verbs that write a body."""

    CREATE = "create"
    REPLACE = "replace"
    PATCH = "patch"


@dataclass(frozen=True, slots=True)
class Body:
    """What a facade hands over: raw values by Ingest name, the products they are declared for (None: not said),
    whether the write is held to declared products or, as in REST, to the endpoint's own rules alone, and the problems
    that the facade has found itself, to be told with all others."""

    values: Values
    products: tuple[Product, ...] | None = None
    held: bool = True
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Draft:
    """A write in the making. `values` is what the resource will hold, once `problems` is empty."""

    resource: Resource
    verb: Verb
    key: str
    body: Body
    stored: Values | None
    sent: Values = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    locked: CurrencyModel | None = None  # the model that a document is held to; None while the tenant's is free
    transition: Transition | None = None

    @property
    def products(self) -> tuple[Product, ...]:
        """What the resource is declared for after this write."""
        if self.body.products is not None:
            return self.body.products
        return self.stored["products"] if self.stored else ()

    def report(self, problems: list[Problem]) -> None:
        """Adds problems, less those on a field that is already known to be wrong."""
        known = {p.field for p in self.problems}
        self.problems += [p for p in problems if not any(related(p.field, path) for path in known)]

    def refuse_if_wrong(self) -> None:
        if self.problems:
            raise Refused(self.problems)


def related(one: Path, other: Path) -> bool:
    """Whether one path is the other or lies inside it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def draft(resource: Resource, verb: Verb, key: str, body: Body, stored: Values | None) -> Draft:
    """Reads and merges a body: form is judged here, the rules by `hold`."""
    fields = body_fields(resource)
    made = Draft(resource, verb, key, body, stored)
    made.sent, problems = read_body(fields, body.values)
    made.problems = [*body.problems, *problems]
    if resource is Resource.DOCUMENT:
        made.sent = without_other_model(made.sent)
    made.values = merge(fields, stored or {}, made.sent, replace=verb is not Verb.PATCH)
    made.values[KEY_FIELD[resource]] = key
    return made


@cache
def body_fields(resource: Resource) -> tuple[Field, ...]:
    """What a body may hold: the key comes beside it."""
    return tuple(f for f in CATALOGUE[resource] if f.name != KEY_FIELD[resource])


def hold(made: Draft, caller: Caller) -> None:
    """Reports every requirement that the write leaves unmet, or that a patch breaks."""
    if made.verb is Verb.PATCH and not made.stored:
        return  # what it would have broken nobody can tell
    held = made.body.held
    # What Invoicing alone reads is enough of a document that is declared for it alone, whoever writes it.
    active = made.products if made.products == (Product.INVOICING,) else caller.products
    after = unmet_requirements(
        made.resource, judged(made), RequirementContext(made.products if held else (), active, made.locked)
    )
    if after and made.verb is Verb.PATCH and made.stored:
        before_products = made.stored["products"] if held else ()
        before = unmet_requirements(
            made.resource, made.stored, RequirementContext(before_products, active, made.locked)
        )
        after = newly_unmet(before, after)
    if any(p.code is Code.CURRENCY_MODEL_LOCKED for p in made.problems):
        after = [p for p in after if p.field[0] not in AMOUNTS]  # amounts of the wrong model need not be complete
    made.report(after)


def judged(made: Draft) -> Values:
    """The values as their requirements are judged: an address that was sent lacks its parts, never itself."""
    emptied = [name for name, value in made.sent.items() if isinstance(value, dict) and made.values[name] is None]
    return {**made.values, **{name: {} for name in emptied}} if emptied else made.values


def check_absence(resource: Resource, key: str, stored: Values | None) -> None:
    """Refuses a create of what is there: whatever else is wrong, another verb is meant."""
    if stored:
        message = f"{resource.capitalize()} {quoted_key(key)} already exists. Replace or patch it instead."
        raise Refused([Problem(Code.ALREADY_EXISTS, (KEY_FIELD[resource],), message, Where.KEY)])


def wrong_address(
    resource: Resource, verb: Verb, key: str, stored: Values | None, precondition: Precondition
) -> list[Problem]:
    """All that is wrong with what a write is addressed to: its key, and the version that it expects there."""
    name = KEY_FIELD[resource]
    if stored:
        return precondition.unmet(resource, key, stored["version"])
    impossible = wrong_key(name, key_fault(key), key, Where.KEY)
    if verb is Verb.PATCH:
        return impossible or [absent(resource, key)]
    wrong = impossible or wrong_key(name, new_key_fault(key), key, Where.KEY)
    return precondition.unmet(resource, key, None) + wrong


def wrong_key(name: str, fault: Fault | None, key: Any, where: Where) -> list[Problem]:
    """The problem with a key, if there is a fault in it."""
    return [Problem(fault.code, (name,), fault.about(name, key), where)] if fault else []


def absent(resource: Resource, key: str) -> Problem:
    return Problem(Code.NOT_FOUND, (KEY_FIELD[resource],), f"There is no {resource} {quoted_key(key)}.", Where.KEY)
