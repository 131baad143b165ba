"""A gathered write on SQLite, where nobody else writes meanwhile: the driver's thread is asked twice, once to read and
once to write everything."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import cache, lru_cache
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.domain.caller import Caller
from app.storage.database.compiled_statement import CompiledStatement, Values, compile_statement
from app.storage.database.engine import Database
from app.storage.tables import CHANGES, CHANGES_END, CSR_COUNTER
from app.storage.writes.change_log import FINGERPRINT, chained
from app.storage.writes.optimistic import (
    CACHED_STATEMENTS,
    TENANT,
    Filled,
    Given,
    Guard,
    OptimisticWrite,
    RowChange,
    gathered_types,
    new_entry,
    new_row,
    updated,
)

Answer = TypeVar("Answer")

CSR_ID = "csr_id"
COUNTED = CSR_COUNTER.c.value + sa.literal_column("1")
NEXT_CSR_ID = sa.update(CSR_COUNTER).values(value=COUNTED).returning(CSR_COUNTER.c.value)


class SqliteOptimisticWrite(OptimisticWrite):
    """One tenant's rows for one write, in a turn of its own and a savepoint, which begins with the first statement."""

    driver: Any  # the connection that writes
    open = False
    written = False

    @classmethod
    @asynccontextmanager
    async def begun(
        cls, database: Database, caller: Caller, request_id: str, guard: Guard | None
    ) -> AsyncIterator[Self]:
        if database.group_commit is None:
            raise TypeError("writers take turns on SQLite alone")
        async with database.group_commit.turn() as group:
            scope = cls(database, caller, request_id, guard)
            scope.driver = group.driver
            try:
                yield scope
            finally:
                if not scope.written:
                    await asyncio.shield(scope.in_thread(scope.undo))

    async def in_thread(self, work: Callable[..., Answer], *arguments: Any) -> Answer:
        """What `work` makes of the connection, in its thread, after whatever else is under way there."""
        answer: Answer = await self.driver._execute(work, self.driver._conn, *arguments)
        return answer

    def begin(self, connection: sqlite3.Connection) -> None:
        if not self.open:
            connection.execute("SAVEPOINT gathered")
            self.open = True

    def undo(self, connection: sqlite3.Connection) -> None:
        if self.open:
            connection.execute("ROLLBACK TO gathered")
            connection.execute("RELEASE gathered")
            self.open = False

    async def fetch_row(self, text: str, arguments: Sequence[Any]) -> Sequence[Any] | None:
        def fetch(connection: sqlite3.Connection) -> Sequence[Any] | None:
            self.begin(connection)
            found: Sequence[Any] | None = connection.execute(text, arguments).fetchone()
            return found

        with self.database.observe_statement(text, arguments):
            return await self.in_thread(fetch)

    async def write(self, change: RowChange | None, insertions: tuple[Filled, ...], values: Values) -> int:
        statements = writing(change, insertions, self.dialect)

        def run(connection: sqlite3.Connection) -> int:
            csr_id = 0
            self.begin(connection)
            for made in statements:
                found = self.execute(connection, made, {**values, CSR_ID: csr_id})
                csr_id = found[0] if found else csr_id
            end, entry, moved = logging(self.dialect)
            sequence, former = self.execute(connection, end, values)
            place = {"sequence": sequence + 1, "hash": chained(former, values[FINGERPRINT])}
            self.execute(connection, entry, values | place)
            self.execute(connection, moved, values | place)
            connection.execute("RELEASE gathered")
            self.open = False
            return csr_id

        # The driver's thread knows nothing of the request: whoever listens is told in its context.
        context = copy_context()
        csr_id = await self.in_thread(lambda connection: context.run(run, connection))
        self.written = True
        return csr_id

    def execute(self, connection: sqlite3.Connection, made: CompiledStatement, values: Values) -> Any:
        """The first row that a statement answers with, in the connection's thread."""
        with self.database.observe_statement(made.text):
            return connection.execute(made.text, made.arguments(values)).fetchone()


@lru_cache(CACHED_STATEMENTS)
def writing(
    change: RowChange | None, insertions: tuple[Filled, ...], dialect: Dialect
) -> tuple[CompiledStatement, ...]:
    """What writes, in order; the one that takes a csrId answers with it."""
    statements: list[Any] = []
    given = parameters(change, insertions)
    if change:
        statements.append(updated(change, given, dialect))
    for number, filled in enumerate(insertions):
        row = new_row(number, filled, given)
        if CSR_ID in filled[0].c:
            statements.append(NEXT_CSR_ID)
            row[CSR_ID] = sa.bindparam(CSR_ID, type_=sa.Integer())
        statements.append(sa.insert(filled[0]).values(row))
    return tuple(compile_statement(statement, dialect) for statement in statements)


def parameters(change: RowChange | None, insertions: tuple[Filled, ...]) -> Given:
    types = gathered_types(change, insertions)
    return {name: sa.bindparam(name, type_=kind) for name, kind in types.items()}


@cache
def logging(dialect: Dialect) -> tuple[CompiledStatement, CompiledStatement, CompiledStatement]:
    """What finds the end of the tenant's change log, what appends a row to it, and what moves the end there."""
    own = CHANGES_END.c.tenant_id == TENANT
    place = {name: sa.bindparam(name, type_=CHANGES_END.c[name].type) for name in ("sequence", "hash")}
    statements = (
        sa.select(CHANGES_END.c.sequence, CHANGES_END.c.hash).where(own),
        sa.insert(CHANGES).values({**new_entry(parameters(None, ())), **place}),
        sa.update(CHANGES_END).where(own).values(place),
    )
    end, entry, moved = (compile_statement(statement, dialect) for statement in statements)
    return end, entry, moved
