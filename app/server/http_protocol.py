"""uvicorn's HTTP protocol, with limits on what comes before the application can check anything: the size of a request's
head and trailers, and the time for which a client may leave a request unfinished.

Without them anybody, even without a key, could fill the memory with one endless header, and all connections with
requests that never end.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 65_536  # bytes of a request line and its headers
IDLE_SECONDS = 30.0  # seconds for a whole head, and for the next piece of a body


class HeadTooLarge(Exception):
    """Stops the parser."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection."""

    idle_seconds = IDLE_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading_head = True
        self.progressed_at = 0.0  # when the client last sent a whole part of its request
        self.bytes_since_progress = 0  # bytes that were received since then
        self.head_too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.note_progress()
        self.loop.call_later(self.idle_seconds, self.check_idle)

    def note_progress(self) -> None:
        self.progressed_at = self.loop.time()
        self.bytes_since_progress = 0

    def data_received(self, data: bytes) -> None:
        self.bytes_since_progress += len(data)
        super().data_received(data)
        # An endless header, trailer, or extension of a chunk.
        if self.bytes_since_progress > MAX_HEAD_BYTES and not self.transport.is_closing() and self.awaits_client():
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def awaits_client(self) -> bool:
        """Whether the client is to send something."""
        return self.reading_head or (self.cycle is not None and self.cycle.more_body)

    def on_message_begin(self) -> None:
        self.reading_head = True
        self.note_progress()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.reading_head:  # trailers are dropped: the application has checked the headers already
            super().on_header(name, value.rstrip(b" \t"))  # white space after a value is not part of it

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES:
            self.head_too_large = True
            raise HeadTooLarge
        self.reading_head = False
        self.note_progress()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.note_progress()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.note_progress()
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """No warning about a client that asks for another protocol. It is answered in HTTP, as the standard allows; the
        library's warning advises to install something, which would not help."""

    def send_400_response(self, msg: str) -> None:
        if self.head_too_large:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def refuse(self, status: HTTPStatus) -> None:
        """Answers with the status, unless another answer is due or being sent, and closes the connection."""
        cycle = self.cycle
        if (
            cycle is None
            or cycle.response_complete
            or not (self.reading_head or self.pipeline or cycle.response_started)
        ):
            text = f"{status.phrase}."
            lines = [
                f"HTTP/1.1 {status.value} {status.phrase}".encode(),
                b"content-type: text/plain; charset=utf-8",
                b"content-length: %d" % len(text),
                b"connection: close",
            ]
            scope: Any = cycle.scope if cycle and not self.reading_head else {}
            if "request_id" in scope:  # the application has begun to answer this request
                lines.append(b"x-request-id: " + scope["request_id"])
            self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + text.encode())
        self.transport.close()

    def check_idle(self) -> None:
        """Closes the connection where the client has left its request unfinished for too long."""
        if self.transport.is_closing():
            return
        if (
            self.awaits_client()
            and not self.flow.read_paused
            and self.loop.time() - self.progressed_at > self.idle_seconds
        ):
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.loop.call_later(self.idle_seconds, self.check_idle)
