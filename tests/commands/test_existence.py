"""Create, replace and patch by whether the key is there, and what a key may be."""

from typing import Any

import pytest

from tests.commands.verbs import KEYS, LEAST, account, create, faults, patch, read, refused, replace, write
from tests.gateway import Client

RESOURCES = ("Account", "Document", "Representative", "Contact")
OWN = "id csrId version createdAt updatedAt"
# A change of each resource: what a replace and what a patch says, and how it is read.
CHANGED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "Account": ({"combined": {"name": "Acme", "vat": "V1"}}, {"vat": "V1"}, {"vat": "V1"}),
    "Document": (
        {"combined": {**LEAST["Document"]["combined"], "comment": "Called."}},
        {"comment": "Called."},
        {"comment": "Called."},
    ),
    "Representative": ({"title": "Dr"}, {"title": "Dr"}, {"title": "Dr"}),
    "Contact": ({"accountNumber": "A-1", "title": "Dr"}, {"title": "Dr"}, {"title": "Dr"}),
}
WRONG: dict[str, dict[str, Any]] = {
    "Account": {"combined": {"name": "", "email": "no"}},
    "Document": {"combined": {**LEAST["Document"]["combined"], "accountNumber": "nowhere"}},
    "Representative": {"email": "no"},
    "Contact": {"accountNumber": "nowhere"},
}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_create_of_a_new_key_gives_version_1_and_a_csr_id(acme: Client, resource: str) -> None:
    await account(acme)
    payload = await write(acme, "create", resource, "1", LEAST[resource], OWN)
    assert (payload["created"], payload["userErrors"]) == (True, [])
    made = payload[resource.lower()]
    assert made["version"] == 1
    assert made["csrId"] > 0
    assert made["createdAt"] == made["updatedAt"]
    assert await read(acme, resource, "1", OWN) == made


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("bodies", [LEAST, WRONG], ids=["good", "faulty"])
async def test_a_create_of_a_taken_key_is_refused_whatever_its_body_and_changes_nothing(
    acme: Client, resource: str, bodies: dict[str, Any]
) -> None:
    await account(acme)
    ask = f"{OWN} {' '.join(CHANGED[resource][2])}"
    before = await create(acme, resource, "1", CHANGED[resource][0], ask)
    assert await refused(acme, "create", resource, "1", bodies[resource]) == [("ALREADY_EXISTS", KEYS[resource])]
    assert await read(acme, resource, "1", ask) == before


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_replace_of_a_new_key_creates(acme: Client, resource: str) -> None:
    await account(acme)
    payload = await write(acme, "replace", resource, "1", LEAST[resource], "version")
    assert payload == {resource.lower(): {"version": 1}, "created": True, "userErrors": []}
    assert await read(acme, resource, "1", "version") == {"version": 1}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_replace_of_a_known_key_keeps_its_identity_and_is_safe_to_retry(acme: Client, resource: str) -> None:
    await account(acme)
    whole, _, shown = CHANGED[resource]
    ask = f"id csrId createdAt {' '.join(shown)}"
    made = await create(acme, resource, "1", LEAST[resource], ask)
    for _ in range(2):
        payload = await write(acme, "replace", resource, "1", whole, f"{ask} version")
        assert payload["created"] is False
        assert payload[resource.lower()] == made | shown | {"version": 2}
    assert await read(acme, resource, "1", f"{ask} version") == made | shown | {"version": 2}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_patch_of_an_unknown_key_is_not_found_and_creates_nothing(acme: Client, resource: str) -> None:
    await account(acme)
    assert await refused(acme, "patch", resource, "1", CHANGED[resource][1]) == [("NOT_FOUND", KEYS[resource])]
    assert await read(acme, resource, "1", "version") is None


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_patch_of_a_known_key_keeps_its_identity_and_is_safe_to_retry(acme: Client, resource: str) -> None:
    await account(acme)
    _, change, shown = CHANGED[resource]
    ask = f"id csrId createdAt {' '.join(shown)}"
    made = await create(acme, resource, "1", LEAST[resource], ask)
    for _ in range(2):
        payload = await write(acme, "patch", resource, "1", change, f"{ask} version")
        assert payload["created"] is False
        assert payload[resource.lower()] == made | shown | {"version": 2}
    assert await read(acme, resource, "1", f"{ask} version") == made | shown | {"version": 2}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_every_write_that_changes_something_counts_a_version_and_a_refused_one_none(
    acme: Client, resource: str
) -> None:
    await account(acme)
    await create(acme, resource, "1", LEAST[resource])
    assert await patch(acme, resource, "1", CHANGED[resource][1]) == {"version": 2}
    assert await replace(acme, resource, "1", LEAST[resource]) == {"version": 3}
    await refused(acme, "replace", resource, "1", WRONG[resource])
    await refused(acme, "create", resource, "1", LEAST[resource])
    assert await read(acme, resource, "1", "version") == {"version": 3}


