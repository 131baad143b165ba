"""Outages: failures that are no fault of the caller, because the database or the store of PDFs cannot be used now. Each
kind has the sentence that callers are told. All of them pass by themselves, or can be repaired by the operator."""

import errno
import os
import sqlite3
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.concurrency.offloading import NoTurn
from app.storage.blobs.store import StoreAway
from app.storage.database.driver_errors import DISK_FULL, is_damage, sqlite_code, sqlstate
from app.storage.database.engine import Database


class Overloaded(Exception):
    """A request for which there was no memory in time."""


class AnswersUnread(Exception):
    """A large answer for whose client too many others wait to be read."""


RETRY_AFTER = {"Retry-After": "1"}  # a header of the answer; in seconds


class Outage(Enum):
    """What is wrong, and what to do about it."""

    STORE_UNREACHABLE = "The store of the PDFs does not answer: try again."
    UNREACHABLE = "The database does not answer: try again."
    SLOW = "The database takes too long to answer: try again."
    FULL = "The database has no room left: try again when its operator has made some."
    READ_ONLY = "The database only takes reads at present: try again later."
    DAMAGED = "The database is damaged: its operator has to restore it from a backup."
    OVERLOADED = "The server has too many large requests at once: try again."
    UNREAD = "This key has too many large answers that wait to be read: read them, then try again."

    @property
    def fact(self) -> str:
        """What is wrong, as the middle of a sentence."""
        return self.value[0].lower() + self.value.partition(":")[0][1:]


QUERY_CANCELED = "57014"  # Postgres: a statement that a limit of its own has ended
# Postgres: by how its codes begin; the first that fits counts.
OUTAGES_BY_SQLSTATE = {
    DISK_FULL: Outage.FULL,
    "53300": Outage.SLOW,  # too many connections
    "25006": Outage.READ_ONLY,  # so is a standby, after the other has taken over
    "55P03": Outage.SLOW,  # a lock that somebody else holds
    QUERY_CANCELED: Outage.SLOW,
    "40": Outage.SLOW,  # races that were lost again and again
    "08": Outage.UNREACHABLE,
    "53": Outage.UNREACHABLE,
    "57P": Outage.UNREACHABLE,  # going down or coming up
    "58030": Outage.UNREACHABLE,  # an input or output error
}
OUTAGES_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: Outage.SLOW,
    sqlite3.SQLITE_LOCKED: Outage.SLOW,
    sqlite3.SQLITE_FULL: Outage.FULL,
    sqlite3.SQLITE_READONLY: Outage.READ_ONLY,
    sqlite3.SQLITE_IOERR: Outage.UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: Outage.UNREACHABLE,
}
# Errors of files, which are not those of a connection.
FILE_ERRNOS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOENT,
    errno.EIO,
    errno.EMFILE,
}

IS_READ_ONLY = sa.text("SELECT current_setting('transaction_read_only') = 'on'")


def first_line(error: BaseException) -> str:
    """What is wrong, for the log."""
    return str(error).partition("\n")[0] or type(error).__name__


def outage(error: BaseException) -> Outage | None:
    """The outage that an error means; None where it means none."""
    if isinstance(error, StoreAway):
        return Outage.STORE_UNREACHABLE
    if isinstance(error, Overloaded | NoTurn):
        return Outage.OVERLOADED
    if isinstance(error, AnswersUnread):
        return Outage.UNREAD
    if isinstance(error, TimeoutError | PoolTimeout):
        return Outage.SLOW
    if isinstance(error, OSError):
        return None if error.errno in FILE_ERRNOS else Outage.UNREACHABLE
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Outage.UNREACHABLE
    if is_damage(error):
        return Outage.DAMAGED
    state = sqlstate(error)
    return next(
        (kind for start, kind in OUTAGES_BY_SQLSTATE.items() if state.startswith(start)),
        OUTAGES_BY_SQLITE_CODE.get(sqlite_code(error)),
    )


async def writes_refused(database: Database) -> Outage | None:
    """Why the database would refuse writes now; None where nothing is known against them. It writes nothing."""
    if database.is_sqlite:
        return sqlite_refuses(str(database.url.database))
    if database.disk_was_full:
        return Outage.FULL
    async with database.reading() as connection:
        return Outage.READ_ONLY if await connection.scalar(IS_READ_ONLY) else None


def sqlite_refuses(path: str) -> Outage | None:
    if not os.access(path, os.W_OK):
        return Outage.READ_ONLY
    return None if os.statvfs(path).f_bavail else Outage.FULL
