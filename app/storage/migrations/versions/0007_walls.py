"""Row-level security on every table of tenants' rows. On Postgres alone."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    *("tenants", "api_keys", "budgets", "idempotent_answers", "accounts", "documents", "status_transitions", "notes"),
    *("representatives", "contacts", "account_representatives", "document_representatives", "changes", "changes_end"),
    *("attachments", "blob_claims"),
)
ENTERED = "NULLIF(current_setting('gateway.tenant', true), '')"
# Not written as an equality: the planner would work that out once and before anything else, and a statement that enters
# a tenant while it runs would find nothing. So it is asked of every row, and where no tenant is entered yet when a
# statement is planned, it counts as true of all rows.
OWN = f"(tenant_id <> {ENTERED}::integer) IS FALSE"
# The owner of the tables sees all rows, unless it serves.
ADMINISTERS = f"{ENTERED} IS NULL AND current_setting('gateway.walled', true) IS DISTINCT FROM 'on'"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own ON {table} USING ({OWN})")
        op.execute(f"CREATE POLICY administration ON {table} TO CURRENT_USER USING ({ADMINISTERS})")
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
