"""Which blobs are needed: those that a row names, and those that a running command has a lease of and is about to name.

A command takes a lease of its blob before it stores it, and releases it in the transaction that names the blob.
Whoever removes a blob holds the tenant's lock from the look at rows and leases until the blob is gone, and leases wait
for that lock: so at no moment, whichever process is killed then, does a row name a blob that is not there.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.storage.blobs.store import Blob, Blobs, StoreAway
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.tables import ATTACHMENTS, BLOB_CLAIMS, CLAIM_ID_LENGTH, TENANTS
from app.storage.writes.locking import LockingWrite
from app.storage.writes.tenant_rows import TenantRows, owned
from app.storage.writes.unit_of_work import UnitOfWork

LEASE_DURATION = timedelta(hours=1)  # longer than any command runs


class LeaseLost(Exception):
    """The lease was taken for a dead command's and ended: its blob may be gone."""


@dataclass(frozen=True, slots=True)
class BlobLease:
    """A blob that a running command keeps from being removed."""

    blob: Blob
    id: str

    async def release(self, unit: UnitOfWork) -> None:
        """Ends the lease, inside the transaction that names the blob in a row. Raises LeaseLost."""
        if not await unit.delete(BLOB_CLAIMS, claim_id=self.id):
            raise LeaseLost

    async def confirm(self, unit: UnitOfWork) -> None:
        """Keeps the lease inside the transaction that names the blob, to be ended after it. Raises LeaseLost."""
        if not await unit.find(BLOB_CLAIMS, lock=True, claim_id=self.id):
            raise LeaseLost


@asynccontextmanager
async def leased(database: Database, blobs: Blobs, blob: Blob, source: Path) -> AsyncIterator[BlobLease]:
    """Takes a lease of a blob and stores the file's bytes in it. A lease that is not released leaves nothing behind."""
    lease = BlobLease(blob, secrets.token_hex(CLAIM_ID_LENGTH // 2))
    row = {"claim_id": lease.id, "sha256": blob.sha256, "claimed_at": now()}
    async with database.writing(blob.tenant_id) as connection:
        write = LockingWrite(connection, owner(blob))
        await write.lock_tenant()
        await write.insert(BLOB_CLAIMS, row)
    try:
        await blobs.put(blob, source)
        yield lease
    except BaseException:
        await give_up(database, blobs, lease)
        raise


async def give_up(database: Database, blobs: Blobs, lease: BlobLease) -> None:
    """Ends a lease, and removes its blob where nothing else needs it."""
    async with database.writing(lease.blob.tenant_id) as connection:
        await LockingWrite(connection, owner(lease.blob)).delete(BLOB_CLAIMS, claim_id=lease.id)
    await remove_unneeded(database, blobs, lease.blob)


async def remove_unneeded(database: Database, blobs: Blobs, blob: Blob, before: datetime | None = None) -> bool:
    """Removes a blob that nothing needs; leases from before that time are a dead command's. Whether it was removed."""
    await blobs.identity()  # now: inside the transaction there may be no second connection to read it through
    async with database.writing(blob.tenant_id) as connection:
        write = LockingWrite(connection, owner(blob))
        await write.lock_tenant()
        stale = BLOB_CLAIMS.c.claimed_at < (before or now() - LEASE_DURATION)
        await write.delete(BLOB_CLAIMS, stale, sha256=blob.sha256)
        # One statement, which sees one moment: a lease is released in the same transaction that adds the row.
        if await write.fetch(needed_by(blob)):
            return False
        await blobs.delete(blob)
        return True


def needed_by(blob: Blob) -> sa.Select[int]:
    """One row, if a row or a lease names the blob."""
    named = [
        sa.exists().where(owned(table, owner(blob)), table.c.sha256 == blob.sha256)
        for table in (ATTACHMENTS, BLOB_CLAIMS)
    ]
    return sa.select(sa.literal(1)).where(sa.or_(*named))


def owner(blob: Blob) -> Caller:
    """The blob's tenant, as a caller."""
    return Caller(blob.tenant_id, (), read_only=False)


async def sweep(database: Database, blobs: Blobs, grace: timedelta = LEASE_DURATION) -> tuple[int, int]:
    """Removes what no row names and no command has leased within the grace. The numbers of those removed and kept."""
    before = now() - grace
    removed = await blobs.remove_unfinished(before.timestamp())
    kept = 0
    async for blob in blobs.list():
        if await seems_unneeded(database, blob) and await remove_unneeded(database, blobs, blob, before):
            removed += 1
        else:
            kept += 1
    return removed, kept


async def seems_unneeded(database: Database, blob: Blob) -> bool:
    """Whether a blob is of a tenant of this database and no row names it. Takes no lock: a first look, which is the
    last one at nearly every blob."""
    async with database.reading(blob.tenant_id) as connection:
        rows = TenantRows(connection, owner(blob))
        return await rows.exists(TENANTS) and not await rows.exists(ATTACHMENTS, sha256=blob.sha256)


@dataclass(frozen=True, slots=True)
class BackupLease:
    """Leases of every blob that a row names at one moment: while they last, none of them is removed. SQLite only."""

    database: Database
    id: str = field(default_factory=lambda: secrets.token_hex(CLAIM_ID_LENGTH // 4))

    @property
    def ours(self) -> sa.ColumnElement[bool]:
        return BLOB_CLAIMS.c.claim_id.startswith(self.id)

    async def take(self, connection: AsyncConnection) -> None:
        """Takes them inside a transaction: it begins with no removal under way, and any later one sees the leases."""
        number = sa.func.printf(f"%0{CLAIM_ID_LENGTH // 2}x", sa.literal_column("attachments.rowid"))
        at = sa.literal(now(), BLOB_CLAIMS.c.claimed_at.type)
        rows = sa.select(ATTACHMENTS.c.tenant_id, self.id + number, ATTACHMENTS.c.sha256, at)
        columns = [BLOB_CLAIMS.c[name] for name in ("tenant_id", "claim_id", "sha256", "claimed_at")]
        await connection.execute(sa.delete(BLOB_CLAIMS).where(BLOB_CLAIMS.c.claimed_at < now() - LEASE_DURATION))
        await connection.execute(sa.insert(BLOB_CLAIMS).from_select(columns, rows))

    async def renew(self) -> None:
        """Says that whoever holds them lives; to be called well within LEASE_DURATION."""
        async with self.database.writing() as connection:
            await connection.execute(sa.update(BLOB_CLAIMS).where(self.ours).values(claimed_at=now()))

    async def give_up(self, blobs: Blobs) -> None:
        """Ends the leases, and removes the blobs that were replaced meanwhile."""
        async with self.database.writing() as connection:
            named = sa.exists().where(
                ATTACHMENTS.c.tenant_id == BLOB_CLAIMS.c.tenant_id, ATTACHMENTS.c.sha256 == BLOB_CLAIMS.c.sha256
            )
            replaced = sa.select(BLOB_CLAIMS.c.tenant_id, BLOB_CLAIMS.c.sha256).where(self.ours, ~named).distinct()
            found = [Blob(*row) for row in await connection.execute(replaced)]
            await connection.execute(sa.delete(BLOB_CLAIMS).where(self.ours))
        with suppress(StoreAway):  # what stays is left to a sweep: the work that it was held for is done
            for blob in found:
                await remove_unneeded(self.database, blobs, blob)
