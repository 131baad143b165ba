"""Several workers share one socket: whichever is asked tells the numbers of all."""

import asyncio
import os
import re
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.observability.multiprocess import METRICS_FOLDER, shared_metrics_folder
from tests.observability.numbers import Numbers, numbers, of
from tests.server.conftest import Caller, new_tenant
from tests.server.test_life import started_workers
from tests.servers import RunningServer

MINE = "query Mine { tenant { name } }"
LEAVINGS = "gateway-metrics-*"


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(LEAVINGS))


@pytest.fixture
async def pair(postgres_url: str, tmp_path: Path) -> AsyncIterator[Caller]:
    """A caller of a server of two workers."""
    env = {"GATEWAY_DATABASE_URL": postgres_url, "GATEWAY_POOL_SIZE": "3"}
    key = await new_tenant(env)
    with RunningServer(env, tmp_path, "--workers", "2") as server:
        await started_workers(server, 2)
        yield Caller(server, key)


async def told(caller: Caller) -> Numbers:
    async with caller.client() as client:
        return await numbers(client)


async def until(caller: Caller, name: str, value: float, **labels: str) -> None:
    """Waits for a number that workers tell one another once a second."""
    for _ in range(100):
        if of(await told(caller), name, **labels) == value:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(await told(caller))


async def test_each_tells_the_numbers_of_both(pair: Caller) -> None:
    answers = await asyncio.gather(*(pair.post(MINE) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}

    await until(pair, "gateway_operation_seconds_count", 40, operation="Mine")
    for _ in range(10):  # each over a connection of its own: any worker answers
        assert of(await told(pair), "gateway_operation_seconds_count", operation="Mine") == 40
    await until(pair, "gateway_database_connections_limit", 6)
    found = await told(pair)
    assert of(found, "gateway_database_connections_in_use") == 0
    assert 40e6 < of(found, "gateway_memory_bytes") < 2e9


async def test_one_that_dies_is_not_counted_as_busy_and_what_it_counted_stays(pair: Caller) -> None:
    await asyncio.gather(*(pair.post(MINE) for _ in range(20)))
    await until(pair, "gateway_database_connections_limit", 6)
    await until(pair, "gateway_operation_seconds_count", 20, operation="Mine")
    victim, *_ = await started_workers(pair.server, 2)
    os.kill(victim, signal.SIGKILL)
    await started_workers(pair.server, 3)
    await until(pair, "gateway_database_connections_limit", 6)

    assert of(await told(pair), "gateway_operation_seconds_count", operation="Mine") == 20


async def test_one_that_dies_while_it_is_asked_whether_it_lives_is_replaced(pair: Caller) -> None:
    victim, *_ = await started_workers(pair.server, 2)
    os.kill(victim, signal.SIGSTOP)
    await asyncio.sleep(2)  # each half second they are asked, and this one does not answer
    os.kill(victim, signal.SIGKILL)
    await started_workers(pair.server, 3)


async def test_nothing_is_left_when_they_have_ended(postgres_url: str, tmp_path: Path) -> None:
    before = folders()
    with RunningServer({"GATEWAY_DATABASE_URL": postgres_url}, tmp_path, "--workers", "2") as server:
        assert len(folders() - before) == 1
        assert await asyncio.to_thread(server.terminate) == 0
        assert not re.search("Traceback|ERROR", server.log)
    assert folders() - before == set()


def test_a_folder_that_the_environment_names_is_used_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(METRICS_FOLDER, str(tmp_path))
    with shared_metrics_folder():
        assert os.environ[METRICS_FOLDER] == str(tmp_path)
    assert (os.environ[METRICS_FOLDER], tmp_path.exists()) == (str(tmp_path), True)
