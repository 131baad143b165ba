"""How messages show values of a request: as JSON, and cut where they are long."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

MAX_SHOWN_LENGTH = 100  # characters


def in_json(value: Any) -> str:
    """A value as JSON writes it, its invisible characters escaped."""
    text = ""
    for piece in pieces(value):  # no more than is shown: the value may be as large as a request
        text += piece
        if len(text) > MAX_SHOWN_LENGTH:
            return f"{visible(text[:MAX_SHOWN_LENGTH])}…"
    return visible(text)


def pieces(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from members("{}", ((f"{in_quotes(str(name))}: ", inner) for name, inner in value.items()))
    elif isinstance(value, list | tuple):
        yield from members("[]", (("", inner) for inner in value))
    elif isinstance(value, str):
        yield in_quotes(value)
    elif isinstance(value, Decimal):
        yield str(value)
    elif value is None or isinstance(value, bool | int | float):
        yield json.dumps(value)
    else:
        yield in_quotes(value.isoformat()) if isinstance(value, date) else "a file"


def members(brackets: str, named: Iterator[tuple[str, Any]]) -> Iterator[str]:
    yield brackets[0]
    for position, (name, inner) in enumerate(named):
        yield f", {name}" if position else name
        yield from pieces(inner)
    yield brackets[1]


def in_quotes(text: str) -> str:
    return json.dumps(text[: MAX_SHOWN_LENGTH + 1], ensure_ascii=False)


def quoted_key(key: str) -> str:
    """The key of a resource in a sentence."""
    cut = key if len(key) <= MAX_SHOWN_LENGTH else f"{key[:MAX_SHOWN_LENGTH]}…"
    return f"'{visible(cut)}'"


def visible(text: str) -> str:
    """The text with an escape for every character that is invisible or cannot be written."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
