"""Links that were signed with a former secret may live on for their ten minutes."""

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_signing_secrets",
        sa.Column("value", types.Text(64), nullable=False),
        sa.Column("valid_until", types.Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_former_signing_secrets")),
    )


def downgrade() -> None:
    op.drop_table("former_signing_secrets")
