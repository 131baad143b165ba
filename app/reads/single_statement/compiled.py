"""Queries that are compiled once and run many times: the text for the driver, and where its parameters come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.reads.single_statement.json_sql import Expression
from app.storage.database.compat_sqlalchemy import parameters_of

TENANT = "tenant"


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

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters of one run, as the driver takes them."""
        found = list(self.values)
        for position, name in self.replaced:
            found[position] = values[name]
        return found


def compile_query(value: Expression, dialect: Dialect) -> QueryStatement:
    """The statement that selects a JSON value."""
    if dialect.name == "postgresql":
        value = sa.func.convert_to(sa.cast(value, sa.Text()), sa.literal_column("'UTF8'"))
    made: Any = sa.select(value).compile(dialect=dialect)
    values: list[Any] = []
    replaced: list[tuple[int, str]] = []
    for position, (name, process) in enumerate(parameters_of(made)):
        held = made.binds[name].value
        if isinstance(held, Parameter):
            replaced.append((position, held.name))
        elif held is None or name == TENANT:
            replaced.append((position, name))
        values.append(process(held) if process else held)
    return QueryStatement(made.string, tuple(values), tuple(replaced))
