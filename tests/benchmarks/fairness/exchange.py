"""One HTTP/1.1 connection of a load generator, which shares the machine with what it measures: requests are ready-made
bytes, and of an answer no more is kept than its head and its end."""

import asyncio
from dataclasses import dataclass
from typing import Self, cast

from tests.benchmarks.driver import missing_of

KEPT = 1_000  # bytes of an answer, from both of its ends
NOTHING = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """The beginning of an answer, its head included, and its end. Both are empty where the server closed instead."""

    start: bytes = NOTHING
    end: bytes = NOTHING

    @property
    def status(self) -> str:
        return self.start[9:12].decode() or "closed"


class Connection(asyncio.Protocol):
    """Sends a request and waits for the whole of its answer, whatever its size."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.start = self.end = NOTHING
        self.missing: int | None = None  # bytes of the answer; unknown before its head is whole
        self.answer: asyncio.Future[Reply] | None = None
        self.closed = False

    @classmethod
    async def open(cls, port: int) -> Self:
        """Raises OSError where nothing listens."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def ask(self, request: bytes) -> Reply:
        self.start, self.end, self.missing = NOTHING, NOTHING, None
        self.answer = asyncio.get_running_loop().create_future()
        self.send(request)
        return await self.answer

    def send(self, request: bytes) -> None:
        if self.closed:
            self.finish()
        else:
            self.transport.write(request)

    def stop_reading(self) -> None:
        """Leaves what the server sends where it is, from now on."""
        self.transport.pause_reading()

    def close(self) -> None:
        """At once: what was not sent yet is dropped."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self.missing is None:
            self.start += data
            self.missing = missing_of(self.start)
            if self.missing is not None:
                self.start, self.end = self.start[:KEPT], self.start[-KEPT:]
        else:
            self.missing -= len(data)
            self.end = (self.end + data[-KEPT:])[-KEPT:]
        if self.missing == 0:
            self.finish()

    def connection_lost(self, reason: Exception | None) -> None:
        self.closed = True
        self.start = self.end = NOTHING
        self.finish()

    def finish(self) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_result(Reply(self.start, self.end))
