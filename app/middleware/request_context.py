"""What every answer carries, whatever answers it: the request's id, and the headers that keep a browser careful.

The outermost part of the application, and so the one place where every request is seen. It knows no address and no
facade; an answer that sets one of the headers by itself keeps its own.
"""

import asyncio
import logging
import re
import struct
from collections.abc import Callable
from itertools import chain
from os import urandom

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.middleware.requests import HEADERS, headers_by_name
from app.observability.instrumentation import Instrumentation
from app.observability.request_record import CURRENT_REQUEST, RequestRecord, request_id_of

REQUEST_ID = b"x-request-id"
# What is safe in a log, in a header and on a page, and holds the ids that proxies make.
VALID_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:=+/-]{1,128}")
IDS_AT_ONCE = 256  # ids, by one call of the system
DIGITS = struct.Struct("16s" * IDS_AT_ONCE)  # of each

# For an answer that is data. Pages bring a policy of their own, and files that may be kept say for how long.
SECURITY_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),  # a page that CORS admits is not asked for it
    (b"referrer-policy", b"no-referrer"),  # an address may be a secret: a signed link, a query
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
SECURITY_HEADER_NAMES = {name for name, _ in SECURITY_HEADERS}
logger = logging.getLogger(__name__)


class RequestContextMiddleware:
    """Gives a request its id and an answer its headers; `failed` answers what nothing inside has answered, and `watch`
    is told of each request and of its answer as it begins."""

    def __init__(self, app: ASGIApp, failed: Callable[[Request, Exception], Response], watch: Instrumentation) -> None:
        self.app = app
        self.failed = failed
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = scope[HEADERS] = headers_by_name(scope["headers"])
        given = headers.get(REQUEST_ID)
        scope["request_id"] = given if given and VALID_REQUEST_ID.fullmatch(given) else next(IDS)
        work = RecordedRequest(scope)
        work.send, work.watch = send, self.watch  # an __init__ for them would be one more call
        CURRENT_REQUEST.set(
            work
        )  # for this task, and those that it begins: servers answer each request in one of its own
        try:
            await self.app(scope, receive, work.answer)
        except asyncio.CancelledError:  # the server stops: a line in the log and no stack
            logger.error(
                "request %s: %s was cut off: the server stops and could not wait any longer", *id_and_path(scope)
            )
        except Exception as raised:
            if work.status:  # no other answer can be given, and the server ends the connection
                logger.error("request %s: %s failed in the middle of its answer", *id_and_path(scope), exc_info=raised)
            else:
                await self.failed(Request(scope), raised)(scope, receive, work.answer)


class RecordedRequest(RequestRecord):
    """A request whose answer goes out through here; a function inside of the middleware would take longer to make."""

    send: Send
    watch: Instrumentation

    async def answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = with_default_headers(message.get("headers", ()), self.scope["request_id"])
            self.status = message["status"]
            self.watch.answered(self)
        await self.send(message)


def random_ids() -> tuple[bytes, ...]:
    """Ids of 16 digits, by which nobody can tell how many others there were."""
    return DIGITS.unpack(urandom(DIGITS.size // 2).hex().encode())


IDS = chain.from_iterable(iter(random_ids, ()))


def with_default_headers(headers: list[tuple[bytes, bytes]], request_id: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, with the id and what it does not set by itself."""
    own = dict(headers).keys()
    ours = (
        SECURITY_HEADERS
        if SECURITY_HEADER_NAMES.isdisjoint(own)
        else [pair for pair in SECURITY_HEADERS if pair[0] not in own]
    )
    return [*headers, (REQUEST_ID, request_id), *ours]


def id_and_path(scope: Scope) -> tuple[str, str]:
    return request_id_of(scope), scope["path"]
