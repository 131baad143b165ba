"""How every command is run: in two statements where it is of the common kind, else in a transaction with locks, which
is answered from inside, committed, or undone for a dry run."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.problems import Refused
from app.domain.resources import Resource
from app.storage.database.driver_errors import sqlstate
from app.storage.database.engine import Database
from app.storage.database.exact_json import dump_json, load_json
from app.storage.tables import TABLES
from app.storage.writes.optimistic import Guard, LostRace, NeedsLocks
from app.storage.writes.postgres import PostgresOptimisticWrite
from app.storage.writes.request_transaction import Rollback
from app.storage.writes.scoped import Lookup, Scoped
from app.storage.writes.sqlite import SqliteOptimisticWrite

ATTEMPTS = 8
ATTEMPTS_WITHOUT_LOCKS = 3
SERIALIZATION_FAILURES = {"40001", "40P01"}  # Postgres: serialization failure, deadlock

Answer = TypeVar("Answer")


class Forbidden(Exception):
    """A read-only key asked for a write."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a command wrote: the resources' keys, whether the first was new, and the rows that it knows whole."""

    keys: dict[Resource, str]
    created: bool = False
    rows: dict[Resource, dict[str, Any]] = field(default_factory=dict)

    def row(self, resource: Resource) -> dict[str, Any]:
        """A row that was written, every column as a read would find it."""
        known = self.rows[resource]
        kept = {name: known[name] for name in JSON_COLUMNS[resource] if known.get(name) is not None}
        return EMPTY[resource] | known | {name: load_json(dump_json(kept[name])) for name in kept}


JSON_COLUMNS = {
    resource: tuple(column.name for column in table.c if isinstance(column.type, sa.JSON))
    for resource, table in TABLES.items()
}
EMPTY: dict[Resource, dict[str, Any]] = {resource: dict.fromkeys(table.c.keys()) for resource, table in TABLES.items()}
Command = Callable[[Scoped], Awaitable[Written]]


@dataclass(frozen=True, slots=True)
class Write(Generic[Answer]):
    """How a write is to be run: by whom, where, kept or not, and how it is answered: by `show` from the rows that were
    written, where they are enough, else by `read` before the commit; one of them is given. The guard asks whether the
    caller may write at all; without one, that is known already."""

    database: Database
    caller: Caller
    read: Callable[[AsyncConnection, Written], Awaitable[Answer]] | None = None
    show: Callable[[Written], Answer] | None = None
    dry_run: bool = False
    guard: Guard | None = None
    request_id: str = ""  # for the change log

    async def run(self, command: Command, looks: Sequence[Lookup] = ()) -> Answer:
        """Runs the command, which is going to look these rows up, on its own: Refused, and any other exception, undoes
        it whole. Raises CallerChanged where the guard does not hold."""
        if self.caller.read_only:
            raise Forbidden
        if self.show and not self.dry_run and not self.database.current_transaction.get():
            with suppress(NeedsLocks, LostRace):
                return self.show(await self.gathered(command, looks))
        for _ in range(ATTEMPTS - 1):
            try:
                return await self.attempt(command)
            except DBAPIError as error:
                if not lost_a_race(error):
                    raise
        return await self.attempt(command)

    async def gathered(self, command: Command, looks: Sequence[Lookup]) -> Written:
        """Reads at once, runs the command, writes at once. Raises NeedsTransaction where the command does more than can
        be gathered, and LostRace where others were faster again and again."""
        kind = SqliteOptimisticWrite if self.database.is_sqlite else PostgresOptimisticWrite
        for attempt in range(ATTEMPTS_WITHOUT_LOCKS):
            with suppress(LostRace):
                async with kind.begun(self.database, self.caller, self.request_id, self.guard) as scope:
                    assumed = attempt == 0 and scope.speculate(looks)
                    if not assumed:
                        await scope.load(*looks)
                    try:
                        written = await command(scope)
                    except (Refused, NeedsLocks):
                        if not assumed:
                            raise
                        continue  # what was assumed may have been wrong
                    if scope.is_empty:
                        return written
                    await scope.commit()
                self.database.found_room()
                return written
        raise LostRace

    async def attempt(self, command: Command) -> Answer:
        try:
            async with self.database.writing(self.caller.tenant_id) as connection:
                scope = Scoped(connection, self.caller, self.request_id)
                written = await command(scope)
                await scope.write_log()
                answer = await self.answer(connection, written)
                if self.dry_run:
                    raise Rollback
        except Rollback:
            pass
        return answer

    async def answer(self, connection: AsyncConnection, written: Written) -> Answer:
        if self.show:
            return self.show(written)
        if self.read:
            return await self.read(connection, written)
        raise TypeError("a write needs a way to be answered")


def lost_a_race(error: DBAPIError) -> bool:
    """Whether another writer was faster: run again, the command sees what that one wrote and decides anew."""
    return isinstance(error, IntegrityError) or sqlstate(error) in SERIALIZATION_FAILURES