async def test_csr_ids_are_unique_over_resources_and_tenants(acme: Client, globex: Client) -> None:
    seen = []
    for client in (acme, globex):
        await account(client)
        for resource in RESOURCES:
            seen.append((await create(client, resource, "1", LEAST[resource], "csrId"))["csrId"])
    assert len(set(seen)) == 8


@pytest.mark.parametrize("resource", RESOURCES)
async def test_the_same_key_of_another_tenant_is_another_resource(acme: Client, globex: Client, resource: str) -> None:
    for client in (acme, globex):
        await account(client)
    whole, change, shown = CHANGED[resource]
    ask = " ".join(shown)
    assert await create(acme, resource, "1", whole, ask) == shown
    assert await refused(globex, "patch", resource, "1", change) == [("NOT_FOUND", KEYS[resource])]
    assert await create(globex, resource, "1", LEAST[resource], ask) == dict.fromkeys(shown)
    assert await read(acme, resource, "1", ask) == shown


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("verb", ["create", "replace"])
async def test_a_key_that_cannot_be_is_refused_at_its_argument(acme: Client, resource: str, verb: str) -> None:
    await account(acme)
    codes = {
        "": "REQUIRED",
        " \t\n": "REQUIRED",
        "x" * 256: "TOO_LONG",
        "a\0b": "INVALID",
        "\ud800": "INVALID",
        "a\udfffb": "INVALID",
        ".": "INVALID",
        "..": "INVALID",
    }
    for key, code in codes.items():
        assert await refused(acme, verb, resource, key, LEAST[resource]) == [(code, KEYS[resource])]


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_patch_of_a_key_that_cannot_be_is_refused_at_its_argument(acme: Client, resource: str) -> None:
    for key, code in {"": "REQUIRED", "x" * 256: "TOO_LONG", "\0": "INVALID", "\ud800": "INVALID"}.items():
        assert faults(await write(acme, "patch", resource, key, {}, "version")) == [(code, KEYS[resource])]


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_key_may_hold_any_character_that_is_seen_and_is_kept_exactly(acme: Client, resource: str) -> None:
    await account(acme)
    keys = [
        "a/b",
        "a//b/",
        "...",
        "a b",
        "a\u00a0b",
        "a\u2003b",
        "a",
        "A",
        "é",
        "e\u0301",
        "100%",
        "a?b#c&d",
        "'\"\\;--",
        "日本",
        "🧾",
        "x" * 255,
    ]
    for key in keys:
        assert await create(acme, resource, key, LEAST[resource], KEYS[resource]) == {KEYS[resource]: key}
    text = f"{{ {resource.lower()}s(first: 100) {{ nodes {{ {KEYS[resource]} }} }} }}"
    found = {node[KEYS[resource]] for node in (await acme.only(text))["nodes"]}
    assert found >= set(keys)
