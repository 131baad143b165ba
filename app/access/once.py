"""Retry safety: a write that is sent under an Idempotency-Key is done once, however often it is sent.

The request runs inside one transaction that also keeps its answer, so that there is either both or neither, whenever
the process, the connection or the client goes away. It knows no facade: each tells in its own way what is refused.
"""

import hashlib
import re
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.requests import BodyTooLarge, Unauthenticated, caller_of, content_type, read_body
from app.domain.caller import Caller
from app.seeing.work import WORK, Work
from app.storage.answers import StoredAnswer, claim, keep
from app.storage.engine import Database

HEADER = b"idempotency-key"
SANE = re.compile(r"[!-~]{1,255}")
REPLAYED = "Idempotent-Replayed"  # the header of an answer that was kept
METHODS = {"POST", "PUT", "PATCH"}
JSON = "application/json"
NOT_KEPT = {401, 403, 408, 429}  # what the same request may be answered otherwise at any moment
FAILED, UNAVAILABLE = "INTERNAL_SERVER_ERROR", "UNAVAILABLE"

Refuse = Callable[[Request, int, str, str], Response]  # status, word for programs, message for people


class Undone(Exception):
    """Undoes what the request has written; it is answered all the same."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__()
        self.messages = messages


class Once:
    """Runs each request that has an Idempotency-Key in a transaction with its answer."""

    def __init__(self, app: ASGIApp, database: Database, most_bytes: int, refuse: Refuse) -> None:
        self.app = app
        self.database = database
        self.most_bytes = most_bytes
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = [value for name, value in scope.get("headers", ()) if name == HEADER]
        if not given or scope["method"] not in METHODS:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = given[0].decode("latin-1")
        if len(given) > 1 or not SANE.fullmatch(key):
            message = "Idempotency-Key must be one text of 1 to 255 visible ASCII characters."
            await self.refuse(request, 400, "bad_request", message)(scope, receive, send)
        elif content_type(request) not in (JSON, ""):
            message = "Files are not taken under an Idempotency-Key: push the whole PDF, which may be repeated."
            await self.refuse(request, 400, "bad_request", message)(scope, receive, send)
        else:
            await self.answer(request, key, send)

    async def answer(self, request: Request, key: str, send: Send) -> None:
        scope, receive = request.scope, request.receive
        try:
            caller = await caller_of(request, self.database)
            body = bytes(await read_body(request, self.most_bytes))
        except Unauthenticated:
            await self.app(scope, receive, send)  # which says so
            return
        except BodyTooLarge as reason:
            await self.refuse(request, 413, "body_too_large", str(reason))(scope, receive, send)
            return
        except ClientDisconnect:
            await Response(status_code=400)(scope, receive, send)  # to nobody
            return
        try:
            async with self.database.held(caller.tenant_id) as connection:
                stored = await claim(connection, caller, key, fingerprint(request, body))
                if stored is None:
                    messages = await self.run(request, body)
                    messages = await self.settle(connection, caller, key, request, messages)
                elif stored.fingerprint == fingerprint(request, body):
                    messages = await collected(replayed(stored), request)
                else:
                    message = "This Idempotency-Key was used for another request: take a new one for each."
                    messages = await collected(self.refuse(request, 422, "idempotency_key_reused", message), request)
        except Undone as undone:
            messages = undone.messages
        for part in messages:
            await send(part)

    async def run(self, request: Request, body: bytes) -> list[Message]:
        """What the application answers, uncompressed."""

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        headers = request.scope["headers"]
        request.scope["headers"] = [pair for pair in headers if pair[0] != b"accept-encoding"]
        return await collected(self.app, request, receive)

    def in_part(self, request: Request, work: Work) -> Response:
        """The answer to a request of which a part failed, all of which is undone."""
        advice = f"and nothing was written. Quote request {work.request_id} when you report it."
        if FAILED in work.codes:
            return self.refuse(request, 500, "internal_error", f"The server failed, {advice}")
        return self.refuse(request, 503, "unavailable", f"The database or the store of the PDFs failed, {advice}")

    async def settle(
        self, connection: AsyncConnection, caller: Caller, key: str, request: Request, messages: list[Message]
    ) -> list[Message]:
        """Keeps the answer. Raises Undone where the server failed, so that the request can be tried again, and where
        there is nothing to keep."""
        start, *rest = messages
        work = WORK.get()
        if work and start["status"] < 500 and not {FAILED, UNAVAILABLE}.isdisjoint(work.codes):
            raise Undone(await collected(self.in_part(request, work), request))
        if start["status"] >= 500 or start["status"] in NOT_KEPT or (work and not work.writes):
            raise Undone(messages)
        kind = dict(start["headers"])[b"content-type"].decode()
        text = b"".join(message.get("body", b"") for message in rest)
        await keep(connection, caller, key, start["status"], kind, text.decode())
        return messages


def fingerprint(request: Request, body: bytes) -> str:
    """What tells the request from others."""
    scope = request.scope
    line = f"{scope['method']} {scope.get('raw_path', b'').decode()}?{scope['query_string'].decode()}\n"
    return hashlib.sha256(line.encode() + body).hexdigest()


def replayed(stored: StoredAnswer) -> Response:
    return Response(stored.body, stored.status, {"Content-Type": stored.content_type, REPLAYED: "true"})


async def collected(app: ASGIApp, request: Request, receive: Receive | None = None) -> list[Message]:
    """What an application, or a ready answer, sends."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await app(request.scope, receive or request.receive, send)
    return messages
