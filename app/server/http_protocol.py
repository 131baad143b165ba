"""uvicorn's HTTP protocol, with limits on what comes before the application can check anything: the size of a request's
head and trailers, how much there is to take apart in it, how many requests may wait for one another on a connection,
the time for which a client may leave a request unfinished, and that for which it may leave its answer unread. It tells
reads that their client has gone.

Without them anybody, even without a key, could fill the memory with one endless header, all connections with requests
that never end, and the event loop with lists of commas.
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from math import inf
from socket import IPPROTO_TCP, TCP_NOTSENT_LOWAT
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.middleware.disconnects import client_gone, is_long_run, server_stops

MAX_HEAD_BYTES = 65_536  # bytes that are received before a head is whole
MAX_TARGET_BYTES = 32_768  # bytes of an address with its query
MAX_PATH_BYTES = 8_192  # bytes of its path: two keys of any characters, percent-encoded
MAX_ESCAPES = MAX_PATH_BYTES // 3  # in the path: as many as there can be, unless some are none
FEW_TARGET_BYTES = 1_024  # as almost all requests have
MAX_HEADERS = 100
MAX_HEADER_BYTES = 16_384  # bytes of all headers
MAX_COMMAS = 500  # in all headers, which are taken apart there
FEW_HEADER_BYTES = 2_048  # as most requests have: whatever is in them costs little
MAX_WAITING_REQUESTS = 100  # of one connection, behind the one that is answered
IDLE_SECONDS = 30.0  # seconds for a whole head, and for the next piece of a body
SEND_SECONDS = "send_seconds"  # of the state that the application's lifespan yields: see the setting of that name
DEFAULT_SEND_SECONDS = 60.0
# Bytes that the system takes of an answer before it has sent them. By default it takes some mebibytes of each, and a
# slow client then seems to take nothing for as long as it needs for those.
UNSENT_IN_SYSTEM = 2**17


class HeadRefused(Exception):
    """Stops the parser."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection."""

    idle_seconds = IDLE_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading_head = True
        self.progressed_at = 0.0  # when the client last sent a whole part of its request
        self.bytes_since_progress = 0  # bytes that were received since then
        self.refusal: HTTPStatus | None = None  # of a head that is refused, and that ends the connection
        self.send_seconds: float = self.app_state.get(SEND_SECONDS, DEFAULT_SEND_SECONDS)
        self.taken_at = 0.0  # when the client was last seen to have taken something of its answer
        self.unsent_bytes: float = 0  # that the transport held then

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        with suppress(OSError, AttributeError):  # a system that has no such option
            transport.get_extra_info("socket").setsockopt(IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_IN_SYSTEM)
        self.note_progress()
        self.loop.call_later(self.idle_seconds, self.check_idle)
        self.loop.call_later(self.send_seconds / 4, self.check_unsent)

    def resume_writing(self) -> None:
        self.unsent_bytes = inf  # it has taken most of what there was
        super().resume_writing()

    def check_unsent(self) -> None:
        """Ends the connection where the client has taken nothing of its answer for too long. To close it would not be
        enough: that waits until all is sent."""
        unsent, now = self.transport.get_write_buffer_size(), self.loop.time()
        if not unsent and self.transport.is_closing():
            return
        if not (unsent and self.unsent_bytes) or unsent < self.unsent_bytes:
            self.taken_at = now
        elif now - self.taken_at >= self.send_seconds:
            self.transport.abort()
            return
        self.unsent_bytes = unsent
        self.loop.call_later(self.send_seconds / 4, self.check_unsent)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.cycle is not None and not self.cycle.response_complete:
            scope: Any = self.cycle.scope
            client_gone(scope)

    def shutdown(self) -> None:
        """The server is to stop."""
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete:
            scope: Any = self.cycle.scope
            server_stops(scope)

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

    def runs_long(self) -> bool:
        """Whether the application itself bounds for how long it waits for the rest of the request."""
        scope: Any = self.cycle.scope if self.cycle is not None and not self.reading_head else {}
        return is_long_run(scope)

    def on_message_begin(self) -> None:
        self.reading_head = True
        self.note_progress()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.reading_head:  # trailers are dropped: the application has checked the headers already
            return
        if len(self.headers) >= MAX_HEADERS:
            self.stop(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        super().on_header(name, value.rstrip(b" \t"))  # white space after a value is not part of it

    def on_headers_complete(self) -> None:
        if len(self.url) > FEW_TARGET_BYTES and is_too_long(self.url):
            self.stop(HTTPStatus.REQUEST_URI_TOO_LONG)
        size = sum(len(name) + len(value) for name, value in self.headers)
        if size > FEW_HEADER_BYTES and (size > MAX_HEADER_BYTES or self.commas() > MAX_COMMAS):
            self.stop(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if len(self.pipeline) >= MAX_WAITING_REQUESTS:
            self.stop(HTTPStatus.TOO_MANY_REQUESTS)
        self.reading_head = False
        self.note_progress()
        super().on_headers_complete()

    def commas(self) -> int:
        return sum(value.count(b",") for _, value in self.headers)

    def stop(self, refusal: HTTPStatus) -> None:
        """Stops the parser. The library then calls `send_400_response`."""
        self.refusal = refusal
        raise HeadRefused

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
        if self.refusal:
            self.refuse(self.refusal)
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
            and not self.runs_long()
            and self.loop.time() - self.progressed_at > self.idle_seconds
        ):
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.loop.call_later(self.idle_seconds, self.check_idle)


def is_too_long(target: bytes) -> bool:
    """Whether the address is longer, or takes more work to decode, than any that leads somewhere."""
    path = target.partition(b"?")[0]
    return len(target) > MAX_TARGET_BYTES or len(path) > MAX_PATH_BYTES or path.count(b"%") > MAX_ESCAPES
