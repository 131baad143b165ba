"""Compression of answers with gzip, as the client's Accept-Encoding asks for it. Knows no facade.

`Compression` is middleware for pages and descriptions. Answers of operations are compressed where they are made, by
`compress`, since most of them are too small to be worth it.
"""

import asyncio
import gzip
import re
from functools import lru_cache

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

MIN_COMPRESSED_BYTES = 16_384  # bytes; compressing a smaller answer saves too little
ACCEPT_ENCODING = b"accept-encoding"
MAX_CACHED_LENGTH = 100  # characters of a header
QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.IGNORECASE)


def qualities(accept_encoding: str) -> dict[str, float]:
    """The quality value of each coding in the header, from 0 (not acceptable) to 1. Clients send the same few short
    ones; others are not kept."""
    return (parsed if len(accept_encoding) <= MAX_CACHED_LENGTH else parsed.__wrapped__)(accept_encoding)


@lru_cache(100)
def parsed(accept_encoding: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        coding, *parameters = part.split(";")
        weights = (QUALITY.fullmatch(parameter) for parameter in parameters)
        values[coding.strip()] = next((float(weight[1]) for weight in weights if weight), 1.0)
    return values


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client accepts gzip, and does not prefer the answer uncompressed (RFC 9110, 12.5.3)."""
    wanted = qualities(accept_encoding)
    weight = wanted.get("gzip", wanted.get("x-gzip", wanted.get("*", 0.0)))
    return weight > 0 and weight >= wanted.get("identity", 0.0)


def refuses_identity(accept_encoding: str) -> bool:
    """Whether the client does not accept an uncompressed answer."""
    wanted = qualities(accept_encoding)
    return wanted.get("identity", wanted.get("*", 1.0)) == 0


async def compress(response: Response) -> None:
    """Compresses the body in a thread, at the fastest level."""
    response.body = await asyncio.to_thread(gzip.compress, response.body, 1)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))


class Compression(GZipMiddleware):
    """The framework's gzip middleware, given an Accept-Encoding that is already weighed: the framework by itself would
    compress wherever the header mentions gzip, even with q=0."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accept_encoding = b",".join(value for name, value in scope["headers"] if name == ACCEPT_ENCODING).decode(
            "latin-1"
        )
        others = [pair for pair in scope["headers"] if pair[0] != ACCEPT_ENCODING]
        wanted = [(ACCEPT_ENCODING, b"gzip")] if accepts_gzip(accept_encoding) else []
        await super().__call__({**scope, "headers": [*others, *wanted]}, receive, send)
