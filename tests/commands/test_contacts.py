"""Contacts: the account they belong to, their names, and the one primary contact of an account."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.commands.verbs import account, create, faults, patch, read, refused, replace, write
from tests.gateway import Client


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    await account(acme, "A-2")
    return acme


def contact(number: str = "A-1", **values: Any) -> dict[str, Any]:
    return {"accountNumber": number, **values}


async def primaries(client: Client) -> dict[str, tuple[Any, int]]:
    """Of every contact, whether it is primary, and its version."""
    found = (await client.only("{ contacts(first: 100) { nodes { reference isPrimary version } } }"))["nodes"]
    return {node["reference"]: (node["isPrimary"], node["version"]) for node in found}


async def test_the_account_of_a_contact_must_exist(ledger: Client, globex: Client) -> None:
    for verb in ("create", "replace"):
        for nowhere in ("nowhere", "a-1", "A-1 "):
            refusal = await refused(ledger, verb, "Contact", "1", contact(nowhere))
            assert refusal == [("NOT_FOUND", "input.accountNumber")]
    assert await refused(globex, "create", "Contact", "1", contact()) == [("NOT_FOUND", "input.accountNumber")]
    assert await primaries(ledger) == {}


@pytest.mark.parametrize("blank", ["", " "])
async def test_a_contact_needs_its_account(ledger: Client, blank: str) -> None:
    assert await refused(ledger, "create", "Contact", "1", contact(blank)) == [("REQUIRED", "input.accountNumber")]
    await create(ledger, "Contact", "1", contact())
    for empty in (blank, None):
        refusal = await refused(ledger, "patch", "Contact", "1", {"accountNumber": empty})
        assert refusal == [("REQUIRED", "patch.accountNumber")]
    assert await read(ledger, "Contact", "1", "accountNumber version") == {"accountNumber": "A-1", "version": 1}


async def test_a_patch_moves_a_contact_to_another_account(ledger: Client) -> None:
    await create(ledger, "Contact", "1", contact())
    ask = "accountNumber account { accountNumber contacts { nodes { reference } } }"
    assert await patch(ledger, "Contact", "1", {"accountNumber": "A-2"}, ask) == {
        "accountNumber": "A-2",
        "account": {"accountNumber": "A-2", "contacts": {"nodes": [{"reference": "1"}]}},
    }
    assert await refused(ledger, "patch", "Contact", "1", {"accountNumber": "nowhere"}) == [
        ("NOT_FOUND", "patch.accountNumber")
    ]
    assert await read(ledger, "Account", "A-1", "contacts { nodes { reference } }") == {"contacts": {"nodes": []}}


@pytest.mark.parametrize("part", ["firstName", "lastName"])
async def test_a_name_in_one_piece_excludes_its_parts(ledger: Client, part: str) -> None:
    for verb in ("create", "replace"):
        refusal = await refused(ledger, verb, "Contact", "1", contact(name="Ann Lee", **{part: "Ann"}))
        assert refusal == [("INVALID", "input.name")]
    await create(ledger, "Contact", "1", contact(name="Ann Lee"))
    assert await refused(ledger, "patch", "Contact", "1", {part: "Ann"}) == [("INVALID", "patch.name")]
    ask = "name firstName lastName"
    changed = {"name": None, part: "Ann"}
    after = {"name": None, "firstName": None, "lastName": None, part: "Ann"}
    assert await patch(ledger, "Contact", "1", changed, ask) == after
    assert await refused(ledger, "patch", "Contact", "1", {"name": "Ann Lee"}) == [("INVALID", "patch.name")]
    assert await patch(ledger, "Contact", "1", {"name": "Ann Lee", part: ""}, ask) == {
        "name": "Ann Lee",
        "firstName": None,
        "lastName": None,
    }


async def test_first_and_last_name_go_together_and_empty_ones_exclude_nothing(ledger: Client) -> None:
    ask = "name firstName lastName"
    assert await create(ledger, "Contact", "1", contact(firstName="Ann", lastName="Lee", name=""), ask) == {
        "name": None,
        "firstName": "Ann",
        "lastName": "Lee",
    }
    assert await create(ledger, "Contact", "2", contact(firstName="", lastName=None, name="Ann Lee"), ask) == {
        "name": "Ann Lee",
        "firstName": None,
        "lastName": None,
    }


@pytest.mark.parametrize("verb", ["create", "replace", "patch"])
async def test_a_new_primary_contact_makes_the_former_an_ordinary_one(ledger: Client, verb: str) -> None:
    await create(ledger, "Contact", "1", contact(isPrimary=True, phone="1"))
    await create(ledger, "Contact", "other account", contact("A-2", isPrimary=True))
    if verb == "create":
        await create(ledger, "Contact", "2", contact(isPrimary=True))
    else:
        await create(ledger, "Contact", "2", contact())
        body = {"isPrimary": True} if verb == "patch" else contact(isPrimary=True)
        await (patch if verb == "patch" else replace)(ledger, "Contact", "2", body)
    assert await primaries(ledger) == {
        "1": (False, 2),
        "2": (True, 1 if verb == "create" else 2),
        "other account": (True, 1),
    }
    former = await read(ledger, "Contact", "1", "phone createdAt updatedAt")
    assert former["phone"] == "1"
    assert former["updatedAt"] == (await read(ledger, "Contact", "2", "updatedAt"))["updatedAt"]


async def test_a_primary_contact_that_moves_takes_the_place_of_the_one_there(ledger: Client) -> None:
    await create(ledger, "Contact", "1", contact("A-1", isPrimary=True))
    await create(ledger, "Contact", "2", contact("A-2", isPrimary=True))
    await patch(ledger, "Contact", "1", {"accountNumber": "A-2"})
    assert await primaries(ledger) == {"1": (True, 2), "2": (False, 2)}


async def test_a_primary_contact_written_again_stays_and_counts_once(ledger: Client) -> None:
    await create(ledger, "Contact", "1", contact(isPrimary=True))
    await patch(ledger, "Contact", "1", {"isPrimary": True})
    await patch(ledger, "Contact", "1", {"phone": "1"})
    assert await primaries(ledger) == {"1": (True, 2)}


async def test_a_contact_that_stops_being_primary_leaves_the_account_without_one(ledger: Client) -> None:
    await create(ledger, "Contact", "1", contact(isPrimary=True))
    await create(ledger, "Contact", "2", contact(isPrimary=False))
    await patch(ledger, "Contact", "1", {"isPrimary": False})
    assert await primaries(ledger) == {"1": (False, 2), "2": (False, 1)}


async def test_a_refused_contact_leaves_the_former_primary(ledger: Client) -> None:
    await create(ledger, "Contact", "1", contact(isPrimary=True))
    await refused(ledger, "create", "Contact", "2", contact(isPrimary=True, email="no"))
    await create(ledger, "Contact", "2", contact())
    await refused(ledger, "patch", "Contact", "2", {"isPrimary": True, "country": "XX"})
    assert await primaries(ledger) == {"1": (True, 1), "2": (None, 1)}


@pytest.mark.parametrize("verb", ["create", "patch"])
async def test_of_contacts_that_become_primary_at_once_one_stays_so(ledger: Client, verb: str) -> None:
    keys = ["1", "2", "3", "4"]
    if verb == "patch":
        for key in keys:
            await create(ledger, "Contact", key, contact())
    body = {"isPrimary": True} if verb == "patch" else contact(isPrimary=True)
    payloads = await asyncio.gather(*(write(ledger, verb, "Contact", key, body, "isPrimary") for key in keys))
    assert [faults(payload) for payload in payloads] == [[]] * 4
    found = await primaries(ledger)
    assert sorted(is_primary for is_primary, _ in found.values()) == [False, False, False, True]
    writes, switches = (8, 3) if verb == "patch" else (4, 3)
    assert sum(version for _, version in found.values()) == writes + switches


@pytest.mark.parametrize(
    "change", [lambda turn: {"phone": str(turn)}, lambda turn: {"isPrimary": False}], ids=["left", "given up"]
)
async def test_a_former_primary_that_is_written_at_the_same_time_loses_no_write(
    ledger: Client, change: Callable[[int], dict[str, Any]]
) -> None:
    await create(ledger, "Contact", "1", contact())
    await create(ledger, "Contact", "2", contact())
    counted = {"1": 1, "2": 1}
    for turn in range(5):
        for key in ("1", "2"):
            before = await primaries(ledger)
            await patch(ledger, "Contact", key, {"isPrimary": True})
            counted[key] += not before[key][0]
            for other, (was_primary, _) in before.items():
                counted[other] += bool(was_primary and other != key)
        former = await asyncio.gather(
            patch(ledger, "Contact", "2", change(turn), "version isPrimary"),
            patch(ledger, "Contact", "1", {"isPrimary": True}, "version isPrimary"),
        )
        found = await primaries(ledger)
        assert (found["1"][0], found["2"][0]) == (True, False)
        # Contact 2 counts its own write and the switch; giving its place up is one of the two, whichever came first.
        assert found["2"][1] - counted["2"] == (1 if "isPrimary" in change(turn) else 2)
        assert found["1"][1] == counted["1"] + 1
        assert former[1]["isPrimary"] is True
        counted = {key: version for key, (_, version) in found.items()}
