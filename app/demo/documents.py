"""The documents of a make-believe customer: what each says, for which products, and what its story makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.accounts import Customer
from app.demo.bills import bill, cents, gross_alone, issued, open_amounts
from app.demo.lives import Life, Products, said
from app.demo.papers import Paper, content
from app.demo.people import POSTS, collector_of, reference_of
from app.demo.plan import Plan
from app.demo.stories import Closes, Kind, Leaves, Remarks, Story, story_of
from app.domain.caller import Caller
from app.domain.resources import DocumentStatus, DocumentType, Product, Resource

COLLECTIONS, INVOICING, OPEN_BALANCE, CASH_APP = Product


@dataclass(frozen=True, slots=True)
class Profile:
    """What documents are declared for, and what paper they come with."""

    products: Products
    paper: Paper


PROFILES = (
    Profile((COLLECTIONS, CASH_APP), Paper.NONE),
    Profile((COLLECTIONS,), Paper.NONE),
    Profile((COLLECTIONS, INVOICING), Paper.GENERATED),
    Profile((COLLECTIONS, OPEN_BALANCE), Paper.NONE),
    Profile(tuple(Product), Paper.PUSHED_WITH_LINES),
    Profile((), Paper.NONE),
    Profile((COLLECTIONS, INVOICING), Paper.PUSHED),
    Profile((OPEN_BALANCE,), Paper.NONE),
    Profile((CASH_APP,), Paper.NONE),
)
ARCHIVED = Profile((INVOICING,), Paper.PUSHED)
CHARGED = Profile((COLLECTIONS,), Paper.NONE)
UNDECLARED = Profile((), Paper.NONE)
LARGE = 4_000
TYPES = {
    Kind.CREDIT: DocumentType.CREDIT_NOTE,
    Kind.CHARGE: DocumentType.OTHER,
    Kind.PRO_FORMA: DocumentType.OTHER,
}


@dataclass(frozen=True, slots=True)
class Written:
    """A document with what the documents and links after it need to know."""

    life: Life
    gross: Decimal
    late: int


def documents(plan: Plan, caller: Caller, customer: Customer) -> Iterator[Written]:
    invoice: Written | None = None
    for place in range(plan.documents_of(customer.index)):
        story = story_of(customer.index, place)
        told = Telling(plan, caller, customer, place, story, invoice).tell()
        invoice = told if story.kind is Kind.INVOICE else None
        yield told


class Telling:
    """One document's story. `invoice` is what a credit note is for."""

    def __init__(
        self, plan: Plan, caller: Caller, customer: Customer, place: int, story: Story, invoice: Written | None
    ) -> None:
        self.plan = plan
        self.customer = customer
        self.story = story
        self.invoice = invoice
        self.dice: Random = plan.dice(customer.tenant.name, "document", customer.index, place)
        # Issued yesterday at the latest: nothing in the ledger lies in the future.
        self.late = self.dice.randint(max(story.late[0], 1 - customer.terms), max(story.late[1], 1 - customer.terms))
        self.age = max(1, self.late + (0 if story.kind is Kind.CREDIT else customer.terms))
        self.profile = self.profile_of(place)
        self.bill = bill(self.dice, customer)
        self.gross = self.gross_of()
        number = f"{story.kind.value}-{customer.number}-{place + 1:02}"
        products = tuple(product for product in self.profile.products if product in customer.tenant.products)
        self.life = Life(caller, Resource.DOCUMENT, number, products)

    def profile_of(self, place: int) -> Profile:
        if self.story.kind is Kind.ARCHIVED:
            return ARCHIVED
        if self.story.kind is Kind.PRO_FORMA:
            return UNDECLARED
        if self.story.kind is Kind.CHARGE:
            return CHARGED
        if self.invoice and self.story.kind is Kind.CREDIT:
            return Profile(self.invoice.life.products, Paper.PUSHED)
        return PROFILES[(self.customer.index * 4 + place) % len(PROFILES)]

    def gross_of(self) -> Decimal:
        if self.invoice and self.story.kind is Kind.CREDIT:
            return -cents(self.invoice.gross * self.story.share)
        return cents(self.bill.gross / 100) if self.story.kind is Kind.CHARGE else self.bill.gross

    def tell(self) -> Written:
        self.life.create(self.first_words(), self.plan.moment(self.age, 4, self.dice.randint(0, 59)), self.model)
        for number, act in enumerate(self.story.acts):
            days_ago = self.age - int((self.age - 1) * act.at)
            self.act(act, days_ago, 9 + number)
        return Written(self.life, self.gross, self.late)

    @property
    def model(self) -> Any:
        return self.customer.tenant.model

    def first_words(self) -> dict[str, Any]:
        """The body that the document is created with."""
        issue = self.plan.day(self.age)
        values: dict[str, Any] = {
            "account_number": self.customer.number,
            "document_type": str(TYPES.get(self.story.kind, DocumentType.INVOICE)),
            "invoice_date": issue,
            "due_date": issue if self.story.kind is Kind.CREDIT else issue + timedelta(days=self.customer.terms),
            **self.amounts(),
        }
        if self.invoice and self.story.kind is Kind.CREDIT:
            values["applies_to_invoice"] = self.invoice.life.row["invoice_key"]
        values |= content(self.customer, self.life.key, issue, self.bill, self.profile.paper, self.dice)
        if self.story.kind is Kind.CHARGE:
            values["description"] = "Interest on late payment"
        return said(Resource.DOCUMENT, self.life.products, values)

    def amounts(self) -> dict[str, Any]:
        match self.story.kind:
            case Kind.PRO_FORMA:
                return {}
            case Kind.ARCHIVED:
                return gross_alone(self.customer, self.gross)
            case Kind.REPLACEMENT:
                return issued(self.customer, self.gross, Decimal(0))
        return issued(self.customer, self.gross, self.gross)

    def act(self, act: Leaves | Closes | Remarks, days_ago: int, hour: int) -> None:
        moment = self.plan.moment(days_ago, hour, self.dice.randint(0, 59))
        match act:
            case Leaves():
                comment = {} if act.comment is None else {"comment": act.comment}
                left = open_amounts(self.customer, cents(self.gross * act.share))
                self.life.patch(left | comment, moment, self.model)
            case Remarks():
                self.life.patch({"comment": act.comment}, moment, self.model)
            case Closes():
                closure = {"closure_reason": act.reason, "closure_date": moment, "notes": act.notes}
                self.life.close(closure, moment)


def links(customer: Customer, document: Written) -> Iterator[dict[str, str]]:
    """Who looks after a document that is open, and late or large: a collector, and a manager where it is very late."""
    row = document.life.row
    if row["status"] != DocumentStatus.OPEN or (document.late <= 30 and (row["open_amount"] or 0) < LARGE):
        return
    post = collector_of(customer)
    yield {"document_number": document.life.key, "reference": reference_of(post)}
    if document.late > 90:
        yield {"document_number": document.life.key, "reference": reference_of(POSTS[post].supervisor or 0)}
