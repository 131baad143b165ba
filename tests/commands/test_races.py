"""Writes on Postgres hold no lock between what they read and what they write. Here another writer comes in between,
each time at the worst moment, and the outcome is that of one after the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import pytest

from app.auth.api_keys import revoke_key
from tests.commands.verbs import BASIC, DATED, account, create, done, patch, write
from tests.gateway import Client, Gateway

Act = Callable[[Client], Awaitable[Any]]


class BetweenReadAndWrite(Protocol):
    def __call__(self, act: Act, times: int = 1) -> None: ...


DOCUMENT = {"combined": {"accountNumber": "1", **DATED, "amounts": BASIC}}
CLOSE = """mutation($key: String!) { closeDocument(documentNumber: $key, input: {closureReason: WRITE_OFF}) {
  document { version status } userErrors { code field } } }"""


@pytest.fixture
async def gateway(postgres_url: str) -> AsyncIterator[Gateway]:
    async with Gateway(postgres_url) as made:
        yield made


@pytest.fixture
async def client(gateway: Gateway) -> Client:
    """A tenant with account 1 and document D, whose key the server knows already."""
    made = await gateway.tenant("acme")
    await account(made, "1")
    await create(made, "Document", "D", DOCUMENT)
    await made.query('{ __typename account(accountNumber: "1") { name } }')
    return made


@pytest.fixture
def meanwhile(postgres_url: str, client: Client) -> BetweenReadAndWrite:
    """Does something through another server, once or more often, after a write has read and before it writes."""

    async def elsewhere(act: Act) -> None:
        async with Gateway(postgres_url) as other:
            await act(Client(other, client.api_key))

    def arrange(act: Act, times: int = 1) -> None:
        left = [act] * times

        def come_between(text: str, _arguments: Sequence[Any]) -> None:
            if left and "json_to_recordset" in text:
                with ThreadPoolExecutor(1) as thread:
                    thread.submit(asyncio.run, elsewhere(left.pop())).result()

        client.gateway.serving.statement_listeners.append(come_between)

    return arrange


async def history(client: Client) -> list[str]:
    found = await client.only('{ document(documentNumber: "D") { statusHistory { status } } }')
    return [entry["status"] for entry in found["statusHistory"]]


async def test_of_two_patches_the_later_one_is_judged_by_what_the_first_has_written(
    client: Client, meanwhile: BetweenReadAndWrite
) -> None:
    meanwhile(lambda other: patch(other, "Document", "D", {"comment": "first"}))
    late = await patch(client, "Document", "D", {"description": "second"}, "version comment description")

    assert late == {"version": 3, "comment": "first", "description": "second"}


async def test_a_patch_that_expected_the_version_before_is_refused_and_not_done(
    client: Client, meanwhile: BetweenReadAndWrite
) -> None:
    meanwhile(lambda other: patch(other, "Document", "D", {"comment": "first"}))
    payload = await write(client, "patch", "Document", "D", {"comment": "second"}, "version", version=1)

    assert [error["code"] for error in payload["userErrors"]] == ["VERSION_CONFLICT"]
    found = await client.only('{ document(documentNumber: "D") { version comment } }')
    assert found == {"version": 2, "comment": "first"}


async def test_of_two_creates_under_one_key_one_is_refused(client: Client, meanwhile: BetweenReadAndWrite) -> None:
    meanwhile(lambda other: create(other, "Document", "E", {"combined": {**DOCUMENT["combined"], "comment": "first"}}))
    payload = await write(client, "create", "Document", "E", DOCUMENT, "version")

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("ALREADY_EXISTS", ["documentNumber"])
    ]
    assert await client.only('{ document(documentNumber: "E") { version comment } }') == {
        "version": 1,
        "comment": "first",
    }


async def test_a_create_that_hoped_for_too_much_is_told_all_that_is_wrong(client: Client) -> None:
    taken = await write(
        client, "create", "Document", "D", {"combined": {**DOCUMENT["combined"], "comment": "x" * 5_000}}, "version"
    )
    nowhere = {"combined": {**DOCUMENT["combined"], "accountNumber": "nobody", "poNumber": "x" * 5_000}}
    lost = await write(client, "create", "Document", "E", nowhere, "version")

    assert [error["code"] for error in taken["userErrors"]] == ["ALREADY_EXISTS"]
    assert {(error["code"], error["field"][-1]) for error in lost["userErrors"]} == {
        ("NOT_FOUND", "accountNumber"),
        ("TOO_LONG", "poNumber"),
    }
    assert await client.only("{ documents { totalCount } }") == {"totalCount": 1}


async def test_a_create_on_an_account_that_is_not_there_writes_nothing(client: Client) -> None:
    nowhere = {"combined": {**DOCUMENT["combined"], "accountNumber": "nobody"}}
    payload = await write(client, "create", "Document", "E", nowhere, "version")

    assert [(error["code"], error["field"][-1]) for error in payload["userErrors"]] == [("NOT_FOUND", "accountNumber")]
    assert await client.only("{ documents { totalCount } }") == {"totalCount": 1}


async def test_a_create_by_a_revoked_key_is_refused_and_writes_nothing(gateway: Gateway, client: Client) -> None:
    await revoke_key(gateway.database, client.api_key or "")
    text = """mutation($d: CombinedDocumentInput!) { createDocument(documentNumber: "E", input: {combined: $d}) {
      document { version } } }"""
    response = await client.post({"query": text, "variables": {"d": DOCUMENT["combined"]}})

    assert response.status_code == 401
    other = await gateway.reader("acme")
    assert await other.only("{ documents { totalCount } }") == {"totalCount": 1}


async def test_so_is_a_write_that_needs_locks(gateway: Gateway, client: Client) -> None:
    """A supervisor is looked for under a lock: the key is checked before that is taken."""
    await create(client, "Representative", "boss", {"name": "Boss"})
    await client.query("{ __typename representatives { totalCount } }")
    await revoke_key(gateway.database, client.api_key or "")
    text = """mutation($input: RepresentativeInput!) { createRepresentative(reference: "R", input: $input) {
      representative { version } } }"""
    supervised = {"name": "R", "supervisorRepresentativeReference": "boss"}
    response = await client.post({"query": text, "variables": {"input": supervised}})

    assert response.status_code == 401
    other = await gateway.reader("acme")
    assert await other.only("{ representatives { totalCount } }") == {"totalCount": 1}


async def test_of_two_replaces_of_a_new_key_one_creates_and_one_replaces(
    client: Client, meanwhile: BetweenReadAndWrite
) -> None:
    sooner = {"combined": {**DOCUMENT["combined"], "comment": "other"}}
    meanwhile(lambda other: done(other, "replace", "Document", "E", sooner, "version"))
    payload = await write(client, "replace", "Document", "E", DOCUMENT, "version")

    assert payload == {"document": {"version": 2}, "created": False, "userErrors": []}


async def test_a_document_that_was_closed_meanwhile_is_not_closed_again(
    client: Client, meanwhile: BetweenReadAndWrite
) -> None:
    meanwhile(lambda other: other.only(CLOSE, key="D"))
    assert await client.refused(CLOSE, key="D") == [("ALREADY_CLOSED", "documentNumber")]
    assert await history(client) == ["OPEN", "CLOSED"]


async def test_a_payment_that_comes_while_a_document_is_closed_finds_it_closed(
    client: Client, meanwhile: BetweenReadAndWrite
) -> None:
    meanwhile(lambda other: other.only(CLOSE, key="D"))
    late = await patch(client, "Document", "D", {"denomination": "10"}, "version status")

    assert late == {"version": 3, "status": "OPEN"}
    assert await history(client) == ["OPEN", "CLOSED", "OPEN"]


async def test_a_writer_that_loses_again_and_again_takes_a_lock_in_the_end(
    client: Client, meanwhile: BetweenReadAndWrite
) -> None:
    won: list[int] = []

    async def win(other: Client) -> None:
        won.append(1)
        await patch(other, "Document", "D", {"comment": f"{len(won)}"})

    meanwhile(win, 100)
    payload = await write(client, "patch", "Document", "D", {"description": "at last"}, "version comment description")

    assert payload["userErrors"] == []
    assert 1 < len(won) < 100
    assert payload["document"] == {"version": 2 + len(won), "comment": f"{len(won)}", "description": "at last"}


async def test_a_key_that_was_revoked_since_it_was_known_writes_nothing(gateway: Gateway, client: Client) -> None:
    await revoke_key(gateway.database, client.api_key or "")
    response = await client.post({"query": CLOSE, "variables": {"key": "D"}})

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    other = await gateway.reader("acme")
    assert await other.only('{ document(documentNumber: "D") { version status } }') == {"version": 1, "status": "OPEN"}
