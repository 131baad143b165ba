"""Imports, and what their lines were answered."""

import sqlalchemy as sa
from alembic import op

from app.storage import types
from app.storage.migrations.tenant_policies import protect_tenant_rows

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("import_id", types.Text(36), nullable=False),
        sa.Column("state", types.Text(32), nullable=False),
        sa.Column("run_id", types.Text(32), nullable=False),
        sa.Column("parameters", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("header", types.Text(10485760), nullable=True),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("last_line", sa.Integer(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("replaced", sa.Integer(), nullable=False),
        sa.Column("patched", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("linked", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("kept_bytes", sa.BigInteger(), nullable=False),
        sa.Column("alive_until", types.Timestamp(), nullable=False),
        sa.Column("started_at", types.Timestamp(), nullable=False),
        sa.Column("updated_at", types.Timestamp(), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'interrupted', 'completed', 'completed_with_errors', 'stopped')",
            name=op.f("ck_imports_state"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_imports_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "import_id", name=op.f("pk_imports")),
    )
    protect_tenant_rows("imports")
    op.create_index(op.f("ix_imports_tenant_id_started_at"), "imports", ["tenant_id", "started_at"], unique=False)
    op.create_table(
        "import_chunks",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("import_id", types.Text(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("results", sa.LargeBinary(), nullable=False),
        sa.Column("rejects", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"],
            ["imports.tenant_id", "imports.import_id"],
            name=op.f("fk_import_chunks_tenant_id_import_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_import_chunks_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "import_id", "number", name=op.f("pk_import_chunks")),
    )
    protect_tenant_rows("import_chunks")


def downgrade() -> None:
    op.drop_table("import_chunks")
    op.drop_index(op.f("ix_imports_tenant_id_started_at"), table_name="imports")
    op.drop_table("imports")
