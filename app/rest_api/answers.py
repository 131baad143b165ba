"""Rows to the JSON that Ingest answers with: mixed case, exact numbers, empty fields left out."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from starlette.responses import Response

from app.domain.bodies import CUSTOM_FIELD_OWNER
from app.domain.enums import Resource
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES
from app.domain.values import moment_text, shortest_notation
from app.reads.selection import Row
from app.rest_api.names import INVOICING_DETAIL, SHOWN_KEYS, THICK_BILLING

# Ingest types these amounts as strings.
WRITTEN_AS_STRINGS = {"discount_amount", "freight_amount", "duty_amt"}
EMPTY: tuple[Any, ...] = (None, [])  # left out of answers
Answer = dict[str, Any]
# What answers carry beside the fields of the catalogue.
STAMPS = ("csrId", "createdAt", "updatedAt")
OTHERS: dict[Resource, tuple[str, ...]] = {
    Resource.ACCOUNT: ("notes",),
    Resource.DOCUMENT: ("status", "closure_reason", "closure_notes", "closedAt"),
    Resource.NOTE: ("account_number", "accountNumber", "created_at"),
    Resource.REPRESENTATIVE: ("accounts", "documents"),
}


def carried(resource: Resource) -> frozenset[str]:
    """The names in answers of the resource, those of the catalogue's fields apart: whoever sends an answer back means
    nothing by them, nor by a `status` of what has none."""
    return frozenset({*STAMPS, *OTHERS.get(resource, ()), SHOWN_KEYS[resource], RESOURCES[resource].key, "status"})


def reply(answer: Answer, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(answer, default=exact), status, headers, media_type="application/json")


def exact(value: Any) -> Any:
    """A number of exactly its value; a time in UTC with milliseconds."""
    if isinstance(value, Decimal):
        return orjson.Fragment(shortest_notation(value) if abs(value.adjusted()) < MOST_DIGITS else str(value))
    raise TypeError(f"{type(value).__name__} is no JSON value")


MOST_DIGITS = 25  # past these a number of a passed-through object keeps its exponent


def resource_answer(resource: Resource, row: Row) -> Answer:
    """A resource as every verb but a closure answers it."""
    head = {"csrId": row["csr_id"], SHOWN_KEYS[resource]: row[RESOURCES[resource].key]}
    times = {"createdAt": moment_text(row["created_at"]), "updatedAt": moment_text(row["updated_at"])}
    return {**head, **dict(shown_fields(resource, row)), **status_of(resource, row), **times}


def status_of(resource: Resource, row: Row) -> Answer:
    if resource is not Resource.DOCUMENT:
        return {}
    status = {"status": row["status"], "closure_reason": row["closure_reason"], "closure_notes": row["closure_notes"]}
    closed = {"closedAt": moment_text(row["closed_at"])} if row["closed_at"] else {}
    return {**{name: value for name, value in status.items() if value is not None}, **closed}


def closure_answer(row: Row) -> Answer:
    return {
        "csrId": row["csr_id"],
        "documentNumber": row["document_number"],
        "status": row["status"],
        "closure_reason": row["closure_reason"],
        "closedAt": moment_text(row["closed_at"]),
        "updatedAt": moment_text(row["updated_at"]),
    }


def note_answer(row: Row, *, embedded: bool) -> Answer:
    """A note by itself, or inside its account, where its own fields are spelt otherwise."""
    owner, created = ("accountNumber", "createdAt") if embedded else ("account_number", "created_at")
    body = dict(shown_fields(Resource.NOTE, row))
    return {
        "reference": row["reference"],
        owner: row["account_number"],
        **body,
        created: moment_text(row["created_at"]),
    }


def shown_fields(resource: Resource, row: Row) -> Iterator[tuple[str, Any]]:
    """The catalogue's fields that are not empty, the key apart."""
    for field in RESOURCES[resource].fields:
        value = row[field.name]
        if field.name != RESOURCES[resource].key and value not in EMPTY:
            yield shown_name(field), shown(field, value)


def shown_name(field: Field) -> str:
    return INVOICING_DETAIL if field.name == THICK_BILLING else field.name


def rest_name(field: Field) -> str:
    """What REST calls a field, or an element of thick billing data."""
    return field.element or shown_name(field)


def shown(field: Field, value: Any) -> Any:
    """A stored value as REST writes it."""
    if field.kind is Kind.CUSTOM_FIELDS:
        return {CUSTOM_FIELD_OWNER: value}
    if field.kind is Kind.LIST:
        return [shown_parts(field, item) for item in value]
    if field.kind is Kind.OBJECT:
        return shown_parts(field, value)
    if field.kind is Kind.DECIMAL:
        number = Decimal(value)
        return shortest_notation(number) if field.name in WRITTEN_AS_STRINGS and not field.element else number
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def shown_parts(owner: Field, values: Answer) -> Answer:
    """An object's parts; thick billing elements under their own names, line items' amounts as numbers."""
    known = ((part, values[part.name]) for part in owner.parts if values.get(part.name) not in EMPTY)
    return {rest_name(part): Decimal(v) if part.kind is Kind.DECIMAL else shown(part, v) for part, v in known}
