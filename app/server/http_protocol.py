"""The server's side of a connection, with bounds on what comes before the application can judge it: the head of a
request, what follows its body, and the time for which a client may leave a request unfinished.

Without them anybody, with no key at all, could fill the memory with one endless header, and every connection with
requests that never end.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 65_536  # bytes of a request line and its headers
IDLE_SECONDS = 30.0  # seconds for a whole head, and for the next piece of a body


class HeadTooLarge(Exception):
    """Ends the parser's work."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_head = True
        self.moved_at = 0.0  # when the client last got on with its request
        self.unused = 0  # bytes received since then
        self.too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.move()
        self.loop.call_later(IDLE_SECONDS, self.look)

    def move(self) -> None:
        self.moved_at = self.loop.time()
        self.unused = 0

    def data_received(self, data: bytes) -> None:
        self.unused += len(data)
        super().data_received(data)
        # An endless header, an endless trailer, an endless extension of a chunk.
        if self.unused > MAX_HEAD_BYTES and not self.transport.is_closing() and self.is_waited_for():
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def is_waited_for(self) -> bool:
        """Whether it is the client's turn."""
        return self.in_head or (self.cycle is not None and self.cycle.more_body)

    def on_message_begin(self) -> None:
        self.in_head = True
        self.move()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.in_head:  # one that follows the body would come too late to be judged
            super().on_header(name, value.rstrip(b" \t"))  # what may follow a value is no part of it

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES:
            self.too_large = True
            raise HeadTooLarge
        self.in_head = False
        self.move()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.move()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.move()
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Logs nothing about a client that asks for another protocol: the application answers it in HTTP, as it may,
        and the library's own warning advises an installation that would change nothing."""

    def send_400_response(self, msg: str) -> None:
        if self.too_large:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def refuse(self, status: HTTPStatus) -> None:
        """Answers, unless another answer is due or under way, and ends the connection."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete or not (self.in_head or self.pipeline or cycle.response_started):
            text = f"{status.phrase}."
            lines = [
                f"HTTP/1.1 {status.value} {status.phrase}".encode(),
                b"content-type: text/plain; charset=utf-8",
                b"content-length: %d" % len(text),
                b"connection: close",
            ]
            scope: Any = cycle.scope if cycle and not self.in_head else {}
            if "request_id" in scope:  # the application knows this request
                lines.append(b"x-request-id: " + scope["request_id"])
            self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + text.encode())
        self.transport.close()

    def look(self) -> None:
        """Ends a connection whose client has left its request unfinished for too long."""
        if self.transport.is_closing():
            return
        if self.is_waited_for() and not self.flow.read_paused and self.loop.time() - self.moved_at > IDLE_SECONDS:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.loop.call_later(IDLE_SECONDS, self.look)
