"""PDFs of documents, and the secret that links to them are signed with."""

import secrets

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("document_number", types.Text(255), nullable=False),
        sa.Column("attachment_id", types.Text(24), nullable=False),
        sa.Column("source", types.Text(20), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("sha256", types.Text(64), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", types.Timestamp(), nullable=False),
        sa.Column("document_version", sa.Integer(), nullable=True),
        sa.Column("account_version", sa.Integer(), nullable=True),
        sa.CheckConstraint("source IN ('pushed', 'generated')", name=op.f("ck_attachments_source")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_number"],
            ["documents.tenant_id", "documents.document_number"],
            name=op.f("fk_attachments_tenant_id_document_number"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "document_number", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_tenant_id_sha256"), "attachments", ["tenant_id", "sha256"])
    op.create_table(
        "blob_claims",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", types.Text(24), nullable=False),
        sa.Column("sha256", types.Text(64), nullable=False),
        sa.Column("claimed_at", types.Timestamp(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_blob_claims_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "claim_id", name=op.f("pk_blob_claims")),
    )
    op.create_index(op.f("ix_blob_claims_tenant_id_sha256"), "blob_claims", ["tenant_id", "sha256"])
    secret = op.create_table("signing_secret", sa.Column("value", types.Text(64), nullable=False))
    op.bulk_insert(secret, [{"value": secrets.token_hex(32)}])


def downgrade() -> None:
    for name in ("signing_secret", "blob_claims", "attachments"):
        op.drop_table(name)
