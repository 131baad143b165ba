"""What the gateway stands on and cannot use now, where that is why something failed: the kinds of it, each with the
sentence that callers are told. Nothing here is the caller's fault, and all of it passes or can be mended."""

import errno
import sqlite3
from enum import Enum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.storage.blobs.store import StoreAway
from app.storage.database.driver_errors import NO_ROOM, is_damage, sqlite_code, sqlstate


class Overloaded(Exception):
    """A request that found no room in memory in time."""


class Outage(Enum):
    """What is wrong, and what to do about it."""

    STORE = "The store of the PDFs does not answer: try again."
    AWAY = "The database does not answer: try again."
    SLOW = "The database takes too long to answer: try again."
    FULL = "The database has no room left: try again when its operator has made some."
    READ_ONLY = "The database only takes reads at present: try again later."
    DAMAGED = "The database is damaged: its operator has to restore it from a backup."
    CROWDED = "The server has too many large requests at once: try again."

    @property
    def fact(self) -> str:
        """What is wrong, to go on in a sentence."""
        return self.value[0].lower() + self.value.partition(":")[0][1:]


QUERY_CANCELED = "57014"  # Postgres: a statement that a limit of its own has ended
# Postgres: by how its codes begin; the first that fits counts.
STATES = {
    NO_ROOM: Outage.FULL,
    "53300": Outage.SLOW,  # too many connections
    "25006": Outage.READ_ONLY,  # so is a standby, after the other has taken over
    "55P03": Outage.SLOW,  # a lock that somebody else holds
    QUERY_CANCELED: Outage.SLOW,
    "40": Outage.SLOW,  # races that were lost again and again
    "08": Outage.AWAY,
    "53": Outage.AWAY,
    "57P": Outage.AWAY,  # going down or coming up
    "58030": Outage.AWAY,  # an input or output error
}
CODES = {
    sqlite3.SQLITE_BUSY: Outage.SLOW,
    sqlite3.SQLITE_LOCKED: Outage.SLOW,
    sqlite3.SQLITE_FULL: Outage.FULL,
    sqlite3.SQLITE_READONLY: Outage.READ_ONLY,
    sqlite3.SQLITE_IOERR: Outage.AWAY,
    sqlite3.SQLITE_CANTOPEN: Outage.AWAY,
}
# Errors of files, which are not those of a connection.
OF_FILES = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EIO, errno.EMFILE}


def first_line(error: BaseException) -> str:
    """What is wrong, for the log."""
    return str(error).partition("\n")[0] or type(error).__name__


def outage(error: BaseException) -> Outage | None:
    """What could not be used; None where the failure is of another kind."""
    if isinstance(error, StoreAway):
        return Outage.STORE
    if isinstance(error, Overloaded):
        return Outage.CROWDED
    if isinstance(error, TimeoutError | PoolTimeout):
        return Outage.SLOW
    if isinstance(error, OSError):
        return None if error.errno in OF_FILES else Outage.AWAY
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Outage.AWAY
    if is_damage(error):
        return Outage.DAMAGED
    state = sqlstate(error)
    return next((kind for start, kind in STATES.items() if state.startswith(start)), CODES.get(sqlite_code(error)))
