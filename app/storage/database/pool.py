"""The pool of connections: its settings, how busy it is, and a driver's own connection from it, for single statements
that need no transaction. Who gets a connection next is not the pool's to say: see `connection_shares`."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.util import greenlet_spawn

from app.storage.database.compat_aiosqlite import wait_for_thread
from app.storage.database.connection_shares import ConnectionShares, ConnectionTurn
from app.storage.database.driver_errors import AnswerTooLarge, StatementTooLarge, is_answer_too_large, is_too_large
from app.storage.database.exact_json import dump_json, load_json
from app.storage.database.statement_caches import CompiledCache, is_full
from app.storage.database.time_limits import end_now, set_deadline, until_ended


def pooled_engine(url: str, pool_size: int, cache: CompiledCache, **options: Any) -> AsyncEngine:
    """An engine, lazily connected; `options` are those of `create_async_engine`."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,  # few connections are busy most of the time, and what they need is near then
        query_cache_size=0,
        execution_options={"compiled_cache": cache},
        pool_reset_on_return=None,  # transactions are ended where they are begun
        hide_parameters=True,  # errors are logged, and what tenants store is not for the log
        json_serializer=dump_json,
        json_deserializer=load_json,
        **options,
    )


class RawConnection:
    """Checks out a driver's connection. Raises the driver's error, ConnectionError where the connection was lost, and
    StatementTooLarge. A class, because every request enters one: a generator takes three times as long."""

    __slots__ = ("connection", "engine", "turn")

    def __init__(self, engine: AsyncEngine, turn: ConnectionTurn) -> None:
        self.engine = engine
        self.turn = turn
        self.connection: PoolProxiedConnection

    async def __aenter__(self) -> Any:
        await self.turn.begin()
        try:
            connection = self.connection = await checkout(self.engine)
        except BaseException:
            self.turn.end()
            raise
        set_deadline(connection.info)
        return connection.driver_connection

    async def __aexit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if reason is not None:
                await self.failed(reason)
        finally:
            if is_full(self.connection.info):
                await replace(self.engine, self.connection)
            self.connection.close()
            self.turn.end()

    async def failed(self, reason: BaseException) -> None:
        """Makes the connection fit for its next use. Raises a clearer error than the driver's, where there is one."""
        driver: Any = self.connection.driver_connection
        is_sqlite = self.engine.dialect.name == "sqlite"
        if isinstance(reason, asyncio.CancelledError):
            await asyncio.shield(end_statement(self.connection) if is_sqlite else until_ended(driver))
        elif not is_sqlite and isinstance(reason, TimeoutError):
            driver.terminate()  # its state is unknown: the pool makes a new one
        elif not is_sqlite and driver.is_closed() and isinstance(reason, Exception):
            raise ConnectionError(str(reason)) from reason
        elif is_answer_too_large(reason):
            raise AnswerTooLarge from reason
        elif isinstance(reason, Exception) and is_too_large(reason):
            raise StatementTooLarge(str(reason)) from reason


async def checkout(engine: AsyncEngine) -> PoolProxiedConnection:
    """A connection from the pool. An idle one is taken without waiting, which takes a third of the time, unless it
    turns out to be lost."""
    if isinstance(engine.sync_engine.pool, QueuePool) and engine.sync_engine.pool.checkedin():
        with suppress(MissingGreenlet):
            return engine.sync_engine.raw_connection()
    return await engine.raw_connection()


async def replace(engine: AsyncEngine, connection: PoolProxiedConnection) -> None:
    """Closes a connection and opens another in its place, which the next who asks can then take without waiting."""
    await greenlet_spawn(connection.invalidate)
    connection.close()
    with suppress(Exception):  # whoever asks next is told that the database is away
        (await engine.raw_connection()).close()


async def end_statement(connection: PoolProxiedConnection) -> None:
    """Ends the statement of a cancelled task, before the connection is used again under another deadline."""
    end_now(connection.info)
    await wait_for_thread(connection.driver_connection)


@dataclass(frozen=True, slots=True)
class PoolUsage:
    """How busy the connections are."""

    in_use: int
    max_connections: int
    waiting: int  # for a connection
    waiting_long: int  # of those, for a statement that may run long
    waiting_writers: int  # of SQLite, which has one writer at a time


def pool_usage(engines: Iterable[AsyncEngine], shares: ConnectionShares, waiting_writers: int) -> PoolUsage:
    """The usage of the engines' pools at this moment. Asks nothing of the database."""
    pools = [engine.sync_engine.pool for engine in engines]
    queues = [pool for pool in pools if isinstance(pool, QueuePool)]
    return PoolUsage(
        sum(pool.checkedout() for pool in queues),
        sum(pool.size() for pool in queues),
        shares.waiting,
        shares.waiting_long,
        waiting_writers,
    )
