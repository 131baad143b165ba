"""A tenant's searches leave connections to others, and end in the database when their client goes: those that run, and
those that wait for a connection."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Iterator

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text

from app.storage.database.engine import Database
from tests.faults.asking import DONE, READS, Asker, done, session
from tests.faults.conftest import asker_of, serving
from tests.faults.test_cancelled_requests import TROUBLE, begun, closed, open_transactions
from tests.faults.test_cancelled_requests import request_of as cut_request
from tests.reads.mass import fill
from tests.servers import RunningServer

SEARCHERS = 8  # at once, where there are five connections
MOST_RUNNING = 3  # of them
FILTER = {"or": [{"accountNumber": {"contains": f"no {number}"}} for number in range(40)]}
COUNTS = " ".join(f"c{number}: documents(first: 0, filter: $filter) {{ totalCount }}" for number in range(45))
SEARCH = f"query Search($filter: DocumentFilter) {{ {COUNTS} }}"  # takes many seconds
# What no single statement answers is read level by level.
SEARCHES = {"single statement": SEARCH, "by levels": SEARCH.replace("{ c0", "{ __schema { queryType { name } } c0")}


@pytest.fixture(scope="module")
def server(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with serving(shared_url, tmp_path_factory.mktemp("abandoned"), pool_size=5) as running:
        yield running


@pytest.fixture(scope="module")
async def asker(server: RunningServer, shared_url: str) -> Asker:
    """The client of a tenant with 8,000 documents."""
    made = await asker_of(server, shared_url)
    database = Database(shared_url, administers=True)
    async with database.reading() as connection:
        name = str(await connection.scalar(text("SELECT name FROM tenants ORDER BY tenant_id DESC LIMIT 1")))
    await fill(database, name, 100, 80)
    await database.dispose()
    return made


def request_of(asker: Asker, query: str) -> bytes:
    body = json.dumps({"query": query, "variables": {"filter": FILTER}}).encode()
    head = ["POST /graphql HTTP/1.1", "Host: x", f"X-API-Key: {asker.key}", "Content-Type: application/json"]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


async def searching(asker: Asker, query: str) -> list[socket.socket]:
    """Connections over each of which the query was sent; it runs on some by now, and waits on the others."""
    clients = [begun(asker, request_of(asker, query)) for _ in range(SEARCHERS)]
    deadline = time.monotonic() + 30
    while (sum(seen := await asker.in_use())) != SEARCHERS or seen[0] > MOST_RUNNING:
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.05)
    return clients


async def until_ended(asker: Asker, url: str) -> None:
    """Returns when no statement runs for anybody, here and in the database: within a part of what they would take."""
    deadline = time.monotonic() + 5
    while await asker.in_use() != (0, 0) or await open_transactions(url):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def abandoned(asker: Asker) -> int:
    """How many reads were abandoned, as the metrics tell."""
    named = 'gateway_operation_errors_total{code="CLIENT_CLOSED_REQUEST",operation="Search"} '
    lines = [line for line in (await asker.get("/metrics")).text.splitlines() if line.startswith(named)]
    return int(float(lines[0].removeprefix(named))) if lines else 0


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("way", SEARCHES)
async def test_searches_that_nobody_waits_for_end_in_the_database(
    asker: Asker, shared_url: str, way: str, *, reset: bool
) -> None:
    before = await abandoned(asker)
    for client in await searching(asker, SEARCHES[way]):
        closed(client, reset=reset)
    await until_ended(asker, shared_url)
    assert await abandoned(asker) - before == SEARCHERS
    assert done(await asker.everything(f"after {way} {reset}")) == DONE
    assert [line for line in asker.server.log.splitlines() if any(word in line for word in TROUBLE)] == []


async def test_another_tenant_is_answered_beside_searches(asker: Asker, server: RunningServer, shared_url: str) -> None:
    other = await asker_of(server, shared_url)
    clients = await searching(asker, SEARCH)
    assert done(await other.everything("meanwhile")) == DONE
    assert (await other.post("{ accounts { totalCount } }")).json() == {"data": {"accounts": {"totalCount": 5}}}
    look_ups = await asyncio.gather(*(other.read("rest read") for _ in range(20)))
    assert [answer.status_code for answer in look_ups] == [200] * 20
    assert done(await asker.everything("meanwhile", READS)) == dict.fromkeys(READS, 200)  # its own look-ups, too
    assert sum(await asker.in_use()) >= SEARCHERS  # none of which has come to its end
    for client in clients:
        closed(client, reset=False)
    await until_ended(asker, shared_url)


@pytest.mark.parametrize("shared_url", ["postgres"], indirect=True)  # readers of SQLite wait for no locks
@pytest.mark.parametrize("kind", READS)
async def test_a_read_that_waits_for_a_lock_ends_with_its_client(asker: Asker, shared_url: str, kind: str) -> None:
    locks = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    async def until_locked(connection: asyncpg.Connection, number: int) -> None:
        deadline = time.monotonic() + 5
        while await connection.fetchval(locks) != number:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)

    async with session(shared_url) as other, other.transaction():
        await other.execute("LOCK TABLE accounts, row_counts IN ACCESS EXCLUSIVE MODE")
        client = begun(asker, cut_request(asker, kind, "here"))
        await until_locked(other, 1)
        closed(client, reset=False)
        await until_locked(other, 0)
    await until_ended(asker, shared_url)


async def test_requests_that_follow_one_another_on_a_connection_are_answered_in_order(asker: Asker) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", asker.server.port)
    found, unknown = (cut_request(asker, "rest read", number) for number in ("here", "nobody"))
    writer.write(found + unknown + found.replace(b"Host: x", b"Host: x\r\nConnection: close"))
    received = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    assert re.findall(rb"HTTP/1.1 ([0-9]+)", received) == [b"200", b"404", b"200"]
