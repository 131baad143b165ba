"""The write of a body: what was sent, what is stored, what results of both, and all that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from app.commands.preconditions import Precondition
from app.domain.amounts import without_other_model
from app.domain.bodies import merge, read_body
from app.domain.caller import Caller
from app.domain.enums import CurrencyModel, Product, Resource, Verb
from app.domain.fields import Field
from app.domain.keys import key_fault, new_key_fault
from app.domain.lifecycle import Transition
from app.domain.notation import quoted_key
from app.domain.problems import Code, Path, Problem, Where, WriteRefused
from app.domain.requirements import AMOUNTS, RequirementContext, newly_unmet, unmet_requirements
from app.domain.resources import RESOURCES
from app.domain.values import Fault

MOST_PROBLEMS = 1_000  # that one answer tells of

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    """What a facade hands over: raw values by Ingest name, the products that they are declared for (None: not said),
    and the problems that the facade has found itself, to be reported with all others. `product_rules` says whether the
    requirements of the declared products apply, or, as in REST, those of the endpoint alone. With a `closure`, raw as
    well, a document is written and closed in one."""

    values: Values
    products: tuple[Product, ...] | None = None
    product_rules: bool = True
    problems: tuple[Problem, ...] = ()
    closure: Any = None
    form: tuple[Values, Sequence[Problem]] | None = None  # the values as they are stored, and what is wrong with them

    def read(self, resource: Resource) -> "Body":
        """The body with the form of its values checked: once, however often the write is tried."""
        return replace(self, form=read_body(body_fields(resource), self.values))


@dataclass(slots=True)
class Draft:
    """A write that is being checked. `values` is what the resource will hold, if there are no `problems`."""

    resource: Resource
    verb: Verb
    key: str
    body: Body
    stored: Values | None
    sent: Values = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    locked_model: CurrencyModel | None = None  # that a document must use; None while the tenant may choose
    closure: Values | None = None  # of a document that is written and closed in one
    transition: Transition | None = None

    @property
    def products(self) -> tuple[Product, ...]:
        """What the resource is declared for after this write."""
        if self.body.products is not None:
            return self.body.products
        return self.stored["products"] if self.stored else ()

    def report(self, problems: list[Problem]) -> None:
        """Adds problems, except those of fields that have one already."""
        known = {p.field for p in self.problems}
        self.problems += [p for p in problems if not any(overlap(p.field, path) for path in known)]

    def refuse_if_wrong(self) -> None:
        if self.problems:
            raise WriteRefused(self.problems if len(self.problems) <= MOST_PROBLEMS else self.first_problems())

    def first_problems(self) -> list[Problem]:
        """As many as help, and how many there are."""
        shown, left = self.problems[:MOST_PROBLEMS], len(self.problems) - MOST_PROBLEMS
        last = shown[-1]
        message = f"{last.message} There are {left} more faults, of which nothing is said here."
        return [*shown[:-1], replace(last, message=message)]


def overlap(one: Path, other: Path) -> bool:
    """Whether two paths are the same, or one lies inside the other."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def new_draft(resource: Resource, verb: Verb, key: str, body: Body, stored: Values | None) -> Draft:
    """Reads a body and merges it with what is stored. The form of its values is checked here; its requirements are
    checked by `check_requirements`."""
    fields = body_fields(resource)
    draft = Draft(resource, verb, key, body, stored)
    draft.sent, problems = body.form or read_body(fields, body.values)
    draft.problems = [*body.problems, *problems]
    if resource is Resource.DOCUMENT:
        draft.sent = without_other_model(draft.sent)
    draft.values = merge(fields, stored or {}, draft.sent, replace=verb is not Verb.PATCH)
    draft.values[RESOURCES[resource].key] = key
    return draft


@cache
def body_fields(resource: Resource) -> tuple[Field, ...]:
    """The fields of a body: all but the key, which is given beside it."""
    return tuple(f for f in RESOURCES[resource].fields if f.name != RESOURCES[resource].key)


def check_requirements(draft: Draft, caller: Caller) -> None:
    """Reports every requirement that a create or a replace leaves unmet, and those that a patch breaks."""
    if draft.verb is Verb.PATCH and not draft.stored:
        return  # nobody can tell what it would have broken
    product_rules = draft.body.product_rules
    # A document that is declared for Invoicing alone needs what Invoicing reads and no more, whoever writes it.
    active = draft.products if draft.products == (Product.INVOICING,) else caller.products
    demands = RequirementContext(draft.products if product_rules else (), active, draft.locked_model)
    after = unmet_requirements(draft.resource, values_to_check(draft), demands)
    if after and draft.verb is Verb.PATCH and draft.stored:
        before_products = draft.stored["products"] if product_rules else ()
        before = unmet_requirements(
            draft.resource, draft.stored, RequirementContext(before_products, active, draft.locked_model)
        )
        after = newly_unmet(before, after)
    if any(p.code is Code.CURRENCY_MODEL_LOCKED for p in draft.problems):
        after = [p for p in after if p.field[0] not in AMOUNTS]  # amounts of the wrong model need not be complete
    draft.report(after)


def values_to_check(draft: Draft) -> Values:
    """The values that requirements are checked on. Of an address that was sent empty its parts are missing, and not the
    address itself."""
    emptied = [name for name, value in draft.sent.items() if isinstance(value, dict) and draft.values[name] is None]
    return {**draft.values, **{name: {} for name in emptied}} if emptied else draft.values


def refuse_existing(resource: Resource, key: str, stored: Values | None) -> None:
    """Refuses a create of what exists, with no other problem: the caller means another verb."""
    if stored:
        message = f"{resource.capitalize()} {quoted_key(key)} already exists. Replace or patch it instead."
        raise WriteRefused([Problem(Code.ALREADY_EXISTS, (RESOURCES[resource].key,), message, Where.KEY)])


def target_problems(
    resource: Resource, verb: Verb, key: str, stored: Values | None, precondition: Precondition
) -> list[Problem]:
    """All that is wrong with the key of the resource that a write names, and with the version that it expects there."""
    name = RESOURCES[resource].key
    if stored:
        return precondition.unmet(resource, key, stored["version"])
    impossible = key_problems(name, key_fault(key), key, Where.KEY)
    if verb is Verb.PATCH:
        return impossible or [not_found(resource, key)]
    wrong = impossible or key_problems(name, new_key_fault(key), key, Where.KEY)
    return precondition.unmet(resource, key, None) + wrong


def key_problems(name: str, fault: Fault | None, key: Any, where: Where) -> list[Problem]:
    """The problem with a key that has a fault."""
    return [Problem(fault.code, (name,), fault.about(name, key), where)] if fault else []


def not_found(resource: Resource, key: str) -> Problem:
    return Problem(Code.NOT_FOUND, (RESOURCES[resource].key,), f"There is no {resource} {quoted_key(key)}.", Where.KEY)
