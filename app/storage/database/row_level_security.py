"""Row level security on Postgres, in addition to the tenant conditions that every statement has: a transaction sees the
rows of the one tenant that it has entered, and no rows before.

The server works under a role that owns nothing and cannot switch the policies off: `migrate` makes the role and grants
it what it needs. The owner of the tables, who administers, sees all rows until it enters a tenant.
"""

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa

from app.storage.database.statistics import CLOSE_ANALYZE_GROWN, MAKE_ANALYZE_GROWN
from app.storage.tables import CSR_SEQUENCE, SERVER_RIGHTS, Rights, columns_to_update

ROLE = "ingest_gateway"
TENANT_SETTING, KEY_SETTING = "gateway.tenant", "gateway.key"
RESTRICTED_SETTING = "gateway.walled"  # of a connection that may see no row but of a tenant it has entered
NOBODY = 0  # no tenant's id

# Tables and sequences on which the role has any right by now, perhaps one that a former release has granted.
GRANTED = f"""
SELECT relkind, quote_ident(relname) FROM pg_class, to_regrole('{ROLE}') AS server
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND server IN (
    SELECT grantee FROM aclexplode(relacl)
    UNION SELECT grantee FROM pg_attribute, aclexplode(attacl) WHERE attrelid = pg_class.oid)"""  # noqa: S608
# Another database of the cluster may have made it, perhaps at this very moment; and not everybody may make roles.
MAKE_ROLE = f"""
DO $$ BEGIN
    IF to_regrole('{ROLE}') IS NULL THEN CREATE ROLE {ROLE} NOLOGIN; END IF;
    IF NOT pg_has_role('{ROLE}', 'MEMBER') THEN GRANT {ROLE} TO CURRENT_USER; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege OR internal_error THEN NULL;
END $$"""
# Amounts, and texts by a part of them, are found by their indexes only if it is sure that what compares them tells
# nothing of rows that the policies hide. It does not, but Postgres takes only a superuser's word for it.
OF_AMOUNTS = tuple(f"numeric_{name}(numeric, numeric)" for name in ("eq", "lt", "le", "gt", "ge"))
OF_TEXTS = ("textcat(text, text)", "lower(text)", "replace(text, text, text)", "textlike(text, text)")
LEAKPROOF = tuple(f"ALTER FUNCTION {function} LEAKPROOF" for function in (*OF_AMOUNTS, *OF_TEXTS))
MARK_LEAKPROOF = f"""
DO $$ BEGIN
    {"; ".join(LEAKPROOF)};
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$"""
# Takes the server's role on a new connection, where this database knows it.
TAKE_ROLE = f"""
SELECT set_config('role', rolname, false) FROM pg_roles
WHERE rolname = '{ROLE}' AND pg_has_role(session_user, oid, 'MEMBER')
    AND has_table_privilege(oid, to_regclass('changes'), 'INSERT')"""  # noqa: S608 -- a name of ours
ENTER_STATEMENT = f"SELECT set_config('{TENANT_SETTING}'"
ENTER = sa.text(f"{ENTER_STATEMENT}, :tenant, true)")
# Whether the login could switch row level security off, or is exempt from it: as owner of the tables, or as superuser.
CAN_BYPASS = sa.text("""
SELECT rolsuper OR rolbypassrls OR pg_has_role(session_user, relowner, 'MEMBER')
FROM pg_roles, pg_class WHERE rolname = session_user AND pg_class.oid = to_regclass('accounts')""")

# Shows a transaction of a command all rows, even on a connection whose pooler has lent it to a server before.
STAND_ABOVE = sa.text(f"""
SELECT set_config('{RESTRICTED_SETTING}', '', true),
    CASE WHEN current_user = '{ROLE}' THEN set_config('role', 'none', true) END""")
# The login, and the owner of a table whose rows are hidden from it; nothing where none is.
HIDDEN_FROM_LOGIN = sa.text("""
SELECT session_user AS login, pg_get_userbyid(relowner) AS owner FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
WHERE polname = 'administration' AND relnamespace = current_schema()::regnamespace AND row_security_active(polrelid)
    AND NOT EXISTS (SELECT FROM unnest(polroles) AS administrator WHERE pg_has_role(administrator, 'USAGE'))
LIMIT 1""")


def apply_row_level_security(connection: sa.Connection) -> None:
    """Makes the role, gives it its rights and no others and, where a superuser runs it, marks functions leakproof.
    Roles belong to the cluster and not to this database: a restored database needs this again, so every `migrate` does
    it."""
    for statement in (MAKE_ROLE, MARK_LEAKPROOF, MAKE_ANALYZE_GROWN, CLOSE_ANALYZE_GROWN):
        connection.exec_driver_sql(statement)
    if connection.exec_driver_sql(f"SELECT to_regrole('{ROLE}')").scalar_one():
        for statement in (*former_grants_revoked(connection), *grants(connection)):
            connection.exec_driver_sql(statement)


def former_grants_revoked(connection: sa.Connection) -> Iterator[str]:
    """The statements that take all rights from the role. Those on columns go with those on their table."""
    for kind, name in connection.exec_driver_sql(GRANTED).all():
        yield f"REVOKE ALL ON {'SEQUENCE' if kind == b'S' else 'TABLE'} {name} FROM {ROLE}"


def grants(connection: sa.Connection) -> Iterator[str]:
    """The statements that give the role its rights on the tables of this database, and on those of their columns that
    are there: of an unfinished migration perhaps not all."""
    there = sa.inspect(connection).get_multi_columns()
    for table, rights in SERVER_RIGHTS.items():
        if columns := {column["name"] for column in there.get((None, table.name), ())}:
            yield f"GRANT {', '.join(privileges(table, rights, columns))} ON {table} TO {ROLE}"
    yield f"GRANT SELECT ON alembic_version TO {ROLE}"  # which a server compares with its own revision
    yield f"GRANT USAGE ON SEQUENCE {CSR_SEQUENCE.name} TO {ROLE}"
    yield f"GRANT EXECUTE ON FUNCTION analyze_grown_tables() TO {ROLE}"


def privileges(table: sa.Table, rights: Rights, there: Collection[str]) -> Iterator[str]:
    """The rights on a table that has these columns, each with its columns where it has only some of them."""
    yield f"SELECT ({', '.join(filter(there.__contains__, rights.select))})" if rights.select else "SELECT"
    if rights.insert:
        yield "INSERT"
    if updated := list(filter(there.__contains__, columns_to_update(table, rights))):
        yield f"UPDATE ({', '.join(updated)})"
    if rights.delete:
        yield "DELETE"


def enter_tenant(tenant: sa.BindParameter[int]) -> sa.ColumnElement[int]:
    """The tenant, which the statement enters before it looks at any row by it: as the key of an index this is worked
    out before the first row is fetched."""
    made = sa.func.set_config(sa.literal_column(f"'{TENANT_SETTING}'"), sa.cast(tenant, sa.Text()), sa.true())
    return sa.select(sa.cast(made, sa.Integer())).scalar_subquery()


def after_setting(setting: str, value: Any, condition: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A condition or value that is worked out only when the setting has been made: CASE keeps to its order."""
    made = sa.func.set_config(sa.literal_column(f"'{setting}'"), value, sa.true())
    return sa.case((made.is_not(None), condition))
