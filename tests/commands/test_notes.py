"""Notes: added to an account, and never changed or removed by any path."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.commands.verbs import account, faults, note
from tests.gateway import Client, Gateway

ASK = "reference body subject noteType effectiveDate accountNumber version csrId createdAt updatedAt"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


async def notes(client: Client, number: str = "A-1") -> list[str]:
    text = "query($n: String!) { account(accountNumber: $n) { notes { nodes { reference } } } }"
    found = await client.only(text, n=number)
    return [node["reference"] for node in found["notes"]["nodes"]]


async def stored(client: Client, number: str, reference: str, ask: str = ASK) -> Any:
    text = f"query($n: String!, $r: String!) {{ note(accountNumber: $n, reference: $r) {{ {ask} }} }}"
    return await client.only(text, n=number, r=reference)


async def test_a_note_keeps_all_that_was_sent(ledger: Client) -> None:
    body = {
        "reference": "N/1",
        "body": "x" * 10_000,
        "subject": "Überfällig",
        "noteType": "call",
        "effectiveDate": "2026-05-12T14:00:00+02:00",
    }
    payload = await note(ledger, "A-1", body, ASK)
    assert (payload["created"], payload["userErrors"]) == (True, [])
    made = payload["note"]
    assert made == body | {
        "effectiveDate": "2026-05-12T12:00:00.000Z",
        "accountNumber": "A-1",
        "version": 1,
        "csrId": made["csrId"],
        "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
    }
    assert await stored(ledger, "A-1", "N/1") == made


@pytest.mark.parametrize("nothing", [{}, {"subject": None, "noteType": None, "effectiveDate": None}, {"subject": ""}])
async def test_a_note_of_a_body_alone_is_effective_now(ledger: Client, nothing: dict[str, Any]) -> None:
    before = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    made = (await note(ledger, "A-1", {"reference": "1", "body": "b", **nothing}, ASK))["note"]
    assert (made["subject"], made["noteType"]) == (None, None)
    assert MOMENT.fullmatch(made["effectiveDate"])
    assert before <= made["effectiveDate"] <= made["createdAt"]


async def test_a_note_on_an_unknown_account_is_not_found_and_all_else_that_is_wrong_is_told_beside_it(
    ledger: Client, globex: Client
) -> None:
    for number in ("nowhere", "", "\0", "\ud800", "x" * 300):
        payload = await note(ledger, number, {"reference": "1", "body": "b"})
        assert (payload["note"], faults(payload)) == (None, [("NOT_FOUND", "accountNumber")])
        payload = await note(ledger, number, {"reference": " ", "body": " ", "subject": "x" * 256})
        assert (payload["note"], faults(payload)) == (
            None,
            [
                ("NOT_FOUND", "accountNumber"),
                ("REQUIRED", "input.reference"),
                ("TOO_LONG", "input.subject"),
                ("REQUIRED", "input.body"),
            ],
        )
    assert faults(await note(globex, "A-1", {"reference": "1", "body": "b"})) == [("NOT_FOUND", "accountNumber")]


@pytest.mark.parametrize("body", ["b", " "], ids=["good", "faulty"])
async def test_a_reference_is_unique_within_the_tenant_and_not_only_within_the_account(
    ledger: Client, globex: Client, body: str
) -> None:
    await account(ledger, "A-2")
    await account(globex)
    await note(ledger, "A-1", {"reference": "1", "body": "first"})
    for number in ("A-1", "A-2"):
        assert faults(await note(ledger, number, {"reference": "1", "body": body})) == [
            ("ALREADY_EXISTS", "input.reference")
        ]
    assert (await notes(ledger), await notes(ledger, "A-2")) == (["1"], [])
    assert await stored(ledger, "A-1", "1", "body version") == {"body": "first", "version": 1}
    assert faults(await note(globex, "A-1", {"reference": "1", "body": "b"})) == []


async def test_of_notes_of_one_reference_at_once_one_is_added(ledger: Client) -> None:
    await account(ledger, "A-2")
    payloads = await asyncio.gather(
        *(note(ledger, f"A-{1 + n % 2}", {"reference": "1", "body": f"{n}"}) for n in range(6))
    )
    assert sorted(payload["created"] for payload in payloads) == [False] * 5 + [True]
    lost = [faults(payload) for payload in payloads if not payload["created"]]
    assert lost == [[("ALREADY_EXISTS", "input.reference")]] * 5
    assert [*await notes(ledger), *await notes(ledger, "A-2")] == ["1"]


async def test_all_faults_of_a_note_come_at_once_and_nothing_is_added(ledger: Client) -> None:
    wrong = {"reference": "x" * 256, "body": " ", "subject": "x" * 256, "noteType": "\0"}
    assert sorted(faults(await note(ledger, "A-1", wrong))) == [
        ("INVALID", "input.noteType"),
        ("REQUIRED", "input.body"),
        ("TOO_LONG", "input.reference"),
        ("TOO_LONG", "input.subject"),
    ]
    assert faults(await note(ledger, "A-1", {"reference": "1", "body": "x" * 10_001})) == [("TOO_LONG", "input.body")]
    assert await notes(ledger) == []


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("", "REQUIRED"),
        (" ", "REQUIRED"),
        (".", "INVALID"),
        ("..", "INVALID"),
        ("\0", "INVALID"),
        ("\ud800", "INVALID"),
    ],
)
async def test_a_reference_that_cannot_be_is_refused(ledger: Client, reference: str, code: str) -> None:
    payload = await note(ledger, "A-1", {"reference": reference, "body": "b"})
    assert (payload["note"], faults(payload)) == (None, [(code, "input.reference")])
    assert await notes(ledger) == []


@pytest.mark.parametrize("body", [{"reference": "1"}, {"body": "b"}, {"reference": "1", "body": "b", "account": "A-1"}])
async def test_a_note_without_reference_or_body_or_with_more_is_bad_input(ledger: Client, body: Any) -> None:
    text = 'mutation($b: NoteInput!) { createNote(accountNumber: "A-1", input: $b) { created } }'
    assert await ledger.error_codes(text, b=body) == ["BAD_USER_INPUT"]


FORBIDDEN = [
    "UPDATE notes SET body = 'changed'",
    "UPDATE notes SET tenant_id = tenant_id WHERE reference = '1'",
    "DELETE FROM notes",
    "DELETE FROM notes WHERE reference = '1'",
]
COPY = "INSERT OR REPLACE INTO notes SELECT * FROM notes"
UPSERT = (
    "INSERT INTO notes SELECT * FROM notes WHERE true ON CONFLICT (tenant_id, reference) DO UPDATE SET body = 'changed'"
)


async def body_in(gateway: Gateway) -> Any:
    async with gateway.database.reading() as connection:
        return (await connection.execute(sa.text("SELECT body, version FROM notes"))).all()


async def refused_by_the_database(gateway: Gateway, statement: str, *before: str) -> None:
    async with gateway.database.writer.connect() as connection:
        for text in before:
            await connection.exec_driver_sql(text)
        with pytest.raises(DBAPIError, match="append-only"):
            await connection.exec_driver_sql(statement)
    assert await body_in(gateway) == [("first", 1)]


async def test_the_database_itself_refuses_to_change_or_remove_a_note(gateway: Gateway) -> None:
    acme = await gateway.tenant()
    await account(acme)
    await note(acme, "A-1", {"reference": "1", "body": "first"})
    for statement in [*FORBIDDEN, UPSERT]:
        await refused_by_the_database(gateway, statement)


async def test_on_postgres_notes_cannot_be_truncated(postgres_url: str) -> None:
    async with Gateway(postgres_url) as gateway:
        acme = await gateway.tenant()
        await account(acme)
        await note(acme, "A-1", {"reference": "1", "body": "first"})
        for statement in ("TRUNCATE notes", "TRUNCATE notes CASCADE", "TRUNCATE accounts CASCADE"):
            await refused_by_the_database(gateway, statement)


@pytest.mark.parametrize("pragma", ["ON", "OFF"])
async def test_on_sqlite_notes_cannot_be_replaced_whatever_the_client_has_set(sqlite_url: str, pragma: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        acme = await gateway.tenant()
        await account(acme)
        await note(acme, "A-1", {"reference": "1", "body": "first"})
        for statement in (COPY, COPY.replace("INSERT OR", ""), "UPDATE OR REPLACE notes SET body = 'changed'"):
            await refused_by_the_database(gateway, statement, f"PRAGMA recursive_triggers = {pragma}")
