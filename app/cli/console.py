"""Shared by all commands: the terminal, opening, migrating and closing the database, and the error that ends a command
with a sentence.
"""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from app.settings import Settings
from app.storage.blobs.store import Blobs, StoreAway
from app.storage.database.driver_errors import sqlstate
from app.storage.database.engine import Database
from app.storage.database.identity import Identity
from app.storage.database.row_level_security import HIDDEN_FROM_LOGIN
from app.storage.migrations.revision import TablesInUse, UnknownSchema, is_current

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

WIDE = 10_000  # columns: a table that no terminal shows is as wide as what is in it


def table_console() -> Console:
    """Where tables are printed."""
    return Console(highlight=False, width=None if out.is_terminal else WIDE)


T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
NOT_ALLOWED = "42501"  # Postgres: insufficient privilege


class CommandFailed(Exception):
    """The command cannot do its work; the message says why and what to do."""


def run_with_database(work: Coroutine[Any, Any, T], database: Database) -> T:
    """Runs the work, and closes the database afterwards. Raises CommandFailed for errors of the database."""

    async def run() -> T:
        try:
            return await work
        except SQLAlchemyError:
            await asyncio.sleep(0.1)  # the thread of a failed SQLite connection still reports to this event loop
            raise
        finally:
            await database.dispose()

    try:
        return asyncio.run(run())
    except UnknownSchema:
        raise CommandFailed(
            "The schema of the database is of a newer release than this program: update the program."
        ) from None
    except TablesInUse as reason:
        raise CommandFailed(str(reason)) from None
    except StoreAway as reason:
        raise CommandFailed(f"The store of the PDFs, named by GATEWAY_BLOB_URL, does not answer: {reason}") from None
    except (SQLAlchemyError, OSError) as reason:
        if sqlstate(reason) == NOT_ALLOWED:
            raise CommandFailed(
                f"The database login {database.url.username!r} may not do this: administer with its owner's."
            ) from None
        cause = str(getattr(reason, "orig", None) or reason).partition("\n")[0]
        raise CommandFailed(f"The database {database.url!r} does not answer: {cause}") from None


def blob_store(settings: Settings, database: Database) -> Blobs:
    return Blobs(settings.blobs, Identity(database).load, settings.blob_endpoint)


def open_database(settings: Settings, *, administers: bool = True) -> Database:
    return Database(settings.database_url, settings.pool_size, administers=administers)


async def ensure_schema(database: Database) -> None:
    """Migrates an SQLite database where that is needed. On Postgres the operator decides when to migrate."""
    if await is_current(database):
        return
    if not database.is_sqlite:
        raise CommandFailed("The schema of the Postgres database is not current. Run: ingest-gateway migrate")
    await migrate_schema(database)


async def ensure_administration(database: Database) -> None:
    """For a command that works with rows of all tenants: as `ensure_schema`, and sees to it that it finds them."""
    await ensure_schema(database)
    await require_all_rows(database)


async def require_all_rows(database: Database) -> None:
    """Raises CommandFailed where row level security hides rows from the login, so that they would seem not to be."""
    if database.is_sqlite:
        return
    async with database.reading() as connection:
        hidden = (await connection.execute(HIDDEN_FROM_LOGIN)).one_or_none()
    if hidden:
        raise CommandFailed(
            f"Row level security hides the rows of tenants from the database login {hidden.login!r}: "
            f"administer with their owner's, {hidden.owner!r}."
        )


async def migrate_schema(database: Database) -> None:
    from app.storage.migrations.migrate import migrate  # noqa: PLC0415 - Alembic takes 8 MB, needed only to migrate

    await migrate(database, report=err.print)
