"""Compression of answers: what a client's Accept-Encoding asks for, and the one way in which answers are compressed.

It knows no facade. What is in the files of the pages and in descriptions is compressed by `Compression`; answers of
operations are compressed where they are made, since most are too small to be worth it.
"""

import asyncio
import gzip
import re
from functools import lru_cache

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

WORTH_COMPRESSING = 16_384  # bytes of an answer
NAME = b"accept-encoding"
QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.IGNORECASE)


@lru_cache(100)
def qualities(accept_encoding: str) -> dict[str, float]:
    """How much each coding that is named is wanted, from 0 for not at all to 1."""
    found: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        coding, *parameters = part.split(";")
        weights = (QUALITY.fullmatch(parameter) for parameter in parameters)
        found[coding.strip()] = next((float(weight[1]) for weight in weights if weight), 1.0)
    return found


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client takes gzip, and does not rather want the answer as it is (RFC 9110, 12.5.3)."""
    wanted = qualities(accept_encoding)
    weight = wanted.get("gzip", wanted.get("x-gzip", wanted.get("*", 0.0)))
    return weight > 0 and weight >= wanted.get("identity", 0.0)


def refuses_plain(accept_encoding: str) -> bool:
    """Whether the client does not take an answer as it is."""
    wanted = qualities(accept_encoding)
    return wanted.get("identity", wanted.get("*", 1.0)) == 0


async def compress(response: Response) -> None:
    """Compresses the body, quickly rather than well, while other requests go on."""
    response.body = await asyncio.to_thread(gzip.compress, response.body, 1)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))


class Compression(GZipMiddleware):
    """The framework's compression, which takes any mention of gzip for a wish, told what the client really wants."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = b",".join(value for name, value in scope["headers"] if name == NAME).decode("latin-1")
        plain = [pair for pair in scope["headers"] if pair[0] != NAME]
        wanted = [(NAME, b"gzip")] if accepts_gzip(sent) else []
        await super().__call__({**scope, "headers": [*plain, *wanted]}, receive, send)
