"""The endpoint /metrics: who may read it, and the regular collection of the metrics."""

import asyncio
import re
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

HEARTBEAT_SECONDS = 1.0  # between two collections
FORWARDED = (
    "forwarded",
    "x-forwarded-for",
    "x-real-ip",
    "via",
)  # a proxy on this machine sends these: it speaks for others

# What this machine calls itself. A page of any site can have its own name resolve to this machine, and a browser here
# then takes the metrics for that page's own: it sends that name.
LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MetricsEndpoint:
    """Answers with the metrics: only to programs on this machine, unless it `is_public`."""

    metrics: Metrics
    is_public: bool
    heartbeat_seconds: float = HEARTBEAT_SECONDS

    async def __call__(self, request: Request) -> Response:
        if not (self.is_public or is_local(request)):
            raise HTTPException(404)
        self.metrics.collect()
        # In a thread: a thousand lines take as long as dozens of requests.
        return Response(await asyncio.to_thread(self.metrics.text), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    @asynccontextmanager
    async def heartbeat(self) -> AsyncIterator[None]:
        """Collects the metrics regularly in the background, so that other workers can read them."""
        task = asyncio.create_task(self.collect_regularly())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self.collect()  # what is pending since the last time

    async def collect_regularly(self) -> None:
        while True:
            self.collect()
            await asyncio.sleep(self.heartbeat_seconds)

    def collect(self) -> None:
        with suppress(OSError):  # the disk may be full for a while
            self.metrics.collect()

    def routes(self) -> list[BaseRoute]:
        async def metrics(request: Request) -> Response:
            return await self(request)

        return [Route("/metrics", metrics, methods=["GET"])]


def is_local(request: Request) -> bool:
    """Whether the client is a program on this machine that asks this machine, and no proxy."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    if not LOCAL_HOST.fullmatch(request.headers.get("host", "")):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:  # not an IP address: a test, or another kind of socket
        return False
