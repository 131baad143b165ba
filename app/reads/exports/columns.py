"""The columns of an export, and the SQL that makes a value of each: as JSON, or as plain text.

In SQL text by hand, since a document has a hundred columns, and each row passes all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

import orjson

from app.domain.enums import DocumentStatus, Product
from app.domain.values import moment_text
from app.storage.types import bit

ROW, OWNER = "t", "owner"  # the aliases of the exported table, and of the account that a row belongs to
# Around JSON that is to be turned into the facade's form by Python. No JSON text holds the character.
MARK = "\x1e"
PACKED = "x"  # what no JSON text begins with


class ColumnKind(Enum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"  # an exact decimal
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    PRODUCTS = "products"
    JSON = "json"  # shown as it is stored
    STORED = "stored"  # JSON that the facade shows in another form
    CUSTOM_FIELDS = "custom fields"
    CUSTOM_FIELD = "custom field"
    CLOSURE = "closure"
    RECORDED = "recorded"  # JSON of a change, which its entry in the change log may hold packed
    HASH = "hash"  # of an entry in the change log


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of an export. `part` is what it takes of an object in a JSON column; `wrapped` are the texts before and
    after custom fields as a whole. `closes` says that it is empty unless the document was closed for a reason."""

    name: str
    column: str
    kind: ColumnKind
    part: str = ""
    places: int = 0  # decimals of a NUMBER
    of_account: bool = False
    closes: bool = False
    wrapped: tuple[str, str] = ("", "")


CLOSED_FOR_REASON = f"{ROW}.status = '{DocumentStatus.CLOSED}' AND {ROW}.closure_reason IS NOT NULL"
PRODUCT_SETS = [tuple(product for product in Product if bits & bit(product)) for bits in range(1 << len(Product))]


