"""Engines for SQLite and Postgres, and the two ways to use one: reading and writing."""

import errno
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.domain.values import exact_number

# Postgres: connection exceptions, too many connections, disk full, server going down or coming up.
LOST_STATES = ("08", "53", "57P")
OF_FILES = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EIO, errno.EMFILE}
LOST_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
PRAGMAS = (
    "journal_mode=WAL",
    "busy_timeout=10000",
    "synchronous=FULL",  # a ledger: what was acknowledged survives a power cut
    "foreign_keys=ON",
    "recursive_triggers=ON",  # INSERT OR REPLACE must not slip past the triggers that refuse deletes
)
FOLDING = "folding"  # the Postgres collation whose lower() knows all scripts; the first migration makes it


class Database:
    """One database. On SQLite writers take turns on one connection, so that none fails or loses another's update;
    readers see the last committed state meanwhile."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.writer = sqlite_engine(url, begin="BEGIN IMMEDIATE", query_only=False, pool_size=1)
            self.reader = sqlite_engine(url, begin="BEGIN", query_only=True, pool_size=pool_size)
        else:
            self.writer = self.reader = postgres_engine(url, pool_size)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database for as long as it is held."""
        async with self.reader.connect() as connection:
            if not self.is_sqlite:
                connection = await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction: committed at the end, rolled back on any exception."""
        async with self.writer.begin() as connection:
            yield connection

    async def dispose(self) -> None:
        await self.writer.dispose()
        await self.reader.dispose()


def new_engine(url: str, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # errors are logged, and what tenants store is not for the log
        json_serializer=dump_json,
        json_deserializer=load_json,
    )


def postgres_engine(url: str, pool_size: int) -> AsyncEngine:
    engine = new_engine(url, pool_size)

    @event.listens_for(engine.sync_engine, "checkout")
    def renew(connection: Any, _record: Any, _proxy: Any) -> None:
        # The driver notices when the server goes away: to ask it costs nothing, a ping would be one more round trip.
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError

    return engine


def does_not_answer(error: BaseException) -> bool:
    """Whether the database could not be reached, was lost or has no room, whatever it was asked."""
    if isinstance(error, OSError):
        return error.errno not in OF_FILES
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout)
    state, code = getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorcode", 0)
    return error.connection_invalidated or str(state).startswith(LOST_STATES) or code & 0xFF in LOST_CODES


def sqlite_engine(url: str, *, begin: str, query_only: bool, pool_size: int) -> AsyncEngine:
    engine = new_engine(url, pool_size)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not say BEGIN: we do, below
        connection.create_function("fold", 1, fold, deterministic=True)
        try:
            for pragma in PRAGMAS:
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


def fold(text: str | None) -> str | None:
    """Text for comparison without regard to case: what `lower` does, and the two Greek small sigmas as one."""
    return None if text is None else text.lower().replace("ς", "σ")


def dump_json(value: Any) -> str:
    """JSON with numbers of exactly their decimal value."""
    return orjson.dumps(value, default=digits_of).decode()


def digits_of(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return orjson.Fragment(str(value))


def whole_number(digits: str) -> int | Decimal:
    """An int that orjson can write again, or a Decimal of the same value."""
    return int(digits) if len(digits) < 19 else exact_number(digits)  # 64 bits hold any 18 digits


def no_number(word: str) -> Any:
    """NaN and Infinity, which Python reads but JSON does not know."""
    raise ValueError(f"{word} is no JSON")


load_json = json.JSONDecoder(parse_float=exact_number, parse_int=whole_number, parse_constant=no_number).decode
