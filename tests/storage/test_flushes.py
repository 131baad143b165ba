"""Commits on Postgres that do not wait for the disk: nothing is acknowledged before a flush that began after them, and
one flush serves all that wait."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.storage import flushes
from tests.gateway import Client, Gateway

ACCOUNT = """mutation($number: String!) { createAccount(accountNumber: $number,
  input: { combined: { name: "A", email: "a@example.com", accountGroup: "G" } }) { account { name } } }"""


@pytest.fixture
async def quiet(postgres_url: str) -> AsyncIterator[Client]:
    """A tenant on Postgres alone."""
    async with Gateway(postgres_url) as gateway:
        yield await gateway.tenant("acme")


async def test_a_write_is_on_the_disk_when_it_is_answered(quiet: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    database = quiet.gateway.serving
    reached: list[bool] = []
    kept = database.kept

    async def watched() -> None:
        async with database.driver() as driver:
            before = await driver.fetchval("SELECT pg_current_wal_insert_lsn()")
            await kept()
            after = await driver.fetchval("SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn", before)
        reached.append(after)

    monkeypatch.setattr(database, "kept", watched)
    await quiet.only(ACCOUNT, number="A")
    assert reached == [True]


async def test_writes_that_wait_at_once_share_a_flush(quiet: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    database = quiet.gateway.serving
    assert database.flushes
    ran: list[int] = []
    flush = database.flushes.flush

    async def counted(driver: Any) -> None:
        ran.append(1)
        await flush(driver)

    monkeypatch.setattr(database.flushes, "flush", counted)
    await asyncio.gather(*(database.kept() for _ in range(50)))
    assert len(ran) == 1


async def test_who_comes_during_a_flush_waits_for_the_next(quiet: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    database = quiet.gateway.serving
    assert database.flushes
    begun = asyncio.Event()
    flush = database.flushes.flush

    async def watched(driver: Any) -> None:
        begun.set()
        await flush(driver)

    monkeypatch.setattr(database.flushes, "flush", watched)
    first = asyncio.create_task(database.kept())
    await begun.wait()
    begun.clear()
    await database.kept()
    assert first.done()
    assert begun.is_set()


async def test_whoever_gives_up_waiting_for_a_flush_leaves_it_to_the_others(quiet: Client) -> None:
    database = quiet.gateway.serving
    gone, stayed = asyncio.create_task(database.kept()), asyncio.create_task(database.kept())
    await asyncio.sleep(0)
    gone.cancel()
    await stayed
    assert gone.cancelled()
    await database.kept()


async def test_a_write_whose_flush_fails_is_not_acknowledged(quiet: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flushes, "FLUSH", "SELECT 1 / 0")
    response = await quiet.post({"query": ACCOUNT, "variables": {"number": "A"}})
    assert response.json()["data"] == {"createAccount": None}
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    monkeypatch.undo()
    assert (await quiet.only("{ accounts { totalCount } }"))["totalCount"] == 1


@pytest.mark.parametrize(
    "asked", ["changes(first: 1) { nodes { verb } }", 'account(accountNumber: "A") { history { totalCount } }']
)
async def test_what_the_change_log_is_told_to_hold_is_on_the_disk(
    quiet: Client, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    await quiet.only(ACCOUNT, number="A")
    waited = []

    async def kept() -> None:
        waited.append(1)

    monkeypatch.setattr(quiet.gateway.serving, "kept", kept)
    await quiet.query("{" + asked + "}")
    await quiet.query("{ accounts { totalCount } }")
    assert waited == [1]
