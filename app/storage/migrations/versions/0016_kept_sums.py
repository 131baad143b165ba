"""What is counted and summed is kept, by triggers, in the transaction that changes a row: how many rows a tenant has of
a resource, and the number and the open amounts of documents by what lists and balances ask for.

On SQLite, where one writes at a time, the triggers of a row change the sums at once. On Postgres they must not: of two
writers of a tenant the sums would make one wait for the other from the first row that it changes, where otherwise it
waits at the end of the change log alone, which is the last that it changes; and two that meet at both places in
different orders would wait for each other for ever. So a trigger of the statement, for all its rows at once, adds what
has changed to the sums only where the transaction has moved the end of the log, as a statement that does both has by
then. Otherwise it notes what has changed in a setting of the transaction, and that is added when the end is moved, or
else at the commit, once the end is locked. Of a transaction that changes thousands of rows it is added in between.

Rows that are already there are filled in beside writers. What a sum lacks is a constant meanwhile, since whatever
changes a row changes the sum as well: so it does not matter when it is added.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

from app.storage import types
from app.storage.migrations.online import Backfill, Batch
from app.storage.migrations.tenant_policies import protect_tenant_rows

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# The tables whose rows are counted, each with its resource.
COUNTED = {
    "accounts": "account",
    "documents": "document",
    "representatives": "representative",
    "contacts": "contact",
}
KEYS = {
    "document_sums": ("tenant_id", "status", "due_date", "document_type", "open_currency", "open_amount"),
    "account_sums": ("tenant_id", "account_number", "status", "due_date", "open_currency", "open_amount"),
}
SUM_TABLES = ("row_counts", *KEYS)
SUMS = ("documents", "millions", "ten_thousandths")
SUMMED = ("tenant_id", "account_number", "document_type", "status", "open_currency", "due_date", "open_amount")

# Of a document: the sign of its open amount (2 where it has none), and the amount in whole millions and the
# ten-thousandths above them, of which no number of rows makes sums that overflow.
ON_POSTGRES = {
    "sign": "coalesce(sign({row}open_amount), 2)",
    "none": "2",
    "millions": "coalesce(floor({row}open_amount / 1000000), 0)",
    "ten_thousandths": "coalesce(({row}open_amount - 1000000 * floor({row}open_amount / 1000000)) * 10000, 0)",
}
# SQLite keeps amounts as text of 20 digits, in ten-thousandths above 10 ** 19.
ON_SQLITE = {
    "sign": "CASE WHEN {row}open_amount > '10000000000000000000' THEN '10000000000000010000' "
    "WHEN {row}open_amount = '10000000000000000000' THEN '10000000000000000000' "
    "WHEN {row}open_amount < '10000000000000000000' THEN '09999999999999990000' ELSE '10000000000000020000' END",
    "none": "'10000000000000020000'",
    "millions": "coalesce(CAST(substr({row}open_amount, 1, 10) AS INTEGER) - 1000000000, 0)",
    "ten_thousandths": "coalesce(CAST(substr({row}open_amount, 11) AS INTEGER), 0)",
}


def upgrade() -> None:
    op.create_table(
        "row_counts",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("resource", types.Text(20), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "resource", name=op.f("pk_row_counts")),
    )
    for table, keys in KEYS.items():
        op.create_table(
            table,
            *(sa.Column(name, KEY_TYPES[name], nullable=False) for name in keys),
            *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS),
            sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}")),
        )
    for table in SUM_TABLES:
        protect_tenant_rows(table)
    if op.get_bind().dialect.name == "postgresql":
        make_postgres_triggers()
    else:
        make_sqlite_triggers()


KEY_TYPES: dict[str, Any] = {
    "tenant_id": sa.Integer(),
    "account_number": types.Text(255),
    "status": types.Text(20),
    "due_date": sa.Date(),
    "document_type": types.Text(20),
    "open_currency": types.Text(3),
    "open_amount": types.OrderedAmount(),
}


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in ("locked", "logged"):
            op.execute(f"DROP TRIGGER sums_{name} ON changes_end")
        for table in COUNTED:
            for name in ("commit", "truncate", *map(str.lower, ROWS)):
                op.execute(f"DROP TRIGGER sums_{name} ON {table}")
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")
    else:
        for table in COUNTED:
            for change in ROWS:
                op.execute(f"DROP TRIGGER {table}_sums_{change.lower()}")
    for table in SUM_TABLES:
        op.drop_table(table)


# Postgres. What has changed are rows of a table, new and old ones, in groups that are counted and summed alike. They
# are noted as JSON.
ROWS = {
    "INSERT": ("NEW TABLE AS new_rows", {"new_rows": ""}),
    "UPDATE": ("NEW TABLE AS new_rows OLD TABLE AS old_rows", {"new_rows": "", "old_rows": "-"}),
    "DELETE": ("OLD TABLE AS old_rows", {"old_rows": "-"}),
}
FUNCTIONS = (
    *(f"{table}_changed_{change.lower()}" for table in ("documents", "rows") for change in ROWS),
    *("log_end_is_locked", "add_to_sums", "add_noted_sums", "forget_sums"),
)
DOCUMENT_ROWS = """SELECT tenant_id, 'document' AS resource, account_number, document_type, status,
        {open_currency} AS open_currency, due_date, {open_amount} AS open_amount, {sign}1 AS documents,
        {sign}({millions})::integer AS millions, {sign}({ten_thousandths})::bigint AS ten_thousandths FROM {rows}"""
OTHER_ROWS = "SELECT tenant_id, TG_ARGV[0] AS resource, {sign}1 AS documents FROM {rows}"
DOCUMENT_GROUPS = """SELECT tenant_id, resource, account_number, document_type, status, open_currency, due_date,
        open_amount, sum(documents) AS documents, sum(millions) AS millions, sum(ten_thousandths) AS ten_thousandths
        FROM ({rows}) AS rows GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        HAVING sum(documents) <> 0 OR sum(millions) <> 0 OR sum(ten_thousandths) <> 0"""
OTHER_GROUPS = """SELECT tenant_id, resource, sum(documents) AS documents FROM ({rows}) AS rows GROUP BY 1, 2
        HAVING sum(documents) <> 0"""
RECORDS = """SELECT * FROM json_to_recordset(changes) AS rows (tenant_id integer, resource text, account_number text,
        document_type text, status text, open_currency text, due_date date, open_amount numeric, documents integer,
        millions bigint, ten_thousandths bigint)"""
# Tables are named with their schema, and functions are sought nowhere else, or whoever writes could put others in their
# place.
ADD = """WITH changed AS MATERIALIZED ({rows}){sums}
        INSERT INTO {schema}.row_counts AS kept (tenant_id, resource, total)
        SELECT tenant_id, resource, sum(documents) FROM changed GROUP BY 1, 2 HAVING sum(documents) <> 0
        ON CONFLICT (tenant_id, resource) DO UPDATE SET total = kept.total + excluded.total;"""
ADD_SUMS = """, {table}_changed AS (
            INSERT INTO {schema}.{table} AS kept ({keys}, documents, millions, ten_thousandths)
            SELECT {values}, sum(documents), sum(millions), sum(ten_thousandths) FROM changed AS rows
            WHERE resource = 'document' GROUP BY {places}
            ON CONFLICT ({keys}) DO UPDATE SET documents = kept.documents + excluded.documents,
                millions = kept.millions + excluded.millions,
                ten_thousandths = kept.ten_thousandths + excluded.ten_thousandths
        )"""
CLEAR_SUMS = """DELETE FROM {schema}.{table} AS kept USING ({rows}) AS rows
            WHERE rows.documents < 0 AND ({of_kept}) = ({values}) AND kept.documents = 0;"""
# What is noted is added to a long setting now and then, and not each time.
CHANGED = """CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changes text;
BEGIN
    IF current_setting('gateway.log_end', true) = 'locked' THEN
        {add}
        RETURN NULL;
    END IF;
    changes := (SELECT json_agg(changed) FROM ({groups}) AS changed);
    IF changes IS NULL THEN
        RETURN NULL;
    END IF;
    changes := concat_ws(
        ',', nullif(current_setting('gateway.sums', true), ''), substr(changes, 2, length(changes) - 2));
    IF length(changes) < 10000 THEN
        PERFORM set_config('gateway.sums', changes, true);
        RETURN NULL;
    END IF;
    changes := concat_ws(',', nullif(current_setting('gateway.more_sums', true), ''), changes);
    PERFORM set_config('gateway.more_sums', changes, true), set_config('gateway.sums', '', true);
    IF length(changes) > 200000 THEN
        PERFORM {schema}.add_noted_sums();
    END IF;
    RETURN NULL;
