"""What this database is known by among others that share a blob store with it."""

import secrets

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    identity = op.create_table("database_identity", sa.Column("value", types.Text(32), nullable=False))
    op.bulk_insert(identity, [{"value": secrets.token_hex(16)}])


def downgrade() -> None:
    op.drop_table("database_identity")
