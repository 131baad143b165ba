"""Reads that take too long are ended, and so is what the database does for them. asyncpg asks Postgres to end the
statement of a task that is cancelled, and whether Postgres does so tells one that works from one that is frozen; SQLite
is asked to look at the time itself, since nothing reaches the thread in which it works."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any, Self

from sqlalchemy.util import await_only

STEPS = 1_000_000  # of SQLite between two looks, some 20 ms: its thread must wait for Python for each of them
INFO = "deadline"  # where a pooled connection keeps its deadline
LONGEST_END = 2.0  # seconds in which a Postgres that is not frozen has ended a statement


class TimeLimit:
    """Ends what is read inside after so many seconds: raises TimeoutError then. `expired` tells it from other
    TimeoutErrors, and from that of a database which was `frozen`."""

    __slots__ = ("ends", "frozen", "limit", "token")  # no generator: every query enters one

    def __init__(self, seconds: float) -> None:
        self.limit = asyncio.timeout(seconds)
        self.ends = monotonic() + seconds
        self.frozen = False

    @property
    def expired(self) -> bool:
        return self.limit.expired() and not self.frozen

    async def __aenter__(self) -> Self:
        self.token = _limit.set(self)
        await self.limit.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        _limit.reset(self.token)
        await self.limit.__aexit__(*raised)


_limit: ContextVar[TimeLimit | None] = ContextVar("limit", default=None)


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
        limit = _limit.get()
        info[INFO].at = limit.ends if limit else inf


def end_now(info: dict[Any, Any]) -> None:
    """Has the statement that a pooled SQLite connection runs ended at its next look."""
    info[INFO].at = -inf


async def until_ended(driver: Any) -> None:
    """Returns when Postgres has ended the statement whose task was cancelled. Where it does not, the connection is
    closed, and the limit that has cancelled it is told."""
    try:
        await driver.fetchval("SELECT 1", timeout=LONGEST_END)
    except TimeoutError:
        driver.terminate()
        if limit := _limit.get():
            limit.frozen = True
    except Exception:  # noqa: S110 -- a failed transaction, a lost connection: whoever uses it next is told of that
        pass
