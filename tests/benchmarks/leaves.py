"""The leaf values of an answer, so written that those of different servers can be compared."""

import re
from collections.abc import Iterator
from typing import Any

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
PAGE_INFO = "pageInfo"  # each server has cursors of its own


def leaves(value: Any) -> list[str]:
    """All of them, sorted: numbers by their value, moments to the second."""
    return sorted(map(comparable, walk(value)))


def walk(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != PAGE_INFO:
                yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)
    else:
        yield value


def comparable(value: Any) -> str:
    text = str(value)
    if MOMENT.match(text):
        return text[:19]
    # Enums of the peer are plain texts.
    return f"{float(text):.4f}" if NUMBER.fullmatch(text) else text.upper()
