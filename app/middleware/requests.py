"""What every facade makes of an HTTP request before it means anything: who asks, and the JSON that was sent.

Raises in words of its own; each facade answers them in its way.
"""

import asyncio
import re
from collections.abc import Sequence
from itertools import chain, islice
from types import MappingProxyType
from typing import Any

from starlette.requests import Request

from app.domain.values import Fault, levels
from app.middleware.body_memory_limit import RESERVATION, UNCOUNTED
from app.storage.database.exact_json import load_json

BYTE_ORDER_MARK = "\ufeff"  # which Windows puts before texts in UTF-8
MAX_JSON_DEPTH = 100
MAX_JSON_PARTS = 200_000  # of a JSON text: each takes about a microsecond and a hundred bytes
NAMED_LIST = re.compile(r'"([^"\\]{1,100})"\s*:\s*\[')
OFFLOADED_JSON = 65_536  # bytes of JSON that the event loop does not wait for
HEADERS = "headers_by_name"  # in the scope of a request, see `header`
PLAIN_CODINGS = ("", "identity")
LONGEST_SHOWN = 100  # characters of what a client has sent
CLIENT_CLOSED_REQUEST = (
    499  # by custom, the status of a request that its client left unfinished: only logs and metrics see it
)


class BodyTooLarge(Exception):
    """A body over the limit; it was not read to its end."""


class BodyEncoded(Exception):
    """A body that is compressed, or encoded in another way."""

    headers = MappingProxyType({"Accept-Encoding": "identity"})  # of the answer: what is taken


class InvalidJson(Exception):
    """A body that is no JSON, or JSON of a depth that no request needs."""


def headers_by_name(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The first header of each name."""
    return dict(reversed(headers))


def header(request: Request, name: bytes) -> str:
    """The first header of the name, empty where there is none. A small query asks for seven: by the framework, which
    looks through all headers each time, they took one thirtieth of its time."""
    headers: dict[bytes, bytes] = request.scope[HEADERS]
    return headers.get(name, b"").decode("latin-1")


async def read_body(request: Request, most: int) -> bytearray:
    """The whole body, which a large one waits for room for. Raises BodyTooLarge as soon as it is over the limit."""
    received, share = bytearray(), request.scope[RESERVATION]
    async for chunk in request.stream():
        received += chunk
        if len(received) > most:
            raise BodyTooLarge(f"The body is larger than {most} bytes: send less at once.")
        if len(received) > UNCOUNTED and not share.taken:  # once: a write under an Idempotency-Key may be read again
            await share.take(min(declared_size(request, most), most))
    return received  # as it is: a copy would take as much again


def check_encoding(request: Request) -> None:
    """Raises BodyEncoded where the request says that its body is compressed."""
    given = header(request, b"content-encoding")
    if given and any(coding.strip() not in PLAIN_CODINGS for coding in given.lower().split(",")):
        message = f"The body has the Content-Encoding '{given[:LONGEST_SHOWN]}', which is not taken"
        raise BodyEncoded(f"{message}: send it uncompressed.")


def declared_size(request: Request, most: int) -> int:
    """How long the body is to be; the most that it may be where the request does not say."""
    declared = header(request, b"content-length")
    return int(declared) if declared.isascii() and declared.isdigit() else most


async def read_json(text: str | bytes | bytearray) -> Any:
    """`parse_json`, while other requests go on where it may take long."""
    return parse_json(text) if len(text) <= OFFLOADED_JSON else await asyncio.to_thread(parse_json, text)


def parse_json(text: str | bytes | bytearray) -> Any:
    """JSON with exact numbers. Raises NotJson for anything else, and for more values or levels than a request needs."""
    try:
        text = text if isinstance(text, str) else text.decode()
    except UnicodeDecodeError:
        raise InvalidJson("The body is not UTF-8.") from None
    text = text.removeprefix(BYTE_ORDER_MARK)
    opened = text.count("[") + text.count("{")
    if opened + text.count(",") > MAX_JSON_PARTS:  # before they are made; those inside of strings count, too
        raise InvalidJson(too_many_parts(text, opened + text.count(",")))
    try:
        value = load_json(text)
    except (ValueError, RecursionError):
        raise InvalidJson("The request is no JSON.") from None
    except Fault as fault:
        raise InvalidJson(f"A number in the request {fault.message}.") from None
    if opened >= MAX_JSON_DEPTH and sum(1 for _ in islice(levels(value), MAX_JSON_DEPTH + 1)) > MAX_JSON_DEPTH:
        raise InvalidJson(f"The request is nested deeper than {MAX_JSON_DEPTH} levels.")
    return value


def too_many_parts(text: str, parts: int) -> str:
    """The refusal of a text of too many values; it names the list that most of them seem to be in."""
    bound = f"The request has {parts} values, counted by commas and brackets; at most {MAX_JSON_PARTS} are taken."
    name, entries = main_list(text)
    advice = "Send less at once, and leave out what is empty."
    return f"{bound} Most of them are in '{name}', of {entries} entries. {advice}" if name else f"{bound} {advice}"


def main_list(text: str) -> tuple[str, int]:
    """The name of the list that is most of a JSON text, which nobody has parsed, and how many entries it has; no name
    where there is no such list. A list that holds others with names goes unseen."""
    name, start, end = "", 0, 0
    former: re.Match[str] | None = None
    for found in chain(NAMED_LIST.finditer(text), [None]):
        reaches = found.start() if found else len(text)
        if former and reaches - former.end() > end - start:
            name, start, end = former[1], former.end(), reaches
        former = found
    entries = text.count("{", start, end) or text.count(",", start, end) + 1
    return (name, entries) if (end - start) * 2 > len(text) else ("", 0)


def if_none_match_holds(request: Request, tag: str) -> bool:
    """Whether the client has the version of this ETag, without its W/, already."""
    sent = header(request, b"if-none-match")
    return sent.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in sent.split(","))


def content_type(request: Request) -> str:
    """The media type of the body, without its parameters."""
    return header(request, b"content-type").partition(";")[0].strip().lower()
