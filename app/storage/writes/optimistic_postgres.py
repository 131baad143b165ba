"""The optimistic write on Postgres. No lock is held between the statement that reads and the one that writes; the
latter writes provided that the row it changes is still the one that was read. A new row often needs no reading: the
constraints of its table know best whether its key is free and whether what it refers to exists."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import MAXYEAR, MINYEAR, date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any, Self

import orjson
import sqlalchemy as sa
from cachetools import LRUCache, cached
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Dialect

from app.domain.caller import Caller
from app.storage.database.compiled_statement import Values, compile_statement
from app.storage.database.driver_errors import sqlstate
from app.storage.database.engine import Database
from app.storage.database.exact_json import dump_json
from app.storage.tables import CHANGES, CHANGES_END, CSR_SEQUENCE
from app.storage.types import Amount, OrderedAmount, Timestamp
from app.storage.writes.batching import NUMBER, ROWS, BatchStatement, WriteBatcher, write_alone
from app.storage.writes.change_log import END, FINGERPRINT, LATEST
from app.storage.writes.optimistic import (
    MAX_STATEMENT_BYTES,
    TENANT,
    InsertShape,
    OptimisticWrite,
    UpdateShape,
    WriteConflict,
    inserted_values,
    logged_values,
    parameter_types,
    statement_bytes,
    tenant_parameter,
    update_statement,
)
from app.storage.writes.unit_of_work import Guard, Lookup

# SQLSTATEs: unique or foreign key violated, serialization failure, deadlock.
CONFLICTS = {"23505", "23503", "40001", "40P01"}
BAD_DATA = ("22", "23")  # SQLSTATE classes: values, constraints. A key that no row was read for may be none at all
RESULT = "result"
ONE: sa.ColumnElement[int] = sa.literal_column("1")


class PostgresOptimisticWrite(OptimisticWrite):
    """Two statements; or one, where what it expects of the rows is not read but left to their constraints. Where the
    write is transactional, they are run in a transaction of their own, and in no batch."""

    speculative = False
    driver: Any = None  # of the transaction, if any

    @classmethod
    @asynccontextmanager
    async def begin(
        cls, database: Database, caller: Caller, request_id: str, guard: Guard | None, *, transactional: bool
    ) -> AsyncIterator[Self]:
        unit = cls(database, caller, request_id, guard)
        if not transactional:
            yield unit
            return
        async with database.transaction(caller.tenant_id) as unit.connection:
            unit.driver = (await unit.connection.get_raw_connection()).driver_connection
            yield unit

    @property
    def batcher(self) -> WriteBatcher:
        if self.database.batcher is None:
            raise TypeError("writes are done in batches on Postgres alone")
        return self.database.batcher

    async def fetch_row(self, text: str, arguments: Sequence[Any]) -> Sequence[Any] | None:
        async with self.drivers() as driver:
            self.database.prepared.note(driver, text)
            with self.database.observe_statement(text, arguments):
                row: Sequence[Any] | None = await driver.fetchrow(text, *arguments)
        return row

    def drivers(self) -> AbstractAsyncContextManager[Any]:
        """The driver's connection, for one statement."""
        return nullcontext(self.driver) if self.driver else self.database.driver(self.caller.tenant_id)

    def speculate(self, lookups: Sequence[Lookup]) -> bool:
        if self.guard is None or any(lookup.expected is None for lookup in lookups):
            return False
        self.speculative = True
        # What a command asks of its tenant is known with the caller, whom the guard checks.
        tenant = {"tenant_id": self.caller.tenant_id, "currency_model": self.caller.currency_model}
        self.rows = {lookup: tenant if lookup.expected else None for lookup in lookups}
        return True

    async def write(self, update: UpdateShape | None, insertions: tuple[InsertShape, ...], values: Values) -> int:
        condition, common = None, {"tenant": values["tenant"]}
        if self.guard and self.speculative:
            condition, common = self.guard.condition, common | self.guard.values
        statement = batch_statement(update, insertions, condition, self.dialect)
        try:
            with self.database.observe_statement(statement.compiled.text):
                if self.driver:
                    result = await write_alone(self.driver, statement, common, values)
                else:
                    result = await self.batcher.write(self.caller.tenant_id, statement, common, values)
        except Exception as error:
            if sqlstate(error) in CONFLICTS or (self.speculative and sqlstate(error).startswith(BAD_DATA)):
                raise WriteConflict from error
            raise
        if result is None:
            raise WriteConflict
        self.database.disk_has_space()
        return result


