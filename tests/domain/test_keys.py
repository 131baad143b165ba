"""What the key of a resource may be, and what that of a new one may be besides."""

import sys
import unicodedata

import pytest

from app.domain.keys import key_fault, new_key_fault

NEW = {
    "ACME ": "must neither begin nor end with white space: it ends with U+0020 SPACE",
    " ACME": "must neither begin nor end with white space: it begins with U+0020 SPACE",
    " ACME\u3000": "must neither begin nor end with white space: it begins with U+0020 SPACE and ends with U+3000 "
    "IDEOGRAPHIC SPACE",
    "\u00a0A": "must neither begin nor end with white space: it begins with U+00A0 NO-BREAK SPACE",
    "ACME\t": "must not contain invisible characters: character 5 is U+0009 TAB",
    "A\r\nB": "must not contain invisible characters: character 2 is U+000D CARRIAGE RETURN",
    "AC\u200bME": "must not contain invisible characters: character 3 is U+200B ZERO WIDTH SPACE",
    "\ufeffACME": "must not contain invisible characters: character 1 is U+FEFF ZERO WIDTH NO-BREAK SPACE",
    "A\u00adB": "must not contain invisible characters: character 2 is U+00AD SOFT HYPHEN",
    "A\u2028B": "must not contain invisible characters: character 2 is U+2028 LINE SEPARATOR",
    "A\u2029": "must not contain invisible characters: character 2 is U+2029 PARAGRAPH SEPARATOR",
    "A\u202eB": "must not contain invisible characters: character 2 is U+202E RIGHT-TO-LEFT OVERRIDE",
    "A\x1bB": "must not contain invisible characters: character 2 is U+001B a control character",
    "A\x85": "must not contain invisible characters: character 2 is U+0085 NEXT LINE",
}


@pytest.mark.parametrize("key", NEW, ids=ascii)
def test_a_new_key_has_no_twin_that_looks_the_same(key: str) -> None:
    fault = new_key_fault(key)
    assert fault is not None
    assert fault.about("account_number", key) == f"account_number {NEW[key]}."
    assert key_fault(key) is None


@pytest.mark.parametrize(
    "key", ["A", "A B", "A\u00a0B", "日本", "é", "e\u0301", "🧾", "\ue000", "\U0010ffff", "a/b", "..."]
)
def test_any_other_key_is_one(key: str) -> None:
    assert key_fault(key) is None
    assert new_key_fault(key) is None


@pytest.mark.slow
def test_every_character_of_unicode_is_judged_by_its_category_and_by_where_it_stands() -> None:
    for char in map(chr, range(1, sys.maxunicode + 1)):
        unseen = unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
        assert (new_key_fault(f"a{char}b") is not None) is unseen, hex(ord(char))
        assert (new_key_fault(f"a{char}") is not None) is (unseen or char.isspace()), hex(ord(char))
