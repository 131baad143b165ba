"""An account's currency is fixed by the first write that sets it."""

import asyncio
from typing import Any

import pytest

from tests.commands.verbs import create, faults, patch, read, refused, replace, write
from tests.gateway import Client

ASK = "currency version"
COLLECTED = {"name": "Acme", "currency": "EUR", "language": "en"}


def combined(**values: Any) -> dict[str, Any]:
    return {"combined": {"name": "Acme", **values}}


@pytest.fixture
async def locked(acme: Client) -> Client:
    """A tenant whose account 1 is in EUR, at version 1."""
    await create(acme, "Account", "1", combined(currency="EUR"))
    return acme


@pytest.mark.parametrize("verb", ["replace", "patch"])
async def test_another_currency_is_refused(locked: Client, verb: str) -> None:
    for other in ("USD", None):
        body = {"currency": other} if verb == "patch" else combined(currency=other)
        path = "patch.currency" if verb == "patch" else "input.combined.currency"
        assert await refused(locked, verb, "Account", "1", body) == [("CURRENCY_LOCKED", path)]
    assert await read(locked, "Account", "1", ASK) == {"currency": "EUR", "version": 1}


async def test_another_currency_is_refused_under_the_path_of_its_products_input(locked: Client) -> None:
    refusal = await refused(locked, "replace", "Account", "1", {"collections": COLLECTED | {"currency": "USD"}})
    assert refusal == [("CURRENCY_LOCKED", "input.collections.currency")]


@pytest.mark.parametrize("empty", ["", None])
async def test_an_empty_currency_is_another_one(locked: Client, empty: Any) -> None:
    assert await refused(locked, "patch", "Account", "1", {"currency": empty}) == [
        ("CURRENCY_LOCKED", "patch.currency")
    ]


async def test_what_is_no_currency_is_told_as_such(locked: Client) -> None:
    assert await refused(locked, "patch", "Account", "1", {"currency": "eur"}) == [("INVALID", "patch.currency")]
    assert await read(locked, "Account", "1", ASK) == {"currency": "EUR", "version": 1}


async def test_a_later_write_may_repeat_the_currency(locked: Client) -> None:
    assert await patch(locked, "Account", "1", {"currency": "EUR", "vat": "1"}, ASK) == {
        "currency": "EUR",
        "version": 2,
    }
    assert await replace(locked, "Account", "1", combined(currency="EUR"), ASK) == {"currency": "EUR", "version": 3}


async def test_a_later_write_may_leave_the_currency_out_and_it_stays(locked: Client) -> None:
    assert await patch(locked, "Account", "1", {"vat": "1"}, ASK) == {"currency": "EUR", "version": 2}
    assert await replace(locked, "Account", "1", combined(), ASK) == {"currency": "EUR", "version": 3}
    assert await replace(locked, "Account", "1", {"openBalance": {"name": "Acme"}}, ASK) == {
        "currency": "EUR",
        "version": 4,
    }


@pytest.mark.parametrize("verb", ["replace", "patch"])
async def test_an_account_without_a_currency_takes_one_later_and_keeps_it(acme: Client, verb: str) -> None:
    await create(acme, "Account", "1", combined())
    assert await patch(acme, "Account", "1", {"currency": None, "vat": "1"}, ASK) == {"currency": None, "version": 2}
    body = {"currency": "USD"} if verb == "patch" else combined(currency="USD")
    write_it = patch if verb == "patch" else replace
    assert await write_it(acme, "Account", "1", body, ASK) == {"currency": "USD", "version": 3}
    assert await refused(acme, "patch", "Account", "1", {"currency": "EUR"}) == [("CURRENCY_LOCKED", "patch.currency")]


async def test_a_refused_write_locks_no_currency(acme: Client) -> None:
    await create(acme, "Account", "1", combined())
    await refused(acme, "patch", "Account", "1", {"currency": "USD", "email": "no"})
    assert await patch(acme, "Account", "1", {"currency": "EUR"}, ASK) == {"currency": "EUR", "version": 2}


async def test_the_currency_is_demanded_for_collections_alone(acme: Client) -> None:
    for member in ("openBalance", "cashApp"):
        assert await create(acme, "Account", member, {member: {"name": "Acme"}}, "currency") == {"currency": None}
    refusal = await refused(acme, "create", "Account", "1", combined(products=["COLLECTIONS"], language="en"))
    assert refusal == [("REQUIRED", "input.combined.currency")]


async def test_of_first_currencies_at_once_one_wins(acme: Client) -> None:
    await create(acme, "Account", "1", combined())
    sent = ["EUR", "USD", "GBP", "CHF"]
    payloads = await asyncio.gather(*(write(acme, "patch", "Account", "1", {"currency": c}, "currency") for c in sent))
    kept = (await read(acme, "Account", "1", "currency"))["currency"]
    for currency, payload in zip(sent, payloads, strict=True):
        if currency == kept:
            assert payload["account"] == {"currency": kept}
        else:
            assert faults(payload) == [("CURRENCY_LOCKED", "patch.currency")]
