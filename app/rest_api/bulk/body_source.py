"""The body of a request, piece by piece while the client still sends it."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

from starlette.types import Message, Receive

from app.rest_api.bulk.decompression import PIECE_BYTES, Gunzip


class Interrupted(Exception):
    """The import cannot go on: the message says why, for the log."""


class CutShort(Interrupted):
    """The body ends inside its gzip."""


class BodySource:
    """The pieces of a body, decompressed. A client that sends nothing for `patience` seconds while it is waited for is
    given up."""

    def __init__(self, receive: Receive, gunzip: Gunzip | None, patience: float) -> None:
        self.receive = receive
        self.gunzip = gunzip
        self.patience = patience
        self.waited = 0.0  # seconds since the client last sent something
        self.pieces: Iterator[bytes] = iter(())
        self.message: asyncio.Future[Message] | None = None  # that is being received
        self.has_ended = False
        self.stopped: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def stop(self, reason: str) -> None:
        """Has whoever waits here raise Interrupted."""
        if not self.stopped.done():
            self.stopped.set_result(reason)

    def check_stopped(self) -> None:
        if self.stopped.done():
            raise Interrupted(self.stopped.result())

    async def next(self, seconds: float | None = None) -> bytes | None:
        """The next piece, of at most PIECE_BYTES; None at the end, and an empty one where none came in time. Raises
        Interrupted, and InvalidGzip."""
        while True:
            self.check_stopped()
            if piece := next(self.pieces, b""):
                return piece
            if self.has_ended:
                self.check_whole()
                return None
            if not await self.wait(seconds):
                return b""
            self.take_message()

    async def wait(self, seconds: float | None) -> bool:
        """Waits for a message of the client; whether one came. Raises Interrupted."""
        if self.message is None:
            self.message = asyncio.ensure_future(self.receive())
        began, left = monotonic(), self.patience - self.waited
        seconds = left if seconds is None else min(seconds, left)
        either: set[asyncio.Future[Any]] = {self.message, self.stopped}
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        self.check_stopped()
        if self.message.done():
            self.waited = 0.0
            return True
        self.waited += monotonic() - began
        if self.waited >= self.patience:
            raise Interrupted(f"the client sent nothing for {self.patience:g} s")
        return False

    def take_message(self) -> None:
        assert self.message is not None  # noqa: S101 -- it was waited for
        message = self.message.result()
        self.message = None
        if message["type"] == "http.disconnect":
            raise Interrupted("the client has gone")
        body = message.get("body", b"")
        self.has_ended = not message.get("more_body", False)
        self.pieces = self.gunzip.feed(body) if self.gunzip else slices(body)

    def check_whole(self) -> None:
        if self.gunzip and not self.gunzip.is_whole:
            raise CutShort("the gzip of the body is cut short")

    async def pause(self, seconds: float) -> None:
        """Lets some time pass that is not the client's. Raises Interrupted."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.stopped), seconds)
        self.check_stopped()

    async def close(self) -> None:
        """Receives no more."""
        if self.message is not None:
            self.message.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self.message


def slices(body: bytes) -> Iterator[bytes]:
    return (body[start : start + PIECE_BYTES] for start in range(0, len(body), PIECE_BYTES))
