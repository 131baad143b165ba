"""The body of a request, kept so that it can be read more than once: in memory while it is small, and then on disk."""

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

from app.middleware.requests import header

IN_MEMORY = 256 << 10  # bytes that are kept in memory, and that are read back at once
CONDITIONS = ("if-match", "if-none-match")  # under another one, a request is another
BOUNDARY = re.compile(r'^multipart/form-data\s*;.*\bboundary="?([^\s";,]{1,70})', re.IGNORECASE)

T = TypeVar("T")


class Fingerprint:
    """A SHA-256 by which the same request is known again. The boundary of a form counts for nothing: clients make up
    another each time they send it. So a form is known by the hashes of what lies between its boundaries."""

    def __init__(self, start: str, boundary: str) -> None:
        self.boundary = boundary.encode("latin-1")
        self.digest = hashlib.sha256(f"form {start}".encode() if boundary else start.encode())
        self.part = hashlib.sha256()  # of a form: what came since the last boundary
        self.left = b""  # the end of what came, which may be the beginning of a boundary

    def add(self, chunk: bytes) -> None:
        if not self.boundary:
            self.digest.update(chunk)
            return
        *parts, rest = (self.left + chunk).split(self.boundary)
        for part in parts:
            self.part.update(part)
            self.digest.update(self.part.digest())
            self.part = hashlib.sha256()
        sure = max(len(rest) - len(self.boundary) + 1, 0)
        self.part.update(rest[:sure])
        self.left = rest[sure:]

    def text(self) -> str:
        whole, part = self.digest.copy(), self.part.copy()
        if self.boundary:
            part.update(self.left)
            whole.update(part.digest())
        return whole.hexdigest()


@dataclass(slots=True)
class BufferedBody:
    """A body as far as it was read."""

    file: SpooledTemporaryFile[bytes]
    fingerprint: Fingerprint
    size: int = 0
    whole: bool = False

    async def read(self, request: Request, most: int) -> None:
        """Reads the body, until it is over the limit."""
        async for chunk in request.stream():
            self.size += len(chunk)
            await self.offload_if_large(partial(self.keep, chunk))
            if self.size > most:
                return
        self.whole = True

    def keep(self, chunk: bytes) -> None:
        self.file.write(chunk)
        self.fingerprint.add(chunk)

    def chunk(self, start: int) -> bytes:
        self.file.seek(start)
        return self.file.read(IN_MEMORY)

    async def offload_if_large(self, work: Callable[[], T]) -> T:
        """Does work on the file, beside the event loop where it lies on disk."""
        return await asyncio.to_thread(work) if self.size > IN_MEMORY else work()

    def replayed(self, rest: Receive) -> Receive:
        """Tells the body from its start, and then what else comes."""
        told, begun = 0, False

        async def receive() -> Message:
            nonlocal told, begun
            if begun and told == self.size:
                return await rest()
            chunk = await self.offload_if_large(partial(self.chunk, told))
            told, begun = told + len(chunk), True
            return {"type": "http.request", "body": chunk, "more_body": told < self.size or not self.whole}

        return receive


@contextmanager
def buffered_body(request: Request) -> Iterator[BufferedBody]:
    """Where the body of a request can be kept, for as long as it is answered."""
    scope = request.scope
    start = f"{scope['method']} {scope.get('raw_path', b'').decode()}?{scope['query_string'].decode()}\n"
    start += "".join(f"{name}: {value}\n" for name, value in request.headers.items() if name in CONDITIONS)
    form = BOUNDARY.match(header(request, b"content-type"))
    with SpooledTemporaryFile(IN_MEMORY) as file:
        yield BufferedBody(file, Fingerprint(start, form[1] if form else ""))
