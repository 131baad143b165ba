"""A read whose client has gone ends in the database, too: while it runs, and while it waits for a connection."""

import asyncio
import json
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app.storage.database.engine import Database
from tests.faults.asking import DONE, Asker, done
from tests.faults.conftest import asker_of, serving
from tests.faults.test_cancelled_requests import TROUBLE, begun, closed, open_transactions
from tests.reads.mass import fill
from tests.servers import RunningServer

ABANDONED = 8  # searches at once
RUNNING = 3  # of a tenant, where there are five connections
FILTER = {"or": [{"documentNumber": {"contains": f"no {number}"}} for number in range(40)]}
COUNTS = " ".join(f"c{number}: documents(first: 0, filter: $filter) {{ totalCount }}" for number in range(45))
SEARCH = f"query Search($filter: DocumentFilter) {{ {COUNTS} }}"  # takes many seconds
# What no single statement answers is read level by level.
SEARCHES = {"single statement": SEARCH, "by levels": SEARCH.replace("{ c0", "{ __schema { queryType { name } } c0")}


@pytest.fixture(scope="module")
def server(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with serving(shared_url, tmp_path_factory.mktemp("abandoned"), pool_size=5, budget=60_000) as running:
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


async def until(asker: Asker, in_use: int, waiting: int) -> None:
    """Returns when so many connections are in use, and so many requests wait for one."""
    deadline = time.monotonic() + 15
    while (seen := await asker.in_use()) != (in_use, waiting):
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.05)


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
    clients = [begun(asker, request_of(asker, SEARCHES[way])) for _ in range(ABANDONED)]
    await until(asker, RUNNING, ABANDONED - RUNNING)
    for client in clients:
        closed(client, reset=reset)
    await until_ended(asker, shared_url)
    assert await abandoned(asker) - before == ABANDONED
    assert done(await asker.everything(f"after {way} {reset}")) == DONE
    assert [line for line in asker.server.log.splitlines() if any(word in line for word in TROUBLE)] == []
