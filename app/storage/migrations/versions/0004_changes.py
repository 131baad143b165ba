"""The change log, and where the chain of each tenant ends."""

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RESOURCES = "'account', 'document', 'note', 'representative', 'contact'"
VERBS = "'create', 'replace', 'patch', 'close', 'link', 'attach'"


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", types.Timestamp(), nullable=False),
        sa.Column("key_id", types.Text(20), nullable=True),
        sa.Column("request_id", types.Text(128), nullable=True),
        sa.Column("resource", types.Text(20), nullable=False),
        sa.Column("key", types.Text(255), nullable=False),
        sa.Column("verb", types.Text(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("hash", types.Text(64), nullable=False),
        sa.CheckConstraint(f"resource IN ({RESOURCES})", name=op.f("ck_changes_resource")),
        sa.CheckConstraint(f"verb IN ({VERBS})", name=op.f("ck_changes_verb")),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name=op.f("pk_changes")),
    )
    op.create_index(
        op.f("ix_changes_tenant_id_resource_key_sequence"), "changes", ["tenant_id", "resource", "key", "sequence"]
    )
    op.create_table(
        "changes_end",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", types.Text(64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_changes_end_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_changes_end")),
    )
    op.execute(
        "INSERT INTO changes_end (tenant_id, sequence, hash) SELECT tenant_id, 0, "
        "'0000000000000000000000000000000000000000000000000000000000000000' FROM tenants"
    )
    forbid_changes_of_the_log()


def forbid_changes_of_the_log() -> None:
    """A row can only be added: the database itself refuses to change or remove one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change_of_changes() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the change log is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON changes "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_changes()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER changes_append_only_{change.lower()} BEFORE {change} ON changes "
            "BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END"
        )
    # INSERT OR REPLACE deletes without a word unless recursive_triggers is on, which any other client may forget.
    op.execute(
        "CREATE TRIGGER changes_append_only_replace BEFORE INSERT ON changes WHEN EXISTS (SELECT 1 FROM changes "
        "WHERE tenant_id = NEW.tenant_id AND sequence = NEW.sequence) "
        "BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END"
    )


def downgrade() -> None:
    op.drop_table("changes_end")
    op.drop_table("changes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_changes()")
