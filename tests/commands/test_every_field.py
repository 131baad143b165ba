"""Every field of every resource: written through each input that can say it, read back exactly, left alone by a patch
that does not name it, emptied by null, and by a replace that leaves it out."""

from typing import Any

import pytest

from tests.commands.contract import FIELDS, PRODUCTS, Fact, asked, empty, read_back, sample
from tests.commands.verbs import BASIC, account, create, patch, read, refused, replace
from tests.gateway import Client

RESOURCES = ("Account", "Document", "Representative", "Contact")
DECLARED = ("Account", "Document")
STAYS = ("currency", "customFields")  # null and being left out change nothing, or are refused
NOT_TOGETHER = {("Contact", "name")}  # with a first or last name: tested beside them
INVOICING_AMOUNTS = {"basic": {"originalDenomination": "100"}}
NO_COUNTRY = ("address1", "address2", "city", "state", "zip")


def facts(resource: str, member: str = "combined") -> list[Fact]:
    """What the input of a product can say."""
    every = (fact for fact in FIELDS[resource].values() if (resource, fact.name) not in NOT_TOGETHER)
    return [fact for fact in every if member in (*fact.readers, "combined")]


def said(fact: Fact, member: str) -> Any:
    """The field's sample as the product can say it: CashApp knows no country."""
    value = sample(fact)
    return (
        {name: value[name] for name in NO_COUNTRY} if fact.name == "billingAddress" and member == "cashApp" else value
    )


def known(fact: Fact, member: str) -> Any:
    """The sample as it is read after that."""
    value = read_back(fact)
    return value | {"country": None} if fact.name == "billingAddress" and member == "cashApp" else value


def body(resource: str, member: str, values: dict[str, Any]) -> dict[str, Any]:
    """The input of a product, with amounts where it is a document's."""
    if resource == "Document":
        values = values | {"amounts": INVOICING_AMOUNTS if member == "invoicing" else BASIC}
    return {member: values} if resource in DECLARED else values


def everything(resource: str, member: str = "combined") -> dict[str, Any]:
    return body(resource, member, {fact.name: said(fact, member) for fact in facts(resource, member)})


async def prepared(client: Client) -> Client:
    """With what the samples refer to."""
    await account(client)
    await create(client, "Representative", "BOSS", {})
    return client


SAYABLE = [(r, m) for r in DECLARED for m in (*PRODUCTS, "combined")] + [
    ("Representative", "combined"),
    ("Contact", "combined"),
]


@pytest.mark.parametrize(("resource", "member"), SAYABLE)
async def test_all_that_an_input_can_say_is_read_back_exactly(acme: Client, resource: str, member: str) -> None:
    await prepared(acme)
    ask = " ".join(asked(fact) for fact in FIELDS[resource].values())
    expected = {fact.name: empty(fact) for fact in FIELDS[resource].values()}
    expected |= {fact.name: known(fact, member) for fact in facts(resource, member)}
    assert await create(acme, resource, "1", everything(resource, member), ask) == expected
    assert await read(acme, resource, "1", ask) == expected


def emptiable(resource: str) -> list[Fact]:
    """The fields that may be empty whatever else the samples hold."""
    return [f for f in facts(resource) if f.base != "R" and f.name not in ("isParentAccount", "accountNumber")]


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.slow
async def test_null_in_a_patch_empties_the_field_and_no_other_and_a_value_fills_it(acme: Client, resource: str) -> None:
    await prepared(acme)
    ask = " ".join(asked(fact) for fact in facts(resource))
    whole = {fact.name: read_back(fact) for fact in facts(resource)}
    assert await create(acme, resource, "1", everything(resource), ask) == whole
    filled: dict[str, Any] = {}
    for fact in emptiable(resource):
        if fact.name not in STAYS:
            expected = whole | {fact.name: empty(fact)}
            assert await patch(acme, resource, "1", filled | {fact.name: None}, ask) == expected, fact.name
            filled = {fact.name: sample(fact)}
    assert await patch(acme, resource, "1", filled, ask) == whole
    assert await patch(acme, resource, "1", {}, ask) == whole
    assert await read(acme, resource, "1", ask) == whole


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.slow
async def test_a_replace_that_leaves_a_field_out_empties_it_and_no_other(acme: Client, resource: str) -> None:
    await prepared(acme)
    ask = " ".join(asked(fact) for fact in facts(resource))
    whole = {fact.name: read_back(fact) for fact in facts(resource)}
    await create(acme, resource, "1", everything(resource))
    for fact in emptiable(resource):
        expected = whole if fact.name in STAYS else whole | {fact.name: empty(fact)}
        left_out = {f.name: sample(f) for f in facts(resource) if f is not fact}
        after = await replace(acme, resource, "1", body(resource, "combined", left_out), ask)
        assert after == expected, fact.name
    assert await replace(acme, resource, "1", everything(resource), ask) == whole


@pytest.mark.parametrize("resource", RESOURCES)
async def test_null_in_an_input_is_as_good_as_left_out(acme: Client, resource: str) -> None:
    await prepared(acme)
    demanded = {f.name: sample(f) for f in facts(resource) if f.base == "R" or f.name == "accountNumber"}
    nulls = {fact.name: None for fact in facts(resource) if fact.name not in demanded}
    ask = " ".join(asked(fact) for fact in facts(resource))
    expected = {fact.name: demanded.get(fact.name, empty(fact)) for fact in facts(resource)}
    assert await create(acme, resource, "1", body(resource, "combined", demanded | nulls), ask) == expected
    assert await replace(acme, resource, "2", body(resource, "combined", demanded), ask) == expected


@pytest.mark.parametrize("resource", DECLARED)
async def test_a_replace_through_one_products_input_empties_what_it_cannot_say(acme: Client, resource: str) -> None:
    await prepared(acme)
    ask = " ".join(asked(fact) for fact in facts(resource))
    for member in PRODUCTS:
        await create(acme, resource, member, everything(resource))
        expected = {fact.name: read_back(fact) if fact.name in STAYS else empty(fact) for fact in facts(resource)}
        expected |= {fact.name: known(fact, member) for fact in facts(resource, member)}
        assert await replace(acme, resource, member, everything(resource, member), ask) == expected
        assert await read(acme, resource, member, ask) == expected


@pytest.mark.parametrize("resource", RESOURCES)
async def test_what_is_demanded_cannot_be_emptied(acme: Client, resource: str) -> None:
    await prepared(acme)
    demanded = [fact.name for fact in facts(resource) if fact.demanded_by("collections")]
    ask = " ".join(["version", *demanded])
    before = await create(acme, resource, "1", everything(resource, "collections"), ask)
    for name in demanded:
        code = "CURRENCY_LOCKED" if name == "currency" else "REQUIRED"
        assert await refused(acme, "patch", resource, "1", {name: None}) == [(code, f"patch.{name}")]
    assert await read(acme, resource, "1", ask) == before
