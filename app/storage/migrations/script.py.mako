"""${message}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

from app.storage import types
from app.storage.migrations.tenant_policies import protect_tenant_rows
from app.storage.migrations.words import allow_words

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
${upgrades}


def downgrade() -> None:
${downgrades}
