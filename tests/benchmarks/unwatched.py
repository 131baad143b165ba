"""The gateway's command line with a server that can stop seeing: at SIGUSR2 requests have no ids of their own any more
and are neither counted nor timed, statements are not noted, costs not kept, until SIGUSR1. What is served is the same.
For `watching`, which so compares one process with itself: two differ by more than what is measured."""

import signal
from typing import Any

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from app import application
from app.cli.main import cli
from app.middleware.request_context import RequestContextMiddleware, with_default_headers
from app.middleware.requests import HEADERS, headers_by_name

NOBODY = b"-"
SEEING, PLAIN = signal.SIGUSR1, signal.SIGUSR2


class PlainEnvelope(RequestContextMiddleware):
    """Seals answers with the same headers, answers failures, and does no more."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["request_id"] = NOBODY
        scope[HEADERS] = headers_by_name(scope["headers"])
        started = False

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = with_default_headers(message.get("headers", ()), NOBODY)
            await send(message)

        try:
            await self.app(scope, receive, sealed)
        except Exception as raised:
            if started:
                raise
            await self.error_response(Request(scope), raised)(scope, receive, sealed)


class SwitchedEnvelope:
    """The one or the other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        seeing, plain = RequestContextMiddleware(*args, **kwargs), PlainEnvelope(*args, **kwargs)
        self.current = seeing
        signal.signal(SEEING, lambda *_: setattr(self, "current", seeing))
        signal.signal(PLAIN, lambda *_: setattr(self, "current", plain))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.current(scope, receive, send)


if __name__ == "__main__":
    application.RequestContextMiddleware = SwitchedEnvelope  # type: ignore[attr-defined, assignment]
    cli()
