"""Row-level security on every table of tenants' rows. On Postgres alone."""

from alembic import op

from app.storage.migrations.tenant_policies import protect_tenant_rows

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    *("tenants", "api_keys", "budgets", "idempotent_answers", "accounts", "documents", "status_transitions", "notes"),
    *("representatives", "contacts", "account_representatives", "document_representatives", "changes", "changes_end"),
    *("attachments", "blob_claims"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        protect_tenant_rows(table)
    # Who is behind a key is asked before any tenant is known.
    op.execute("CREATE POLICY look_up ON api_keys FOR SELECT USING (key_hash = current_setting('gateway.key', true))")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("DROP POLICY look_up ON api_keys")
    for table in TABLES:
        op.execute(f"DROP POLICY administration ON {table}")
        op.execute(f"DROP POLICY own ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
