"""Limits how many bytes of request bodies one process holds at once, in memory and in files, of all requests together
and of those that one key has sent. Small bodies are not counted; large ones wait for their turn, so that many at once
take more time instead of more room. Knows no facade and no address."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from app.storage.database.availability import Overloaded

MAX_UNCOUNTED_BYTES = 65_536  # of a small body: the server has received as many before the application reads any
# Where a request's scope has its reservations.
RESERVATION = "body_memory_reservation"
FILE_RESERVATION = "body_file_reservation"


class BodyMemoryLimiter:
    """The room for bodies: `max_bytes` in memory, `max_file_bytes` in files. A request reserves what its body needs,
    and the reservation ends with its answer. One that waits for more than `max_wait_seconds` is refused."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_file_bytes: int, max_wait_seconds: float) -> None:
        self.app = app
        self.memory, self.files = Room(max_bytes, max_wait_seconds), Room(max_file_bytes, max_wait_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reservation = scope[RESERVATION] = Reservation(self.memory)
        in_files = scope[FILE_RESERVATION] = Reservation(self.files)
        try:
            await self.app(scope, receive, send)
        finally:
            if reservation.size:
                reservation.release()
            if in_files.size:
                in_files.release()


class Room:
    """So many bytes, of which one key has no more than half."""

    def __init__(self, max_bytes: int, max_wait_seconds: float) -> None:
        self.free_bytes = max_bytes
        self.max_key_bytes = max_bytes // 2
        self.max_wait_seconds = max_wait_seconds
        self.key_bytes: Counter[str] = Counter()
        self.waiting: list[tuple[Reservation, int, asyncio.Future[None]]] = []

    def grant_waiting(self) -> None:
        """Grants what is waited for in the order of asking, as far as there is room. Whoever waits for others of the
        same key makes nobody wait."""
        still_waiting = []
        for place, (reservation, size, granted) in enumerate(self.waiting):
            if granted.done():
                continue
            if self.key_bytes.get(reservation.key, 0) + size > self.max_key_bytes:
                still_waiting.append((reservation, size, granted))
            elif size > self.free_bytes:
                still_waiting += self.waiting[place:]
                break
            else:
                reservation.take(size)
                granted.set_result(None)
        self.waiting = still_waiting


@dataclass(slots=True)
class Reservation:
    """The bytes that one request has reserved."""

    room: Room
    key: str = ""
    size: int = 0

    async def acquire(self, key: str, size: int) -> None:
        """Waits until there is room for the request's body, which came with this key. Raises Overloaded."""
        self.key = key
        granted = asyncio.get_running_loop().create_future()
        self.room.waiting.append((self, size, granted))
        self.room.grant_waiting()
        try:
            async with asyncio.timeout(self.room.max_wait_seconds):
                await granted
        except TimeoutError:
            raise Overloaded(f"no room for {size} bytes within {self.room.max_wait_seconds:g} s") from None
        finally:
            granted.cancel()
            self.room.grant_waiting()

    def take(self, size: int) -> None:
        self.size = size
        self.room.free_bytes -= size
        self.room.key_bytes[self.key] += size

    def release(self) -> None:
        self.room.free_bytes += self.size
        self.room.key_bytes[self.key] -= self.size
        if not self.room.key_bytes[self.key]:
            del self.room.key_bytes[self.key]
        self.size = 0
        self.room.grant_waiting()
