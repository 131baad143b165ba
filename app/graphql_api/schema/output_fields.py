"""Output fields from the catalogue's: what each is called, what it answers, and which columns it takes."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.aging import days_past_due
from app.domain.catalogue import CATALOGUE
from app.domain.fields import Field, Kind
from app.domain.resources import DocumentStatus, Requirement, Resource
from app.domain.values import DAY, Fault, parse_date
from app.graphql_api.global_ids import encode_id
from app.graphql_api.schema.type_registry import Slot
from app.reads.selection import ColumnFormat

ANNOTATIONS = {
    Kind.KEY: "str",
    Kind.TEXT: "str",
    Kind.FREE_TEXT: "str",
    Kind.EMAIL: "str",
    Kind.DIGITS: "str",
    Kind.CURRENCY: "CurrencyCode",
    Kind.LANGUAGE: "LanguageCode",
    Kind.COUNTRY: "CountryCode",
    Kind.DECIMAL: "Decimal",
    Kind.INTEGER: "int",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "Date",
    Kind.DATETIME: "DateTime",
    Kind.DOCUMENT_TYPE: "DocumentType",
    Kind.ROUTING: "RoutingCode",
    Kind.CLOSURE_REASON: "ClosureReason",
    Kind.INVOICE_TITLE: "InvoiceTitle",
    Kind.JSON: "JSON",
}
FILLED_BY_THE_SERVER = {"document_type", "effective_date"}  # optional to send, never empty to read


def described(field: Field) -> str:
    """The field's meaning, and the condition under which it is required."""
    return f"{field.meaning} Required when {field.when}." if field.when else field.meaning


def catalogue_slot(field: Field) -> Slot:
    """An output field for a field of the catalogue."""
    name, text = field.name, described(field)
    if field.kind is Kind.CUSTOM_FIELDS:
        return Slot(name, "list[CustomField]", text, resolve=lambda row, args: custom_fields(row[name]), needs=(name,))
    if field.kind is Kind.LIST:
        return Slot(
            name, f"list[{field.part_type}]", text, resolve=lambda row, args: row.get(name) or [], needs=(name,)
        )
    if field.kind is Kind.OBJECT:
        return Slot(name, f"{field.part_type} | None", text)
    filled = field.base is Requirement.REQUIRED or name in FILLED_BY_THE_SERVER
    return Slot(name, ANNOTATIONS[field.kind] + ("" if filled else " | None"), text)


def part_slot(field: Field) -> Slot:
    """An output field of a value that lies in a JSON column, where an empty part has no key."""
    name, text = field.name, described(field)
    if field.kind is Kind.LIST:
        return Slot(name, f"list[{field.part_type}]", text, resolve=lambda value, args: value.get(name) or [])
    return Slot(name, f"{ANNOTATIONS[field.kind]} | None", text, resolve=lambda value, args: value.get(name))


def custom_fields(values: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Custom fields by key, each value under the name of its type."""
    return [{"key": key, **typed(value)} for key, value in sorted((values or {}).items())]


def typed(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolean": value}
    if isinstance(value, int | Decimal):
        return {"number": Decimal(value)}
    if DAY.fullmatch(value):
        try:
            return {"date": parse_date(value)}
        except Fault:
            pass  # the form of a date, but no day of the calendar
    return {"text": value}


def closure(row: dict[str, Any], args: dict[str, Any]) -> dict[str, Any] | None:
    if row["status"] != DocumentStatus.CLOSED:
        return None
    return {"reason": row["closure_reason"], "closed_at": row["closed_at"], "notes": row["closure_notes"]}


def past_due(row: dict[str, Any], args: dict[str, Any]) -> int:
    as_of: date = args.get("asOf") or args["context"].today
    return 0 if row["status"] == DocumentStatus.CLOSED else days_past_due(row["due_date"], as_of)


def own(resource: Resource, *more: Slot) -> Iterator[Slot]:
    """What every resource has, its catalogue fields, and more."""
    yield Slot(
        "id",
        "ID",
        "Global identifier, opaque; see `node`.",
        resolve=lambda row, args: encode_id(resource, row["csr_id"]),
        needs=("csr_id",),
        form=ColumnFormat.ID,
    )
    yield Slot("csr_id", "int", "Number given by the server at creation, unique and kept for life.")
    yield from (catalogue_slot(field) for field in CATALOGUE[resource])
    yield from more
    yield Slot("version", "int", "Counts the writes that changed something; see `expectedVersion`.")
    yield Slot("created_at", "DateTime", "When it was created.")
    yield Slot("updated_at", "DateTime", "When it was last written.")


def keyed(name: str, type_: str, description: str) -> Slot:
    """A field of a plain value, missing where empty."""
    return Slot(name, type_, description, resolve=lambda value, args: value.get(name))