@cached(LRUCache(MAX_STATEMENT_BYTES, lambda made: statement_bytes(made.compiled)), lock=Lock())
def batch_statement(
    update: UpdateShape | None,
    insertions: tuple[InsertShape, ...],
    condition: sa.ColumnElement[bool] | None,
    dialect: Dialect,
) -> BatchStatement:
    """Writes the changed rows, or the first insertions under the condition, and for each that was done its other
    insertions and its entry in the change log. The result of a write is the row's version or its csrId; writes whose
    row has changed since it was read, or whose key is taken, are not done and have none."""
    types = parameter_types(update, insertions)
    columns = [sa.column(NUMBER, sa.Integer()), *(sa.column(name, kind) for name, kind in types.items())]
    text = sa.cast(sa.bindparam(ROWS, type_=sa.Text()), sa.JSON())
    sent = sa.func.json_to_recordset(text).table_valued(*columns, name="sent").render_derived("sent", with_types=True)
    others = list(enumerate(insertions))
    if update:
        rows = sa.select(sent).cte("rows")
        updated = update_statement(update, dict(rows.c.items()), dialect).returning(
            rows.c[NUMBER], update.table.c.version.label(RESULT)
        )
        first = updated.cte("first")
        done = done_rows(rows, first, rows.c[NUMBER] == first.c[NUMBER])
    else:
        number, insertion = others.pop(0)
        allowed = tenant_parameter(dialect) == TENANT if condition is None else condition  # either enters the tenant
        rows = sa.select(sent, CSR_SEQUENCE.next_value().label("csr_id")).where(allowed).cte("rows")
        row = {**inserted_values(number, insertion, dict(rows.c.items())), "csr_id": rows.c.csr_id}
        inserted = insert(insertion[0]).from_select(list(row), sa.select(*row.values())).on_conflict_do_nothing()
        first = inserted.returning(insertion[0].c.csr_id.label(RESULT)).cte("first")
        done = done_rows(rows, first, rows.c.csr_id == first.c[RESULT])
    chain = chain_of(done, dialect)
    statement = sa.select(done.c[NUMBER], done.c[RESULT]).select_from(done.join(chain, chain.c.place == done.c.place))
    for number, insertion in others:
        row = inserted_values(number, insertion, dict(done.c.items()))
        also = sa.insert(insertion[0]).from_select(list(row), sa.select(*row.values()))
        statement = statement.add_cte(also.cte(f"also{number}"))
    for name, logged in log_statements(done, chain, dialect).items():
        statement = statement.add_cte(logged.cte(name))
    return BatchStatement(
        compile_statement(statement, dialect),
        tuple((name, json_encoder(kind, dialect)) for name, kind in types.items()),
    )


def done_rows(rows: sa.CTE, first: sa.CTE, same: sa.ColumnElement[bool]) -> sa.CTE:
    """The rows of the writes that were done, with their results and their places among each other."""
    place = sa.func.row_number().over(order_by=rows.c[NUMBER]).label("place")
    own = [column for column in rows.c if column.name != "csr_id"]
    return sa.select(*own, first.c[RESULT], place).select_from(rows.join(first, same)).cte("done")


def chain_of(done: sa.CTE, dialect: Dialect) -> sa.CTE:
    """The change log from its end on, place after place: each row's number and hash. The end is the last of all that is
    locked, and is locked for the length of a commit."""
    end = sa.select(CHANGES_END.c.sequence, sa.cast(CHANGES_END.c.hash, sa.Text()).label("hash"), CHANGES_END.c[LATEST])
    end = end.where(CHANGES_END.c.tenant_id == tenant_parameter(dialect), sa.exists(sa.select(ONE).select_from(done)))
    former = end.with_for_update().cte("former")
    start = sa.select(sa.cast(sa.literal_column("0"), sa.BigInteger()).label("place"), *former.c)
    chain = start.cte("chain", recursive=True)
    bound = sa.func.convert_to(sa.func.concat(chain.c.hash, done.c[FINGERPRINT]), sa.literal_column("'UTF8'"))
    digest = sa.func.encode(sa.func.sha256(bound), sa.literal_column("'hex'"))
    latest = sa.func.greatest(chain.c[LATEST], done.c.log_at)
    following = sa.select(chain.c.place + ONE, chain.c.sequence + ONE, digest, latest)
    return chain.union_all(following.select_from(chain.join(done, done.c.place == chain.c.place + ONE)))


def log_statements(done: sa.CTE, chain: sa.CTE, dialect: Dialect) -> dict[str, sa.Insert | sa.Update]:
    """What appends the entries to the change log, and what moves its end there."""
    row = {
        **logged_values(dict(done.c.items())),
        "sequence": chain.c.sequence,
        "digest": sa.func.decode(chain.c.hash, sa.literal_column("'hex'")),
        LATEST: sa.func.nullif(chain.c[LATEST], done.c.log_at),
    }
    entries = sa.select(*row.values()).select_from(done.join(chain, chain.c.place == done.c.place))
    end = sa.select(*(chain.c[name] for name in END))
    last = end.order_by(chain.c.place.desc()).limit(ONE).subquery("last")
    moved = sa.update(CHANGES_END).where(CHANGES_END.c.tenant_id == tenant_parameter(dialect))
    return {
        "logged": sa.insert(CHANGES).from_select(list(row), entries),
        "moved": moved.values({name: last.c[name] for name in END}),
    }


def json_encoder(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What encodes a value of this type, so that the database reads the same from JSON as it does from the driver."""
    if isinstance(kind, sa.JSON):
        return lambda value: orjson.Fragment(dump_json(value))
    if isinstance(kind, sa.LargeBinary):
        return bytes_in_json
    if isinstance(kind, Timestamp | sa.Date):
        return moment_in_json
    if isinstance(kind, Amount | OrderedAmount):
        return amount_in_json
    return kind.dialect_impl(dialect).bind_processor(dialect)


def bytes_in_json(value: bytes) -> str:
    return f"\\x{value.hex()}"


def amount_in_json(value: Decimal) -> Decimal | int:
    """Written in digits, a zero may have an exponent that no column has room for."""
    return value or 0


def moment_in_json(value: date) -> date | str:
    """The driver keeps the calendar's first moment, and its first and last day, as infinite."""
    if MINYEAR < value.year < MAXYEAR:
        return value
    if isinstance(value, datetime):
        return "-infinity" if value.replace(tzinfo=None) == datetime.min else value
    return "-infinity" if value == date.min else "infinity" if value == date.max else value
