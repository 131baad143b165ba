"""Finding a document's PDF, and rendering a generated one when it is first asked for. That one is kept until the
document or its account is written again. No data of the caller is changed, so that a read-only key may ask, too; the
change log has an entry for each PDF that was rendered. Renderings are shared fairly between tenants. One that has
begun is done to its end even where its client has gone: who asks again gets it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.commands.attachments import blob_of, pdf_change, write_attachment
from app.commands.body import not_found
from app.commands.files import Files, workspace
from app.domain.attachments import Attachment, attachment_of, file_name
from app.domain.caller import Caller
from app.domain.enums import AttachmentSource, Resource
from app.domain.problems import WriteRefused
from app.domain.values import is_storable
from app.storage.blobs.leases import BlobLease, LeaseLost, leased, remove_unneeded
from app.storage.blobs.store import Blob
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.tables import ACCOUNTS, ATTACHMENTS, DOCUMENTS
from app.storage.writes.locking import LockingWrite
from app.storage.writes.tenant_rows import TenantRows, owned

ATTEMPTS = 8  # the document, its account or its PDF may be written while the PDF is rendered

Values = dict[str, Any]
CheckWanted = Callable[[], Awaitable[None]]  # raises what is to end a request that nobody waits for any more


class SnapshotOutdated(Exception):
    """The document, its account or its PDF was written since they were read."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document with all that its PDF depends on, as of one moment. `stored` is the row of the PDF that is kept,
    `attachment` the PDF that the document has by now."""

    document: Values
    account: Values
    stored: Values | None
    attachment: Attachment | None


@dataclass(frozen=True, slots=True)
class DocumentPdf:
    """A document's PDF, its bytes in the store."""

    csr_id: int
    document_number: str
    file_name: str
    attachment: Attachment
    blob: Blob


async def document_pdf(
    database: Database,
    files: Files,
    caller: Caller,
    number: str,
    attachment_id: str | None = None,
    request_id: str = "",
    *,
    check_wanted: CheckWanted,
) -> DocumentPdf | None:
    """The document's PDF, rendered now where it is a generated one that is not kept yet; None where there is none, or
    not the one of that identifier. Raises WriteRefused where there is no such document, InvoiceTooLong, CallerChanged
    where the key was revoked while it was rendered, and what `check_wanted` raises."""
    for _ in range(ATTEMPTS):
        snapshot = await read_snapshot(database, caller, number)
        attachment = snapshot.attachment
        if attachment is None or (attachment_id and attachment.id != attachment_id):
            return None
        if attachment.sha256 is not None:
            return describe_pdf(caller, snapshot, attachment, attachment.sha256)
        del snapshot  # the memory of a large invoice is not kept while the request waits
        with suppress(SnapshotOutdated, LeaseLost):
            async with files.document_lock(caller.tenant_id, number):
                return await render(database, files, caller, number, attachment, request_id, check_wanted)
    raise RuntimeError(f"the PDF of a document changed {ATTEMPTS} times while it was rendered")


def describe_pdf(caller: Caller, snapshot: Snapshot, attachment: Attachment, sha256: str) -> DocumentPdf:
    document = snapshot.document
    number, name = document["document_number"], file_name(document)
    return DocumentPdf(document["csr_id"], number, name, attachment, Blob(caller.tenant_id, sha256))


async def read_snapshot(database: Database, caller: Caller, number: str) -> Snapshot:
    """Raises WriteRefused where there is no such document."""
    if not is_storable(number):
        raise WriteRefused([not_found(Resource.DOCUMENT, number)])
    async with database.reading(caller.tenant_id) as connection:
        return await snapshot_of(TenantRows(connection, caller), number)


async def snapshot_of(rows: TenantRows, number: str) -> Snapshot:
    document = await rows.find(DOCUMENTS, document_number=number)
    if document is None:
        raise WriteRefused([not_found(Resource.DOCUMENT, number)])
    account = await rows.find(ACCOUNTS, account_number=document["account_number"]) or {}
    stored = await rows.find(ATTACHMENTS, document_number=number)
    return Snapshot(document, account, stored, attachment_of(document, account, stored, rows.caller.products))


async def render(
    database: Database,
    files: Files,
    caller: Caller,
    number: str,
    wanted: Attachment,
    request_id: str,
    check_wanted: CheckWanted,
) -> DocumentPdf:
    """Renders the document's PDF when it is the tenant's turn, and keeps it. Raises SnapshotOutdated where another PDF
    than the wanted one is due by then, and InvoiceTooLong."""
    issued_at = wanted.uploaded_at.replace(microsecond=0)  # PDF knows whole seconds
    async with workspace() as folder:
        path = folder / "invoice.pdf"
        async with files.renderers.turn(caller.tenant_id):
            await check_wanted()
            snapshot = await read_snapshot(database, caller, number)
            if snapshot.attachment != wanted:
                raise SnapshotOutdated
            size, sha256 = await files.renderers.render(snapshot.document, snapshot.account, issued_at, path)
        blob = Blob(caller.tenant_id, sha256)
        async with (
            leased(database, files.blobs, blob, path) as lease,
            database.writing(caller.tenant_id) as connection,
        ):
            await keep_pdf(LockingWrite(connection, caller, request_id), snapshot, wanted, size, lease)
    if snapshot.stored and snapshot.stored["sha256"] != sha256:
        await remove_unneeded(database, files.blobs, blob_of(snapshot.stored))
    return describe_pdf(caller, snapshot, replace(wanted, file_size=size, sha256=sha256), sha256)


async def keep_pdf(unit: LockingWrite, snapshot: Snapshot, wanted: Attachment, size: int, lease: BlobLease) -> None:
    """Makes the PDF the document's, unless what it shows has changed meanwhile. Raises SnapshotOutdated."""
    number, account = snapshot.document["document_number"], snapshot.document["account_number"]
    versions = (
        await read_version(unit, DOCUMENTS, lock=True, document_number=number),
        await read_version(unit, ACCOUNTS, account_number=account),
    )
    stored = await unit.find(ATTACHMENTS, document_number=number)
    expected = (snapshot.document["version"], snapshot.account["version"])
    if versions != expected or stored != snapshot.stored:
        raise SnapshotOutdated
    await lease.release(unit)
    row = {
        "attachment_id": wanted.id,
        "source": str(AttachmentSource.GENERATED),
        "uploaded_at": wanted.uploaded_at,
        "document_version": snapshot.document["version"],
        "account_version": snapshot.account["version"],
        "file_size": size,
        "sha256": lease.blob.sha256,
        "page_count": None,
    }
    await write_attachment(unit, number, stored, row)
    unit.log(pdf_change(snapshot.document, stored, row, now()))
    await unit.write_log()


async def read_version(unit: LockingWrite, table: sa.Table, *, lock: bool = False, **key: str) -> int | None:
    """The version of a row alone: to read all of a large invoice again takes the event loop a while."""
    ((name, value),) = key.items()
    statement = sa.select(table.c.version).where(owned(table, unit.caller), table.c[name] == value)
    rows = await unit.fetch(statement.with_for_update(key_share=True) if lock else statement)
    return rows[0]["version"] if rows else None
