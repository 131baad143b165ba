"""Queries that are compiled once and run many times: the text for the driver, and where its parameters come from."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.reads.single_statement.json_sql import Expression
from app.storage.database.compat_sqlalchemy import parameters_of
from app.storage.database.driver_errors import MAX_ANSWER_BYTES

TENANT = "tenant"
MANY_PARAMETERS = 5_000  # of which most are the same, where fields share a filter


class Parameter(str):
    """A text in a query that may be another one in each run; `name` is the name of its value."""

    name: str

    def __new__(cls, name: str, value: str) -> "Parameter":
        made = super().__new__(cls, value)
        made.name = name
        return made


@dataclass(frozen=True, slots=True)
class QueryStatement:
    """SQL that answers with one value, a JSON text. `values` are its parameters, in order; `replaced` has the position
    and the name of those that get a new value for each run."""

    text: str
    values: tuple[Any, ...]
    replaced: tuple[tuple[int, str], ...]

    @property
    def values_size(self) -> int:
        """The bytes of the parameters, each counted where it first stands."""
        distinct = {id(value): value for value in self.values}
        return sys.getsizeof(self.values) + sum(map(sys.getsizeof, distinct.values()))

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters of one run, as the driver takes them."""
        found = list(self.values)
        for position, name in self.replaced:
            found[position] = values[name]
        return found


def bounded(value: Expression) -> sa.Select[Any]:
    """The JSON as bytes; none of them, instead of more than an answer may have. OFFSET keeps Postgres from making the
    value twice."""
    text = sa.func.convert_to(sa.cast(value, sa.Text()), sa.literal_column("'UTF8'")).label("json")
    answer = sa.select(text).offset(sa.literal_column("0")).subquery("answer")
    fits = sa.func.octet_length(answer.c.json) <= sa.literal_column(str(MAX_ANSWER_BYTES))
    return sa.select(
        sa.case((sa.or_(answer.c.json.is_(None), fits), answer.c.json), else_=sa.literal_column("''::bytea"))
    )


def compile_query(value: Expression, dialect: Dialect) -> QueryStatement:
    """The statement that selects a JSON value, as bytes: to make them of a text would keep the event loop."""
    answer = bounded(value) if dialect.name == "postgresql" else sa.select(sa.cast(value, sa.LargeBinary()))
    made: Any = answer.compile(dialect=dialect)
    values: list[Any] = []
    replaced: list[tuple[int, str]] = []
    for position, (name, process) in enumerate(parameters_of(made)):
        held = made.binds[name].value
        if isinstance(held, Parameter):
            replaced.append((position, held.name))
        elif held is None or name == TENANT:
            replaced.append((position, name))
        values.append(process(held) if process else held)
    if dialect.name == "sqlite" and len(values) > MANY_PARAMETERS:
        return numbered(made.string, made.positiontup, values, replaced)
    return QueryStatement(made.string, tuple(values), tuple(replaced))


def numbered(
    text: str, names: Sequence[str], values: Sequence[Any], replaced: Sequence[tuple[int, str]]
) -> QueryStatement:
    """The statement with each parameter given once, however often it stands in the text: SQLite takes only so many. On
    Postgres SQLAlchemy numbers them."""
    positions = {name: position for position, name in enumerate(dict.fromkeys(names))}
    first = dict(zip(reversed(names), reversed(values), strict=True))
    parts = text.split("?")  # no text of ours has one
    marked = (f"{part}?{positions[name] + 1}" for part, name in zip(parts, names, strict=False))
    distinct = {positions[names[position]]: name for position, name in replaced}
    return QueryStatement(
        "".join(marked) + parts[-1], tuple(first[name] for name in positions), tuple(distinct.items())
    )
