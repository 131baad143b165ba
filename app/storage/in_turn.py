"""A gathered write on SQLite, where nobody else writes meanwhile: the driver's thread is asked twice, once to read and
once to write everything."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import lru_cache
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.domain.caller import Caller
from app.storage.direct import Direct, Values, direct
from app.storage.engine import Database
from app.storage.gathered import CACHED_STATEMENTS, Change, Filled, Gathered, Guard, new_row, updated
from app.storage.tables import CSR_COUNTER

CSR_ID = "csr_id"
COUNTED = CSR_COUNTER.c.value + sa.literal_column("1")
NEXT_CSR_ID = sa.update(CSR_COUNTER).values(value=COUNTED).returning(CSR_COUNTER.c.value)


class InTurn(Gathered):
    """One tenant's rows for one write, in a turn of its own."""

    @classmethod
    @asynccontextmanager
    async def begun(cls, database: Database, caller: Caller, guard: Guard | None) -> AsyncIterator[Self]:
        async with database.writing() as connection:
            yield cls(database, caller, guard, (await connection.get_raw_connection()).driver_connection)

    async def fetch_row(self, text: str, arguments: Sequence[Any]) -> Sequence[Any] | None:
        with self.database.told(text, arguments):
            found: list[Sequence[Any]] = await self.driver.execute_fetchall(text, arguments)
        return found[0] if found else None

    async def write(self, change: Change | None, insertions: tuple[Filled, ...], values: Values) -> int:
        statements = writing(change, insertions, self.dialect)

        def run(connection: sqlite3.Connection) -> int:
            csr_id = 0
            for made in statements:
                with self.database.told(made.text):
                    found = connection.execute(made.text, made.arguments({**values, CSR_ID: csr_id})).fetchone()
                csr_id = found[0] if found else csr_id
            return csr_id

        # The driver's thread knows nothing of the request: whoever listens is told in its context.
        csr_id: int = await self.driver._execute(copy_context().run, run, self.driver._conn)
        return csr_id


@lru_cache(CACHED_STATEMENTS)
def writing(change: Change | None, insertions: tuple[Filled, ...], dialect: Dialect) -> tuple[Direct, ...]:
    """What writes, in order; the one that takes a csrId answers with it."""
    statements: list[Any] = []
    if change:
        statements.append(updated(change))
    for number, filled in enumerate(insertions):
        row = new_row(number, filled)
        if CSR_ID in filled[0].c:
            statements.append(NEXT_CSR_ID)
            row[CSR_ID] = sa.bindparam(CSR_ID, type_=sa.Integer())
        statements.append(sa.insert(filled[0]).values(row))
    return tuple(direct(statement, dialect) for statement in statements)
