"""What can be told of the state of the database without writing to it."""

import os

import sqlalchemy as sa

from app.storage.database.availability import Outage
from app.storage.database.engine import Database

TAKES_READS_ALONE = sa.text("SELECT current_setting('transaction_read_only') = 'on'")


async def writes_refused(database: Database) -> Outage | None:
    """Why the database would take no writes now; None where nothing speaks against them."""
    if database.is_sqlite:
        return sqlite_refuses(str(database.url.database))
    if database.lacks_room:
        return Outage.FULL
    async with database.reading() as connection:
        return Outage.READ_ONLY if await connection.scalar(TAKES_READS_ALONE) else None


def sqlite_refuses(path: str) -> Outage | None:
    if not os.access(path, os.W_OK):
        return Outage.READ_ONLY
    return None if os.statvfs(path).f_bavail else Outage.FULL
