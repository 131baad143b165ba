"""What the errors of the two drivers say, whether SQLAlchemy has wrapped them or not."""

import sqlite3

from sqlalchemy.exc import DBAPIError

DAMAGE_STATES = ("XX001", "XX002", "58P01")  # Postgres: a damaged row, a damaged index, a file that is gone
DAMAGE_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
DISK_FULL = "53100"  # Postgres: a full disk
KEY_REFUSED = "KEY01"  # what a trigger of the change log raises, on SQLite in its message: see migration 0011
# Postgres: values, constraints, serialization failure, deadlock, a lock that was waited for too long, a refused key.
ROW_ERROR_STATES = ("22", "23", "40001", "40P01", "55P03", KEY_REFUSED)
# What a statement can have too much of: levels, tables, columns, values, arguments of a function.
TOO_LARGE_STATES = "54"
TOO_LARGE_WORDS = ("parser stack overflow", "Expression tree is too large", "at most ", "too many ")

MAX_ANSWER_BYTES = 16 * 2**20  # of one value, such as the JSON of a whole query: it is held in memory


class StatementTooLarge(Exception):
    """The database does not take a statement of that depth or size."""


class AnswerTooLarge(Exception):
    """A statement would be answered with more than MAX_ANSWER_BYTES."""

    def __init__(self) -> None:
        super().__init__(f"The answer is larger than {MAX_ANSWER_BYTES // 2**20} MiB. Ask for less at once.")


def is_damage(error: BaseException) -> bool:
    """Whether the database found that what it keeps is not what it wrote."""
    return sqlite_code(error) in DAMAGE_CODES or sqlstate(error).startswith(DAMAGE_STATES)


def sqlite_code(error: BaseException) -> int:
    """The code that SQLite gave an error; 0 where it is another's."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return int(getattr(cause, "sqlite_errorcode", 0)) & 0xFF


def sqlstate(error: BaseException) -> str:
    """The code that Postgres gave an error; empty where it is another's."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(cause, "sqlstate", None) or "")


def is_key_refused(error: Exception) -> bool:
    """Whether the change log took no entry of an API key, since it is revoked or may only read by now."""
    if sqlite_code(error) == sqlite3.SQLITE_CONSTRAINT:
        return KEY_REFUSED in str(error)
    return sqlstate(error) == KEY_REFUSED


def is_too_large(error: Exception) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode == sqlite3.SQLITE_ERROR and any(word in str(error) for word in TOO_LARGE_WORDS)
    return sqlstate(error).startswith(TOO_LARGE_STATES)


def is_answer_too_large(error: BaseException) -> bool:
    """Whether SQLite has found a value to be larger than its connection allows."""
    return sqlite_code(error) == sqlite3.SQLITE_TOOBIG


def may_be_of_one_row(error: Exception) -> bool:
    """Whether an error that undid a statement on Postgres may be that of one of its rows alone."""
    return isinstance(error, StatementTooLarge) or sqlstate(error).startswith(ROW_ERROR_STATES)
