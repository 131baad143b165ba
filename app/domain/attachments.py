"""The PDF of a document: the pushed one, or else the one that is generated from thick billing data."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.enums import AttachmentSource, Product
from app.domain.requirements import is_empty

Values = Mapping[str, Any]
ID_LENGTH = 24

# The columns of a document, its account and its stored attachment that decide which PDF the document has.
PDF_DOCUMENT_COLUMNS = ("csr_id", "version", "updated_at", "products", "pdf_name", "thick_billing")
PDF_ACCOUNT_COLUMNS = ("version", "updated_at")
PDF_ATTACHMENT_COLUMNS = ("attachment_id", "source", "file_size", "sha256", "uploaded_at")


@dataclass(frozen=True, slots=True)
class Attachment:
    """The PDF of a document. One that has not been generated yet has no size and no hash."""

    id: str
    source: AttachmentSource
    uploaded_at: datetime  # of a generated one: when the data that it shows was last written
    file_size: int | None = None
    sha256: str | None = None


def attachment_of(
    document: Values, account: Values, stored: Values | None, active: Collection[Product]
) -> Attachment | None:
    """The PDF that a document has now. `stored`: what is kept for it, which may be made from older data. `active`: the
    tenant's products."""
    if stored and stored["source"] == AttachmentSource.PUSHED:
        return stored_attachment(stored)
    if not is_generated(document, active):
        return None
    due = generated_id(document, account)
    if stored and stored["attachment_id"] == due:
        return stored_attachment(stored)
    return Attachment(due, AttachmentSource.GENERATED, max(document["updated_at"], account["updated_at"]))


def stored_attachment(stored: Values) -> Attachment:
    source = AttachmentSource(stored["source"])
    return Attachment(stored["attachment_id"], source, stored["uploaded_at"], stored["file_size"], stored["sha256"])


def is_generated(document: Values, active: Collection[Product]) -> bool:
    """Whether the document is for Invoicing and says what its pages show, but not that a PDF of its own comes."""
    for_invoicing = Product.INVOICING in document["products"] or Product.INVOICING in active
    return for_invoicing and is_empty(document["pdf_name"]) and any_element(document["thick_billing"])


def any_element(thick_billing: Values | None) -> bool:
    return any(value is not None and value != [] for value in (thick_billing or {}).values())


def generated_id(document: Values, account: Values) -> str:
    """The identifier of what is made from these versions; a csrId is unique in the database and kept for life."""
    text = f"{document['csr_id']} {document['version']} {account['version']}"
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def file_name(document: Values) -> str:
    """The name of the PDF as a file."""
    name = document["pdf_name"]
    return str(name) if not is_empty(name) else f"{document['document_number']}.pdf"
