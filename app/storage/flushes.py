"""Commits on Postgres that others need not wait for.

A write holds the end of its tenant's change log until it is committed. Were it to wait for the disk meanwhile, no two
writes of a tenant could share that wait. So it commits without, lets the next one go on, and then waits for a flush of
the log of Postgres that began after it: one serves all that wait. Nothing is acknowledged before.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import sqlalchemy as sa

# A commit that has something to write waits for the disk, and for whatever else this Postgres is set to wait for.
FLUSH = "SELECT pg_logical_emit_message(true, 'gateway', '')"
# Seconds that those who came during a flush wait for those who are about to come, so that fewer flushes do.
GATHERING = 0.0004


def not_waiting() -> sa.ColumnElement[bool]:
    """True; the transaction of the statement does not wait for the disk."""
    made = sa.func.set_config(*map(sa.literal_column, ("'synchronous_commit'", "'off'", "true")))
    return made.is_not(None)


class Flushes:
    """Flushes of one database's log, one after another. `lent` gives the driver's connection for one."""

    def __init__(self, lent: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        self.lent = lent
        self.waiting: list[asyncio.Future[None]] = []
        self.running: asyncio.Task[None] | None = None

    async def done(self) -> None:
        """Returns when all that was committed before the call is on the disk."""
        waiter = asyncio.get_running_loop().create_future()
        self.waiting.append(waiter)
        if self.running is None:
            self.running = asyncio.create_task(self.run())
        await waiter

    async def run(self) -> None:
        """Flushes for as long as somebody waits; who comes during a flush needs a later one."""
        served: list[asyncio.Future[None]] = []
        try:
            while self.waiting:
                try:
                    async with self.lent() as driver:
                        while self.waiting:
                            served, self.waiting = self.waiting, []
                            await self.flush(driver)
                            tell(served, None)
                            served = []
                            if self.waiting:
                                await asyncio.sleep(GATHERING)
                except Exception as failure:
                    if not served:  # there was no connection
                        served, self.waiting = self.waiting, []
                    tell(served, failure)
                    served = []
        finally:
            self.running = None
            for waiter in (*served, *self.waiting):
                waiter.cancel()  # the process ends in the middle of it

    async def flush(self, driver: Any) -> None:
        await driver.fetchval(FLUSH)


def tell(waiters: list[asyncio.Future[None]], failure: Exception | None) -> None:
    for waiter in waiters:
        if waiter.done():  # it has given up
            continue
        if failure:
            waiter.set_exception(failure)
        else:
            waiter.set_result(None)
