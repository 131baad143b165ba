"""The statistics by which the databases plan statements, where they do not gather them in time by themselves.

SQLite gathers none, and without any it takes ten rows for all that a tenant has: it would read a tenant's whole list in
the order asked for rather than sort the few rows of one account. So it is given estimates of a grown ledger, once and
for all. Postgres gathers its own, but in the middle of a large load only afterwards: it is told to do so at once.
"""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.tables import TABLES, metadata

# The rows of a tenant of some size; a resource that is not listed counts as one of middling size.
ESTIMATED_ROWS = {
    **{table.name: 10_000 for table in TABLES.values()},
    "accounts": 5_000,
    "documents": 250_000,
    "notes": 20_000,
    "representatives": 200,
    "contacts": 10_000,
    "status_transitions": 500_000,
    "account_representatives": 10_000,
    "document_representatives": 50_000,
    "row_counts": 4,
    "document_sums": 5_000,
    "account_sums": 60_000,
}
# How many of them share one value of a column, a missing one too; all share the tenant, next to none any other value.
ROWS_PER_VALUE = {
    "accounts": {"account_group": 100, "parent_account_number": 10},
    "documents": {
        "account_number": 50,
        "status": 100_000,
        "invoice_date": 300,
        "due_date": 300,
        "open_amount": 1_000,
        "open_currency": 50_000,
        "applies_to_invoice": 2,
    },
    "notes": {"account_number": 4},
    "representatives": {"name": 20, "supervisor_representative_reference": 10},
    "contacts": {"account_number": 2, "name": 1_000},
    "status_transitions": {"document_number": 2},
    "account_representatives": {"account_number": 2, "reference": 50},
    "document_representatives": {"document_number": 2, "reference": 250},
    "document_sums": {"status": 2_500, "due_date": 4},
    "account_sums": {"account_number": 12, "status": 11, "due_date": 2},
}
INDEXED_COLUMNS = sa.text(
    "SELECT tables.name, indexes.name, columns.name FROM sqlite_schema AS tables "
    "JOIN pragma_index_list(tables.name) AS indexes JOIN pragma_index_info(indexes.name) AS columns "
    "WHERE tables.type = 'table' ORDER BY indexes.name, columns.seqno"
)
TENANT_TABLES = [table.name for table in metadata.sorted_tables if "tenant_id" in table.c]
ANALYZE = sa.text(f"ANALYZE {', '.join(TENANT_TABLES)}")
GROWTH = 4  # times as large as its statistics know it: then a table is analyzed again
ANALYZE_GROWN = "SELECT analyze_grown_tables()"
# The server's role owns no table, and only owners analyze: so this runs with the rights of the owner, and takes nothing
# from the caller. It looks at nothing but sizes, unless there is something to do.
MAKE_ANALYZE_GROWN = f"""
CREATE OR REPLACE FUNCTION analyze_grown_tables() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE grown text;
BEGIN
    FOR grown IN SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
            AND relname IN ({", ".join(f"'{name}'" for name in TENANT_TABLES)})
            AND pg_relation_size(oid) > {GROWTH} * 8192 * (relpages + 1)
    LOOP EXECUTE 'ANALYZE ' || grown; END LOOP;
END $$"""  # noqa: S608 -- names of ours
CLOSE_ANALYZE_GROWN = "REVOKE ALL ON FUNCTION analyze_grown_tables() FROM PUBLIC"


def write_estimates(connection: sa.Connection) -> None:
    """Gives every index of a tenant's rows an estimate. What ANALYZE has counted since then is replaced."""
    indexes: dict[tuple[str, str], list[str]] = {}
    for table, index, column in connection.execute(INDEXED_COLUMNS):
        if table in ESTIMATED_ROWS:
            indexes.setdefault((table, index), []).append(column)
    connection.execute(sa.text("ANALYZE sqlite_schema"))  # makes the table of estimates where there is none
    for (table, index), columns in indexes.items():
        known = {"tbl": table, "idx": index}
        connection.execute(sa.text("DELETE FROM sqlite_stat1 WHERE tbl = :tbl AND idx = :idx"), known)
        added = sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)")
        connection.execute(added, known | {"stat": selectivity(table, columns)})
    connection.execute(sa.text("ANALYZE sqlite_schema"))  # makes this connection read it; others do when they open


def selectivity(table: str, columns: list[str]) -> str:
    """The rows of a table, then how many of them share the first column's value, the first two columns' values, …"""
    sharing = ESTIMATED_ROWS[table]
    counts = [sharing]
    for column in columns:
        sharing = min(
            sharing, ESTIMATED_ROWS[table] if column == "tenant_id" else ROWS_PER_VALUE.get(table, {}).get(column, 1)
        )
        counts.append(sharing)
    return " ".join(map(str, counts))


async def analyze_tables(connection: AsyncConnection) -> None:
    """To be called when the first of very many rows are there, and after the last.

    Foreign keys are checked by a plan that is made when the other table is empty and any index on the tenant seems as
    good as its key: such a plan reads all the tenant's rows for every row to come."""
    if connection.dialect.name == "postgresql":
        await connection.execute(ANALYZE)
