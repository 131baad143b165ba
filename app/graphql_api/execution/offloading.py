"""Work that may take long leaves the event loop: it is done in a thread, so that other requests do not wait for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from app.graphql_api.execution.parsing import GraphQLRequest, PreparedOperation

# What the event loop does itself; more than that is offloaded.
SHORT_TEXT = 500  # characters
FEW_FIELDS = 100
SMALL_REQUEST = 16_384  # bytes

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Offloader:
    """Runs work in threads, one piece at a time."""

    cpu_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def offload_if_large(
        self,
        operation: PreparedOperation,
        request: GraphQLRequest,
        work: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Does work on an operation: in a thread where the operation or the request is large."""
        if is_large(operation, request):
            return await self.run_serialized(work, *args, **kwargs)
        return work(*args, **kwargs)

    async def run_serialized(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does work in a thread, one piece after the other, with a pause after each as long as it took: however much of
        it there is, at least half of the time is left for other requests."""
        loop = asyncio.get_running_loop()
        await self.cpu_lock.acquire()
        began = loop.time()
        try:
            return await asyncio.to_thread(work, *args, **kwargs)
        finally:
            loop.call_later(loop.time() - began, self.cpu_lock.release)


def is_large(operation: PreparedOperation, request: GraphQLRequest) -> bool:
    return bool(operation.field_count > FEW_FIELDS or request.size > SMALL_REQUEST or operation.is_common_introspection)
