"""The PDFs of documents over REST: pushed, listed, downloaded; and downloaded without a key through a signed link."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.auth.signed_urls import FILES_PATH, InvalidSignedUrl, SignedUrls
from app.commands.attachments import attach_pdf
from app.commands.files import Files, workspace
from app.commands.generated_pdfs import DocumentPdf, document_pdf
from app.commands.transaction import Write, Written
from app.domain.attachments import PDF_ATTACHMENT_COLUMNS
from app.domain.caller import Caller
from app.domain.enums import Resource
from app.domain.problems import Code, Where, WriteRefused
from app.domain.values import Fault, is_storable, moment_text
from app.middleware.requests import EncodedBody, check_encoding, content_type, header, reserve_file
from app.observability.request_record import request_id_of
from app.pdf.invoices.limits import InvoiceTooLong
from app.reads.by_level.read import read
from app.reads.selection import Row, Selection, Traversal
from app.rest_api.answers import Answer, reply
from app.rest_api.downloads import PDF, deliver
from app.rest_api.errors import RestError, encoded, not_found, translated
from app.rest_api.names import address
from app.rest_api.paths import RawRoute
from app.rest_api.preconditions import precondition_of
from app.rest_api.resources import Rest, refusals
from app.storage.blobs.store import NoSuchBlob
from app.storage.writes.unit_of_work import CallerChanged, Guard

LIST = f"{address(Resource.DOCUMENT)}/attachments"
PUSH = "/api/v1/pdf-ingestion/pdf/{connection_id}/ingest_documents/{document_number}"
MAX_LINK_QUERY = 1_000  # bytes of a signed link's query, which has about a hundred
ENOUGH = 1 << 20  # what is written to the file at once
TRUTHS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Attachments:
    """The endpoints of PDFs."""

    rest: Rest
    files: Files
    links: SignedUrls

    async def push(self, request: Request) -> Response:
        """Makes the body the document's PDF, or adds its pages."""
        caller = await self.rest.caller(request, writes=True)
        keys = request.path_params
        await self.check_target(caller, keys["connection_id"], keys["document_number"])
        async with workspace() as folder:
            await receive(request, folder / "pushed.pdf", self.files.most_bytes)
            refuse_encoded(request)
            if content_type(request) != PDF:
                raise RestError(400, "invalid_pdf", f"Send the PDF as {PDF}.")
            with refusals(Resource.DOCUMENT, keys["document_number"]):
                precondition_of(request).check_unversioned("A PDF")
            row = await self.attach(request, caller, keys["document_number"], folder / "pushed.pdf")
        return reply(metadata(row["csr_id"], row["document_number"], row.related["stored"]))

    async def check_target(self, caller: Caller, connection_id: str, number: str) -> None:
        """Refuses a push to another connection than the tenant's, and to a document that it does not have."""
        traversals = [Traversal("tenant", "tenant", Selection(frozenset({"connection_id"})))]
        if is_storable(number):
            traversals.append(Traversal("found", Resource.DOCUMENT, Selection(), lookup_keys=((number,),)))
        async with self.rest.database.reading(caller.tenant_id) as connection:
            found = (await read(connection, caller, traversals)).related
        if found["tenant"]["connection_id"] != connection_id.lower():
            raise RestError(404, "connection_not_found", "There is no such connection.")
        if not found.get("found", [None])[0]:
            raise not_found(Resource.DOCUMENT)

    async def attach(self, request: Request, caller: Caller, number: str, pushed: Path) -> Row:
        """The document with its new attachment."""
        stored = Traversal("stored", "stored_attachment", Selection(frozenset(PDF_ATTACHMENT_COLUMNS)))
        selection = Selection(frozenset({"csr_id", "document_number"}), (stored,))
        traversal = Traversal("found", Resource.DOCUMENT, selection, lookup_keys=((number,),))

        async def answer(connection: AsyncConnection, _: Written) -> Row:
            row: Row = (await read(connection, caller, [traversal])).related["found"][0]
            return row

        def run(caller: Caller, guard: Guard | None) -> Awaitable[Row]:
            made_for = request_id_of(request.scope)
            write = Write(self.rest.database, caller, answer, guard=guard, request_id=made_for)
            return attach_pdf(write, self.files, number, pushed, append=append)

        append = appends(request)
        try:
            return await self.rest.run_write(request, caller, run)
        except WriteRefused as refusal:
            raise told(refusal, number) from None

    async def show_list(self, request: Request) -> Response:
        """The document's PDF, if any. A generated one is made for it: its size is part of the answer."""
        caller = await self.rest.caller(request)
        number = request.path_params["document_number"]
        found = await self.found(request, caller, number)
        return reply({"document_number": number, "attachments": [shown(found)] if found else []})

    async def download(self, request: Request) -> Response:
        caller = await self.rest.caller(request)
        keys = request.path_params
        return await self.answered(request, caller, keys["document_number"], keys["id"])

    async def follow_link(self, request: Request) -> Response:
        """The file that a signed link leads to."""
        if len(request.scope["query_string"]) > MAX_LINK_QUERY:
            raise RestError(403, "forbidden", "This is no link of this server.")
        keys = request.path_params
        address = f"{keys['tenant_id']}/{keys['csr_id']}/{keys['id']}"
        try:
            linked = await self.links.verify(address, request.query_params)
        except InvalidSignedUrl as reason:
            raise RestError(403, "forbidden", str(reason)) from None
        if linked is None:
            raise gone()
        return await self.answered(request, linked.caller, linked.document_number, linked.attachment_id)

    async def found(
        self, request: Request, caller: Caller, number: str, attachment_id: str | None = None
    ) -> DocumentPdf | None:
        made_for, wanted = request_id_of(request.scope), partial(check_connected, request)
        arguments = (self.rest.database, self.files, caller, number, attachment_id, made_for)
        try:
            return await document_pdf(*arguments, check_wanted=wanted)
        except WriteRefused as refusal:
            raise told(refusal, number) from None
        except InvoiceTooLong as reason:
            raise RestError(422, "invoice_too_long", str(reason)) from None
        except CallerChanged as reason:
            raise RestError(401, "unauthenticated", str(reason)) from None

    async def answered(self, request: Request, caller: Caller, number: str, attachment_id: str) -> Response:
        """The bytes, looked up again where they were replaced and removed between the look-up and the opening."""
        found = await self.found(request, caller, number, attachment_id)
        try:
            return await deliver(request, self.files.blobs, found or none_found())
        except NoSuchBlob:
            found = await self.found(request, caller, number, attachment_id)
        return await deliver(request, self.files.blobs, found or none_found())


