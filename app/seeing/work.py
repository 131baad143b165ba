"""What one request comes to while it is answered. Whoever knows a part of it notes it here; `Watch` makes of it what is
to be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping, Sequence
from contextvars import ContextVar
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # an extra that may not be installed
    from opentelemetry.trace import Span

LONGEST_NAME = 100  # characters of an operation's name that are shown: clients choose it
REFUSED, ANONYMOUS, OTHER = "(refused)", "(anonymous)", "(other)"  # which no operation can be named


def shown_name(name: str | None) -> str:
    """The name of a valid operation, as it is shown."""
    return name[:LONGEST_NAME] if name else ANONYMOUS


class Work:
    """A request. `operation` is the name of its GraphQL operation, `codes` those of its errors, `writes` whether it may
    write, `cost` its points, `size` the bytes of its answer, `rows` those that are shown there, where they were
    counted, `statements` the SQL that was run for it, and `outline` tells its plan. Made for every request: what is not
    of its own yet is the class's."""

    operation: str | None = None
    codes: Sequence[str] = ()
    size = 0
    cost = 0
    rows: int | None = None
    writes = True
    outline: Callable[[], Iterable[str]] = staticmethod(tuple)
    status = 0  # of its answer, once that begins
    span: Span | None = None  # where traces are sent

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        self.scope = scope
        self.statements: list[str] = []
        self.started = perf_counter()

    @property
    def request_id(self) -> str:
        named: bytes = self.scope["request_id"]
        return named.decode()

    @property
    def route(self) -> str:
        """The address as the application knows it, its keys left open: there are only so many."""
        if known := self.scope.get("route"):
            path: str = known.path
        else:  # a route of the outer router does not tell its name: without keys, it is the path
            path = self.scope["path"] if "endpoint" in self.scope and not self.scope["path_params"] else OTHER
        return path


WORK: ContextVar[Work | None] = ContextVar("work", default=None)  # of the request that is answered here
