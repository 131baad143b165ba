"""A column by which the database is not to find rows, or to sort them, by an index."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class WithoutIndex(FunctionElement[Any]):
    """The value of a column, in words that no index is made of."""

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


def without_index(column: Any) -> Any:
    """On Postgres of a text alone, which every key is."""
    return WithoutIndex(column)


@compiles(WithoutIndex, "sqlite")
def sqlite_value(element: WithoutIndex, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(WithoutIndex, "postgresql")
def postgres_value(element: WithoutIndex, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} || '')"
