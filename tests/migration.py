"""Makes a migration from the difference between the tables of the code and a database that all migrations have made:
`make migration NAME="Accounts have a nickname"`.

SQLite and Postgres are both asked. What they have in common is written once, what only one of them needs under a
condition. Read what was made: Alembic sees columns, tables, indexes and keys, but neither rows that have to be filled
nor triggers.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.storage.database.engine import Database
from app.storage.migrations.comparison import comparison, render
from app.storage.migrations.migrate import migrate
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
    return Difference(
        tuple(statements(script.upgrade_ops, context)),
        tuple(statements(script.downgrade_ops, context)),
    )


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
    for command in (["check", "--fix"], ["format"]):
        options = ["--quiet", "--config", str(STYLE), made.path]
        subprocess.run([sys.executable, "-m", "ruff", *command, *options], check=True)
    return Path(made.path)


async def difference_of_new(url: str) -> Difference:
    """The difference of a database that the migrations make now."""
    database = Database(url, administers=True)
    try:
        await migrate(database)
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
