"""What the server's login may do on Postgres: every statement of every table is tried, and what is allowed stands here
once more, by hand."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy.engine import make_url

from app.storage.database.engine import Database
from app.storage.database.row_level_security import ROLE
from app.storage.migrations.migrate import migrate
from app.storage.tables import metadata
from tests.storage.database.conftest import execute


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be done with a table: the columns that may be read, added and changed, and whether rows may be removed.
    `but` names the columns that are left out of all others."""

    select: str = "*"
    insert: str = ""
    update: str = ""
    update_but: str = ""
    delete: bool = False

    def statements(self, columns: set[str]) -> set[str]:
        every = {"SELECT": named(self.select, columns), "INSERT": named(self.insert, columns)}
        every["UPDATE"] = columns - named(self.update_but, columns) if self.update_but else named(self.update, columns)
        found = {f"{verb} {column}" for verb, those in every.items() for column in those}
        found |= {"FOR UPDATE"} if every["UPDATE"] else set()
        # A table may be locked against others by whoever may change or remove any row of it.
        return found | ({"DELETE", "LOCK"} if self.delete else set())


def named(names: str, columns: set[str]) -> set[str]:
    return columns if names == "*" else set(names.split())


ALLOWED = {
    "alembic_version": Allowed(),
    "database_identity": Allowed(),
    "signing_secret": Allowed(),
    "former_signing_secrets": Allowed(),
    "tenants": Allowed(update="currency_model"),
    "api_keys": Allowed(select="tenant_id key_hash read_only revoked_at"),
    "budgets": Allowed(insert="*", update="spent_until taken"),
    "idempotent_answers": Allowed(insert="*", update="status content_type body headers is_kept cost", delete=True),
    "imports": Allowed(
        insert="*",
        update="state run_id offset_bytes last_line chunks created replaced patched closed linked unchanged failed "
        "kept_bytes alive_until updated_at",
        delete=True,
    ),
    "import_chunks": Allowed(insert="*", delete=True),
    "changes": Allowed(insert="*"),
    "changes_end": Allowed(update="sequence hash latest_at"),
    "blob_claims": Allowed(insert="*", update="claimed_at", delete=True),
    "accounts": Allowed(insert="*", update_but="tenant_id account_number csr_id created_at"),
    "documents": Allowed(insert="*", update_but="tenant_id document_number csr_id created_at"),
    "representatives": Allowed(insert="*", update_but="tenant_id reference csr_id created_at"),
    "contacts": Allowed(insert="*", update_but="tenant_id reference csr_id created_at"),
    "attachments": Allowed(insert="*", update_but="tenant_id document_number"),
    "notes": Allowed(insert="*"),
    "status_transitions": Allowed(insert="*"),
    "account_representatives": Allowed(insert="*"),
    "document_representatives": Allowed(insert="*"),
    "row_counts": Allowed(),  # these three are the triggers'
    "document_sums": Allowed(),
    "account_sums": Allowed(),
}
OF_OWNERS = (
    "ALTER TABLE {} ADD COLUMN more integer",
    "ALTER TABLE {} DROP COLUMN {column}",
    "ALTER TABLE {} RENAME TO other",
    f"ALTER TABLE {{}} OWNER TO {ROLE}",
    "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "CREATE POLICY everything ON {} USING (true)",
    "CREATE INDEX ON {} ({column})",
    "CREATE TRIGGER other BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE nothing AS ON INSERT TO {} DO INSTEAD NOTHING",
    "COMMENT ON TABLE {} IS 'x'",
    "REINDEX TABLE {}",
    "DROP TABLE {}",
    "COPY {} TO '/tmp/rows'",
    "COPY {} FROM PROGRAM 'true'",
)
OF_ADMINISTRATORS = (
    "CREATE TABLE other (x integer)",
    "CREATE SCHEMA other",
    "CREATE FUNCTION other() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE other",
    "CREATE EXTENSION file_fdw",
    "CREATE PUBLICATION other FOR ALL TABLES",
    "ALTER SCHEMA public RENAME TO other",
    f"ALTER ROLE {ROLE} SUPERUSER",
    f"ALTER ROLE {ROLE} BYPASSRLS",
    f"ALTER ROLE {ROLE} CREATEROLE",
    "ALTER ROLE \"{owner}\" PASSWORD 'known'",
    'SET ROLE "{owner}"',
    'SET SESSION AUTHORIZATION "{owner}"',
    f'GRANT "{{owner}}" TO {ROLE}',
    "SET LOCAL session_replication_role = replica",  # which would switch triggers off
    "SET LOCAL row_security = off; SELECT name FROM accounts",
    "DROP FUNCTION refuse_change_of_changes",
    "DROP FUNCTION refuse_ended_key",
    "DROP FUNCTION add_noted_sums",
    "DROP TRIGGER sums_insert ON documents",
    "ALTER FUNCTION refuse_ended_key RENAME TO other",
    "DROP TRIGGER changes_by_valid_keys ON changes",
    "DROP POLICY own ON accounts",
    "SELECT setval('csr_id_seq', 1)",
    "ALTER SEQUENCE csr_id_seq RESTART",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM pg_statistic",
)
OUTSIDE_TRANSACTIONS = ("CREATE DATABASE other", "ALTER SYSTEM SET fsync = off")
ACL = """SELECT relname,
  (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(coalesce(relacl,
    acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) AS acl)::text,
  (SELECT array_agg(attname || attacl::text ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = pg_class.oid AND attacl IS NOT NULL)::text
  FROM pg_class WHERE relnamespace = current_schema()::regnamespace ORDER BY relname"""
