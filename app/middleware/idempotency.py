"""Idempotency: a write that is sent under an Idempotency-Key is done once, however often it is sent.

The request runs inside one database transaction that also stores its answer. So both are there or neither, whenever the
process, the connection or the client goes away. Knows no facade: each says in its own form what is refused.
"""

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.auth.authentication import Unauthenticated, caller_of
from app.auth.costs import REQUEST
from app.auth.rate_limits import RateLimited, RateLimiter
from app.domain.caller import Caller
from app.middleware.buffered_body import BufferedBody, buffered_body
from app.middleware.requests import CLIENT_CLOSED_REQUEST, HEADERS, header
from app.observability.request_record import CURRENT_REQUEST, RequestRecord
from app.storage.database.engine import Database
from app.storage.writes.idempotent_answers import (
    MAX_KEPT_BYTES,
    MAX_KEYS,
    KeptAnswer,
    KeyAllowance,
    KeyTaken,
    StoredAnswer,
    TooManyKeys,
    claim,
    find,
    keep,
)
from app.storage.writes.request_transaction import RetryRequest
from app.storage.writes.unit_of_work import CallerChanged

KEY_HEADER = b"idempotency-key"
VALID_KEY = re.compile(r"[!-~]{1,255}")
REPLAYED_HEADER = "Idempotent-Replayed"  # of an answer that was stored by an earlier request
KEPT_HEADERS = ("ETag", "X-Ignored-Fields")  # of an answer: stored with it, as true when it is given again
WRITING_METHODS = {"POST", "PUT", "PATCH"}
MAX_RUNS = 50  # of one request; each run but the last found work that must be done outside its transaction
TOO_BUSY = "Others were faster again and again, and nothing was written: try again."
NOT_KEPT = (
    "This request was done before and answered with status {status}. The answer was larger than 1 MiB and not kept: "
    "read what you need of it."
)
TOO_MANY_KEYS = f"The tenant has used {MAX_KEYS} Idempotency-Keys in a day, and may use no more: try again later."
RETRY_LATER = {"Retry-After": "60"}  # until keys of a day ago may be free
UNSTORED_STATUSES = {401, 403, 408, 429}  # the same request may soon be answered otherwise
FAILED, UNAVAILABLE = "INTERNAL_SERVER_ERROR", "UNAVAILABLE"
NOT_ALLOWED = {"UNAUTHENTICATED", "FORBIDDEN"}  # since the key has changed meanwhile: it was allowed before
ROLLED_BACK = {FAILED, UNAVAILABLE, *NOT_ALLOWED}

logger = logging.getLogger(__name__)
Refuse = Callable[[Request, int, str, str], Response]  # arguments: status, word for programs, message for people
SetRoute = Callable[[Scope], None]  # writes the route into the scope, as routers do for the requests they get


