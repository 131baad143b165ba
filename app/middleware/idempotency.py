"""Retry safety: a write that is sent under an Idempotency-Key is done once, however often it is sent.

The request runs inside one transaction that also keeps its answer, so that there is either both or neither, whenever
the process, the connection or the client goes away. It knows no facade: each tells in its own way what is refused.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.auth.authentication import Unauthenticated, caller_of
from app.domain.caller import Caller
from app.middleware.buffered_body import BufferedBody, buffered_body
from app.middleware.requests import CLIENT_CLOSED_REQUEST, HEADERS, header
from app.observability.request_record import CURRENT_REQUEST, RequestRecord
from app.storage.database.engine import Database
from app.storage.writes.idempotent_answers import KeptAnswer, KeyTaken, StoredAnswer, claim, find, keep
from app.storage.writes.request_transaction import RetryRequest

HEADER = b"idempotency-key"
VALID_KEY = re.compile(r"[!-~]{1,255}")
REPLAYED = "Idempotent-Replayed"  # the header of an answer that was kept
KEPT_HEADERS = ("ETag", "X-Ignored-Fields")  # what a REST answer tells beside its body
METHODS = {"POST", "PUT", "PATCH"}
MOST_RUNS = 50  # of a request, each of which has found something to be done outside of its transaction
TOO_BUSY = "Others were faster again and again, and nothing was written: try again."
NOT_KEPT = {401, 403, 408, 429}  # what the same request may be answered otherwise at any moment
FAILED, UNAVAILABLE = "INTERNAL_SERVER_ERROR", "UNAVAILABLE"

Refuse = Callable[[Request, int, str, str], Response]  # status, word for programs, message for people
Locate = Callable[[Scope], None]  # has the scope tell its route, as routers do for what reaches them


class RolledBack(Exception):
    """Undoes what the request has written; it is answered all the same."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__()
        self.messages = messages


class IdempotencyMiddleware:
    """Runs each request that has an Idempotency-Key in a transaction with its answer."""

    def __init__(self, app: ASGIApp, database: Database, most_bytes: int, refuse: Refuse, locate: Locate) -> None:
        self.app = app
        self.database = database
        self.most_bytes = most_bytes
        self.refuse = refuse
        self.locate = locate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if HEADER not in scope.get(HEADERS, ()) or scope["method"] not in METHODS:
            await self.app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == HEADER]
        self.locate(scope)
        request = Request(scope, receive)
        key = given[0].decode("latin-1")
        if len(given) > 1 or not VALID_KEY.fullmatch(key):
            message = "Idempotency-Key must be one text of 1 to 255 visible ASCII characters."
            await self.refuse(request, 400, "bad_request", message)(scope, receive, send)
            return
        with buffered_body(request) as body:
            try:
                caller = await self.writer(request, body)
            except ClientDisconnect:
                await Response(status_code=CLIENT_CLOSED_REQUEST)(scope, receive, send)  # to nobody
                return
            if caller is None:
                await self.app(scope, body.replayed(receive), send)
                return
            for part in await self.answer(request, caller, key, body):
                await send(part)

    async def writer(self, request: Request, body: BufferedBody) -> Caller | None:
        """Who sends a request that may write, its body read; None where the application refuses it in its own words,
        and in the order of its own: a stranger, a key that may only read, a body over the limit."""
        try:
            caller = await caller_of(request, self.database)
        except Unauthenticated:
            return None
        declared = header(request, b"content-length")
        if caller.read_only or (declared.isdigit() and (len(declared) > 19 or int(declared) > self.most_bytes)):
            return None
        await body.read(request, self.most_bytes)
        return caller if body.whole else None

    async def answer(self, request: Request, caller: Caller, key: str, body: BufferedBody) -> list[Message]:
        fingerprint = body.fingerprint.text()
        stored = await find(self.database, caller, key)
        if stored is None:
            try:
                return await self.done(request, caller, key, body)
            except RolledBack as undone:
                return undone.messages
            except KeyTaken as taken:
                stored = taken.stored
        if stored.fingerprint == fingerprint:
            return await collected(replayed(stored), request)
        message = "This Idempotency-Key was used for another request: take a new one for each."
        return await collected(self.refuse(request, 422, "idempotency_key_reused", message), request)

    async def done(self, request: Request, caller: Caller, key: str, body: BufferedBody) -> list[Message]:
        """What the request is answered, once all of it is kept. Raises Taken, and Undone."""
        first = partial(claim, caller=caller, key=key, fingerprint=body.fingerprint.text())
        asked = dict(request.scope)
        async with self.database.request_transaction(caller.tenant_id, first) as held:
            for _ in range(MOST_RUNS):
                with suppress(RetryRequest):
                    messages = await self.run(request, body)
                    kept = await self.settled(request, messages)
                    await keep(await held.begin(), caller, key, kept)
                    await held.commit()
                    return messages
                await held.restart()
                request.scope.clear()
                request.scope.update(asked)
        raise RolledBack(await collected(self.refuse(request, 503, "unavailable", TOO_BUSY), request))

    async def run(self, request: Request, body: BufferedBody) -> list[Message]:
        """What the application answers, uncompressed."""
        headers = request.scope[HEADERS]
        request.scope[HEADERS] = {name: headers[name] for name in headers if name != b"accept-encoding"}
        return await collected(self.app, request, body.replayed(request.receive))

    def in_part(self, request: Request, work: RequestRecord) -> Response:
        """The answer to a request of which a part failed, all of which is undone."""
        advice = f"and nothing was written. Quote request {work.request_id} when you report it."
        if FAILED in work.codes:
            return self.refuse(request, 500, "internal_error", f"The server failed, {advice}")
        return self.refuse(request, 503, "unavailable", f"The database or the store of the PDFs failed, {advice}")

    async def settled(self, request: Request, messages: list[Message]) -> KeptAnswer:
        """What is kept of the answer. Raises Undone where the server failed, so that the request can be tried again,
        and where there is nothing to keep."""
        start, *rest = messages
        work = CURRENT_REQUEST.get()
        if work and start["status"] < 500 and not {FAILED, UNAVAILABLE}.isdisjoint(work.codes):
            raise RolledBack(await collected(self.in_part(request, work), request))
        if start["status"] >= 500 or start["status"] in NOT_KEPT or (work and work.found and not work.found.writes):
            raise RolledBack(messages)
        headers = Headers(raw=start["headers"])
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        text = b"".join(message.get("body", b"") for message in rest)
        return KeptAnswer(start["status"], headers["content-type"], text.decode(), kept or None)


def replayed(stored: StoredAnswer) -> Response:
    answer = stored.answer
    return Response(
        answer.body, answer.status, {"Content-Type": answer.content_type, REPLAYED: "true"} | (answer.headers or {})
    )


async def collected(app: ASGIApp, request: Request, receive: Receive | None = None) -> list[Message]:
    """What an application, or a ready answer, sends."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await app(request.scope, receive or request.receive, send)
    return messages
