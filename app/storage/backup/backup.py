"""A backup of an SQLite database and of the blobs that its rows name, taken while servers write to it.

*One state.* A connection begins to read, and for as long as it does it sees the database as it was then, whoever writes
meanwhile; SQLite's backup of that connection copies those pages and waits for nobody. (VACUUM INTO cannot run inside a
transaction, so it would copy a state of its own choice, which nothing below could be tied to.)

*All of its blobs.* A running server removes a blob when a row stops naming it, and no order of copying outruns that:
what the copy of the database names may be gone before it is read. So the connection begins to read while the write lock
is held, and every blob that this state names is claimed before the lock is let go. A removal holds the same lock from
its look at rows and claims until the blob is gone: one before us has removed what this state does not name, one after
us finds the claim. Writers wait for that one statement, and for nothing else. The claims are given up at the end, and
those of a backup that was killed end as any dead command's do.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from app.storage.backup.archive import DATABASE, Counts, Damaged, Manifest, Member, Writer, member_of
from app.storage.backup.sqlite_file import (
    Named,
    Unsound,
    check_sound,
    count,
    identity_of,
    named_blobs,
    naming,
    opened,
    revision_of,
)
from app.storage.blobs.leases import LEASE_DURATION, BackupLease
from app.storage.blobs.store import Blob, Blobs, NoSuchBlob, make_durable
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.migrations.revision import REVISIONS, UnknownSchema

PAGES = 2_000  # copied at a time, between which an interrupt is heard
AT_ONCE = 16  # blobs that are on their way together
RENEWAL = LEASE_DURATION.total_seconds() / 6


class CannotBackUp(Exception):
    """No backup can be made; the message says why."""


async def back_up(database: Database, blobs: Blobs, target: Path) -> Manifest:
    """Makes the file, which appears under its name when it is whole and on the disk. Raises CannotBackUp, StoreAway and
    UnknownSchema."""
    source, taken_at = checked(database, target), now()  # all that was acknowledged before that moment is in it
    with folder_beside(target) as folder:
        copy, unfinished = folder / DATABASE, folder / "unfinished"
        async with copied(database, blobs, source, copy) as hold:
            with found_sound(copy) as connection, private(unfinished) as file:
                manifest = manifest_of(copy, connection, taken_at)
                writer = Writer(file, manifest)
                writer.add(manifest.database, copy)
                await Copying(writer, blobs, hold, folder, connection).all_blobs(manifest.blobs)
                writer.finish()
            checked(database, target)  # once more: it has taken a while
            put_in_place(unfinished, target)
    return manifest


def checked(database: Database, target: Path) -> Path:
    """The SQLite file, which has a schema that this program can back up."""
    path = Path(database.url.database or "")
    if target.exists():
        raise CannotBackUp(f"{target} is there already, and a backup overwrites nothing.")
    if not target.parent.is_dir():
        raise CannotBackUp(f"There is no folder {target.parent}.")
    if not path.is_file():
        raise CannotBackUp(f"There is no database {path}. GATEWAY_DATABASE_URL names the one to back up.")
    with opened(path) as connection:
        revision = revision_of(connection)
        if revision is None:
            raise CannotBackUp(f"The database {path} has no schema yet, so there is nothing to back up.")
        if revision not in REVISIONS:
            raise UnknownSchema
        if identity_of(connection) is None:
            raise CannotBackUp("The schema of the database is too old for a backup. Run: ingest-gateway migrate")
    return path


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """A folder for what is not finished, on the disk of the target, which nobody else may look into."""
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        yield Path(name)


@asynccontextmanager
async def copied(database: Database, blobs: Blobs, source: Path, copy: Path) -> AsyncIterator[BackupLease]:
    """Copies one state of the database into a file, and keeps the blobs that it names from being removed."""
    hold = BackupLease(database)
    try:
        with opened(source) as connection:
            async with database.writing() as writing:
                connection.execute("BEGIN")
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # now it begins to read
                await hold.take(writing)
            copy_pages(connection, copy)
        yield hold
    finally:
        await hold.give_up(blobs)


def copy_pages(source: sqlite3.Connection, copy: Path) -> None:
    """Makes one plain file of what the connection sees, without the claims of commands that it has seen running."""
    copy.touch()
    with opened(copy) as target:
        target.execute(
            "PRAGMA synchronous=OFF"
        )  # it is read once more, for its digest, and then belongs to the archive
        source.backup(target, pages=PAGES, sleep=0)
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute("DELETE FROM blob_claims")


def private(path: Path) -> BinaryIO:
    """A new file for its owner alone: it will hold what links are signed with."""
    path.touch(0o600)
    return path.open("wb")


@contextmanager
def found_sound(copy: Path) -> Iterator[sqlite3.Connection]:
    with opened(copy) as connection:
        try:
            check_sound(connection)
        except Unsound as reason:
            raise CannotBackUp(str(reason)) from None
        yield connection


def manifest_of(copy: Path, connection: sqlite3.Connection, taken_at: datetime) -> Manifest:
    blobs = [member_for(named) for named in named_blobs(connection)]
    return Manifest(
        schema_revision=revision_of(connection) or "",
        taken_at=taken_at.isoformat(timespec="milliseconds"),
        counts=counts_of(connection, len(blobs)),
        members=[member_of(copy, DATABASE), *blobs],
    )


def counts_of(connection: sqlite3.Connection, blobs: int) -> Counts:
    return Counts(tenants=count(connection, "tenants"), documents=count(connection, "documents"), blobs=blobs)


def member_for(named: Named) -> Member:
    """A blob as a member of an archive."""
    return Member(name=f"blobs/{named.blob.key}", size=named.size, sha256=named.blob.sha256)


@dataclass(slots=True)
class Copying:
    """The way of the blobs from the store to the archive: several are fetched at once, and written in their order."""

    writer: Writer
    blobs: Blobs
    hold: BackupLease
    folder: Path
    connection: sqlite3.Connection
    renewed: float = field(default_factory=time.monotonic)

    async def all_blobs(self, members: Sequence[Member]) -> None:
        named = [one.blob for one in named_blobs(self.connection)]
        for start in range(0, len(named), AT_ONCE):
            some = named[start : start + AT_ONCE]
            paths = await self.fetched(some)
            for blob, member, path in zip(some, members[start:], paths, strict=False):
                self.add(blob, member, path)
            await self.keep_claims()

    async def fetched(self, some: Sequence[Blob]) -> list[Path]:
        paths = [self.folder / str(place) for place in range(len(some))]
        saving = (self.blobs.save(blob, path) for blob, path in zip(some, paths, strict=True))
        outcomes = await asyncio.gather(*saving, return_exceptions=True)  # none is left writing when one fails
        for blob, outcome in zip(some, outcomes, strict=True):
            if isinstance(outcome, NoSuchBlob):
                raise CannotBackUp(f"The PDF of {naming(self.connection, blob)} is not in the store {self.blobs.url}.")
            if outcome:
                raise outcome
        return paths

    def add(self, blob: Blob, member: Member, path: Path) -> None:
        try:
            self.writer.add(member, path)
        except Damaged:
            where = f"in the store {self.blobs.url}"
            raise CannotBackUp(f"The PDF of {naming(self.connection, blob)} is damaged {where}.") from None

    async def keep_claims(self) -> None:
        if time.monotonic() - self.renewed > RENEWAL:
            await self.hold.renew()
            self.renewed = time.monotonic()


def put_in_place(unfinished: Path, target: Path) -> None:
    """Gives a file its name when it is on the disk, and brings that to the disk, too."""
    make_durable(unfinished.parent, unfinished.name)
    unfinished.rename(target)
    make_durable(target.parent, target.name)
