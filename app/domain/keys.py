"""Which texts may be keys of resources: account and document numbers, and references."""

import unicodedata
from typing import Any

from app.domain.fields import KEY_LENGTH
from app.domain.problems import Code
from app.domain.requirements import is_empty
from app.domain.values import Fault, is_storable, too_long

# Control characters have no names of their own in Unicode.
CONTROL_NAMES = {"\t": "TAB", "\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\x7f": "DELETE", "\x85": "NEXT LINE"}
INVISIBLE_CATEGORIES = {"Cc", "Cf", "Zl", "Zp"}  # control and format characters, line and paragraph separators


def key_fault(key: Any) -> Fault | None:
    """Why this cannot be the key of any resource; None where it can."""
    if is_empty(key):
        return Fault("must not be blank", Code.REQUIRED, quotes=False)
    if not isinstance(key, str):
        return Fault("must be a string")
    if len(key) > KEY_LENGTH:
        return too_long(key, KEY_LENGTH)
    if not is_storable(key) or key in {".", ".."}:
        return Fault("must not contain NUL or unpaired surrogates, nor be '.' or '..'")
    return None


def new_key_fault(key: str) -> Fault | None:
    """Why this cannot be the key of a new resource, though an old one may have it: people could not tell it from
    another key that looks the same."""
    if key.isprintable() and key == key.strip():
        return None
    for position, char in enumerate(key, 1):
        if unicodedata.category(char) in INVISIBLE_CATEGORIES:
            where = f"character {position} is {character_name(char)}"
            return Fault(f"must not contain invisible characters: {where}", quotes=False)
    ends = [
        f"{verb} with {character_name(char)}"
        for verb, char in (("begins", key[0]), ("ends", key[-1]))
        if char.isspace()
    ]
    if not ends:
        return None  # not printable only because this Python does not know the character
    return Fault(f"must neither begin nor end with white space: it {' and '.join(ends)}", quotes=False)


def character_name(char: str) -> str:
    name = unicodedata.name(char, "") or CONTROL_NAMES.get(char, "a control character")
    return f"U+{ord(char):04X} {name}"
