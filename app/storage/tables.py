"""SQLModel tables. Columns of resources are the catalogue's fields; every table leads its keys with the tenant.

Keys are the callers' own (account_number, …), so a child row holds its parent's key and no read needs a join for it.
"""

from collections.abc import Sequence
from types import new_class
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from app.domain.catalogue import CATALOGUE, KEY_FIELD
from app.domain.changes import ChangedResource, ChangeVerb
from app.domain.described import Described
from app.domain.fields import FREE_TEXT_LENGTH, KEY_LENGTH, TEXT_LENGTH
from app.domain.resources import (
    AttachmentSource,
    ClosureReason,
    CurrencyModel,
    DocumentStatus,
    DocumentType,
    Resource,
)
from app.domain.time_zones import UTC
from app.storage.columns import CODE_LENGTH, catalogue_column
from app.storage.types import OrderedAmount, ProductSet, Text, Timestamp

ATTACHMENT_ID_LENGTH = CLAIM_ID_LENGTH = 24
SHA256_LENGTH = 64
IDENTITY_LENGTH = 32
REQUEST_ID_LENGTH = 128
LONGEST_TEXT = 10 * 2**20  # as many characters as Postgres allows for where there is a limit

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Postgres hands out csrIds from this sequence; SQLite has none and counts in the table below, under its one writer.
CSR_SEQUENCE = sa.Sequence("csr_id_seq", metadata=metadata, data_type=sa.Integer)
CSR_COUNTER = sa.Table("csr_counter", metadata, sa.Column("value", sa.Integer, nullable=False))


def table(name: str, columns: Sequence[sa.Column[Any]], *constraints: SchemaItem) -> sa.Table:
    """The table of a SQLModel class made from these columns."""
    annotations = {column.name: Any for column in columns}

    def body(namespace: dict[str, Any]) -> None:
        namespace.update(
            {column.name: Field(sa_column=column) for column in columns},
            __annotations__=annotations,
            __tablename__=name,
            __table_args__=constraints,
            __module__=__name__,
        )

    model: Any = new_class(name.title().replace("_", ""), (SQLModel,), {"table": True}, body)
    return model.__table__  # type: ignore[no-any-return]  # SQLAlchemy's metaclass makes it


def tenant_column(**options: Any) -> sa.Column[Any]:
    return sa.Column("tenant_id", sa.Integer, nullable=False, **options)


def one_of(column: str, words: type[Described]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(str(word)) for word in words)})", name=column)


