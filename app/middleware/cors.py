"""CORS: which pages of other origins may call the gateway, and a warning in the log about others that tried.

Knows no address and no facade. A browser sends an API key for a page only after a preflight, which is answered here.
"""

import logging
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.middleware.idempotency import REPLAYED_HEADER
from app.middleware.requests import HEADERS

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH")
# The headers that scripts may read, beside those that browsers always show.
EXPOSED_HEADERS = (
    "X-Request-Id",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Range",
    "Accept-Ranges",
    "ETag",
    "Retry-After",
    "X-Ignored-Fields",
    "X-Import-Id",
    "X-Change-Cursor",
    REPLAYED_HEADER,
)
PORT = re.compile(r":[0-9]{1,5}\Z")
SAME_SITE_VALUES = ("same-origin", "none")  # none: a person typed the address
MAX_REPORTED_ORIGINS = 100  # strangers can make up any number of origins
MAX_ORIGIN_LENGTH = 200  # characters
NULL_ORIGIN = "null"  # what a browser sends for a page that has no origin
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AllowedOrigins:
    """The origins of the setting (one that ends with `:*` stands for any port), and those the log has mentioned."""

    names: Collection[str]
    reported: set[str] = field(default_factory=set)

    def allow(self, origin: str) -> bool:
        return "*" in self.names or origin in self.names or f"{PORT.sub('', origin)}:*" in self.names

    def report(self, origin: str) -> None:
        """Warns once in the log that pages of this origin may not call, and names the setting that would allow it."""
        origin = origin[:MAX_ORIGIN_LENGTH]
        if origin in self.reported or len(self.reported) >= MAX_REPORTED_ORIGINS:
            return
        self.reported.add(origin)
        if origin == NULL_ORIGIN:
            logger.warning(
                "A page without an origin, such as one opened from a file, may not call: GATEWAY_CORS_ORIGINS cannot "
                "name it. Serve the page from an address."
            )
            return
        message = "Pages of the origin '%s' may not call: GATEWAY_CORS_ORIGINS does not name it."
        logger.warning(message, origin)


def is_cross_origin(request: Request, origins: AllowedOrigins) -> bool:
    """Whether a page sent it that is neither of this server nor of an allowed origin. Programs send neither header."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origins.allow(origin or ""):
        return False
    if site is not None:
        return site not in SAME_SITE_VALUES
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")


class GatewayCORSMiddleware(CORSMiddleware):
    """Lets pages of the allowed origins send any header and read answers. The headers are not listed, because tracing,
    client libraries and proxies each add their own, and none of them gives access without a key."""

    def __init__(self, app: ASGIApp, origins: AllowedOrigins) -> None:
        super().__init__(
            app,
            allow_origins=origins.names,
            allow_methods=METHODS,
            allow_headers=["*"],  # the answer to a preflight repeats those it asks for
            allow_private_network=True,
            expose_headers=EXPOSED_HEADERS,
        )
        self.origins = origins

    def is_allowed_origin(self, origin: str) -> bool:
        return self.origins.allow(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        if not self.origins.allow(request_headers["origin"]):
            self.origins.report(request_headers["origin"])
        return super().preflight_response(request_headers)


class OriginReportMiddleware:
    """Reports pages of other origins whose requests came without a preflight."""

    def __init__(self, app: ASGIApp, origins: AllowedOrigins) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = scope.get(HEADERS, {}).get(b"origin")
        if origin is not None and is_cross_origin(Request(scope), self.origins):
            self.origins.report(origin.decode("latin-1"))
        await self.app(scope, receive, send)
