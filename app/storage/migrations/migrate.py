"""Brings the database's schema to the newest revision.

On SQLite, and in a database without a schema, that is one transaction. On Postgres it is one for each revision that has
`online` steps, with the revisions before it: then its steps are done, and only then does the database's revision move.
How far an unfinished revision has come is kept in a table of its own, which is there only meanwhile.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.driver_errors import sqlstate
from app.storage.database.engine import Database
from app.storage.database.row_level_security import apply_row_level_security
from app.storage.database.statistics import write_estimates
from app.storage.migrations.online import Place, Step, steps_of
from app.storage.migrations.revision import MIGRATIONS, VERSION, TablesInUse, UnknownSchema, revision
from app.storage.migrations.search_indexes import make_postgres_searches, make_sqlite_searches

MIGRATION_LOCK = 7_301_946_581_202_611_210  # any number of our own: who migrates Postgres holds it
# Milliseconds. Whoever wants to read a table waits behind a migration that waits for it. Shorter than the time after
# which Postgres ends one of two that wait for each other, a second: it must not be a reader who is ended.
LONGEST_WAIT = 500
PAUSES = (0.5, 1, 2, 4, *[8] * 36)  # seconds after each attempt, five minutes in all
HELD_BY_OTHERS = ("55P03", "40P01")  # Postgres: a lock that did not come in time, a deadlock
LOCK_PAUSE = 0.2  # seconds between two looks whether another migration has ended
REPORT_SECONDS = 10  # between two reports about one step
PROGRESS = sa.table("migration_progress", sa.column("revision"), sa.column("step"), sa.column("place"))

logger = logging.getLogger(__name__)
Report = Callable[[str], None]


def config(connection: sa.Connection, folder: Path = MIGRATIONS, *, online: bool = False) -> Config:
    """Of Alembic on that connection; `online` leaves out the steps of the revisions."""
    made = Config()
    made.set_main_option("script_location", str(folder))
    made.attributes["connection"] = connection
    made.attributes["online"] = online
    return made


async def migrate(
    database: Database, pauses: Sequence[float] = PAUSES, report: Report = logger.info, folder: Path = MIGRATIONS
) -> None:
    """Brings the schema to the newest revision; of several that try at once, one works and the others wait. What takes
    long is reported. Raises UnknownSchema, and TablesInUse where others do not let go of a table that a revision needs
    for itself, in as many attempts as there are pauses after them."""
    if database.is_sqlite:
        async with database.writing() as connection:
            await connection.run_sync(upgrade_at_once, folder)
        return
    async with database.writer.connect() as connection, only_migration(connection):
        await PostgresMigration(connection, pauses, report, folder).run()
        await make_postgres_searches(connection, report)


def upgrade_at_once(connection: sa.Connection, folder: Path) -> None:
    """All of it in one transaction, steps included."""
    check_schema_is_known(connection, folder)
    command.upgrade(config(connection, folder), "head")
    if connection.dialect.name == "postgresql":
        apply_row_level_security(connection)
    else:
        make_sqlite_searches(connection)
        write_estimates(connection)


def check_schema_is_known(connection: sa.Connection, folder: Path) -> None:
    known = {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
    if revision(connection) not in {None, *known}:
        raise UnknownSchema


@asynccontextmanager
async def only_migration(connection: AsyncConnection) -> AsyncIterator[None]:
    """Waits until no other migration runs, and keeps others from it: also while Postgres still builds an index for a
    migration that was killed. By asking again and again, since an index is built only when every statement that was
    under way has ended, and one that waits for this lock would be one."""
    while not await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(MIGRATION_LOCK))):
        await connection.rollback()
        await asyncio.sleep(LOCK_PAUSE)
    await connection.commit()
    try:
        yield
    except BaseException:
        await connection.invalidate()  # with which Postgres lets go of the lock
        raise
    await connection.execute(sa.select(sa.func.pg_advisory_unlock(MIGRATION_LOCK)))
    await connection.commit()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an unfinished revision has come: the number of its next step, and the place in it."""

    revision: str
    step: int
    place: Place | None


