"""Types of plain values: objects in JSON columns, sums, and what is told about a resource. They lead to no other."""

from decimal import Decimal
from typing import Any

import strawberry

from app.domain.aging import BUCKETS
from app.domain.changes import ChangedResource
from app.domain.enums import (
    AttachmentSource,
    ClosureReason,
    DocumentStatus,
    Product,
    Requirement,
    Resource,
)
from app.domain.resources import RESOURCES
from app.graphql_api.schema.catalogue_fields import part_fields
from app.graphql_api.schema.enums import UserErrorCode  # and makes enums of those of the domain
from app.graphql_api.schema.planned_fields import computed
from app.graphql_api.schema.resolvers import url
from app.graphql_api.schema.scalars import CurrencyCode, Date, DateTime

THICK_BILLING = RESOURCES[Resource.DOCUMENT].field("thick_billing")


@strawberry.type(description="A postal address.")
@part_fields(RESOURCES[Resource.ACCOUNT].field("remit_to"))
class Address:
    pass


@strawberry.type(description="One line of a document.")
@part_fields(RESOURCES[Resource.DOCUMENT].field("line_items"))
class LineItem:
    pass


@strawberry.type(description="One line of a rendered invoice, column by column.")
@part_fields(THICK_BILLING.part("detail"))
class ThickBillingDetail:
    pass


@strawberry.type(
    description="What a rendered invoice shows beyond the document's own fields; whatever is empty here is taken from "
    "the document or its account where they hold it."
)
@part_fields(THICK_BILLING)
class ThickBilling:
    pass


@strawberry.type(description="A field of the tenant's own making; exactly one of its values is set.")
class CustomField:
    key: str = strawberry.field(description="Name of the field.")
    text: str | None = strawberry.field(description="Its value, where it is text.")
    number: Decimal | None = strawberry.field(description="Its value, where it is a number.")
    date: Date | None = strawberry.field(description="Its value, where it is a date.")
    boolean: bool | None = strawberry.field(description="Its value, where it is true or false.")


def bucket(name: str) -> Any:
    """A field of the aging bucket of that name."""
    (found,) = (bucket for bucket in BUCKETS if bucket.name == name)
    if found.first is None:
        return strawberry.field(description="Not past due.")
    until = "." if found.last is None else f", up to {found.last}."
    return strawberry.field(description=f"Past due by {found.first} days and more{until}")


@strawberry.type(description="Open amounts by the days that documents are past due.")
class Aging:
    current: Decimal = bucket("current")
    days_1_to_30: Decimal = bucket("days_1_to_30")
    days_31_to_60: Decimal = bucket("days_31_to_60")
    days_61_to_90: Decimal = bucket("days_61_to_90")
    over_90: Decimal = bucket("over_90")


@strawberry.type(description="What is open in one currency; credit notes count below zero.")
class Balance:
    currency: CurrencyCode = strawberry.field(description="The currency of the amounts.")
    open_amount: Decimal = strawberry.field(description="Sum of all open amounts.")
    overdue_amount: Decimal = strawberry.field(description="The part of it that is past due, credit notes deducted.")
    overdue_invoices: Decimal = strawberry.field(
        description="Sum of what the filter `overdue` lists: past due, no credit notes."
    )
    open_credits: Decimal = strawberry.field(description="Sum of all open amounts below zero, whenever they are due.")
    open_documents: int = strawberry.field(description="Number of documents that are open with an amount.")
    aging: Aging = strawberry.field(description="The sum by days past due.")


@strawberry.type(description="Something that a product would need.")
class ReadinessProblem:
    field: str = strawberry.field(description='Path of the field, as in "billingAddress.zip".')
    message: str = strawberry.field(description="What is missing, in words.")


@strawberry.type(description="Whether one product can work with the resource.")
class ProductReadiness:
    product: Product = strawberry.field(description="The product.")
    ready: bool = strawberry.field(description="Whether it has all that it needs.")
    problems: list[ReadinessProblem] = strawberry.field(
        description="What it lacks, and conditional fields that only you can judge."
    )


@strawberry.type(description="A field that a product reads.")
class ProductField:
    resource: ChangedResource = strawberry.field(description="The resource that has the field.")
    name: str = strawberry.field(description='Its name in this schema; parts of an object as in "billingAddress.zip".')
    type: str = strawberry.field(description="The type of its value.")
    requirement: Requirement = strawberry.field(description="What the product makes of it.")
    description: str = strawberry.field(description="What it means, and when it is required.")


@strawberry.type(description="One step in the life of a document.")
class StatusTransition:
    status: DocumentStatus = strawberry.field(description="The status that it took.")
    at: DateTime = strawberry.field(description="When.")
    reason: ClosureReason | None = strawberry.field(description="Why, where it was closed by request.")
    notes: str | None = strawberry.field(description="What was said about it.")


@strawberry.type(description="How a document was closed.")
class Closure:
    reason: ClosureReason | None = strawberry.field(description="Why; empty where its open amount became zero.")
    closed_at: DateTime = strawberry.field(description="When.")
    notes: str | None = strawberry.field(description="What was said about it.")


@strawberry.type(description="The PDF of a document.")
class Attachment:
    id: strawberry.ID = strawberry.field(
        description="Another one for each version of the PDF; REST addresses the file by it."
    )
    file_size: int | None = strawberry.field(
        description="Its bytes; null for a generated one that nobody has asked for yet."
    )
    uploaded_at: DateTime = strawberry.field(
        description="When it was uploaded, or when the data that it shows was last written."
    )
    source: AttachmentSource = strawberry.field(description="Where it comes from.")
    url: str = computed(
        url, "An address that a browser can open for ten minutes without a key. It leads to this version alone."
    )


@strawberry.type(description="Something that the caller's data got wrong.")
class UserError:
    code: UserErrorCode = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why, in words.")
    field: list[str] = strawberry.field(
        description="Where: the path from the mutation's arguments, list positions as strings."
    )
