"""Reading of HTTP requests, for both facades: headers, bodies, JSON.

Raises exceptions of its own; each facade turns them into its kind of answer.
"""

import asyncio
import re
from collections.abc import Sequence
from itertools import chain, islice
from types import MappingProxyType
from typing import Any

from starlette.requests import Request

from app.domain.values import Fault, levels
from app.middleware.body_memory_limit import FILE_RESERVATION, MAX_UNCOUNTED_BYTES, RESERVATION, Reservation
from app.storage.database.exact_json import load_json, load_json_in_steps

BYTE_ORDER_MARK = "\ufeff"  # which Windows puts before texts in UTF-8
MAX_JSON_DEPTH = 100
# Values in a JSON text: each takes about a microsecond and a hundred bytes. A thousand documents of ten full line items
# have some 330,000, counted as below.
MAX_JSON_PARTS = 450_000
NAMED_LIST = re.compile(r'"([^"\\]{1,100})"\s*:\s*\[')
MAX_INLINE_JSON = 65_536  # bytes; longer JSON is parsed in a thread, so that the event loop does not wait for it
HEADERS = "headers_by_name"  # where a request's scope has them; see `header`
KEY_HEADER = b"x-api-key"
IDENTITY_CODINGS = ("", "identity")
MAX_QUOTED_LENGTH = 100  # characters of what a client has sent
# By custom, the status of a request whose client went away before it was sent whole: only logs and metrics show it.
CLIENT_CLOSED_REQUEST = 499


class BodyTooLarge(Exception):
    """The body is over the limit. It was not read to its end."""


class EncodedBody(Exception):
    """The body is compressed, or has another content encoding."""

    headers = MappingProxyType({"Accept-Encoding": "identity"})  # of the answer: the encoding that is accepted


class InvalidJson(Exception):
    """The body is not JSON, or JSON that is nested too deep."""


def headers_by_name(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The first header of each name."""
    return dict(reversed(headers))


def header(request: Request, name: bytes) -> str:
    """The first header of that name; empty where there is none. The framework searches all headers each time, which for
    the seven that a small query needs took a thirtieth of its time."""
    headers: dict[bytes, bytes] = request.scope[HEADERS]
    return headers.get(name, b"").decode("latin-1")


async def read_body(request: Request, max_bytes: int) -> bytearray:
    """The whole body; a large one first waits for memory. Raises BodyTooLarge as soon as it is over the limit."""
    received, reservation = bytearray(), request.scope[RESERVATION]
    async for chunk in request.stream():
        received += chunk
        if len(received) > max_bytes:
            raise BodyTooLarge(f"The body is larger than {max_bytes} bytes: send less at once.")
        # A write under an Idempotency-Key may be read several times.
        if len(received) > MAX_UNCOUNTED_BYTES and not reservation.size:
            await reserve(reservation, request, max_bytes)
    return received  # no copy of it, which would take as much memory again


async def reserve_file(request: Request, received: int, max_bytes: int) -> None:
    """Waits for room for a body that is written to a file, once so much of it has come that it counts."""
    if received > MAX_UNCOUNTED_BYTES and not (reservation := request.scope[FILE_RESERVATION]).size:
        await reserve(reservation, request, max_bytes)


async def reserve(reservation: Reservation, request: Request, max_bytes: int) -> None:
    await reservation.acquire(header(request, KEY_HEADER), min(declared_size(request, max_bytes), max_bytes))


def check_encoding(request: Request) -> None:
    """Raises EncodedBody where the request says that its body is compressed."""
    given = header(request, b"content-encoding")
    if given and any(coding.strip() not in IDENTITY_CODINGS for coding in given.lower().split(",")):
        message = f"The body has the Content-Encoding '{given[:MAX_QUOTED_LENGTH]}', which is not taken"
        raise EncodedBody(f"{message}: send it uncompressed.")


def declared_size(request: Request, max_bytes: int) -> int:
    """The Content-Length; where there is none, the limit."""
    declared = header(request, b"content-length")
    return int(declared) if declared.isascii() and declared.isdigit() else max_bytes


async def read_json(text: str | bytes | bytearray) -> Any:
    """`parse_json`, in a thread where the text is long."""
    return parse_json(text) if len(text) <= MAX_INLINE_JSON else await asyncio.to_thread(parse_json, text)


def parse_json(text: str | bytes | bytearray) -> Any:
    """JSON with exact numbers. Raises InvalidJson for anything else, and for too many values or levels."""
    try:
        text = text if isinstance(text, str) else text.decode()
    except UnicodeDecodeError:
        raise InvalidJson("The body is not UTF-8.") from None
    text = text.removeprefix(BYTE_ORDER_MARK)
    opened = text.count("[") + text.count("{")
    if opened + text.count(",") > MAX_JSON_PARTS:  # counted before they are made, and those inside strings, too
        raise InvalidJson(too_many_parts(text, opened + text.count(",")))
    try:
        value = load_json(text) if len(text) <= MAX_INLINE_JSON else load_json_in_steps(text)
    except (ValueError, RecursionError):
        raise InvalidJson("The request is no JSON.") from None
    except Fault as fault:
        raise InvalidJson(f"A number in the request {fault.message}.") from None
    if opened >= MAX_JSON_DEPTH and sum(1 for _ in islice(levels(value), MAX_JSON_DEPTH + 1)) > MAX_JSON_DEPTH:
        raise InvalidJson(f"The request is nested deeper than {MAX_JSON_DEPTH} levels.")
    return value


def too_many_parts(text: str, parts: int) -> str:
    """The message about a text of too many values; it names the list that seems to hold most of them."""
    bound = f"The request has {parts} values, counted by commas and brackets; at most {MAX_JSON_PARTS} are taken."
    name, entries = longest_list(text)
    advice = "Send less at once, and leave out what is empty."
    return f"{bound} Most of them are in '{name}', of {entries} entries. {advice}" if name else f"{bound} {advice}"


def longest_list(text: str) -> tuple[str, int]:
    """The name of the list that takes up most of a JSON text, and its number of entries; no name where there is none.
    An estimate: the text is not parsed, and a list that holds other named lists is not found."""
    name, start, end = "", 0, 0
    previous: re.Match[str] | None = None
    for match in chain(NAMED_LIST.finditer(text), [None]):
        end_of_list = match.start() if match else len(text)
        if previous and end_of_list - previous.end() > end - start:
            name, start, end = previous[1], previous.end(), end_of_list
        previous = match
    entries = text.count("{", start, end) or text.count(",", start, end) + 1
    return (name, entries) if (end - start) * 2 > len(text) else ("", 0)


def if_none_match_holds(request: Request, tag: str) -> bool:
    """Whether If-None-Match names this ETag (given without its W/): the client has that version already."""
    sent = header(request, b"if-none-match")
    return sent.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in sent.split(","))


def content_type(request: Request) -> str:
    """The media type of the body, without its parameters."""
    return header(request, b"content-type").partition(";")[0].strip().lower()