class PostgresMigration:
    """One migration of a Postgres database, on a connection that no other migration has."""

    def __init__(self, connection: AsyncConnection, pauses: Sequence[float], report: Report, folder: Path) -> None:
        self.connection = connection
        self.pauses = pauses
        self.report = report
        self.folder = folder
        self.scripts = ScriptDirectory(str(folder))

    async def run(self) -> None:
        while not await self.patiently(self.upgrade):
            await self.do_steps()

    async def patiently(self, work: Callable[[], Awaitable[bool]]) -> bool:
        """What the work returns, which changes nothing while others hold what it needs."""
        for pause in self.pauses:
            try:
                return await work()
            except DBAPIError as reason:
                if sqlstate(reason) not in HELD_BY_OTHERS:
                    raise
            logger.warning("Others use a table that has to be changed: the next try is in %g s.", pause)
            await asyncio.sleep(pause)
        raise TablesInUse

    async def upgrade(self) -> bool:
        """Upgrades to the end, or to the next revision that has steps. Whether there is nothing left to do."""
        async with self.connection.begin():
            return await self.connection.run_sync(self.upgrade_to_next_steps)

    def upgrade_to_next_steps(self, connection: sa.Connection) -> bool:
        check_schema_is_known(connection, self.folder)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LONGEST_WAIT}")
        if (former := revision(connection)) is None:
            upgrade_at_once(connection, self.folder)
            return True
        if progress_of(connection):
            return False
        target = next((each for each in self.pending(former) if steps_of(self.scripts.get_revision(each))), "head")
        command.upgrade(config(connection, self.folder, online=True), target)
        apply_row_level_security(connection)
        if target == "head":
            return True
        before = self.scripts.get_revision(target).down_revision
        connection.execute(sa.update(VERSION).values(version_num=before))
        connection.exec_driver_sql(f"CREATE TABLE {PROGRESS.name} (revision text, step integer, place text)")
        connection.execute(sa.insert(PROGRESS).values(revision=target, step=0))
        return False

    def pending(self, former: str) -> list[str]:
        """The revisions after one, in their order."""
        return [script.revision for script in self.scripts.iterate_revisions("head", former)][::-1]

    async def do_steps(self) -> None:
        """Does what is left of the unfinished revision, and moves the database to it."""
        async with self.connection.begin():
            progress = await self.connection.run_sync(progress_of)
        if progress is None:
            return
        for number, step in enumerate(steps_of(self.scripts.get_revision(progress.revision))):
            if number >= progress.step:
                await self.do_step(number, step, progress.place if number == progress.step else None)
        async with self.connection.begin():
            await self.connection.run_sync(end_progress, progress.revision)

    async def do_step(self, number: int, step: Step, place: Place | None) -> None:
        async with self.connection.begin():
            rows = await self.connection.run_sync(estimated_rows, step.table)
        expected = f"about {rows:,} rows, {step.seconds * rows / 1_000_000:.0f} seconds"
        self.report(f"{step.title}: {expected}. Others read and write meanwhile.")
        reported = time.monotonic()
        position: list[Place | None] = [place]

        async def advance() -> bool:
            position[0] = await self.advance(number, step, position[0])
            return position[0] is None

        while not await self.patiently(advance):
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                self.report(f"{step.title}: at {position[0]}.")

    async def advance(self, number: int, step: Step, place: Place | None) -> Place | None:
        """Does the next part of a step; the place that it has come to, None at its end."""
        if step.outside_transactions:
            await self.connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                await self.connection.run_sync(step.advance, place)
            finally:
                await self.connection.rollback()
                await self.connection.execution_options(isolation_level="READ COMMITTED")
        async with self.connection.begin():
            if not step.outside_transactions:
                await self.connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LONGEST_WAIT}")
                place = await self.connection.run_sync(step.advance, place)
            come = {"step": number, "place": json.dumps(place)} if place else {"step": number + 1, "place": None}
            await self.connection.execute(sa.update(PROGRESS).values(come))
        return place


def progress_of(connection: sa.Connection) -> Progress | None:
    """How far an unfinished revision has come, if there is one."""
    if not sa.inspect(connection).has_table(PROGRESS.name):
        return None
    row = connection.execute(sa.select(PROGRESS)).one()
    return Progress(row.revision, row.step, None if row.place is None else json.loads(row.place))


def end_progress(connection: sa.Connection, finished: str) -> None:
    connection.execute(sa.update(VERSION).values(version_num=finished))
    connection.exec_driver_sql(f"DROP TABLE {PROGRESS.name}")


def estimated_rows(connection: sa.Connection, table: str) -> int:
    """About how many rows a table has, as Postgres has last counted them."""
    rows = connection.scalar(sa.text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:t)"), {"t": table})
    return max(int(rows or 0), 0)
