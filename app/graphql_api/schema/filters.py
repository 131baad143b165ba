"""The inputs that say which rows to list. A field's metadata says what it compares; `filter_conditions` reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

import strawberry

from app.domain.enums import DocumentStatus, DocumentType, Product, Resource
from app.graphql_api.schema import enums  # noqa: F401 -- makes enums of those of the domain
from app.graphql_api.schema.names import by_resource
from app.graphql_api.schema.scalars import CurrencyCode, Date, DateTime
from app.reads.selection import AllOf, Comparison, Condition, HasRelated, Operator

LONGEST_LIST = 1_000  # values of one `in`, and of a filter in all

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a field of a filter compares: a column, or true and false with a meaning of their own."""

    column: str = ""  # empty: that of the field's own name
    means: Callable[[date], Condition] | None = None  # from the present day


def compares(description: str, column: str = "") -> Any:
    """A field that compares a column; that of its own name where none is named."""
    return strawberry.field(default=strawberry.UNSET, description=description, metadata={"filter": Filter(column)})


def holds(description: str, means: Callable[[date], Condition]) -> Any:
    """A field that is true where the condition holds."""
    metadata = {"filter": Filter(means=means)}
    return strawberry.field(default=strawberry.UNSET, description=description, metadata=metadata)


def operator(name: str) -> Any:
    """A field that says how to compare, or how to make one condition of others."""
    return strawberry.field(name=name, default=strawberry.UNSET, description=MEANINGS[name])


OPERATORS = {
    "eq": Operator.EQ,
    "in": Operator.IN,
    "lt": Operator.LT,
    "lte": Operator.LTE,
    "gt": Operator.GT,
    "gte": Operator.GTE,
    "startsWith": Operator.STARTS_WITH,
    "contains": Operator.CONTAINS,
    "isNull": Operator.IS_NULL,
}
MEANINGS = {
    "eq": "Equal to it.",
    "in": f"Equal to one of these, at most {LONGEST_LIST}; of none, nothing matches.",
    "lt": "Less than it.",
    "lte": "Less than it, or equal.",
    "gt": "Greater than it.",
    "gte": "Greater than it, or equal.",
    "startsWith": "Begins with it; case counts, % and _ are themselves.",
    "contains": "Contains it; case does not count, % and _ are themselves.",
    "isNull": "Whether the value is missing.",
    "and": "Every one of these must hold.",
    "or": "At least one of these must hold.",
    "not": "This must not hold.",
}


@strawberry.input
class Equality(Generic[T]):
    """How codes are compared."""

    eq: T | None = operator("eq")
    in_: list[T] | None = operator("in")


@strawberry.input
class Range(Generic[T]):
    """How amounts and times are compared."""

    eq: T | None = operator("eq")
    in_: list[T] | None = operator("in")
    lt: T | None = operator("lt")
    lte: T | None = operator("lte")
    gt: T | None = operator("gt")
    gte: T | None = operator("gte")
    is_null: bool | None = operator("isNull")


def compared_as(name: str) -> str:
    return f"How a {name} is compared; what is given must all hold."


@strawberry.input(description=compared_as("text"))
class StringFilter:
    eq: str | None = operator("eq")
    in_: list[str] | None = operator("in")
    starts_with: str | None = operator("startsWith")
    contains: str | None = operator("contains")
    is_null: bool | None = operator("isNull")


@strawberry.input(description=compared_as("Decimal"))
class DecimalFilter(Range[Decimal]):
    pass


@strawberry.input(description=compared_as("Date"))
class DateFilter(Range[Date]):
    pass


@strawberry.input(description=compared_as("DateTime"))
class DateTimeFilter(Range[DateTime]):
    pass


@strawberry.input(description=compared_as("CurrencyCode"))
class CurrencyCodeFilter(Equality[CurrencyCode]):
    is_null: bool | None = operator("isNull")


@strawberry.input(description=compared_as("DocumentType"))
class DocumentTypeFilter(Equality[DocumentType]):
    pass


@strawberry.input(description=compared_as("DocumentStatus"))
class DocumentStatusFilter(Equality[DocumentStatus]):
    pass


@strawberry.input(description=compared_as("Product"))
class ProductFilter(Equality[Product]):
    pass


def is_open(today: date) -> Condition:
    return Comparison("status", Operator.EQ, str(DocumentStatus.OPEN))


def is_overdue(today: date) -> Condition:
    """What is open with an amount above zero, past its due date: a credit note never is."""
    owed = Comparison("open_amount", Operator.GT, Decimal(0))
    return AllOf((is_open(today), Comparison("due_date", Operator.LT, today), owed))


def has_open_documents(today: date) -> Condition:
    return HasRelated("documents", is_open(today))


def is_primary(today: date) -> Condition:
    return Comparison("is_primary", Operator.EQ, True)


PRODUCTS, CREATED, UPDATED = "The products it was declared for.", "When it was created.", "When it was last written."


