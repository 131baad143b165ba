"""How every command is run, from the caller's request to the commit.

A command is a function that gets a UnitOfWork; it checks, decides and writes there. Common writes are tried
optimistically, in two statements; what needs more, or loses to other writers again and again, is run in a transaction
with locks. Its answer is made of the rows that it has written, or read inside the transaction before the commit; a dry
run is answered in the same way, and rolled back.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.concurrency.offloading import Offloader
from app.domain.caller import Caller
from app.domain.enums import Resource
from app.domain.problems import WriteRefused
from app.storage.database.driver_errors import sqlstate
from app.storage.database.engine import Database
from app.storage.database.exact_json import dump_json, load_json
from app.storage.tables import TABLES
from app.storage.writes.locking import LockingWrite
from app.storage.writes.optimistic import OptimisticWrite, WriteConflict
from app.storage.writes.optimistic_postgres import PostgresOptimisticWrite
from app.storage.writes.optimistic_sqlite import SqliteOptimisticWrite
from app.storage.writes.request_transaction import Rollback
from app.storage.writes.unit_of_work import Guard, Lookup, NeedsLocks, UnitOfWork

OPTIMISTIC_ATTEMPTS = 3
LOCKING_ATTEMPTS = 8
SERIALIZATION_FAILURES = {"40001", "40P01"}  # Postgres: serialization failure, deadlock

Answer = TypeVar("Answer")
T = TypeVar("T")
P = ParamSpec("P")


class Forbidden(Exception):
    """A read-only key asked for a write."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a command wrote: the resources' keys, whether the first of them is new, and the rows of those that it knows
    all columns of."""

    keys: dict[Resource, str]
    created: bool = False
    rows: dict[Resource, dict[str, Any]] = field(default_factory=dict)

    def row(self, resource: Resource) -> dict[str, Any]:
        """A row that was written, with every column as a read would give it: JSON with its numbers as they are kept."""
        row = self.rows[resource]
        objects = {name: row[name] for name in JSON_COLUMNS[resource] if row.get(name) is not None}
        return NULLS[resource] | row | {name: load_json(dump_json(value)) for name, value in objects.items()}


JSON_COLUMNS = {
    resource: tuple(column.name for column in table.c if isinstance(column.type, sa.JSON))
    for resource, table in TABLES.items()
}
NULLS: dict[Resource, dict[str, Any]] = {resource: dict.fromkeys(table.c.keys()) for resource, table in TABLES.items()}
Command = Callable[[UnitOfWork], Awaitable[Written]]


@dataclass(frozen=True, slots=True)
class PreparedWrite:
    """A write that can be run, alone by `Write.run` or with others by `write_chunk`: the command, and the rows that it
    is going to look up. It can be run again: no run changes it. `resource` and `key` say what it is to; of a link, the
    representative. `needs_locks`: see `Write.run`."""

    resource: Resource
    key: str
    command: Command
    lookups: tuple[Lookup, ...] = ()
    needs_locks: bool = False


@dataclass(frozen=True, slots=True)
class Write(Generic[Answer]):
    """A write that is to be run, and how it is answered: by `show`, from the rows that were written, where they are
    enough, or by `read`, from the database before the commit. One of the two is given.

    The guard is the condition under which the caller may write at all; without one, that was checked just before. That
    the key is not revoked meanwhile, the change log checks once more: see migration 0011."""

    database: Database
    caller: Caller
    read: Callable[[AsyncConnection, Written], Awaitable[Answer]] | None = None
    show: Callable[[Written], Answer] | None = None
    dry_run: bool = False
    guard: Guard | None = None
    request_id: str = ""  # for the change log
    offloader: Offloader | None = None  # where what is sent is large

    async def compute(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does work on what was sent: in a thread where that is large. Raises NoTurn."""
        if self.offloader:
            return await self.offloader.think(self.caller.key_hash, work, *args, **kwargs)
        return work(*args, **kwargs)

    async def run_prepared(self, prepared: PreparedWrite) -> Answer:
        """See `run`."""
        return await self.run(prepared.command, prepared.lookups, needs_locks=prepared.needs_locks)

    async def run(self, command: Command, lookups: Sequence[Lookup] = (), *, needs_locks: bool = False) -> Answer:
        """Runs the command, which is going to look these rows up, until it comes to an end without a conflict:
        optimistically at first, where that is possible, and then with locks. Each attempt begins with nothing written
        by the one before. WriteRefused, and any other exception, ends it with nothing written. Raises CallerChanged
        where the guard does not hold, or the key has ended meanwhile. `needs_locks`: the command is likely to."""
        if self.caller.read_only:
            raise Forbidden
        if not self.database.current_transaction.get() and not (needs_locks and self.needs_transaction):
            with suppress(NeedsLocks):
                for number in range(OPTIMISTIC_ATTEMPTS):
                    with suppress(WriteConflict):
                        return await self.attempt_optimistically(command, lookups, speculate=number == 0)
        for _ in range(LOCKING_ATTEMPTS - 1):
            try:
                return await self.attempt_with_locks(command)
            except DBAPIError as error:
                if not is_conflict(error):
                    raise
        return await self.attempt_with_locks(command)

    @property
    def needs_transaction(self) -> bool:
        """Whether more is done in the write's transaction than to write."""
        return self.read is not None or self.dry_run

    async def attempt_optimistically(self, command: Command, lookups: Sequence[Lookup], *, speculate: bool) -> Answer:
        """Reads at once, runs the command, writes at once; then reads the answer, where that is not known, before the
        commit. Raises WriteConflict, and NeedsLocks where the command does more than can be done so. To speculate is
        not even to read: what the command finds wrong may then be so."""
        kind = SqliteOptimisticWrite if self.database.is_sqlite else PostgresOptimisticWrite
        begun = kind.begin(
            self.database, self.caller, self.request_id, self.guard, transactional=self.needs_transaction
        )
        with suppress(Rollback):
            async with begun as unit:
                written = await self.write(unit, command, lookups, speculate=speculate)
                if self.show and not self.needs_transaction:
                    return self.show(written)
                answer = await self.answer(unit.connection, written)
                if self.dry_run:
                    raise Rollback
        return answer

    async def write(
        self, unit: OptimisticWrite, command: Command, lookups: Sequence[Lookup], *, speculate: bool
    ) -> Written:
        """What the command writes, in the unit of work."""
        speculating = speculate and unit.speculate(lookups)
        if not speculating:
            await unit.load(*lookups)
        try:
            written = await command(unit)
            await unit.commit()
        except (WriteRefused, NeedsLocks) as reason:
            if speculating:
                raise WriteConflict from reason
            raise
        return written

    async def attempt_with_locks(self, command: Command) -> Answer:
        """Runs the command in a transaction of its own, or as a part of the request's. Raises CallerChanged, and the
        driver's errors."""
        with suppress(Rollback):
            async with self.database.writing(self.caller.tenant_id) as connection:
                if self.guard:
                    await self.guard.check(connection)
                unit = LockingWrite(connection, self.caller, self.request_id)
                written = await command(unit)
                await unit.write_log()
                answer = await self.answer(connection, written)
                if self.dry_run:
                    raise Rollback
        return answer

    async def answer(self, connection: AsyncConnection, written: Written) -> Answer:
        if self.show:
            return self.show(written)
        if self.read:
            return await self.read(connection, written)
        raise TypeError("a write needs a way to be answered")


def is_conflict(error: DBAPIError) -> bool:
    """Whether another writer was faster: run again, the command sees what that one wrote and decides anew."""
    return isinstance(error, IntegrityError) or sqlstate(error) in SERIALIZATION_FAILURES
