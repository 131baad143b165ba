"""The documents of a demonstration customer: their fields, their products, and what happens to them, by scenarios."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.accounts import Customer
from app.demo.amounts import all_amounts, cents, gross_amount, open_amounts, random_amounts
from app.demo.document_fields import PdfSource, document_fields
from app.demo.history import History, Products, values_for
from app.demo.plan import Plan
from app.demo.representatives import POSITIONS, collector_of, representative_reference
from app.demo.scenarios import Closure, Comment, Kind, OpenShare, Scenario, scenario_of
from app.domain.caller import Caller
from app.domain.enums import DocumentStatus, DocumentType, Product, Resource

COLLECTIONS, INVOICING, OPEN_BALANCE, CASH_APP = Product


@dataclass(frozen=True, slots=True)
class Profile:
    """What documents are declared for, and where their PDFs come from."""

    products: Products
    pdf: PdfSource


PROFILES = (
    Profile((COLLECTIONS, CASH_APP), PdfSource.NONE),
    Profile((COLLECTIONS,), PdfSource.NONE),
    Profile((COLLECTIONS, INVOICING), PdfSource.GENERATED),
    Profile((COLLECTIONS, OPEN_BALANCE), PdfSource.NONE),
    Profile(tuple(Product), PdfSource.PUSHED_WITH_LINES),
    Profile((), PdfSource.NONE),
    Profile((COLLECTIONS, INVOICING), PdfSource.PUSHED),
    Profile((OPEN_BALANCE,), PdfSource.NONE),
    Profile((CASH_APP,), PdfSource.NONE),
)
ARCHIVED = Profile((INVOICING,), PdfSource.PUSHED)
CHARGED = Profile((COLLECTIONS,), PdfSource.NONE)
UNDECLARED = Profile((), PdfSource.NONE)
LARGE = 4_000
TYPES = {
    Kind.CREDIT: DocumentType.CREDIT_NOTE,
    Kind.CHARGE: DocumentType.OTHER,
    Kind.PRO_FORMA: DocumentType.OTHER,
}


@dataclass(frozen=True, slots=True)
class DemoDocument:
    """A document, its gross amount, and the days that it is past due."""

    history: History
    gross: Decimal
    late: int


def documents(plan: Plan, caller: Caller, customer: Customer) -> Iterator[DemoDocument]:
    invoice: DemoDocument | None = None
    for place in range(plan.documents_of(customer.index)):
        scenario = scenario_of(customer.index, place)
        document = DocumentBuilder(plan, caller, customer, place, scenario, invoice).build()
        invoice = document if scenario.kind is Kind.INVOICE else None
        yield document


class DocumentBuilder:
    """Makes one document by its scenario. `invoice` is what a credit note is for."""

    def __init__(
        self,
        plan: Plan,
        caller: Caller,
        customer: Customer,
        place: int,
        scenario: Scenario,
        invoice: DemoDocument | None,
    ) -> None:
        self.plan = plan
        self.customer = customer
        self.scenario = scenario
        self.invoice = invoice
        self.rng: Random = plan.rng(customer.tenant.name, "document", customer.index, place)
        # Issued yesterday at the latest: nothing in the ledger lies in the future.
        self.late = self.rng.randint(
            max(scenario.late[0], 1 - customer.terms), max(scenario.late[1], 1 - customer.terms)
        )
        self.age = max(1, self.late + (0 if scenario.kind is Kind.CREDIT else customer.terms))
        self.profile = self.profile_of(place)
        self.invoiced = random_amounts(self.rng, customer)
        self.gross = self.gross_of()
        number = f"{scenario.kind.value}-{customer.number}-{place + 1:02}"
        products = tuple(product for product in self.profile.products if product in customer.tenant.products)
        self.history = History(caller, Resource.DOCUMENT, number, products)

    def profile_of(self, place: int) -> Profile:
        if self.scenario.kind is Kind.ARCHIVED:
            return ARCHIVED
        if self.scenario.kind is Kind.PRO_FORMA:
            return UNDECLARED
        if self.scenario.kind is Kind.CHARGE:
            return CHARGED
        if self.invoice and self.scenario.kind is Kind.CREDIT:
            return Profile(self.invoice.history.products, PdfSource.PUSHED)
        return PROFILES[(self.customer.index * 4 + place) % len(PROFILES)]

    def gross_of(self) -> Decimal:
        if self.invoice and self.scenario.kind is Kind.CREDIT:
            return -cents(self.invoice.gross * self.scenario.share)
        return cents(self.invoiced.gross / 100) if self.scenario.kind is Kind.CHARGE else self.invoiced.gross

    def build(self) -> DemoDocument:
        self.history.create(self.created_values(), self.plan.moment(self.age, 4, self.rng.randint(0, 59)), self.model)
        for number, event in enumerate(self.scenario.events):
            days_ago = self.age - int((self.age - 1) * event.at)
            self.apply(event, days_ago, 9 + number)
        return DemoDocument(self.history, self.gross, self.late)

    @property
    def model(self) -> Any:
        return self.customer.tenant.model

    def created_values(self) -> dict[str, Any]:
        """The body that the document is created with."""
        issue = self.plan.day(self.age)
        values: dict[str, Any] = {
            "account_number": self.customer.number,
            "document_type": str(TYPES.get(self.scenario.kind, DocumentType.INVOICE)),
            "invoice_date": issue,
            "due_date": issue if self.scenario.kind is Kind.CREDIT else issue + timedelta(days=self.customer.terms),
            **self.amounts(),
        }
        if self.invoice and self.scenario.kind is Kind.CREDIT:
            values["applies_to_invoice"] = self.invoice.history.row["invoice_key"]
        values |= document_fields(self.customer, self.history.key, issue, self.invoiced, self.profile.pdf, self.rng)
        if self.scenario.kind is Kind.CHARGE:
            values["description"] = "Interest on late payment"
        return values_for(Resource.DOCUMENT, self.history.products, values)

    def amounts(self) -> dict[str, Any]:
        match self.scenario.kind:
            case Kind.PRO_FORMA:
                return {}
            case Kind.ARCHIVED:
                return gross_amount(self.customer, self.gross)
            case Kind.REPLACEMENT:
                return all_amounts(self.customer, self.gross, Decimal(0))
        return all_amounts(self.customer, self.gross, self.gross)

    def apply(self, event: OpenShare | Closure | Comment, days_ago: int, hour: int) -> None:
        moment = self.plan.moment(days_ago, hour, self.rng.randint(0, 59))
        match event:
            case OpenShare():
                comment = {} if event.comment is None else {"comment": event.comment}
                left = open_amounts(self.customer, cents(self.gross * event.share))
                self.history.patch(left | comment, moment, self.model)
            case Comment():
                self.history.patch({"comment": event.comment}, moment, self.model)
            case Closure():
                closure = {"closure_reason": event.reason, "closure_date": moment, "notes": event.notes}
                self.history.close(closure, moment)


def links(customer: Customer, document: DemoDocument) -> Iterator[dict[str, str]]:
    """Who looks after a document that is open, and late or large: a collector, and a manager where it is very late."""
    row = document.history.row
    if row["status"] != DocumentStatus.OPEN or (document.late <= 30 and (row["open_amount"] or 0) < LARGE):
        return
    position = collector_of(customer)
    yield {"document_number": document.history.key, "reference": representative_reference(position)}
    if document.late > 90:
        yield {
            "document_number": document.history.key,
            "reference": representative_reference(POSITIONS[position].supervisor or 0),
        }
