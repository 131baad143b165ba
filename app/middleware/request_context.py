"""The request context: gives each request an id and a record, and each answer its id and security headers.

The outermost middleware, and so the one place that sees every request and every answer. Knows no address and no facade.
"""

from __future__ import annotations

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

from app.middleware.requests import HEADERS, KEY_HEADER, headers_by_name
from app.middleware.unsent_answers import MAX_KEY_BYTES, UnsentAnswers, is_large
from app.observability.instrumentation import Instrumentation
from app.observability.request_record import CURRENT_REQUEST, RequestRecord, request_id_of
from app.storage.database.availability import AnswersUnread

REQUEST_ID = b"x-request-id"
# Safe in logs, headers and pages, and wide enough for the ids that proxies make.
VALID_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:=+/-]{1,128}")
IDS_PER_CALL = 256  # random ids that one call of the operating system makes
IDS_FORMAT = struct.Struct("16s" * IDS_PER_CALL)

# Fit for data. Pages set a policy of their own, and cacheable files their own Cache-Control.
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
    """Gives requests their id and answers their headers. `error_response` answers exceptions that nothing else has
    answered; `instrumentation` gets the record of each request as its answer begins."""

    def __init__(
        self, app: ASGIApp, error_response: Callable[[Request, Exception], Response], instrumentation: Instrumentation
    ) -> None:
        self.app = app
        self.error_response = error_response
        self.instrumentation = instrumentation
        self.unsent = UnsentAnswers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = scope[HEADERS] = headers_by_name(scope["headers"])
        given = headers.get(REQUEST_ID)
        scope["request_id"] = given if given and VALID_REQUEST_ID.fullmatch(given) else next(IDS)
        record = RecordedRequest(scope)
        record.send, record.context = send, self  # no __init__: it would be one more call
        CURRENT_REQUEST.set(record)  # for this task and those it starts: servers answer each request in its own task
        try:
            await self.app(scope, receive, record.answer)
        except asyncio.CancelledError:  # the server stops: one line in the log, without a traceback
            logger.error(
                "request %s: %s was cut off: the server stops and could not wait any longer", *id_and_path(scope)
            )
        except Exception as error:
            if record.status:  # no other answer can be sent any more, and the server closes the connection
                logger.error("request %s: %s failed in the middle of its answer", *id_and_path(scope), exc_info=error)
            else:
                await self.error_response(Request(scope), error)(scope, receive, record.answer)


class RecordedRequest(RequestRecord):
    """The record of a request, whose `answer` is the ASGI `send` of the application. A method, because a function
    inside the middleware would take longer to make."""

    send: Send
    context: RequestContextMiddleware
    held_start: Message | None = None  # of a large answer, until there is its body

    async def answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if is_large(message.get("headers", ())):
                self.held_start = message
                return
            self.held_start = None  # of an answer that has failed
            self.begin(message)
        elif self.held_start:
            await self.answer_large(self.held_start, message)
            return
        await self.send(message)

    def begin(self, message: Message) -> None:
        """Completes the head of the answer, which is about to be sent."""
        message["headers"] = with_default_headers(message.get("headers", ()), self.scope["request_id"])
        self.status = message["status"]
        self.context.instrumentation.on_answer(self)

    async def answer_large(self, start: Message, message: Message) -> None:
        self.held_start = None
        key, unsent = self.scope[HEADERS].get(KEY_HEADER, b""), self.context.unsent
        if unsent.has_room(key, len(message.get("body", b""))):
            self.begin(start)
            await unsent.send(key, start, message, self.send)
            return
        refusal = self.context.error_response(Request(self.scope), AnswersUnread(f"{MAX_KEY_BYTES} bytes"))
        await refusal(self.scope, nothing_more, self.answer)


async def nothing_more() -> Message:
    return {"type": "http.disconnect"}


def random_ids() -> tuple[bytes, ...]:
    """Random ids of 16 hexadecimal digits: they do not tell how many requests there were."""
    return IDS_FORMAT.unpack(urandom(IDS_FORMAT.size // 2).hex().encode())


IDS = chain.from_iterable(iter(random_ids, ()))


def with_default_headers(headers: list[tuple[bytes, bytes]], request_id: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with its id, and with each security header that it does not set itself."""
    names = dict(headers).keys()
    defaults = SECURITY_HEADERS
    if not SECURITY_HEADER_NAMES.isdisjoint(names):
        defaults = [pair for pair in SECURITY_HEADERS if pair[0] not in names]
    return [*headers, (REQUEST_ID, request_id), *defaults]


def id_and_path(scope: Scope) -> tuple[str, str]:
    return request_id_of(scope), scope["path"]
