"""Imports over real connections: what is told of a server that stops, and of clients that send or take nothing."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.servers import RunningServer, gateway_cli

IMPORTS = "/api/v1/bulk/imports"
IMPORT_ID = "6f1c2b8e-4a57-4a0e-9c1d-2f8b7d3e5a90"
PATIENCE = 30.0


def account(number: int, name: str = "Alder") -> bytes:
    line = {"resource": "account", "key": f"A-{number}", "data": {"name": name}}
    return json.dumps(line).encode() + b"\n"


class Connection:
    """A client that sends its body in chunks, and reads when the test says."""

    def __init__(self, url: str, key: str, path: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname or "", parts.port or 0), PATIENCE)
        head = [
            f"POST {path} HTTP/1.1",
            "Host: gateway",
            f"X-API-Key: {key}",
            "Content-Type: application/x-ndjson",
            "Transfer-Encoding: chunked",
        ]
        self.socket.sendall("\r\n".join([*head, "", ""]).encode())
        self.received = b""

    def send(self, body: bytes) -> None:
        self.socket.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n")

    def read_lines(self, wanted: int) -> None:
        """Reads until so many lines of the answer are there."""
        while self.received.count(b'"line":') < wanted:
            received = self.socket.recv(65_536)
            assert received, self.received
            self.received += received

    def read_to_end(self) -> bytes:
        """Reads the answer to its end."""
        while not self.received.endswith(b"0\r\n\r\n"):
            received = self.socket.recv(65_536)
            assert received, self.received
            self.received += received
        return self.received

    def close(self) -> None:
        self.socket.close()


@contextmanager
def serving(url: str, folder: Path, **settings: Any) -> Iterator[tuple[RunningServer, str]]:
    """A server with a tenant, and its key."""
    env = {"GATEWAY_DATABASE_URL": url, **{f"GATEWAY_{name.upper()}": str(value) for name, value in settings.items()}}
    made = gateway_cli("tenants", "create", "acme", "--json", env=env, folder=folder)
    with RunningServer(env, folder) as server:
        yield server, json.loads(made)["apiKey"]


def opened(server: RunningServer, key: str) -> closing[Connection]:
    return closing(Connection(server.url, key, f"{IMPORTS}?id={IMPORT_ID}"))


def kept(server: RunningServer, key: str) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.get(f"{server.url}{IMPORTS}/{IMPORT_ID}", headers={"X-API-Key": key}).json()
    return answer


def interrupted(server: RunningServer, key: str) -> dict[str, Any]:
    """The import, once the server has noticed that its client has gone."""
    deadline = time.monotonic() + PATIENCE
    while (found := kept(server, key))["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert found["state"] == "interrupted"
    return found


def resumed(server: RunningServer, key: str, rest: bytes) -> dict[str, Any]:
    headers = {"X-API-Key": key, "Content-Type": "application/x-ndjson"}
    headers["Upload-Offset"] = str(kept(server, key)["offset"])
    answer = httpx.post(f"{server.url}{IMPORTS}/{IMPORT_ID}", content=rest, headers=headers, timeout=PATIENCE)
    end: dict[str, Any] = json.loads(answer.text.splitlines()[-1])["end"]
    return end


def test_a_server_that_stops_ends_its_chunk_and_the_import_is_resumed(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as (server, key), opened(server, key) as client:
        client.send(account(1) + account(2))
        client.read_lines(2)
        assert kept(server, key)["state"] == "running"
        assert server.terminate(10) == 0
        assert b'"end"' not in client.read_to_end()
        server.start()
        assert {name: kept(server, key)[name] for name in ("state", "lines")} == {"state": "interrupted", "lines": 2}
        assert resumed(server, key, account(3))["lines"] == 3


def test_a_client_that_sends_nothing_is_cut_off_and_one_that_sends_slowly_is_not(
    sqlite_url: str, tmp_path: Path
) -> None:
    with serving(sqlite_url, tmp_path, send_seconds=2) as (server, key), opened(server, key) as client:
        client.send(account(1))
        client.read_lines(1)
        slow = account(2)
        for byte in slow[:5]:
            client.socket.settimeout(1)
            client.send(bytes([byte]))
            with pytest.raises(TimeoutError):
                client.socket.recv(1)
        client.send(slow[5:])
        client.socket.settimeout(PATIENCE)
        client.read_lines(2)
        client.read_to_end()
        assert {name: kept(server, key)[name] for name in ("state", "lines")} == {"state": "interrupted", "lines": 2}


def send_until_cut_off(client: Connection, body: bytes) -> int:
    """How often the body was sent before the connection was reset."""
    for times in count():
        try:
            client.send(body)
        except OSError:
            return times
    raise AssertionError


def test_a_client_that_takes_nothing_of_the_answer_is_cut_off(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path, send_seconds=1) as (server, key), opened(server, key) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sent = send_until_cut_off(client, account(0, "") * 200) * 200
        found = interrupted(server, key)
        assert 0 < found["failed"] < sent
        rest = account(0, "") * (found["lines"] + 1)
        assert resumed(server, key, rest[found["offset"] :])["lines"] == found["lines"] + 1
