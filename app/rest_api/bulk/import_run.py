"""One request's run of an import: lines are read, written in chunks and answered, while the rest of the file comes.

Each chunk is one transaction, in which the import's progress is written, too. Whatever ends a run before its file does
leaves the import interrupted, at the end of its last chunk."""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncConnection

from app.auth.api_keys import write_guard
from app.auth.costs import WRITE
from app.auth.rate_limits import RateLimited, RateLimiter
from app.commands.bulk import ErrorPolicy, Outcome, write_chunk
from app.domain.caller import Caller
from app.domain.imports import ImportState, LineOutcome
from app.middleware.body_memory_limit import MAX_UNCOUNTED_BYTES, Reservation
from app.observability.metrics import BulkMetrics
from app.rest_api.bulk.body_source import BodySource, CutShort, Interrupted
from app.rest_api.bulk.decompression import InvalidGzip
from app.rest_api.bulk.entries import BlankLine, EntryReader
from app.rest_api.bulk.import_answers import Answered, Entry, answered, end_line
from app.rest_api.bulk.parameters import ImportParameters
from app.rest_api.errors import RestError
from app.storage.database.engine import Database
from app.storage.writes.dry_run import DryRun
from app.storage.writes.imports import ChunkOfLines, ImportLost, Imports, KeptImport, Progress, advanced
from app.storage.writes.unit_of_work import CallerChanged

MAX_LINES = 500  # of a chunk
MIN_LINES = 100  # of a chunk, however slow they are
MAX_CHUNK_BYTES = 4 * 2**20  # of its lines
CHUNK_SECONDS = 0.25  # for which a chunk is filled, and for which it should be written at most
STEP_SECONDS = 0.005  # for which lines are read without letting others have the event loop
RENEWED_EVERY = 5.0  # seconds: see `LEASE`
MAX_PAUSE = 5.0  # seconds at a stretch for which a budget is waited for
BUDGET_PARTS = 20  # of a budget, in which it is spent: single requests of the key find some of it

logger = logging.getLogger(__name__)

LookUpCaller = Callable[[], Awaitable[Caller | None]]
Send = Callable[[bytes], Awaitable[None]]


@dataclass(slots=True)
class Chunk:
    """Lines that are written together. `end` and `last_line` are those of its last line, be it a blank one."""

    entries: list[Entry] = field(default_factory=list)
    size: int = 0  # bytes
    end: int = 0
    last_line: int = 0

    def add(self, entry: Entry | BlankLine) -> None:
        self.end, self.last_line = entry.end, entry.number
        if isinstance(entry, Entry):
            self.entries.append(entry)
            self.size += len(entry.raw)


