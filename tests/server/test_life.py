"""A server's life: it starts, says how it is, takes new keys at once, and stops in good order when it is told to."""

import asyncio
import json
import os
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.storage.database.engine import Database
from tests.server.conftest import Caller, new_tenant
from tests.servers import RunningServer, gateway_cli

NAME = "{ tenant { name } }"
NAMED = {"data": {"tenant": {"name": "acme"}}}
CREATE = 'mutation { createAccount(accountNumber: "A-1", input: {openBalance: {name: "A"}}) { created } }'
TROUBLE = ("Traceback", "Exception", "ERROR", "Cancel")


def trouble(server: RunningServer) -> list[str]:
    return [line for line in server.log.splitlines() if any(word in line for word in TROUBLE)]


async def test_it_lives_and_is_ready(acme: Caller) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await acme.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert (await acme.post(NAME)).json() == NAMED


async def test_no_answer_names_the_program_that_serves_it(acme: Caller) -> None:
    for path in ("/healthz", "/graphql", "/api/v1/ingest/accounts/A", "/docs", "/nowhere"):
        answer = await acme.get(path)
        assert ("server" in answer.headers, answer.headers["x-content-type-options"]) == (False, "nosniff")


async def test_on_a_new_sqlite_file_it_makes_the_schema_by_itself(tmp_path: Path) -> None:
    env = {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/new.db"}
    with RunningServer(env, tmp_path) as server:
        assert (await Caller(server, await new_tenant(env)).post(NAME)).json() == NAMED


async def test_keys_and_tenants_count_at_once(acme: Caller, env: dict[str, str]) -> None:
    made = json.loads(gateway_cli("tenants", "create", "other", "--json", env=env))
    other = Caller(acme.server, made["apiKey"])
    reader = Caller(acme.server, gateway_cli("keys", "create", "--tenant", "acme", "--read-only", env=env).strip())
    assert (await other.post(NAME)).json() == {"data": {"tenant": {"name": "other"}}}
    assert (await reader.post(NAME)).json() == NAMED
    assert (await acme.post(NAME)).json() == NAMED

    gateway_cli("keys", "revoke", acme.key, env=env)

    assert (await acme.post(NAME)).status_code == 401
    assert (await reader.post(NAME)).json() == NAMED


async def test_a_schema_that_is_another_than_its_own_makes_it_unready_and_not_dead(
    acme: Caller, database: Database
) -> None:
    for version, reason in (
        ("9999", "the database's schema is of a newer release: start that one in the place of this"),
        ("0001", "the database's schema is not current: run ingest-gateway migrate"),
    ):
        async with database.writing() as connection:
            await connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{version}'"))
        answer = await acme.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "reason": reason})
    assert (await acme.get("/healthz")).status_code == 200


@asynccontextmanager
async def writers_kept_waiting(database: Database) -> AsyncIterator[None]:
    """While it lasts, no write of any tenant gets through."""
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(sa.text("SELECT 1 FROM tenants FOR UPDATE"))
        yield


async def test_told_to_stop_it_finishes_what_it_is_doing_and_ends_well(acme: Caller, database: Database) -> None:
    async with writers_kept_waiting(database):
        running = asyncio.create_task(acme.post(CREATE))
        await asyncio.sleep(1)
        assert not running.done()
        stopped = asyncio.create_task(asyncio.to_thread(acme.server.terminate))
        await asyncio.sleep(0.5)
        assert not stopped.done()
    answer = await running

    assert (answer.status_code, answer.json()) == (200, {"data": {"createAccount": {"created": True}}})
    assert await stopped == 0
    assert trouble(acme.server) == []
    async with database.reading() as connection:
        assert (await connection.execute(sa.text("SELECT account_number FROM accounts"))).scalars().all() == ["A-1"]


async def test_told_to_stop_it_does_not_wait_for_clients_that_keep_their_connection(acme: Caller) -> None:
    async with acme.client() as client:
        await client.get("/healthz")
        assert await asyncio.to_thread(acme.server.terminate) == 0

    assert trouble(acme.server) == []


async def test_told_to_stop_it_waits_no_longer_than_it_was_set_to_for_a_client_that_never_ends(
    sqlite_url: str, tmp_path: Path
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url, "GATEWAY_SHUTDOWN_SECONDS": "1"}
    key = await new_tenant(env)
    with RunningServer(env, tmp_path) as server, half_a_request(server, key):
        await asyncio.sleep(0.5)
        assert await asyncio.to_thread(server.terminate) == 0
        assert "Traceback" not in server.log
        cut_off = "request [0-9a-f]{16}: /graphql was cut off: the server stops and could not wait any longer"
        assert re.search(cut_off, server.log)


def half_a_request(server: RunningServer, key: str) -> socket.socket:
    """A connection on which half a POST has been sent."""
    opened = socket.create_connection(("127.0.0.1", server.port))
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n"
    opened.sendall(f'{head}Content-Length: 1000\r\n\r\n{{"query": "'.encode())
    return opened


async def test_a_client_that_goes_away_in_the_middle_of_a_request_leaves_no_trace(acme: Caller) -> None:
    half_a_request(acme.server, acme.key).close()
    await asyncio.sleep(0.5)

    assert (await acme.post(NAME)).json() == NAMED
    assert trouble(acme.server) == []


async def test_a_body_over_the_limit_is_answered_however_far_over_it_is(acme: Caller) -> None:
    async with acme.client() as client:
        headers = {"X-API-Key": acme.key, "Content-Type": "application/json"}
        answer = await client.post("/graphql", content=b" " * 30 * 2**20, headers=headers)

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["message"] == "The body is larger than 10485760 bytes: send less at once."
    assert (await acme.post(NAME)).json() == NAMED


async def started_workers(server: RunningServer, count: int) -> list[int]:
    """Their process ids, once there are so many."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        workers = [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", server.log)]
        if len(workers) == count:
            return workers
        await asyncio.sleep(0.1)
    raise AssertionError(server.log)


async def test_two_workers_serve_on_postgres_and_end_together(postgres_url: str, tmp_path: Path) -> None:
    env = {"GATEWAY_DATABASE_URL": postgres_url}
    acme_key = await new_tenant(env)
    with RunningServer(env, tmp_path, "--workers", "2") as server:
        acme = Caller(server, acme_key)
        answers = await asyncio.gather(*(acme.post(NAME) for _ in range(20)))
        assert [answer.json() for answer in answers] == [NAMED] * 20
        workers = await started_workers(server, 2)
        assert await asyncio.to_thread(server.terminate) == 0
        assert trouble(server) == []
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
