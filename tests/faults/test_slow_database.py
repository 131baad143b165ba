"""A database that is there and does not get on: locks of others, limits of its operator, a server that is frozen. Who
asks is told within the time that is set, and the server works again once it is over."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url

from tests.faults.asking import (
    DONE,
    EVERYTHING,
    READS,
    WRITES,
    Asker,
    all_told,
    done,
    number_of,
    numbers_of,
    told,
)
from tests.faults.conftest import asker_of, serving
from tests.postgres import LaunchedPostgres
from tests.servers import RunningServer

SLOW = "The database takes too long to answer: try again."
SETTINGS: dict[str, Any] = {"max_seconds": 4, "max_wait_seconds": 0.5, "pool_size": 2}
LONGEST = 4.3  # seconds: less than whoever asks would wait for the end of a statement alone
LONGEST_FROZEN = 9.5  # less than by default
TOO_COMPLEX = "The query took longer than the database lets it and was ended. Ask for less at once."
PLANNED = '{ account(accountNumber: "here") { name } }'  # one statement
BY_LEVELS = '{ __schema { queryType { name } } account(accountNumber: "here") { name } }'


@pytest.fixture(scope="module")
def server(mortal_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with serving(mortal_url, tmp_path_factory.mktemp("slow"), **SETTINGS) as running:
        yield running


@pytest.fixture
async def asker(server: RunningServer, mortal_url: str) -> Asker:
    return await asker_of(server, mortal_url)


@pytest.fixture
async def other(mortal_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody else at the server's database."""
    connection = await asyncpg.connect(mortal_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def at_once(asker: Asker, name: str, kinds: tuple[str, ...], seconds: float = LONGEST) -> dict[str, str]:
    """What each request is told, all sent at once, and none too late."""
    async with asyncio.timeout(seconds):
        answers = await asyncio.gather(*(asker.ask(kind, name) for kind in kinds))
    return all_told(dict(zip(kinds, answers, strict=True)))


async def works_again(asker: Asker) -> None:
    """Every kind of request is answered, nothing of what was refused was written, and every connection is back."""
    assert done(await asker.everything("after")) == DONE
    assert await asker.accounts() == {"here", *numbers_of("after")}
    assert await asker.in_use() == (0, 0)


async def test_writers_that_wait_for_a_lock_of_others_are_told_and_readers_are_not_kept(
    asker: Asker, other: asyncpg.Connection
) -> None:
    async with other.transaction():
        await other.execute("SELECT 1 FROM changes_end FOR UPDATE")
        assert await at_once(asker, "meanwhile", WRITES) == dict.fromkeys(WRITES, SLOW)
        assert done(await asker.everything("meanwhile", READS)) == dict.fromkeys(READS, 200)
    await works_again(asker)


async def test_so_are_readers_while_a_whole_table_is_locked(asker: Asker, other: asyncpg.Connection) -> None:
    async with other.transaction():
        await other.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
        assert await at_once(asker, "meanwhile", EVERYTHING) == dict.fromkeys(EVERYTHING, SLOW)
        assert (await asker.get("/readyz")).json() == {"status": "ok"}
    await works_again(asker)


@asynccontextmanager
async def limited(other: asyncpg.Connection) -> AsyncIterator[None]:
    """While it lasts, the operator's own limit ends what the server asks."""
    name = await other.fetchval("SELECT current_database()")
    await other.execute(f"ALTER DATABASE {name} SET statement_timeout = '200ms'")
    await other.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1)", await backends(other)
    )
    try:
        yield
    finally:
        await other.execute(f"ALTER DATABASE {name} RESET statement_timeout")
        await other.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1)", await backends(other)
        )


async def test_a_limit_of_the_operator_is_told_in_the_same_words_but_to_a_query_which_may_ask_for_less(
    asker: Asker, other: asyncpg.Connection
) -> None:
    assert (await asker.read("graphql read")).status_code == 200
    async with limited(other):
        async with other.transaction():
            await other.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
            assert await at_once(asker, "meanwhile", ("rest read", *WRITES)) == dict.fromkeys(
                ("rest read", *WRITES), SLOW
            )
            for query in (PLANNED, BY_LEVELS):
                (error,) = (await asker.post(query)).json()["errors"]
                assert error == {"message": TOO_COMPLEX, "extensions": {"code": "QUERY_TOO_COMPLEX"}}
        await works_again(asker)


