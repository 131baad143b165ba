"""Contacts: their one primary, their two ways to be named, their account."""

import asyncio

from tests.gateway import Client
from tests.rest_api.client import Rest
from tests.rest_api.world import ACCOUNT


async def test_a_new_primary_contact_makes_the_former_an_ordinary_one(rest: Rest, graph: Client) -> None:
    for number in ("A", "B"):
        await rest.post("accounts", number, body=ACCOUNT)
    elsewhere = await rest.post("contacts", "C-0", body={"account_number": "B", "is_primary": True})
    assert (await rest.post("contacts", "C-1", body={"account_number": "A", "is_primary": 1}))["is_primary"] is True
    assert (await rest.post("contacts", "C-2", body={"account_number": "A", "is_primary": 0}))["is_primary"] is False
    assert (await rest.patch("contacts", "C-2", body={"is_primary": True}))["is_primary"] is True
    assert (await rest.get("contacts", "C-1"))["is_primary"] is False
    moved = await rest.put("contacts", "C-1", body={"account_number": "A", "is_primary": True})
    assert moved["is_primary"] is True
    assert await primaries(graph, "A") == ["C-1"]
    assert await rest.get("contacts", "C-0") == elsewhere


async def primaries(graph: Client, number: str) -> list[str]:
    text = "query($n: String!) { account(accountNumber: $n) { contacts { nodes { reference isPrimary } } } }"
    account = await graph.only(text, n=number)
    return [contact["reference"] for contact in account["contacts"]["nodes"] if contact["isPrimary"]]


async def test_of_many_becoming_primary_at_once_one_is(rest: Rest, graph: Client) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    body = {"account_number": "A", "is_primary": True}
    await asyncio.gather(*(rest.put("contacts", f"C-{n}", body=body, status=201) for n in range(5)))
    assert len(await primaries(graph, "A")) == 1


async def test_a_name_in_one_piece_excludes_names_in_two(rest: Rest) -> None:
    await rest.post("contacts", "C", body={"first_name": "Ada", "last_name": "Byron"})
    assert await rest.faults("PATCH", "contacts", "C", body={"name": "Ada Byron"}) == [("invalid", "name")]
    assert await rest.faults("PUT", "contacts", "C", body={"name": "Ada Byron", "last_name": "B"}) == [
        ("invalid", "name")
    ]
    changed = await rest.patch("contacts", "C", body={"name": "Ada Byron", "first_name": None, "last_name": ""})
    assert {"name", "first_name", "last_name"} & set(changed) == {"name"}


async def test_a_contact_needs_no_account_and_keeps_none_that_is_emptied(rest: Rest) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    made = await rest.post("contacts", "C", body={"city": "Graz"})
    assert set(made) == {"csrId", "reference", "city", "createdAt", "updatedAt"}
    assert (await rest.patch("contacts", "C", body={"account_number": "A"}))["account_number"] == "A"
    assert "account_number" not in await rest.patch("contacts", "C", body={"account_number": None})
