"""Clients that leave a request unfinished are not waited for without end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from app.server.http_protocol import LimitedHttpProtocol

UNFINISHED = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: a\r\n",
    "half a body": b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{",
    "half a second head": b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n",
}
TOLD = b"HTTP/1.1 408 Request Timeout\r\n"


class ShortIdle(LimitedHttpProtocol):
    """As the server's, but it does not wait for long."""

    idle_seconds = 0.3


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers when the body has come, to a request that has a name."""
    scope["request_id"] = b"r-1"
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.request":
        told = dict(scope["headers"]).get(b"x-told", b"")
        headers = [(b"content-length", b"2"), (b"x-told", told)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def connected(
    protocol: type[LimitedHttpProtocol] = LimitedHttpProtocol,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server of its own."""
    config = Config(cast(Any, echo), lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, ServerState(), {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        yield reader, writer
        writer.close()


@pytest.mark.parametrize("name", UNFINISHED)
async def test_an_unfinished_request_is_told_so_and_its_connection_ends(name: str) -> None:
    async with connected(ShortIdle) as (reader, writer):
        writer.write(UNFINISHED[name])
        received = await asyncio.wait_for(reader.read(), 10)
    assert TOLD in received
    assert (b"\r\nx-request-id: r-1\r\n" in received) == ("body" in name)
    assert received.count(b"HTTP/1.1 200") == (1 if "second" in name else 0)


async def test_white_space_around_a_header_is_no_part_of_it() -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX-Told: \t one two \t \r\nConnection: close\r\n\r\n")
        received = await asyncio.wait_for(reader.read(), 10)

    assert b"\r\nx-told: one two\r\n" in received


async def test_a_slow_body_is_waited_for_as_long_as_it_comes() -> None:
    async with connected(ShortIdle) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 12\r\n\r\n")
        for _ in range(12):
            await asyncio.sleep(0.1)
            writer.write(b"x")
        received = await asyncio.wait_for(reader.read(), 10)
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
