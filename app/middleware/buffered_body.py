"""The body of a request, stored so that it can be read more than once: in memory while it is small, then on disk."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import TypeVar

from starlette.requests import Request
from starlette.types import Message, Receive

from app.middleware.requests import header, reserve_file

MAX_IN_MEMORY = 256 << 10  # bytes of a body in memory, and of one chunk that is read back
CONDITIONAL_HEADERS = ("if-match", "if-none-match")  # part of the fingerprint: they change what a request means
BOUNDARY = re.compile(r'^multipart/form-data\s*;.*\bboundary="?([^\s";,]{1,70})', re.IGNORECASE)
BOUNDARY_START = b"\r\n--"

T = TypeVar("T")


class Fingerprint:
    """A SHA-256 that is equal for equal requests. Clients make up a new boundary each time they send a form, so it must
    not count: of a form, the bytes without the boundaries at the beginnings of lines are hashed."""

    def __init__(self, start: str, boundary: str) -> None:
        self.boundary = boundary.encode("latin-1")
        self.digest = hashlib.sha256(f"form {start}".encode() if boundary else start.encode())
        # Of a form: the end of what came, which may be the beginning of a boundary. The body's first line is a line.
        self.tail = b"\r\n"

    def update(self, chunk: bytes) -> None:
        if not self.boundary:
            self.digest.update(chunk)
            return
        data = self.tail + chunk
        end = data.rfind(b"\r", max(len(data) - len(BOUNDARY_START) - len(self.boundary), 0))
        end = len(data) if end < 0 else end
        self.digest.update(without_boundaries(data[:end], self.boundary))
        self.tail = data[end:]

    def hexdigest(self) -> str:
        digest = self.digest.copy()
        if self.boundary:
            digest.update(without_boundaries(self.tail, self.boundary))
        return digest.hexdigest()


def without_boundaries(data: bytes, boundary: bytes) -> bytes:
    """The data with a mark in place of each boundary, and another mark after each start of a boundary that is none, so
    that no two forms become the same. Takes time by the length of the data alone, whatever the boundary is."""
    escaped = data.replace(BOUNDARY_START, BOUNDARY_START + b"0")
    return escaped.replace(BOUNDARY_START + b"0" + boundary, BOUNDARY_START + b"1")


@dataclass(slots=True)
class BufferedBody:
    """A body, as far as it has been read from the client."""

    file: SpooledTemporaryFile[bytes]
    fingerprint: Fingerprint
    size: int = 0
    is_complete: bool = False

    async def read(self, request: Request, max_bytes: int) -> None:
        """Reads the body into the file, and stops once it is over the limit."""
        async for chunk in request.stream():
            self.size += len(chunk)
            await reserve_file(request, self.size, max_bytes)
            await self.run_on_file(partial(self.append, chunk))
            if self.size > max_bytes:
                return
        self.is_complete = True

    def append(self, chunk: bytes) -> None:
        self.file.write(chunk)
        self.fingerprint.update(chunk)

    def chunk_at(self, start: int) -> bytes:
        self.file.seek(start)
        return self.file.read(MAX_IN_MEMORY)

    async def run_on_file(self, work: Callable[[], T]) -> T:
        """Does work on the file: in a thread where the file is on disk, so that the event loop does not wait for it."""
        return await asyncio.to_thread(work) if self.size > MAX_IN_MEMORY else work()

    def replay(self, receive_rest: Receive) -> Receive:
        """An ASGI `receive` that gives the body from its start, and then what the client goes on to send."""
        sent, started = 0, False

        async def receive() -> Message:
            nonlocal sent, started
            if started and sent == self.size:
                return await receive_rest()
            chunk = await self.run_on_file(partial(self.chunk_at, sent))
            sent, started = sent + len(chunk), True
            return {"type": "http.request", "body": chunk, "more_body": sent < self.size or not self.is_complete}

        return receive


@contextmanager
def buffered_body(request: Request) -> Iterator[BufferedBody]:
    """An empty buffer for the body of a request; its file is gone afterwards."""
    scope = request.scope
    start = f"{scope['method']} {scope.get('raw_path', b'').decode()}?{scope['query_string'].decode()}\n"
    start += "".join(f"{name}: {value}\n" for name, value in request.headers.items() if name in CONDITIONAL_HEADERS)
    form = BOUNDARY.match(header(request, b"content-type"))
    with SpooledTemporaryFile(MAX_IN_MEMORY) as file:
        yield BufferedBody(file, Fingerprint(start, form[1] if form else ""))
