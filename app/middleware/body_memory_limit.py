"""How many bytes of request bodies one process keeps at once. Small bodies are not counted; large ones take their turn,
so that many at once take longer and not more memory. It knows no facade and no address."""

import asyncio
from collections import deque
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from app.storage.database.availability import Overloaded

UNCOUNTED = 65_536  # bytes of a body that needs no room: a connection has received as many before anybody asks for them
RESERVATION = "room"  # where a request's scope has its share


class BodyMemoryLimiter:
    """Room for so many bytes, each request's given back when it is answered. Whoever waits for more than `seconds` is
    sent away."""

    def __init__(self, app: ASGIApp, most: int, seconds: float) -> None:
        self.app = app
        self.free = most
        self.seconds = seconds
        self.waiting: deque[tuple[Reservation, int, asyncio.Future[None]]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        share = scope[RESERVATION] = Reservation(self)
        try:
            await self.app(scope, receive, send)
        finally:
            if share.taken:
                share.leave()

    def admit(self) -> None:
        """Lets those in whose turn it is."""
        while self.waiting:
            share, size, turn = self.waiting[0]
            if not turn.cancelled():
                if size > self.free:
                    return
                self.free -= size
                share.taken = size
                turn.set_result(None)
            self.waiting.popleft()


@dataclass(slots=True)
class Reservation:
    """What one request has taken of the room, in bytes."""

    room: BodyMemoryLimiter
    taken: int = 0

    async def take(self, size: int) -> None:
        """Waits for room for the request's body, which has none yet, after whoever came before. Raises Crowded."""
        turn = asyncio.get_running_loop().create_future()
        self.room.waiting.append((self, size, turn))
        self.room.admit()
        try:
            async with asyncio.timeout(self.room.seconds):
                await turn
        except TimeoutError:
            raise Overloaded(f"no room for {size} bytes within {self.room.seconds:g} s") from None
        finally:
            turn.cancel()
            self.room.admit()

    def leave(self) -> None:
        """Gives back what the request has taken."""
        self.room.free += self.taken
        self.taken = 0
        self.room.admit()
