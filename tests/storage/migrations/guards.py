"""What the database has to guard the rows of a table with, and Alembic does not see: row level security, the rights of
the server, triggers and the words that a column may hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.storage.database.row_level_security import ROLE
from app.storage.tables import APPEND_ONLY, SERVER_RIGHTS
from tests.migration import changed_words

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
POLICIES = {"own", "administration"}
SQLITE_TRIGGERS = ("update", "delete", "replace")


@dataclass(frozen=True, slots=True)
class Guards:
    """What a table of tenants' rows must have."""

    rights: frozenset[str]  # of the server
    append_only: bool = False


GUARDS = {
    table: Guards(frozenset(rights.split(", ") if rights else ()) | {"SELECT"}, table in APPEND_ONLY)
    for table, rights in SERVER_RIGHTS.items()
}


def faults(connection: sa.Connection, guards: Mapping[str, Guards]) -> list[str]:
    """What the tables of tenants' rows lack."""
    found: list[str] = []
    for table in tenant_tables(connection):
        if table not in guards:
            found.append(f"{table} has no class")
            continue
        wanted = guards[table]
        if connection.dialect.name == "postgresql":
            found += postgres_faults(connection, table, wanted)
        missing = triggers_of(table, connection.dialect.name) if wanted.append_only else set()
        found += [f"{table} lacks the trigger {name}" for name in sorted(missing - triggers(connection))]
    return [*found, *word_faults(connection)]


def tenant_tables(connection: sa.Connection) -> Iterable[str]:
    inspector = sa.inspect(connection)
    for table in sorted(inspector.get_table_names()):
        if any(column["name"] == "tenant_id" for column in inspector.get_columns(table)):
            yield table


def postgres_faults(connection: sa.Connection, table: str, wanted: Guards) -> Iterator[str]:
    secured = sa.text("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = to_regclass(:table)")
    if not connection.scalar(secured, {"table": table}):
        yield f"{table} has no row level security"
    policies = sa.text("SELECT policyname FROM pg_policies WHERE tablename = :table AND schemaname = current_schema()")
    for policy in sorted(POLICIES - set(connection.scalars(policies, {"table": table}))):
        yield f"{table} lacks the policy {policy}"
    has_right = sa.text("SELECT has_table_privilege(:role, to_regclass(:table), :right)")
    rights = {r for r in RIGHTS if connection.scalar(has_right, {"role": ROLE, "table": table, "right": r})}
    if rights != wanted.rights:
        yield f"the server may {listed(rights)} on {table}, not {listed(wanted.rights)}"


def listed(rights: Iterable[str]) -> str:
    return ", ".join(sorted(rights)) or "do nothing"


def triggers_of(table: str, dialect: str) -> set[str]:
    """Those that refuse to change rows and to remove them."""
    name = f"{table}_append_only"
    return {name} if dialect == "postgresql" else {f"{name}_{change}" for change in SQLITE_TRIGGERS}


def triggers(connection: sa.Connection) -> set[str]:
    of_postgres = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    of_sqlite = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
    return set(connection.scalars(sa.text(of_postgres if connection.dialect.name == "postgresql" else of_sqlite)))


def word_faults(connection: sa.Connection) -> Iterable[str]:
    """Of the columns that may hold certain words alone."""
    for changed in changed_words(connection):
        yield f"{changed.name} of {changed.table} allows {sorted(changed.found)}, not {sorted(changed.wanted)}"
