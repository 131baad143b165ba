"""Answers of writes that were sent under an Idempotency-Key."""

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotent_answers",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("key", types.Text(255), nullable=False),
        sa.Column("fingerprint", types.Text(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", types.Text(255), nullable=False),
        sa.Column("body", types.Text(10 * 2**20), nullable=False),
        sa.Column("created_at", types.Timestamp(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_idempotent_answers_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_idempotent_answers")),
    )
    op.create_index(
        op.f("ix_idempotent_answers_tenant_id_created_at"), "idempotent_answers", ["tenant_id", "created_at"]
    )


def downgrade() -> None:
    op.drop_table("idempotent_answers")