class ValueWriter:
    """Writes values in one dialect of SQL. Every expression is NULL where there is no value."""

    def __init__(self, dialect: str) -> None:
        self.is_postgres = dialect == "postgresql"

    def json(self, column: ExportColumn) -> str:
        """The value as JSON."""
        source = self.source(column)
        match column.kind:
            case ColumnKind.CLOSURE:
                return self.closure()
            case ColumnKind.TEXT:
                return self.only_closed(column, self.quoted(self.plain_part(column, source)))
            case ColumnKind.DATE | ColumnKind.MOMENT:
                return f"""('"' || {self.plain(column)} || '"')"""
            case ColumnKind.STORED:
                return f"('{MARK}{column.column}:' || {self.as_text(source)} || '{MARK}')"
            case ColumnKind.RECORDED:
                return f"('{MARK}{column.column}:' || {self.recorded(source)} || '{MARK}')"
            case ColumnKind.HASH:
                return f"""('"' || {self.hash(source)} || '"')"""
            case ColumnKind.CUSTOM_FIELDS:
                before, after = column.wrapped
                return f"('{before}' || {self.as_text(source)} || '{after}')"
            case ColumnKind.PRODUCTS:
                return self.products(source, [self.list_text(each) for each in PRODUCT_SETS])
        return self.plain(column)

    def plain(self, column: ExportColumn) -> str:
        """The value as text; what is nested as JSON."""
        source = self.source(column)
        match column.kind:
            case ColumnKind.TEXT:
                return self.only_closed(column, self.plain_part(column, source))
            case ColumnKind.NUMBER:
                return f"trim_scale({source})::text" if self.is_postgres else source
            case ColumnKind.INTEGER:
                return self.as_text(source)
            case ColumnKind.BOOLEAN:
                return (
                    f"{source}::text"
                    if self.is_postgres
                    else f"CASE {source} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
                )
            case ColumnKind.DATE:
                return self.date(source)
            case ColumnKind.MOMENT:
                return self.only_closed(column, self.moment(source))
            case ColumnKind.PRODUCTS:
                return self.products(source, [",".join(each) for each in PRODUCT_SETS])
            case ColumnKind.CUSTOM_FIELD:
                return self.member(source, column.part)
            case ColumnKind.CUSTOM_FIELDS | ColumnKind.CLOSURE:
                return self.json(column)
            case ColumnKind.RECORDED:
                return self.recorded(source)
            case ColumnKind.HASH:
                return self.hash(source)
        return self.as_text(source)

    def source(self, column: ExportColumn) -> str:
        return f'{OWNER if column.of_account else ROW}."{column.column}"'

    def recorded(self, source: str) -> str:
        """The JSON of a change; where it is packed, all of it in hexadecimal digits behind PACKED."""
        packed = f'{ROW}."packed"'
        plain = "'\\x00'::bytea" if self.is_postgres else "x'00'"
        is_plain = f"{packed} IS NULL OR {packed} = {plain}"
        return f"CASE WHEN {is_plain} THEN {self.as_text(source)} ELSE '{PACKED}' || {self.digits(packed)} END"

    def hash(self, source: str) -> str:
        return f"""coalesce({source}, {self.digits(f'{ROW}."digest"')})"""

    def digits(self, source: str) -> str:
        """Bytes in hexadecimal digits."""
        return f"encode({source}, 'hex')" if self.is_postgres else f"lower(hex({source}))"

    def as_text(self, source: str) -> str:
        return f"{source}::text" if self.is_postgres else f"CAST({source} AS TEXT)"

    def quoted(self, text: str) -> str:
        """A text as a JSON string."""
        if self.is_postgres:
            return f"to_json({text})::text"
        return f"CASE WHEN {text} IS NULL THEN NULL ELSE json_quote({text}) END"

    def plain_part(self, column: ExportColumn, source: str) -> str:
        if not column.part:
            return source
        return f"({source} ->> '{column.part}')" if self.is_postgres else f"json_extract({source}, '$.{column.part}')"

    def member(self, source: str, name: str) -> str:
        """What an object has under a name of the tenant's choice, as JSON."""
        if self.is_postgres:
            return f"({source} -> {self.literal(name)})::text"
        return f"json_member({source}, {self.literal(name)})"

    def literal(self, text: str) -> str:
        """A text of any characters within SQL. No `$` is left, which would stand for a parameter."""
        if not self.is_postgres:
            return "'" + text.replace("'", "''") + "'"
        return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace("$", "\\x24") + "'"

    def only_closed(self, column: ExportColumn, value: str) -> str:
        return f"CASE WHEN {CLOSED_FOR_REASON} THEN {value} END" if column.closes else value

    def products(self, source: str, texts: list[str]) -> str:
        cases = " ".join(f"WHEN {bits} THEN '{text}'" for bits, text in enumerate(texts))
        return f"CASE {source} {cases} END"

    def list_text(self, words: tuple[Product, ...]) -> str:
        return "[" + ",".join(f'"{word}"' for word in words) + "]"

    def date(self, source: str) -> str:
        if not self.is_postgres:
            return source
        # the driver keeps the first and the last day of the calendar as infinite
        ends = f"WHEN {source} = '-infinity' THEN '{date.min}' WHEN {source} = 'infinity' THEN '{date.max}'"
        return f"CASE WHEN isfinite({source}) THEN {source}::text {ends} END"

    def moment(self, source: str) -> str:
        if not self.is_postgres:
            return f"strftime('%Y-%m-%dT%H:%M:%fZ', {source} / 1000.0, 'unixepoch')"
        text = f"""to_char(timezone('UTC', {source}), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
        return f"CASE WHEN {source} = '-infinity' THEN '{moment_text(datetime.min)}' ELSE {text} END"

    def closure(self) -> str:
        """How a document was closed, where it was for a reason."""
        reason, at, notes = (f'{ROW}."{name}"' for name in ("closure_reason", "closed_at", "closure_notes"))
        said = f"""coalesce(',"notes":' || {self.quoted(notes)}, '')"""
        date = f"""',"closure_date":"' || {self.moment(at)}"""
        made = f"""'{{"closure_reason":"' || {reason} || '"' || {date} || '"' || {said} || '}}'"""
        return f"CASE WHEN {CLOSED_FOR_REASON} THEN {made} END"


MAX_ARGUMENTS = 99  # of a function on Postgres


def object_text(columns: Sequence[ExportColumn], dialect: str, *, keeps_null: bool) -> str:
    """The row as a JSON object. Members without a value are left out, or null."""
    writer = ValueWriter(dialect)
    members = []
    for place, column in enumerate(columns):
        head = writer.literal(f"{',' if place else '{'}{orjson.dumps(column.name).decode()}:")
        value = writer.json(column)
        members.append(f"{head} || {value}" if not keeps_null else f"{head} || coalesce({value}, 'null')")
    if not writer.is_postgres:
        return " || ".join([*(f"coalesce({member}, '')" for member in members), "'}'"])
    parts = [*members, "'}'"]
    groups = (parts[n : n + MAX_ARGUMENTS] for n in range(0, len(parts), MAX_ARGUMENTS))
    return " || ".join(f"concat({', '.join(group)})" for group in groups)


def array_text(columns: Sequence[ExportColumn], dialect: str) -> str:
    """The row as a JSON array of texts, null where there is no value."""
    writer = ValueWriter(dialect)
    if writer.is_postgres:
        return f"array_to_json(ARRAY[{', '.join(writer.plain(column) for column in columns)}]::text[])::text"
    return "'[' || " + " || ',' || ".join(f"json_quote({writer.plain(column)})" for column in columns) + " || ']'"


def link_text(dialect: str) -> str:
    """A link of a representative as a line of an import, which names what is written and how."""
    writer = ValueWriter(dialect)
    reference, account, document = (
        writer.quoted(f'{ROW}."{name}"') for name in ("reference", "account_number", "document_number")
    )
    head = """'{"resource":"representative","verb":"link","key":' || """
    to_account, to_document = (
        f"""'{{"{name}":' || {value}""" for name, value in (("account_number", account), ("document_number", document))
    )
    return f"""{head}{reference} || ',"data":' || coalesce({to_account}, {to_document}) || '}}}}'"""
