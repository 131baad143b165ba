"""A backup is one state of the database with every blob that it names; what it is restored from is sound or refused."""

import hashlib
import json
import sqlite3
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.access.keys import create_tenant
from app.storage import backup
from app.storage.archive import Damaged, Manifest, Reader, header, padding, seal
from app.storage.backup import CannotBackUp, back_up
from app.storage.blobs import Blob, Blobs, StoreAway
from app.storage.claims import Hold, remove_unneeded
from app.storage.clock import now
from app.storage.engine import Database
from app.storage.identity import Identity
from app.storage.restore import CannotRestore, database_in, restore
from app.storage.schema import NEWEST, UnknownSchema
from app.storage.tables import ACCOUNTS, ATTACHMENTS, BLOB_CLAIMS, DOCUMENTS

MANY = 5


class Ledger:
    """A database with one tenant, documents and a PDF of each, past the commands."""

    def __init__(self, database: Database, blobs: Blobs, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.blobs = Blobs(blobs.url, Identity(database).load, blobs.endpoint)
        self.blobs.store = blobs.store  # memory is shared by whoever opened it, and by nobody else
        self.target = folder / "backup.tar"
        self.restored = folder / "restored.db"

    async def fill(self, documents: int) -> None:
        await create_tenant(self.database, "acme", ())
        every = {"tenant_id": 1, "products": (), "version": 1, "created_at": now(), "updated_at": now()}
        dates = {"document_type": "invoice", "status": "open", "invoice_date": now().date(), "due_date": now().date()}
        async with self.database.writing() as connection:
            await connection.execute(sa.insert(ACCOUNTS), {**every, "account_number": "A", "name": "A", "csr_id": 1})
            for n in range(documents):
                keys = {"document_number": f"D{n}", "invoice_key": f"D{n}", "account_number": "A", "csr_id": n + 2}
                await connection.execute(sa.insert(DOCUMENTS), {**every, **dates, **keys})
        for n in range(documents):
            await self.push(f"D{n}", f"PDF {n}".encode())

    async def push(self, number: str, content: bytes) -> Blob:
        """Makes these bytes the document's PDF, in place of the former."""
        blob = Blob(1, hashlib.sha256(content).hexdigest())
        path = self.folder / "pushed"
        path.write_bytes(content)
        await self.blobs.put(blob, path)
        row = {"tenant_id": 1, "document_number": number, "attachment_id": "0" * 24, "source": "pushed"}
        row |= {"file_size": len(content), "sha256": blob.sha256, "uploaded_at": now()}
        async with self.database.writing() as connection:
            of_document = sa.and_(ATTACHMENTS.c.tenant_id == 1, ATTACHMENTS.c.document_number == number)
            former = await connection.scalar(sa.select(ATTACHMENTS.c.sha256).where(of_document))
            await connection.execute(sa.delete(ATTACHMENTS).where(of_document))
            await connection.execute(sa.insert(ATTACHMENTS), row)
        if former:
            await remove_unneeded(self.database, self.blobs, Blob(1, former))
        return blob

    async def back_up(self) -> Manifest:
        return await back_up(self.database, self.blobs, self.target)

    async def restore(self, store: Blobs | None = None) -> Manifest:
        def at(identity: Callable[[], object]) -> Blobs:
            blobs = store or Blobs(self.blobs.url, identity, self.blobs.endpoint)  # type: ignore[arg-type]
            blobs.store = self.blobs.store
            return blobs

        return await restore(self.target, self.restored, at)

    async def stored(self) -> set[Blob]:
        return {blob async for blob in self.blobs.list()}

    async def content(self, blob: Blob) -> bytes:
        size = await self.blobs.size(blob) or 0
        return b"".join([chunk async for chunk in await self.blobs.open(blob, 0, size)])

    def names(self) -> set[str]:
        """What lies in the folder: nothing that is not finished is among it."""
        return {path.name for path in self.folder.iterdir()}

    async def claims(self) -> int:
        async with self.database.reading() as connection:
            return await connection.scalar(sa.select(sa.func.count()).select_from(BLOB_CLAIMS)) or 0


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


PDFS = "SELECT document_number, sha256, file_size FROM attachments ORDER BY 1"


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that few PDFs go on their way in turns, as many do."""
    monkeypatch.setattr(backup, "AT_ONCE", 2)
    monkeypatch.setattr("app.storage.restore.AT_ONCE", 2)


@pytest.fixture
async def ledger(sqlite_url: str, blobs: Blobs, tmp_path: Path) -> AsyncIterator[Ledger]:
    """Over a store of each kind."""
    database = Database(sqlite_url)
    made = Ledger(database, blobs, tmp_path)
    await made.fill(MANY)
    yield made
    await database.dispose()


@pytest.fixture
async def in_folder(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Ledger]:
    """Over a folder."""
    database = Database(sqlite_url)

    async def nobody() -> str:
        return ""

    made = Ledger(database, Blobs((tmp_path / "blobs").as_uri(), nobody), tmp_path)
    await made.fill(MANY)
    yield made
    await database.dispose()


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


async def test_it_is_one_state_and_a_pdf_that_is_replaced_meanwhile_stays_until_it_is_copied(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_pages, save = backup.copy_pages, ledger.blobs.save
    first = Blob(1, hashlib.sha256(b"PDF 0").hexdigest())
    before = rows(ledger.folder / "gateway.db", PDFS)

    async def replace_all() -> None:
        for n in range(MANY):
            await ledger.push(f"D{n}", f"another {n}".encode())
        assert first in await ledger.stored()

    async def save_after(blob: Blob, target: Path) -> None:
        monkeypatch.setattr(ledger.blobs, "save", save)
        await replace_all()
        await save(blob, target)

    def copy_later(source: sqlite3.Connection, copy: Path) -> None:
        with closing(sqlite3.connect(ledger.folder / "gateway.db")) as other, other:
            other.execute("UPDATE documents SET version = 99")
        copy_pages(source, copy)

    monkeypatch.setattr(backup, "copy_pages", copy_later)
    monkeypatch.setattr(ledger.blobs, "save", save_after)
    await ledger.back_up()

    assert first not in await ledger.stored()
    assert len(await ledger.stored()) == MANY
    assert await ledger.claims() == 0
    await ledger.restore()
    assert rows(ledger.restored, PDFS) == before
    assert rows(ledger.restored, "SELECT DISTINCT version FROM documents") == [(1,)]
    assert first in await ledger.stored()


async def test_a_backup_that_was_killed_keeps_pdfs_no_longer_than_any_dead_command(in_folder: Ledger) -> None:
    killed = Hold(in_folder.database)
    async with in_folder.database.writing() as connection:
        await killed.take(connection)
        await connection.execute(sa.update(BLOB_CLAIMS).values(claimed_at=now() - timedelta(minutes=61)))
    assert await in_folder.claims() == MANY

    await in_folder.back_up()

    assert await in_folder.claims() == 0


async def test_claims_that_are_renewed_last(in_folder: Ledger) -> None:
    hold = Hold(in_folder.database)
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
    in_folder: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_folder.back_up()
    monkeypatch.setattr("app.storage.restore.REVISIONS", ["0001"])
    with pytest.raises(UnknownSchema):
        await in_folder.restore()
    monkeypatch.setattr("app.storage.restore.REVISIONS", [NEWEST, "9999"])
    await in_folder.restore()
    assert rows(in_folder.restored, "SELECT version_num FROM alembic_version") == [(NEWEST,)]

    async with in_folder.database.writing() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    in_folder.target.unlink()
    with pytest.raises(UnknownSchema):
        await in_folder.back_up()


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


async def refusal(ledger: Ledger, content: bytes) -> str:
    """Why such an archive is refused; nothing is left of it."""
    for blob in await ledger.stored():
        await ledger.blobs.delete(blob)
    before = ledger.names()
    ledger.target.write_bytes(content)
    with pytest.raises(Damaged) as refused:
        await ledger.restore()
    assert ledger.names() == before
    assert await ledger.stored() == set()
    return str(refused.value)


async def test_an_archive_that_was_cut_off_anywhere_is_refused(in_folder: Ledger) -> None:
    await in_folder.back_up()
    whole = in_folder.target.read_bytes()
    for length in (*range(0, len(whole), len(whole) // 40), len(whole) - 1024, len(whole) - 1):
        assert await refusal(in_folder, whole[:length])
    assert await refusal(in_folder, whole[:-1]) == "It ends at manifest.json.sha256: it was cut off."
    assert (await refusal(in_folder, whole[:-9000])).endswith("it was cut off.")


async def test_an_archive_with_a_wrong_bit_anywhere_is_refused(in_folder: Ledger) -> None:
    await in_folder.back_up()
    whole = in_folder.target.read_bytes()
    places = {*range(0, len(whole), 9973), *range(0, 2048, 61), *range(len(whole) - 4096, len(whole), 61)}
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 4
        assert await refusal(in_folder, bytes(damaged)), place


async def test_what_does_not_belong_there_is_refused_by_name(in_folder: Ledger) -> None:
    await in_folder.back_up()
    whole = in_folder.target.read_bytes()
    with tarfile.open(in_folder.target) as archive:
        first = archive.getmembers()[2]
        second = archive.getmembers()[3]
    for name in ("/etc/passwd", "../../outside", "blobs/1/../../../outside"):
        strange = tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT)
        added = whole[: first.offset] + strange + whole[first.offset :]
        expected = f"It holds something else where {first.name} should be: {name!r}."
        assert await refusal(in_folder, added) == expected
        assert not (in_folder.folder.parent / "outside").exists()
    missing = whole[: first.offset] + whole[second.offset :]
    assert await refusal(in_folder, missing) == (
        f"It holds something else where {first.name} should be: {second.name!r}."
    )
    link = tarfile.TarInfo(first.name)
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    linked = whole[: first.offset] + link.tobuf(tarfile.GNU_FORMAT) + whole[second.offset :]
    assert (await refusal(in_folder, linked)).startswith("It holds something else where ")
    assert await refusal(in_folder, whole + b"\0") == "It goes on where it should end."


async def test_an_archive_whose_manifest_agrees_with_itself_and_not_with_its_database_is_refused(
    in_folder: Ledger,
) -> None:
    manifest = await in_folder.back_up()
    whole = in_folder.target.read_bytes()
    with in_folder.target.open("rb") as file:
        size = len(Reader(file).content)
        body = whole[512 + size + len(padding(size)) :]
    at = body.index(header("manifest.json.sha256", 80)[:200])

    def forged(files: bytes, **changes: object) -> bytes:
        content = json.dumps({**manifest.model_dump(), **changes}).encode()
        sealed = seal(content)
        return b"".join(
            (
                *(header("manifest.json", len(content)), content, padding(len(content)), files),
                *(header("manifest.json.sha256", len(sealed)), sealed, padding(len(sealed)), bytes(1024)),
            )
        )

    outside = {"name": "../outside", "size": 4, "sha256": hashlib.sha256(b"evil").hexdigest()}
    evil = header("../outside", 4) + b"evil" + padding(4)
    members = [member.model_dump() for member in manifest.members]
    unlike = "Its manifest does not tell what its database holds."
    assert await refusal(in_folder, forged(body[:at] + evil, members=[*members, outside])) == unlike
    assert not (in_folder.folder.parent / "outside").exists()
    assert await refusal(in_folder, forged(body[:at], counts={"tenants": 1, "documents": 1, "blobs": MANY})) == unlike
    assert await refusal(in_folder, forged(body[:at], schema_revision="0001")) == unlike
    assert await refusal(in_folder, forged(b"", members=[])) == "Its manifest is damaged."
    assert await refusal(in_folder, forged(b"", format=2)) == (
        "It was made by a newer release than this program: update the program."
    )


async def test_a_database_that_sqlite_finds_damaged_is_refused_whatever_its_digest(in_folder: Ledger) -> None:
    await in_folder.back_up()
    with closing(sqlite3.connect(in_folder.folder / "gateway.db")) as other:
        other.execute("UPDATE documents SET account_number = 'nobody' WHERE document_number = 'D3'")
        other.commit()
    in_folder.target.unlink()
    with pytest.raises(CannotBackUp, match=r"A row of documents refers to one of accounts that is not there\."):
        await in_folder.back_up()
    assert not in_folder.target.exists()


@pytest.mark.parametrize(
    "forgery",
    ["UPDATE database_identity SET value = '../outside'", "UPDATE attachments SET sha256 = '../../outside'"],
)
async def test_a_database_that_would_lead_out_of_the_store_is_refused(in_folder: Ledger, forgery: str) -> None:
    manifest = await in_folder.back_up()
    copy = in_folder.folder / "copy.db"
    with tarfile.open(in_folder.target) as archive:
        kept = archive.extractfile("gateway.db")
        assert kept is not None
        copy.write_bytes(kept.read())
    with closing(sqlite3.connect(copy)) as forged:
        forged.execute(forgery)
        forged.commit()

    with pytest.raises(Damaged, match="Its manifest does not tell"):
        database_in(copy, manifest)
