"""Routing on the raw path: a key may hold any character, a slash too, so segments are split before they are decoded."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.middleware.requests import CLIENT_CLOSED_REQUEST
from app.rest_api.errors import not_allowed, nowhere

Endpoint = Callable[[Request], Awaitable[Response]]
Keys = dict[str, str]
MAX_ENCODED_LENGTH = 3  # bytes of a percent-encoded letter


@dataclass(frozen=True, slots=True)
class RawRoute:
    """One method on one path; a segment in braces is a key. One that `streams` reads its body as it comes, and is not
    to be run under an Idempotency-Key."""

    method: str
    path: str
    endpoint: Endpoint
    streams: bool = False

    def match(self, segments: Sequence[str]) -> Keys | None:
        """The keys of a path, given decoded, that matches; None for one that does not."""
        own = self.path.strip("/").split("/")
        if len(own) != len(segments):
            return None
        keys: Keys = {}
        for pattern, text in zip(own, segments, strict=True):
            if pattern.startswith("{") and text:  # a key that is not UTF-8 too: it is refused as a key
                keys[pattern[1:-1]] = text
            elif pattern != text:
                return None
        return keys


def decoded(raw: bytes) -> str:
    """A percent-encoded segment as text. Bytes that are no UTF-8 become halves of surrogate pairs, which no key may
    hold."""
    return unquote_to_bytes(raw).decode(errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class RawRouter:
    """An ASGI application of raw routes; `failed` answers what they raise."""

    routes: Sequence[RawRoute]
    failed: Callable[[Request, Exception], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self.answer(request)
        except ClientDisconnect:
            response = Response(status_code=CLIENT_CLOSED_REQUEST)  # to nobody
        except Exception as raised:  # whatever is not expected becomes a 500 with a request id
            response = self.failed(request, raised)
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        matches = self.located(request.scope)
        if not matches:
            raise nowhere()
        method = "GET" if request.method == "HEAD" else request.method
        for route, keys in matches:
            if route.method == method:
                request.scope["path_params"] = keys
                request.scope["route"] = route
                return await route.endpoint(request)
        raise not_allowed(", ".join(sorted({route.method for route, _ in matches})))

    def located(self, scope: Scope) -> list[tuple[RawRoute, Keys]]:
        """The routes of the request's path, whatever its method, with its keys; the scope tells one for its path."""
        segments = [decoded(raw) for raw in raw_path(scope).strip(b"/").split(b"/")]
        matches = [(route, keys) for route in self.routes if (keys := route.match(segments)) is not None]
        if matches:
            scope["route"] = matches[0][0]
        return matches


class RawMount(BaseRoute):
    """Hands every request below a first segment to an application. Starlette's own Mount matches the decoded path, and
    finds none with a line break in it."""

    def __init__(self, first: str, app: RawRouter) -> None:
        self.first = first
        self.app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        first = raw_path(scope).lstrip(b"/").partition(b"/")[0]
        own = len(first) <= MAX_ENCODED_LENGTH * len(self.first) and decoded(first) == self.first
        return (Match.FULL if own else Match.NONE), {}

    def locate(self, scope: Scope) -> None:
        """Has the scope tell the route of its path, where it is one below this."""
        if self.matches(scope)[0] is Match.FULL:
            self.app.located(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def raw_path(scope: Scope) -> bytes:
    """The path as it was sent, without the query."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0]
