"""Custom fields with keys and values that nobody should send."""

from itertools import count
from typing import Any

import pytest

from tests.gateway import Client

PATCH = """mutation($fields: [CustomFieldInput!]) { patchAccount(accountNumber: "%s", patch: {customFields: $fields}) {
  account { customFields { key text number date boolean } } userErrors { code field message } } }"""
numbers = count(1)


@pytest.fixture
async def patch(acme: Client) -> str:
    """A patch of the custom fields of an account that has none."""
    number = f"A-custom-{next(numbers)}"
    created = 'mutation { createAccount(accountNumber: "%s", input: {openBalance: {name: "A"}}) { created } }'
    await acme.query(created % number)
    return PATCH % number


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "INVALID"), (" \t\u2003", "INVALID"), ("a\0b", "INVALID"), ("\ud800", "INVALID"), ("k" * 256, "TOO_LONG"),
     ("k" * 2**20, "TOO_LONG")],
    ids=["empty", "blank", "NUL", "half a pair", "long", "endless"],
)  # fmt: skip
async def test_a_key_that_cannot_be_kept_is_refused_at_its_position(
    acme: Client, patch: str, key: str, code: str
) -> None:
    fields = [{"key": "good", "value": {"text": "x"}}, {"key": key, "value": {"text": "x"}}]

    assert await acme.refused(patch, fields=fields) == [(code, "patch.customFields.1")]


@pytest.mark.parametrize("key", ["a.b", "__proto__", "$where", "'; --", "customFields", "0", "é🧾", "k" * 255])
async def test_any_other_key_is_kept_and_cleared_again(acme: Client, patch: str, key: str) -> None:
    payload = await acme.only(patch, fields=[{"key": key, "value": {"boolean": False}}])
    field = {"key": key, "text": None, "number": None, "date": None, "boolean": False}

    assert payload["account"] == {"customFields": [field]}
    assert (await acme.only(patch, fields=[{"key": key, "value": None}]))["account"] == {"customFields": []}


async def test_a_key_that_is_given_twice_is_refused_at_each_position_but_the_first(acme: Client, patch: str) -> None:
    fields: list[dict[str, Any]] = [
        {"key": "my_key", "value": {"text": "first"}},
        {"key": "other", "value": {"number": "2"}},
        {"key": "my_key", "value": {"number": "2"}},
        {"key": "my_key"},
    ]
    payload = await acme.only(patch, fields=fields)

    message = "my_key is given more than once."
    assert payload == {
        "account": None,
        "userErrors": [
            {"code": "INVALID", "field": ["patch", "customFields", "2"], "message": message},
            {"code": "INVALID", "field": ["patch", "customFields", "3"], "message": message},
        ],
    }


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("", "must not be blank"),
        (" ", "must not be blank"),
        ("a\0b", r'must not contain NUL or unpaired surrogates, found: "a\u0000b"'),
        ("k" * 256, "may have at most 255 characters, and has 256"),
    ],
    ids=["empty", "blank", "NUL", "long"],
)
async def test_the_refusal_of_a_key_says_that_the_key_is_meant(acme: Client, patch: str, key: str, fault: str) -> None:
    (error,) = (await acme.only(patch, fields=[{"key": key, "value": {"text": "x"}}]))["userErrors"]

    assert error["message"] == f"The key of a custom field {fault}."


async def test_the_refusal_of_a_value_names_the_field_as_it_was_sent(acme: Client, patch: str) -> None:
    (error,) = (await acme.only(patch, fields=[{"key": "review_on", "value": {"text": "2026-02-30"}}]))["userErrors"]

    path = ["patch", "customFields", "0"]
    message = 'review_on is no day of the calendar, found: "2026-02-30".'
    assert error == {"code": "INVALID", "field": path, "message": message}


async def test_every_field_at_fault_is_told_at_once(acme: Client, patch: str) -> None:
    fields = [
        {"key": "", "value": {"text": "x"}},
        {"key": "good", "value": {"text": "a\0b"}},
        {"key": "number", "value": {"number": "1" * 16}},
        {"key": "long", "value": {"text": "x" * 256}},
    ]

    assert await acme.refused(patch, fields=fields) == [
        ("INVALID", "patch.customFields.0"),
        ("INVALID", "patch.customFields.1"),
        ("INVALID", "patch.customFields.2"),
        ("TOO_LONG", "patch.customFields.3"),
    ]


async def test_a_thousand_fields_are_kept(acme: Client, patch: str) -> None:
    fields = [{"key": f"k{n:04}", "value": {"text": str(n)}} for n in range(1_000)]
    payload = await acme.only(patch, fields=fields)

    assert [field["text"] for field in payload["account"]["customFields"]] == [str(n) for n in range(1_000)]
    cleared = await acme.only(patch, fields=[{"key": field["key"]} for field in fields])
    assert cleared["account"] == {"customFields": []}
