"""Makes a migration from the difference between the tables of the code and a database that all migrations have made:
`make migration NAME="Accounts have a nickname"`.

SQLite and Postgres are both asked. What they have in common is written once, what only one of them needs under a
condition. Read what was made: columns, tables, indexes, keys and the words that a column takes are seen, but neither
rows that have to be filled nor triggers.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.storage.database.engine import Database
from app.storage.migrations.comparison import comparison, render
from app.storage.migrations.migrate import config
from app.storage.migrations.revision import MIGRATIONS, NEWEST
from app.storage.tables import metadata
from tests.postgres import open_postgres

STYLE = Path(__file__).parent.parent / "pyproject.toml"
ADVICE = 'The tables are not what the migrations make: run make migration NAME="what changes".'
# What SQLite can do to a table that is there; for all else Alembic's batch copies the table.
IN_PLACE = (ops.AddColumnOp, ops.DropColumnOp, ops.CreateIndexOp, ops.DropIndexOp)


@dataclass(frozen=True, slots=True)
class Difference:
    """The statements that make the database's schema the code's, and those that undo it."""

    upgrade: tuple[str, ...] = ()
    downgrade: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.upgrade)

    def __str__(self) -> str:
        return "\n".join(self.upgrade)


def difference(connection: sa.Connection) -> Difference:
    """What the migrations lack, as the database of this connection sees it."""
    context = MigrationContext.configure(connection, opts=comparison(connection.dialect.name))
    script = produce_migrations(context, metadata)
    if script.upgrade_ops is None or script.downgrade_ops is None:
        return Difference()
    changed = list(changed_words(connection))
    return Difference(
        (*statements(script.upgrade_ops, context), *(allowed(each, each.wanted) for each in changed)),
        (*(allowed(each, each.found) for each in changed), *statements(script.downgrade_ops, context)),
    )


@dataclass(frozen=True, slots=True)
class ChangedWords:
    """A constraint that lets a column have some words: those in the database, and those in the code."""

    table: str
    name: str
    found: Sequence[str]
    wanted: Sequence[str]


def changed_words(connection: sa.Connection) -> Iterator[ChangedWords]:
    """What Alembic does not compare. Of tables that are there."""
    inspector = sa.inspect(connection)
    for table in filter(lambda table: inspector.has_table(table.name), metadata.sorted_tables):
        found = {str(c["name"]): words(c["sqltext"]) for c in inspector.get_check_constraints(table.name)}
        wanted = {str(c.name): words(str(c.sqltext)) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        for name in sorted(wanted.keys() | found.keys()):
            if sorted(found.get(name, ())) != sorted(wanted.get(name, ())):
                yield ChangedWords(table.name, name, found.get(name, ()), wanted.get(name, ()))


def words(condition: str) -> list[str]:
    return re.findall(r"'(\w+)'", condition)


def allowed(changed: ChangedWords, chosen: Sequence[str]) -> str:
    column = changed.name.removeprefix(f"ck_{changed.table}_")
    return f"allow_words{(changed.table, column, *chosen)}"


async def difference_of(database: Database) -> Difference:
    async with database.reading() as connection:
        return await connection.run_sync(difference)


def statements(container: ops.OpContainer, context: MigrationContext) -> Iterator[str]:
    """A statement for each operation."""
    for operation in container.ops:
        if isinstance(operation, ops.ModifyTableOps) and all(isinstance(each, IN_PLACE) for each in operation.ops):
            yield from statements(operation, context)
        else:
            yield rendered(operation, context)
        if isinstance(operation, ops.CreateTableOp) and "tenant_id" in operation.to_table().c:
            yield f'protect_tenant_rows("{operation.table_name}")'


def rendered(operation: ops.MigrateOperation, context: MigrationContext) -> str:
    """The operation in Python, without Alembic's comments."""
    text = render_python_code(
        ops.UpgradeOps([operation]),
        render_item=render,
        migration_context=context,
        render_as_batch=isinstance(operation, ops.ModifyTableOps),
    )
    return "\n".join(line.removeprefix("    ") for line in text.splitlines() if not line.strip().startswith("# ###"))


def body(sqlite: Sequence[str], postgres: Sequence[str]) -> str:
    """The statements of both, those that only one of them needs under a condition."""
    lines: list[str] = []
    for _, first, last, begin, end in SequenceMatcher(None, sqlite, postgres, autojunk=False).get_opcodes():
        if sqlite[first:last] == postgres[begin:end]:
            lines += sqlite[first:last]
            continue
        for dialect, own in (("sqlite", sqlite[first:last]), ("postgresql", postgres[begin:end])):
            if own:
                condition = f'if op.get_bind().dialect.name == "{dialect}":'
                lines.append("\n".join([condition, *(indent(statement, "    ") for statement in own)]))
    return indent("\n".join(lines) or "pass", "    ")


def write_revision(name: str, sqlite: Difference, postgres: Difference, folder: Path = MIGRATIONS) -> Path:
    """The file of the next revision, in the style of the others."""
    made = ScriptDirectory(str(folder)).generate_revision(
        f"{int(NEWEST) + 1:04d}",
        name.removesuffix("."),
        upgrades=body(sqlite.upgrade, postgres.upgrade),
        downgrades=body(sqlite.downgrade, postgres.downgrade),
    )
    if made is None:
        raise SystemExit("Alembic has written no file.")
    for step in (["format"], ["check", "--fix"]):  # which refuses lines that are too long
        options = ["--quiet", "--config", str(STYLE), made.path]
        subprocess.run([sys.executable, "-m", "ruff", *step, *options], check=True)
    return Path(made.path)


async def difference_of_new(url: str, folder: Path = MIGRATIONS) -> Difference:
    """The difference of a database that the migrations make now. Without the rights of the server: there are none yet
    on a table that is new."""
    database = Database(url, administers=True)
    try:
        async with database.writing() as connection:
            await connection.run_sync(lambda plain: command.upgrade(config(plain, folder), "head"))
        return await difference_of(database)
    finally:
        await database.dispose()


async def both() -> tuple[Difference, Difference]:
    with TemporaryDirectory() as folder, open_postgres() as server:
        return (
            await difference_of_new(f"sqlite+aiosqlite:///{folder}/new.db"),
            await difference_of_new(await server.create_database("new")),
        )


def main() -> None:
    name = " ".join(sys.argv[1:]).strip()
    if not name:
        raise SystemExit('Say what changes: make migration NAME="Accounts have a nickname".')
    sqlite, postgres = asyncio.run(both())
    if not (sqlite or postgres):
        raise SystemExit("The tables are what the migrations make: there is nothing to migrate.")
    write_revision(name, sqlite, postgres)  # which says where


if __name__ == "__main__":
    main()
