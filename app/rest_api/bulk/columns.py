"""The columns of a CSV file: from its header to what each cell means, and from a record to the body that it stands for,
as REST takes it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from app.domain.bodies import CUSTOM_FIELD_OWNER
from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import Resource
from app.domain.fields import Field, Kind
from app.domain.notation import quoted_key
from app.domain.problems import Path, Problem
from app.domain.resources import RESOURCES
from app.domain.values import Fault, Number, is_whole
from app.middleware.requests import InvalidJson, parse_json
from app.rest_api.answers import carried, shown_name
from app.rest_api.bulk.corrections import Corrections
from app.rest_api.bulk.parameters import CLOSE, LINKS, RESOURCE_OF, ImportParameters
from app.rest_api.errors import RestError, dotted, writable
from app.rest_api.names import INVOICING_DETAIL, THICK_BILLING

MAX_COLUMNS = 2_000
MAX_NAME = 300  # characters of a column's name in a message
CLOSURE_FIELD, PRODUCTS = "closure", "products"
CUSTOM = f"custom_fields.{CUSTOM_FIELD_OWNER}."
CUSTOM_KINDS = {"number": Kind.DECIMAL, "boolean": Kind.BOOLEAN, "date": Kind.DATE}
NULL, EMPTY = r"\N", r"\E"
ESCAPED = {NULL: None, EMPTY: "", "\\" + NULL: NULL, "\\" + EMPTY: EMPTY}
TRUTHS = {"true": True, "false": False, "1": True, "0": False}
JSON_KINDS = {Kind.OBJECT, Kind.LIST, Kind.JSON}

ReadCell = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """Where the value of a cell goes in the body, and how it is read: by `read`, which raises Fault. Texts are taken as
    they are. Without a path the column is passed over, as the same member of a JSON body is."""

    name: str
    path: tuple[str, ...] = ()
    read: ReadCell | None = None
    is_text: bool = False  # any text will do, white space at its ends too


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file. Behind them its records have nothing, or empty cells."""

    columns: tuple[Column, ...]
    trim: bool

    def body(self, cells: Sequence[str]) -> "CellBody":
        """The body that a record stands for."""
        found = CellBody()
        for column, cell in zip(self.columns, cells, strict=False):
            text = cell.strip() if self.trim else cell
            if text and column.path:
                self.add(found, column, text)
        return found

    def add(self, found: "CellBody", column: Column, text: str) -> None:
        try:
            value = ESCAPED[text] if text in ESCAPED else column.read(text) if column.read else text
        except Fault as fault:
            path = tuple(THICK_BILLING if part == INVOICING_DETAIL else part for part in column.path)
            found.problems.append(Problem(fault.code, path, fault.about(column.name, text)))
            return
        if not column.is_text and not self.trim and (text[0].isspace() or text[-1].isspace()):
            found.padded.append(dotted(column.path))
        target = found.values
        for name in column.path[:-1]:
            target = target.setdefault(name, {})
        target[column.path[-1]] = value

    def wrong_width(self, cells: Sequence[str]) -> str | None:
        """What is wrong with the number of a record's cells."""
        width = len(self.columns)
        if len(cells) < width:
            return f"The record has {len(cells)} cells, and the header {width} columns."
        for number, cell in enumerate(cells[width:], width + 1):
            if cell and not cell.isspace():
                return f"The record has {len(cells)} cells, and the header {width} columns: cell {number} has no name."
        return None


@dataclass(slots=True)
class CellBody:
    """The body that a record stands for, what is wrong with its cells, and the fields with white space at an end, which
    may be why they are refused."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    padded: list[str] = field(default_factory=list)


def columns_of(header: Sequence[str], parameters: ImportParameters) -> Columns:
    """The columns of a header. Raises RestError with all that is wrong with it."""
    trim = parameters.corrections.trim
    names = [name.strip() if trim else name for name in header]
    while names and not names[-1].strip():  # spreadsheets write empty columns behind the last
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise RestError(400, "invalid_csv", f"The header has {len(names)} columns; at most {MAX_COLUMNS} are taken.")
    known = known_columns(parameters)
    columns = [known.get(name) or custom_column(name, parameters) for name in names]
    faults = [*unknown_columns(names, columns, known, parameters), *double_columns(names), *missing(names, parameters)]
    if faults:
        raise RestError(400, faults[0]["code"], faults[0]["message"], details=faults)
    return Columns(tuple(column for column in columns if column), trim)


def known_columns(parameters: ImportParameters) -> dict[str, Column]:
    """The columns that the import knows, by name; those of custom fields have names of the caller's own."""
    resource, corrections = RESOURCE_OF[parameters.resource or ""], parameters.corrections
    key = RESOURCES[resource].key
    passed_over = {name: Column(name) for name in carried(resource)}
    if parameters.resource == LINKS:
        owners = [RESOURCES[owner].key for owner in (Resource.ACCOUNT, Resource.DOCUMENT)]
        return {name: Column(name, (name,)) for name in (key, *owners)}
    if parameters.verb == CLOSE:
        return passed_over | {key: Column(key, (key,))} | field_columns(CLOSURE, corrections)
    found = passed_over | field_columns(RESOURCES[resource].fields, corrections)
    found[PRODUCTS] = Column(PRODUCTS, (PRODUCTS,), lambda text: [part.strip() for part in text.split(",") if part])
    if resource is Resource.NOTE:
        found["account_number"] = Column("account_number", ("account_number",))
    if resource is Resource.DOCUMENT:
        found |= field_columns(CLOSURE, corrections, (CLOSURE_FIELD,))
    return found


