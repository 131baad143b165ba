"""Tenants have a time zone, nothing is open of a closed document, and rates have more decimals than money.

The amounts come first: they take longest, and meanwhile everybody reads and writes on. Of the tables that are altered
only the catalogue of Postgres is written, not a row.
"""

from decimal import Decimal

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DOCUMENTS = sa.table("documents", sa.column("status", sa.Text()), sa.column("open_amount", types.OrderedAmount()))


def upgrade() -> None:
    settled = sa.update(DOCUMENTS).values(open_amount=Decimal(0))
    op.execute(settled.where(DOCUMENTS.c.status == "closed", DOCUMENTS.c.open_amount != Decimal(0)))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE documents ALTER COLUMN tax_rate TYPE numeric")
    op.add_column("tenants", sa.Column("time_zone", types.Text(255), nullable=False, server_default="UTC"))


def downgrade() -> None:
    """Rates are rounded to four decimals. What was open when a document was closed is not known any more: it is written
    with the document's next amounts."""
    op.drop_column("tenants", "time_zone")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE documents ALTER COLUMN tax_rate TYPE numeric(19, 4)")
