"""The change log tells of tenants and API keys, too."""

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RESOURCES = ("account", "document", "note", "representative", "contact")
VERBS = ("create", "replace", "patch", "close", "link", "attach")
COLUMNS = "tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash"


def upgrade() -> None:
    allow((*RESOURCES, "tenant", "api_key"), (*VERBS, "revoke"))


def downgrade() -> None:
    """Fails where the log tells of what it could not before: no row is ever removed."""
    allow(RESOURCES, VERBS)


def allow(resources: tuple[str, ...], verbs: tuple[str, ...]) -> None:
    """Lets rows have these words."""
    words = {"resource": listed("resource", resources), "verb": listed("verb", verbs)}
    if op.get_bind().dialect.name != "postgresql":
        made_anew(words)
        return
    for column, condition in words.items():
        op.execute(f"ALTER TABLE changes DROP CONSTRAINT ck_changes_{column}")
        op.execute(f"ALTER TABLE changes ADD CONSTRAINT ck_changes_{column} CHECK ({condition})")


def listed(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, words))})"


def made_anew(words: dict[str, str]) -> None:
    """SQLite cannot alter a constraint: the rows are copied, as they are, into a table with the new ones."""
    op.create_table(
        "changes_anew",
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
        *(sa.CheckConstraint(text, name=op.f(f"ck_changes_{column}")) for column, text in words.items()),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name=op.f("pk_changes")),
    )
    op.execute(f"INSERT INTO changes_anew ({COLUMNS}) SELECT {COLUMNS} FROM changes")  # noqa: S608 -- names of ours
    op.execute("DROP TABLE changes")  # which fires no trigger
    op.rename_table("changes_anew", "changes")
    op.create_index(
        op.f("ix_changes_tenant_id_resource_key_sequence"), "changes", ["tenant_id", "resource", "key", "sequence"]
    )
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER changes_append_only_{change.lower()} BEFORE {change} ON changes "
            "BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER changes_append_only_replace BEFORE INSERT ON changes WHEN EXISTS (SELECT 1 FROM changes "
        "WHERE tenant_id = NEW.tenant_id AND sequence = NEW.sequence) "
        "BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END"
    )
