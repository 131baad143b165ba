"""How many bytes of request bodies one process keeps at once. Small bodies are not counted; large ones take their turn,
so that many at once take longer and not more memory. It knows no facade and no address."""

import asyncio
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

from app.storage.outages import Crowded

SMALL = 65_536  # bytes of a body that needs no room: a connection has received as many before anybody asks for them
ROOM, TAKEN = "room", "room_taken"  # where a request's scope has them


class Room:
    """Room for so many bytes, each request's given back when it is answered. Whoever waits for more than `seconds` is
    sent away."""

    def __init__(self, app: ASGIApp, most: int, seconds: float) -> None:
        self.app = app
        self.free = most
        self.seconds = seconds
        self.waiting: deque[tuple[Scope, int, asyncio.Future[None]]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[ROOM] = self
        try:
            await self.app(scope, receive, send)
        finally:
            if TAKEN in scope:
                self.leave(scope)

    async def take(self, scope: Scope, size: int) -> None:
        """Waits for room for the body of a request, which has none yet, after whoever came before. Raises Crowded."""
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append((scope, size, turn))
        self.admit()
        try:
            async with asyncio.timeout(self.seconds):
                await turn
        except TimeoutError:
            raise Crowded(f"no room for {size} bytes within {self.seconds:g} s") from None
        finally:
            turn.cancel()
            self.admit()

    def admit(self) -> None:
        """Lets those in whose turn it is."""
        while self.waiting:
            scope, size, turn = self.waiting[0]
            if not turn.cancelled():
                if size > self.free:
                    return
                self.free -= size
                scope[TAKEN] = size
                turn.set_result(None)
            self.waiting.popleft()

    def leave(self, scope: Scope) -> None:
        """Gives back what the request has taken."""
        self.free += scope.pop(TAKEN)
        self.admit()
