"""Finding a document's PDF, and making a generated one when it is first asked for: kept until the document or its
account is written again. Nothing of the caller's is changed, so a key that may only read may ask; the change log tells
once of each that was made, and nothing of those that were found."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.commands.attachments import attached, blob_of, name_pdf
from app.commands.body import absent
from app.commands.files import Files, workspace
from app.domain.attachments import Attachment, attachment_of, file_name
from app.domain.caller import Caller
from app.domain.problems import Refused
from app.domain.resources import AttachmentSource, Resource
from app.domain.values import is_storable
from app.storage.blobs.leases import BlobLease, LeaseLost, claimed, remove_unneeded
from app.storage.blobs.store import Blob
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.tables import ACCOUNTS, ATTACHMENTS, DOCUMENTS
from app.storage.writes.scoped import Scoped, owned

ATTEMPTS = 8  # each time the document, its account or its PDF was written while the PDF was made

Values = dict[str, Any]


class Outdated(Exception):
    """The document, its account or its PDF was written since they were read."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A document with what decides about its PDF, as they were at one moment."""

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
) -> DocumentPdf | None:
    """The document's PDF, made now where it is one to generate, which the change log then tells; None where there is
    none, or not the one of that identifier. Raises Refused where there is no such document, and TooLong."""
    for _ in range(ATTEMPTS):
        facts = await read_facts(database, caller, number)
        found = facts.attachment
        if found is None or (attachment_id and found.id != attachment_id):
            return None
        if found.sha256 is not None:
            return pdf_of(caller, facts, found, found.sha256)
        with suppress(Outdated, LeaseLost):
            async with files.turn(caller.tenant_id, number):
                facts = await read_facts(database, caller, number)  # perhaps it was made while this waited
                if facts.attachment == found:
                    size, sha256 = await generate(database, files, caller, facts, found, request_id)
                    return pdf_of(caller, facts, replace(found, file_size=size, sha256=sha256), sha256)
    raise RuntimeError(f"the PDF of a document changed {ATTEMPTS} times while it was made")


def pdf_of(caller: Caller, facts: Facts, found: Attachment, sha256: str) -> DocumentPdf:
    document = facts.document
    number, name = document["document_number"], file_name(document)
    return DocumentPdf(document["csr_id"], number, name, found, Blob(caller.tenant_id, sha256))


async def read_facts(database: Database, caller: Caller, number: str) -> Facts:
    """Raises Refused where there is no such document."""
    if not is_storable(number):
        raise Refused([absent(Resource.DOCUMENT, number)])
    async with database.reading(caller.tenant_id) as connection:
        return await facts_of(Scoped(connection, caller), number)


async def facts_of(scope: Scoped, number: str) -> Facts:
    document = await scope.find(DOCUMENTS, document_number=number)
    if document is None:
        raise Refused([absent(Resource.DOCUMENT, number)])
    account = await scope.find(ACCOUNTS, account_number=document["account_number"]) or {}
    stored = await scope.find(ATTACHMENTS, document_number=number)
    return Facts(document, account, stored, attachment_of(document, account, stored, scope.caller.products))


async def generate(
    database: Database, files: Files, caller: Caller, facts: Facts, wanted: Attachment, request_id: str
) -> tuple[int, str]:
    """Renders the PDF that the facts lead to and keeps it; its size and hash. Raises Outdated, and TooLong."""
    issued_at = wanted.uploaded_at.replace(microsecond=0)  # PDF knows whole seconds
    async with workspace() as folder:
        path = folder / "invoice.pdf"
        size, sha256 = await files.renderers.render(facts.document, facts.account, issued_at, path)
        blob = Blob(caller.tenant_id, sha256)
        async with (
            claimed(database, files.blobs, blob, path) as claim,
            database.writing(caller.tenant_id) as connection,
        ):
            await keep(Scoped(connection, caller, request_id), facts, wanted, size, claim)
    if facts.stored and facts.stored["sha256"] != sha256:
        await remove_unneeded(database, files.blobs, blob_of(facts.stored))
    return size, sha256


async def keep(scope: Scoped, facts: Facts, wanted: Attachment, size: int, claim: BlobLease) -> None:
    """Names the PDF as the document's, unless what it shows has changed meanwhile. Raises Outdated."""
    number, account = facts.document["document_number"], facts.document["account_number"]
    versions = (
        await version_of(scope, DOCUMENTS, lock=True, document_number=number),
        await version_of(scope, ACCOUNTS, account_number=account),
    )
    stored = await scope.find(ATTACHMENTS, document_number=number)
    known = (facts.document["version"], facts.account["version"])
    if versions != known or stored != facts.stored:
        raise Outdated
    await claim.settle(scope)
    row = {
        "attachment_id": wanted.id,
        "source": str(AttachmentSource.GENERATED),
        "uploaded_at": wanted.uploaded_at,
        "document_version": facts.document["version"],
        "account_version": facts.account["version"],
        "file_size": size,
        "sha256": claim.blob.sha256,
        "page_count": None,
    }
    await name_pdf(scope, number, stored, row)
    scope.log(attached(number, stored, row, now()))
    await scope.write_log()


async def version_of(scope: Scoped, table: sa.Table, *, lock: bool = False, **key: str) -> int | None:
    """The version of a row alone: to read all of a large invoice again takes the event loop a while."""
    ((name, value),) = key.items()
    statement = sa.select(table.c.version).where(owned(table, scope.caller), table.c[name] == value)
    rows = await scope.fetch(statement.with_for_update(key_share=True) if lock else statement)
    return rows[0]["version"] if rows else None
