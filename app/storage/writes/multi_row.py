"""Statements that write many rows of one table at once. On Postgres one statement takes a list for each column; SQLite
runs one statement for row after row, without leaving the driver's thread."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.engine import Database

Values = dict[str, Any]
CACHED_STATEMENTS = 256  # by table and columns
MAX_ROWS = 250  # of a statement: to encode more keeps the event loop from others
LENGTH_OR_COLLATION = re.compile(r"\(.*?\)| COLLATE .*| WITHOUT .*")  # of a type: a cast would cut off what is longer


@dataclass(frozen=True, slots=True)
class RowsStatement:
    """A statement that writes some columns of many rows. `columns` in the order of its parameters, each with what its
    type makes of a value; the tenant comes first."""

    text: str
    columns: tuple[tuple[str, Any], ...]

    def encoded(self, rows: Sequence[Values]) -> "EncodedRows":
        """The statement with rows as the driver takes them."""
        lists = []
        for name, process in self.columns:
            values = [row.get(name) for row in rows]
            lists.append(values if process is None else [None if each is None else process(each) for each in values])
        return EncodedRows(self, lists, len(rows))


@dataclass(frozen=True, slots=True)
class EncodedRows:
    """A statement with the rows that it is to write: for each of its columns the values of all rows."""

    statement: RowsStatement
    lists: list[list[Any]]
    count: int


def insertion(table: sa.Table, rows: Sequence[Values], dialect: Dialect) -> EncodedRows:
    """What inserts new rows; a column that no row has a value for is left out."""
    filled = {name for row in rows for name, value in row.items() if value is not None} - {"tenant_id"}
    names = tuple(column.name for column in table.c if column.name in filled)
    return insert_statement(table, names, dialect).encoded(rows)


def update(
    table: sa.Table, key: tuple[str, ...], columns: tuple[str, ...], rows: Sequence[Values], dialect: Dialect
) -> EncodedRows:
    """What sets these columns of the rows that have the keys."""
    return update_statement(table, key, columns, dialect).encoded(rows)


@lru_cache(CACHED_STATEMENTS)
def insert_statement(table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> RowsStatement:
    into = f"INSERT INTO {table.name} (tenant_id, {', '.join(quoted(names, dialect))})"
    if dialect.name == "postgresql":
        values = ", ".join(["$1", *cast_columns(table, names, dialect)])
        text = f"{into} SELECT {values} FROM {sent_rows(table, names, dialect)}"  # noqa: S608 -- names of ours
    else:
        text = f"{into} VALUES (?{', ?' * len(names)})"
    return RowsStatement(text, processes(table, names, dialect))


@lru_cache(CACHED_STATEMENTS)
def update_statement(
    table: sa.Table, key: tuple[str, ...], columns: tuple[str, ...], dialect: Dialect
) -> RowsStatement:
    own = quoted(columns, dialect)
    if dialect.name == "postgresql":
        names = (*key, *columns)
        values = cast_columns(table, columns, dialect)
        settings = ", ".join(f"{name} = {value}" for name, value in zip(own, values, strict=True))
        same = [f"{table.name}.{name} = sent.{name}" for name in quoted(key, dialect)]
        own_rows = " AND ".join([f"{table.name}.tenant_id = $1", *same])
        sent = sent_rows(table, names, dialect)
        text = f"UPDATE {table.name} SET {settings} FROM {sent} WHERE {own_rows}"  # noqa: S608
    else:
        names = (*columns, *key)
        settings = ", ".join(f"{name} = ?{place}" for place, name in enumerate(own, start=2))
        places = enumerate(quoted(key, dialect), start=len(own) + 2)
        own_rows = " AND ".join(["tenant_id = ?1", *(f"{name} = ?{place}" for place, name in places)])
        text = f"UPDATE {table.name} SET {settings} WHERE {own_rows}"  # noqa: S608
    return RowsStatement(text, processes(table, names, dialect))


def sent_rows(table: sa.Table, names: Sequence[str], dialect: Dialect) -> str:
    """On Postgres: the lists of the columns as rows; the tenant is the first parameter."""
    lists = ", ".join(f"${place}::{sent_type(table.c[name], dialect)}[]" for place, name in enumerate(names, start=2))
    return f"unnest({lists}) AS sent ({', '.join(quoted(names, dialect))})"


def cast_columns(table: sa.Table, names: Sequence[str], dialect: Dialect) -> list[str]:
    """The columns of the rows that were sent, each in its column's type."""
    return [
        f"sent.{name}::json" if isinstance(table.c[column].type, sa.JSON) else f"sent.{name}"
        for column, name in zip(names, quoted(names, dialect), strict=True)
    ]


def sent_type(column: sa.Column[Any], dialect: Dialect) -> str:
    """The type that a column's values are sent in: without limits, which the column has itself."""
    if isinstance(column.type, sa.JSON):
        return "text"
    named = column.type.compile(dialect=dialect)
    return "timestamptz" if named.startswith("TIMESTAMP") else LENGTH_OR_COLLATION.sub("", named)


def processes(table: sa.Table, names: Sequence[str], dialect: Dialect) -> tuple[tuple[str, Any], ...]:
    return tuple((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)


def quoted(names: Sequence[str], dialect: Dialect) -> list[str]:
    return [dialect.identifier_preparer.quote(name) for name in names]


async def write_rows(database: Database, connection: AsyncConnection, tenant_id: int, encoded: EncodedRows) -> None:
    """Writes the rows within a transaction. Raises the driver's errors."""
    raw: Any = await connection.get_raw_connection()
    driver, text = raw.driver_connection, encoded.statement.text
    database.prepared.note(driver, text)
    for first in range(0, encoded.count, MAX_ROWS):
        lists = [values[first : first + MAX_ROWS] for values in encoded.lists]
        with database.observe_statement(text):
            if database.is_sqlite:
                await driver.executemany(text, list(zip(repeat(tenant_id), *lists, strict=False)))
            else:
                await driver.execute(text, tenant_id, *lists)