class RolledBack(Exception):
    """Rolls the transaction back, but still answers with these messages."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__()
        self.messages = messages


class IdempotencyMiddleware:
    """Runs each request that has an Idempotency-Key in one transaction with its answer."""

    def __init__(
        self,
        app: ASGIApp,
        database: Database,
        max_bytes: int,
        rate_limiter: RateLimiter | None,
        refuse: Refuse,
        set_route: SetRoute,
    ) -> None:
        self.app = app
        self.database = database
        self.max_bytes = max_bytes
        self.rate_limiter = rate_limiter
        self.allowance = KeyAllowance()
        self.refuse = refuse
        self.set_route = set_route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if KEY_HEADER not in scope.get(HEADERS, ()) or scope["method"] not in WRITING_METHODS:
            await self.app(scope, receive, send)
            return
        sent_keys = [value for name, value in scope["headers"] if name == KEY_HEADER]
        self.set_route(scope)
        if getattr(scope.get("route"), "streams", False):  # the endpoint refuses the key
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = sent_keys[0].decode("latin-1")
        if len(sent_keys) > 1 or not VALID_KEY.fullmatch(key):
            message = "Idempotency-Key must be one text of 1 to 255 visible ASCII characters."
            await self.refuse(request, 400, "bad_request", message)(scope, receive, send)
            return
        with buffered_body(request) as body:
            try:
                caller = await self.writing_caller(request, body)
            except ClientDisconnect:
                await Response(status_code=CLIENT_CLOSED_REQUEST)(scope, receive, send)  # for the log: nobody gets it
                return
            if caller is None:
                await self.app(scope, body.replay(receive), send)
                return
            for message_part in await self.answer(request, caller, key, body):
                await send(message_part)

    async def writing_caller(self, request: Request, body: BufferedBody) -> Caller | None:
        """The caller, looked up once more when the body is read, which may take long. None where the application is to
        refuse the request in its own form and order: no valid key, a key that may only read, or a body over the limit.
        """
        declared = header(request, b"content-length")
        if declared.isdigit() and (len(declared) > 19 or int(declared) > self.max_bytes):
            return None
        if not await self.current_caller(request):
            return None
        await body.read(request, self.max_bytes)
        return await self.current_caller(request) if body.is_complete else None

    async def current_caller(self, request: Request) -> Caller | None:
        """The caller, looked up now; None where there is none who may write."""
        try:
            caller = await caller_of(request, self.database)
        except Unauthenticated:
            return None
        return None if caller.read_only else caller

    async def answer(self, request: Request, caller: Caller, key: str, body: BufferedBody) -> list[Message]:
        """The stored answer where there is one, or else that of running the request."""
        fingerprint = body.fingerprint.hexdigest()
        stored = await find(self.database, caller, key)
        if stored is None:
            try:
                return await self.run_and_store(request, caller, key, body)
            except RolledBack as rolled_back:
                return rolled_back.messages
            except KeyTaken as taken:
                stored = taken.stored
            except TooManyKeys:
                logger.warning("request %s: the tenant has used %d Idempotency-Keys in a day", *about(MAX_KEYS))
                return await messages_of(self.refuse_for_now(request, TOO_MANY_KEYS, RETRY_LATER), request)
        try:
            if self.rate_limiter:
                await self.rate_limiter.charge(caller, stored.answer.cost or REQUEST)
        except RateLimited as reason:
            return await messages_of(self.refuse_for_now(request, str(reason), reason.headers), request)
        return await messages_of(self.replay(request, stored, fingerprint), request)

    def refuse_for_now(self, request: Request, message: str, headers: Mapping[str, str]) -> Response:
        response = self.refuse(request, 429, "rate_limited", message)
        response.headers.update(headers)
        return response

    def replay(self, request: Request, stored: StoredAnswer, fingerprint: str) -> Response:
        """What a request is answered whose key was used before."""
        answer = stored.answer
        if stored.fingerprint != fingerprint:
            message = "This Idempotency-Key was used for another request: take a new one for each."
            return self.refuse(request, 422, "idempotency_key_reused", message)
        if answer.is_kept:
            headers = {"Content-Type": answer.content_type, **(answer.headers or {})}
            response = Response(answer.body, answer.status, headers)
        else:
            response = self.refuse(request, 409, "answer_not_kept", NOT_KEPT.format(status=answer.status))
        response.headers[REPLAYED_HEADER] = "true"
        return response

    async def run_and_store(self, request: Request, caller: Caller, key: str, body: BufferedBody) -> list[Message]:
        """Runs the request and stores its answer in the same transaction. Raises KeyTaken, and RolledBack."""
        fingerprint = body.fingerprint.hexdigest()
        first_statement = partial(claim, caller=caller, key=key, fingerprint=fingerprint, allowance=self.allowance)
        original_scope = dict(request.scope)
        async with self.database.request_transaction(caller.tenant_id, first_statement) as transaction:
            for _ in range(MAX_RUNS):
                with suppress(RetryRequest):
                    messages = await self.run(request, body)
                    answer = await self.answer_to_store(request, messages)
                    await keep(await transaction.begin(), caller, key, answer)
                    await transaction.commit()
                    return messages
                await transaction.restart()
                request.scope.clear()
                request.scope.update(original_scope)
        raise RolledBack(await messages_of(self.refuse(request, 503, "unavailable", TOO_BUSY), request))

    async def run(self, request: Request, body: BufferedBody) -> list[Message]:
        """The application's answer, uncompressed."""
        headers = request.scope[HEADERS]
        request.scope[HEADERS] = {name: headers[name] for name in headers if name != b"accept-encoding"}
        return await messages_of(self.app, request, body.replay(request.receive))

    async def answer_to_store(self, request: Request, messages: list[Message]) -> KeptAnswer:
        """The answer in the form in which it is stored. Raises RolledBack where nothing is to be stored: the server
        failed, so that the client should try again, or the request writes nothing."""
        start, *rest = messages
        record = CURRENT_REQUEST.get()
        if record and start["status"] == 200 and not ROLLED_BACK.isdisjoint(record.error_codes):
            raise RolledBack(await messages_of(self.partial_failure(request, record), request))
        queries = record and record.valid_operation and not record.valid_operation.writes
        writes_nothing = queries or (record and record.ran_dry and not record.wrote)
        if start["status"] >= 500 or start["status"] in UNSTORED_STATUSES or writes_nothing:
            raise RolledBack(messages)
        headers = Headers(raw=start["headers"])
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        text = b"".join(message.get("body", b"") for message in rest)
        if len(text) > MAX_KEPT_BYTES:
            logger.warning("request %s: the answer of %d bytes is too large to be kept for its key", *about(len(text)))
        cost = record.cost if record else 0
        return KeptAnswer(start["status"], headers["content-type"], text.decode(), kept or None, cost=cost)

    def partial_failure(self, request: Request, record: RequestRecord) -> Response:
        """The answer where a part of the request failed, so that all of it is rolled back."""
        if not NOT_ALLOWED.isdisjoint(record.error_codes):
            return self.refuse(request, 401, "unauthenticated", str(CallerChanged()))
        advice = f"and nothing was written. Quote request {record.request_id} when you report it."
        if FAILED in record.error_codes:
            return self.refuse(request, 500, "internal_error", f"The server failed, {advice}")
        return self.refuse(request, 503, "unavailable", f"The database or the store of the PDFs failed, {advice}")


def about(figure: int) -> tuple[str, int]:
    """What a line of the log says: of which request, and the figure."""
    record = CURRENT_REQUEST.get()
    return record.request_id if record else "", figure


async def messages_of(app: ASGIApp, request: Request, receive: Receive | None = None) -> list[Message]:
    """The ASGI messages that an application, or a ready response, sends."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await app(request.scope, receive or request.receive, send)
    return messages
