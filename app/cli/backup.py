"""`ingest-gateway backup` and `restore`, for SQLite, also while a server is running. On Postgres use its own tools."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import CommandFailed, blob_store, open_database, out, run_with_database
from app.settings import Settings, load_settings
from app.storage.backup.archive import Damaged, Manifest
from app.storage.backup.backup import CannotBackUp, back_up
from app.storage.backup.restore import CannotRestore, restore
from app.storage.blobs.store import Blobs
from app.storage.database.engine import Database

ON_POSTGRES = (
    "{} is for SQLite. On Postgres use pg_dump, and copy the store of the PDFs: see Backups in app/guide/running-it.md."
)
IN_MEMORY = "GATEWAY_BLOB_URL={!r} keeps PDFs in the memory of the one process that runs: no other can copy them."


def backup_command(
    target: Annotated[Path, typer.Argument(help="The file to make. It must not be there yet.")],
) -> None:
    """Backs up the SQLite database and its PDFs into one file. A server may be running and writing meanwhile."""
    settings, database = open_sqlite("ingest-gateway backup")

    async def work() -> Manifest:
        with errors_as_sentences(target):
            return await back_up(database, blob_store(settings, database), target)

    out.print(f"Backed up {summary(run_with_database(work(), database))} {target}", markup=False)


def restore_command(
    source: Annotated[
        Path, typer.Argument(help="A file that ingest-gateway backup made.", exists=True, dir_okay=False)
    ],
) -> None:
    """Restores a backup into a database that does not exist yet, and its PDFs into their store. Overwrites nothing."""
    settings, database = open_sqlite("ingest-gateway restore")
    target = Path(database.url.database or "")

    async def work() -> Manifest:
        with errors_as_sentences(source):
            return await restore(
                source, target, lambda identity: Blobs(settings.blobs, identity, settings.blob_endpoint)
            )

    out.print(f"Restored {summary(run_with_database(work(), database))} {target}", markup=False)


def open_sqlite(command: str) -> tuple[Settings, Database]:
    """The settings and their SQLite database. From now on a signal ends the command only after it has cleaned up."""
    settings = load_settings()
    database = open_database(settings)
    if not database.is_sqlite:
        raise CommandFailed(ON_POSTGRES.format(command))
    if settings.blobs.startswith("memory:"):
        raise CommandFailed(IN_MEMORY.format(settings.blobs))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, exit_on_signal)
    return settings, database


def exit_on_signal(number: int, _: object) -> None:
    """Ends the command at once, even while it copies a large file, where cancelling a task would come too late."""
    raise SystemExit(128 + number)


@contextmanager
def errors_as_sentences(file: Path) -> Iterator[None]:
    """Turns expected errors into a sentence that names the archive."""
    try:
        yield
    except (CannotBackUp, CannotRestore) as reason:
        raise CommandFailed(str(reason)) from None
    except Damaged as reason:
        raise CommandFailed(f"{file} cannot be restored. {reason}") from None
    except OSError as reason:
        raise CommandFailed(f"{reason.filename or file}: {reason.strerror or reason}") from None
    except sqlite3.Error as reason:
        raise CommandFailed(f"The database cannot be copied: {reason}") from None


def summary(manifest: Manifest) -> str:
    counts = manifest.counts
    return (
        f"{counts.tenants} tenants, {counts.documents} documents and {counts.blobs} PDFs "
        f"of {manifest.taken_at}, schema {manifest.schema_revision}:"
    )
