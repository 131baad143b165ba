"""Many writes in one transaction: a chunk. Each is done as it would be alone, after those before it, and what is wrong
with one undoes nothing of the others unless the caller wants that.

The commands are those of single writes. Here they run one after the other on rows that were all read before, and what
they have made is written at once. Where the database does not take that, each runs its own statements instead, so that
the one fails alone that is at fault."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.commands.transaction import (
    LOCKING_ATTEMPTS,
    SERIALIZATION_FAILURES,
    Forbidden,
    PreparedWrite,
    Written,
    is_conflict,
)
from app.domain.caller import Caller
from app.domain.described_enum import DescribedEnum
from app.domain.problems import WriteRefused
from app.storage.database.availability import first_line, outage
from app.storage.database.driver_errors import sqlstate
from app.storage.database.engine import Database
from app.storage.writes.chunk import ChunkWrite, NotLoaded, Wanted
from app.storage.writes.chunk_loading import Absorb, Loader
from app.storage.writes.chunk_writing import PartWriter, analyze_grown_tables
from app.storage.writes.dry_run import DryRun
from app.storage.writes.locking import LockingWrite
from app.storage.writes.request_transaction import Rollback
from app.storage.writes.unit_of_work import CallerChanged, Guard, NeedsLocks

TOGETHER_ATTEMPTS = 3
PARTS, MIN_PART = 4, 20  # parts of a chunk, and writes of a part at least
MANY_WRITES = 100  # of a chunk that is perhaps one of very many
logger = logging.getLogger(__name__)


class ErrorPolicy(DescribedEnum):
    """What becomes of the other writes of a chunk where one fails."""

    CONTINUE = "continue", "Each is done or refused by itself."
    STOP = "stop", "What came before the first failure is kept; what comes after it is not done."
    ROLL_BACK = "roll_back", "All or nothing: what came before the first failure is undone."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one write: `written`, or else the `refusal` or the `failure` that it ended with; none of the three
    where it was left out or undone because of another's failure. `changed` is false where all was stored already."""

    written: Written | None = None
    changed: bool = False
    refusal: WriteRefused | None = None
    failure: Exception | None = None  # of the server

    @property
    def failed(self) -> bool:
        return self.refusal is not None or self.failure is not None

    @property
    def skipped(self) -> bool:
        return self.written is None and not self.failed

    @property
    def version(self) -> int | None:
        """The version of the resource as it is now; None where it has none, or was not written."""
        for row in self.written.rows.values() if self.written else ():
            return int(row["version"])
        return None


SKIPPED = Outcome()


# Written in the chunk's own transaction, after everything else: how far an import has come, say.
Record = Callable[[AsyncConnection, Sequence[Outcome]], Awaitable[None]]
Work = TypeVar("Work")


async def write_chunk(
    database: Database,
    caller: Caller,
    writes: Sequence[PreparedWrite],
    *,
    on_error: ErrorPolicy = ErrorPolicy.CONTINUE,
    dry_run: DryRun | None = None,
    guard: Guard | None = None,
    request_id: str = "",
    record: Record | None = None,
) -> list[Outcome]:
    """Does the writes in their order and in one transaction; what became of each. Later ones see the earlier. With a
    `dry_run`, which is the same for all chunks of a run, nothing is written, and `record` is not called.

    Raises Forbidden, CallerChanged where the guard does not hold or the key has ended meanwhile, and the driver's
    errors; nothing of the chunk is written then. The guard of a tenant's caller does not hold any more once its first
    amounts were written: whoever runs several chunks looks the caller up again."""
    if caller.read_only:
        raise Forbidden
    chunk = Chunk(database, caller, writes, on_error, dry_run, guard, request_id, record)
    if dry_run:
        return await chunk.try_out(dry_run)
    for _ in range(TOGETHER_ATTEMPTS):
        try:
            outcomes = await chunk.write_together()
            if len(writes) >= MANY_WRITES:
                await analyze_grown_tables(database)
            return outcomes
        except NotTogether as reason:
            logger.warning("request %s: %d writes are done anew: %s", request_id, len(writes), first_line(reason))
    for _ in range(LOCKING_ATTEMPTS - 1):
        try:
            return await chunk.write_one_by_one()
        except DBAPIError as error:
            if not is_conflict(error):
                raise
    return await chunk.write_one_by_one(last=True)


