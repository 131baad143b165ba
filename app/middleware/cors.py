"""Pages of other origins: which of them may call, what browsers are told by CORS, and what the log says of others.

It knows no address and no facade. A browser sends a key for a page only after a preflight, which is answered here.
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

from app.middleware.idempotency import REPLAYED
from app.middleware.requests import HEADERS

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH")
# What scripts may read of an answer, beside what browsers show to all of them.
EXPOSED = (
    "X-Request-Id",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Range",
    "Accept-Ranges",
    "ETag",
    "Retry-After",
    "X-Ignored-Fields",
    REPLAYED,
)
PORT = re.compile(r":[0-9]{1,5}\Z")
OWN = ("same-origin", "none")  # none: by a person, who typed an address
MOST_REPORTED = 100  # origins, which strangers choose
LONGEST_REPORTED = 200  # characters
NULL = "null"  # what a browser sends for a page that has no origin
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins that the setting names, any port of one that ends with `:*`, and those that the log was told of."""

    names: Collection[str]
    reported: set[str] = field(default_factory=set)

    def allow(self, origin: str) -> bool:
        return "*" in self.names or origin in self.names or f"{PORT.sub('', origin)}:*" in self.names

    def report(self, origin: str) -> None:
        """Says in the log, once, that pages of this origin may not call, and by which setting they might."""
        if origin in self.reported or len(self.reported) >= MOST_REPORTED:
            return
        self.reported.add(origin)
        if origin == NULL:
            told = "A page without an origin, such as one opened from a file, may not call: GATEWAY_CORS_ORIGINS cannot"
            logger.warning("%s name it. Serve the page from an address.", told)
            return
        shown = origin[:LONGEST_REPORTED]
        logger.warning("Pages of the origin '%s' may not call: GATEWAY_CORS_ORIGINS does not name it.", shown)


def is_foreign(request: Request, origins: Origins) -> bool:
    """Whether it comes from a page that is neither of this server nor of one of the origins; no program's does."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origins.allow(origin or ""):
        return False
    if site is not None:
        return site not in OWN
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")


class Cors(CORSMiddleware):
    """Lets pages of the origins send any header and read answers. Which headers these are is not ours to list: tracing,
    client libraries and proxies each add their own, and none of them opens anything without a key."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        super().__init__(
            app,
            allow_origins=origins.names,
            allow_methods=METHODS,
            allow_headers=["*"],  # each that a preflight asks for is named in its answer
            allow_private_network=True,
            expose_headers=EXPOSED,
        )
        self.origins = origins

    def is_allowed_origin(self, origin: str) -> bool:
        return self.origins.allow(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        if not self.origins.allow(request_headers["origin"]):
            self.origins.report(request_headers["origin"])
        return super().preflight_response(request_headers)


class ReportOrigins:
    """Reports pages of other origins that no preflight of `Cors` has answered."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = scope.get(HEADERS, {}).get(b"origin")
        if origin is not None and is_foreign(Request(scope), self.origins):
            self.origins.report(origin.decode("latin-1"))
        await self.app(scope, receive, send)
