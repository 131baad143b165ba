"""Row level security for a table of tenants' rows, as every revision that makes one says it. See
`app.storage.database.row_level_security`, which enters a tenant."""

from alembic import op

ENTERED = "NULLIF(current_setting('gateway.tenant', true), '')"
# Not written as an equality: the planner would work that out once and before anything else, and a statement that enters
# a tenant while it runs would find nothing. So it is asked of every row, and where no tenant is entered yet when a
# statement is planned, it counts as true of all rows.
OWN = f"(tenant_id <> {ENTERED}::integer) IS FALSE"
# The owner of the tables sees all rows, unless it serves.
ADMINISTERS = f"{ENTERED} IS NULL AND current_setting('gateway.walled', true) IS DISTINCT FROM 'on'"


def protect_tenant_rows(table: str) -> None:
    """Shows a transaction the rows of the tenant that it has entered, and no others. On Postgres alone."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON {table} USING ({OWN})")
    op.execute(f"CREATE POLICY administration ON {table} TO CURRENT_USER USING ({ADMINISTERS})")
