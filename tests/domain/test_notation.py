"""How messages show what was sent: as JSON, cut where it is long."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.notation import in_json, quoted_key
from app.domain.values import exact_number

SHOWN: list[tuple[Any, str]] = [
    (None, "null"),
    (True, "true"),
    (False, "false"),
    (7, "7"),
    (10**25, "1" + "0" * 25),
    (1.5, "1.5"),
    (Decimal("0.10"), "0.10"),
    (exact_number("1e400"), "1E+400"),
    ("it's", '"it\'s"'),
    ('say "x"\n', r'"say \"x\"\n"'),
    ("日本", '"日本"'),
    ("a\0b", r'"a\u0000b"'),
    ("a\u200bb\u2028", r'"a\u200bb\u2028"'),
    ("\ud800", r'"\ud800"'),
    ([], "[]"),
    ({}, "{}"),
    ({"a": [None, True, {"b": "c"}], "d": exact_number("1.50")}, '{"a": [null, true, {"b": "c"}], "d": 1.50}'),
    (("k", 1), '["k", 1]'),
    (date(2026, 5, 12), '"2026-05-12"'),
    (object(), "a file"),
]


@pytest.mark.parametrize(("value", "shown"), SHOWN, ids=[shown for _, shown in SHOWN])
def test_a_value_is_shown_as_json_writes_it(value: Any, shown: str) -> None:
    assert in_json(value) == shown


def test_of_a_long_value_a_hundred_characters_are_shown() -> None:
    assert in_json("x" * 10**6) == '"' + "x" * 99 + "…"
    assert in_json([1] * 10**6) == "[" + "1, " * 33 + "…"
    assert in_json("x" * 98) == '"' + "x" * 98 + '"'


def test_a_key_is_shown_in_quotes_with_what_nobody_sees_and_no_more_of_it_than_fits() -> None:
    assert quoted_key("A-1") == "'A-1'"
    assert quoted_key("A\u200b1\n") == r"'A\u200b1\n'"
    assert quoted_key("x" * 10**6) == f"'{'x' * 100}…'"
