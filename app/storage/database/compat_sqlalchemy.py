"""SQLAlchemy as this project needs it, beyond what it documents: what a compiled statement makes of its parameters and
columns, so that it can be run by the driver itself."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

Process = Callable[[Any], Any]
NUMERIC = 1700  # what Postgres calls its exact decimals; the one type whose reading depends on it


def parameters_of(compiled: Any) -> Sequence[tuple[str, Process | None]]:
    """The parameters of a compiled statement in the order in which the driver takes them, each with what its type makes
    of a value."""
    return [(name, compiled._bind_processors.get(name)) for name in compiled.positiontup]


def result_process(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    """What a column's type makes of the driver's value."""
    process: Process | None = kind._cached_result_processor(dialect, NUMERIC)
    return process