END $$"""
ADD_NOTED = """CREATE FUNCTION add_noted_sums() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    noted text := concat_ws(',', nullif(current_setting('gateway.more_sums', true), ''),
        nullif(current_setting('gateway.sums', true), ''));
    changes json := '[' || noted || ']';
BEGIN
    PERFORM set_config('gateway.more_sums', '', true), set_config('gateway.sums', '', true);
    IF current_setting('gateway.log_end', true) IS DISTINCT FROM 'locked' THEN
        PERFORM FROM {schema}.changes_end WHERE tenant_id IN (SELECT tenant_id FROM ({records}) AS rows)
            ORDER BY tenant_id FOR UPDATE;
    END IF;
    {add}
    IF strpos(noted, '"documents":-') > 0 THEN
        {clear}
    END IF;
END $$"""
ADD_TRIGGER = """CREATE FUNCTION add_to_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('gateway.sums', true) <> '' OR current_setting('gateway.more_sums', true) <> '' THEN
        PERFORM {schema}.add_noted_sums();
    END IF;
    RETURN NULL;
END $$"""
LOCKED = """CREATE FUNCTION log_end_is_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gateway.log_end', 'locked', true);
    RETURN NEW;
END $$"""
FORGET = """CREATE FUNCTION forget_sums() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM {schema}.row_counts WHERE resource = TG_ARGV[0];
    IF TG_ARGV[0] = 'document' THEN
        DELETE FROM {schema}.document_sums;
        DELETE FROM {schema}.account_sums;
    END IF;
    RETURN NULL;
