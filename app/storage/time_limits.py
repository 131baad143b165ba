"""Reads that take too long are ended, and so is what the database does for them. asyncpg ends the statement of a task
that is cancelled; SQLite is asked to look at the time itself, since nothing reaches the thread in which it works."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any, Self

from sqlalchemy.util import await_only

STEPS = 1_000_000  # of SQLite between two looks, some 20 ms: its thread must wait for Python for each of them
INFO = "deadline"  # where a pooled connection keeps its deadline

_ends: ContextVar[float] = ContextVar("ends", default=inf)


class TimeLimit:
    """Ends what is read inside after so many seconds: raises TimeoutError then, and `expired` tells it from others."""

    __slots__ = ("ends", "limit", "token")  # no generator: every query enters one

    def __init__(self, seconds: float) -> None:
        self.limit = asyncio.timeout(seconds)
        self.ends = monotonic() + seconds

    @property
    def expired(self) -> bool:
        return self.limit.expired()

    async def __aenter__(self) -> Self:
        self.token = _ends.set(self.ends)
        await self.limit.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        _ends.reset(self.token)
        await self.limit.__aexit__(*raised)


@dataclass(slots=True)
class Deadline:
    """When the statements of an SQLite connection are to end."""

    at: float = inf

    def passed(self) -> bool:
        return monotonic() > self.at


def watch(connection: Any, info: dict[Any, Any]) -> None:
    """Has a new SQLite connection look at its deadline; `info` is where its pool keeps facts of it."""
    info[INFO] = Deadline()
    await_only(connection.driver_connection.set_progress_handler(info[INFO].passed, STEPS))


def set_deadline(info: dict[Any, Any]) -> None:
    """Sets the deadline of a pooled connection to that of whoever has taken it."""
    if INFO in info:
        info[INFO].at = _ends.get()


def end_now(info: dict[Any, Any]) -> None:
    """Has the statement that a pooled SQLite connection runs ended at its next look."""
    info[INFO].at = -inf