def field_columns(fields: Iterable[Field], corrections: Corrections, path: Path = ()) -> dict[str, Column]:
    """The columns of fields of the catalogue: one for each, or one for each of its parts."""
    found: dict[str, Column] = {}
    for each in fields:
        own = (*path, shown_name(each))
        if each.kind is Kind.OBJECT and each.name != THICK_BILLING:
            found |= field_columns(each.parts, corrections, own)
        elif each.kind is not Kind.CUSTOM_FIELDS:
            name = dotted(own)
            is_text = each.kind in (Kind.TEXT, Kind.FREE_TEXT)
            found[name] = Column(name, tuple(map(str, own)), reader_of(each.kind, corrections), is_text)
    return found


def custom_column(name: str, parameters: ImportParameters) -> Column | None:
    """The column of a custom field, whose key may hold dots: `custom_fields.collections.score:number`."""
    resource = RESOURCE_OF[parameters.resource or ""]
    has_them = any(each.kind is Kind.CUSTOM_FIELDS for each in RESOURCES[resource].fields)
    if not name.startswith(CUSTOM) or not has_them or parameters.resource == LINKS or parameters.verb == CLOSE:
        return None
    key, _, type_name = name.removeprefix(CUSTOM).rpartition(":")
    if not key or type_name not in CUSTOM_KINDS:
        key, type_name = name.removeprefix(CUSTOM), ""
    path = ("custom_fields", CUSTOM_FIELD_OWNER, key)
    if not type_name:
        return Column(name, path, is_text=True)
    read = reader_of(CUSTOM_KINDS[type_name], parameters.corrections)
    return Column(
        name, path, read if type_name != "number" else lambda text: Number(parameters.corrections.amount(text))
    )


def reader_of(kind: Kind, corrections: Corrections) -> ReadCell | None:
    """How a cell of the kind is read; None for those that are texts in JSON, too."""
    if kind in JSON_KINDS:
        return read_json_cell
    return {
        Kind.DECIMAL: corrections.amount,
        Kind.INTEGER: lambda text: read_integer(text, corrections),
        Kind.BOOLEAN: read_truth,
        Kind.DATE: corrections.date,
        Kind.DATETIME: corrections.moment,
        Kind.DOCUMENT_TYPE: lambda text: int(text) if text in ("1", "2", "3") else text,
    }.get(kind)


def read_json_cell(text: str) -> Any:
    try:
        return parse_json(text)
    except InvalidJson:
        raise Fault("must be JSON, as in a JSON body") from None


def read_integer(text: str, corrections: Corrections) -> Any:
    number = Number(corrections.amount(text))
    return int(number) if is_whole(number) and len(text) < 20 else number


def read_truth(text: str) -> bool:
    if text.lower() not in TRUTHS:
        raise Fault("must be true or false")
    return TRUTHS[text.lower()]


def unknown_columns(
    names: Sequence[str], columns: Sequence[Column | None], known: Mapping[str, Column], parameters: ImportParameters
) -> Iterable[dict[str, str]]:
    for name, column in zip(names, columns, strict=True):
        if column is None:
            yield fault(name, "unknown_column", f"There is no column {shown(name)}{advice(name, known, parameters)}")


def advice(name: str, known: Mapping[str, Column], parameters: ImportParameters) -> str:
    """What may have been meant by an unknown column."""
    if name.strip() in known and name.strip() != name:
        return f": trim=true cuts the white space around {shown(name.strip())} off."
    for other, word in ((";", "semicolon"), ("\t", "tab"), ("|", "pipe"), (",", "comma")):
        if other != parameters.delimiter and name.split(other)[0].strip() in known and other in name:
            return f". If a {word} divides the columns, send delimiter={word}."
    wanted = re.sub(r"[\s-]+", "_", re.sub("(?<=[a-z])(?=[A-Z])", "_", name.strip())).lower()
    close = get_close_matches(wanted, [each for each in known if known[each].path], 1)
    return f": did you mean '{close[0]}'?" if close else "."


def double_columns(names: Sequence[str]) -> Iterable[dict[str, str]]:
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield fault(name, "duplicate_column", f"The column {shown(name)} is there {names.count(name)} times.")


def missing(names: Sequence[str], parameters: ImportParameters) -> Iterable[dict[str, str]]:
    """The columns without which no line can be written."""
    resource = RESOURCE_OF[parameters.resource or ""]
    needed = [RESOURCES[resource].key, *(["account_number"] if resource is Resource.NOTE else [])]
    for name in needed:
        if name not in names:
            yield fault(name, "missing_column", f"The column '{name}' is missing: it says what each line is about.")
    if parameters.resource == LINKS and not {"account_number", "document_number"}.intersection(names):
        text = "The column 'account_number' or 'document_number' is missing: one of them says what is linked."
        yield fault("account_number", "missing_column", text)


def fault(name: str, code: str, message: str) -> dict[str, str]:
    return {"field": writable(name[:MAX_NAME]), "code": code, "message": writable(message)}


def shown(name: str) -> str:
    return quoted_key(name[:MAX_NAME])