@dataclass(slots=True)
class ImportRun:
    """The run. `caller_again` looks up who the key stands for now; None where it may not write. `unexpected` tells of a
    failure of the server."""

    database: Database
    kept: KeptImport
    parameters: ImportParameters
    caller: Caller
    caller_again: LookUpCaller
    source: BodySource
    reader: EntryReader
    send: Send
    request_id: str
    unexpected: Callable[[Exception], RestError]
    budgets: RateLimiter | None = None
    metrics: BulkMetrics | None = None
    memory: Reservation | None = None  # for lines that are long
    first: Sequence[bytes] = ()  # pieces of the file that were read already
    progress: Progress = field(init=False)
    lines_at_once: int = MAX_LINES
    dry_run: DryRun | None = None
    has_stopped: bool = False  # at a line that was refused
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.progress = self.kept.progress
        self.dry_run = DryRun() if self.parameters.dry_run else None

    @property
    def imports(self) -> Imports:
        return Imports(self.database, self.caller.tenant_id)

    async def run(self) -> None:
        """Runs to the end of the file, or until something ends it before."""
        renewing = asyncio.create_task(self.renew())
        state = ImportState.INTERRUPTED
        try:
            state = await self.run_to_end()
        except (Interrupted, InvalidGzip) as reason:
            self.note_interruption(str(reason))
        except ImportLost:
            self.note_interruption("another request has taken it over")
        except Exception as failure:
            self.note_interruption(self.unexpected(failure).body["message"])
        finally:
            renewing.cancel()
            await asyncio.shield(self.close(state))

    def note_interruption(self, reason: str) -> None:
        logger.info("request %s: import %s is interrupted: %s", self.request_id, self.kept.id, reason)

    async def close(self, state: ImportState) -> None:
        """Lets go of everything. An import that has not ended is interrupted: where that cannot be written, it counts
        as such in a while."""
        if self.dry_run:
            self.dry_run.close()
        with suppress(Exception):
            await self.source.close()
        if not state.has_ended:
            with suppress(Exception):
                await self.imports.finish(self.kept.id, self.kept.run_id, state)
        self.ended.set()

    async def run_to_end(self) -> ImportState:
        """Raises Interrupted, InvalidGzip, ImportLost, and whatever the database does."""
        chunk = Chunk()
        async for entry in self.entries():
            if entry is None:
                chunk = await self.write_all(chunk)
            else:
                chunk.add(entry)
                if self.is_full(chunk):
                    chunk = await self.write_paid(chunk)
            if self.has_stopped:
                break
        await self.write_all(chunk)
        state = self.last_state()
        if not self.has_stopped and not await self.imports.finish(self.kept.id, self.kept.run_id, state):
            raise ImportLost
        await self.send(end_line(self.kept.id, state, self.progress))
        return state

    def last_state(self) -> ImportState:
        if self.has_stopped:
            return ImportState.STOPPED
        return ImportState.COMPLETED_WITH_ERRORS if self.progress.failed else ImportState.COMPLETED

    def is_full(self, chunk: Chunk) -> bool:
        return len(chunk.entries) >= self.lines_at_once or chunk.size >= MAX_CHUNK_BYTES

    async def entries(self) -> AsyncIterator[Entry | BlankLine | None]:
        """The lines of the file; None where those that there are should wait for no further one."""
        began: float | None = None  # when the first of the lines was read that wait
        stepped = monotonic()
        async for piece in self.pieces():
            if piece == b"":
                began = None
                yield None
                continue
            async for entry in self.reader.feed(piece):
                began = began or monotonic()
                yield entry
                if monotonic() - stepped > STEP_SECONDS:
                    await asyncio.sleep(0)
                    stepped = monotonic()
            if began and monotonic() - began > CHUNK_SECONDS:
                began = None
                yield None
            await self.reserve_memory()
        async for entry in self.reader.end():
            yield entry

    async def reserve_memory(self) -> None:
        """Waits for room for a line that turns out to be long. Raises Overloaded."""
        if self.memory and not self.memory.size and self.reader.held_bytes > MAX_UNCOUNTED_BYTES:
            await self.memory.acquire(self.caller.key_hash, self.reader.max_bytes)

    def release_memory(self) -> None:
        if self.memory and self.memory.size and self.reader.held_bytes <= MAX_UNCOUNTED_BYTES:
            self.memory.release()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The pieces of the file; an empty one where none has come for a while, and before a gzip that breaks off."""
        for piece in self.first:
            yield piece
        seconds: float | None = CHUNK_SECONDS
        try:
            while (found := await self.source.next(seconds)) is not None:
                yield found
                seconds = CHUNK_SECONDS if found else None  # after an empty one nothing waits any more
        except (CutShort, InvalidGzip):
            yield b""
            raise

    async def write_all(self, chunk: Chunk) -> Chunk:
        """Writes the chunk; an empty one."""
        while chunk.last_line and not self.has_stopped:
            chunk = await self.write_paid(chunk)
        return Chunk()

    async def write_paid(self, chunk: Chunk) -> Chunk:
        """Writes the chunk as far as the key's budget goes; what is left of it. Waits where that is spent."""
        self.source.check_stopped()
        paid = await self.pay(len(chunk.entries))
        rest = chunk.entries[paid:]
        if not rest:
            await self.write(chunk)
            return Chunk()
        part = Chunk()
        for entry in chunk.entries[:paid]:
            part.add(entry)
        await self.write(part)
        return Chunk(rest, sum(len(entry.raw) for entry in rest), chunk.end, chunk.last_line)

    async def pay(self, lines: int) -> int:
        """Charges the key's budget for as many of the lines as it has points for, waiting for those of the first; their
        number."""
        if self.budgets is None:
            return lines
        at_once = max(self.budgets.points // BUDGET_PARTS // WRITE, 1)
        paid = 0
        while paid < lines:
            part = min(at_once, lines - paid)
            try:
                await self.budgets.charge(self.caller, part * WRITE)
            except RateLimited as reason:
                if paid:
                    break
                await self.source.pause(min(float(reason.headers["Retry-After"]), MAX_PAUSE))
            else:
                paid += part
        return paid

    async def write(self, chunk: Chunk) -> None:
        """Writes a chunk, and answers its lines."""
        if self.parameters.stops:
            chunk = up_to_refusal(chunk)
        began = monotonic()
        written = await self.written(chunk)
        seconds = monotonic() - began
        self.progress = written.progress
        self.has_stopped = self.stops_after(written)
        self.note(written, seconds)
        await self.answer(written)
        self.release_memory()
        if self.source.stopped.done() and not self.has_stopped:
            raise Interrupted(self.source.stopped.result())

    def stops_after(self, written: "WrittenChunk") -> bool:
        return self.parameters.stops and written.counts[LineOutcome.FAILED.value] > 0

    def note(self, written: "WrittenChunk", seconds: float) -> None:
        """Counts the chunk, and makes the next ones of such a size that they take no longer than they should."""
        if self.metrics:
            self.metrics.note_chunk(written.counts, seconds)
        if written.answers and seconds:
            rate = len(written.answers) / seconds
            self.lines_at_once = max(MIN_LINES, min(MAX_LINES, int(rate * CHUNK_SECONDS)))

    async def written(self, chunk: Chunk) -> "WrittenChunk":
        """Writes a chunk under the caller as it is now. Raises Interrupted where the key may write no more."""
        for _ in range(2):
            with suppress(CallerChanged):
                return await self.attempt(chunk)
            # Also where the tenant has changed, as by the first amounts that are written.
            caller = await self.caller_again()
            if caller is None:
                break
            self.caller = caller
        raise Interrupted("the key may not write any more")

    async def attempt(self, chunk: Chunk) -> "WrittenChunk":
        """One try. Raises CallerChanged, ImportLost, and the driver's errors; nothing is written then."""
        written = WrittenChunk(Progress())

        async def record(connection: AsyncConnection, outcomes: Sequence[Outcome]) -> None:
            nonlocal written
            written = self.written_chunk(chunk, outcomes)
            lines = written.kept(self.progress.chunks) if written.answers else None
            state = ImportState.STOPPED if self.stops_after(written) else ImportState.RUNNING
            await self.imports.record(connection, self.kept.id, self.kept.run_id, written.progress, lines, state)

        outcomes = await write_chunk(
            self.database,
            self.caller,
            [entry.line.write for entry in chunk.entries if entry.line],
            on_error=ErrorPolicy.STOP if self.parameters.stops else ErrorPolicy.CONTINUE,
            dry_run=self.dry_run,
            guard=write_guard(self.database, self.caller),
            request_id=self.request_id,
            record=record,
        )
        if self.dry_run:
            async with self.database.writing(self.caller.tenant_id) as connection:
                await record(connection, outcomes)
        return written

    def written_chunk(self, chunk: Chunk, outcomes: Sequence[Outcome]) -> "WrittenChunk":
        """What became of the lines of a chunk: of all, or of those up to the one where the import stops."""
        answers: list[Answered] = []
        rejects: list[bytes] = []
        end, last_line = chunk.end, chunk.last_line
        waiting = iter(outcomes)
        for entry in chunk.entries:
            outcome = next(waiting) if entry.line else None
            failure = self.unexpected(outcome.failure) if outcome and outcome.failure else None
            answers.append(answered(entry, outcome, failure))
            if answers[-1].outcome is LineOutcome.FAILED:
                rejects.append(entry.raw if entry.raw.endswith((b"\n", b"\r")) or not entry.raw else entry.raw + b"\n")
                if self.parameters.stops:
                    end, last_line = entry.end, entry.number
                    break
        counts = Counter(each.outcome.value for each in answers)
        return WrittenChunk(advanced(self.progress, end, last_line, counts), answers, rejects, counts)

    async def answer(self, written: "WrittenChunk") -> None:
        if self.parameters.answer == "end" or not written.answers:
            return
        only_failed = self.parameters.answer == "failed"
        lines = [each.text for each in written.answers if not only_failed or each.outcome is LineOutcome.FAILED]
        if lines:
            await self.send(b"".join(lines))

    async def renew(self) -> None:
        """Says every now and then that the run is alive, and ends it where the import is another's."""
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            with suppress(Exception):  # the chunk that is written next finds out
                if not await self.imports.renew(self.kept.id, self.kept.run_id):
                    self.source.stop("another request has taken it over")


@dataclass(frozen=True, slots=True)
class WrittenChunk:
    """What became of a chunk."""

    progress: Progress
    answers: Sequence[Answered] = ()
    rejects: Sequence[bytes] = ()
    counts: Counter[str] = field(default_factory=Counter)

    def kept(self, number: int) -> ChunkOfLines:
        texts = b"".join(each.text for each in self.answers)
        return ChunkOfLines(number, self.counts[LineOutcome.FAILED.value], texts, b"".join(self.rejects))


def up_to_refusal(chunk: Chunk) -> Chunk:
    """The chunk up to its first line that is refused by its form: no later one is written."""
    part = Chunk()
    for entry in chunk.entries:
        part.add(entry)
        if entry.refusal:
            return part
    return chunk


def new_run_id() -> str:
    return uuid.uuid4().hex