def resource_table(
    name: str, resource: Resource, extra: Sequence[sa.Column[Any]], *constraints: SchemaItem
) -> sa.Table:
    """A table with the catalogue's fields and what every resource has: tenant, csrId, products, version, times."""
    columns = [
        tenant_column(),
        *(catalogue_column(field) for field in CATALOGUE[resource] if field.name not in {c.name for c in extra}),
        *extra,
        sa.Column("csr_id", sa.Integer, nullable=False),
        sa.Column("products", ProductSet(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
    ]
    return table(
        name,
        columns,
        sa.PrimaryKeyConstraint("tenant_id", KEY_FIELD[resource]),
        sa.UniqueConstraint("tenant_id", "csr_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
        *constraints,
    )


def belongs_to(parent: str, key: str, column: str = "") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", column or key], [f"{parent}.tenant_id", f"{parent}.{key}"])


def by(*columns: str) -> sa.Index:
    """An index within the tenant."""
    return sa.Index(None, "tenant_id", *columns)


TENANTS = table(
    "tenants",
    [
        sa.Column("tenant_id", sa.Integer, primary_key=True),
        sa.Column("name", Text(TEXT_LENGTH), nullable=False, unique=True),
        sa.Column("connection_id", Text(36), nullable=False, unique=True),
        sa.Column("products", ProductSet(), nullable=False),
        sa.Column("currency_model", Text(CODE_LENGTH)),
        # By IANA name. Servers of releases that knew of none make tenants without it.
        sa.Column("time_zone", Text(TEXT_LENGTH), nullable=False, server_default=UTC),
        sa.Column("created_at", Timestamp(), nullable=False),
    ],
    one_of("currency_model", CurrencyModel),
)

API_KEYS = table(
    "api_keys",
    [
        tenant_column(),
        sa.Column("key_hash", Text(64), nullable=False),
        sa.Column("read_only", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("label", Text(TEXT_LENGTH)),  # of a key that is made again and again, and then replaces the former
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("revoked_at", Timestamp()),
    ],
    sa.PrimaryKeyConstraint("tenant_id", "key_hash"),
    sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
    sa.Index(None, "key_hash"),
)

# What a key has spent of its budget, told as the moment at which it will be whole again, and the last slice that was
# taken of it. On Postgres alone: SQLite's one process keeps it in memory.
BUDGETS = table(
    "budgets",
    [
        tenant_column(),
        sa.Column("key_hash", Text(64), nullable=False),
        sa.Column("spent_until", Timestamp(), nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
    ],
    sa.PrimaryKeyConstraint("tenant_id", "key_hash"),
    sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
)

# What writes that were sent under an Idempotency-Key were answered. See answers.
IDEMPOTENT_ANSWERS = table(
    "idempotent_answers",
    [
        tenant_column(),
        sa.Column("key", Text(KEY_LENGTH), nullable=False),
        sa.Column("fingerprint", Text(SHA256_LENGTH), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("content_type", Text(TEXT_LENGTH), nullable=False),
        sa.Column("body", Text(LONGEST_TEXT), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("headers", sa.JSON(none_as_null=True)),
    ],
    sa.PrimaryKeyConstraint("tenant_id", "key"),
    sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
    by("created_at"),
)

ACCOUNTS = resource_table(
    "accounts",
    Resource.ACCOUNT,
    [],
    by("name", "csr_id"),
    by("account_group", "csr_id"),
    by("parent_account_number"),
    by("display_reference"),
    by("email"),
    by("created_at", "csr_id"),
    by("updated_at", "csr_id"),
)

DOCUMENTS = resource_table(
    "documents",
    Resource.DOCUMENT,
    [
        sa.Column("document_type", Text(CODE_LENGTH), nullable=False),
        sa.Column("status", Text(CODE_LENGTH), nullable=False),
        sa.Column("currency_model", Text(CODE_LENGTH)),
        sa.Column("open_amount", OrderedAmount()),
        sa.Column("open_currency", Text(3)),
        sa.Column("invoice_key", Text(KEY_LENGTH), nullable=False),  # invoice_num, else document_number
        sa.Column("closed_at", Timestamp()),
        sa.Column("closure_reason", Text(CODE_LENGTH)),
        sa.Column("closure_notes", Text(FREE_TEXT_LENGTH)),
    ],
    belongs_to("accounts", "account_number"),
    one_of("document_type", DocumentType),
    one_of("status", DocumentStatus),
    one_of("currency_model", CurrencyModel),
    one_of("closure_reason", ClosureReason),
    by("account_number", "document_number"),
    by("account_number", "due_date", "csr_id"),
    by("status", "csr_id"),
    by("due_date", "csr_id"),
    by("invoice_date", "csr_id"),
    by("open_amount", "csr_id"),
    by("created_at", "csr_id"),
    by("updated_at", "csr_id"),
    by("invoice_num"),
    by("invoice_key"),
    by("applies_to_invoice"),
    by("po_number"),
    # Balances, aging and hasOpenDocuments are answered from this index alone.
    sa.Index(
        "ix_documents_balances",
        *("tenant_id", "account_number", "status", "due_date", "open_currency", "open_amount"),
    ),
)

STATUS_TRANSITIONS = table(
    "status_transitions",
    [
        tenant_column(),
        sa.Column("document_number", Text(KEY_LENGTH), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),  # the document's version that the move made
        sa.Column("status", Text(CODE_LENGTH), nullable=False),
        sa.Column("at", Timestamp(), nullable=False),
        sa.Column("reason", Text(CODE_LENGTH)),
        sa.Column("notes", Text(FREE_TEXT_LENGTH)),
    ],
    sa.PrimaryKeyConstraint("tenant_id", "document_number", "version"),
    belongs_to("documents", "document_number"),
    one_of("status", DocumentStatus),
    one_of("reason", ClosureReason),
)

NOTES = resource_table(
    "notes",
    Resource.NOTE,
    [sa.Column("account_number", Text(KEY_LENGTH), nullable=False)],
    belongs_to("accounts", "account_number"),
    by("account_number", "created_at", "csr_id"),
)

REPRESENTATIVES = resource_table(
    "representatives",
    Resource.REPRESENTATIVE,
    [],
    belongs_to("representatives", "reference", "supervisor_representative_reference"),
    by("name", "csr_id"),
    by("supervisor_representative_reference"),
    by("created_at", "csr_id"),
    by("updated_at", "csr_id"),
)

CONTACTS = resource_table(
    "contacts",
    Resource.CONTACT,
    [],
    belongs_to("accounts", "account_number"),
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


def link_table(name: str, parent: str, key: str) -> sa.Table:
    """Representatives linked to `parent` rows; read from either side."""
    return table(
        name,
        [
            tenant_column(),
            sa.Column(key, Text(KEY_LENGTH), nullable=False),
            sa.Column("reference", Text(KEY_LENGTH), nullable=False),
        ],
        sa.PrimaryKeyConstraint("tenant_id", key, "reference"),
        belongs_to(parent, key),
        belongs_to("representatives", "reference"),
        by("reference", key),
    )


ACCOUNT_REPRESENTATIVES = link_table("account_representatives", "accounts", "account_number")
DOCUMENT_REPRESENTATIVES = link_table("document_representatives", "documents", "document_number")

# The change log, and for each tenant where its chain of hashes ends. See changes.
CHANGES = table(
    "changes",
    [
        tenant_column(),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("at", Timestamp(), nullable=False),
        sa.Column("key_id", Text(CODE_LENGTH)),  # none where the server wrote of its own accord
        sa.Column("request_id", Text(REQUEST_ID_LENGTH)),
        sa.Column("resource", Text(CODE_LENGTH), nullable=False),
        sa.Column("key", Text(KEY_LENGTH), nullable=False),
        sa.Column("verb", Text(CODE_LENGTH), nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("before", sa.JSON(none_as_null=True)),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("hash", Text(SHA256_LENGTH), nullable=False),
    ],
    sa.PrimaryKeyConstraint("tenant_id", "sequence"),  # no foreign key: only where the tenant's chain ends is appended
    one_of("resource", ChangedResource),
    one_of("verb", ChangeVerb),
    by("resource", "key", "sequence"),
)
CHANGES_END = table(
    "changes_end",
    [
        tenant_column(),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("hash", Text(SHA256_LENGTH), nullable=False),
    ],
    sa.PrimaryKeyConstraint("tenant_id"),
    sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
)

# The PDF of a document: it has one at most. Its bytes are a blob, named by their hash.
ATTACHMENTS = table(
    "attachments",
    [
        tenant_column(),
        sa.Column("document_number", Text(KEY_LENGTH), nullable=False),
        sa.Column("attachment_id", Text(ATTACHMENT_ID_LENGTH), nullable=False),  # another for each version
        sa.Column("source", Text(CODE_LENGTH), nullable=False),
        sa.Column("file_size", sa.Integer, nullable=False),
        sa.Column("sha256", Text(SHA256_LENGTH), nullable=False),
        sa.Column("page_count", sa.Integer),  # of a pushed one
        sa.Column("uploaded_at", Timestamp(), nullable=False),
        # of a generated one: the versions of the document and its account that it shows
        sa.Column("document_version", sa.Integer),
        sa.Column("account_version", sa.Integer),
    ],
    sa.PrimaryKeyConstraint("tenant_id", "document_number"),
    belongs_to("documents", "document_number"),
    one_of("source", AttachmentSource),
    by("sha256"),
)

# Blobs that are being put and that no row names yet: none of them may be removed.
BLOB_CLAIMS = table(
    "blob_claims",
    [
        tenant_column(),
        sa.Column("claim_id", Text(CLAIM_ID_LENGTH), nullable=False),
        sa.Column("sha256", Text(SHA256_LENGTH), nullable=False),
        sa.Column("claimed_at", Timestamp(), nullable=False),
    ],
    sa.PrimaryKeyConstraint("tenant_id", "claim_id"),
    sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
    by("sha256"),
)

# One row, made with the schema: what links are signed with, by every worker alike.
SIGNING_SECRET = sa.Table("signing_secret", metadata, sa.Column("value", Text(SHA256_LENGTH), nullable=False))

# One row, made with the schema: what the database's blobs lie under, apart from those of any other database.
DATABASE_IDENTITY = sa.Table("database_identity", metadata, sa.Column("value", Text(IDENTITY_LENGTH), nullable=False))

TABLES: dict[Resource, sa.Table] = {
    Resource.ACCOUNT: ACCOUNTS,
    Resource.DOCUMENT: DOCUMENTS,
    Resource.NOTE: NOTES,
    Resource.REPRESENTATIVE: REPRESENTATIVES,
    Resource.CONTACT: CONTACTS,
}
