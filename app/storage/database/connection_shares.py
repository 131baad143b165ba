"""Who may use a connection of a pool next: tenants share the connections fairly, and statements that may run long leave
some of them to the others.

A tenant that is alone may use all connections but one. Where others wait, what becomes free goes to who has the fewest.
Nothing is interrupted for that, so a statement that may run long takes a turn among its like as well: all of them
together leave connections to the short ones, and those of one tenant leave one to another tenant's. SQLite works in the
threads of this process: more long statements than there are processors would only slow down each other and the rest.
"""

import asyncio
from collections.abc import Hashable
from math import ceil
from time import monotonic
from typing import Any, Self

from app.concurrency.fair_semaphore import FairSemaphore
from app.storage.database.time_limits import note_seconds

RESERVE = 1 / 5  # of the connections, for statements that do not run long; one at least where there are several


class ConnectionShares:
    """The turns at so many connections, at most `most_long` of which statements may have that may run long. Whoever
    waits for longer than `wait` seconds gets TimeoutError."""

    def __init__(self, connections: int, wait: float, most_long: int | None = None) -> None:
        self.wait = wait
        long = max(connections - ceil(connections * RESERVE), 1)
        long = long if most_long is None else min(long, most_long)
        self.turns = FairSemaphore(connections, max(connections - 1, 2))
        self.long_turns = FairSemaphore(long, max(long - 1, 1))

    @property
    def waiting_long(self) -> int:
        """How many statements that may run long wait."""
        return self.long_turns.waiting

    @property
    def waiting(self) -> int:
        """How many wait in all."""
        return self.turns.waiting + self.long_turns.waiting

    async def acquire(self, key: Hashable, *, long: bool) -> None:
        try:
            async with asyncio.timeout(self.wait):
                await (self.acquire_long(key) if long else self.turns.acquire(key))
        except TimeoutError:
            raise TimeoutError(f"no database connection became free within {self.wait:g} s") from None

    async def acquire_long(self, key: Hashable) -> None:
        await self.long_turns.acquire(key)
        try:
            await self.turns.acquire(key)
        except BaseException:
            self.long_turns.release(key, 0)
            raise


class ConnectionTurn:
    """The turn of one key, a tenant's or a caller's, at a connection. A class, because every request enters one."""

    __slots__ = ("began", "key", "long", "shares")

    def __init__(self, shares: ConnectionShares, key: Hashable, *, long: bool = False) -> None:
        self.shares = shares
        self.key = key
        self.long = long

    async def begin(self) -> None:
        """Waits until it is the key's turn. Raises TimeoutError."""
        if self.long or not self.shares.turns.try_acquire(self.key):
            await self.shares.acquire(self.key, long=self.long)
        self.began = monotonic()

    async def __aenter__(self) -> Self:
        await self.begin()
        return self

    async def __aexit__(self, *_: Any) -> None:
        self.end()

    def end(self) -> None:
        seconds = monotonic() - self.began
        self.shares.turns.release(self.key, seconds)
        if self.long:
            self.shares.long_turns.release(self.key, seconds)
            note_seconds(seconds)
