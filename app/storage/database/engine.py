"""Engines for SQLite and Postgres, and the two ways to use one: reading and writing."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.caching import CacheBudget
from app.concurrency.fair_semaphore import FairSemaphore
from app.storage.database.compat_aiosqlite import limit_length
from app.storage.database.connection_shares import ConnectionShares, ConnectionTurn
from app.storage.database.driver_errors import (
    DISK_FULL,
    MAX_ANSWER_BYTES,
    AnswerTooLarge,
    StatementTooLarge,
    is_damage,
    sqlstate,
)
from app.storage.database.pool import PoolUsage, RawConnection, pool_usage, pooled_engine
from app.storage.database.row_level_security import ENTER, NOBODY, RESTRICTED_SETTING, STAND_ABOVE, TAKE_ROLE
from app.storage.database.snapshots import Snapshots
from app.storage.database.sqlite_functions import FUNCTIONS
from app.storage.database.statement_caches import CompiledCache, PreparedStatements
from app.storage.database.time_limits import set_deadline, until_ended, watch_deadline
from app.storage.writes.batching import WriteBatcher
from app.storage.writes.group_commit import GroupCommit
from app.storage.writes.request_transaction import RequestTransaction

DISK_FULL_SECONDS = 60.0  # for so long a write that found the disk full speaks for those to come
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a ledger: what was acknowledged survives a power cut
    "foreign_keys=ON",
    "recursive_triggers=ON",  # INSERT OR REPLACE must not slip past the triggers that refuse deletes
)
# Statements stay prepared however seldom they come, until their connection has prepared too many (see `PreparedTexts`).
# Compiling them to machine code takes longer than running them.
POSTGRES_SETTINGS = {
    "jit": "off",
    "enable_seqscan": "off",  # of a small table the planner would scan all, before the statement enters its tenant
}
POSTGRES_OPTIONS = {
    "statement_cache_size": 500,
    "max_cacheable_statement_size": 0,
    "max_cached_statement_lifetime": 0,
    "server_settings": POSTGRES_SETTINGS,
}
MAX_PARAMETERS = 32_766


@dataclass(frozen=True, slots=True)
class Timeouts:
    """For how many seconds a server waits: `wait` for a connection, or for a lock that somebody else holds; `statement`
    for the end of a statement on Postgres. Then the request fails, rather than hang with the database. The commands of
    the command line wait for locks and statements without a limit."""

    wait: float = 10
    statement: float | None = None


class Database:
    """One database. On SQLite there is one writer at a time, so that none fails or loses another's update; readers see
    the last committed state meanwhile. On Postgres a transaction sees the rows of the tenant that it has entered. A
    database that `administers` has the rights of its owner: its transactions see all rows until they enter a tenant."""

    def __init__(
        self,
        url: str,
        pool_size: int = 10,
        timeouts: Timeouts | None = None,
        *,
        administers: bool = False,
        caches: CacheBudget = CacheBudget(),  # noqa: B008 -- frozen
    ) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.administers = administers
        wait = (timeouts or Timeouts()).wait
        cache = CompiledCache(caches.share("compiled statements"))
        connections = pool_size + self.is_sqlite  # one writes
        prepared_bytes = caches.share("prepared statements") // 2
        self.prepared = PreparedStatements(prepared_bytes, connections, is_sqlite=self.is_sqlite)
        if self.is_sqlite:
            self.writer = sqlite_engine(url, cache, begin="BEGIN IMMEDIATE", query_only=False, pool_size=1, wait=wait)
            self.reader = sqlite_engine(url, cache, begin="BEGIN", query_only=True, pool_size=pool_size, wait=wait)
        else:
            self.writer = self.reader = postgres_engine(url, cache, pool_size, timeouts, restricted=not administers)
        if self.is_sqlite:
            apart = sqlite_engine(url, cache, begin="BEGIN", query_only=True, pool_size=pool_size, wait=wait)
        else:
            endless = timeouts and Timeouts(wait)  # statements of a snapshot take as long as they take
            apart = postgres_engine(url, cache, pool_size, endless, restricted=not administers)
        self.snapshots = Snapshots(apart, ConnectionShares(pool_size, wait))
        # Of `reader`, and so on Postgres of all connections. One more than processors, for another tenant.
        self.shares = ConnectionShares(pool_size, wait, 1 + (os.cpu_count() or 1) if self.is_sqlite else None)
        self.damaged = False  # whether SQLite has found its file to be: see `note_error`
        self.disk_full_at = -inf  # when a write on Postgres last found the disk full
        for engine in {self.writer.sync_engine, self.reader.sync_engine}:
            event.listen(engine, "handle_error", lambda context: self.note_error(context.original_exception))
            self.prepared.watch(engine, replaces=self.is_sqlite and engine is self.writer.sync_engine)
        self.group_commit = GroupCommit(self.writer) if self.is_sqlite else None
        self.chunk_turns = FairSemaphore(1)  # of tenants whose chunks of writes are worked on in a thread
        self.batcher = None if self.is_sqlite else WriteBatcher(self.raw_connection, wait, self.prepared.note)
        # see `request_transaction` and `observe_statement`
        self.current_transaction: ContextVar[RequestTransaction | None] = ContextVar("current", default=None)
        self.statement_listeners: list[Callable[[str, Sequence[Any]], Callable[[], None] | None]] = []

    async def fetch_json(
        self, text: str, arguments: Sequence[Any], key: Hashable = NOBODY, *, long: bool = False
    ) -> bytes | None:
        """The one value of a statement, JSON or null; see `driver`. Raises AnswerTooLarge, too."""
        if len(arguments) > MAX_PARAMETERS:
            raise StatementTooLarge(f"{len(arguments)} parameters")
        async with self.driver(key, long=long) as driver:
            self.prepared.note(driver, text)
            with self.observe_statement(text, arguments):
                if self.is_sqlite:
                    ((value,),) = await driver.execute_fetchall(text, arguments)
                else:
                    value = await driver.fetchval(text, *arguments)
        return json_bytes(value)

    def observe_statement(self, text: str, arguments: Sequence[Any] = ()) -> "ObservedStatement":
        """Calls the listeners for a statement that goes straight to the driver, and what they return when it has ended;
        adds the SQL to an error that the statement raises."""
        return ObservedStatement(self, text, arguments)

    def note_error(self, reason: BaseException) -> None:
        """Remembers that the SQLite file is damaged, until the server is restarted: that some of it can still be read
        proves nothing. And when the disk of Postgres was full, since nobody can ask Postgres for that."""
        self.damaged = self.damaged or (self.is_sqlite and is_damage(reason))
        if sqlstate(reason) == DISK_FULL:
            self.disk_full_at = monotonic()

    @property
    def disk_was_full(self) -> bool:
        """Whether a write on Postgres has lately found the disk full, and no later one has succeeded."""
        return monotonic() - self.disk_full_at < DISK_FULL_SECONDS

    def disk_has_space(self) -> None:
        self.disk_full_at = -inf

    def driver(self, key: Hashable = NOBODY, *, long: bool = False) -> AbstractAsyncContextManager[Any]:
        """The driver's own connection, for single statements that need no transaction, since each statement sees one
        state of the database anyway; within a request's transaction, the connection of that. It counts as the key's, a
        tenant's or a caller's; `long` says that the statement may run long. Raises the driver's error, ConnectionError
        where the connection was lost, and StatementTooLarge."""
        if (open_transaction := self.current_transaction.get()) and open_transaction.connection:
            return shared(open_transaction.connection)
        return self.raw_connection(key, long=long)

    def raw_connection(self, key: Hashable, *, long: bool = False) -> RawConnection:
        """The driver's own connection, whatever the transaction."""
        return RawConnection(self.reader, ConnectionTurn(self.shares, key, long=long))

    @asynccontextmanager
    async def reading(self, tenant_id: int = NOBODY, *, long: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection that sees the tenant's rows, and one state of the database until it is given back; `long` says
        that its statements may run long."""
        if (open_transaction := self.current_transaction.get()) and open_transaction.connection:
            yield open_transaction.connection
            return
        async with ConnectionTurn(self.shares, tenant_id, long=long), self.reader.connect() as connection:
            if not self.is_sqlite:
                connection = await connection.execution_options(isolation_level="REPEATABLE READ")
            raw = await connection.get_raw_connection()
            set_deadline(raw.info)
            try:
                await self.enter(connection, tenant_id)
                yield connection
            except asyncio.CancelledError:
                if not self.is_sqlite:
                    await asyncio.shield(until_ended(raw.driver_connection))
                raise

    @asynccontextmanager
    async def writing(self, tenant_id: int = NOBODY) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction on the tenant's rows: committed at the end, rolled back on an exception."""
        if open_transaction := self.current_transaction.get():
            connection = await open_transaction.begin()
            async with connection.begin_nested():
                yield connection
        else:
            async with self.transaction(tenant_id) as connection:
                yield connection

    @asynccontextmanager
    async def transaction(self, tenant_id: int) -> AsyncIterator[AsyncConnection]:
        """The same, apart from the request's transaction."""
        if self.group_commit:
            async with self.group_commit.turn(tenant_id) as group, group.connection.begin_nested():
                yield group.connection
        else:
            async with ConnectionTurn(self.shares, tenant_id), self.writer.begin() as connection:
                await self.enter(connection, tenant_id)
                yield connection

    async def enter(self, connection: AsyncConnection, tenant_id: int) -> None:
        """Shows the transaction the tenant's rows, or all to who administers."""
        if self.is_sqlite:
            return
        if self.administers:
            await connection.execute(STAND_ABOVE)
        if tenant_id != NOBODY:
            await connection.execute(ENTER, {"tenant": str(tenant_id)})

    @asynccontextmanager
    async def request_transaction(
        self, tenant_id: int, first: Callable[[AsyncConnection], Awaitable[None]]
    ) -> AsyncIterator[RequestTransaction]:
        """One transaction for all that this task writes, and for all that it reads after the first write; rolled back
        unless it is committed."""
        open_transaction = RequestTransaction(partial(self.transaction, tenant_id), first)
        token = self.current_transaction.set(open_transaction)
        try:
            yield open_transaction
        finally:
            self.current_transaction.reset(token)
            await open_transaction.rollback()
            await open_transaction.cleanup.aclose()

    @contextmanager
    def outside_request_transaction(self) -> Iterator[None]:
        """What is read and written inside is no part of the request's transaction."""
        token = self.current_transaction.set(None)
        try:
            yield
        finally:
            self.current_transaction.reset(token)

    def pool_usage(self) -> PoolUsage:
        """How busy the connections are at this moment. Asks nothing of the database."""
        waiting_writers = self.group_commit.waiting if self.group_commit else 0
        return pool_usage({self.reader, self.writer}, self.shares, waiting_writers)

    async def dispose(self) -> None:
        for engine in (self.writer, self.reader, self.snapshots.engine):
            await engine.dispose()


class ObservedStatement:
    """See `Database.observe_statement`. A class, because every statement enters one: a generator is slower."""

    __slots__ = ("arguments", "database", "endings", "text")

    def __init__(self, database: Database, text: str, arguments: Sequence[Any]) -> None:
        self.database = database
        self.text = text
        self.arguments = arguments

    def __enter__(self) -> None:
        endings = [listener(self.text, self.arguments) for listener in self.database.statement_listeners]
        self.endings = [ended for ended in endings if ended]

    def __exit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(reason, Exception):
            self.database.note_error(reason)
            note = f"SQL: {self.text}"
            if note not in getattr(reason, "__notes__", ()):  # all writes of a batch fail of the same
                reason.add_note(note)
        for ended in self.endings:
            ended()


def json_bytes(value: str | bytes | None) -> bytes | None:
    """The JSON text that a driver gives. Raises AnswerTooLarge for the empty one that stands for it."""
    if value == b"":
        raise AnswerTooLarge
    return value.encode() if isinstance(value, str) else value


@asynccontextmanager
async def shared(connection: AsyncConnection) -> AsyncIterator[Any]:
    """The driver's connection of a transaction, which is neither ended nor given back."""
    yield (await connection.get_raw_connection()).driver_connection


def postgres_engine(
    url: str, cache: CompiledCache, pool_size: int, timeouts: Timeouts | None, *, restricted: bool
) -> AsyncEngine:
    bounds = {} if timeouts is None else {"pool_timeout": timeouts.wait}
    engine = pooled_engine(url, pool_size, cache, connect_args=postgres_options(timeouts), **bounds)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        if restricted:
            connection.run_async(take_restricted_role)

    @event.listens_for(engine.sync_engine, "checkout")
    def renew(connection: Any, _record: Any, _proxy: Any) -> None:
        # The driver notices when the server goes away: to ask it costs nothing, a ping would be one more round trip.
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError

    @event.listens_for(engine.sync_engine, "handle_error")
    def give_up(context: Any) -> None:
        if isinstance(context.original_exception, TimeoutError):  # the state of the connection is unknown
            context.is_disconnect, context.invalidate_pool_on_disconnect = True, False

    return engine


async def take_restricted_role(driver: Any) -> None:
    """Leaves a new connection without the right to see any row, until it enters a tenant."""
    await driver.execute(f"{TAKE_ROLE}; SET {RESTRICTED_SETTING} = 'on'")


def postgres_options(timeouts: Timeouts | None) -> dict[str, Any]:
    """The options of the driver, with a server's timeouts."""
    if timeouts is None:
        return POSTGRES_OPTIONS
    settings = {**POSTGRES_SETTINGS, "lock_timeout": str(round(timeouts.wait * 1000))}
    bounds = {"timeout": timeouts.wait, "command_timeout": timeouts.statement}
    return {**POSTGRES_OPTIONS, **bounds, "server_settings": settings}


def sqlite_engine(
    url: str, cache: CompiledCache, *, begin: str, query_only: bool, pool_size: int, wait: float
) -> AsyncEngine:
    engine = pooled_engine(url, pool_size, cache, pool_timeout=wait)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver must not say BEGIN: we do, below
        watch_deadline(connection, record.info)
        limit_length(connection, MAX_ANSWER_BYTES)
        for name, function in FUNCTIONS.items():
            connection.create_function(name, -1, function, deterministic=True)
        try:
            for pragma in (f"busy_timeout={round(wait * 1000)}", *PRAGMAS):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute(f"PRAGMA query_only={'ON' if query_only else 'OFF'}")
        except BaseException:
            connection.close()  # or its thread would outlive the event loop, and complain
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def sqlite_folder(url: str) -> Path | None:
    """The folder that the SQLite file of this URL lies in."""
    parsed = make_url(url)
    return Path(parsed.database).parent if parsed.get_backend_name() == "sqlite" and parsed.database else None
