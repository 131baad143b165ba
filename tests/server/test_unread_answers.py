"""Clients that do not read their answers: they are not waited for without end, and what the server keeps for them is
bounded, so that another key's requests are answered meanwhile."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.auth.api_keys import create_key
from app.storage.database.engine import Database
from tests.server.conftest import Caller, new_tenant
from tests.servers import RunningServer

MEBIBYTE = 2**20
NAME = "ä" * 255
FIELDS = [
    f'a{n}: createAccount(accountNumber: "A-{n:03}", input: {{combined: {{name: "{NAME}"}}}}) {{ created }}'
    for n in range(100)
]
CREATE = f"mutation {{ {' '.join(FIELDS)} }}"
LARGE = f"{{ accounts(first: 100) {{ nodes {{ {' '.join(f'a{n}: name' for n in range(190))} }} }} }}"
LARGE_BYTES = 9_000_000  # and some more
SEND_SECONDS = 2
UNREAD = "This key has too many large answers that wait to be read: read them, then try again. Quote request "


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_url: str) -> str:
    """Connections are the same on every database."""
    return sqlite_url


@pytest.fixture
def send_seconds(request: pytest.FixtureRequest) -> int:
    return getattr(request, "param", 60)


@pytest.fixture
async def acme(env: dict[str, str], tmp_path: Path, send_seconds: int) -> AsyncIterator[Caller]:
    key = await new_tenant(env)
    with RunningServer({**env, "GATEWAY_SEND_SECONDS": str(send_seconds)}, tmp_path) as server:
        caller = Caller(server, key)
        assert "errors" not in (await caller.post(CREATE)).json()
        yield caller


class Unread:
    """A connection on which a large answer was asked for, of which nothing is read by itself."""

    def __init__(self, caller: Caller) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", caller.server.port))
        body = json.dumps({"query": LARGE}).encode()
        head = f"POST /graphql HTTP/1.1\r\nHost: a\r\nX-API-Key: {caller.key}\r\nContent-Type: application/json\r\n"
        self.socket.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def status(self) -> int:
        """Waits for the first line of the answer."""
        return int(self.socket.recv(12, socket.MSG_WAITALL).split()[1])

    def read(self, most: int = 10**9) -> int:
        """Reads what comes, up to so many bytes of an answer; their number."""
        received = 0
        try:
            while received < most and (chunk := self.socket.recv(min(65_536, most - received))):
                received += len(chunk)
        except ConnectionResetError:
            pass
        return received


@pytest.mark.parametrize("send_seconds", [SEND_SECONDS], indirect=True)
async def test_a_connection_whose_client_takes_nothing_is_closed(acme: Caller) -> None:
    unread = Unread(acme)
    assert unread.status() == 200
    await asyncio.sleep(3 * SEND_SECONDS)
    assert unread.read() < LARGE_BYTES  # what the system had taken of it before
    assert (await acme.post("{ __typename }")).json() == {"data": {"__typename": "Query"}}
    assert "ERROR" not in acme.server.log
    unread.socket.close()


@pytest.mark.parametrize("send_seconds", [SEND_SECONDS], indirect=True)
async def test_one_that_takes_it_slowly_gets_all_of_it(acme: Caller) -> None:
    slow = Unread(acme)
    received = 0
    for _ in range(12):  # three times as long as one may take nothing
        received += slow.read(60_000)
        await asyncio.sleep(SEND_SECONDS / 4)
    assert received + slow.read(LARGE_BYTES - received) == LARGE_BYTES
    slow.socket.close()


async def test_what_is_kept_for_one_key_is_bounded_and_others_are_answered(acme: Caller, env: dict[str, str]) -> None:
    database = Database(env["GATEWAY_DATABASE_URL"], administers=True)
    other = Caller(acme.server, await create_key(database, "acme", read_only=True))
    await database.dispose()
    before = memory(acme.server)
    unread: list[Unread] = []
    statuses = []
    for _ in range(20):
        unread.append(Unread(acme))
        statuses.append(unread[-1].status())
    assert statuses == [200] * 3 + [503] * 17
    received = b""
    while not received.endswith(b"}") and (chunk := unread[-1].socket.recv(65_536)):  # head and body may come apart
        received += chunk
    refusal = json.loads(received.partition(b"\r\n\r\n")[2])
    (error,) = refusal["errors"]
    assert (error["extensions"]["code"], error["message"].startswith(UNREAD)) == ("UNAVAILABLE", True)
    assert memory(acme.server) - before < 90 * MEBIBYTE

    assert (await acme.post("{ accounts { totalCount } }")).json() == {"data": {"accounts": {"totalCount": 100}}}
    assert (await other.post(LARGE)).status_code == 200
    for each in unread[:3]:
        assert each.read(LARGE_BYTES) == LARGE_BYTES
    for each in unread:
        each.socket.close()
    assert (await acme.post(LARGE)).status_code == 200


def memory(server: RunningServer) -> int:
    """The bytes that the process of the server has in memory."""
    return int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * 4_096
