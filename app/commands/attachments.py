"""Attaching a pushed PDF to a document: judged, put in the store, then named by the document's one attachment row. The
PDF before it is removed once nothing names it."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic

from app.commands.body import absent
from app.commands.files import Files, workspace
from app.commands.transaction import Answer, Forbidden, Write, Written
from app.domain.attachments import ID_LENGTH
from app.domain.changes import Change, ChangedResource, ChangeVerb, as_json_object
from app.domain.problems import Code, Problem, Refused, Where
from app.domain.resources import AttachmentSource, Resource
from app.domain.values import is_storable
from app.pdf.refusals import PdfRefused, RefusalReason
from app.pdf.validation_processes import ValidPdf
from app.storage.blobs.leases import BlobLease, LeaseLost, claimed, give_up, remove_unneeded
from app.storage.blobs.store import Blob, NoSuchBlob, StoreAway
from app.storage.database.clock import now
from app.storage.tables import ATTACHMENTS, DOCUMENTS
from app.storage.writes.request_transaction import RequestTransaction, RetryRequest
from app.storage.writes.scoped import Scoped

ATTEMPTS = 50  # an append begins anew each time that another process attached to the document first
FILE = ("file",)
PLACE = {  # of a problem that each fault of a PDF is
    RefusalReason.FILE: (Code.INVALID, FILE, Where.FILE),
    RefusalReason.LIMIT: (Code.TOO_LONG, FILE, Where.FILE),
    RefusalReason.EXTENSION: (Code.INVALID, ("append",), Where.ARGUMENT),
}
LOGGED = ("attachment_id", "source", "file_size", "sha256", "page_count")

Values = dict[str, Any]


class Overtaken(Exception):
    """Another process attached a PDF to the document meanwhile."""


async def attach_pdf(write: Write[Answer], files: Files, number: str, pushed: Path, *, append: bool = False) -> Answer:
    """Makes the file the document's PDF, or adds its pages to the PDF that was pushed before; a generated one gives way
    either way. Raises Refused, and Forbidden."""
    if write.caller.read_only:
        raise Forbidden
    attaching = Attaching(write, files, number, pushed, append)
    if held := write.database.current_transaction.get():
        return await attaching.within(held)
    async with files.turn(write.caller.tenant_id, number):
        for _ in range(ATTEMPTS - 1):
            try:
                return await attaching.attempt()
            except (Overtaken, LeaseLost, NoSuchBlob):  # the last: the stored blob was replaced and removed
                continue
        return await attaching.attempt()


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that may become a document's PDF, in the store. Without a claim it is not there, and nothing is kept."""

    checked: ValidPdf
    claim: BlobLease | None


