"""JSON that the database writes: values as answers show them, objects and lists, on SQLite and on Postgres."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.domain.values import exact_number, moment_text
from app.reads.selection import ColumnFormat
from app.storage.database.exact_json import load_json
from app.storage.types import Amount, OrderedAmount, ProductSet, Timestamp, products_of

Expression = sa.ColumnElement[Any]
Pairs = Sequence[tuple[str, Expression]]

# Names of rows that are turned to JSON whole. No response key is of that form, which would mean the column.
ROW = "row-"
MAX_COLUMN_LENGTH = 63  # characters of a column's name on Postgres, which cuts longer ones
WHOLE = "-"  # the column of a row that is an object already
MAX_ARGUMENTS = 126  # of a function in SQLite
NO_LIMIT = 2**31 - 1  # rows
FIRST_MOMENT = moment_text(datetime.min)


class JsonObject(FunctionElement[Any]):
    """An object with these members."""

    inherit_cache = False

    def __init__(self, pairs: Pairs) -> None:
        self.names = [name for name, _ in pairs]
        super().__init__(*(value for _, value in pairs))


@compiles(JsonObject, "postgresql")
def postgres_object(element: JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    """As a row that is turned to JSON: a third cheaper than json_build_object. Names that no column can have are put
    into the text of the object."""
    values = [compiler.process(value, **options) for value in element.clauses]
    fit = fit_columns(element.names)
    names = element.names if fit else [str(number) for number in range(len(values))]
    columns = ", ".join(f'{value} AS "{name}"' for name, value in zip(names, values, strict=True))
    made = f'to_json("{ROW}")' if fit else object_text(dict(zip(element.names, names, strict=True)))
    return f'(SELECT {made} FROM (SELECT {columns}) "{ROW}")'  # noqa: S608 -- names are GraphQL's, values are parameters


def fit_columns(names: Iterable[str]) -> bool:
    """Whether columns can have these names on Postgres."""
    return all(len(name) <= MAX_COLUMN_LENGTH for name in names)


def object_text(columns: Mapping[str, str]) -> str:
    """The object whose members are columns of the row, by name. In parts: an array may have any number of them, which
    arguments of a function may not."""
    parts = ", ".join(
        f"""'"{name}":' || coalesce(to_json("{ROW}"."{column}")::text, 'null')""" for name, column in columns.items()
    )
    return f"('{{' || array_to_string(ARRAY[{parts}], ',') || '}}')::json"


@compiles(JsonObject, "sqlite")
def sqlite_object(element: JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    """In parts of so many members as a function takes, joined as text."""
    words: list[str] = []
    for name, value in zip(element.names, element.clauses, strict=True):
        words += [f"'{name}'", compiler.process(value, **options)]
    parts = [words[n : n + MAX_ARGUMENTS] for n in range(0, len(words), MAX_ARGUMENTS)]
    objects = [f"json_object({', '.join(part)})" for part in parts]
    return objects[0] if len(objects) == 1 else f"json(one_object({', '.join(objects)}))"


def json_array(values: Sequence[Expression], dialect: str) -> Expression:
    made: Any = sa.func.json_build_array if dialect == "postgresql" else sa.func.json_array
    return made(*values)  # type: ignore[no-any-return]


def object_columns(pairs: Pairs) -> list[sa.Label[Any]]:
    """The columns of rows on Postgres that are turned to these objects."""
    if fit_columns(name for name, _ in pairs):
        return [value.label(name) for name, value in pairs]
    return [JsonObject(pairs).label(WHOLE)]


def row_json(alias: str, pairs: Pairs) -> Expression:
    """The object that a row of `object_columns` makes up."""
    if fit_columns(name for name, _ in pairs):
        return whole_row(alias)
    return sa.literal_column(f'"{alias}"."{WHOLE}"')


def array_of(rows: sa.Select[Any], alias: str, pairs: Pairs) -> Expression:
    """All rows of `object_columns`, in their order, as a list of objects. On Postgres."""
    gathered = sa.func.coalesce(sa.func.json_agg(row_json(alias, pairs)), sa.literal_column("'[]'::json"))
    return sa.select(gathered).select_from(rows.subquery(alias)).scalar_subquery()


def constant_json(value: Any, dialect: str) -> Expression:
    """A JSON value that is known beforehand."""
    if value is None:
        return sa.null()
    if isinstance(value, str):
        return sa.cast(sa.literal(value, sa.Text()), sa.Text())
    text = sa.literal(orjson.dumps(value).decode(), sa.Text())
    return sa.func.json(text) if dialect == "sqlite" else sa.cast(text, sa.JSON())


def whole_row(alias: str) -> Expression:
    """A row with all its columns."""
    return sa.literal_column(f'"{alias}"')


def boolean_json(value: Expression, dialect: str, *, nullable: bool = False) -> Expression:
    if dialect == "postgresql":
        return value
    true: Expression = sa.literal_column("json('true')")
    false: Expression = sa.literal_column("json('false')")
    return (
        sa.case((value, true), (value.is_(None), sa.null()), else_=false)
        if nullable
        else sa.case((value, true), else_=false)
    )


def column_json(column: Expression, format: ColumnFormat, dialect: str, resource: str = "") -> Expression:
    """A column as an answer shows it."""
    if format is ColumnFormat.ID:
        return global_id(column, resource, dialect)
    if format is ColumnFormat.ENUM_NAME:
        return sa.func.upper(sa.type_coerce(column, sa.Text()))
    return (postgres_value if dialect == "postgresql" else sqlite_value)(column)


def global_id(column: Expression, resource: str, dialect: str) -> Expression:
    text = sa.literal_column(f"'{resource}:'").op("||")(sa.cast(column, sa.Text()))
    if dialect == "sqlite":
        return sa.func.base64url(text)
    encoded = sa.func.encode(sa.func.convert_to(text, sa.literal_column("'UTF8'")), sa.literal_column("'base64'"))
    return sa.func.translate(encoded, sa.literal_column("'+/='"), sa.literal_column("'-_'"))


def postgres_value(column: Expression) -> Expression:
    kind = column.type
    if isinstance(kind, Amount | OrderedAmount):
        return sa.cast(sa.func.trim_scale(sa.type_coerce(column, sa.Numeric())), sa.Text())
    if isinstance(kind, Timestamp):
        utc = sa.func.timezone(sa.literal_column("'UTC'"), column)
        text = sa.func.to_char(utc, sa.literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"""))
        # The driver keeps the calendar's first moment, and its first and last day, as infinite.
        first = sa.type_coerce(column, sa.DateTime()) == sa.literal_column("'-infinity'")
        return sa.case((first, sa.literal_column(f"'{FIRST_MOMENT}'")), else_=text)
    if isinstance(kind, sa.Date):
        plain = sa.type_coerce(column, sa.Text())
        ends = {"-infinity": date.min, "infinity": date.max}
        cases: list[Any] = [
            (plain == sa.literal_column(f"'{end}'"), sa.literal_column(f"'{day}'")) for end, day in ends.items()
        ]
        return sa.case(*cases, else_=sa.cast(column, sa.Text()))
    if isinstance(kind, sa.JSON):
        return sa.cast(column, sa.Text())
    if isinstance(kind, sa.LargeBinary):
        return sa.func.encode(column, sa.literal_column("'hex'"))
    return sa.type_coerce(column, sa.Integer()) if isinstance(kind, ProductSet) else column


