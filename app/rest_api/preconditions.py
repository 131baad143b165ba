"""If-Match and If-None-Match as a write states them, and the ETag that answers carry: a resource's version."""

import re
from typing import Any

from starlette.requests import Request

from app.commands.preconditions import ANY_VERSION, Precondition, Versions
from app.middleware.requests import HEADERS
from app.rest_api.errors import precondition_failed

IF_MATCH, IF_NONE_MATCH = b"if-match", b"if-none-match"
TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')  # a proxy that compresses weakens the tags it passes on
LONGEST_SHOWN = 100  # characters of a header in a message


def version_tag(row: dict[str, Any]) -> dict[str, str]:
    """The ETag of a resource's row."""
    return {"ETag": f'"{row["version"]}"'}


def precondition_of(request: Request) -> Precondition:
    """What the request demands of the resource that it writes. Raises RestError where If-None-Match cannot be read:
    done in spite of it, the write might harm what it was to protect."""
    if IF_MATCH not in request.scope[HEADERS] and IF_NONE_MATCH not in request.scope[HEADERS]:
        return ANY_VERSION
    excluded = versions_of(request, IF_NONE_MATCH)
    if excluded and not (excluded.every or excluded.numbers):
        raise precondition_failed(f"If-None-Match is {excluded.text}, which is neither * nor a list of ETags.")
    return Precondition(versions_of(request, IF_MATCH), excluded)


def versions_of(request: Request, name: bytes) -> Versions | None:
    """The versions that a header names: none of them where it cannot be read. None where it was not sent."""
    sent = request.headers.getlist(name.decode())
    if not sent:
        return None
    text = ", ".join(sent).strip()
    rest = TAG.sub("", text).strip(", \t")
    numbers = frozenset() if rest else frozenset(TAG.findall(text))
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return Versions(shown or "(an empty header)", numbers, every=text == "*")
