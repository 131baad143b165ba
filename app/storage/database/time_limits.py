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
    """Cancels what runs inside after so many seconds, and raises TimeoutError. `expired` says that the limit was the
    cause, and not another timeout, or a database that was `frozen`."""

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


def watch_deadline(connection: Any, info: dict[Any, Any]) -> None:
    """Makes a new SQLite connection look at its deadline; `info` is where the pool keeps facts about it."""
    info[DEADLINE_KEY] = Deadline()
    await_only(connection.driver_connection.set_progress_handler(info[DEADLINE_KEY].passed, STEPS))


def set_deadline(info: dict[Any, Any]) -> None:
    """Gives a pooled connection the deadline of the task that has checked it out."""
    if DEADLINE_KEY in info:
        limit = _limit.get()
        info[DEADLINE_KEY].at = limit.ends if limit else inf


def clear_deadline(info: dict[Any, Any]) -> None:
    """Lets a connection go on without a deadline: what it does next is no part of the read that had one."""
    if DEADLINE_KEY in info:
        info[DEADLINE_KEY].at = inf


def end_now(info: dict[Any, Any]) -> None:
    """Has the statement that a pooled SQLite connection runs ended at its next look."""
    info[DEADLINE_KEY].at = -inf


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