def listing(resource: Resource) -> str:
    return f"Which {resource}s to list; what is given must all hold."


@strawberry.input(description=listing(Resource.ACCOUNT))
class AccountFilter:
    account_number: StringFilter | None = compares("Its key.")
    name: StringFilter | None = compares("Name of the customer.")
    display_reference: StringFilter | None = compares("Its short reference.")
    currency: CurrencyCodeFilter | None = compares("Its currency.")
    account_group: StringFilter | None = compares("The group that it is shown in.")
    parent_account_number: StringFilter | None = compares("The key of its parent.")
    email: StringFilter | None = compares("Address of its reminders.")
    branch_name: StringFilter | None = compares("Its branch.")
    product: ProductFilter | None = compares(PRODUCTS, "products")
    created_at: DateTimeFilter | None = compares(CREATED)
    updated_at: DateTimeFilter | None = compares(UPDATED)
    has_open_documents: bool | None = holds("Whether any of its documents is open.", has_open_documents)
    and_: "list[AccountFilter] | None" = operator("and")
    or_: "list[AccountFilter] | None" = operator("or")
    not_: "AccountFilter | None" = operator("not")


@strawberry.input(description=listing(Resource.DOCUMENT))
class DocumentFilter:
    document_number: StringFilter | None = compares("Its key.")
    invoice_num: StringFilter | None = compares("Its invoice number.")
    account_number: StringFilter | None = compares("The key of its account.")
    document_type: DocumentTypeFilter | None = compares("What kind of receivable it is.")
    status: DocumentStatusFilter | None = compares("Open or closed.")
    invoice_date: DateFilter | None = compares("Day of issue.")
    due_date: DateFilter | None = compares("Day by which it is to be paid.")
    open_amount: DecimalFilter | None = compares("What is still open, as in `openAmount`: of a closed document zero.")
    currency: CurrencyCodeFilter | None = compares(
        "The currency of the open amount, whatever the currency model.", "open_currency"
    )
    po_number: StringFilter | None = compares("Number of the customer's purchase order.")
    applies_to_invoice: StringFilter | None = compares("The invoice number that a credit note lowers.")
    product: ProductFilter | None = compares(PRODUCTS, "products")
    created_at: DateTimeFilter | None = compares(CREATED)
    updated_at: DateTimeFilter | None = compares(UPDATED)
    overdue: bool | None = holds(
        "Whether it is open with an amount above zero and past its due date, today in the tenant's time zone; a credit "
        "note never is.",
        is_overdue,
    )
    and_: "list[DocumentFilter] | None" = operator("and")
    or_: "list[DocumentFilter] | None" = operator("or")
    not_: "DocumentFilter | None" = operator("not")


@strawberry.input(description=listing(Resource.NOTE))
class NoteFilter:
    reference: StringFilter | None = compares("Its key.")
    subject: StringFilter | None = compares("Its subject.")
    note_type: StringFilter | None = compares("Its classification.")
    body: StringFilter | None = compares("Its text.")
    effective_date: DateTimeFilter | None = compares("When it took effect.")
    created_at: DateTimeFilter | None = compares(CREATED)
    and_: "list[NoteFilter] | None" = operator("and")
    or_: "list[NoteFilter] | None" = operator("or")
    not_: "NoteFilter | None" = operator("not")


@strawberry.input(description=listing(Resource.REPRESENTATIVE))
class RepresentativeFilter:
    reference: StringFilter | None = compares("Its key.")
    name: StringFilter | None = compares("The representative's name.")
    email: StringFilter | None = compares("E-mail address.")
    department: StringFilter | None = compares("Department.")
    representative_type: StringFilter | None = compares("Classification.")
    supervisor_representative_reference: StringFilter | None = compares("The key of the supervisor.")
    created_at: DateTimeFilter | None = compares(CREATED)
    updated_at: DateTimeFilter | None = compares(UPDATED)
    and_: "list[RepresentativeFilter] | None" = operator("and")
    or_: "list[RepresentativeFilter] | None" = operator("or")
    not_: "RepresentativeFilter | None" = operator("not")


@strawberry.input(description=listing(Resource.CONTACT))
class ContactFilter:
    reference: StringFilter | None = compares("Its key.")
    account_number: StringFilter | None = compares("The key of its account.")
    name: StringFilter | None = compares("The contact's name.")
    last_name: StringFilter | None = compares("The contact's last name.")
    email: StringFilter | None = compares("E-mail address.")
    contact_type: StringFilter | None = compares("Classification.")
    is_primary: bool | None = holds("Whether it is the account's primary contact.", is_primary)
    created_at: DateTimeFilter | None = compares(CREATED)
    updated_at: DateTimeFilter | None = compares(UPDATED)
    and_: "list[ContactFilter] | None" = operator("and")
    or_: "list[ContactFilter] | None" = operator("or")
    not_: "ContactFilter | None" = operator("not")


FILTERS = by_resource(globals(), "Filter")
