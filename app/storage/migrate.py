"""Brings the database's schema to the newest revision."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.storage import tables
from app.storage.engine import Database
from app.storage.estimates import estimate
from app.storage.schema import MIGRATIONS, UnknownSchema, revision
from app.storage.walls import raise_walls

METADATA = tables.metadata
MIGRATION_LOCK = 7_301_946_581_202_611_210  # any number of our own: who migrates Postgres holds it


def config(connection: sa.Connection) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    return made


async def migrate(database: Database) -> None:
    """Brings the schema to the newest revision; of several that try at once, one works and the others wait. Raises
    UnknownSchema."""

    def upgrade(connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
        if revision(connection) not in {None, *known}:
            raise UnknownSchema
        command.upgrade(config(connection), "head")
        if connection.dialect.name == "sqlite":
            estimate(connection)
        else:
            raise_walls(connection)

    async with database.writing() as connection:
        await connection.run_sync(upgrade)