class NotTogether(Exception):
    """The writes could not be written together: somebody else was faster, or the database did not take one of them."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One call of `write_chunk`."""

    database: Database
    caller: Caller
    writes: Sequence[PreparedWrite]
    on_error: ErrorPolicy
    dry_run: DryRun | None
    guard: Guard | None
    request_id: str
    record: Record | None

    async def write_together(self) -> list[Outcome]:
        """Reads all rows that the commands look up, runs the commands in a thread, and writes what they have made in
        a few statements. Raises NotTogether."""
        unit = ChunkWrite(self.caller, self.request_id)
        with suppress(Rollback):
            async with self.database.writing(self.caller.tenant_id) as connection:
                try:
                    async with PartWriter(self.database, connection, unit) as writer:
                        outcomes = await self.run_all(connection, unit, writer)
                        if self.is_undone(outcomes):
                            raise Rollback
                        await writer.end()
                except (Rollback, CallerChanged):
                    raise
                except Exception as failure:
                    if outage(failure) and not is_lost_race(failure):
                        raise
                    raise NotTogether(first_line(failure)) from failure
                if self.record:
                    await self.record(connection, outcomes)
        return self.told(outcomes)

    async def try_out(self, dry_run: DryRun) -> list[Outcome]:
        """What would become of the writes, which is kept for the chunks to come."""
        unit = ChunkWrite(self.caller, self.request_id)
        async with self.database.reading(self.caller.tenant_id) as connection:
            outcomes = await self.run_all(connection, unit)
        if not self.is_undone(outcomes):
            await self.in_thread(dry_run.remember, unit)
        return self.told(outcomes)

    async def run_all(
        self, connection: AsyncConnection, unit: ChunkWrite, writer: PartWriter | None = None
    ) -> list[Outcome]:
        """What becomes of each write. Rows that commands did not say beforehand to look up are read as soon as one asks
        for them, together with those that all after it ask for. What a part of the writes has made is written while
        the next part runs."""
        if self.guard:
            await self.guard.check(connection)
        loader = Loader(self.database, connection, unit, self.dry_run)
        await loader.load_tenant(lock=False)
        wanted: list[Wanted] = [lookup for write in self.writes for lookup in write.lookups]
        outcomes: list[Outcome] = []
        while len(outcomes) < len(self.writes):
            if writer and wanted:
                await writer.wait()
            absorbing = await loader.load(wanted)
            wanted = await self.in_thread(self.judge, unit, absorbing, outcomes)
            if writer:
                await writer.wait()
                await writer.begin()
        return outcomes

    def judge(self, unit: ChunkWrite, absorbing: Sequence[Absorb], outcomes: list[Outcome]) -> list[Wanted]:
        """Runs the next commands that have no outcome yet, a part of all. From the first on that asks for a row that
        was not read, it only finds out what all others want, and undoes what they have done."""
        for absorb in absorbing:
            absorb()
        wanted: list[Wanted] = []
        undo = unit.savepoint()
        part = max(len(self.writes) // PARTS, MIN_PART)
        for number, write in enumerate(self.writes[len(outcomes) :]):
            if number >= part and not wanted:
                break
            start = unit.savepoint()
            undo = undo if wanted else start
            try:
                outcome = run_in_memory(write, unit)
            except NotLoaded as reason:
                wanted.append(reason.wanted)
                continue
            if not wanted:
                outcomes.append(outcome)
                if outcome.failed and self.on_error is not ErrorPolicy.CONTINUE:
                    outcomes += [SKIPPED] * (len(self.writes) - len(outcomes))
                    break
        if wanted:
            unit.roll_back(undo)
        return wanted

    async def in_thread(self, work: Callable[..., Work], *arguments: Any) -> Work:
        """Does work that would keep the event loop from others, of one chunk at a time; tenants take turns."""
        turns, tenant_id = self.database.chunk_turns, self.caller.tenant_id
        await turns.acquire(tenant_id)
        began = monotonic()
        working = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
        working.add_done_callback(lambda _: turns.release(tenant_id, monotonic() - began))
        return await asyncio.shield(working)

    def is_undone(self, outcomes: Sequence[Outcome]) -> bool:
        """Whether nothing is to be kept."""
        return self.on_error is ErrorPolicy.ROLL_BACK and any(outcome.failed for outcome in outcomes)

    def told(self, outcomes: list[Outcome]) -> list[Outcome]:
        """What callers are told: what was undone was not done."""
        if self.is_undone(outcomes):
            return [outcome if outcome.failed else SKIPPED for outcome in outcomes]
        return outcomes

    async def write_one_by_one(self, *, last: bool = False) -> list[Outcome]:
        """The same with statements of its own for each write, so that only the one fails that the database does not
        take. Raises the driver's errors, and then nothing was written. `last`: a row that is still in the way of
        another's is no other writer's."""
        with suppress(Rollback):
            async with self.database.writing(self.caller.tenant_id) as connection:
                if self.guard:
                    await self.guard.check(connection)
                unit = LockingWrite(connection, self.caller, self.request_id)
                outcomes: list[Outcome] = []
                for write in self.writes:
                    stopped = self.on_error is not ErrorPolicy.CONTINUE and any(each.failed for each in outcomes)
                    outcomes.append(SKIPPED if stopped else await run_alone(write, unit, last=last))
                if self.is_undone(outcomes):
                    raise Rollback
                await unit.write_log()
                if self.record:
                    await self.record(connection, outcomes)
        return self.told(outcomes)


def run_in_memory(write: PreparedWrite, unit: ChunkWrite) -> Outcome:
    """Runs a write on rows that were read, and undoes what it has done where it fails. Raises NotLoaded, and NeedsLocks
    where it asks for what cannot be done so."""
    start = unit.savepoint()
    try:
        written = completed(write.command(unit))
        return Outcome(written, changed=unit.has_logged_since(start))
    except WriteRefused as refusal:
        unit.roll_back(start)
        return Outcome(refusal=refusal)
    except (NotLoaded, NeedsLocks):
        unit.roll_back(start)
        raise
    except Exception as failure:
        unit.roll_back(start)
        return Outcome(failure=failure)


def completed(command: Awaitable[Written]) -> Written:
    """The result of a command that waits for nothing."""
    steps = command.__await__()
    try:
        next(steps)
    except StopIteration as end:
        written: Written = end.value
        return written
    raise NeedsLocks


async def run_alone(write: PreparedWrite, unit: LockingWrite, *, last: bool) -> Outcome:
    """Runs a write, and undoes what it has done where it fails. Raises the driver's errors by which the whole
    transaction is lost."""
    logged = len(unit.log_entries)
    try:
        async with unit.connection.begin_nested():
            written = await write.command(unit)
        return Outcome(written, changed=len(unit.log_entries) > logged)
    except WriteRefused as refusal:
        del unit.log_entries[logged:]
        return Outcome(refusal=refusal)
    except Exception as failure:
        if outage(failure) or (not last and isinstance(failure, DBAPIError) and is_conflict(failure)):
            raise
        del unit.log_entries[logged:]
        return Outcome(failure=failure)


def is_lost_race(failure: Exception) -> bool:
    """Whether other writers have made the database give up this one."""
    return sqlstate(failure) in SERIALIZATION_FAILURES
