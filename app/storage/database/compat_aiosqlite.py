"""aiosqlite as this project needs it, beyond what it documents: work on a connection, in the connection's own thread.

Each statement of aiosqlite is a way to that thread and back. A function that runs several there takes it once.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.util import await_only

Answer = TypeVar("Answer")


def run_in_thread(driver: Any, work: Callable[..., Answer], *arguments: Any) -> Awaitable[Answer]:
    """What `work` makes of the connection of sqlite3, after whatever else is under way there."""
    answer: Awaitable[Answer] = driver._execute(work, driver._conn, *arguments)
    return answer


def limit_length(connection: Any, most: int) -> None:
    """Bounds the bytes of a value on a new connection, as SQLAlchemy's adapter has it."""
    driver = connection.driver_connection
    await_only(run_in_thread(driver, lambda plain: plain.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, most)))


async def wait_for_thread(driver: Any) -> None:
    """Returns when the connection's thread has nothing else to do."""
    await driver._execute(bool)
