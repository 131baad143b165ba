"""Which revision the database's schema is at. Without Alembic, which a server would import for this alone."""

from pathlib import Path

import sqlalchemy as sa

from app.storage.database.engine import Database
from app.storage.searches import sqlite_is_current

MIGRATIONS = Path(__file__).parent
REVISIONS = sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
NEWEST = REVISIONS[-1]
VERSION = sa.table("alembic_version", sa.column("version_num"))


class UnknownSchema(Exception):
    """The schema is at a revision that this program does not know."""


class TablesInUse(Exception):
    """Others have held a table that has to be changed for longer than a migration tries."""

    def __init__(self) -> None:
        super().__init__(
            "Others have held a table that has to be changed for minutes, so the schema is not current yet: "
            "migrate again when their reports have ended."
        )


async def is_current(database: Database) -> bool:
    """Whether the schema is at the newest revision. Raises the driver's error where the database does not answer."""
    if await revision_of(database) != NEWEST:
        return False
    async with database.reading() as connection:
        return not database.is_sqlite or await connection.run_sync(sqlite_is_current)


async def revision_of(database: Database) -> str | None:
    """As `revision`, over a connection of its own."""
    async with database.reading() as connection:
        return await connection.run_sync(revision)


def revision(connection: sa.Connection) -> str | None:
    """The revision that the schema is at; None where there is none yet."""
    if not sa.inspect(connection).has_table(VERSION.name):
        return None
    found: str | None = connection.scalar(sa.select(VERSION.c.version_num))
    return found
