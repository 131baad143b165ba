"""Time limits of reads: the task is cancelled, and the database ends the statement that it ran.

asyncpg asks Postgres to end the statement of a cancelled task; if Postgres does not do so in time, it is frozen. SQLite
looks at the clock itself every so many steps, since nothing can reach the thread in which it works."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any, Self

from sqlalchemy.util import await_only

STEPS = 1_000_000  # of SQLite between two looks, some 20 ms: its thread must wait for Python for each of them
DEADLINE_KEY = "deadline"  # where a pooled connection keeps its deadline
MAX_END_SECONDS = 2.0  # seconds in which a Postgres that is not frozen has ended a statement


class TimeLimit:
    """Cancels what runs inside after so many seconds, if any, and raises TimeoutError. `expired` says that the limit
    was the cause, and not another timeout, or a database that was `frozen`."""

    __slots__ = ("connection_seconds", "ends", "frozen", "limit", "token")  # no generator: every query enters one

    def __init__(self, seconds: float | None) -> None:
        self.limit = asyncio.timeout(seconds)
        self.ends = inf if seconds is None else monotonic() + seconds
        self.frozen = False
        self.connection_seconds = 0.0  # for which what may run long has held connections inside

    @property
    def expired(self) -> bool:
        return self.limit.expired() and not self.frozen

    def end_now(self) -> None:
        """Has what runs inside end as if the time was over."""
        self.ends = -inf
        if not self.limit.expired():
            self.limit.reschedule(0)

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
    """When the statements of an SQLite connection are to end: with a time limit, where there is one."""

    at: float = inf
    limit: TimeLimit | None = None

    def passed(self) -> bool:
        return monotonic() > (self.limit.ends if self.limit else self.at)


def watch_deadline(connection: Any, info: dict[Any, Any]) -> None:
    """Makes a new SQLite connection look at its deadline; `info` is where the pool keeps facts about it."""
    info[DEADLINE_KEY] = Deadline()
    await_only(connection.driver_connection.set_progress_handler(info[DEADLINE_KEY].passed, STEPS))


def set_deadline(info: dict[Any, Any]) -> None:
    """Gives a pooled connection the deadline of the task that has checked it out."""
    if DEADLINE_KEY in info:
        deadline: Deadline = info[DEADLINE_KEY]
        deadline.at, deadline.limit = inf, _limit.get()


def clear_deadline(info: dict[Any, Any]) -> None:
    """Lets a connection go on without a deadline: what it does next is no part of the read that had one."""
    if DEADLINE_KEY in info:
        deadline: Deadline = info[DEADLINE_KEY]
        deadline.at, deadline.limit = inf, None


def end_now(info: dict[Any, Any]) -> None:
    """Has the statement that a pooled SQLite connection runs ended at its next look."""
    deadline: Deadline = info[DEADLINE_KEY]
    deadline.at, deadline.limit = -inf, None


def note_seconds(seconds: float) -> None:
    """Adds to the time for which what runs under a limit has held connections."""
    if limit := _limit.get():
        limit.connection_seconds += seconds


async def until_ended(driver: Any) -> None:
    """Returns when Postgres has ended the statement whose task was cancelled. If it does not, the connection is closed,
    and the time limit notes that the database is frozen."""
    try:
        await driver.fetchval("SELECT 1", timeout=MAX_END_SECONDS)
    except TimeoutError:
        driver.terminate()
        if limit := _limit.get():
            limit.frozen = True
    except Exception:  # noqa: S110 -- a failed transaction, a lost connection: whoever uses it next is told of that
        pass
