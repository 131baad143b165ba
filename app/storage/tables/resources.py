"""The resources, and what belongs to a document or an account. A class has the catalogue's columns from its base, and
writes out those that the gateway adds.

Keys are the callers' own (account_number, …), so a child row holds its parent's key and no read needs a join for it.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from app.domain.enums import (
    AttachmentSource,
    ClosureReason,
    CurrencyModel,
    DocumentStatus,
    DocumentType,
    Resource,
)
from app.storage.columns import CODE, CURRENCY, FREE_TEXT, KEY, SHA256, catalogue_columns
from app.storage.tables.tenant_rows import (
    EVERY_VALUE,
    ResourceRow,
    Rights,
    TenantRow,
    belongs_to,
    by,
    by_status,
    one_of,
    primary_key,
    resource_keys,
    table_of,
)
from app.storage.types import OrderedAmount, Text, Timestamp

ATTACHMENT_ID: Any = Text(24)

# mypy cannot look into a base that is made from the catalogue: hence the comments at the classes of resources.


class Account(catalogue_columns(Resource.ACCOUNT), ResourceRow, table=True):  # type: ignore[misc]
    """A customer that owes money."""

    __tablename__ = "accounts"
    __table_args__ = (
        *resource_keys(Resource.ACCOUNT),
        by("name", "csr_id"),
        by("account_group", "csr_id"),
        by("parent_account_number"),
        by("display_reference"),
        by("email"),
        by("created_at", "csr_id"),
        by("updated_at", "csr_id"),
    )


class Document(catalogue_columns(Resource.DOCUMENT, without="document_type"), ResourceRow, table=True):  # type: ignore[misc]
    """An invoice, a credit note or another receivable of an account."""

    __tablename__ = "documents"
    __table_args__ = (
        one_of("document_type", DocumentType),
        one_of("status", DocumentStatus),
        one_of("currency_model", CurrencyModel),
        one_of("closure_reason", ClosureReason),
        *resource_keys(Resource.DOCUMENT),
        by("account_number", "document_number"),
        by("account_number", "due_date", "csr_id"),
        by_status("open", "csr_id"),
        by_status("closed", "csr_id"),
        by_status("open", "due_date", "csr_id"),
        by_status("open", "document_type", "due_date", "open_amount"),
        by("document_type"),
        by("open_currency"),
        by("products"),
        by("due_date", "csr_id"),
        by("invoice_date", "csr_id"),
        by("open_amount", "csr_id"),
        by("created_at", "csr_id"),
        by("updated_at", "csr_id"),
        by("invoice_key"),
        by("applies_to_invoice"),
        by("po_number"),
    )

    document_type: str = Field(sa_type=CODE)
    status: str = Field(sa_type=CODE)
    currency_model: str | None = Field(default=None, sa_type=CODE)
    open_amount: Decimal | None = Field(default=None, sa_type=OrderedAmount)
    open_currency: str | None = Field(default=None, sa_type=CURRENCY)
    invoice_key: str = Field(sa_type=KEY)  # invoice_num, else document_number
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    closure_reason: str | None = Field(default=None, sa_type=CODE)
    closure_notes: str | None = Field(default=None, sa_type=FREE_TEXT)


class StatusTransition(TenantRow, table=True):
    """A move of a document from one status to another."""

    server_rights: ClassVar[Rights] = Rights(insert=True)

    __tablename__ = "status_transitions"
    __table_args__ = (
        primary_key("document_number", "version"),
        belongs_to("documents", "document_number"),
        one_of("status", DocumentStatus),
        one_of("reason", ClosureReason),
    )

    document_number: str = Field(sa_type=KEY)
    version: int  # the document's version that the move made
    status: str = Field(sa_type=CODE)
    at: datetime = Field(sa_type=Timestamp)
    reason: str | None = Field(default=None, sa_type=CODE)
    notes: str | None = Field(default=None, sa_type=FREE_TEXT)


class Attachment(TenantRow, table=True):
    """The PDF of a document: it has one at most. Its bytes are a blob, named by their hash."""

    server_rights: ClassVar[Rights] = Rights(insert=True, update=EVERY_VALUE)

    __tablename__ = "attachments"
    __table_args__ = (
        primary_key("document_number"),
        belongs_to("documents", "document_number"),
        one_of("source", AttachmentSource),
        by("sha256"),
    )

    document_number: str = Field(sa_type=KEY)
    attachment_id: str = Field(sa_type=ATTACHMENT_ID)  # another for each version
    source: str = Field(sa_type=CODE)
    file_size: int
    sha256: str = Field(sa_type=SHA256)
    page_count: int | None = None  # of a pushed one
    uploaded_at: datetime = Field(sa_type=Timestamp)
    # of a generated one: the versions of the document and its account that it shows
    document_version: int | None = None
    account_version: int | None = None


class Note(catalogue_columns(Resource.NOTE), ResourceRow, table=True):  # type: ignore[misc]
    """A remark on an account that can never be changed or removed."""

    server_rights: ClassVar[Rights] = Rights(insert=True)

    __tablename__ = "notes"
    __table_args__ = (
        *resource_keys(Resource.NOTE),
        by("account_number", "created_at", "csr_id"),
    )

    account_number: str = Field(sa_type=KEY)


class Representative(catalogue_columns(Resource.REPRESENTATIVE), ResourceRow, table=True):  # type: ignore[misc]
    """A person on the seller's side."""

    __tablename__ = "representatives"
    __table_args__ = (
        *resource_keys(Resource.REPRESENTATIVE),
        by("name", "csr_id"),
        by("supervisor_representative_reference"),
        by("created_at", "csr_id"),
        by("updated_at", "csr_id"),
    )