COLUMNS = """SELECT relname, array_agg(attname::text) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
  WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
  GROUP BY relname ORDER BY relname"""


@pytest.fixture
async def owner(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(postgres_url, administers=True)
    yield opened
    await opened.dispose()


@pytest.fixture
async def server(server_url: str) -> AsyncIterator[Any]:
    """A connection of a login that may serve."""
    address = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    yield connection
    await connection.close()


async def columns(owner: Database) -> dict[str, set[str]]:
    """The columns of every table that there is."""
    return {name: set(found) for name, found in (await execute(owner, COLUMNS)).all()}


async def privileges(owner: Database) -> list[Any]:
    return [tuple(row) for row in (await execute(owner, ACL)).all()]


def every_statement(table: str, columns: set[str]) -> Iterator[tuple[str, str]]:
    """What can be done with the rows of a table, with its SQL, which touches none."""
    for column in columns:
        yield f"SELECT {column}", f"SELECT {column} FROM {table} LIMIT 0"
        yield f"INSERT {column}", f"INSERT INTO {table} ({column}) SELECT NULL WHERE false"
        yield f"UPDATE {column}", f"UPDATE {table} SET {column} = NULL WHERE false"
    yield "FOR UPDATE", f"SELECT FROM {table} FOR UPDATE"
    yield "DELETE", f"DELETE FROM {table} WHERE false"
    yield "TRUNCATE", f"TRUNCATE {table}"
    yield "LOCK", f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"


async def is_allowed(connection: Any, statement: str) -> bool:
    """Whether a statement is done. Raises whatever else it fails of than a right; nothing of it stays."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await transaction.rollback()
    return True


async def test_every_statement_of_every_table_is_allowed_or_refused_as_the_server_needs_it(
    owner: Database, server: Any
) -> None:
    found, wanted = {}, {}
    for table, names in (await columns(owner)).items():
        tried = {what: await is_allowed(server, sql) for what, sql in every_statement(table, names)}
        found[table] = {what for what, done in tried.items() if done}
        wanted[table] = ALLOWED[table].statements(names)
    assert found == wanted
    assert set(metadata.tables) - {"csr_counter"} | {"alembic_version"} == set(found) == set(ALLOWED)


async def test_what_takes_an_owner_is_refused_of_every_table(owner: Database, server: Any) -> None:
    before = await privileges(owner)
    allowed = []
    for table, names in (await columns(owner)).items():
        statements = [statement.format(table, column=min(names)) for statement in OF_OWNERS]
        allowed += [statement for statement in statements if await is_allowed(server, statement)]
        # Postgres only warns whoever has no right that they may grant.
        for grantee in ("PUBLIC", ROLE, "CURRENT_USER"):
            await is_allowed(server, f"GRANT ALL ON {table} TO {grantee}")
    assert allowed == []
    assert await privileges(owner) == before


async def test_so_is_what_takes_an_administrator(owner: Database, server: Any) -> None:
    statements = [statement.replace("{owner}", str(owner.url.username)) for statement in OF_ADMINISTRATORS]
    assert [statement for statement in statements if await is_allowed(server, statement)] == []
    for statement in OUTSIDE_TRANSACTIONS:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await server.execute(statement)


async def test_a_migration_takes_back_what_former_releases_and_others_have_granted(
    owner: Database, postgres_url: str
) -> None:
    before = await privileges(owner)
    await execute(owner, "CREATE TABLE of_another_program (x integer)")
    untouched = await privileges(owner)
    for grant in (
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}",
        f"GRANT INSERT, UPDATE, DELETE ON accounts, documents, status_transitions, changes_end, budgets TO {ROLE}",
        f"GRANT UPDATE ON tenants TO {ROLE}",
        f"GRANT UPDATE (name), REFERENCES (tenant_id) ON tenants TO {ROLE}",
        f"GRANT ALL ON of_another_program TO {ROLE}",
        f"GRANT ALL ON SEQUENCE csr_id_seq, tenants_tenant_id_seq TO {ROLE}",
    ):
        await execute(owner, grant)
    assert await privileges(owner) != untouched
    await migrate(owner)
    assert [row for row in await privileges(owner) if row[0] != "of_another_program"] == before
    has_any = f"SELECT has_table_privilege('{ROLE}', 'of_another_program', 'SELECT')"
    assert (await execute(owner, has_any)).scalar_one() is False
