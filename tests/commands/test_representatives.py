"""Representatives: whom they report to, and the accounts and documents they are linked to."""

import asyncio
from typing import Any

import pytest

from tests.commands.verbs import LEAST, account, create, faults, link, patch, read, refused, replace, write
from tests.gateway import Client

SUPERVISOR = "supervisorRepresentativeReference"


@pytest.fixture
async def line(acme: Client) -> Client:
    """A tenant with a line of three: C reports to B, who reports to A."""
    await create(acme, "Representative", "A", {})
    await create(acme, "Representative", "B", {SUPERVISOR: "A"})
    await create(acme, "Representative", "C", {SUPERVISOR: "B"})
    return acme


async def supervisors(client: Client) -> dict[str, Any]:
    text = f"{{ representatives(first: 100) {{ nodes {{ reference {SUPERVISOR} }} }} }}"
    found = (await client.only(text))["nodes"]
    return {node["reference"]: node[SUPERVISOR] for node in found}


async def test_a_supervisor_is_another_representative_of_the_tenant(line: Client, globex: Client) -> None:
    ask = f"{SUPERVISOR} supervisor {{ reference }} reports {{ nodes {{ reference }} }}"
    assert await read(line, "Representative", "B", ask) == {
        SUPERVISOR: "A",
        "supervisor": {"reference": "A"},
        "reports": {"nodes": [{"reference": "C"}]},
    }
    for verb in ("create", "replace"):
        refusal = await refused(globex, verb, "Representative", "X", {SUPERVISOR: "A"})
        assert refusal == [("NOT_FOUND", f"input.{SUPERVISOR}")]
    assert await supervisors(globex) == {}


@pytest.mark.parametrize("nobody", ["nobody", "a", "A ", " ", "\u3000", "\t"])
async def test_an_unknown_supervisor_is_not_found(line: Client, nobody: str) -> None:
    before = await supervisors(line)
    assert await refused(line, "patch", "Representative", "C", {SUPERVISOR: nobody}) == [
        ("NOT_FOUND", f"patch.{SUPERVISOR}")
    ]
    assert await refused(line, "replace", "Representative", "D", {SUPERVISOR: nobody}) == [
        ("NOT_FOUND", f"input.{SUPERVISOR}")
    ]
    assert await supervisors(line) == before


async def test_nobody_supervises_themselves(line: Client) -> None:
    before = await supervisors(line)
    for key in ("A", "C"):
        assert await refused(line, "patch", "Representative", key, {SUPERVISOR: key}) == [
            ("INVALID", f"patch.{SUPERVISOR}")
        ]
    for verb in ("create", "replace"):
        assert await refused(line, verb, "Representative", "D", {SUPERVISOR: "D"}) == [
            ("INVALID", f"input.{SUPERVISOR}")
        ]
    assert await supervisors(line) == before


@pytest.mark.parametrize(("key", "boss"), [("A", "B"), ("A", "C"), ("B", "C")])
async def test_supervisors_form_no_circle(line: Client, key: str, boss: str) -> None:
    before = await supervisors(line)
    assert await refused(line, "patch", "Representative", key, {SUPERVISOR: boss}) == [
        ("INVALID", f"patch.{SUPERVISOR}")
    ]
    assert await refused(line, "replace", "Representative", key, {SUPERVISOR: boss}) == [
        ("INVALID", f"input.{SUPERVISOR}")
    ]
    assert await supervisors(line) == before


async def test_a_line_may_be_put_anew_where_no_circle_results(line: Client) -> None:
    await patch(line, "Representative", "C", {SUPERVISOR: "A"})
    await patch(line, "Representative", "B", {SUPERVISOR: "C"})
    assert await supervisors(line) == {"A": None, "B": "C", "C": "A"}
    await patch(line, "Representative", "C", {SUPERVISOR: None})
    await replace(line, "Representative", "B", {})
    await patch(line, "Representative", "A", {SUPERVISOR: ""})
    assert await supervisors(line) == {"A": None, "B": None, "C": None}


async def test_of_the_parts_of_a_circle_written_at_once_one_is_refused(acme: Client) -> None:
    ring = ["A", "B", "C", "D"]
    for key in ring:
        await create(acme, "Representative", key, {})
    wanted = {key: ring[n - 1] for n, key in enumerate(ring)}
    payloads = await asyncio.gather(
        *(write(acme, "patch", "Representative", key, {SUPERVISOR: boss}, "version") for key, boss in wanted.items())
    )
    refusals = [faults(payload) for payload in payloads if payload["userErrors"]]
    assert refusals == [[("INVALID", f"patch.{SUPERVISOR}")]]
    found = await supervisors(acme)
    assert sum(found[key] == boss for key, boss in wanted.items()) == 3


