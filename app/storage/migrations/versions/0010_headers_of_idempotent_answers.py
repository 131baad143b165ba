"""Answers that are kept for an Idempotency-Key keep their ETag and X-Ignored-Fields too. Older ones have neither."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotent_answers", sa.Column("headers", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("idempotent_answers", "headers")