@pytest.mark.parametrize("shared_url", ["sqlite"], indirect=True)
async def test_on_sqlite_writers_that_wait_for_another_process_are_told_and_readers_are_not_kept(
    shared_server: RunningServer, shared_url: str
) -> None:
    asker = await asker_of(shared_server, shared_url)
    other = sqlite3.connect(str(make_url(shared_url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await at_once(asker, "meanwhile", WRITES, 8) == dict.fromkeys(WRITES, SLOW)
    assert done(await asker.everything("meanwhile", READS)) == dict.fromkeys(READS, 200)
    other.execute("ROLLBACK")
    other.close()
    await works_again(asker)


@asynccontextmanager
async def frozen(pids: list[int]) -> AsyncIterator[None]:
    """Processes that keep their connections, and do nothing."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def backends(other: asyncpg.Connection) -> list[int]:
    rows = await other.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return [row["pid"] for row in rows]


async def test_a_postgres_that_is_frozen_keeps_nobody_and_is_used_again_when_it_wakes(
    mortal_postgres: LaunchedPostgres, asker: Asker, other: asyncpg.Connection
) -> None:
    assert mortal_postgres.pid
    async with frozen([*await backends(other), mortal_postgres.pid]):
        answers = await at_once(asker, "meanwhile", EVERYTHING, LONGEST_FROZEN)
        assert answers == dict.fromkeys(EVERYTHING, SLOW)
        ready = await asker.get("/readyz")
        reason = "the database takes too long to answer"
        assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "reason": reason})
    woken = time.monotonic()
    while (await asker.get("/readyz")).status_code != 200:
        assert time.monotonic() - woken < 2
    assert done(await asker.everything("after")) == DONE
    accounts = await asker.accounts()  # what had reached the server when it was frozen may be done
    assert {"here", *numbers_of("after")} <= accounts <= {"here", *numbers_of("after"), *numbers_of("meanwhile")}
    assert await asker.in_use() == (0, 0)
    states = await other.fetch("SELECT state FROM pg_stat_activity WHERE pid = ANY($1)", await backends(other))
    assert {row["state"] for row in states} == {"idle"}


@pytest.mark.parametrize("takes_connections", [True, False])
async def test_a_query_to_which_a_frozen_postgres_gives_no_answer_is_not_called_too_complex(
    mortal_postgres: LaunchedPostgres, asker: Asker, other: asyncpg.Connection, *, takes_connections: bool
) -> None:
    """Its time limit is over first: but Postgres does not heed the request to end it either."""
    for answer in await asyncio.gather(*(asker.post(query) for query in (PLANNED, BY_LEVELS) * 5)):
        assert answer.json()["data"]["account"] == {"name": "A"}  # over several connections, which lie idle then
    assert mortal_postgres.pid
    async with frozen([*await backends(other), *([] if takes_connections else [mortal_postgres.pid])]):
        async with asyncio.timeout(LONGEST_FROZEN):
            answers = await asyncio.gather(asker.post(PLANNED), asker.post(BY_LEVELS))
        assert [told(answer) for answer in answers] == [SLOW, SLOW]
    assert (await asker.post(PLANNED)).json() == {"data": {"account": {"name": "A"}}}
    await works_again(asker)


async def test_whoever_finds_all_connections_taken_is_told_in_time(asker: Asker, other: asyncpg.Connection) -> None:
    await asyncio.gather(*(asker.read("graphql read") for _ in range(10)))
    async with frozen(await backends(other)):
        taken = [asyncio.create_task(asker.read("rest read")) for _ in range(2)]
        await asyncio.sleep(0.2)
        assert (await asker.in_use())[0] == 2
        assert await at_once(asker, "meanwhile", EVERYTHING, 3) == dict.fromkeys(EVERYTHING, SLOW)
    assert [(await answer).status_code for answer in taken] == [200, 200]
    await works_again(asker)


async def test_what_was_refused_so_can_be_sent_again_under_its_key(asker: Asker, other: asyncpg.Connection) -> None:
    kind = "graphql write under a key"
    async with other.transaction():
        await other.execute("SELECT 1 FROM changes_end FOR UPDATE")
        assert told(await asker.ask(kind, "again")) == SLOW
    assert done({kind: await asker.ask(kind, "again")}) == {kind: 200}
    assert await asker.accounts() == {"here", number_of(kind, "again")}
