"""Many writes in one transaction: a chunk. Each is done as it would be alone, after those before it, and what is wrong
with one undoes nothing of the others unless the caller wants that."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.commands.transaction import LOCKING_ATTEMPTS, Forbidden, PreparedWrite, Written, is_conflict
from app.domain.caller import Caller
from app.domain.described_enum import DescribedEnum
from app.domain.problems import WriteRefused
from app.storage.database.availability import outage
from app.storage.database.engine import Database
from app.storage.writes.locking import LockingWrite
from app.storage.writes.request_transaction import Rollback
from app.storage.writes.unit_of_work import CallerChanged, Guard


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


@dataclass(slots=True)
class DryRun:
    """What the chunks of a dry run would have made so far, by which later ones are judged."""

    writes: list[PreparedWrite] = field(default_factory=list)


# Written in the chunk's own transaction, after everything else: how far an import has come, say.
Record = Callable[[AsyncConnection, Sequence[Outcome]], Awaitable[None]]


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
    errors; nothing of the chunk is written then."""
    if caller.read_only:
        raise Forbidden
    chunk = Chunk(database, caller, writes, on_error, dry_run, guard, request_id, record)
    for _ in range(LOCKING_ATTEMPTS - 1):
        try:
            return await chunk.attempt()
        except DBAPIError as error:
            if not is_conflict(error):
                raise
    return await chunk.attempt()


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

    async def attempt(self) -> list[Outcome]:
        """Does all of the chunk. Raises the driver's errors, and then nothing was written."""
        with suppress(Rollback):
            async with self.database.writing(self.caller.tenant_id) as connection:
                if self.guard:
                    await self.guard.check(connection)
                unit = LockingWrite(connection, self.caller, self.request_id)
                earlier = self.dry_run.writes if self.dry_run else []
                outcomes = (await self.run_all(unit, [*earlier, *self.writes]))[len(earlier) :]
                if self.dry_run:
                    raise Rollback
                if self.on_error is ErrorPolicy.ROLL_BACK and any(outcome.failed for outcome in outcomes):
                    raise Rollback
                await unit.write_log()
                if self.record:
                    await self.record(connection, outcomes)
        if self.dry_run and not (self.on_error is ErrorPolicy.ROLL_BACK and any(each.failed for each in outcomes)):
            self.dry_run.writes += self.writes
        if self.on_error is ErrorPolicy.ROLL_BACK and any(outcome.failed for outcome in outcomes):
            return [outcome if outcome.failed else SKIPPED for outcome in outcomes]
        return outcomes

    async def run_all(self, unit: LockingWrite, writes: Sequence[PreparedWrite]) -> list[Outcome]:
        """What became of each write, in order; those after a failure are left out unless all are to be done."""
        outcomes: list[Outcome] = []
        stopped = False
        for write in writes:
            outcome = SKIPPED if stopped else await self.run_one(unit, write)
            stopped = stopped or (outcome.failed and self.on_error is not ErrorPolicy.CONTINUE)
            outcomes.append(outcome)
        return outcomes

    async def run_one(self, unit: LockingWrite, write: PreparedWrite) -> Outcome:
        """Runs one write, and undoes what it has done where it fails. Raises the driver's errors by which the whole
        transaction is lost."""
        logged = len(unit.log_entries)
        try:
            async with unit.connection.begin_nested():
                written = await write.command(unit)
            return Outcome(written, changed=len(unit.log_entries) > logged)
        except WriteRefused as refusal:
            del unit.log_entries[logged:]
            return Outcome(refusal=refusal)
        except CallerChanged:
            raise
        except Exception as failure:
            if outage(failure) or (isinstance(failure, DBAPIError) and is_conflict(failure)):
                raise
            del unit.log_entries[logged:]
            return Outcome(failure=failure)
