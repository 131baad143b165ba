"""Writers of an SQLite file take turns on one connection, and so do their tenants, however many writers each has. Those
that wait for one another share a transaction, and so one commit, which waits for the disk; where one of them fails, it
alone is rolled back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.concurrency.fair_semaphore import FairSemaphore

MAX_GROUP_SECONDS = 0.1  # seconds after which a group is committed although others wait: other processes write, too
MAX_WAIT_SECONDS = 30.0  # seconds for a turn


@dataclass(slots=True)
class CommitGroup:
    """Writers that share a transaction. `committed` is done when it is on the disk, and fails where the commit does."""

    connection: AsyncConnection
    driver: Any  # the same connection, as the driver has it
    committed: asyncio.Future[None]
    started: float = field(default_factory=monotonic)


class GroupCommit:
    """Gives turns on the writing connection of an engine, to whoever waits no longer than `max_wait_seconds`."""

    def __init__(self, engine: AsyncEngine, max_wait_seconds: float = MAX_WAIT_SECONDS) -> None:
        self.engine = engine
        self.max_wait_seconds = max_wait_seconds
        self.turns = FairSemaphore(1)
        self.group: CommitGroup | None = None

    @property
    def waiting(self) -> int:
        """How many writers wait for their turn."""
        return self.turns.waiting

    @asynccontextmanager
    async def turn(self, tenant_id: int) -> AsyncIterator[CommitGroup]:
        """A connection on which nobody else writes meanwhile. What was written by its end is committed: a writer takes
        a savepoint, and rolls back to it on any exception. Raises TimeoutError where the turn does not come."""
        try:
            async with asyncio.timeout(self.max_wait_seconds):
                await self.turns.acquire(tenant_id)
        except BaseException:
            await asyncio.shield(self.end_if_left())
            raise
        began = monotonic()
        try:
            group = self.group = self.group or await self.begin()
            try:
                yield group
            finally:
                if not self.waiting or monotonic() - group.started > MAX_GROUP_SECONDS:
                    self.group = None
                    await asyncio.shield(end(group))
        finally:
            self.turns.release(tenant_id, monotonic() - began)
        await asyncio.shield(group.committed)

    async def end_if_left(self) -> None:
        """Ends a group that was left open for a writer who has given up waiting."""
        if self.group and not self.waiting and self.turns.try_acquire(None):
            group, self.group = self.group, None
            try:
                await end(group)
            finally:
                self.turns.release(None, 0)

    async def begin(self) -> CommitGroup:
        connection = await self.engine.connect()
        try:
            await connection.begin()
            driver = (await connection.get_raw_connection()).driver_connection
        except BaseException:
            await connection.close()
            raise
        committed = asyncio.get_running_loop().create_future()
        committed.add_done_callback(asyncio.Future.exception)  # seen, even where nobody waits for it
        return CommitGroup(connection, driver, committed)


async def end(group: CommitGroup) -> None:
    """Commits what the group has written, and lets all of its writers know."""
    try:
        await group.connection.commit()
    except BaseException as reason:
        group.committed.set_exception(reason)
        await group.driver.rollback()  # SQLAlchemy takes the transaction for ended
    else:
        group.committed.set_result(None)
    finally:
        await group.connection.close()
