"""SQLModel tables, a class for each, and their SQLAlchemy tables in capitals. Whatever is asked of the database is said
in terms of these; `make migration` compares them with the migrations."""

import sqlalchemy as sa

from app.domain.resources import RESOURCES
from app.storage.tables.administration import (
    API_KEYS,
    BLOB_CLAIMS,
    BUDGETS,
    CHANGES,
    CHANGES_END,
    CLAIM_ID_LENGTH,
    CSR_COUNTER,
    CSR_SEQUENCE,
    DATABASE_IDENTITY,
    FORMER_SIGNING_SECRETS,
    IDEMPOTENT_ANSWERS,
    IMPORT_CHUNKS,
    IMPORTS,
    SIGNING_SECRET,
    TENANTS,
    ApiKey,
    BlobClaim,
    Budget,
    Change,
    ChangesEnd,
    CsrCounter,
    DatabaseIdentity,
    FormerSigningSecret,
    IdempotentAnswer,
    Import,
    ImportChunk,
    SigningSecret,
    Tenant,
)
from app.storage.tables.resources import (
    ACCOUNT_REPRESENTATIVES,
    ACCOUNTS,
    ATTACHMENTS,
    CONTACTS,
    DOCUMENT_REPRESENTATIVES,
    DOCUMENTS,
    MODELS,
    NOTES,
    REPRESENTATIVES,
    STATUS_TRANSITIONS,
    TABLES,
    Account,
    AccountRepresentative,
    Attachment,
    Contact,
    Document,
    DocumentRepresentative,
    Note,
    Representative,
    StatusTransition,
)
from app.storage.tables.sums import ACCOUNT_SUMS, DOCUMENT_SUMS, ROW_COUNTS, AccountSum, DocumentSum, RowCount
from app.storage.tables.tenant_rows import ResourceRow, Rights, TenantRow, columns_to_update, metadata, table_of

# What the server may do with the rows of each table, beside reading them.
SERVER_RIGHTS: dict[sa.Table, Rights] = {
    table_of(mapper.class_): getattr(mapper.class_, "server_rights", Rights())
    for mapper in sa.inspect(Tenant).registry.mappers
}
# Tables to which rows are only ever added: triggers refuse to change or remove one.
APPEND_ONLY = frozenset({CHANGES.name, *(each.plural for each, known in RESOURCES.items() if known.is_append_only)})
