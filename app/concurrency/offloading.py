"""Work that may take long leaves the event loop: it is done in a thread, so that other requests do not wait for it.

Threads take turns with the event loop every tenth of a millisecond; see `process_tuning`. So whoever asks for little is
served meanwhile, whatever others ask for. Turns are shared fairly between API keys.
"""

import asyncio
from collections.abc import Callable, Hashable
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from time import thread_time
from typing import Any, ParamSpec, TypeVar

from app.concurrency.abandonment import CURRENT_PIECE, Piece, end_if_abandoned
from app.concurrency.fair_semaphore import FairSemaphore

TURNS = 2  # one more than a key may have, so that no key makes all others wait for what it asks for
MAX_WAIT_SECONDS = 10.0

T = TypeVar("T")
P = ParamSpec("P")


class NoTurn(Exception):
    """Others took all turns for too long."""


@dataclass(frozen=True, slots=True)
class Offloader:
    """Runs work in threads, of each key one piece at a time."""

    max_wait_seconds: float = MAX_WAIT_SECONDS
    turns: FairSemaphore = field(default_factory=lambda: FairSemaphore(TURNS, max_per_key=1))

    async def think(self, key: Hashable, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does work in a thread before an operation runs. The key's next turn comes after a pause as long as the work
        took: at least half of the time is left for what is ready to run. Raises NoTurn where none comes in time."""
        if not self.turns.try_acquire(key):
            try:
                async with asyncio.timeout(self.max_wait_seconds):
                    await self.turns.acquire(key)
            except TimeoutError:
                raise NoTurn(f"no turn came within {self.max_wait_seconds:g} s") from None
        return await self.run(key, 1.0, work, *args, **kwargs)

    async def finish(self, key: Hashable, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does work in a thread on an answer whose rows were read. Its turn is waited for as long as it takes: who has
        a time limit sets it, and what was written must be answered."""
        await self.turns.acquire(key)
        return await self.run(key, 0.0, work, *args, **kwargs)

    async def run(self, key: Hashable, pause: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does work in a turn that was acquired, and gives it back when the work has ended, even if nobody waits for
        that any more, and after a pause of so many times as long as it took."""
        loop, piece, context = asyncio.get_running_loop(), Piece(), copy_context()

        def end_turn(_: Any) -> None:
            if pause:
                loop.call_later(piece.seconds * pause, self.turns.release, key, piece.seconds)
            else:
                self.turns.release(key, piece.seconds)

        working = loop.run_in_executor(None, context.run, partial(timed, piece, work, *args, **kwargs))
        working.add_done_callback(end_turn)
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            piece.is_abandoned = True
            raise


def timed(piece: Piece, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Does work in this thread, and notes how long a processor worked on it, however busy the machine is."""
    CURRENT_PIECE.set(piece)
    began = thread_time()
    try:
        end_if_abandoned()
        return work(*args, **kwargs)
    finally:
        piece.seconds = thread_time() - began
