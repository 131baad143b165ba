"""A driver's own connection, lent from the pool of an engine for single statements outside any transaction."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Any

from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from app.storage.database.compat_aiosqlite import wait_for_thread
from app.storage.database.driver_errors import StatementTooLarge, is_too_large
from app.storage.database.time_limits import end_now, set_deadline, until_ended


class RawConnection:
    """Lends a driver's connection. Raises the driver's error, ConnectionError where the database went away, and
    StatementTooLarge. A class, because every request goes through it: a generator takes three times as long."""

    __slots__ = ("connection", "engine")

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.connection: PoolProxiedConnection

    async def __aenter__(self) -> Any:
        connection = self.connection = await checkout(self.engine)
        set_deadline(connection.info)
        return connection.driver_connection

    async def __aexit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if reason is not None:
                await self.failed(reason)
        finally:
            self.connection.close()

    async def failed(self, reason: BaseException) -> None:
        """Leaves the connection fit for the next, and raises what says more than the reason."""
        driver: Any = self.connection.driver_connection
        is_sqlite = self.engine.dialect.name == "sqlite"
        if isinstance(reason, asyncio.CancelledError):
            await asyncio.shield(ended(self.connection) if is_sqlite else until_ended(driver))
        elif not is_sqlite and isinstance(reason, TimeoutError):
            driver.terminate()  # nobody knows what it is at: the next to take it gets a new one
        elif not is_sqlite and driver.is_closed() and isinstance(reason, Exception):
            raise ConnectionError(str(reason)) from reason
        elif isinstance(reason, Exception) and is_too_large(reason):
            raise StatementTooLarge(str(reason)) from reason


async def checkout(engine: AsyncEngine) -> PoolProxiedConnection:
    """A connection from the pool. One that lies idle is taken as it is, for a third of what waiting for one costs,
    unless it turns out to be lost."""
    if isinstance(engine.sync_engine.pool, QueuePool) and engine.sync_engine.pool.checkedin():
        with suppress(MissingGreenlet):
            return engine.sync_engine.raw_connection()
    return await engine.raw_connection()


async def ended(connection: PoolProxiedConnection) -> None:
    """Ends the statement that nobody waits for any more, before others get the connection with deadlines of theirs."""
    end_now(connection.info)
    await wait_for_thread(connection.driver_connection)
