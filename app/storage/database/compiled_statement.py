"""Statements that go straight to the driver: compiled once, with the types of their parameters and columns kept, and
run many times, for the few statements that most of the load consists of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.storage.database.compat_sqlalchemy import parameters_of, result_process

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CompiledStatement:
    """A statement as the driver takes it. `binds` are its parameters in order, each with what its type makes of a
    value; `columns` those of its rows, likewise."""

    text: str
    binds: tuple[tuple[str, Any], ...]
    columns: tuple[tuple[str, Any], ...]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters of one run."""
        return [values[name] if process is None else process(values[name]) for name, process in self.binds]

    def row(self, record: Sequence[Any], first: int = 0, last: int | None = None) -> Values:
        """A row's values by column name; of the columns from `first` up to `last` alone."""
        columns = self.columns[first:last]
        return {
            name: value if process is None else process(value)
            for (name, process), value in zip(columns, record[first:last], strict=True)
        }


def compile_statement(statement: sa.Select[Any] | sa.Insert | sa.Update, dialect: Dialect) -> CompiledStatement:
    """The statement, compiled; all its parameters are given for each run, by name."""
    return compile_with_values(statement, dialect)[0]


def compile_with_values(statement: Any, dialect: Dialect) -> tuple[CompiledStatement, Values]:
    """The statement, compiled, and the values of the parameters that it was made with."""
    made = statement.compile(dialect=dialect)
    columns = [(column.name, column.type) for column in getattr(statement, "selected_columns", ())]
    compiled = CompiledStatement(
        made.string,
        tuple(parameters_of(made)),
        tuple((name, result_process(kind, dialect)) for name, kind in columns),
    )
    return compiled, made.params
