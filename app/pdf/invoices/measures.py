"""How much room the data of an invoice takes on paper: estimates that spare the template from measuring every cell.

Widths are in ems, multiples of the size of the type.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

DIGIT, NARROW, SMALL, CAPITAL, BROAD, SQUARE = 0.47, 0.35, 0.53, 0.71, 0.96, 1.0
LEFTWARD = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
MAX_WIDTH = 34.0  # ems; longer text counts no more when columns share the width


@cache
def em(character: str) -> float:
    """About the width of one character."""
    if unicodedata.combining(character):
        return 0
    if not character.isascii():
        return SQUARE if unicodedata.east_asian_width(character) in "WF" else BROAD
    if character.isdigit():
        return DIGIT
    if character in "MW@mw":
        return BROAD
    if character.isalpha():
        return CAPITAL if character.isupper() else SMALL
    return CAPITAL if character in "%&#+=<>~^_$*" else NARROW


def width(text: str) -> float:
    return sum(map(em, text))


def measures(data: dict[str, Any]) -> dict[str, Any]:
    """What the template needs to know of all the text at once: how wide each column is, and its widest word; the
    widest word elsewhere; and whether any text runs from right to left."""
    texts = [*texts_of({**data, "lines": [(line["remarks"], line["notes"]) for line in data["lines"]]})]
    columns = [
        column(head["label"], {line["cells"][place] for line in data["lines"]}, crowded=data["sideways"])
        for place, head in enumerate(data["columns"])
    ]
    leftward = any(LEFTWARD.search(text) for text in texts_of(data))
    return {"columns": columns, "word": max(map(widest_word, texts)), "leftward": leftward}


def texts_of(value: Any) -> Iterator[str]:
    """Every text in the data, in no particular order."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list | tuple):
            waiting += part


def column(head: str, cells: Iterable[str], *, crowded: bool) -> dict[str, float]:
    """In a crowd the words of a head are stacked."""
    heads = re.split("[ -]", head) if crowded else [head]
    widest = max(map(width, [*heads, *cells]))
    return {"width": min(widest, MAX_WIDTH), "word": max(map(widest_word, cells), default=0)}


def widest_word(text: str) -> float:
    return max(map(width, text.split()), default=0)
