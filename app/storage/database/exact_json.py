"""JSON as it is stored: numbers keep exactly their decimal value."""

import json
from decimal import Decimal
from typing import Any

import orjson

from app.domain.values import exact_number


def dump_json(value: Any) -> str:
    """JSON with numbers of exactly their decimal value."""
    return orjson.dumps(value, default=digits_of).decode()


def digits_of(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return orjson.Fragment(str(value))


def whole_number(digits: str) -> int | Decimal:
    """An int that orjson can write again, or a Decimal of the same value."""
    return int(digits) if len(digits) < 19 else exact_number(digits)  # 64 bits hold any 18 digits


def no_number(word: str) -> Any:
    """NaN and Infinity, which Python reads but JSON does not know."""
    raise ValueError(f"{word} is no JSON")


def same(value: Any) -> Any:
    return value


load_json = json.JSONDecoder(parse_float=exact_number, parse_int=whole_number, parse_constant=no_number).decode
# For threads: a function of Python is called for each object, so that other threads can run in between.
load_json_in_steps = json.JSONDecoder(
    object_hook=same, parse_float=exact_number, parse_int=whole_number, parse_constant=no_number
).decode