def sqlite_value(column: Expression) -> Expression:
    kind = column.type
    if isinstance(kind, OrderedAmount):
        return sa.func.amount_text(sa.type_coerce(column, sa.Text()))
    if isinstance(kind, Timestamp):
        seconds = sa.type_coerce(column, sa.Integer()).op("/")(sa.literal_column("1000.0"))
        moment_format: Expression = sa.literal_column("'%Y-%m-%dT%H:%M:%fZ'")
        return sa.func.strftime(moment_format, seconds, sa.literal_column("'unixepoch'"))
    if isinstance(kind, sa.Boolean):
        return boolean_json(column, "sqlite", nullable=True)
    if isinstance(kind, sa.LargeBinary):
        return sa.case((column.is_not(None), sa.func.hex(column)))
    return sa.type_coerce(column, sa.Integer() if isinstance(kind, sa.Integer | ProductSet) else sa.Text())


def text_part(column: Expression, name: str, dialect: str) -> Expression:
    """A text that lies in a JSON column under a name."""
    if dialect == "postgresql":
        return sa.type_coerce(column, sa.Text()).op("->>")(sa.literal_column(f"'{name}'"))
    return sa.func.json_extract(sa.type_coerce(column, sa.Text()), sa.literal_column(f"'$.{name}'"))


def python_value(value: Any, kind: Any) -> Any:
    """The Python value of a column from what `column_json` has made of it."""
    if value is None and not isinstance(kind, ProductSet):
        return None
    if isinstance(kind, Amount | OrderedAmount):
        return exact_number(value)
    if isinstance(kind, Timestamp):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, sa.JSON):
        return load_json(value)
    if isinstance(kind, sa.LargeBinary):
        return bytes.fromhex(value)
    return products_of(value) if isinstance(kind, ProductSet) else value
