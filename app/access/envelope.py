"""What every answer carries, whatever answers it: the request's id, and the headers that keep a browser careful.

The outermost part of the application, and so the one place where every request is seen. It knows no address and no
facade; an answer that sets one of the headers by itself keeps its own.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.seeing.watch import Watch
from app.seeing.work import WORK

REQUEST_ID = b"x-request-id"
# What is safe in a log, in a header and on a page, and holds the ids that proxies make.
SANE = re.compile(rb"[A-Za-z0-9._:=+/-]{1,128}")

# For an answer that is data. Pages bring a policy of their own, and files that may be kept say for how long.
CAREFUL = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),  # a page that CORS admits is not asked for it
    (b"referrer-policy", b"no-referrer"),  # an address may be a secret: a signed link, a query
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
logger = logging.getLogger(__name__)


class Envelope:
    """Gives a request its id and an answer its headers; `failed` answers what nothing inside has answered, and `watch`
    is told of each request and of its answer as it begins."""

    def __init__(self, app: ASGIApp, failed: Callable[[Request, Exception], Response], watch: Watch) -> None:
        self.app = app
        self.failed = failed
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope["request_id"] = chosen_id(scope) or secrets.token_hex(8).encode()
        started = False
        work = self.watch.begun(scope)
        known = WORK.set(work)

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = with_ours(message.get("headers", ()), request_id)
                self.watch.answered(work, message["status"])
            await send(message)

        try:
            await self.app(scope, receive, sealed)
        except asyncio.CancelledError:  # the server stops: a line in the log and no stack
            logger.error("request %s: %s was cut off: the server stops and could not wait any longer", *named(scope))
        except Exception as raised:
            if started:  # no other answer can be given, and the server ends the connection
                logger.error("request %s: %s failed in the middle of its answer", *named(scope), exc_info=raised)
            else:
                await self.failed(Request(scope), raised)(scope, receive, sealed)
        finally:
            WORK.reset(known)


def chosen_id(scope: Scope) -> bytes | None:
    """The id that the client gave the request, if one may repeat it."""
    for name, value in scope["headers"]:
        if name == REQUEST_ID:
            return value if SANE.fullmatch(value) else None
    return None


def with_ours(headers: list[tuple[bytes, bytes]], request_id: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, with the id and what it does not set by itself."""
    own = {name for name, _ in headers}
    return [*headers, (REQUEST_ID, request_id), *(pair for pair in CAREFUL if pair[0] not in own)]


def named(scope: Scope) -> tuple[str, str]:
    return request_id_of(scope), scope["path"]


def request_id_of(scope: Scope) -> str:
    """What the answer names the request by, and the log."""
    request_id: bytes = scope["request_id"]
    return request_id.decode()
