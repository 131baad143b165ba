"""What every facade makes of an HTTP request before it means anything: who asks, and the JSON that was sent.

Raises in words of its own; each facade answers them in its way.
"""

from typing import Any

from starlette.requests import Request

from app.access.keys import authenticate
from app.domain.caller import Caller
from app.storage.engine import Database, load_json

DEEPEST_JSON = 100
KEY_HEADER = "x-api-key"


class Unauthenticated(Exception):
    """No key, or one that is not known."""


class BodyTooLarge(Exception):
    """A body over the limit; it was not read to its end."""


class NotJson(Exception):
    """A body that is no JSON, or JSON of a depth that no request needs."""


async def caller_of(request: Request, database: Database) -> Caller:
    """The caller behind the request's key. Raises Unauthenticated."""
    key = request.headers.get(KEY_HEADER)
    if not key:
        raise Unauthenticated("Send an API key as X-API-Key.")
    async with database.reading() as connection:
        caller = await authenticate(connection, key)
    if caller is None:
        raise Unauthenticated("The X-API-Key header holds no key of this server.")
    return caller


async def read_body(request: Request, most: int) -> bytes:
    """The whole body. Raises BodyTooLarge as soon as it is over the limit."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > most:
            raise BodyTooLarge(f"The body is larger than {most} bytes.")
    return bytes(received)


def parse_json(body: bytes) -> Any:
    """JSON with exact numbers. Raises NotJson."""
    try:
        value = load_json(body.decode())
    except UnicodeDecodeError:
        raise NotJson("The body is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise NotJson("The body is no JSON.") from None
    if deeper_than(value, DEEPEST_JSON):
        raise NotJson(f"The body is nested deeper than {DEEPEST_JSON} levels.")
    return value


def deeper_than(value: Any, levels: int) -> bool:
    """Whether objects and lists lie more than so many levels inside each other."""
    level = [value]
    for _ in range(levels + 1):
        held = [item for item in level if isinstance(item, dict | list)]
        if not held:
            return False
        level = [item for parent in held for item in (parent.values() if isinstance(parent, dict) else parent)]
    return True


def content_type(request: Request) -> str:
    """The media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
