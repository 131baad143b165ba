"""Clients that close their connection in the middle of a request leave nothing behind: no transaction, no connection
taken, nothing by half, and no word of an error in the log.

CANCELS in the environment makes it more than the few of an ordinary run.
"""

import asyncio
import json
import os
import random
import socket
import sqlite3
import struct
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url

from tests.faults.asking import CREATE, DONE, EVERYTHING, WRITES, Asker, done, number_of, numbers_of, sound_changes
from tests.faults.conftest import asker_of
from tests.servers import RunningServer

CANCELS = int(os.environ.get("CANCELS", "60"))
TROUBLE = ("Traceback", "ERROR", "Cancel", "Exception")
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: whatever is under way is dropped, and the other side is told so


@pytest.fixture
async def asker(shared_server: RunningServer, shared_url: str) -> Asker:
    return await asker_of(shared_server, shared_url)


def request_of(asker: Asker, kind: str, number: str) -> bytes:
    """The bytes of one request of EVERYTHING."""
    graphql = (
        {"query": CREATE, "variables": {"number": number}}
        if kind in WRITES
        else {"query": "{ accounts { totalCount } }"}
    )
    body = {"name": "A"} if kind.startswith("rest") else graphql
    content = b"" if kind == "rest read" else json.dumps(body).encode()
    path = "/graphql" if kind.startswith("graphql") else f"/api/v1/ingest/accounts/{number}"
    lines = [f"{'GET' if kind == 'rest read' else 'POST'} {path} HTTP/1.1", "Host: x", f"X-API-Key: {asker.key}"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    lines += [f"Idempotency-Key: {number}"] if kind.endswith("key") else []
    return "\r\n".join([*lines, "", ""]).encode() + content


def begun(asker: Asker, sent: bytes) -> socket.socket:
    """A connection over which so much of a request was sent."""
    opened = socket.create_connection(("127.0.0.1", asker.server.port))
    opened.sendall(sent)
    return opened


def closed(opened: socket.socket, *, reset: bool) -> None:
    if reset:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    opened.close()


async def settled(asker: Asker) -> None:
    """Waits until the server has nothing more to do for anybody."""
    deadline = time.monotonic() + 5
    while await asker.in_use() != (0, 0):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def file_of(url: str) -> str:
    return str(make_url(url).database)


async def open_transactions(url: str) -> int:
    """Transactions of the server's, as others see them: on SQLite they would keep the next writer out."""
    if url.startswith("sqlite"):
        with sqlite3.connect(file_of(url), timeout=1, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        other.close()
        return 0
    others = "datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    found = await connection.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")
    await connection.close()
    return int(found)


async def nothing_is_left(asker: Asker, url: str) -> None:
    await settled(asker)
    assert await open_transactions(url) == 0
    assert done(await asker.everything("after")) == DONE
    assert numbers_of("after") <= await asker.accounts()  # each of which is whole
    assert [line for line in asker.server.log.splitlines() if any(word in line for word in TROUBLE)] == []
    assert await sound_changes(url) >= len(await asker.accounts())


def cuts() -> Iterator[tuple[str, float, float, bool]]:
    """Requests, how much of each is sent, how long the client waits then, and whether it resets the connection."""
    dice = random.Random(7)
    for number in range(CANCELS):
        part = dice.choice([1.0, 1.0, dice.random()])
        yield EVERYTHING[number % len(EVERYTHING)], part, dice.choice([0.0, dice.uniform(0, 0.02)]), dice.random() < 0.5


async def test_requests_that_are_given_up_at_any_moment_leave_nothing_open(asker: Asker, shared_url: str) -> None:
    async def cancel(name: str, kind: str, part: float, seconds: float, reset: bool) -> None:
        whole = request_of(asker, kind, number_of(kind, name))
        opened = begun(asker, whole[: int(len(whole) * part)])
        await asyncio.sleep(seconds)
        closed(opened, reset=reset)

    await asyncio.gather(*(cancel(f"cut {number}", *cut) for number, cut in enumerate(cuts())))
    await nothing_is_left(asker, shared_url)
    sent = {number_of(kind, f"cut {number}") for number, (kind, part, *_) in enumerate(cuts()) if part == 1}
    assert await asker.accounts() <= {"here", *numbers_of("after"), *sent}


@asynccontextmanager
async def writers_kept_waiting(url: str) -> AsyncIterator[None]:
    """While it lasts, no write gets to its end."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(file_of(url), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    async with connection.transaction():
        await connection.execute("SELECT 1 FROM changes_end FOR UPDATE")
        yield
    await connection.close()


async def test_writes_whose_clients_have_gone_while_they_wait_are_done_to_their_end(
    asker: Asker, shared_url: str
) -> None:
    async with writers_kept_waiting(shared_url):
        opened = [begun(asker, request_of(asker, kind, number_of(kind, "gone"))) for kind in WRITES]
        await asyncio.sleep(0.5)
        for one in opened:
            closed(one, reset=True)
        await asyncio.sleep(0.2)
    await nothing_is_left(asker, shared_url)
    assert await asker.accounts() == {"here", *numbers_of("gone"), *numbers_of("after")}
