"""A gathered write on Postgres: two statements, and no lock held between them. The second writes provided that the row
it changes is still the one that the first has read. A new row often needs no first one: the constraints of its table
know best whether its key is free and whether what it refers to is there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Dialect

from app.domain.caller import Caller
from app.storage.direct import Direct, Values, direct
from app.storage.engine import Database, sqlstate
from app.storage.gathered import CACHED_STATEMENTS, Change, Filled, Gathered, Guard, LostRace, new_row, updated
from app.storage.scoped import Look
from app.storage.tables import CSR_SEQUENCE

# Postgres: unique or foreign key violated, serialization failure, deadlock.
LOST_STATES = {"23505", "23503", "40001", "40P01"}
OF_DATA = ("22", "23")  # values or constraints: a key that was assumed to name something may be none at all


class WithoutLocks(Gathered):
    """One tenant's rows for one write of two statements, or of one where the first is assumed."""

    assumed = False

    @classmethod
    @asynccontextmanager
    async def begun(cls, database: Database, caller: Caller, guard: Guard | None) -> AsyncIterator[Self]:
        async with database.driver() as driver:
            yield cls(database, caller, guard, driver)

    async def fetch_row(self, text: str, arguments: Sequence[Any]) -> Sequence[Any] | None:
        with self.database.told(text, arguments):
            found: Sequence[Any] | None = await self.driver.fetchrow(text, *arguments)
        return found

    def assume(self, looks: Sequence[Look]) -> bool:
        if self.guard is None or any(look.hoped is None for look in looks):
            return False
        self.assumed = True
        tenant = {"tenant_id": self.caller.tenant_id, "currency_model": self.caller.currency_model}  # says the guard
        self.found = {look: tenant if look.hoped else None for look in looks}
        return True

    async def write(self, change: Change | None, insertions: tuple[Filled, ...], values: Values) -> int:
        condition = None
        if self.guard and self.assumed:
            condition, values = self.guard.condition, values | self.guard.values
        made = writing(change, insertions, condition, self.dialect)
        try:
            record = await self.fetch_row(made.text, made.arguments(values))
        except Exception as error:
            if sqlstate(error) in LOST_STATES or (self.assumed and sqlstate(error).startswith(OF_DATA)):
                raise LostRace from error
            raise
        if record is None:
            raise LostRace
        return int(record[0])


@lru_cache(CACHED_STATEMENTS)
def writing(
    change: Change | None,
    insertions: tuple[Filled, ...],
    condition: sa.ColumnElement[bool] | None,
    dialect: Dialect,
) -> Direct:
    """Writes the changed row, or the first insertion under the condition, and the other insertions where that was done.
    Answers the version or the csrId; no row where the row was not as it had been read, or its key is taken."""
    others = list(enumerate(insertions))
    first: Any
    if change:
        first = updated(change).returning(change.table.c.version.label("written"))
    else:
        number, filled = others.pop(0)
        table, row = filled[0], {**new_row(number, filled), "csr_id": CSR_SEQUENCE.next_value()}
        values = sa.select(*row.values()).where(*(() if condition is None else (condition,)))
        first = insert(table).from_select(list(row), values).on_conflict_do_nothing()
        first = first.returning(table.c.csr_id.label("written"))
    written = first.cte("written")
    statement = sa.select(written.c.written)
    for number, filled in others:
        row = new_row(number, filled)
        added = sa.insert(filled[0]).from_select(list(row), sa.select(*row.values()).select_from(written))
        statement = statement.add_cte(added.cte(f"added{number}"))
    return direct(statement, dialect)
