"""Tenants and their API keys, the change log, and what the gateway keeps for its own work."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from app.domain.changes import ChangedResource, ChangeVerb
from app.domain.enums import CurrencyModel, Product
from app.domain.imports import ImportState
from app.domain.time_zones import UTC
from app.storage.columns import CODE, JSON, KEY, SHA256, TEXT, Row
from app.storage.tables.tenant_rows import (
    Rights,
    TenantRow,
    belongs_to,
    by,
    metadata,
    of_tenant,
    one_of,
    primary_key,
    table_of,
    where_filled,
)
from app.storage.types import ProductSet, Text, Timestamp

CLAIM_ID_LENGTH = 24
CLAIM_ID: Any = Text(CLAIM_ID_LENGTH)
CONNECTION_ID: Any = Text(36)
IDENTITY: Any = Text(32)
REQUEST_ID: Any = Text(128)
IMPORT_ID: Any = Text(36)
RUN_ID: Any = Text(32)
IMPORT_STATE: Any = Text(32)
BODY: Any = Text(10 * 2**20)  # as many characters as Postgres allows for where there is a limit

# Postgres hands out csrIds from this sequence; SQLite has none and counts in a table, under its one writer.
CSR_SEQUENCE = sa.Sequence("csr_id_seq", metadata=metadata, data_type=sa.Integer)


class CsrCounter(Row, table=True):
    """One row: the last csrId that was handed out on SQLite."""

    __tablename__ = "csr_counter"
    __mapper_args__ = {"primary_key": ["value"]}  # noqa: RUF012 -- as SQLAlchemy teaches it

    value: int


class Tenant(TenantRow, table=True):
    """An owner of rows."""

    server_rights: ClassVar[Rights] = Rights(update=("currency_model",))

    __tablename__ = "tenants"
    __table_args__ = (one_of("currency_model", CurrencyModel),)

    tenant_id: int = Field(default=None, primary_key=True)  # the database makes it
    name: str = Field(sa_type=TEXT, unique=True)
    connection_id: str = Field(sa_type=CONNECTION_ID, unique=True)
    products: tuple[Product, ...] = Field(sa_type=ProductSet)
    currency_model: str | None = Field(default=None, sa_type=CODE)
    # By IANA name. Releases that knew of none make tenants without it, so the default is the database's own.
    time_zone: str = Field(default=UTC, sa_type=TEXT, sa_column_kwargs={"server_default": UTC, "default": None})
    created_at: datetime = Field(sa_type=Timestamp)


class ApiKey(TenantRow, table=True):
    """A secret that makes a caller, stored hashed."""

    server_rights: ClassVar[Rights] = Rights(select=("tenant_id", "key_hash", "read_only", "revoked_at"))

    __tablename__ = "api_keys"
    __table_args__ = (primary_key("key_hash"), of_tenant(), sa.Index(None, "key_hash"))

    key_hash: str = Field(sa_type=SHA256)
    read_only: bool
    label: str | None = Field(default=None, sa_type=TEXT)  # of a key that is made again and again: replaces the former
    created_at: datetime = Field(sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)


class Budget(TenantRow, table=True):
    """What a key has spent of its rate limit: the moment at which it will be whole again, and the last slice that was
    taken of it. On Postgres alone: SQLite's one process keeps it in memory."""

    server_rights: ClassVar[Rights] = Rights(insert=True, update=("spent_until", "taken"))

    __tablename__ = "budgets"
    __table_args__ = (primary_key("key_hash"), of_tenant())

    key_hash: str = Field(sa_type=SHA256)
    spent_until: datetime = Field(sa_type=Timestamp)
    taken: int


class IdempotentAnswer(TenantRow, table=True):
    """What a write that was sent under an Idempotency-Key was answered."""

    server_rights: ClassVar[Rights] = Rights(
        insert=True, update=("status", "content_type", "body", "headers", "is_kept", "cost"), delete=True
    )

    __tablename__ = "idempotent_answers"
    __table_args__ = (primary_key("key"), of_tenant(), by("created_at"))

    key: str = Field(sa_type=KEY)
    fingerprint: str = Field(sa_type=SHA256)
    status: int
    content_type: str = Field(sa_type=TEXT)
    body: str = Field(sa_type=BODY)
    created_at: datetime = Field(sa_type=Timestamp)
    headers: dict[str, str] | None = Field(
        default=None, sa_type=JSON
    )  # empty where an older server has kept the answer
    # Older servers insert rows without these two.
    is_kept: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true(), "default": None})
    cost: int = Field(default=0, sa_column_kwargs={"server_default": "0", "default": None})  # in points


class Import(TenantRow, table=True):
    """An import over REST: how far it has come, and what became of its lines."""

    server_rights: ClassVar[Rights] = Rights(
        insert=True,
        update=(
            *("state", "run_id", "offset_bytes", "last_line", "chunks", "created", "replaced", "patched", "closed"),
            *("linked", "unchanged", "failed", "kept_bytes", "alive_until", "updated_at"),
        ),
        delete=True,
    )

    __tablename__ = "imports"
    __table_args__ = (primary_key("import_id"), of_tenant(), one_of("state", ImportState), by("started_at"))

    import_id: str = Field(sa_type=IMPORT_ID)
    state: str = Field(sa_type=IMPORT_STATE)
    run_id: str = Field(sa_type=RUN_ID)  # of the request that runs it: another one takes it over under another
    parameters: dict[str, Any] = Field(sa_type=JSON)
    header: str | None = Field(default=None, sa_type=BODY)  # of CSV, as it was sent
    offset_bytes: int = Field(sa_type=sa.BigInteger)  # of the file, decompressed, up to which its lines are done
    last_line: int = 0  # its number, blank ones counted
    chunks: int = 0
    created: int = 0
    replaced: int = 0
    patched: int = 0
    closed: int = 0
    linked: int = 0
    unchanged: int = 0
    failed: int = 0
    kept_bytes: int = Field(default=0, sa_type=sa.BigInteger)  # of its chunks
    alive_until: datetime = Field(sa_type=Timestamp)  # while it runs: unless that is renewed, its server has gone
    started_at: datetime = Field(sa_type=Timestamp)
    updated_at: datetime = Field(sa_type=Timestamp)


