"""Entries of the change log know the account that they are of, and keep what changed in a third of the room.

Entries of earlier releases stay as they are, and verify. So do those that servers of an earlier release still add: a
trigger finds their account. The log is as append-only as before, but for the columns that follow from its other
entries.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.storage import types
from app.storage.migrations.online import Backfill, Batch, BuildIndex
from app.storage.migrations.words import replace_in_schema

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = (
    "tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash, packed, digest"
)
REFUSAL = "BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END"

# The account of an entry that names none: that of its resource by now.
LACKS_ACCOUNT = (
    "NEW.account_number IS NULL AND NEW.packed IS NULL AND NEW.resource IN ('account', 'document', 'note', 'contact')"
)
ACCOUNT = """CASE NEW.resource
    WHEN 'account' THEN NEW.key
    WHEN 'note' THEN (SELECT account_number FROM {schema}notes WHERE tenant_id = NEW.tenant_id AND reference = NEW.key)
    WHEN 'contact' THEN coalesce(
        {after}, (SELECT account_number FROM {schema}contacts WHERE tenant_id = NEW.tenant_id AND reference = NEW.key))
    ELSE coalesce({after}, (
        SELECT account_number FROM {schema}documents
        WHERE tenant_id = NEW.tenant_id AND document_number = NEW.key)) END"""


def upgrade() -> None:
    op.add_column("changes", sa.Column("account_number", types.Text(255), nullable=True))
    op.add_column("changes", sa.Column("former_account_number", types.Text(255), nullable=True))
    op.add_column("changes", sa.Column("latest_at", types.Timestamp(), nullable=True))
    op.add_column("changes", sa.Column("packed", sa.LargeBinary(), nullable=True))
    op.add_column("changes", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.add_column("changes_end", sa.Column("latest_at", types.Timestamp(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        upgrade_postgres()
    else:
        upgrade_sqlite()


def upgrade_postgres() -> None:
    op.execute("ALTER TABLE changes ALTER COLUMN after DROP NOT NULL, ALTER COLUMN hash DROP NOT NULL")
    op.execute("ALTER TABLE changes ALTER COLUMN packed SET STORAGE EXTERNAL")  # it is compressed already
    op.execute("DROP TRIGGER changes_append_only ON changes")
    op.execute(
        f"CREATE TRIGGER changes_append_only BEFORE UPDATE OF {COLUMNS} OR DELETE OR TRUNCATE ON changes "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_changes()"
    )
    # With the schema, or whoever writes could put a temporary table in the place of these.
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one() + "."
    account = ACCOUNT.format(schema=schema, after="NEW.after ->> 'account_number'")
    op.execute(
        "CREATE FUNCTION find_account_of_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"NEW.account_number := {account}; NEW.former_account_number := NEW.before ->> 'account_number'; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER changes_find_account BEFORE INSERT ON changes "
        f"FOR EACH ROW WHEN ({LACKS_ACCOUNT}) EXECUTE FUNCTION find_account_of_change()"
    )


def upgrade_sqlite() -> None:
    for column in ('"after" JSON', "hash VARCHAR(64)"):
        replace_in_schema("changes", rf"{re.escape(column)} NOT NULL", column)
    op.execute("DROP TRIGGER changes_append_only_update")
    op.execute(f"CREATE TRIGGER changes_append_only_update BEFORE UPDATE OF {COLUMNS} ON changes {REFUSAL}")
    account = ACCOUNT.format(schema="", after="json_extract(NEW.after, '$.account_number')")
    filled = f"account_number = {account}, former_account_number = json_extract(NEW.before, '$.account_number')"
    filling = f"UPDATE changes SET {filled} WHERE tenant_id = NEW.tenant_id AND sequence = NEW.sequence"  # noqa: S608
    op.execute(f"CREATE TRIGGER changes_find_account AFTER INSERT ON changes WHEN {LACKS_ACCOUNT} BEGIN {filling}; END")


def downgrade() -> None:
    """Fails where the log has entries that an earlier release cannot read."""
    for column in ("former_account_number", "account_number"):
        op.drop_index(f"ix_changes_tenant_id_{column}_sequence", "changes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER changes_find_account ON changes")
        op.execute("DROP FUNCTION find_account_of_change()")
        op.execute("DROP TRIGGER changes_append_only ON changes")
        op.execute(
            "CREATE TRIGGER changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON changes "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_changes()"
        )
        op.execute("ALTER TABLE changes ALTER COLUMN after SET NOT NULL, ALTER COLUMN hash SET NOT NULL")
    else:
        op.execute("DROP TRIGGER changes_find_account")
        op.execute("DROP TRIGGER changes_append_only_update")
        op.execute(f"CREATE TRIGGER changes_append_only_update BEFORE UPDATE ON changes {REFUSAL}")
        for column in ('"after" JSON', "hash VARCHAR(64)"):
            replace_in_schema("changes", re.escape(column), f"{column} NOT NULL")
    op.drop_column("changes_end", "latest_at")
    for column in ("digest", "packed", "latest_at", "former_account_number", "account_number"):
        op.drop_column("changes", column)


CHANGES = sa.table(
    "changes",
    *(sa.column(name) for name in ("tenant_id", "sequence", "resource", "key", "account_number")),
    *(sa.column(name) for name in ("former_account_number", "before", "after", "packed")),
    *(sa.column(name, types.Timestamp()) for name in ("at", "latest_at")),
)
END = sa.table("changes_end", sa.column("tenant_id"), sa.column("sequence"), sa.column("latest_at", types.Timestamp()))
KEYS = {
    "note": ("notes", "reference"),
    "document": ("documents", "document_number"),
    "contact": ("contacts", "reference"),
}
MOVING = ("document", "contact")

Key = tuple[int, str, str]  # a tenant, a resource and its key


def fill(connection: sa.Connection, batch: Batch) -> None:
    """Finds the accounts and the latest moments of a batch, in the order of the log."""
    on_postgres = connection.dialect.name == "postgresql"
    known: dict[Key, str | None] = {}  # of the resources of the batch so far
    latest: dict[int, datetime | None] = {}
    filled = []
    for row in map(dict, connection.execute(entries(batch, on_postgres)).mappings().all()):
        tenant, key = row["tenant_id"], (row["tenant_id"], row["resource"], row["key"])
        if tenant not in latest:
            latest[tenant] = latest_before(connection, row)
        former, latest[tenant] = latest[tenant], max(latest[tenant] or row["at"], row["at"])
        account = known[key] = account_of(connection, row, known, on_postgres)
        values = {
            "account": account,
            "former": None if row["was"] == account else row["was"],
            "latest": former if former and former > row["at"] else None,
        }
        if any(values.values()):
            filled.append({"tenant": tenant, "place": row["sequence"], **values})
    write(connection, filled, on_postgres)


def entries(batch: Batch, on_postgres: bool) -> sa.Select[Any]:
    """The entries of a batch, each with what it says of its account, and what is known of that otherwise."""
    said = member(CHANGES.c.after, on_postgres)
    return (
        sa.select(
            *(CHANGES.c[name] for name in ("tenant_id", "sequence", "at", "resource", "key")),
            said.label("said"),
            member(CHANGES.c.before, on_postgres).label("was"),
            CHANGES.c.before.is_(None).label("is_new"),
            sa.case((said.is_(None), earlier(CHANGES.c.sequence))).label("earlier"),
            sa.case((said.is_(None), earlier(CHANGES.c.account_number))).label("former"),
            sa.case((said.is_(None), present_account())).label("present"),
        )
        .where(batch.of(CHANGES), CHANGES.c.packed.is_(None))
        .order_by(CHANGES.c.tenant_id, CHANGES.c.sequence)
    )


def member(column: sa.ColumnElement[Any], on_postgres: bool) -> sa.ColumnElement[Any]:
    """The account number in a column of JSON."""
    if on_postgres:
        return column.op("->>")(sa.literal_column("'account_number'"))
    return sa.func.json_extract(column, "$.account_number")


def of_same_resource(table: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == CHANGES.c[name] for name in ("tenant_id", "resource", "key")]


def earlier(column: sa.ColumnClause[Any]) -> sa.ColumnElement[Any]:
    """A column of the entry before of the same resource, of those that move between accounts."""
    before = CHANGES.alias("earlier")
    found = sa.select(before.c[column.name]).where(
        *of_same_resource(before), before.c.sequence < CHANGES.c.sequence, CHANGES.c.resource.in_(MOVING)
    )
    return found.order_by(before.c.sequence.desc()).limit(1).correlate(CHANGES).scalar_subquery()


def present_account() -> sa.ColumnElement[Any]:
    """The account that the resource is of by now."""
    found = []
    for resource, (table, key) in KEYS.items():
        rows = sa.table(table, sa.column("tenant_id"), sa.column(key), sa.column("account_number"))
        own = sa.select(rows.c.account_number).where(
            rows.c.tenant_id == CHANGES.c.tenant_id, rows.c[key] == CHANGES.c.key
        )
        found.append((CHANGES.c.resource == resource, own.correlate(CHANGES).scalar_subquery()))
    return sa.case(*found)


def account_of(
    connection: sa.Connection, row: Mapping[str, Any], known: dict[Key, str | None], on_postgres: bool
) -> str | None:
    """The account that an entry is of: as it says itself, as the entry before of the same resource had it, as the next
    one that moves the resource says, or else as it is by now."""
    key = (row["tenant_id"], row["resource"], row["key"])
    if row["resource"] == "account":
        found = row["key"]
    elif row["resource"] not in MOVING:
        found = row["said"] or row["present"]
    elif row["said"] or row["was"] or row["is_new"]:
        found = row["said"]
    elif key in known:
        found = known[key]
    elif row["earlier"]:
        found = row["former"]
    else:
        found = account_before_next_move(connection, row, on_postgres)
    return str(found) if found else None


def account_before_next_move(connection: sa.Connection, row: Mapping[str, Any], on_postgres: bool) -> str | None:
    """Of a resource that is older than the log."""
    was, said = (member(column, on_postgres) for column in (CHANGES.c.before, CHANGES.c.after))
    own = [CHANGES.c[name] == row[name] for name in ("tenant_id", "resource", "key")]
    moves = sa.select(was).where(
        *own, CHANGES.c.sequence > row["sequence"], sa.or_(was.is_not(None), said.is_not(None))
    )
    found = connection.execute(moves.order_by(CHANGES.c.sequence).limit(1)).one_or_none()
    account: str | None = row["present"] if found is None else found[0]
    return account


def latest_before(connection: sa.Connection, row: Mapping[str, Any]) -> datetime | None:
    """The latest moment of the entries before one."""
    latest = sa.func.coalesce(CHANGES.c.latest_at, CHANGES.c.at, type_=types.Timestamp())
    found = sa.select(latest).where(CHANGES.c.tenant_id == row["tenant_id"], CHANGES.c.sequence == row["sequence"] - 1)
    moment: datetime | None = connection.scalar(found)
    return moment


def write(connection: sa.Connection, filled: list[dict[str, Any]], on_postgres: bool) -> None:
    if not filled:
        return
    if not on_postgres:
        place = (CHANGES.c.tenant_id == sa.bindparam("tenant"), CHANGES.c.sequence == sa.bindparam("place"))
        values = {
            "account_number": sa.bindparam("account"),
            "former_account_number": sa.bindparam("former"),
            "latest_at": sa.bindparam("latest", type_=types.Timestamp()),
        }
        connection.execute(sa.update(CHANGES).where(*place).values(values), filled)
        return
    columns = {name: [row[name] for row in filled] for name in filled[0]}
    connection.execute(
        sa.text(
            "UPDATE changes SET account_number = account, former_account_number = former, latest_at = latest "
            "FROM unnest(cast(:tenant AS integer[]), cast(:place AS integer[]), cast(:account AS text[]), "
            "cast(:former AS text[]), cast(:latest AS timestamptz[])) "
            "AS filled (tenant, place, account, former, latest) WHERE tenant_id = tenant AND sequence = place"
        ),
        columns,
    )


def fill_ends(connection: sa.Connection, batch: Batch) -> None:
    last = sa.select(sa.func.coalesce(CHANGES.c.latest_at, CHANGES.c.at))
    last = last.where(CHANGES.c.tenant_id == END.c.tenant_id, CHANGES.c.sequence == END.c.sequence)
    connection.execute(sa.update(END).where(batch.of(END)).values(latest_at=last.scalar_subquery()))


def index_of(column: str, seconds: float) -> BuildIndex:
    filled = sa.text(f"{column} IS NOT NULL")
    options = {"postgresql_where": filled, "sqlite_where": filled}
    name = f"ix_changes_tenant_id_{column}_sequence"
    return BuildIndex(name, "changes", ["tenant_id", column, "sequence"], seconds, options)


online = (
    Backfill("the accounts of the change log", "changes", ("tenant_id", "sequence"), fill, seconds=200),
    Backfill("the latest moments of the change logs", "changes_end", ("tenant_id",), fill_ends, seconds=60, batch=100),
    index_of("account_number", seconds=5),
    index_of("former_account_number", seconds=1),
)