async def check_connected(request: Request) -> None:
    """Raises ClientDisconnect where the client has gone."""
    if await request.is_disconnected():
        raise ClientDisconnect


def gone() -> RestError:
    return RestError(404, "attachment_not_found", "There is no such attachment; a former version is gone.")


def none_found() -> DocumentPdf:
    raise gone()


def appends(request: Request) -> bool:
    """Whether ?append=true. Raises RestError for anything but true and false."""
    text = request.query_params.get("append", "false")
    if text.lower() not in TRUTHS:
        message = Fault("must be true or false").about("append", text)
        fault = {"field": "append", "code": "invalid", "message": message}
        raise RestError(422, "validation_failed", "The request has faults; nothing was stored.", details=[fault])
    return TRUTHS[text.lower()]


async def receive(request: Request, target: Path, most: int) -> None:
    """Writes the body to a file. Raises RestError as soon as it is known to be over the limit."""
    declared = header(request, b"content-length")
    if declared.isdigit() and len(declared) < 20 and int(declared) > most:
        raise too_large(most)
    received, waiting = 0, bytearray()
    with await asyncio.to_thread(target.open, "wb") as file:
        async for chunk in request.stream():
            received += len(chunk)
            if received > most:
                raise too_large(most)
            await reserve_file(request, received, most)
            waiting += chunk
            if len(waiting) >= ENOUGH:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(file.write, bytes(waiting))


def refuse_encoded(request: Request) -> None:
    try:
        check_encoding(request)
    except EncodedBody as reason:
        raise encoded(reason) from None


def too_large(most: int) -> RestError:
    return RestError(413, "body_too_large", f"The PDF is larger than {most} bytes.")


def told(refusal: WriteRefused, number: str) -> RestError:
    """The answer to a refused push: over a limit, no PDF that is taken, or none that can be added to another."""
    first = refusal.problems[0]
    if first.where is Where.ARGUMENT:
        return RestError(409, "pdf_cannot_be_extended", first.message)
    if first.where is not Where.FILE:
        return translated(refusal, Resource.DOCUMENT, number)
    if first.code is Code.TOO_LONG:
        return RestError(413, "body_too_large", first.message)
    return RestError(400, "invalid_pdf", first.message)


def shown(pdf: DocumentPdf) -> Answer:
    found = pdf.attachment
    stored = {"attachment_id": found.id, "file_size": found.file_size, "uploaded_at": found.uploaded_at}
    return metadata(pdf.csr_id, pdf.document_number, stored)


def metadata(csr_id: int, number: str, stored: dict[str, Any]) -> Answer:
    """What is told of an attachment."""
    return {
        "id": stored["attachment_id"],
        "csrId": csr_id,
        "documentNumber": number,
        "fileSize": stored["file_size"],
        "uploadedAt": moment_text(stored["uploaded_at"]),
    }


def attachment_routes(rest: Rest, files: Files, links: SignedUrls) -> list[RawRoute]:
    """The addresses of PDFs below /api."""
    own = Attachments(rest, files, links)
    return [
        RawRoute("POST", PUSH, own.push),
        RawRoute("GET", LIST, own.show_list),
        RawRoute("GET", f"{LIST}/{{id}}", own.download),
    ]


def link_routes(rest: Rest, files: Files, links: SignedUrls) -> list[RawRoute]:
    """The addresses that signed links lead to."""
    own = Attachments(rest, files, links)
    return [RawRoute("GET", f"{FILES_PATH}/{{tenant_id}}/{{csr_id}}/{{id}}", own.follow_link)]
