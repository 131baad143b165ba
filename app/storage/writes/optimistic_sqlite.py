"""The optimistic write on SQLite, where nobody else writes meanwhile: the driver's thread is asked twice, once to read
and once to write everything."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import cache
from threading import Lock
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from cachetools import LRUCache, cached
from sqlalchemy.engine import Dialect

from app.domain.caller import Caller
from app.storage.database.compat_aiosqlite import run_in_thread
from app.storage.database.compiled_statement import CompiledStatement, Values, compile_statement
from app.storage.database.engine import Database
from app.storage.tables import CHANGES, CHANGES_END, CSR_COUNTER
from app.storage.writes.change_log import END, FINGERPRINT, LATEST, next_place, row_place
from app.storage.writes.optimistic import (
    MAX_STATEMENT_BYTES,
    TENANT,
    InsertShape,
    OptimisticWrite,
    Parameters,
    UpdateShape,
    inserted_values,
    logged_values,
    parameter_types,
    statement_bytes,
    update_statement,
)
from app.storage.writes.unit_of_work import Guard

Answer = TypeVar("Answer")

CSR_ID = "csr_id"
PLACES = (CHANGES_END, END), (CHANGES, ("sequence", "digest", LATEST))
NEXT_VALUE = CSR_COUNTER.c.value + sa.literal_column("1")
NEXT_CSR_ID = sa.update(CSR_COUNTER).values(value=NEXT_VALUE).returning(CSR_COUNTER.c.value)


class SqliteOptimisticWrite(OptimisticWrite):
    """A turn on the connection that writes, and in it a savepoint, which begins with the first statement."""

    driver: Any  # the connection that writes
    transactional = False
    open = False
    written = False

    @classmethod
    @asynccontextmanager
    async def begin(
        cls, database: Database, caller: Caller, request_id: str, guard: Guard | None, *, transactional: bool
    ) -> AsyncIterator[Self]:
        if database.group_commit is None:
            raise TypeError("writers take turns on SQLite alone")
        async with database.group_commit.turn(caller.tenant_id) as group:
            unit = cls(database, caller, request_id, guard)
            unit.driver, unit.connection, unit.transactional = group.driver, group.connection, transactional
            try:
                yield unit
                if transactional:
                    await unit.in_thread(unit.release)
                    unit.written = True
            finally:
                if not unit.written:
                    await asyncio.shield(unit.in_thread(unit.rollback))

    async def in_thread(self, work: Callable[..., Answer], *arguments: Any) -> Answer:
        """What `work` makes of the connection, in its thread, after whatever else is under way there."""
        return await run_in_thread(self.driver, work, *arguments)

    def savepoint(self, connection: sqlite3.Connection) -> None:
        if not self.open:
            connection.execute("SAVEPOINT optimistic")
            self.open = True

    def release(self, connection: sqlite3.Connection) -> None:
        if self.open:
            connection.execute("RELEASE optimistic")
            self.open = False

    def rollback(self, connection: sqlite3.Connection) -> None:
        if self.open:
            connection.execute("ROLLBACK TO optimistic")
            connection.execute("RELEASE optimistic")
            self.open = False

    async def fetch_row(self, text: str, arguments: Sequence[Any]) -> Sequence[Any] | None:
        def fetch(connection: sqlite3.Connection) -> Sequence[Any] | None:
            self.savepoint(connection)
            row: Sequence[Any] | None = connection.execute(text, arguments).fetchone()
            return row

        self.database.prepared.note(self.driver, text)
        with self.database.observe_statement(text, arguments):
            return await self.in_thread(fetch)

    async def write(self, update: UpdateShape | None, insertions: tuple[InsertShape, ...], values: Values) -> int:
        statements = write_statements(update, insertions, self.dialect)

        def run(connection: sqlite3.Connection) -> int:
            csr_id = 0
            self.savepoint(connection)
            for statement in statements:
                row = self.execute(connection, statement, {**values, CSR_ID: csr_id})
                csr_id = row[0] if row else csr_id
            end, entry, moved = log_statements(self.dialect)
            logged = {"at": values["log_at"], FINGERPRINT: values[FINGERPRINT]}
            place = next_place(end.row(self.execute(connection, end, values)), logged)
            self.execute(connection, entry, values | row_place(place, logged))
            self.execute(connection, moved, values | place)
            if not self.transactional:
                self.release(connection)
            return csr_id

        # The driver's thread knows nothing of the request: those who observe statements are called in its context.
        context = copy_context()
        csr_id = await self.in_thread(lambda connection: context.run(run, connection))
        self.written = not self.transactional
        return csr_id

    def execute(self, connection: sqlite3.Connection, statement: CompiledStatement, values: Values) -> Any:
        """The first row that a statement answers with, in the connection's thread."""
        self.database.prepared.note(self.driver, statement.text)
        with self.database.observe_statement(statement.text):
            return connection.execute(statement.text, statement.arguments(values)).fetchone()


@cached(LRUCache(MAX_STATEMENT_BYTES, lambda made: sum(map(statement_bytes, made))), lock=Lock())
def write_statements(
    update: UpdateShape | None, insertions: tuple[InsertShape, ...], dialect: Dialect
) -> tuple[CompiledStatement, ...]:
    """What writes, in order; the statement that takes a csrId answers with it."""
    statements: list[Any] = []
    named = parameters(update, insertions)
    if update:
        statements.append(update_statement(update, named, dialect))
    for number, insertion in enumerate(insertions):
        row = inserted_values(number, insertion, named)
        if CSR_ID in insertion[0].c:
            statements.append(NEXT_CSR_ID)
            row[CSR_ID] = sa.bindparam(CSR_ID, type_=sa.Integer())
        statements.append(sa.insert(insertion[0]).values(row))
    return tuple(compile_statement(statement, dialect) for statement in statements)


def parameters(update: UpdateShape | None, insertions: tuple[InsertShape, ...]) -> Parameters:
    types = parameter_types(update, insertions)
    return {name: sa.bindparam(name, type_=kind) for name, kind in types.items()}


@cache
def log_statements(dialect: Dialect) -> tuple[CompiledStatement, CompiledStatement, CompiledStatement]:
    """What finds the end of the tenant's change log, what appends a row to it, and what moves the end there."""
    own = CHANGES_END.c.tenant_id == TENANT
    place, row = ({name: sa.bindparam(name, type_=table.c[name].type) for name in names} for table, names in PLACES)
    statements = (
        sa.select(*(CHANGES_END.c[name] for name in END)).where(own),
        sa.insert(CHANGES).values({**logged_values(parameters(None, ())), **row}),
        sa.update(CHANGES_END).where(own).values(place),
    )
    end, entry, moved = (compile_statement(statement, dialect) for statement in statements)
    return end, entry, moved
