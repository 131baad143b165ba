"""Limits how many bytes of request bodies one process holds in memory at once. Small bodies are not counted; large ones
wait for their turn, so that many at once take more time instead of more memory. Knows no facade and no address."""

import asyncio
from collections import deque
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from app.storage.database.availability import Overloaded

MAX_UNCOUNTED_BYTES = 65_536  # of a small body: the server has received as many before the application reads any
RESERVATION = "body_memory_reservation"  # where a request's scope has its reservation


class BodyMemoryLimiter:
    """The memory for bodies. A request reserves what its body needs, and the reservation ends with its answer. One that
    waits for more than `max_wait_seconds` is refused."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_wait_seconds: float) -> None:
        self.app = app
        self.free_bytes = max_bytes
        self.max_wait_seconds = max_wait_seconds
        self.waiting: deque[tuple[Reservation, int, asyncio.Future[None]]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reservation = scope[RESERVATION] = Reservation(self)
        try:
            await self.app(scope, receive, send)
        finally:
            if reservation.size:
                reservation.release()

    def grant_waiting(self) -> None:
        """Grants what is waited for, in the order of asking, as far as there is memory."""
        while self.waiting:
            reservation, size, granted = self.waiting[0]
            if not granted.cancelled():
                if size > self.free_bytes:
                    return
                self.free_bytes -= size
                reservation.size = size
                granted.set_result(None)
            self.waiting.popleft()


@dataclass(slots=True)
class Reservation:
    """The bytes that one request has reserved."""

    limiter: BodyMemoryLimiter
    size: int = 0

    async def acquire(self, size: int) -> None:
        """Waits until the memory for the request's body is free. Raises Overloaded."""
        granted = asyncio.get_running_loop().create_future()
        self.limiter.waiting.append((self, size, granted))
        self.limiter.grant_waiting()
        try:
            async with asyncio.timeout(self.limiter.max_wait_seconds):
                await granted
        except TimeoutError:
            raise Overloaded(f"no room for {size} bytes within {self.limiter.max_wait_seconds:g} s") from None
        finally:
            granted.cancel()
            self.limiter.grant_waiting()

    def release(self) -> None:
        self.limiter.free_bytes += self.size
        self.size = 0
        self.limiter.grant_waiting()
