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
from app.storage.changes import FINGERPRINT
from app.storage.direct import Direct, Values, direct
from app.storage.driver_errors import sqlstate
from app.storage.engine import Database
from app.storage.flushes import not_waiting
from app.storage.gathered import (
    CACHED_STATEMENTS,
    Filled,
    Gathered,
    Guard,
    LostRace,
    RowChange,
    new_entry,
    new_row,
    own_tenant,
    updated,
)
from app.storage.scoped import Look
from app.storage.tables import CHANGES, CHANGES_END, CSR_SEQUENCE
from app.storage.walls import entered

# Postgres: unique or foreign key violated, serialization failure, deadlock.
TENANT = sa.bindparam("tenant", type_=sa.Integer())
LOST_STATES = {"23505", "23503", "40001", "40P01"}
OF_DATA = ("22", "23")  # values or constraints: a key that was assumed to name something may be none at all


class WithoutLocks(Gathered):
    """One tenant's rows for one write of two statements, or of one where the first is assumed."""

    assumed = False

    @classmethod
    @asynccontextmanager
    async def begun(
        cls, database: Database, caller: Caller, request_id: str, guard: Guard | None
    ) -> AsyncIterator[Self]:
        lane = await database.lanes.entered(caller.tenant_id)
        try:
            async with database.driver() as driver:
                yield cls(database, caller, request_id, guard, driver)
        finally:
            lane.release()

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

    async def write(self, change: RowChange | None, insertions: tuple[Filled, ...], values: Values) -> int:
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
    change: RowChange | None,
    insertions: tuple[Filled, ...],
    condition: sa.ColumnElement[bool] | None,
    dialect: Dialect,
) -> Direct:
    """Writes the changed row, or the first insertion under the condition, and the other insertions and the change log
    where that was done. Answers the version or the csrId; no row where the row was not as it had been read, or its key
    is taken."""
    others = list(enumerate(insertions))
    first: Any
    if change:
        first = updated(change, dialect).returning(change.table.c.version.label("written"))
    else:
        number, filled = others.pop(0)
        table, row = filled[0], {**new_row(number, filled), "csr_id": CSR_SEQUENCE.next_value()}
        met = own_tenant(dialect) == TENANT if condition is None else condition  # either enters the tenant
        values = sa.select(*row.values()).where(met)
        first = insert(table).from_select(list(row), values).on_conflict_do_nothing()
        first = first.returning(table.c.csr_id.label("written"))
    written = first.cte("written")
    logged = log_of(written)
    statement = sa.select(written.c.written).join(logged, sa.true()).where(not_waiting())
    for number, filled in others:
        row = new_row(number, filled)
        added = sa.insert(filled[0]).from_select(list(row), sa.select(*row.values()).select_from(written))
        statement = statement.add_cte(added.cte(f"added{number}"))
    return direct(statement, dialect)


def log_of(written: sa.CTE) -> sa.CTE:
    """The row that is appended to the change log where something was written. The end of the chain comes last of all
    that is locked, and is held for the length of a commit."""
    former = sa.func.concat(CHANGES_END.c.hash, sa.bindparam(FINGERPRINT, type_=sa.Text()))
    digest = sa.func.sha256(sa.func.convert_to(former, sa.literal_column("'UTF8'")))
    moved = (
        sa.update(CHANGES_END)
        .where(CHANGES_END.c.tenant_id == entered(TENANT), written.c.written.is_not(None))
        .values(
            sequence=CHANGES_END.c.sequence + sa.literal_column("1"),
            hash=sa.func.encode(digest, sa.literal_column("'hex'")),
        )
        .returning(CHANGES_END.c.sequence, CHANGES_END.c.hash)
    )
    end = moved.cte("chained")
    row = {**new_entry(), "sequence": end.c.sequence, "hash": end.c.hash}
    added = sa.insert(CHANGES).from_select(list(row), sa.select(*row.values()))
    return added.returning(CHANGES.c.sequence).cte("logged")
