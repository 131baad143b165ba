"""What the database has to guard the rows of a table with, and Alembic does not see: row level security, the rights of
the server, triggers and the words that a column may hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.storage.database.row_level_security import ROLE
from app.storage.tables import APPEND_ONLY, SERVER_RIGHTS, Rights
from tests.migration import changed_words

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
OF_COLUMNS = ("SELECT", "INSERT", "UPDATE")  # may be granted on some columns alone
HAS_RIGHT = {
    right: sa.text(f"SELECT has_{kind}_privilege(:role, to_regclass(:table), '{right}')")
    for right in RIGHTS
    for kind in ("any_column" if right in OF_COLUMNS else "table",)
}
POLICIES = {"own", "administration"}
SQLITE_TRIGGERS = ("update", "delete", "replace")


@dataclass(frozen=True, slots=True)
class Guards:
    """What a table of tenants' rows must have."""

    rights: frozenset[str]  # of the server, on any column
    append_only: bool = False


def verbs(rights: Rights) -> frozenset[str]:
    """What the server may do with any column."""
    granted = {"INSERT": rights.insert, "UPDATE": rights.update, "DELETE": rights.delete}
    return frozenset({"SELECT", *(verb for verb, given in granted.items() if given)})


GUARDS = {
    table.name: Guards(verbs(rights), table.name in APPEND_ONLY)
    for table, rights in SERVER_RIGHTS.items()
    if "tenant_id" in table.c
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
    rights = {right for right in RIGHTS if connection.scalar(HAS_RIGHT[right], {"role": ROLE, "table": table})}
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
