"""How a demonstration resource comes to its row: one write after another, each checked and derived as its command does
it. A body that breaks a rule is refused here as it would be there; only the clock is the demonstration's own."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from app.commands.body import Body, Values, check_requirements, new_draft
from app.commands.documents import closure_columns, closure_transition, derive, history_entry, read_closure
from app.commands.save import written_columns
from app.domain.caller import Caller
from app.domain.changes import Change, ChangeVerb, change_of
from app.domain.enums import CurrencyModel, Product, Requirement, Resource, Verb
from app.domain.problems import WriteRefused
from app.domain.resources import RESOURCES

Products = tuple[Product, ...]

# The fields of a body that is declared for no product, beside those that the endpoint requires.
ALWAYS = {"document_type", "description", "po_number", "email", "payment_terms"}


@dataclass(slots=True)
class History:
    """A resource from its creation on: `owner` are columns that no body has, `row` is what it is now, `status_history`
    that of a document, `changes` its entries in the change log."""

    caller: Caller
    resource: Resource
    key: str
    products: Products
    owner: Values = field(default_factory=dict)
    row: Values = field(default_factory=dict)
    status_history: list[Values] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def create(self, values: Values, moment: datetime, model: CurrencyModel | None = None) -> None:
        self.write(Verb.CREATE, Body(values, self.products), moment, model)
        self.row["created_at"] = moment

    def patch(self, values: Values, moment: datetime, model: CurrencyModel | None = None) -> None:
        self.write(Verb.PATCH, Body(values), moment, model)

    def write(self, verb: Verb, body: Body, moment: datetime, model: CurrencyModel | None) -> None:
        draft = new_draft(self.resource, verb, self.key, body, self.row or None)
        draft.locked_model = model
        check_requirements(draft, self.caller)
        draft.refuse_if_wrong()
        row = written_columns(draft, moment) | self.owner
        if self.resource is Resource.DOCUMENT:
            derive(draft, row)
        change = change_of(self.resource, self.key, ChangeVerb(verb.value), self.row or None, row)
        if change.is_empty:
            return
        self.changes.append(change)
        self.row |= row
        if draft.transition:
            self.status_history.append(history_entry(self.key, row["version"], draft.transition))

    def close(self, values: Values, moment: datetime) -> None:
        """Closes a document by request."""
        stated, wrong = read_closure(Body(values))
        if wrong:
            raise WriteRefused(wrong)
        closing = closure_transition(stated, moment)
        row = closure_columns(closing, self.row, moment)
        self.changes.append(change_of(self.resource, self.key, ChangeVerb.CLOSE, self.row, row))
        self.row |= row
        self.status_history.append(history_entry(self.key, self.row["version"], closing))


@cache
def fields_read_by(resource: Resource, products: Products) -> frozenset[str]:
    """The fields that a body declared for these products would hold: those that one of them reads, and the endpoint's
    own; with several declared, what no product reads goes along."""
    return frozenset(
        known.name
        for known in RESOURCES[resource].fields
        if len(products) > 1
        or (not products and known.name in ALWAYS)
        or known.base is not Requirement.OPTIONAL
        or any(known.use(product) is not Requirement.NOT_READ for product in products)
    )


def values_for(resource: Resource, products: Products, values: dict[str, Any]) -> Values:
    """The values less those that a body declared for these products does not hold."""
    known = fields_read_by(resource, products)
    return {name: value for name, value in values.items() if name in known}
