"""What is kept of imports: how far each has come, written in the transaction of each chunk of its lines, and what the
lines were answered. So an import that is cut off anywhere goes on where it was.

One request runs an import at a time. Another one that resumes it takes it over under a run of its own, and the chunk
that the first has under way then fails as a whole."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.imports import ImportState, LineOutcome
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.tables import IMPORT_CHUNKS, IMPORTS

RETENTION = timedelta(days=7)
MAX_KEPT_BYTES = 2**30  # of all results and rejects of a tenant
CHECKED_EVERY = 64  # chunks of an import, after each of which it is seen to
LEASE = timedelta(seconds=15)  # for which an import counts as running whose server is not heard of
MAX_INLINE_BYTES = 2**18  # of a text that is compressed on the event loop
COMPRESSION = 1  # of zlib: the fastest, which brings results to a tenth
COUNTS = tuple(outcome.value for outcome in LineOutcome)


class ImportLost(Exception):
    """Another request has taken the import over, or it is kept no more. Nothing of the chunk was written."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come. `counts` are the lines by what became of them, under the names of COUNTS."""

    offset: int = 0
    last_line: int = 0
    chunks: int = 0
    counts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))

    @property
    def lines(self) -> int:
        return sum(self.counts.values())

    @property
    def failed(self) -> int:
        return self.counts[LineOutcome.FAILED.value]


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import as it is kept. One whose server was not heard of for too long is interrupted, whatever was written."""

    id: str
    state: ImportState
    run_id: str
    parameters: Mapping[str, Any]
    header: str | None
    progress: Progress
    started_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ChunkOfLines:
    """What is kept of a chunk: the answers of its lines, and those lines that were refused, as they were sent."""

    number: int
    failed: int
    results: bytes
    rejects: bytes


def kept_import(row: sa.RowMapping) -> KeptImport:
    state = ImportState(row["state"])
    if state is ImportState.RUNNING and row["alive_until"] < now():
        state = ImportState.INTERRUPTED
    counts = {name: row[name] for name in COUNTS}
    progress = Progress(row["offset_bytes"], row["last_line"], row["chunks"], counts)
    values = {name: row[name] for name in ("run_id", "parameters", "header", "started_at", "updated_at")}
    return KeptImport(row["import_id"], state, progress=progress, **values)


@dataclass(frozen=True, slots=True)
class Imports:
    """The imports of one tenant."""

    database: Database
    tenant_id: int
    max_kept_bytes: int = MAX_KEPT_BYTES

    @property
    def is_own(self) -> sa.ColumnElement[bool]:
        return IMPORTS.c.tenant_id == self.tenant_id

    def is_one(self, import_id: str) -> sa.ColumnElement[bool]:
        return sa.and_(self.is_own, IMPORTS.c.import_id == import_id)

    @property
    def is_kept(self) -> sa.ColumnElement[bool]:
        return sa.and_(self.is_own, IMPORTS.c.updated_at >= now() - RETENTION)

    async def find(self, import_id: str) -> KeptImport | None:
        statement = sa.select(IMPORTS).where(self.is_kept, IMPORTS.c.import_id == import_id)
        async with self.database.reading(self.tenant_id) as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        return kept_import(row) if row else None

    async def page(self, page: int, limit: int) -> tuple[list[KeptImport], int]:
        """A page of the imports, the newest first, and how many there are."""
        newest = sa.select(IMPORTS).where(self.is_kept).order_by(IMPORTS.c.started_at.desc(), IMPORTS.c.import_id)
        count = sa.select(sa.func.count()).select_from(IMPORTS).where(self.is_kept)
        async with self.database.reading(self.tenant_id) as connection:
            total = (await connection.execute(count)).scalar_one()
            rows = (await connection.execute(newest.limit(limit).offset((page - 1) * limit))).mappings().all()
        return [kept_import(row) for row in rows], int(total)

    async def begin(self, new: KeptImport) -> bool:
        """Begins an import, and removes those that are kept no more; whether its id is new."""
        row = {
            "tenant_id": self.tenant_id,
            "import_id": new.id,
            "state": str(new.state),
            "run_id": new.run_id,
            "parameters": dict(new.parameters),
            "header": new.header,
            **values_of(new.progress),
            "kept_bytes": 0,
            "alive_until": new.started_at + LEASE,
            "started_at": new.started_at,
            "updated_at": new.updated_at,
        }
        await self.remove_old()
        try:
            async with self.database.writing(self.tenant_id) as connection:
                await connection.execute(sa.insert(IMPORTS), row)
        except IntegrityError:
            return False
        return True

    async def take_over(self, known: KeptImport, run_id: str) -> bool:
        """Gives the import to another run, unless it has come further meanwhile; whether it was."""
        async with self.database.writing(self.tenant_id) as connection:
            is_so = (IMPORTS.c.run_id == known.run_id, IMPORTS.c.offset_bytes == known.progress.offset)
            values = {"run_id": run_id, "state": str(ImportState.RUNNING), **alive()}
            return await self.changed(connection, self.is_one(known.id), *is_so, **values)

    async def renew(self, import_id: str, run_id: str) -> bool:
        """Says that the run is alive; whether the import is still its own."""
        async with self.database.writing(self.tenant_id) as connection:
            is_so = (IMPORTS.c.run_id == run_id, IMPORTS.c.state == str(ImportState.RUNNING))
            return await self.changed(connection, self.is_one(import_id), *is_so, alive_until=now() + LEASE)

    async def finish(self, import_id: str, run_id: str, state: ImportState) -> bool:
        """Ends the run; whether the import was still its own."""
        async with self.database.writing(self.tenant_id) as connection:
            is_so = (IMPORTS.c.run_id == run_id, IMPORTS.c.state == str(ImportState.RUNNING))
            return await self.changed(connection, self.is_one(import_id), *is_so, state=str(state), **alive())

    async def changed(self, connection: AsyncConnection, *conditions: sa.ColumnElement[bool], **values: Any) -> bool:
        done = await connection.execute(sa.update(IMPORTS).where(*conditions).values(values))
        return done.rowcount > 0

    async def record(
        self,
        connection: AsyncConnection,
        import_id: str,
        run_id: str,
        progress: Progress,
        chunk: ChunkOfLines | None,
        state: ImportState = ImportState.RUNNING,
    ) -> None:
        """Writes how far the run has come, in the transaction of its chunk, and what its lines were answered, if any.
        Raises ImportLost."""
        rejects = await compressed(chunk.rejects) if chunk and chunk.rejects else None
        results = await compressed(chunk.results) if chunk else b""
        size = len(results) + len(rejects or b"")
        is_so = (IMPORTS.c.run_id == run_id, IMPORTS.c.state == str(ImportState.RUNNING))
        values = {**values_of(progress), "state": str(state), "kept_bytes": IMPORTS.c.kept_bytes + size, **alive()}
        if not await self.changed(connection, self.is_one(import_id), *is_so, **values):
            raise ImportLost
        if chunk:
            row = {"tenant_id": self.tenant_id, "import_id": import_id, "number": chunk.number}
            kept = {"failed": chunk.failed, "results": results, "rejects": rejects}
            await connection.execute(sa.insert(IMPORT_CHUNKS), row | kept)
        if progress.chunks % CHECKED_EVERY == 0:
            await self.make_room(connection)

    async def make_room(self, connection: AsyncConnection) -> None:
        """Removes what is kept of the oldest imports, until all that is kept is no more than there may be."""
        kept = sa.select(IMPORTS.c.import_id, IMPORTS.c.kept_bytes).where(self.is_own, IMPORTS.c.kept_bytes > 0)
        rows = (await connection.execute(kept.order_by(IMPORTS.c.started_at, IMPORTS.c.import_id))).all()
        size = sum(row.kept_bytes for row in rows)
        for row in rows:
            if size <= self.max_kept_bytes:
                return
            await connection.execute(sa.delete(IMPORT_CHUNKS).where(*self.chunks_of(row.import_id)))
            await self.changed(connection, self.is_one(row.import_id), kept_bytes=0)
            size -= row.kept_bytes

    def chunks_of(self, import_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return IMPORT_CHUNKS.c.tenant_id == self.tenant_id, IMPORT_CHUNKS.c.import_id == import_id

    async def remove_old(self) -> None:
        """Removes the imports that have been kept for long enough."""
        old = sa.select(IMPORTS.c.import_id).where(self.is_own, IMPORTS.c.updated_at < now() - RETENTION)
        async with self.database.reading(self.tenant_id) as connection:
            ids = list((await connection.execute(old)).scalars())
        for import_id in ids:
            async with self.database.writing(self.tenant_id) as connection:
                await connection.execute(sa.delete(IMPORT_CHUNKS).where(*self.chunks_of(import_id)))
                await connection.execute(sa.delete(IMPORTS).where(self.is_one(import_id)))

    async def chunks(self, import_id: str) -> AsyncIterator[ChunkOfLines]:
        """What is kept of the import's lines, chunk by chunk, each read when the one before is used."""
        after = -1
        while True:
            statement = sa.select(IMPORT_CHUNKS).where(*self.chunks_of(import_id), IMPORT_CHUNKS.c.number > after)
            async with self.database.reading(self.tenant_id) as connection:
                found = await connection.execute(statement.order_by(IMPORT_CHUNKS.c.number).limit(1))
                row = found.mappings().one_or_none()
            if row is None:
                return
            after = row["number"]
            rejects = zlib.decompress(row["rejects"]) if row["rejects"] else b""
            yield ChunkOfLines(after, row["failed"], zlib.decompress(row["results"]), rejects)


async def compressed(text: bytes) -> bytes:
    """The text, compressed: a long one in a thread."""
    if len(text) <= MAX_INLINE_BYTES:
        return zlib.compress(text, COMPRESSION)
    return await asyncio.to_thread(zlib.compress, text, COMPRESSION)


def alive() -> dict[str, datetime]:
    moment = now()
    return {"updated_at": moment, "alive_until": moment + LEASE}


def values_of(progress: Progress) -> dict[str, int]:
    """The columns of a progress."""
    own = {"offset_bytes": progress.offset, "last_line": progress.last_line, "chunks": progress.chunks}
    return own | dict(progress.counts)


def advanced(progress: Progress, offset: int, last_line: int, outcomes: Mapping[str, int]) -> Progress:
    """The progress after one more chunk of lines."""
    counts = {name: progress.counts[name] + outcomes.get(name, 0) for name in COUNTS}
    return replace(progress, offset=offset, last_line=last_line, chunks=progress.chunks + 1, counts=counts)
