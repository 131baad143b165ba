"""Brings the database's schema to the newest revision."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from app.storage.database.driver_errors import sqlstate
from app.storage.database.engine import Database
from app.storage.database.row_level_security import apply_row_level_security
from app.storage.database.statistics import write_estimates
from app.storage.migrations.revision import MIGRATIONS, TablesInUse, UnknownSchema, revision
from app.storage.migrations.search_indexes import make_sqlite_searches

MIGRATION_LOCK = 7_301_946_581_202_611_210  # any number of our own: who migrates Postgres holds it
# Milliseconds. Whoever wants to read a table waits behind a migration that waits for it. Shorter than the time after
# which Postgres ends one of two that wait for each other, a second: it must not be a reader who is ended.
LONGEST_WAIT = 500
PAUSES = (0.5, 1, 2, 4, *[8] * 36)  # seconds after each attempt, five minutes in all
HELD_BY_OTHERS = ("55P03", "40P01")  # Postgres: a lock that did not come in time, a deadlock

logger = logging.getLogger(__name__)


def config(connection: sa.Connection, folder: Path = MIGRATIONS) -> Config:
    made = Config()
    made.set_main_option("script_location", str(folder))
    made.attributes["connection"] = connection
    return made


async def migrate(database: Database, pauses: Sequence[float] = PAUSES) -> None:
    """Brings the schema to the newest revision; of several that try at once, one works and the others wait. Raises
    UnknownSchema, and TablesInUse where others do not let go of a table that a revision needs for itself, in as many
    attempts as there are pauses after them."""
    for pause in pauses:
        if await migrated(database):
            return
        logger.warning("Others read a table that has to be changed: nothing is changed yet, next try in %g s.", pause)
        await asyncio.sleep(pause)
    raise TablesInUse


async def migrated(database: Database) -> bool:
    """Whether the schema is at the newest revision now. If not, nothing was changed, since others held a table."""
    try:
        async with database.writing() as connection:
            await connection.run_sync(upgrade)
    except DBAPIError as reason:
        if sqlstate(reason) not in HELD_BY_OTHERS:
            raise
        return False
    return True


def upgrade(connection: sa.Connection) -> None:
    on_postgres = connection.dialect.name == "postgresql"
    if on_postgres:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision(connection) not in {None, *known}:
        raise UnknownSchema
    if on_postgres:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LONGEST_WAIT}")
    command.upgrade(config(connection), "head")
    if on_postgres:
        apply_row_level_security(connection)
    else:
        make_sqlite_searches(connection)
        write_estimates(connection)
