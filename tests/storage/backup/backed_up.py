"""What is backed up in tests: a small ledger with PDFs, and what was restored of it."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa

from app.auth.api_keys import create_tenant
from app.storage.backup.archive import Manifest, Reader, header, padding, seal
from app.storage.backup.backup import AT_ONCE, back_up
from app.storage.backup.restore import restore
from app.storage.blobs.leases import remove_unneeded
from app.storage.blobs.store import Blob, Blobs
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.database.identity import Identity
from app.storage.tables import ACCOUNTS, ATTACHMENTS, BLOB_CLAIMS, DOCUMENTS

MANY = AT_ONCE + 2  # so that they go on their way in turns


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


def forged(whole: bytes, added: bytes = b"", *, keep: bool = True, **changes: object) -> bytes:
    """An archive whose manifest is changed and agrees with itself; with more members, or without those it had."""
    reader = Reader(BytesIO(whole))
    size = len(reader.content)
    files = whole[512 + size + len(padding(size)) : whole.index(header("manifest.json.sha256", 80)[:200])]
    content = json.dumps({**reader.manifest.model_dump(), **changes}).encode()
    sealed = seal(content)
    return b"".join(
        (
            *(header("manifest.json", len(content)), content, padding(len(content)), files if keep else b"", added),
            *(header("manifest.json.sha256", len(sealed)), sealed, padding(len(sealed)), bytes(1024)),
        )
    )


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


PDFS = "SELECT document_number, sha256, file_size FROM attachments ORDER BY 1"