@dataclass(slots=True)
class Attaching(Generic[Answer]):
    """One push of a PDF."""

    write: Write[Answer]
    files: Files
    number: str
    pushed: Path
    append: bool
    replaced: Blob | None = field(default=None, init=False)

    async def attempt(self) -> Answer:
        before = await self.pushed_before()
        await self.check_pushed()
        async with self.ready(before) as ready:
            answer = await self.write.run(self.naming(ready, before, BlobLease.settle))
        if self.replaced:
            await remove_unneeded(self.write.database, self.files.blobs, self.replaced)
        return answer

    async def within(self, held: RequestTransaction) -> Answer:
        """The same as a part of what is held: the file is made ready outside of the transaction, and blobs are removed
        after it, so that the stored PDF stays whole where it is undone."""
        before = await self.pushed_before()
        await self.check_pushed()
        base = blob_of(before) if before and self.append else None
        wanted = (await asyncio.to_thread(digest_of, self.pushed), base, self.write.dry_run)
        if wanted not in held.made:
            await held.undo()
            with self.write.database.apart():
                held.made[wanted] = await self.ready_or_refused(held, before)
        ready = held.made[wanted]
        if isinstance(ready, Refused):
            raise ready
        try:
            answer = await self.write.run(self.naming(ready, before, BlobLease.confirm))
        except (Overtaken, LeaseLost):
            held.made.pop(wanted)
            raise RetryRequest from None
        if self.replaced and not self.write.dry_run:
            held.endings.push_async_callback(self.left_to_sweep, remove_unneeded, self.replaced)
        return answer

    async def ready_or_refused(self, held: RequestTransaction, before: Values | None) -> Ready | Refused:
        """The file made ready for as long as the request lasts."""
        try:
            ready = await held.endings.enter_async_context(self.ready(before))
        except Refused as refusal:
            return refusal
        except NoSuchBlob:  # the stored blob was replaced and removed
            raise RetryRequest from None
        if ready.claim:
            held.endings.push_async_callback(self.left_to_sweep, give_up, ready.claim)
        return ready

    async def left_to_sweep(self, removing: Callable[..., Awaitable[object]], what: Blob | BlobLease) -> None:
        """Removes what is not needed any more, if the store can be reached: the request itself is done."""
        with suppress(StoreAway):
            await removing(self.write.database, self.files.blobs, what)

    @asynccontextmanager
    async def ready(self, before: Values | None) -> AsyncIterator[Ready]:
        """The file judged and, unless for a dry run, put into the store."""
        async with workspace() as folder:
            path, checked = await self.made(before, folder)
            if self.write.dry_run:
                yield Ready(checked, None)
                return
            blob = Blob(self.write.caller.tenant_id, checked.sha256)
            async with claimed(self.write.database, self.files.blobs, blob, path) as claim:
                yield Ready(checked, claim)

    async def made(self, before: Values | None, folder: Path) -> tuple[Path, ValidPdf]:
        """The file that is to be the document's PDF, found sound: the pushed one, or one that continues the stored."""
        if not (before and self.append):
            return self.pushed, await self.judged(self.files.workers.check(self.pushed, self.files.most_pages))
        stored, joined = folder / "stored.pdf", folder / "joined.pdf"
        await self.files.blobs.save(blob_of(before), stored)
        joining = self.files.workers.append(stored, self.pushed, joined, self.files.most_pages)
        return joined, await self.judged(joining)

    async def pushed_before(self) -> Values | None:
        """The attachment that was pushed before. Raises Refused where there is no such document."""
        if is_storable(self.number):
            async with self.write.database.reading(self.write.caller.tenant_id) as connection:
                scope = Scoped(connection, self.write.caller)
                if await scope.exists(DOCUMENTS, document_number=self.number):
                    return only_pushed(await scope.find(ATTACHMENTS, document_number=self.number))
        raise Refused([absent(Resource.DOCUMENT, self.number)])

    async def judged(self, check: Awaitable[ValidPdf]) -> ValidPdf:
        """A file that is taken. Raises Refused."""
        try:
            checked = await check
        except PdfRefused as reason:
            code, field, where = PLACE[reason.reason]
            raise Refused([Problem(code, field, str(reason), where)]) from None
        self.check_size(checked.size)
        return checked

    async def check_pushed(self) -> None:
        self.check_size(await asyncio.to_thread(lambda: self.pushed.stat().st_size))

    def check_size(self, size: int) -> None:
        if size > self.files.most_bytes:
            message = f"The PDF comes to {size} bytes; at most {self.files.most_bytes} are taken."
            raise Refused([Problem(Code.TOO_LONG, FILE, message, Where.FILE)])

    def naming(
        self, ready: Ready, before: Values | None, settle: Callable[[BlobLease, Scoped], Awaitable[None]]
    ) -> Callable[[Scoped], Awaitable[Written]]:
        """The command that makes the file the document's PDF."""

        async def command(scope: Scoped) -> Written:
            await scope.find(DOCUMENTS, lock=True, document_number=self.number)
            stored = await scope.find(ATTACHMENTS, document_number=self.number)
            if self.append and id_of(only_pushed(stored)) != id_of(before):
                raise Overtaken
            if ready.claim:
                await settle(ready.claim, scope)
            if not self.append and is_pushed(stored, ready.checked.sha256):  # sent again
                return Written({Resource.DOCUMENT: self.number})
            row = pushed_row(ready.checked)
            await name_pdf(scope, self.number, stored, row)
            scope.log(attached(self.number, stored, row, row["uploaded_at"]))
            self.replaced = blob_of(stored) if stored and stored["sha256"] != ready.checked.sha256 else None
            return Written({Resource.DOCUMENT: self.number}, created=stored is None)

        return command


async def name_pdf(scope: Scoped, number: str, stored: Values | None, row: Values) -> None:
    """Writes the document's attachment row. The document is locked, so that no other command writes it."""
    if stored:
        await scope.update(ATTACHMENTS, {"document_number": number}, row)
    else:
        await scope.insert(ATTACHMENTS, {"document_number": number, **row})


def attached(number: str, stored: Values | None, row: Values, at: datetime) -> Change:
    """The change that makes a PDF the document's."""
    before, after = (as_json_object({name: side[name] for name in LOGGED}) if side else {} for side in (stored, row))
    return Change(ChangedResource.DOCUMENT, number, ChangeVerb.ATTACH, at, None, before, after)


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
    pushed = only_pushed(stored)
    return pushed is not None and pushed["sha256"] == sha256


def only_pushed(stored: Values | None) -> Values | None:
    return stored if stored and stored["source"] == AttachmentSource.PUSHED else None


def id_of(stored: Values | None) -> str | None:
    return stored["attachment_id"] if stored else None


def digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def blob_of(stored: Values) -> Blob:
    """The blob that an attachment row names."""
    return Blob(stored["tenant_id"], stored["sha256"])
