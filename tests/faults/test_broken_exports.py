"""Exports whose client, database or server goes away: the connection breaks, the stream has no proper end, and what the
export held is free again."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic, sleep

import asyncpg  # type: ignore[import-untyped]
import httpx
import pytest

from app.storage.tables import DOCUMENTS
from tests.gateway import Gateway
from tests.rest_api.bulk.ledger import ledger
from tests.rest_api.client import Rest
from tests.rest_api.world import copy
from tests.servers import RunningServer

SEND_SECONDS = 2
MANY = 5_000
END_COPIES = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'COPY%'"
PATH = "/api/v1/bulk/documents"


@pytest.fixture
async def key(database_url: str) -> str:
    """The key of a tenant with more documents than the buffers of a connection hold."""
    async with Gateway(database_url) as gateway:
        rest = Rest.of(await gateway.tenant("acme"))
        await ledger(rest)
        csr_id = (await rest.get("documents", "D2"))["csrId"]
        await copy(rest, DOCUMENTS, csr_id, "document_number", [f"N{n:05}" for n in range(MANY)])
        assert rest.api_key
        return rest.api_key


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[RunningServer]:
    settings = {
        "GATEWAY_DATABASE_URL": database_url,
        "GATEWAY_SEND_SECONDS": str(SEND_SECONDS),
        "GATEWAY_MAX_BULK": "1",
    }
    with RunningServer(settings, tmp_path) as running:
        yield running


class Stalled:
    """A client that reads the beginning of an export, and no more until it is told to."""

    def __init__(self, server: RunningServer, key: str) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", server.port))
        self.socket.sendall(f"GET {PATH} HTTP/1.1\r\nHost: a\r\nX-API-Key: {key}\r\n\r\n".encode())
        self.received = self.socket.recv(4_096, socket.MSG_WAITALL)

    @property
    def status(self) -> int:
        return int(self.received.split()[1])

    def ended_properly(self) -> bool:
        """Reads all that is still to come."""
        try:
            while data := self.socket.recv(65_536):
                self.received += data
        except ConnectionResetError:
            pass
        self.socket.close()
        return self.received.endswith(b"0\r\n\r\n")


def status(server: RunningServer, key: str) -> int:
    return httpx.get(f"{server.url}{PATH}", headers={"X-API-Key": key}, trust_env=False, timeout=60).status_code


def wait_until_free(server: RunningServer, key: str) -> None:
    """Until the tenant's one slot is free."""
    began = monotonic()
    while status(server, key) == 429:
        assert monotonic() - began < 30
        sleep(0.1)


async def test_a_client_that_takes_nothing_is_cut_and_its_slot_is_free(server: RunningServer, key: str) -> None:
    stalled = Stalled(server, key)
    assert (stalled.status, status(server, key)) == (200, 429)
    wait_until_free(server, key)

    assert not stalled.ended_properly()


async def test_a_client_that_goes_away_frees_its_slot(server: RunningServer, key: str) -> None:
    stalled = Stalled(server, key)
    assert stalled.status == 200
    stalled.socket.close()

    wait_until_free(server, key)


async def test_a_server_that_is_to_stop_breaks_its_exports(server: RunningServer, key: str) -> None:
    stalled = Stalled(server, key)
    assert stalled.status == 200
    began = monotonic()
    assert server.terminate() == 0

    assert monotonic() - began < 10
    assert not stalled.ended_properly()


async def test_a_stream_breaks_with_its_database_connection(server: RunningServer, key: str, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        return  # it has no connection that could be lost
    stalled = Stalled(server, key)
    assert stalled.status == 200
    owner = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    ended = await owner.fetchval(END_COPIES)
    await owner.close()

    assert ended == 1
    assert not stalled.ended_properly()
    wait_until_free(server, key)
    assert status(server, key) == 200
