"""Idempotent answers know what they cost, and whether they were small enough to be kept."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotent_answers", sa.Column("is_kept", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("idempotent_answers", sa.Column("cost", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Answers that were not kept are given again as empty ones."""
    op.drop_column("idempotent_answers", "cost")
    op.drop_column("idempotent_answers", "is_kept")
