"""A Postgres whose processes are all killed while clients read and write: everybody is told, nothing acknowledged is
lost, and the server works again by itself.

OUTAGES in the environment makes it more than the one of an ordinary run.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

import httpx
import pytest

from tests.faults.asking import DONE, EVERYTHING, Asker, done, number_of, numbers_of, session, sound_changes, told
from tests.faults.conftest import asker_of, serving
from tests.postgres import LaunchedPostgres
from tests.servers import RunningServer

OUTAGES = int(os.environ.get("OUTAGES", "1"))
AWAY = "The database does not answer: try again."
POOL = 5
FLUSHES = 1  # connections of a server beside its pool
LONGEST_RECOVERY = 2.0  # seconds


@pytest.fixture(scope="module")
def server(mortal_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with serving(mortal_url, tmp_path_factory.mktemp("killed"), pool_size=POOL) as running:
        yield running


@pytest.fixture
async def asker(server: RunningServer, mortal_url: str) -> Asker:
    return await asker_of(server, mortal_url)


async def pids(url: str, condition: str) -> list[int]:
    """Processes of Postgres, without that of whoever asks."""
    query = f"SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND {condition}"
    async with session(url) as connection:
        return [row["pid"] for row in await connection.fetch(query)]


async def kill_all(postgres: LaunchedPostgres, url: str) -> None:
    """Kills the postmaster, then all that it has started."""
    started = await pids(url, "true")
    postgres.kill()
    for pid in started:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclass
class Load:
    """Clients that ask one request of each kind after another, and what they were told."""

    asker: Asker
    running: bool = True
    acknowledged: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=count)

    async def ask(self, kind: str) -> None:
        while self.running:
            name = f"load {next(self.numbers)}"
            if "write" in kind:
                self.sent.add(number_of(kind, name))
            self.note(kind, name, await self.asker.ask(kind, name))

    def note(self, kind: str, name: str, answer: httpx.Response) -> None:
        if answer.status_code != DONE[kind]:
            self.answers[told(answer)] += 1
            return
        done({kind: answer})
        self.answers["done"] += 1
        if "write" in kind:
            self.acknowledged.add(number_of(kind, name))


@asynccontextmanager
async def load(asker: Asker) -> AsyncIterator[Load]:
    under = Load(asker)
    clients = [asyncio.create_task(under.ask(kind)) for kind in EVERYTHING for _ in range(2)]
    try:
        yield under
    finally:
        under.running = False
        await asyncio.gather(*clients)


async def recovered(asker: Asker) -> float:
    """Seconds until a request of every kind is answered again."""
    started = time.monotonic()
    for number in count():
        answers = await asker.everything(f"recovery {time.monotonic_ns()} {number}")
        if {kind: answer.status_code for kind, answer in answers.items()} == DONE:
            return time.monotonic() - started
        assert time.monotonic() - started < LONGEST_RECOVERY
    raise AssertionError


async def test_everybody_is_told_and_two_seconds_after_its_return_everything_works_and_nothing_is_lost(
    server: RunningServer, asker: Asker, mortal_postgres: LaunchedPostgres, mortal_url: str
) -> None:
    for _ in range(OUTAGES):
        async with load(asker) as under:
            await asyncio.sleep(0.5)
            await kill_all(mortal_postgres, mortal_url)
            await asyncio.sleep(0.3)
            ready = await asker.get("/readyz")
            assert (ready.status_code, ready.json()["reason"]) == (503, "the database does not answer")
            await asyncio.to_thread(mortal_postgres.start)
            seconds = await recovered(asker)
        assert under.answers.keys() == {"done", AWAY}
        stored = await asker.accounts()
        loaded = {number for number in stored if "load" in number}
        assert under.acknowledged <= loaded <= under.sent
        print(f"{seconds:.2f} s to recover; {dict(under.answers)}, {len(loaded) - len(under.acknowledged)} unknown")  # noqa: T201
    await asyncio.sleep(0.1)
    assert await asker.in_use() == (0, 0)
    assert len(await pids(mortal_url, "backend_type = 'client backend'")) <= POOL + FLUSHES
    assert await pids(mortal_url, "backend_type = 'client backend' AND state <> 'idle'") == []
    assert "Traceback" not in server.log
    assert await sound_changes(mortal_url) >= len(stored)


async def test_backends_that_are_killed_under_a_postmaster_that_lives_are_told_and_replaced_too(
    asker: Asker, mortal_url: str
) -> None:
    """Postgres ends all its sessions then, and recovers by itself: meanwhile it takes nobody in."""
    async with load(asker) as under:
        await asyncio.sleep(0.3)
        backend, *_ = await pids(mortal_url, "backend_type = 'client backend'")
        os.kill(backend, signal.SIGKILL)
        await asyncio.sleep(0.5)
    deadline = time.monotonic() + 10
    while (await asker.get("/readyz")).status_code != 200:
        assert time.monotonic() < deadline
    await recovered(asker)
    assert under.answers.keys() <= {"done", AWAY}
    assert under.acknowledged <= await asker.accounts()
    assert await asker.in_use() == (0, 0)


async def test_a_write_that_failed_so_is_done_once_when_it_is_sent_again_under_its_key(
    asker: Asker, mortal_postgres: LaunchedPostgres, mortal_url: str
) -> None:
    kinds = ("graphql write under a key", "rest write under a key")
    async with session(mortal_url) as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT 1 FROM changes_end FOR UPDATE")
        running = [asyncio.create_task(asker.ask(kind, "again")) for kind in kinds]
        await asyncio.sleep(0.5)
        assert not any(task.done() for task in running)
        await kill_all(mortal_postgres, mortal_url)
        assert [told(await task) for task in running] == [AWAY, AWAY]
    await asyncio.to_thread(mortal_postgres.start)
    for _ in range(2):
        assert done(await asker.everything("again", kinds)) == {kind: DONE[kind] for kind in kinds}
    assert await asker.accounts() == {"here", *(number_of(kind, "again") for kind in kinds)}
    assert done(await asker.everything("after")) == DONE
    assert numbers_of("after") <= await asker.accounts()
