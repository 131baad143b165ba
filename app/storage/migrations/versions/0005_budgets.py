"""What each key has spent of its budget, shared by the workers on Postgres."""

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", types.Text(64), nullable=False),
        sa.Column("spent_until", types.Timestamp(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_budgets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "key_hash", name=op.f("pk_budgets")),
    )


def downgrade() -> None:
    op.drop_table("budgets")
