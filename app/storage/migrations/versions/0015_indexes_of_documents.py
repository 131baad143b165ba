"""Documents have indexes for their types, currencies and products, and for what is open; and none that others can
stand in for.

An invoice number is found by `invoice_key`, which it equals. Balances are read from sums that are kept.
"""

import sqlalchemy as sa
from alembic import op

from app.storage.migrations.online import BuildIndex, DropIndex

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def of_status(status: str, *columns: str, seconds: float) -> BuildIndex:
    where = sa.text(f"status = '{status}'")
    name = "_".join(["ix_documents", status, *columns])
    options = {"sqlite_where": where, "postgresql_where": where}
    return BuildIndex(name, "documents", ["tenant_id", *columns], seconds, options)


def by(column: str) -> BuildIndex:
    return BuildIndex(f"ix_documents_tenant_id_{column}", "documents", ["tenant_id", column], 2)


BUILT = (
    of_status("open", "csr_id", seconds=1),
    of_status("closed", "csr_id", seconds=2),
    of_status("open", "due_date", "csr_id", seconds=1),
    of_status("open", "document_type", "due_date", "open_amount", seconds=1),
    by("document_type"),
    by("open_currency"),
    by("products"),
)
DROPPED = {
    "ix_documents_tenant_id_status_csr_id": ("status", "csr_id"),
    "ix_documents_tenant_id_invoice_num": ("invoice_num",),
    "ix_documents_balances": ("account_number", "status", "due_date", "open_currency", "open_amount"),
}
online = (*BUILT, *(DropIndex(name, "documents") for name in DROPPED))


def upgrade() -> None:
    """Servers of former releases read on: they find what they ask for by other indexes, though not as fast."""


def downgrade() -> None:
    for name, columns in DROPPED.items():
        op.create_index(name, "documents", ["tenant_id", *columns], unique=False)
    for index in BUILT:
        op.drop_index(index.name, "documents")
