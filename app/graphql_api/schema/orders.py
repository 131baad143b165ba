"""The inputs that say in which order to list rows."""

from enum import Enum
from typing import Generic, TypeVar

import strawberry

from app.graphql_api.schema.names import by_resource

F = TypeVar("F")


@strawberry.enum(description="Which end of an order comes first. Rows without the value come last in both.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("asc", description="Smallest, earliest or first by code point.")
    DESC = strawberry.enum_value("desc", description="Largest, latest or last by code point.")


# What each resource can be ordered by; an index serves each.
CREATED_AT = strawberry.enum_value("created_at", description="By time of creation.")
UPDATED_AT = strawberry.enum_value("updated_at", description="By time of the last write.")
REFERENCE = strawberry.enum_value("reference", description="By reference.")
NAME = strawberry.enum_value("name", description="By name.")


@strawberry.enum(description="What accounts can be ordered by.")
class AccountOrderField(Enum):
    ACCOUNT_NUMBER = strawberry.enum_value("account_number", description="By account number.")
    NAME = NAME
    ACCOUNT_GROUP = strawberry.enum_value("account_group", description="By account group.")
    CREATED_AT = CREATED_AT
    UPDATED_AT = UPDATED_AT


@strawberry.enum(description="What documents can be ordered by.")
class DocumentOrderField(Enum):
    DOCUMENT_NUMBER = strawberry.enum_value("document_number", description="By document number.")
    INVOICE_DATE = strawberry.enum_value("invoice_date", description="By invoice date.")
    DUE_DATE = strawberry.enum_value("due_date", description="By due date.")
    OPEN_AMOUNT = strawberry.enum_value("open_amount", description="By open amount.")
    STATUS = strawberry.enum_value("status", description="By status, closed first.")
    CREATED_AT = CREATED_AT
    UPDATED_AT = UPDATED_AT


@strawberry.enum(description="What notes can be ordered by.")
class NoteOrderField(Enum):
    CREATED_AT = CREATED_AT
    EFFECTIVE_DATE = strawberry.enum_value("effective_date", description="By effective date.")
    REFERENCE = REFERENCE


@strawberry.enum(description="What representatives can be ordered by.")
class RepresentativeOrderField(Enum):
    REFERENCE = REFERENCE
    NAME = NAME
    CREATED_AT = CREATED_AT
    UPDATED_AT = UPDATED_AT


@strawberry.enum(description="What contacts can be ordered by.")
class ContactOrderField(Enum):
    REFERENCE = REFERENCE
    NAME = NAME
    CREATED_AT = CREATED_AT
    UPDATED_AT = UPDATED_AT


@strawberry.input
class OrderTerm(Generic[F]):
    """What every order is made of."""

    field: F = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


@strawberry.input(description="One term of an order of accounts.")
class AccountOrder(OrderTerm[AccountOrderField]):
    pass


@strawberry.input(description="One term of an order of documents.")
class DocumentOrder(OrderTerm[DocumentOrderField]):
    pass


@strawberry.input(description="One term of an order of notes.")
class NoteOrder(OrderTerm[NoteOrderField]):
    pass


@strawberry.input(description="One term of an order of representatives.")
class RepresentativeOrder(OrderTerm[RepresentativeOrderField]):
    pass


@strawberry.input(description="One term of an order of contacts.")
class ContactOrder(OrderTerm[ContactOrderField]):
    pass


ORDERS = by_resource(globals(), "Order")