END $$"""


def make_postgres_triggers() -> None:
    for table in SUM_TABLES:  # rows are changed again and again, without a change of their keys
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 70)")
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    add, clear = add_rows(schema, RECORDS, sums=True), clear_sums(schema, RECORDS)
    op.execute(ADD_NOTED.format(schema=schema, records=RECORDS, add=add, clear=clear))
    for function in (ADD_TRIGGER, LOCKED, FORGET):
        op.execute(function.format(schema=schema))
    for change, (transition, rows) in ROWS.items():
        make_change_functions(schema, change, rows)
        for table, resource in COUNTED.items():
            name = "documents" if table == "documents" else "rows"
            op.execute(
                f"CREATE TRIGGER sums_{change.lower()} AFTER {change} ON {table} REFERENCING {transition} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_changed_{change.lower()}('{resource}')"
            )
    for table, resource in COUNTED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER sums_commit AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION add_to_sums()"
        )
        op.execute(
            f"CREATE TRIGGER sums_truncate AFTER TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION forget_sums('{resource}')"
        )
    op.execute(
        "CREATE TRIGGER sums_locked BEFORE UPDATE ON changes_end FOR EACH ROW EXECUTE FUNCTION log_end_is_locked()"
    )
    op.execute(
        "CREATE TRIGGER sums_logged AFTER UPDATE ON changes_end FOR EACH STATEMENT EXECUTE FUNCTION add_to_sums()"
    )


def make_change_functions(schema: str, change: str, rows: dict[str, str]) -> None:
    """The functions of the triggers of statements that change documents, or other rows that are counted."""
    made = own_values(ON_POSTGRES, "")
    documents = " UNION ALL ".join(DOCUMENT_ROWS.format(rows=name, sign=sign, **made) for name, sign in rows.items())
    others = " UNION ALL ".join(OTHER_ROWS.format(rows=name, sign=sign) for name, sign in rows.items())
    groups = DOCUMENT_GROUPS.format(rows=documents)
    changed = groups if change == "UPDATE" else documents  # of an update most rows change nothing that is summed
    add = add_rows(schema, changed, sums=True)
    if change != "INSERT":
        add += "\n        " + clear_sums(schema, changed)
    function = {"schema": schema, "name": f"documents_changed_{change.lower()}"}
    op.execute(CHANGED.format(add=add, groups=groups, **function))
    function["name"] = f"rows_changed_{change.lower()}"
    add = add_rows(schema, others, sums=False)
    op.execute(CHANGED.format(add=add, groups=OTHER_GROUPS.format(rows=others), **function))


def add_rows(schema: str, rows: str, *, sums: bool) -> str:
    """What adds changed rows to the counts, and if they are documents to the sums."""
    added = "".join(ADD_SUMS.format(schema=schema, table=table, **parts(table)) for table in KEYS) if sums else ""
    return ADD.format(schema=schema, rows=rows, sums=added)


def clear_sums(schema: str, rows: str) -> str:
    return "\n        ".join(CLEAR_SUMS.format(schema=schema, table=table, rows=rows, **parts(table)) for table in KEYS)


def parts(table: str) -> dict[str, str]:
    """What statements about a table of sums are made of."""
    keys = KEYS[table]
    plain = {name: f"rows.{name}" for name in SUMMED}
    values = collapsed(table, plain, "DATE '1970-01-01'", ON_POSTGRES["none"])
    return {
        "keys": ", ".join(keys),
        "values": ", ".join(values[name] for name in keys),
        "of_kept": ", ".join(f"kept.{name}" for name in keys),
        "places": ", ".join(str(place) for place in range(1, len(keys) + 1)),
    }


def own_values(dialect: dict[str, str], row: str) -> dict[str, str]:
    """The keys and sums of a document: `row` is what stands before the names of its columns."""
    made = {name: f"{row}{name}" for name in SUMMED}
    made |= {"open_currency": f"coalesce({row}open_currency, '')", "open_amount": dialect["sign"].format(row=row)}
    return made | {name: dialect[name].format(row=row) for name in ("millions", "ten_thousandths")}


def collapsed(table: str, values: dict[str, str], any_day: str, no_amount: str) -> dict[str, str]:
    """The keys with closed documents of an account in one group."""
    if table != "account_sums":
        return values
    is_open = f"{values['status']} = 'open'"
    same = {"due_date": any_day, "open_currency": "''", "open_amount": no_amount}
    return values | {name: f"CASE WHEN {is_open} THEN {values[name]} ELSE {value} END" for name, value in same.items()}


# SQLite.
COUNT_STEP = """INSERT INTO row_counts (tenant_id, resource, total) VALUES ({row}.tenant_id, '{resource}', {sign}1)
    ON CONFLICT (tenant_id, resource) DO UPDATE SET total = total + excluded.total;"""
SUM_STEP = """INSERT INTO {table} ({keys}, documents, millions, ten_thousandths)
    VALUES ({values}, {sign}1, {sign}({millions}), {sign}({ten_thousandths}))
    ON CONFLICT ({keys}) DO UPDATE SET documents = documents + excluded.documents,
        millions = millions + excluded.millions, ten_thousandths = ten_thousandths + excluded.ten_thousandths;"""
CLEAR_STEP = "DELETE FROM {table} WHERE ({keys}) = ({values}) AND documents = 0;"


def make_sqlite_triggers() -> None:
    for table, resource in COUNTED.items():
        for change, (_, rows) in ROWS.items():
            signs = {name.removesuffix("_rows").upper(): sign for name, sign in rows.items()}
            steps = [COUNT_STEP.format(row=row, sign=sign, resource=resource) for row, sign in signs.items()]
            if table == "documents":
                steps += [step for row, sign in signs.items() for step in sum_steps(row, sign)]
            names = SUMMED if table == "documents" else ("tenant_id",)
            moved = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names)
            condition = f"WHEN {moved} " if change == "UPDATE" else ""
            op.execute(
                f"CREATE TRIGGER {table}_sums_{change.lower()} AFTER {change} ON {table} {condition}"
                f"BEGIN {' '.join(steps)} END"
            )


def sum_steps(row: str, sign: str) -> Iterator[str]:
    made = own_values(ON_SQLITE, f"{row}.")
    for table, names in KEYS.items():
        values = collapsed(table, made, "'1970-01-01'", ON_SQLITE["none"])
        keys = {"keys": ", ".join(names), "values": ", ".join(values[name] for name in names)}
        yield SUM_STEP.format(
            table=table, sign=sign, millions=made["millions"], ten_thousandths=made["ten_thousandths"], **keys
        )
        if sign:
            yield CLEAR_STEP.format(table=table, **keys)


# What counts and sums lack of the rows that were there before the triggers.
def fill_tenants(connection: sa.Connection, batch: Batch) -> None:
    for table, resource in COUNTED.items():
        rows = sa.table(table, sa.column("tenant_id"))
        kept = sa.table("row_counts", *map(sa.column, ("tenant_id", "resource", "total")))
        kind: Any = sa.literal_column(f"'{resource}'").label("resource")
        there = sa.select(rows.c.tenant_id, kind, sa.literal_column("1").label("total")).where(batch.of(rows))
        add(connection, kept, there, batch, kept.c.resource == kind)
    fill_sums(connection, "document_sums", batch)


def fill_accounts(connection: sa.Connection, batch: Batch) -> None:
    fill_sums(connection, "account_sums", batch)


def fill_sums(connection: sa.Connection, table: str, batch: Batch) -> None:
    on_postgres = connection.dialect.name == "postgresql"
    dialect, any_day = (ON_POSTGRES, "DATE '1970-01-01'") if on_postgres else (ON_SQLITE, "'1970-01-01'")
    made = own_values(dialect, "")
    values = {**collapsed(table, made, any_day, dialect["none"]), "documents": "1"}
    kept = sa.table(table, *map(sa.column, (*KEYS[table], *SUMS)))
    documents = sa.table("documents", *map(sa.column, ("tenant_id", "account_number")))
    own: list[Any] = [sa.literal_column(values[column.name]).label(column.name) for column in kept.c]
    add(connection, kept, sa.select(*own).select_from(documents).where(batch.of(documents)), batch)
    connection.execute(sa.delete(kept).where(batch.of(kept), kept.c.documents == 0))


def add(
    connection: sa.Connection,
    kept: sa.TableClause,
    there: sa.Select[Any],
    batch: Batch,
    *conditions: sa.ColumnElement[bool],
) -> None:
    """Adds to the kept rows of a batch what they lack of those that are there."""
    values = [column for column in kept.c if column.name in ("total", *SUMS)]
    keys = [column for column in kept.c if column not in set(values)]
    taken_off = sa.select(*keys, *((-value).label(value.name) for value in values)).where(batch.of(kept), *conditions)
    lacking = sa.union_all(there, taken_off).subquery("lacking")
    groups = [lacking.c[key.name] for key in keys]
    sums = [sa.func.sum(lacking.c[value.name]) for value in values]
    differing = sa.or_(*(total != 0 for total in sums))
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    inserted = dialect.insert(kept).from_select(
        [*keys, *values], sa.select(*groups, *sums).group_by(*groups).having(differing).order_by(*groups)
    )
    more = {value.name: value + inserted.excluded[value.name] for value in values}
    connection.execute(inserted.on_conflict_do_update(index_elements=keys, set_=more))


online = (
    Backfill("what is kept of tenants", "tenants", ("tenant_id",), fill_tenants, seconds=0, batch=1),
    Backfill(
        "what is kept of accounts", "accounts", ("tenant_id", "account_number"), fill_accounts, seconds=0, batch=200
    ),
)
