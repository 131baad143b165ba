"""Makes the indexes of trigrams that `contains` is served by, where the login and the database may have them. No
revision does: what a login may do can change, so every `migrate` looks again."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.row_level_security import LEAKPROOF, OF_AMOUNTS, OF_TEXTS
from app.storage.migrations.online import STATE, BuildIndex
from app.storage.searches import CSR_ID_BITS, SEARCHED, search_name, searched_texts, sqlite_has_trigrams
from app.storage.tables import metadata

EXTENSIONS = ("pg_trgm", "btree_gin")
# Kilobytes of new entries that every search reads through, before they are sorted into the index.
PENDING_LIST = 512
SECONDS = 20.0  # to build one for a million rows
ADVICE = (
    "Orders and filters by amount, and `contains`, read all rows of a tenant, because this login may not let Postgres "
    "use indexes for them. Have a superuser run in this database, then migrate again:"
)
MAKE_EXTENSION = """
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS {name};
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN NULL;
END $$"""
MADE_EXTENSIONS = sa.text("SELECT extname FROM pg_extension")
IS_LEAKPROOF = sa.text("SELECT proleakproof FROM pg_proc WHERE oid = to_regprocedure(:function)")
OPERATORS = sa.text("""
SELECT quote_ident(nspname) || '.gin_trgm_ops' FROM pg_opclass
JOIN pg_namespace ON pg_namespace.oid = opcnamespace WHERE opcname = 'gin_trgm_ops'""")
TRIGGERS = sa.text("SELECT name FROM sqlite_schema WHERE type = 'trigger'")


def lacking_rights(connection: sa.Connection) -> list[str]:
    """What somebody with more rights has to run on Postgres, for amounts and parts of texts to be found by indexes."""
    for name in EXTENSIONS:
        connection.exec_driver_sql(MAKE_EXTENSION.format(name=name))
    made = set(connection.scalars(MADE_EXTENSIONS))
    functions = dict(zip((*OF_AMOUNTS, *OF_TEXTS), LEAKPROOF, strict=True))
    marks = [text for name, text in functions.items() if not connection.scalar(IS_LEAKPROOF, {"function": name})]
    return [*(f"CREATE EXTENSION {name}" for name in EXTENSIONS if name not in made), *marks]


async def make_postgres_searches(connection: AsyncConnection, report: Callable[[str], None]) -> None:
    """Builds the indexes that are missing or only half built, beside writers; or reports what keeps it from that."""
    async with connection.begin():
        statements = await connection.run_sync(lacking_rights)
        missing = [] if statements else await connection.run_sync(missing_indexes)
    if statements:
        report(f"{ADVICE} {'; '.join(statements)};")
    for index in missing:
        report(f"{index.title}. Others read and write meanwhile.")
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            await connection.run_sync(index.advance, None)
        finally:
            await connection.rollback()
            await connection.execution_options(isolation_level="READ COMMITTED")


def missing_indexes(connection: sa.Connection) -> list[BuildIndex]:
    indexes = (index_of(connection, table) for table in SEARCHED)
    return [index for index in indexes if not connection.scalar(STATE, {"name": index.name})]


def index_of(connection: sa.Connection, table: str) -> BuildIndex:
    """The index of a table's texts, with the tenant."""
    texts = searched_texts(metadata.tables[table], table)
    made = texts.compile(connection, compile_kwargs={"include_table": False})
    options = {"postgresql_using": "gin", "postgresql_with": {"gin_pending_list_limit": PENDING_LIST}}
    parts = (sa.text("tenant_id"), sa.text(f"({made}) {connection.scalar(OPERATORS)}"))
    return BuildIndex(f"ix_{search_name(table)}", table, parts, SECONDS, options)


def make_sqlite_searches(connection: sa.Connection) -> None:
    """Makes what is missing of the FTS5 tables and their triggers, and fills what it makes. Where the SQLite of this
    Python has no trigrams, nothing could be written under the triggers: there they are removed."""
    there = set(connection.scalars(TRIGGERS))
    for table in SEARCHED:
        triggers = trigger_statements(table)
        if not sqlite_has_trigrams():
            statements = [f"DROP TRIGGER {name}" for name in triggers if name in there]
        elif triggers.keys() <= there:
            statements = []
        else:
            statements = [*table_statements(table), *triggers.values()]
        for statement in statements:
            connection.exec_driver_sql(statement)


def table_statements(table: str) -> list[str]:
    """The statements that make and fill the FTS5 table. It keeps neither texts nor where in them a trigram stands."""
    name, columns = search_name(table), ", ".join(SEARCHED[table])
    return [
        f"DROP TABLE IF EXISTS {name}",
        f"CREATE VIRTUAL TABLE {name} USING fts5({columns}, content='', columnsize=0, detail=none, "
        "tokenize='trigram case_sensitive 1')",
        f"INSERT INTO {name} (rowid, {columns}) "  # noqa: S608 -- names of ours
        f"SELECT {entry(table, table)} FROM {table} ORDER BY tenant_id, csr_id",
    ]


def trigger_statements(table: str) -> dict[str, str]:
    """The triggers that keep the FTS5 table, by name. To forget a row it has to be told what it was."""
    name, columns = search_name(table), ", ".join(SEARCHED[table])
    keeps = f"INSERT INTO {name} (rowid, {columns}) VALUES ({entry(table, 'NEW')});"  # noqa: S608 -- names of ours
    forgets = f"INSERT INTO {name} ({name}, rowid, {columns}) VALUES ('delete', {entry(table, 'OLD')});"  # noqa: S608
    kept = ("tenant_id", "csr_id", *SEARCHED[table])
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in kept)
    events = {
        "insert": f"AFTER INSERT ON {table} BEGIN {keeps} END",
        "update": f"AFTER UPDATE OF {', '.join(kept)} ON {table} WHEN {changed} BEGIN {forgets} {keeps} END",
        "delete": f"AFTER DELETE ON {table} BEGIN {forgets} END",
    }
    return {f"{name}_{event}": f"CREATE TRIGGER {name}_{event} {rest}" for event, rest in events.items()}


def entry(table: str, row: str) -> str:
    """What is kept of a row: its rowid there, and its texts in small letters."""
    texts = (
        f"CASE WHEN length({text}) = length(CAST({text} AS BLOB)) THEN lower({text}) ELSE fold({text}) END"
        for text in (f"{row}.{column}" for column in SEARCHED[table])
    )
    return ", ".join([f"{row}.tenant_id << {CSR_ID_BITS} | {row}.csr_id", *texts])