class AccountRepresentative(TenantRow, table=True):
    """Links a representative to an account; read from either side."""

    server_rights: ClassVar[Rights] = Rights(insert=True)

    __tablename__ = "account_representatives"
    __table_args__ = (
        primary_key("account_number", "reference"),
        belongs_to("accounts", "account_number"),
        belongs_to("representatives", "reference"),
        by("reference", "account_number"),
    )

    account_number: str = Field(sa_type=KEY)
    reference: str = Field(sa_type=KEY)


class DocumentRepresentative(TenantRow, table=True):
    """Links a representative to a document; read from either side."""

    server_rights: ClassVar[Rights] = Rights(insert=True)

    __tablename__ = "document_representatives"
    __table_args__ = (
        primary_key("document_number", "reference"),
        belongs_to("documents", "document_number"),
        belongs_to("representatives", "reference"),
        by("reference", "document_number"),
    )

    document_number: str = Field(sa_type=KEY)
    reference: str = Field(sa_type=KEY)


class Contact(catalogue_columns(Resource.CONTACT), ResourceRow, table=True):  # type: ignore[misc]
    """A person on the customer's side."""

    __tablename__ = "contacts"
    __table_args__ = (
        *resource_keys(Resource.CONTACT),
        by("account_number", "reference"),
        by("name", "csr_id"),
        by("created_at", "csr_id"),
        by("updated_at", "csr_id"),
        sa.Index(
            "uq_contacts_primary",
            "tenant_id",
            "account_number",
            unique=True,
            sqlite_where=sa.text("is_primary"),
            postgresql_where=sa.text("is_primary"),
        ),
    )


# The class of each resource, by the name of its table.
NAMED = {row.__tablename__: row for row in ResourceRow.__subclasses__()}
MODELS: dict[Resource, type[ResourceRow]] = {each: NAMED[each.plural] for each in Resource if each.plural in NAMED}

# Their tables, for statements of SQLAlchemy Core: what is asked most often takes no detour over objects.
TABLES: dict[Resource, sa.Table] = {resource: table_of(row) for resource, row in MODELS.items()}
ACCOUNTS = TABLES[Resource.ACCOUNT]
DOCUMENTS = TABLES[Resource.DOCUMENT]
NOTES = TABLES[Resource.NOTE]
REPRESENTATIVES = TABLES[Resource.REPRESENTATIVE]
CONTACTS = TABLES[Resource.CONTACT]
STATUS_TRANSITIONS = table_of(StatusTransition)
ATTACHMENTS = table_of(Attachment)
ACCOUNT_REPRESENTATIVES = table_of(AccountRepresentative)
DOCUMENT_REPRESENTATIVES = table_of(DocumentRepresentative)
