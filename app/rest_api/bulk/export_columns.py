"""The columns of exports under the names that imports take: which each resource has, and what `fields` may ask for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache

from app.domain.bodies import CUSTOM_FIELD_OWNER
from app.domain.enums import Resource
from app.domain.fields import PRECISE_PLACES, Field, Kind
from app.domain.notation import quoted_key
from app.domain.resources import RESOURCES
from app.domain.values import Fault, is_storable
from app.reads.exports.columns import ColumnKind, ExportColumn
from app.reads.exports.statement import LINK
from app.reads.relations import CHANGE
from app.rest_api.answers import shown_name
from app.rest_api.names import THICK_BILLING
from app.storage.tables import TABLES

CUSTOM_FIELD = f"custom_fields.{CUSTOM_FIELD_OWNER}."
ACCOUNT_PREFIX = "account."
KINDS = {
    Kind.DECIMAL: ColumnKind.NUMBER,
    Kind.INTEGER: ColumnKind.INTEGER,
    Kind.BOOLEAN: ColumnKind.BOOLEAN,
    Kind.DATE: ColumnKind.DATE,
    Kind.DATETIME: ColumnKind.MOMENT,
    Kind.OBJECT: ColumnKind.JSON,
    Kind.LIST: ColumnKind.STORED,
    Kind.JSON: ColumnKind.JSON,
    Kind.CUSTOM_FIELDS: ColumnKind.CUSTOM_FIELDS,
}
CLOSURE = (
    ExportColumn("closure.closure_reason", "closure_reason", ColumnKind.TEXT, closes=True),
    ExportColumn("closure.closure_date", "closed_at", ColumnKind.MOMENT, closes=True),
    ExportColumn("closure.notes", "closure_notes", ColumnKind.TEXT, closes=True),
)
LINK_COLUMNS = tuple(
    ExportColumn(name, name, ColumnKind.TEXT) for name in ("reference", "account_number", "document_number")
)
CHANGE_KINDS = {
    "sequence": ColumnKind.INTEGER,
    "at": ColumnKind.MOMENT,
    "version": ColumnKind.INTEGER,
    "before": ColumnKind.RECORDED,
    "after": ColumnKind.RECORDED,
    "hash": ColumnKind.HASH,
}
CHANGE_COLUMNS = tuple(
    ExportColumn(name, name, CHANGE_KINDS.get(name, ColumnKind.TEXT))
    for name in (
        *("sequence", "at", "resource", "key", "verb", "version"),
        *("before", "after", "key_id", "request_id", "hash"),
    )
)
# What the server sets, for `fields` alone: imports do not take it.
STAMPS = {
    "csr_id": ColumnKind.INTEGER,
    "version": ColumnKind.INTEGER,
    "created_at": ColumnKind.MOMENT,
    "updated_at": ColumnKind.MOMENT,
    "status": ColumnKind.TEXT,
    "closed_at": ColumnKind.MOMENT,
}


def catalogue_column(field: Field) -> ExportColumn:
    kind = ColumnKind.STORED if field.name == THICK_BILLING else KINDS.get(field.kind, ColumnKind.TEXT)
    wrapped = (f'{{"{CUSTOM_FIELD_OWNER}":', "}") if kind is ColumnKind.CUSTOM_FIELDS else ("", "")
    return ExportColumn(
        shown_name(field), field.name, kind, places=field.places if field.kind is Kind.DECIMAL else 0, wrapped=wrapped
    )


@cache
def body_columns(source: str) -> tuple[ExportColumn, ...]:
    """The columns of a row as an import takes it, each object whole."""
    if source in (LINK, CHANGE):
        return LINK_COLUMNS if source == LINK else CHANGE_COLUMNS
    resource = Resource(source)
    known = RESOURCES[resource]
    columns = [catalogue_column(field) for field in known.fields]
    if known.owner:
        key = RESOURCES[known.owner].key
        columns.insert(1, ExportColumn(key, key, ColumnKind.TEXT))
    if known.is_declared:
        columns.append(ExportColumn("products", "products", ColumnKind.PRODUCTS))
    if resource is Resource.DOCUMENT:
        columns.append(ExportColumn("closure", "closure_reason", ColumnKind.CLOSURE))
    return tuple(columns)


def parts_of(source: str, column: ExportColumn) -> Iterator[ExportColumn]:
    """The columns that an object is spread over, where it has parts that are texts."""
    if column.kind is ColumnKind.CLOSURE:
        yield from CLOSURE
    elif column.kind is ColumnKind.JSON and source in TABLES:
        for part in RESOURCES[Resource(source)].field(column.column).parts:
            yield ExportColumn(f"{column.name}.{part.name}", column.column, ColumnKind.TEXT, part=part.name)


def flat_columns(source: str, custom_fields: Sequence[ExportColumn]) -> tuple[ExportColumn, ...]:
    """The columns of a row without objects, but for what is a cell of JSON: with these for custom fields."""
    found: list[ExportColumn] = []
    for column in body_columns(source):
        if column.kind is ColumnKind.CUSTOM_FIELDS:
            found += custom_fields
        else:
            found += list(parts_of(source, column)) or [column]
    return tuple(found)


@cache
def named_columns(source: str) -> dict[str, ExportColumn]:
    """What `fields` may name, apart from single custom fields."""
    found = {column.name: column for column in body_columns(source)}
    for column in body_columns(source):
        found |= {part.name: part for part in parts_of(source, column)}
    if source not in TABLES:
        return found
    own = TABLES[Resource(source)].c
    found |= {name: ExportColumn(name, name, kind) for name, kind in STAMPS.items() if name in own}
    if source != Resource.ACCOUNT and "account_number" in own:
        found |= {of_account(column).name: of_account(column) for column in named_columns(Resource.ACCOUNT).values()}
    return found


def of_account(column: ExportColumn) -> ExportColumn:
    return replace(column, name=ACCOUNT_PREFIX + column.name, of_account=True)


def custom_field(name: str) -> ExportColumn:
    """The column of the custom field of that name."""
    return ExportColumn(CUSTOM_FIELD + name, "custom_fields", ColumnKind.CUSTOM_FIELD, part=name)


def asked_column(source: str, name: str) -> ExportColumn:
    """The column of one name in `fields`. Raises Fault."""
    known = named_columns(source)
    if name in known:
        return known[name]
    own = name.removeprefix(ACCOUNT_PREFIX) if f"{ACCOUNT_PREFIX}custom_fields" in known else name
    whole = "custom_fields" if own == name else f"{ACCOUNT_PREFIX}custom_fields"
    if own.startswith(CUSTOM_FIELD) and whole in known and is_storable(own) and len(own) > len(CUSTOM_FIELD):
        column = custom_field(own.removeprefix(CUSTOM_FIELD))
        return column if own == name else of_account(column)
    near = get_close_matches(name, known, 1)
    raise Fault(f"is no field of these rows; '{near[0]}' is" if near else "is no field of these rows")


def asked_columns(source: str, names: str) -> tuple[list[ExportColumn], list[str]]:
    """The columns that `fields` names, in its order; and what is wrong with it, as sentences."""
    found: dict[str, ExportColumn] = {}
    wrong: list[str] = []
    for name in (part.strip() for part in names.split(",")):
        try:
            column = asked_column(source, name)
            if name in found:
                raise Fault("is named twice")
            found[name] = column
        except Fault as fault:
            wrong.append(f"fields: {quoted_key(name)} {fault.message}.")
    return list(found.values()), wrong


def is_precise(column: ExportColumn) -> bool:
    """Whether it is a price or a rate, which have more decimals than money."""
    return column.places == PRECISE_PLACES
