"""Attaching a pushed PDF to a document. The file is validated and put into the store, and then the document's one
attachment row names it. The PDF before it is removed once nothing names it."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic

from app.commands.body import not_found
from app.commands.files import Files, workspace
from app.commands.transaction import Answer, Command, Forbidden, Write, Written
from app.domain.attachments import ID_LENGTH
from app.domain.changes import Change, ChangedResource, ChangeVerb, as_json_object
from app.domain.enums import AttachmentSource, Resource
from app.domain.problems import Code, Problem, Where, WriteRefused
from app.domain.values import is_storable
from app.pdf.refusals import PdfRefused, RefusalReason
from app.pdf.validation_processes import ValidPdf
from app.storage.blobs.leases import BlobLease, LeaseLost, give_up, leased, remove_unneeded
from app.storage.blobs.store import Blob, NoSuchBlob, StoreAway
from app.storage.database.clock import now
from app.storage.tables import ATTACHMENTS, DOCUMENTS
from app.storage.writes.request_transaction import RequestTransaction, RetryRequest
from app.storage.writes.tenant_rows import TenantRows
from app.storage.writes.unit_of_work import UnitOfWork

ATTEMPTS = 50  # an append begins anew each time that another process attached to the document first
FILE = ("file",)
PROBLEM_OF_REASON = {
    RefusalReason.FILE: (Code.INVALID, FILE, Where.FILE),
    RefusalReason.LIMIT: (Code.TOO_LONG, FILE, Where.FILE),
    RefusalReason.EXTENSION: (Code.INVALID, ("append",), Where.ARGUMENT),
}
LOGGED = ("attachment_id", "source", "file_size", "sha256", "page_count")

Values = dict[str, Any]


class AttachmentChanged(Exception):
    """Another process attached a PDF to the document meanwhile."""


async def attach_pdf(write: Write[Answer], files: Files, number: str, pushed: Path, *, append: bool = False) -> Answer:
    """Makes the file the document's PDF, or adds its pages to the PDF that was pushed before; a generated one is
    replaced either way. Raises WriteRefused, and Forbidden."""
    if write.caller.read_only:
        raise Forbidden
    push = PdfPush(write, files, number, pushed, append)
    if request := write.database.current_transaction.get():
        return await push.attempt_in_request(request)
    async with files.document_lock(write.caller.tenant_id, number):
        for _ in range(ATTEMPTS - 1):
            try:
                return await push.attempt()
            except (AttachmentChanged, LeaseLost, NoSuchBlob):  # the last: the stored blob was replaced and removed
                continue
        return await push.attempt()


@dataclass(frozen=True, slots=True)
class StoredPdf:
    """A validated file, in the store for as long as the lease lasts; a dry run stores nothing and has no lease."""

    checked: ValidPdf
    lease: BlobLease | None


@dataclass(slots=True)
class PdfPush(Generic[Answer]):
    """One push of a PDF to a document."""

    write: Write[Answer]
    files: Files
    number: str
    pushed: Path
    append: bool
    replaced: Blob | None = field(default=None, init=False)

    async def attempt(self) -> Answer:
        before = await self.pushed_before()
        await self.check_pushed_size()
        async with self.stored(before) as pdf:
            answer = await self.write.run(self.command(pdf, before, BlobLease.release), needs_locks=True)
        if self.replaced:
            await remove_unneeded(self.write.database, self.files.blobs, self.replaced)
        return answer

    async def attempt_in_request(self, request: RequestTransaction) -> Answer:
        """The same within the transaction of a request: the file is validated and stored outside of it, and blobs are
        removed after it, so that the former PDF stays whole where the transaction is rolled back."""
        before = await self.pushed_before()
        await self.check_pushed_size()
        base = blob_of(before) if before and self.append else None
        work = (await asyncio.to_thread(digest_of, self.pushed), base, self.write.dry_run)
        if work not in request.results:
            await request.rollback()
            with self.write.database.outside_request_transaction():
                request.results[work] = await self.store_for_request(request, before)
        pdf = request.results[work]
        if isinstance(pdf, WriteRefused):
            raise pdf
        try:
            answer = await self.write.run(self.command(pdf, before, BlobLease.confirm), needs_locks=True)
        except (AttachmentChanged, LeaseLost):
            request.results.pop(work)
            raise RetryRequest from None
        if self.replaced and not self.write.dry_run:
            request.cleanup.push_async_callback(self.remove_if_reachable, remove_unneeded, self.replaced)
        return answer

    async def store_for_request(self, request: RequestTransaction, before: Values | None) -> StoredPdf | WriteRefused:
        """The file, stored for as long as the request lasts."""
        try:
            pdf = await request.cleanup.enter_async_context(self.stored(before))
        except WriteRefused as refusal:
            return refusal
        except NoSuchBlob:  # the stored blob was replaced and removed
            raise RetryRequest from None
        if pdf.lease:
            request.cleanup.push_async_callback(self.remove_if_reachable, give_up, pdf.lease)
        return pdf

    async def remove_if_reachable(self, remove: Callable[..., Awaitable[object]], what: Blob | BlobLease) -> None:
        """Removes what is not needed any more. Where the store cannot be reached, that is left to a later sweep: the
        request itself is done."""
        with suppress(StoreAway):
            await remove(self.write.database, self.files.blobs, what)

    @asynccontextmanager
    async def stored(self, before: Values | None) -> AsyncIterator[StoredPdf]:
        """The file, validated and, unless for a dry run, put into the store."""
        async with workspace() as folder:
            path, checked = await self.validated(before, folder)
            if self.write.dry_run:
                yield StoredPdf(checked, None)
                return
            blob = Blob(self.write.caller.tenant_id, checked.sha256)
            async with leased(self.write.database, self.files.blobs, blob, path) as lease:
                yield StoredPdf(checked, lease)

    async def validated(self, before: Values | None, folder: Path) -> tuple[Path, ValidPdf]:
        """The file that is to be the document's PDF: the pushed one, or the former one with its pages added. Raises
        WriteRefused where it is not fit."""
        workers, tenant_id, most_pages = self.files.workers, self.write.caller.tenant_id, self.files.most_pages
        if not (before and self.append):
            return self.pushed, await self.accepted(workers.check(tenant_id, self.pushed, most_pages))
        former, joined = folder / "stored.pdf", folder / "joined.pdf"
        await self.files.blobs.save(blob_of(before), former)
        return joined, await self.accepted(workers.append(tenant_id, former, self.pushed, joined, most_pages))

    async def accepted(self, check: Awaitable[ValidPdf]) -> ValidPdf:
        """The outcome of a check. Raises WriteRefused where the file is not fit."""
        try:
            checked = await check
        except PdfRefused as refused:
            code, field, where = PROBLEM_OF_REASON[refused.reason]
            raise WriteRefused([Problem(code, field, str(refused), where)]) from None
        self.check_size(checked.size)
        return checked

    async def pushed_before(self) -> Values | None:
        """The attachment that was pushed before. Raises WriteRefused where there is no such document."""
        if is_storable(self.number):
            async with self.write.database.reading(self.write.caller.tenant_id) as connection:
                rows = TenantRows(connection, self.write.caller)
                if await rows.exists(DOCUMENTS, document_number=self.number):
                    return if_pushed(await rows.find(ATTACHMENTS, document_number=self.number))
        raise WriteRefused([not_found(Resource.DOCUMENT, self.number)])

    async def check_pushed_size(self) -> None:
        self.check_size(await asyncio.to_thread(lambda: self.pushed.stat().st_size))

    def check_size(self, size: int) -> None:
        if size > self.files.most_bytes:
            message = f"The PDF comes to {size} bytes; at most {self.files.most_bytes} are taken."
            raise WriteRefused([Problem(Code.TOO_LONG, FILE, message, Where.FILE)])

    def command(
        self, pdf: StoredPdf, before: Values | None, end_lease: Callable[[BlobLease, UnitOfWork], Awaitable[None]]
    ) -> Command:
        """The command that makes the file the document's PDF."""

        async def command(unit: UnitOfWork) -> Written:
            document = await unit.find(DOCUMENTS, lock=True, document_number=self.number)
            if document is None:
                raise WriteRefused([not_found(Resource.DOCUMENT, self.number)])
            stored = await unit.find(ATTACHMENTS, document_number=self.number)
            if self.append and id_of(if_pushed(stored)) != id_of(before):
                raise AttachmentChanged
            if pdf.lease:
                await end_lease(pdf.lease, unit)
            if not self.append and is_pushed(stored, pdf.checked.sha256):  # sent again
                return Written({Resource.DOCUMENT: self.number})
            row = pushed_row(pdf.checked)
            await write_attachment(unit, self.number, stored, row)
            unit.log(pdf_change(document, stored, row, row["uploaded_at"]))
            self.replaced = blob_of(stored) if stored and stored["sha256"] != pdf.checked.sha256 else None
            return Written({Resource.DOCUMENT: self.number}, created=stored is None)

        return command


