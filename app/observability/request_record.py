"""The record of one request: filled while the request is answered, and then read by `Instrumentation`."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # an extra that may not be installed
    from opentelemetry.trace import Span

MAX_NAME_LENGTH = 100  # characters of an operation's name that are displayed: clients choose it
REFUSED, ANONYMOUS, OTHER = (
    "(refused)",
    "(anonymous)",
    "(other)",
)  # parentheses, so that no operation can have that name


def display_name(name: str | None) -> str:
    """The name of a valid operation, as logs and metrics display it."""
    return name[:MAX_NAME_LENGTH] if name else ANONYMOUS


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """The id of the request in its answer and in the log."""
    request_id: bytes = scope["request_id"]
    return request_id.decode()


class Operation(Protocol):
    """What observability needs to know of a GraphQL operation: its name as it is displayed, and whether it writes."""

    @property
    def name(self) -> str: ...

    @property
    def writes(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class InvalidOperation:
    """Stands in for the operation of a request that has no valid one."""

    name: str = REFUSED
    writes: bool = True  # it might have


class RequestRecord:
    """One request. One is made for every request, so what has not been set yet is an attribute of the class."""

    valid_operation: Operation | None = None  # the valid GraphQL operation
    requested: Any = None  # the GraphQL operation as it was sent
    error_codes: Sequence[str] = ()
    answer_bytes = 0
    cost = 0  # in points
    ran_dry = False  # whether it has run a command that keeps nothing
    wrote = False  # whether it has run any other
    row_count: int | None = None  # of the answer, where they were counted
    status = 0  # of the answer, once that begins
    span: Span | None = None  # where traces are sent

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        self.scope = scope
        self.statements: list[str] = []  # the SQL that was run
        self.started = perf_counter()

    @property
    def operation(self) -> str | None:
        """The name of the operation."""
        return self.valid_operation.name if self.valid_operation else None

    @property
    def request_id(self) -> str:
        return request_id_of(self.scope)

    @property
    def route(self) -> str:
        """The path of the route, without the keys in it, so that there are only so many."""
        if known := self.scope.get("route"):
            path: str = known.path
        else:  # the outer router does not set the route; one without parameters is the path itself
            path = self.scope["path"] if "endpoint" in self.scope and not self.scope["path_params"] else OTHER
        return path


# The record of the request that is answered in this task.
CURRENT_REQUEST: ContextVar[RequestRecord | None] = ContextVar("current_request", default=None)


def note_cost(points: int) -> None:
    """Adds to what the request that is answered in this task costs."""
    if record := CURRENT_REQUEST.get():
        record.cost += points
