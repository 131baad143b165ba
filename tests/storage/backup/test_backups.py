"""A backup is one state of the database with every blob that it names, and is restored to nothing else."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.backup.backup import CannotBackUp, back_up
from app.storage.backup.restore import CannotRestore
from app.storage.blobs.leases import BackupLease
from app.storage.blobs.store import Blob, Blobs, StoreAway
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.database.identity import Identity
from app.storage.database.row_level_security import NOBODY
from app.storage.migrations.revision import REVISIONS, UnknownSchema
from app.storage.tables import BLOB_CLAIMS
from tests.storage.backup.backed_up import MANY, PDFS, Ledger, forged, rows


async def test_all_that_was_backed_up_comes_back_whatever_the_store(ledger: Ledger) -> None:
    before = await ledger.stored()
    manifest = await ledger.back_up()
    assert await ledger.stored() == before
    for blob in before:
        await ledger.blobs.delete(blob)

    assert await ledger.restore() == manifest

    assert manifest.counts.model_dump() == {"tenants": 1, "documents": MANY, "blobs": MANY}
    assert await ledger.stored() == before
    for blob in before:
        assert hashlib.sha256(await ledger.content(blob)).hexdigest() == blob.sha256
    for table in ("tenants", "database_identity", "signing_secret", "attachments", "documents"):
        statement = f"SELECT * FROM {table}"
        assert rows(ledger.restored, statement) == rows(ledger.folder / "gateway.db", statement)


class SlowStore(Blobs):
    """A store that something happens to before the first blob is fetched."""

    def __init__(self, ledger: Ledger, before: Callable[[], Coroutine[Any, Any, None]]) -> None:
        super().__init__(ledger.blobs.url, Identity(ledger.database).load, ledger.blobs.endpoint)
        self.store, self.before = ledger.blobs.store, before
        self.happening: asyncio.Task[None] | None = None

    async def save(self, blob: Blob, target: Path) -> None:
        self.happening = self.happening or asyncio.create_task(self.before())
        await self.happening
        await super().save(blob, target)


class BusyDatabase(Database):
    """A database that is written to as soon as a backup has let go of its lock."""

    @asynccontextmanager
    async def writing(self, tenant_id: int = NOBODY) -> AsyncIterator[AsyncConnection]:
        async with super().writing(tenant_id) as connection:
            yield connection
        with closing(sqlite3.connect(self.url.database or "")) as other, other:
            other.execute("UPDATE documents SET version = 99")


async def test_it_is_one_state_and_a_pdf_that_is_replaced_meanwhile_stays_until_it_is_copied(ledger: Ledger) -> None:
    first = Blob(1, hashlib.sha256(b"PDF 0").hexdigest())
    before = rows(ledger.folder / "gateway.db", PDFS)

    async def replace_all() -> None:
        for n in range(MANY):
            await ledger.push(f"D{n}", f"another {n}".encode())
        assert first in await ledger.stored()

    store = SlowStore(ledger, replace_all)
    database = BusyDatabase(ledger.database.url.render_as_string(hide_password=False), administers=True)
    await back_up(database, store, ledger.target)
    await database.dispose()

    assert first not in await ledger.stored()
    assert len(await ledger.stored()) == MANY
    assert await ledger.claims() == 0
    await ledger.restore()
    assert rows(ledger.restored, PDFS) == before
    assert rows(ledger.restored, "SELECT DISTINCT version FROM documents") == [(1,)]
    assert first in await ledger.stored()


async def test_a_backup_that_was_killed_keeps_pdfs_no_longer_than_any_dead_command(in_folder: Ledger) -> None:
    killed = BackupLease(in_folder.database)
    async with in_folder.database.writing() as connection:
        await killed.take(connection)
        await connection.execute(sa.update(BLOB_CLAIMS).values(claimed_at=now() - timedelta(minutes=61)))
    assert await in_folder.claims() == MANY

    await in_folder.back_up()

    assert await in_folder.claims() == 0


async def test_claims_that_are_renewed_last(in_folder: Ledger) -> None:
    hold = BackupLease(in_folder.database)
    async with in_folder.database.writing() as connection:
        await hold.take(connection)
        await connection.execute(sa.update(BLOB_CLAIMS).values(claimed_at=now() - timedelta(minutes=61)))

    await hold.renew()
    await in_folder.push("D0", b"another")

    assert Blob(1, hashlib.sha256(b"PDF 0").hexdigest()) in await in_folder.stored()
    await hold.give_up(in_folder.blobs)
    assert Blob(1, hashlib.sha256(b"PDF 0").hexdigest()) not in await in_folder.stored()
    assert await in_folder.claims() == 0


@pytest.mark.parametrize(("content", "fault"), [(None, "not in"), (b"PDF", "damaged in"), (b"PDF 3 and", "damaged in")])
async def test_a_pdf_that_the_store_has_lost_is_told_and_no_backup_is_made(
    in_folder: Ledger, content: bytes | None, fault: str
) -> None:
    blob = Blob(1, hashlib.sha256(b"PDF 3").hexdigest())
    path = in_folder.folder / "blobs" / await in_folder.blobs.path(blob)
    path.unlink() if content is None else path.write_bytes(content)
    before = in_folder.names()

    with pytest.raises(CannotBackUp) as refused:
        await in_folder.back_up()

    store = f"the store {in_folder.blobs.url}."
    assert str(refused.value) == f"The PDF of document 'D3' of tenant 'acme' is {fault} {store}"
    assert in_folder.names() == before
    assert await in_folder.claims() == 0


async def test_what_is_there_is_never_overwritten(in_folder: Ledger) -> None:
    await in_folder.back_up()
    made = in_folder.target.read_bytes()
    with pytest.raises(CannotBackUp, match="is there already"):
        await in_folder.back_up()
    await in_folder.restore()
    restored = in_folder.restored.read_bytes()
    with pytest.raises(CannotRestore, match="a restore overwrites none"):
        await in_folder.restore()

    assert (in_folder.target.read_bytes(), in_folder.restored.read_bytes()) == (made, restored)
    assert in_folder.target.stat().st_mode & 0o777 == 0o600


async def test_a_restore_takes_the_place_of_an_empty_file_and_not_of_one_in_use(in_folder: Ledger) -> None:
    await in_folder.back_up()
    with closing(sqlite3.connect(in_folder.restored)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("SELECT * FROM sqlite_master").fetchall()
        with pytest.raises(CannotRestore, match="is in use: database is locked"):
            await in_folder.restore()
    await in_folder.restore()
    assert len(rows(in_folder.restored, PDFS)) == MANY


async def test_the_log_of_another_database_is_not_taken_for_part_of_this_one(in_folder: Ledger) -> None:
    await in_folder.back_up()
    (in_folder.folder / "restored.db-wal").write_bytes(b"of another")
    with pytest.raises(CannotRestore, match=r"restored\.db-wal is there without its database"):
        await in_folder.restore()


@pytest.mark.parametrize("content", [b"", b"no database " * 100])
async def test_only_an_empty_database_is_replaced(in_folder: Ledger, content: bytes) -> None:
    await in_folder.back_up()
    in_folder.restored.write_bytes(content)
    if not content:
        await in_folder.restore()
        return
    with pytest.raises(CannotRestore, match="is no empty database"):
        await in_folder.restore()
    assert in_folder.restored.read_bytes() == content


async def test_a_schema_of_an_older_release_is_restored_as_it_was_and_of_a_newer_one_is_refused(
    in_folder: Ledger,
) -> None:
    older = REVISIONS[-2]
    await at_revision(in_folder, older)
    await in_folder.back_up()
    await in_folder.restore()
    assert rows(in_folder.restored, "SELECT version_num FROM alembic_version") == [(older,)]

    in_folder.target.write_bytes(forged(in_folder.target.read_bytes(), schema_revision="9999"))
    in_folder.restored.unlink()
    with pytest.raises(UnknownSchema):
        await in_folder.restore()

    await at_revision(in_folder, "9999")
    in_folder.target.unlink()
    with pytest.raises(UnknownSchema):
        await in_folder.back_up()


async def at_revision(ledger: Ledger, revision: str) -> None:
    """Says that the schema is at a revision."""
    async with ledger.database.writing() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


class Failing(Blobs):
    """A store that has room for a few more."""

    room = 2

    async def put(self, blob: Blob, source: Path) -> None:
        self.room -= 1
        if self.room < 0:
            raise StoreAway("No space left on device")
        await super().put(blob, source)


async def test_a_restore_that_fails_on_the_way_removes_what_it_put_and_nothing_else(in_folder: Ledger) -> None:
    await in_folder.back_up()
    kept = {Blob(1, hashlib.sha256(f"PDF {n}".encode()).hexdigest()) for n in range(2)}
    for blob in await in_folder.stored() - kept:
        await in_folder.blobs.delete(blob)
    before = in_folder.names()

    with pytest.raises(StoreAway, match="No space left"):
        await in_folder.restore(Failing(in_folder.blobs.url, Identity(in_folder.database).load))

    assert await in_folder.stored() == kept
    assert in_folder.names() == before


async def test_a_restore_mends_a_pdf_that_lies_damaged_in_the_store(in_folder: Ledger) -> None:
    await in_folder.back_up()
    for n, content in enumerate((b"PDF X", b"PDF")):
        blob = Blob(1, hashlib.sha256(f"PDF {n}".encode()).hexdigest())
        (in_folder.folder / "blobs" / await in_folder.blobs.path(blob)).write_bytes(content)

    await in_folder.restore()

    for blob in await in_folder.stored():
        assert hashlib.sha256(await in_folder.content(blob)).hexdigest() == blob.sha256
