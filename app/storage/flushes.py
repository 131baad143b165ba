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


def not_waiting() -> sa.ColumnElement[bool]:
    """True; the transaction of the statement does not wait for the disk."""
    made = sa.func.set_config(*map(sa.literal_column, ("'synchronous_commit'", "'off'", "true")))
    return made.is_not(None)


class Flushes:
    """Flushes of one database's log, one after another. `lent` gives the driver's connection for one."""

    def __init__(self, lent: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        self.lent = lent
        self.running: asyncio.Task[None] | None = None
        self.next: asyncio.Task[None] | None = None

    async def done(self) -> None:
        """Returns when all that was committed before the call is on the disk."""
        if self.next is None:
            self.next = asyncio.create_task(self.flush(self.running))
        await asyncio.shield(self.next)

    async def flush(self, former: asyncio.Task[None] | None) -> None:
        if former:
            await asyncio.wait({former})
        self.running, self.next = self.next, None  # who comes from now on needs a later one
        async with self.lent() as driver:
            await driver.fetchval(FLUSH)