async def write_attachment(unit: UnitOfWork, number: str, stored: Values | None, row: Values) -> None:
    """Writes the document's attachment row. The document is locked, so that no other command writes it."""
    if stored:
        await unit.update(ATTACHMENTS, {"document_number": number}, row)
    else:
        await unit.insert(ATTACHMENTS, {"document_number": number, **row})


def pdf_change(document: Values, stored: Values | None, row: Values, at: datetime) -> Change:
    """The entry in the change log for a document that gets another PDF."""
    before, after = (as_json_object({name: side[name] for name in LOGGED}) if side else {} for side in (stored, row))
    number, account = document["document_number"], document["account_number"]
    return Change(ChangedResource(Resource.DOCUMENT), number, ChangeVerb.ATTACH, at, None, before, after, account)


def pushed_row(checked: ValidPdf) -> Values:
    return {
        "attachment_id": secrets.token_hex(ID_LENGTH // 2),
        "source": str(AttachmentSource.PUSHED),
        "uploaded_at": now(),
        "document_version": None,
        "account_version": None,
        "file_size": checked.size,
        "sha256": checked.sha256,
        "page_count": checked.pages,
    }


def is_pushed(stored: Values | None, sha256: str) -> bool:
    """Whether the document's PDF is a pushed one of these very bytes."""
    pushed = if_pushed(stored)
    return pushed is not None and pushed["sha256"] == sha256


def if_pushed(stored: Values | None) -> Values | None:
    """The attachment, where it is a pushed one."""
    return stored if stored and stored["source"] == AttachmentSource.PUSHED else None


def id_of(stored: Values | None) -> str | None:
    return stored["attachment_id"] if stored else None


def digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def blob_of(stored: Values) -> Blob:
    """The blob that an attachment row names."""
    return Blob(stored["tenant_id"], stored["sha256"])
