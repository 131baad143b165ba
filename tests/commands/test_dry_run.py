"""A dry run answers what would have been, nested reads included, and keeps nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.commands.verbs import (
    BASIC,
    DATED,
    EXTENDED,
    LEAST,
    account,
    close,
    create,
    faults,
    link,
    note,
    patch,
    read,
    refused,
    replace,
    write,
)
from tests.gateway import Client

RESOURCES = ("Account", "Document", "Representative", "Contact")
BALANCES = "balances { currency openAmount openDocuments }"
EVERYTHING = f"""{{
  tenant {{ currencyModel {BALANCES} }}
  accounts {{ nodes {{ accountNumber name version updatedAt representatives {{ totalCount }}
                     notes {{ nodes {{ reference }} }} }} }}
  documents {{ nodes {{ documentNumber version status updatedAt denomination accountNumber
                      representatives {{ totalCount }} statusHistory {{ status at }} closure {{ reason }} }} }}
  contacts {{ nodes {{ reference isPrimary version updatedAt }} }}
  representatives {{ nodes {{ reference version supervisorRepresentativeReference }} }}
}}"""


@pytest.fixture
async def ledger(acme: Client) -> Client:
    """A tenant with an account, an open document, a primary contact and two representatives."""
    await account(acme)
    basic = {"combined": {"accountNumber": "A-1", **DATED, "amounts": BASIC}}
    await create(acme, "Document", "D-1", basic)
    await create(acme, "Contact", "C-1", {"accountNumber": "A-1", "isPrimary": True})
    await create(acme, "Representative", "R-1", {})
    await create(acme, "Representative", "R-2", {})
    return acme


async def unchanged(client: Client, run: Callable[[], Awaitable[Any]]) -> Any:
    """What the run answers, when everything is as it was before it."""
    before = await client.query(EVERYTHING)
    answer = await run()
    assert await client.query(EVERYTHING) == before
    return answer


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("verb", ["create", "replace"])
@pytest.mark.slow
async def test_a_new_resource_is_answered_and_not_kept(ledger: Client, resource: str, verb: str) -> None:
    payload = await unchanged(
        ledger, lambda: write(ledger, verb, resource, "new", LEAST[resource], "version csrId id", dryRun=True)
    )
    assert (payload["created"], payload["userErrors"]) == (True, [])
    assert payload[resource.lower()]["version"] == 1
    assert await read(ledger, resource, "new", "version") is None
    identifier = payload[resource.lower()]["id"]
    assert await ledger.query("query($id: ID!) { node(id: $id) { id } }", id=identifier) == {"node": None}
    assert await create(ledger, resource, "new", LEAST[resource]) == {"version": 1}


async def test_a_create_of_a_taken_key_is_refused_in_a_dry_run_too(ledger: Client) -> None:
    refusal = await unchanged(
        ledger, lambda: refused(ledger, "create", "Account", "A-1", LEAST["Account"], dryRun=True)
    )
    assert refusal == [("ALREADY_EXISTS", "accountNumber")]


async def test_a_patch_is_answered_with_what_hangs_on_it_as_it_would_be(ledger: Client) -> None:
    ask = f"version openAmount status account {{ {BALANCES} }} statusHistory {{ status }}"
    answer = await unchanged(ledger, lambda: patch(ledger, "Document", "D-1", {"denomination": "7"}, ask, dryRun=True))
    assert answer == {
        "version": 2,
        "openAmount": "7",
        "status": "OPEN",
        "account": {"balances": [{"currency": "EUR", "openAmount": "7", "openDocuments": 1}]},
        "statusHistory": [{"status": "OPEN"}],
    }
    answer = await unchanged(ledger, lambda: patch(ledger, "Document", "D-1", {"denomination": "0"}, ask, dryRun=True))
    assert answer == {
        "version": 2,
        "openAmount": "0",
        "status": "CLOSED",
        "account": {"balances": []},
        "statusHistory": [{"status": "OPEN"}, {"status": "CLOSED"}],
    }


async def test_a_replace_is_answered_and_what_it_would_empty_stays(ledger: Client) -> None:
    await patch(ledger, "Account", "A-1", {"vat": "V1", "currency": "EUR"})
    answer = await unchanged(
        ledger, lambda: replace(ledger, "Account", "A-1", LEAST["Account"], "version vat currency", dryRun=True)
    )
    assert answer == {"version": 3, "vat": None, "currency": "EUR"}
    assert await read(ledger, "Account", "A-1", "version vat") == {"version": 2, "vat": "V1"}


async def test_a_currency_is_not_locked_by_a_dry_run(ledger: Client) -> None:
    assert await patch(ledger, "Account", "A-1", {"currency": "USD"}, "currency", dryRun=True) == {"currency": "USD"}
    assert await patch(ledger, "Account", "A-1", {"currency": "EUR"}, "currency version") == {
        "currency": "EUR",
        "version": 2,
    }


async def test_the_currency_model_is_not_locked_by_a_dry_run(acme: Client) -> None:
    await account(acme)
    extended = {"combined": {"accountNumber": "A-1", **DATED, "amounts": EXTENDED}}
    text = "{ tenant { currencyModel } }"
    for verb in ("create", "replace"):
        payload = await write(acme, verb, "Document", "1", extended, "currencyModel", dryRun=True)
        assert payload["document"] == {"currencyModel": "EXTENDED"}
        assert await acme.only(text) == {"currencyModel": None}
    basic = {"combined": {"accountNumber": "A-1", **DATED, "amounts": BASIC}}
    assert await create(acme, "Document", "1", basic, "currencyModel") == {"currencyModel": "BASIC"}


async def test_a_closure_is_answered_and_the_document_stays_open(ledger: Client) -> None:
    closure = {"closureReason": "WRITE_OFF", "notes": "Lost."}
    ask = f"status version closure {{ reason notes }} statusHistory {{ status reason }} account {{ {BALANCES} }}"
    payload = await unchanged(ledger, lambda: close(ledger, "D-1", closure, ask, dryRun=True))
    assert payload == {
        "document": {
            "status": "CLOSED",
            "version": 2,
            "closure": {"reason": "WRITE_OFF", "notes": "Lost."},
            "statusHistory": [{"status": "OPEN", "reason": None}, {"status": "CLOSED", "reason": "WRITE_OFF"}],
            "account": {"balances": []},
        },
        "userErrors": [],
    }
    assert (await close(ledger, "D-1", closure))["userErrors"] == []
    assert faults(await close(ledger, "D-1", closure, dryRun=True)) == [("ALREADY_CLOSED", "documentNumber")]


async def test_a_note_is_answered_and_not_kept(ledger: Client) -> None:
    body = {"reference": "N-1", "body": "b"}
    ask = "reference body account { notes { nodes { reference } } }"
    payload = await unchanged(ledger, lambda: note(ledger, "A-1", body, ask, dryRun=True))
    assert payload == {
        "note": {"reference": "N-1", "body": "b", "account": {"notes": {"nodes": [{"reference": "N-1"}]}}},
        "created": True,
        "userErrors": [],
    }
    assert (await note(ledger, "A-1", body))["created"] is True


@pytest.mark.parametrize(("resource", "key"), [("Account", "A-1"), ("Document", "D-1")])
async def test_a_link_is_answered_and_not_kept(ledger: Client, resource: str, key: str) -> None:
    payload = await unchanged(ledger, lambda: link(ledger, "R-1", resource, key, dryRun=True))
    assert payload == {"representative": {"version": 1}, resource.lower(): {"version": 1}, "userErrors": []}


async def test_a_primary_contact_is_answered_and_the_former_one_stays_so(ledger: Client) -> None:
    body = {"accountNumber": "A-1", "isPrimary": True}
    ask = "isPrimary account { contacts { nodes { reference isPrimary } } }"
    answer = await unchanged(ledger, lambda: create(ledger, "Contact", "C-2", body, ask, dryRun=True))
    assert answer == {
        "isPrimary": True,
        "account": {
            "contacts": {"nodes": [{"reference": "C-1", "isPrimary": False}, {"reference": "C-2", "isPrimary": True}]}
        },
    }


async def test_a_supervisor_is_answered_and_not_kept(ledger: Client) -> None:
    change = {"supervisorRepresentativeReference": "R-2"}
    answer = await unchanged(
        ledger, lambda: patch(ledger, "Representative", "R-1", change, "supervisor { reference }", dryRun=True)
    )
    assert answer == {"supervisor": {"reference": "R-2"}}
    other = {"supervisorRepresentativeReference": "R-1"}
    assert await patch(ledger, "Representative", "R-2", other) == {"version": 2}


async def test_what_is_wrong_is_told_in_a_dry_run_as_in_any_other(ledger: Client) -> None:
    refusal = await unchanged(
        ledger, lambda: refused(ledger, "patch", "Account", "A-1", {"email": "no", "name": ""}, dryRun=True)
    )
    assert refusal == [("INVALID", "patch.email"), ("REQUIRED", "patch.name")]
    refusal = await unchanged(ledger, lambda: refused(ledger, "patch", "Account", "A-1", {}, dryRun=True, version=9))
    assert refusal == [("VERSION_CONFLICT", "expectedVersion")]


async def test_a_dry_run_is_not_seen_by_the_next_root_field(acme: Client) -> None:
    text = """mutation {
      dry: createAccount(accountNumber: "1", input: {combined: {name: "Dry"}}, dryRun: true) { account { name } }
      patched: patchAccount(accountNumber: "1", patch: {name: "Patched"}) { userErrors { code } }
      wet: createAccount(accountNumber: "1", input: {combined: {name: "Wet"}}) { account { name version } }
    }"""
    assert await acme.query(text) == {
        "dry": {"account": {"name": "Dry"}},
        "patched": {"userErrors": [{"code": "NOT_FOUND"}]},
        "wet": {"account": {"name": "Wet", "version": 1}},
    }
