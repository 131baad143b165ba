"""/metrics: who may read it, and what is taken when it is read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.observability.metrics import Metrics

HEARTBEAT_SECONDS = 1.0  # seconds
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")  # a proxy on this machine speaks for others


@dataclass(frozen=True, slots=True)
class MetricsEndpoint:
    """Answers with the metrics; to others than this machine's own programs only where `to_all`."""

    metrics: Metrics
    to_all: bool

    async def __call__(self, request: Request) -> Response:
        if not (self.to_all or is_local(request)):
            raise HTTPException(404)
        self.metrics.measure()
        # In a thread: a thousand lines take as long as dozens of requests.
        return Response(await asyncio.to_thread(self.metrics.text), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    @asynccontextmanager
    async def heartbeat(self) -> AsyncIterator[None]:
        """Meanwhile what is noted is counted, where other workers can see it."""
        pulse = asyncio.create_task(self.beat())
        try:
            yield
        finally:
            pulse.cancel()
            with suppress(asyncio.CancelledError):
                await pulse
            self.tell()  # what was noted since the last beat

    async def beat(self) -> None:
        while True:
            self.tell()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    def tell(self) -> None:
        with suppress(OSError):  # a disk that is full for a while
            self.metrics.measure()

    def routes(self) -> list[BaseRoute]:
        async def metrics(request: Request) -> Response:
            return await self(request)

        return [Route("/metrics", metrics, methods=["GET"])]


def is_local(request: Request) -> bool:
    """Whether a program on this machine asks, for itself."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:  # no address: a test, or a socket of another kind
        return False
