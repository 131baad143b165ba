"""Connections of a running server: how long one is kept without a request, and what is told to whoever asks for another
protocol than HTTP."""

import asyncio
import json
import socket
import time
from pathlib import Path
from typing import Self

import pytest

from tests.server.conftest import Caller, new_tenant
from tests.servers import RunningServer

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: gateway\r\n{key}Connection: keep-alive, Upgrade\r\nUpgrade: {protocol}\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
PLAIN = "GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n"
ALIVE = (200, {"status": "ok"})


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_url: str) -> str:
    """Connections are the same on every database."""
    return sqlite_url


class Line:
    """A connection that stays open between requests."""

    def __init__(self, server: RunningServer) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.file = self.socket.makefile("rb")

    def ask(self, request: str) -> tuple[int, dict[str, object]]:
        """Status and JSON of the answer."""
        self.socket.sendall(request.encode())
        status = int(self.file.readline().split()[1])
        length = 0
        while line := self.file.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return status, json.loads(self.file.read(length))

    def is_closed(self) -> bool:
        """Waits for the server to say more, or to close the connection."""
        return self.file.read(1) == b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()


def handshake(protocol: str, path: str = "/graphql", key: str = "") -> str:
    return HANDSHAKE.format(protocol=protocol, path=path, key=f"X-API-Key: {key}\r\n" if key else "")


NO_WEBSOCKETS = {
    "message": "There are no WebSockets at this address: send queries and mutations by POST.",
    "extensions": {"code": "BAD_REQUEST"},
}


def complaints(server: RunningServer) -> list[str]:
    words = ("WARNING", "ERROR", "upgrade", "library", "install")
    return [line for line in server.log.splitlines() if any(word in line for word in words)]


@pytest.mark.parametrize("protocol", ["websocket", "WebSocket"])
async def test_a_websocket_is_refused_plainly_with_a_key_and_without_and_nothing_is_logged(
    acme: Caller, protocol: str
) -> None:
    for key in ("", acme.key, "igk_nobody"):
        with Line(acme.server) as line:
            assert line.ask(handshake(protocol, key=key)) == (400, {"errors": [NO_WEBSOCKETS]})
            assert line.ask(PLAIN) == ALIVE
    assert complaints(acme.server) == []


async def test_at_another_address_it_is_answered_as_any_other_request_and_nothing_is_logged(acme: Caller) -> None:
    nothing = (404, {"error": "not_found", "message": "There is nothing at this address."})
    with Line(acme.server) as line:
        assert line.ask(handshake("websocket", "/subscriptions")) == nothing
        assert line.ask(handshake("websocket", "/healthz")) == ALIVE
    assert complaints(acme.server) == []


async def test_who_offers_http_2_is_answered_in_http_1_on_the_same_connection_and_nothing_is_logged(
    acme: Caller,
) -> None:
    with Line(acme.server) as line:
        assert [line.ask(handshake("h2c", "/healthz")) for _ in range(3)] == [ALIVE] * 3
        assert line.ask(PLAIN) == ALIVE
    assert complaints(acme.server) == []


async def test_an_idle_connection_is_kept_for_longer_than_5_seconds(acme: Caller) -> None:
    with Line(acme.server) as line:
        assert line.ask(PLAIN) == ALIVE
        await asyncio.sleep(6)
        assert line.ask(PLAIN) == ALIVE


async def test_an_idle_connection_is_closed_after_the_time_that_is_set_and_not_before(
    sqlite_url: str, tmp_path: Path
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url, "GATEWAY_KEEP_ALIVE_SECONDS": "2"}
    await new_tenant(env)
    with RunningServer(env, tmp_path) as server, Line(server) as line:
        for _ in range(3):
            assert line.ask(PLAIN) == ALIVE
            await asyncio.sleep(1)
        assert line.ask(PLAIN) == ALIVE
        asked = time.monotonic()
        assert await asyncio.to_thread(line.is_closed)
        assert time.monotonic() - asked > 1.5
