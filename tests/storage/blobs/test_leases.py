"""A blob is removed only when no row names it and no running command has leased it."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.auth.api_keys import create_tenant
from app.domain.caller import Caller
from app.storage.blobs.leases import BlobLease, LeaseLost, leased, remove_unneeded, sweep
from app.storage.blobs.store import Blob, Blobs
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.database.identity import Identity
from app.storage.migrations.migrate import migrate
from app.storage.tables import BLOB_CLAIMS
from app.storage.writes.locking import LockingWrite
from tests.gateway import Client, Gateway

AT_ONCE = timedelta()
CALLER = Caller(1, (), read_only=False)
BLOB = Blob(1, "ab" * 32)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"bytes")
    return path


@pytest.fixture
def blobs(gateway: Gateway, tmp_path: Path) -> Blobs:
    return blobs_of(gateway.database, tmp_path)


def blobs_of(database: Database, folder: Path) -> Blobs:
    return Blobs((folder / "blobs").as_uri(), Identity(database).load)


async def names(blobs: Blobs) -> list[Blob]:
    return [blob async for blob in blobs.list()]


async def leases(gateway: Gateway) -> int:
    async with gateway.database.reading() as connection:
        return (await connection.execute(sa.select(sa.func.count()).select_from(BLOB_CLAIMS))).scalar_one()


async def release(gateway: Gateway, lease: BlobLease) -> None:
    async with gateway.database.writing() as connection:
        await lease.release(LockingWrite(connection, CALLER))


async def test_a_leased_blob_is_swept_by_nobody(gateway: Gateway, acme: Client, blobs: Blobs, source: Path) -> None:
    async with leased(gateway.database, blobs, BLOB, source) as lease:
        assert await sweep(gateway.database, blobs) == (0, 1)
        assert await names(blobs) == [BLOB]
        await release(gateway, lease)

    assert await leases(gateway) == 0
    assert await sweep(gateway.database, blobs) == (1, 0)
    assert await names(blobs) == []


async def test_a_command_that_fails_leaves_neither_lease_nor_blob(
    gateway: Gateway, acme: Client, blobs: Blobs, source: Path
) -> None:
    with pytest.raises(RuntimeError, match="refused"):
        async with leased(gateway.database, blobs, BLOB, source):
            raise RuntimeError("refused")

    assert await leases(gateway) == 0
    assert await names(blobs) == []


async def test_a_failing_command_leaves_the_blob_to_another_that_has_leased_it(
    gateway: Gateway, acme: Client, blobs: Blobs, source: Path
) -> None:
    async with leased(gateway.database, blobs, BLOB, source) as lease:
        with pytest.raises(RuntimeError, match="refused"):
            async with leased(gateway.database, blobs, BLOB, source):
                raise RuntimeError("refused")
        assert await names(blobs) == [BLOB]
        await release(gateway, lease)


async def test_the_lease_of_a_dead_command_ends_and_is_told_to_one_that_was_only_slow(
    gateway: Gateway, acme: Client, blobs: Blobs, source: Path
) -> None:
    async with leased(gateway.database, blobs, BLOB, source) as lease:
        assert await sweep(gateway.database, blobs, grace=-timedelta(seconds=1)) == (1, 0)
        assert await names(blobs) == []
        with pytest.raises(LeaseLost):
            await release(gateway, lease)


async def test_blobs_of_tenants_that_this_database_does_not_know_are_left_alone(
    gateway: Gateway, acme: Client, blobs: Blobs, source: Path
) -> None:
    foreign = Blob(999, BLOB.sha256)
    await blobs.put(foreign, source)

    assert await sweep(gateway.database, blobs, AT_ONCE) == (0, 1)
    assert await names(blobs) == [foreign]


async def test_a_blob_that_is_gone_already_is_removed_again_without_harm(
    gateway: Gateway, acme: Client, blobs: Blobs
) -> None:
    assert await remove_unneeded(gateway.database, blobs, BLOB, now()) is True


async def test_a_sweep_leaves_the_blobs_of_another_database_in_the_same_store_alone(
    gateway: Gateway, acme: Client, blobs: Blobs, source: Path, tmp_path: Path
) -> None:
    other = Database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}", administers=True)
    await migrate(other)
    await create_tenant(other, "acme", ())  # its number is that of the other's acme
    theirs = blobs_of(other, tmp_path)
    await theirs.put(BLOB, source)
    await blobs.put(BLOB, source)

    assert await sweep(gateway.database, blobs, AT_ONCE) == (1, 0)

    assert (await names(blobs), await names(theirs)) == ([], [BLOB])
    assert await sweep(other, theirs, AT_ONCE) == (1, 0)
    assert await names(theirs) == []
    await other.dispose()


async def test_a_database_keeps_its_identity_when_it_is_migrated_again(gateway: Gateway) -> None:
    before = await Identity(gateway.database).load()

    await migrate(gateway.database)

    assert len(before) == 32
    assert await Identity(gateway.database).load() == before


async def test_a_blob_is_removed_through_a_pool_of_one_connection(
    database_url: str, source: Path, tmp_path: Path
) -> None:
    narrow = Database(database_url, pool_size=1, administers=True)
    await create_tenant(narrow, "acme", ())

    assert await remove_unneeded(narrow, blobs_of(narrow, tmp_path), BLOB, now()) is True
    await narrow.dispose()
