"""Writers of one SQLite file: those that wait for one another share a commit, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.engine import Database
from app.storage.writes.group_commit import GroupCommit

WRITERS = 20


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(f"sqlite+aiosqlite:///{tmp_path / 'group_commit.db'}", administers=True)
    async with found.writing() as connection:
        await connection.execute(sa.text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        await connection.execute(sa.text("CREATE TABLE children (id INTEGER PRIMARY KEY, parent REFERENCES parents)"))
    yield found
    await found.dispose()


def commits(database: Database) -> list[object]:
    """Grows by one with every commit."""
    seen: list[object] = []
    event.listen(database.writer.sync_engine, "commit", seen.append)
    return seen


async def insert(connection: AsyncConnection, number: int) -> None:
    await connection.execute(sa.text("INSERT INTO parents VALUES (:id)"), {"id": number})


async def kept(database: Database) -> list[int]:
    async with database.reading() as connection:
        return list(await connection.scalars(sa.text("SELECT id FROM parents ORDER BY id")))


async def test_writers_that_wait_for_one_another_share_a_commit(database: Database) -> None:
    seen = commits(database)

    async def write(number: int) -> list[int]:
        async with database.writing() as connection:
            await insert(connection, number)
        return await kept(database)

    found = await asyncio.gather(*map(write, range(WRITERS)))

    assert len(seen) < WRITERS / 2
    assert await kept(database) == list(range(WRITERS))
    assert all(number in rows for number, rows in enumerate(found))  # nobody goes on before the disk has it


async def test_a_writer_that_fails_is_undone_alone(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.writing() as connection:
            await insert(connection, number)
            if number % 3 == 0:
                raise ZeroDivisionError

    found = await asyncio.gather(*map(write, range(WRITERS)), return_exceptions=True)

    failed = [number for number, result in enumerate(found) if isinstance(result, ZeroDivisionError)]
    assert failed == list(range(0, WRITERS, 3))
    assert await kept(database) == [number for number in range(WRITERS) if number % 3]


async def test_a_writer_that_is_cancelled_is_undone_alone(database: Database) -> None:
    begun = asyncio.Event()

    async def hang() -> None:
        async with database.writing() as connection:
            await insert(connection, 1)
            begun.set()
            await asyncio.sleep(60)

    async def write() -> None:
        async with database.writing() as connection:
            await insert(connection, 2)

    first = asyncio.create_task(hang())
    await begun.wait()
    second = asyncio.create_task(write())
    await asyncio.sleep(0)
    first.cancel()
    await second

    with pytest.raises(asyncio.CancelledError):
        await first
    assert await kept(database) == [2]


async def test_a_group_is_committed_though_the_writer_it_was_left_to_gives_up(database: Database) -> None:
    turns = GroupCommit(database.writer)

    async def write(number: int) -> None:
        async with turns.turn(number) as group:
            await insert(group.connection, number)

    async with asyncio.timeout(5):
        async with turns.turn(1) as group:
            await insert(group.connection, 1)
            second = asyncio.create_task(write(2))
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(second.cancel)  # once it is woken, and before it runs

    with pytest.raises(asyncio.CancelledError):
        await second
    assert await kept(database) == [1]


async def test_where_the_commit_fails_nobody_is_told_otherwise_and_the_next_writes_again(database: Database) -> None:
    both = asyncio.Barrier(2)

    async def sound() -> None:
        await both.wait()
        async with database.writing() as connection:
            await insert(connection, 1)

    async def orphan() -> None:
        await both.wait()
        async with database.writing() as connection:
            await connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
            await connection.execute(sa.text("INSERT INTO children VALUES (1, 99)"))

    found = await asyncio.gather(sound(), orphan(), return_exceptions=True)

    assert [type(result) for result in found] == [IntegrityError, IntegrityError]
    assert await kept(database) == []
    async with database.writing() as connection:
        await insert(connection, 2)
    assert await kept(database) == [2]


async def test_a_turn_that_never_comes_is_an_error(database: Database) -> None:
    turns = GroupCommit(database.writer, max_wait_seconds=0.05)
    async with turns.turn(1) as group:
        await insert(group.connection, 1)
        with pytest.raises(TimeoutError):
            async with turns.turn(2):
                pass
    assert await kept(database) == [1]


async def test_a_tenant_that_writes_much_keeps_another_waiting_for_one_turn(database: Database) -> None:
    order: list[int] = []

    async def write(tenant: int, number: int) -> None:
        async with database.writing(tenant) as connection:
            await insert(connection, number)
            order.append(tenant)

    flood = [asyncio.create_task(write(1, number)) for number in range(WRITERS)]
    await asyncio.sleep(0)
    other = asyncio.create_task(write(2, WRITERS))
    await asyncio.gather(*flood, other)
    assert order.index(2) <= 1
    assert await kept(database) == list(range(WRITERS + 1))
