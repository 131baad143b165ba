"""A write that expects a version is done at that version alone; writers at once neither lose a write nor a count."""

import asyncio
from typing import Any

import pytest

from tests.commands.test_existence import CHANGED
from tests.commands.verbs import KEYS, LEAST, account, close, create, faults, patch, read, refused, write
from tests.gateway import Client

RESOURCES = ("Account", "Document", "Representative", "Contact")


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("verb", ["replace", "patch"])
async def test_a_write_is_done_at_the_expected_version_and_refused_at_any_other(
    ledger: Client, resource: str, verb: str
) -> None:
    whole, change, _ = CHANGED[resource]
    body = whole if verb == "replace" else change
    await create(ledger, resource, "1", LEAST[resource])
    payload = await write(ledger, verb, resource, "1", body, "version", version=1)
    assert payload[resource.lower()] == {"version": 2}
    for wrong in (1, 3, 0, -1, 2**31 - 1):
        refusal = await refused(ledger, verb, resource, "1", body, version=wrong)
        assert refusal == [("VERSION_CONFLICT", "expectedVersion")]
    assert await read(ledger, resource, "1", "version") == {"version": 2}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_an_expected_version_of_null_expects_nothing(ledger: Client, resource: str) -> None:
    await create(ledger, resource, "1", LEAST[resource])
    assert await patch(ledger, resource, "1", CHANGED[resource][1], version=None) == {"version": 2}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_expecting_a_version_of_what_is_absent_conflicts_in_a_replace_and_is_not_found_in_a_patch(
    ledger: Client, resource: str
) -> None:
    refusal = await refused(ledger, "replace", resource, "1", LEAST[resource], version=1)
    assert refusal == [("VERSION_CONFLICT", "expectedVersion")]
    assert await refused(ledger, "patch", resource, "1", {}, version=1) == [("NOT_FOUND", KEYS[resource])]
    assert await read(ledger, resource, "1", "version") is None


async def test_a_conflict_is_told_together_with_what_is_wrong_with_the_body(ledger: Client) -> None:
    wrong: dict[str, Any] = {"combined": {"name": " ", "email": "no"}}
    refusal = await refused(ledger, "replace", "Account", "A-1", wrong, version=7)
    assert refusal == [
        ("VERSION_CONFLICT", "expectedVersion"),
        ("INVALID", "input.combined.email"),
        ("REQUIRED", "input.combined.name"),
    ]


async def test_a_closure_is_done_at_the_expected_version_and_refused_at_any_other(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", LEAST["Document"])
    conflict = await close(ledger, "D-1", {"closureReason": "PAID"}, version=2)
    assert faults(conflict) == [("VERSION_CONFLICT", "expectedVersion")]
    assert await read(ledger, "Document", "D-1", "version status") == {"version": 1, "status": "OPEN"}
    closed = await close(ledger, "D-1", {"closureReason": "PAID"}, "version status", version=1)
    assert closed["document"] == {"version": 2, "status": "CLOSED"}
    again = await close(ledger, "D-1", {"closureReason": "PAID"}, version=1)
    assert faults(again) == [("ALREADY_CLOSED", "documentNumber")]


async def test_of_writers_that_expect_the_same_version_one_wins(ledger: Client) -> None:
    async def write_it(n: int) -> dict[str, Any]:
        return await write(ledger, "patch", "Account", "A-1", {"vat": f"V{n}"}, "vat version", version=1)

    payloads = await asyncio.gather(*(write_it(n) for n in range(8)))
    won = [payload["account"] for payload in payloads if payload["account"]]
    assert len(won) == 1
    lost = [faults(payload) for payload in payloads if not payload["account"]]
    assert lost == [[("VERSION_CONFLICT", "expectedVersion")]] * 7
    assert await read(ledger, "Account", "A-1", "vat version") == won[0]
    assert won[0]["version"] == 2


@pytest.mark.parametrize("resource", RESOURCES)
async def test_writers_at_once_lose_no_write_and_no_count(ledger: Client, resource: str) -> None:
    await create(ledger, resource, "1", LEAST[resource])
    fields = ["phone", "fax", "email", "mobilePhone"] if resource != "Document" else ["comment", "udp1", "udp2", "udp3"]
    values = {name: "a@example.com" if name == "email" else f"{name} 1" for name in fields}
    writes = (patch(ledger, resource, "1", {name: value}) for name, value in values.items())
    versions = await asyncio.gather(*writes)
    assert sorted(answer["version"] for answer in versions) == [2, 3, 4, 5]
    assert await read(ledger, resource, "1", f"version {' '.join(fields)}") == values | {"version": 5}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_of_creates_of_one_key_at_once_one_wins(ledger: Client, resource: str) -> None:
    payloads = await asyncio.gather(
        *(write(ledger, "create", resource, "1", LEAST[resource], "version") for _ in range(5))
    )
    assert sorted(payload["created"] for payload in payloads) == [False] * 4 + [True]
    lost = [faults(payload) for payload in payloads if not payload["created"]]
    assert lost == [[("ALREADY_EXISTS", KEYS[resource])]] * 4
    assert await read(ledger, resource, "1", "version") == {"version": 1}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_replaces_of_one_new_key_at_once_are_all_done_and_one_creates(ledger: Client, resource: str) -> None:
    payloads = await asyncio.gather(
        *(write(ledger, "replace", resource, "1", numbered(resource, n), "version") for n in range(5))
    )
    assert sorted(payload["created"] for payload in payloads) == [False] * 4 + [True]
    assert sorted(payload[resource.lower()]["version"] for payload in payloads) == [1, 2, 3, 4, 5]
    assert await read(ledger, resource, "1", "version") == {"version": 5}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_equal_replaces_of_one_new_key_at_once_create_it_and_change_nothing_more(
    ledger: Client, resource: str
) -> None:
    payloads = await asyncio.gather(
        *(write(ledger, "replace", resource, "1", LEAST[resource], "version") for _ in range(5))
    )
    assert sorted(payload["created"] for payload in payloads) == [False] * 4 + [True]
    assert [payload[resource.lower()]["version"] for payload in payloads] == [1] * 5
    assert await read(ledger, resource, "1", "version") == {"version": 1}


def numbered(resource: str, number: int) -> dict[str, Any]:
    """A body of the resource that differs by the number."""
    name = "comment" if resource == "Document" else "name"
    body = LEAST[resource]
    return {"combined": {**body["combined"], name: str(number)}} if "combined" in body else {**body, name: str(number)}