async def test_two_who_make_each_other_their_supervisor_at_once_do_not_both_succeed(acme: Client) -> None:
    for key in ("A", "B"):
        await create(acme, "Representative", key, {})
    for _ in range(5):
        payloads = await asyncio.gather(
            write(acme, "patch", "Representative", "A", {SUPERVISOR: "B"}, "version"),
            write(acme, "patch", "Representative", "B", {SUPERVISOR: "A"}, "version"),
        )
        assert sorted(bool(payload["userErrors"]) for payload in payloads) == [False, True]
        for key in ("A", "B"):
            await patch(acme, "Representative", key, {SUPERVISOR: None})


LINKED = {"Account": "accounts { nodes { accountNumber } }", "Document": "documents { nodes { documentNumber } }"}


@pytest.fixture
async def ledger(acme: Client) -> Client:
    """A tenant with an account and a document 1, and a representative R."""
    await account(acme)
    await create(acme, "Account", "1", LEAST["Account"])
    await create(acme, "Document", "1", LEAST["Document"])
    await create(acme, "Representative", "R", {})
    return acme


@pytest.mark.parametrize("resource", LINKED)
async def test_linking_is_answered_with_both_and_seen_from_both(ledger: Client, resource: str) -> None:
    payload = await link(ledger, "R", resource, "1", "version")
    assert payload == {"representative": {"version": 1}, resource.lower(): {"version": 1}, "userErrors": []}
    number = {"Account": "accountNumber", "Document": "documentNumber"}[resource]
    assert await read(ledger, "Representative", "R", LINKED[resource]) == {
        f"{resource.lower()}s": {"nodes": [{number: "1"}]}
    }
    assert await read(ledger, resource, "1", "representatives { nodes { reference } }") == {
        "representatives": {"nodes": [{"reference": "R"}]}
    }


@pytest.mark.parametrize("resource", LINKED)
async def test_linking_again_changes_nothing_also_at_once(ledger: Client, resource: str) -> None:
    payloads = await asyncio.gather(*(link(ledger, "R", resource, "1") for _ in range(4)))
    assert [payload["userErrors"] for payload in payloads] == [[]] * 4
    found = await read(
        ledger, "Representative", "R", f"version {LINKED[resource].replace('{ nodes', '{ totalCount nodes')}"
    )
    assert (found["version"], found[f"{resource.lower()}s"]["totalCount"]) == (1, 1)


@pytest.mark.parametrize("resource", LINKED)
async def test_a_representative_is_linked_to_many_and_many_to_one(ledger: Client, resource: str) -> None:
    await create(ledger, resource, "2", LEAST[resource])
    await create(ledger, "Representative", "S", {})
    for reference in ("R", "S"):
        for key in ("1", "2"):
            await link(ledger, reference, resource, key)
    for key in ("1", "2"):
        found = await read(ledger, resource, key, "representatives { nodes { reference } }")
        assert found["representatives"]["nodes"] == [{"reference": "R"}, {"reference": "S"}]


@pytest.mark.parametrize("resource", LINKED)
async def test_linking_what_is_absent_is_not_found_at_its_argument(
    ledger: Client, globex: Client, resource: str
) -> None:
    number = {"Account": "accountNumber", "Document": "documentNumber"}[resource]
    for nothing in ("nowhere", "", "\0", "\ud800", "x" * 300):
        for reference, key, places in [
            (nothing, "1", ["reference"]),
            ("R", nothing, [number]),
            (nothing, nothing, ["reference", number]),
        ]:
            payload = await link(ledger, reference, resource, key)
            assert faults(payload) == [("NOT_FOUND", place) for place in places]
            assert (payload["representative"], payload[resource.lower()]) == (None, None)
    assert faults(await link(globex, "R", resource, "1")) == [("NOT_FOUND", "reference"), ("NOT_FOUND", number)]
    found = await read(ledger, resource, "1", "representatives { nodes { reference } }")
    assert found == {"representatives": {"nodes": []}}


@pytest.mark.parametrize("resource", LINKED)
async def test_links_stay_when_either_end_is_written_anew(ledger: Client, resource: str) -> None:
    await link(ledger, "R", resource, "1")
    await replace(ledger, resource, "1", LEAST[resource])
    await replace(ledger, "Representative", "R", {"name": "Ann"})
    found = await read(ledger, resource, "1", "representatives { nodes { name } }")
    assert found == {"representatives": {"nodes": [{"name": "Ann"}]}}