class ImportChunk(TenantRow, table=True):
    """What the lines of a chunk of an import were answered, and those that were refused, as they were sent."""

    server_rights: ClassVar[Rights] = Rights(insert=True, delete=True)

    __tablename__ = "import_chunks"
    __table_args__ = (primary_key("import_id", "number"), of_tenant(), belongs_to("imports", "import_id"))

    import_id: str = Field(sa_type=IMPORT_ID)
    number: int
    failed: int  # lines
    results: bytes = Field(sa_type=sa.LargeBinary)  # compressed
    rejects: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # compressed


class Change(TenantRow, table=True):
    """An entry of the change log, to which rows are only ever added."""

    server_rights: ClassVar[Rights] = Rights(insert=True)

    __tablename__ = "changes"
    __table_args__ = (
        primary_key("sequence"),  # and no reference to the tenant: only where its chain ends is appended
        one_of("resource", ChangedResource),
        one_of("verb", ChangeVerb),
        by("resource", "key", "sequence"),
        where_filled("account_number", "sequence"),
        where_filled("former_account_number", "sequence"),
    )

    sequence: int
    at: datetime = Field(sa_type=Timestamp)
    key_id: str | None = Field(default=None, sa_type=CODE)  # none where the server wrote of its own accord
    request_id: str | None = Field(default=None, sa_type=REQUEST_ID)
    resource: str = Field(sa_type=CODE)
    key: str = Field(sa_type=KEY)
    verb: str = Field(sa_type=CODE)
    version: int | None = None
    # What differs, where it is not packed: in entries of earlier releases, and in those of PDFs.
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    hash: str | None = Field(default=None, sa_type=SHA256)  # of entries of earlier releases: digest.hex()
    account_number: str | None = Field(default=None, sa_type=KEY)
    former_account_number: str | None = Field(default=None, sa_type=KEY)  # from which the resource was moved
    latest_at: datetime | None = Field(default=None, sa_type=Timestamp)  # of the entries so far, if it is not its own
    # Before and after, see `writes.packed_changes`; none in entries of earlier releases.
    packed: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    digest: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # SHA-256 over this entry and the one before


class ChangesEnd(TenantRow, table=True):
    """Where a tenant's chain of hashes ends."""

    server_rights: ClassVar[Rights] = Rights(update=("sequence", "hash", "latest_at"))

    __tablename__ = "changes_end"
    __table_args__ = (primary_key(), of_tenant())

    sequence: int
    hash: str = Field(sa_type=SHA256)
    latest_at: datetime | None = Field(default=None, sa_type=Timestamp)  # of all entries


class BlobClaim(TenantRow, table=True):
    """A blob that is being put and that no row names yet: it may not be removed."""

    server_rights: ClassVar[Rights] = Rights(insert=True, update=("claimed_at",), delete=True)

    __tablename__ = "blob_claims"
    __table_args__ = (primary_key("claim_id"), of_tenant(), by("sha256"))

    claim_id: str = Field(sa_type=CLAIM_ID)
    sha256: str = Field(sa_type=SHA256)
    claimed_at: datetime = Field(sa_type=Timestamp)


class SigningSecret(Row, table=True):
    """One row, made with the schema: what links are signed with, by every worker alike."""

    __tablename__ = "signing_secret"
    __mapper_args__ = {"primary_key": ["value"]}  # noqa: RUF012

    value: str = Field(sa_type=SHA256)


class FormerSigningSecret(Row, table=True):
    """A secret that links were signed with before another took its place, and until when those links are good."""

    __tablename__ = "former_signing_secrets"

    value: str = Field(sa_type=SHA256, primary_key=True)
    valid_until: datetime = Field(sa_type=Timestamp)


class DatabaseIdentity(Row, table=True):
    """One row, made with the schema: what the database's blobs lie under, apart from those of any other database."""

    __tablename__ = "database_identity"
    __mapper_args__ = {"primary_key": ["value"]}  # noqa: RUF012

    value: str = Field(sa_type=IDENTITY)


CSR_COUNTER = table_of(CsrCounter)
TENANTS = table_of(Tenant)
API_KEYS = table_of(ApiKey)
BUDGETS = table_of(Budget)
IDEMPOTENT_ANSWERS = table_of(IdempotentAnswer)
CHANGES = table_of(Change)
CHANGES_END = table_of(ChangesEnd)
BLOB_CLAIMS = table_of(BlobClaim)
IMPORTS = table_of(Import)
IMPORT_CHUNKS = table_of(ImportChunk)
SIGNING_SECRET = table_of(SigningSecret)
FORMER_SIGNING_SECRETS = table_of(FormerSigningSecret)
DATABASE_IDENTITY = table_of(DatabaseIdentity)
