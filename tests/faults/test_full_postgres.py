"""A Postgres whose disks are really full: that of its tables, or that of the log which it writes ahead.

To mount disks takes root. Others see the refusal alone, as `test_refused_writes` raises it.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import asyncpg  # type: ignore[import-untyped]
import pytest

from tests.conftest import migrated
from tests.faults.asking import (
    DONE,
    EVERYTHING,
    MADE,
    READS,
    WRITES,
    Asker,
    all_told,
    done,
    number_of,
    numbers_of,
    session,
    sound_changes,
    told,
)
from tests.faults.conftest import asker_of, serving
from tests.faults.disks import Disks, can_mount, fill, free, two_disks
from tests.postgres import LaunchedPostgres, PostgresUnavailableError, find_binaries
from tests.servers import RunningServer

FULL = "The database has no room left: try again when its operator has made some."
AWAY = "The database does not answer: try again."
SMALL = {"min_wal_size": "2MB", "max_wal_size": "4MB"}  # so that what is written soon needs new room in the log
MOST_ROUNDS = 200  # until a disk without room is noticed

pytestmark = pytest.mark.skipif(
    not can_mount(), reason="NOT TESTED: a disk that is really full; it takes root to mount"
)


@pytest.fixture(scope="module")
def disks() -> Iterator[Disks]:
    with two_disks() as mounted:
        yield mounted


@pytest.fixture(scope="module")
def postgres_on_disks(disks: Disks) -> Iterator[LaunchedPostgres]:
    binaries = find_binaries("system") or find_binaries("wheel")
    assert binaries is not None
    options = ("--wal-segsize=1", f"--waldir={disks.log}/wal")
    with LaunchedPostgres(binaries, settings=SMALL, inside=disks.inside, options=options) as server:
        yield server


@pytest.fixture(scope="module")
async def full_url(postgres_on_disks: LaunchedPostgres, disks: Disks) -> str:
    """A migrated database whose tables are on a disk of their own."""
    url = await postgres_on_disks.create_database("on_disks")
    async with session(postgres_on_disks.url("postgres")) as other:
        await other.execute(f"CREATE TABLESPACE small LOCATION '{disks.tables}'")
        await other.execute("ALTER DATABASE on_disks SET TABLESPACE small")
    await migrated(url)
    return url


@pytest.fixture(scope="module")
def server(full_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with serving(full_url, tmp_path_factory.mktemp("full"), max_wait_seconds=2) as running:
        yield running


@pytest.fixture
async def asker(server: RunningServer, full_url: str) -> Asker:
    return await asker_of(server, full_url)


async def written_until(asker: Asker, sentence: str) -> set[str]:
    """Writes until each kind of write is refused with the sentence, and what was acknowledged before."""
    acknowledged: set[str] = set()
    for number in range(MOST_ROUNDS):
        answers = await asker.everything(f"round {number}", WRITES)
        acknowledged |= {
            number_of(kind, f"round {number}") for kind in WRITES if answers[kind].status_code == DONE[kind]
        }
        refused = {told(answer) for kind, answer in answers.items() if answer.status_code != DONE[kind]}
        assert refused <= {sentence}
        if all(answers[kind].status_code != DONE[kind] for kind in WRITES):
            return acknowledged
    raise AssertionError


async def test_without_room_for_its_tables_writes_are_told_reads_go_on_and_it_goes_on_when_there_is_some(
    asker: Asker, disks: Disks, full_url: str
) -> None:
    fill(disks.seen(disks.tables))
    acknowledged = await written_until(asker, FULL)
    assert all_told(await asker.everything("same", WRITES)) == dict.fromkeys(WRITES, FULL)
    assert done(await asker.everything("meanwhile", READS)) == dict.fromkeys(READS, 200)
    ready = await asker.get("/readyz")
    reason = "the database has no room left"
    assert (ready.status_code, ready.json()) == (200, {"status": "read-only", "reason": reason})
    assert await asker.accounts() == {"here", *acknowledged}

    free(disks.seen(disks.tables))
    # Under the same keys as before: what was refused has left no answer.
    assert done(await asker.everything("same")) == DONE
    assert (await asker.get("/readyz")).json() == {"status": "ok"}
    assert await asker.accounts() == {"here", *acknowledged, *numbers_of("same")}
    assert await asker.in_use() == (0, 0)
    assert await sound_changes(full_url) == MADE + 1 + len(acknowledged) + len(WRITES)


async def use_up_the_log(url: str) -> None:
    """Has Postgres take new room for its log, until it ends all its sessions because there is none."""
    with suppress(asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
        async with session(url) as other:
            while True:
                await other.execute("SELECT pg_logical_emit_message(true, 'test', repeat('x', 100000))")


async def write_on(asker: Asker, kind: str, acknowledged: set[str], sent: set[str]) -> None:
    """Writes until it is told that Postgres is away."""
    for number in count():
        name = f"load {number}"
        sent.add(number_of(kind, name))
        answer = await asker.ask(kind, name)
        if answer.status_code != DONE[kind]:
            assert told(answer) == AWAY
            return
        acknowledged.add(number_of(kind, name))


async def test_without_room_for_its_log_postgres_ends_and_when_it_is_started_again_nothing_acknowledged_is_lost(
    asker: Asker, disks: Disks, full_url: str, postgres_on_disks: LaunchedPostgres
) -> None:
    acknowledged, sent = set[str](), set[str]()
    fill(disks.seen(disks.log))
    async with asyncio.timeout(60):
        writing = [asyncio.create_task(write_on(asker, kind, acknowledged, sent)) for kind in WRITES]
        await asyncio.sleep(0.5)
        await use_up_the_log(full_url)
        await asyncio.gather(*writing)
    assert "No space left on device" in postgres_on_disks.log
    for name in ("one", "two"):
        assert all_told(await asker.everything(name)) == dict.fromkeys(EVERYTHING, AWAY)
    ready = await asker.get("/readyz")
    reason = "the database does not answer"
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "reason": reason})
    with pytest.raises(PostgresUnavailableError, match="No space left on device"):
        await asyncio.to_thread(postgres_on_disks.start)

    free(disks.seen(disks.log))
    await asyncio.to_thread(postgres_on_disks.start)
    assert done(await asker.everything("after")) == DONE
    assert (await asker.get("/readyz")).json() == {"status": "ok"}
    stored = await asker.accounts()
    assert acknowledged
    assert {"here", *acknowledged, *numbers_of("after")} <= stored <= {"here", *sent, *numbers_of("after")}
    assert await asker.in_use() == (0, 0)
    assert await sound_changes(full_url) >= len(stored)
