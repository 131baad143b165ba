"""The catalogue's fields as Strawberry fields: they enter a class through a decorator below @strawberry.type, so that
each is written once, in the catalogue."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from inspect import get_annotations
from typing import Any, TypeVar

import strawberry

from app.domain.enums import (
    ClosureReason,
    DocumentType,
    InvoiceTitle,
    Requirement,
    Resource,
    RoutingCode,
)
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES
from app.graphql_api.global_ids import encode_id
from app.graphql_api.schema.planned_fields import annotation, computed
from app.graphql_api.schema.resolvers import custom_fields
from app.graphql_api.schema.scalars import CountryCode, CurrencyCode, Date, DateTime, Json, LanguageCode
from app.reads.selection import ColumnFormat, Row

Class = TypeVar("Class", bound=type)
Fields = dict[str, tuple[Any, Any]]  # annotation and strawberry.field by name

TYPES: dict[Kind, Any] = {
    Kind.KEY: str,
    Kind.TEXT: str,
    Kind.FREE_TEXT: str,
    Kind.EMAIL: str,
    Kind.DIGITS: str,
    Kind.CURRENCY: CurrencyCode,
    Kind.LANGUAGE: LanguageCode,
    Kind.COUNTRY: CountryCode,
    Kind.DECIMAL: Decimal,
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.DATE: Date,
    Kind.DATETIME: DateTime,
    Kind.DOCUMENT_TYPE: DocumentType,
    Kind.ROUTING: RoutingCode,
    Kind.CLOSURE_REASON: ClosureReason,
    Kind.INVOICE_TITLE: InvoiceTitle,
    Kind.JSON: Json,
}
FILLED_BY_THE_SERVER = {"document_type", "effective_date"}  # optional to send, never empty to read


def described(field: Field) -> str:
    """The field's meaning, and the condition under which it is required."""
    return f"{field.meaning} Required when {field.when}." if field.when else field.meaning


def catalogue_fields(resource: Resource) -> Callable[[Class], Class]:
    """Gives a type what every resource has, and the fields of the catalogue, in front of its own fields; and has
    Strawberry recognise rows of the resource as of the type."""

    def decorate(cls: Class) -> Class:
        def is_type_of(_: type, row: Any, info: Any) -> bool:
            return isinstance(row, cls) or getattr(row, "resource", None) == resource

        cls.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined]
        return with_fields(cls, identity(resource) | {f.name: output(f) for f in RESOURCES[resource].fields}, history())

    return decorate


def part_fields(field: Field) -> Callable[[Class], Class]:
    """Gives a type the parts of an object or list of the catalogue."""
    return lambda cls: with_fields(cls, {part.name: part_output(part) for part in field.parts})


def with_fields(cls: Class, first: Fields, last: Fields | None = None) -> Class:
    """The class with more fields, in front of its own and behind them."""
    for name, (_, made) in (first | (last or {})).items():
        setattr(cls, name, made)
    before, after = ({name: annotation(type_) for name, (type_, _) in some.items()} for some in (first, last or {}))
    cls.__annotations__ = before | get_annotations(cls) | after
    return cls


def identity(resource: Resource) -> Fields:
    """What every resource begins with."""

    def global_id(root: Row) -> str:
        return encode_id(resource, root["csr_id"])

    text = "Global identifier, opaque; see `node`."
    number = "Number given by the server at creation, unique and kept for life."
    return {
        "id": (strawberry.ID, computed(global_id, text, "csr_id", form=ColumnFormat.ID)),
        "csr_id": (int, strawberry.field(description=number)),
    }


def history() -> Fields:
    """What every resource ends with."""
    return {
        "version": (
            int,
            strawberry.field(description="Counts the writes that changed something; see `expectedVersion`."),
        ),
        "created_at": (DateTime, strawberry.field(description="When it was created.")),
        "updated_at": (DateTime, strawberry.field(description="When it was last written.")),
    }


def output(field: Field) -> tuple[Any, Any]:
    """An output field for a field of the catalogue."""
    text = described(field)
    if field.kind is Kind.CUSTOM_FIELDS:
        return "list[CustomField]", computed(custom_fields, text, field.name)
    if field.kind is Kind.LIST:
        return f"list[{field.part_type}]", computed(stored_list(field.name), text, field.name)
    if field.kind is Kind.OBJECT:
        return f"{field.part_type} | None", strawberry.field(description=text)
    filled = field.base is Requirement.REQUIRED or field.name in FILLED_BY_THE_SERVER
    type_ = TYPES[field.kind]
    return type_ if filled else type_ | None, strawberry.field(description=text)


def part_output(field: Field) -> tuple[Any, Any]:
    """An output field of an object that lies in a JSON column, where an empty part has no key."""
    if field.kind is Kind.LIST:
        return f"list[{field.part_type}]", computed(stored_list(field.name), described(field))
    return TYPES[field.kind] | None, strawberry.field(description=described(field))


def stored_list(name: str) -> Callable[..., Sequence[Any]]:
    """A resolver of a list, which is stored as null where it is empty."""

    def resolve(root: dict[str, Any]) -> Sequence[Any]:
        return root.get(name) or []

    return resolve
