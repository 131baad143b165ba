"""What one request comes to while it is answered. Whoever knows a part of it notes it here; `Watch` makes of it what is
to be seen."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # an extra that may not be installed
    from opentelemetry.trace import Span

LONGEST_NAME = 100  # characters of an operation's name that are shown: clients choose it
REFUSED, ANONYMOUS, OTHER = "(refused)", "(anonymous)", "(other)"  # which no operation can be named


def shown_name(name: str | None) -> str:
    """The name of a valid operation, as it is shown."""
    return name[:LONGEST_NAME] if name else ANONYMOUS


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """What the answer names the request by, and the log."""
    request_id: bytes = scope["request_id"]
    return request_id.decode()


class Named(Protocol):
    """A GraphQL operation, as far as it is seen: its name as that is shown, and whether it writes."""

    @property
    def name(self) -> str: ...

    @property
    def writes(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Invalid:
    """In the place of an operation where none is valid."""

    name: str = REFUSED
    writes: bool = True  # as far as anybody knows


class RequestRecord:
    """A request. `asked` is the GraphQL operation that it asks to run, as it was sent, `found` the valid one that this
    is, `codes` are those of its errors, `cost` its points, `size` the bytes of its answer, `rows` those that are shown
    there, where they were counted, and `statements` the SQL that was run for it. Made for every request: what is not of
    its own yet is the class's."""

    found: Named | None = None
    asked: Any = None
    codes: Sequence[str] = ()
    size = 0
    cost = 0
    rows: int | None = None
    status = 0  # of its answer, once that begins
    span: Span | None = None  # where traces are sent

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        self.scope = scope
        self.statements: list[str] = []
        self.started = perf_counter()

    @property
    def operation(self) -> str | None:
        """The name of the operation."""
        return self.found.name if self.found else None

    @property
    def request_id(self) -> str:
        return request_id_of(self.scope)

    @property
    def route(self) -> str:
        """The address as the application knows it, its keys left open: there are only so many."""
        if known := self.scope.get("route"):
            path: str = known.path
        else:  # a route of the outer router does not tell its name: without keys, it is the path
            path = self.scope["path"] if "endpoint" in self.scope and not self.scope["path_params"] else OTHER
        return path


CURRENT_REQUEST: ContextVar[RequestRecord | None] = ContextVar(
    "work", default=None
)  # of the request that is answered here
