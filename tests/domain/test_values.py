"""Texts, codes, words and objects: what is read of a value, and why it is none."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.enums import RoutingCode
from app.domain.fields import Field, Kind
from app.domain.problems import Code
from app.domain.resources import RESOURCES
from app.domain.values import (
    READERS,
    Fault,
    is_storable,
    read_custom_value,
    read_value,
)


def of(kind: Kind, **more: Any) -> Field:
    return Field("it", kind, "O OOOO", "Anything.", **more)


def fault(kind: Kind, raw: Any, **more: Any) -> Code:
    """The code of the fault that the value must have."""
    with pytest.raises(Fault) as found:
        read_value(of(kind, **more), raw)
    assert found.value.message
    return found.value.code


TEXTS = [Kind.KEY, Kind.TEXT, Kind.FREE_TEXT]
LENGTHS = {Kind.KEY: 255, Kind.TEXT: 255, Kind.FREE_TEXT: 10_000, Kind.DIGITS: 255}


def test_every_kind_has_a_reader_but_those_that_hold_others() -> None:
    assert set(Kind) - set(READERS) == {Kind.OBJECT, Kind.LIST, Kind.CUSTOM_FIELDS}


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind not in (Kind.BOOLEAN, Kind.INTEGER, Kind.JSON)])
def test_null_and_empty_text_are_empty(kind: Kind) -> None:
    assert read_value(of(kind), None) is None
    assert read_value(of(kind), "") is None


@pytest.mark.parametrize("kind", [Kind.BOOLEAN, Kind.INTEGER, Kind.JSON])
def test_empty_text_is_no_boolean_no_whole_number_and_no_object(kind: Kind) -> None:
    assert read_value(of(kind), None) is None
    assert fault(kind, "") is Code.INVALID


@pytest.mark.parametrize("kind", LENGTHS)
@pytest.mark.parametrize("character", ["x", "日", "🧾"])
def test_text_is_measured_in_characters(kind: Kind, character: str) -> None:
    character = "7" if kind is Kind.DIGITS else character
    fitting = character * LENGTHS[kind]
    assert read_value(of(kind), fitting) == fitting
    assert fault(kind, fitting + "7") is Code.TOO_LONG


def test_a_field_may_have_a_length_of_its_own() -> None:
    assert read_value(of(Kind.TEXT, max_length=3), "abc") == "abc"
    assert fault(Kind.TEXT, "abcd", max_length=3) is Code.TOO_LONG


@pytest.mark.parametrize("kind", [*TEXTS, Kind.EMAIL, Kind.CURRENCY, Kind.LANGUAGE, Kind.COUNTRY, Kind.DIGITS])
@pytest.mark.parametrize("raw", ["\0", "a\0", "\ud800", "a\udfff", "\udbff\ud83d"])
def test_no_text_holds_nul_or_half_a_surrogate_pair(kind: Kind, raw: str) -> None:
    assert fault(kind, raw) is Code.INVALID


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind is not Kind.JSON])
@pytest.mark.parametrize("raw", [[], {}, ["x"], {"x": 1}, 1.5, b"x"])
def test_what_is_no_json_scalar_is_refused(kind: Kind, raw: Any) -> None:
    assert fault(kind, raw) is Code.INVALID


@pytest.mark.parametrize(
    "kind", [*TEXTS, Kind.EMAIL, Kind.CURRENCY, Kind.LANGUAGE, Kind.COUNTRY, Kind.DATE, Kind.ROUTING]
)
@pytest.mark.parametrize("raw", [0, 1, 5, Decimal("1.5"), True, False])
def test_a_number_or_a_boolean_is_no_text(kind: Kind, raw: Any) -> None:
    assert fault(kind, raw) is Code.INVALID


@pytest.mark.parametrize("raw", [" a ", "\t\n", "e\u0301", "\u200b", "\x01", "'", "\U0010ffff"])
def test_text_is_kept_exactly(raw: str) -> None:
    for kind in TEXTS:
        assert read_value(of(kind), raw) == raw


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_storable_is_all_text_without_nul_and_half_pairs(text: str) -> None:
    assert is_storable(text)
    assert not is_storable(text + "\0")
    assert not is_storable("\ud800" + text)


@pytest.mark.parametrize(
    "raw",
    ["a@b.co", "A.B+c_d-e@x.example.com", "o'neil@example.com", "jörg@müller.de", "ü@日本.jp", "1@2.34", "a@b-c.de",
     "!#$%&'*+/=?^_`{|}~-@example.com", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 61}"],
)  # fmt: skip
def test_these_are_email_addresses(raw: str) -> None:
    assert read_value(of(Kind.EMAIL), raw) == raw


@pytest.mark.parametrize(
    "raw",
    ["a", "@", "a@", "@b.co", "a@b", "a@b.", "a@.co", "a@b..co", "a@-b.co", "a@b-.co", "a@b.co.", "a b@c.co",
     "a@b c.co", "a@@b.co", "a@b@c.co", "<a@b.co>", "A <a@b.co>", "a@b.co,c@d.co", "a@b.co\n", " a@b.co",
     "a@[127.0.0.1]", '"a b"@c.co', "a@b_c.co/"],
)  # fmt: skip
def test_these_are_no_email_addresses(raw: str) -> None:
    assert fault(Kind.EMAIL, raw) is Code.INVALID


def test_an_email_address_has_at_most_254_characters() -> None:
    assert fault(Kind.EMAIL, f"{'a' * 65}@{'b' * 63}.{'c' * 63}.{'d' * 61}") is Code.TOO_LONG


@pytest.mark.parametrize(
    ("kind", "good", "wrong"),
    [
        (Kind.CURRENCY, "USD EUR JPY KWD XAU ZWG", "usd Usd US USDX XXX XTS DEM €"),
        (Kind.LANGUAGE, "en de zh sr nb", "EN eng xx iw in en-US sh"),
        (Kind.COUNTRY, "US DE GB TW AX", "us USA UK XK EU DD"),
    ],
)
def test_codes_are_those_of_the_standards(kind: Kind, good: str, wrong: str) -> None:
    for code in good.split():
        assert read_value(of(kind), code) == code
    for code in [*wrong.split(), f" {good[:2]}", f"{good[:2]}\n"]:
        assert fault(kind, code) is Code.INVALID


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("other", "other"),
        ("invoice", "invoice"),
        ("credit_note", "credit_note"),
        (1, "other"),
        (2, "invoice"),
        (3, "credit_note"),
    ],
)
def test_document_types_are_words_or_numbers(raw: Any, read: str) -> None:
    assert read_value(of(Kind.DOCUMENT_TYPE), raw) == read
    for wrong in (0, 4, True, "Invoice", "credit note", "1", Decimal("1.5")):
        assert fault(Kind.DOCUMENT_TYPE, wrong) is Code.INVALID


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.ROUTING, ["E", "F", "M", "P", "Q", "R", "T"]),
        (Kind.CLOSURE_REASON, ["paid", "write_off", "contra", "adjustment", "other"]),
        (Kind.INVOICE_TITLE, ["Invoice", "Credit Memo"]),
    ],
)
def test_closed_vocabularies_take_their_words_alone(kind: Kind, words: list[str]) -> None:
    for word in words:
        assert read_value(of(kind), word) == word
        assert type(read_value(of(kind), word)) is str
    for wrong in ("X", "PAID", "invoice", words[0] + " "):
        assert fault(kind, wrong) is Code.INVALID
    assert read_value(of(Kind.ROUTING), RoutingCode.E) == "E"


@pytest.mark.parametrize("raw", [{}, {"a": 1}, {"a": {"b": [None, True, Decimal("1.10"), "x", {}]}, "": []}])
def test_a_json_object_is_kept_as_it_is(raw: dict[str, Any]) -> None:
    assert read_value(of(Kind.JSON), raw) is raw


@pytest.mark.parametrize(
    "raw", [[], "x", 1, True, {"a": "\0"}, {"\ud800": 1}, {"a": [[{"b": "\udfff"}]]}, {"a": {"\0": 1}}]
)
def test_a_json_object_holds_only_what_can_be_kept(raw: Any) -> None:
    assert fault(Kind.JSON, raw) is Code.INVALID


def test_a_json_object_of_absurd_depth_is_refused_without_exhausting_the_stack() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert fault(Kind.JSON, deep) is Code.INVALID


@pytest.mark.parametrize(
    ("raw", "read"),
    [(None, None), ("", None), ("EMEA", "EMEA"), (" ", " "), (True, True), (False, False), (7, Decimal(7)),
     (0, Decimal(0)), (Decimal("7.250"), Decimal("7.25")), ("2026-05-12", "2026-05-12"), ("x" * 255, "x" * 255)],
)  # fmt: skip
def test_a_custom_value_is_of_its_own_type(raw: Any, read: Any) -> None:
    found = read_custom_value(raw)
    assert (type(found), found) == (type(read), read)


@pytest.mark.parametrize("raw", [[], {}, {"a": 1}, 1.5, Decimal("0.00001"), 10**15, "\0", "\ud800", "x" * 256])
def test_a_custom_value_is_text_number_boolean_or_date(raw: Any) -> None:
    with pytest.raises(Fault):
        read_custom_value(raw)


def test_the_readers_are_tested_with_kinds_that_the_catalogue_uses() -> None:
    used = {field.kind for definition in RESOURCES.values() for field in definition.fields}
    assert set(TEXTS) <= used


ONE = "must be one e-mail address such as jane@example.com"
FURTHER = f"{ONE}: every further person is a contact, with an address of their own"


@pytest.mark.parametrize(
    "raw",
    [
        "a@x.com; b@y.com",
        "a@x.com,b@y.com",
        "a@x.com b@y.com",
        "a@x.com\nb@y.com",
        "a@x.com|b@y.com",
        "a@x.com / b@y.com",
        "Ann <a@x.com>, Bob <b@y.com>",
        ", ".join(f"person{n}@example.com" for n in range(50)),
    ],
)
def test_of_several_addresses_in_one_field_the_refusal_says_where_further_people_belong(raw: str) -> None:
    with pytest.raises(Fault) as found:
        read_value(of(Kind.EMAIL), raw)
    assert (found.value.code, found.value.message) == (Code.INVALID, FURTHER)


@pytest.mark.parametrize("raw", ["nobody", "a@@b.co", "Ann <a@b.co>", "a@b.co;", "a b@c.co", "a@b@c.co"])
def test_of_one_wrong_address_the_refusal_says_that_the_field_takes_one(raw: str) -> None:
    with pytest.raises(Fault) as found:
        read_value(of(Kind.EMAIL), raw)
    assert found.value.about("email", raw) == f'email {ONE}, found: "{raw}".'
