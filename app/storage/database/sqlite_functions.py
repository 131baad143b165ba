"""What SQL calls on SQLite that Postgres has of its own."""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.domain.values import shortest_notation
from app.storage.database.exact_json import dump_json, load_json
from app.storage.types import SHIFT, UNIT


def fold(text: str | None) -> str | None:
    """Text for comparison without regard to case: what `lower` does, and the two Greek small sigmas as one."""
    return None if text is None else text.lower().replace("ς", "σ")


def base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def amount_text(kept: str | None) -> str | None:
    """An OrderedAmount of SQLite in its shortest notation."""
    return None if kept is None else shortest_notation(Decimal(int(kept) - SHIFT) / UNIT)


def one_object(*objects: str) -> str:
    """The members of JSON objects as those of one; SQLite's own function takes a limited number."""
    return "{" + ",".join(text[1:-1] for text in objects) + "}"


def json_member(text: str | None, name: str) -> str | None:
    """What an object holds under a name of any characters, as JSON with exact numbers: paths of SQLite know no quotes
    within a name."""
    value = None if text is None else load_json(text).get(name)
    return None if value is None else dump_json(value)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "fold": fold,
    "base64url": base64url,
    "amount_text": amount_text,
    "one_object": one_object,
    "json_member": json_member,
}
