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
from app.graphql_api.errors import ErrorCode, RequestError, error
from app.graphql_api.execution.parsing import GraphQLRequest, PreparedOperation

# What the event loop does itself; more than that is offloaded.
SHORT_TEXT = 500  # characters
FEW_FIELDS = 10  # to be planned: a list takes some 3 ms
SMALL_REQUEST = 16_384  # bytes
FEW_VALUES = 2_000  # bytes of a request: a comparison of thirty takes some 0.1 ms to be planned
SMALL_ANSWER = 32_768  # bytes: to finish a larger one may take over 20 ms

TURNS = 2  # one more than a key may have, so that no key makes all others wait for what it asks for
MAX_WAIT_SECONDS = 10.0
RETRY_AFTER = 1  # seconds

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Offloader:
    """Runs work in threads, of each key one piece at a time."""

    max_wait_seconds: float = MAX_WAIT_SECONDS
    turns: FairSemaphore = field(default_factory=lambda: FairSemaphore(TURNS, max_per_key=1))

    async def offload_if_large(
        self,
        operation: PreparedOperation,
        request: GraphQLRequest,
        key: Hashable,
        work: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Does work before an operation runs: in a thread where the operation or the request is large."""
        if is_large(operation, request):
            return await self.think(key, work, *args, **kwargs)
        return work(*args, **kwargs)

    async def think(self, key: Hashable, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does work in a thread before an operation runs. The key's next turn comes after a pause as long as the work
        took: at least half of the time is left for what is ready to run. Raises RequestError where no turn comes within
        the limit."""
        if not self.turns.try_acquire(key):
            try:
                async with asyncio.timeout(self.max_wait_seconds):
                    await self.turns.acquire(key)
            except TimeoutError:
                raise self.busy() from None
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

    def busy(self) -> RequestError:
        message = f"Large operations took all turns to be planned for {self.max_wait_seconds:g} s: try again."
        wait = {"Retry-After": str(RETRY_AFTER)}
        return RequestError([error(ErrorCode.UNAVAILABLE, message)], 503, wait)


def timed(piece: Piece, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Does work in this thread, and notes how long a processor worked on it, however busy the machine is."""
    CURRENT_PIECE.set(piece)
    began = thread_time()
    try:
        end_if_abandoned()
        return work(*args, **kwargs)
    finally:
        piece.seconds = thread_time() - began


def is_large(operation: PreparedOperation, request: GraphQLRequest) -> bool:
    return bool(operation.field_count > FEW_FIELDS or request.size > FEW_VALUES or operation.is_common_introspection)
