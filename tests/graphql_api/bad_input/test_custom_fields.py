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


async def test_of_a_key_that_is_given_twice_the_last_counts(acme: Client, patch: str) -> None:
    fields: list[dict[str, Any]] = [
        {"key": "twice", "value": {"text": "first"}},
        {"key": "twice", "value": {"number": "2"}},
    ]
    payload = await acme.only(patch, fields=fields)

    assert payload["account"] == {
        "customFields": [{"key": "twice", "text": None, "number": "2", "date": None, "boolean": None}]
    }
    assert (await acme.only(patch, fields=[*fields, {"key": "twice"}]))["account"] == {"customFields": []}


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
