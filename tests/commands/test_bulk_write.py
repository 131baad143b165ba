"""`bulkWrite`: many writes in one field, each with a result of its own."""

from typing import Any

import pytest
from strawberry.utils.str_converters import to_camel_case

from app.domain.enums import Resource
from app.domain.fields import Kind
from app.domain.resources import RESOURCES
from tests.commands.verbs import BASIC, DATED
from tests.gateway import Client

TEXT = """mutation($writes: [WriteInput!]!, $onError: BulkErrorPolicy! = CONTINUE, $dryRun: Boolean! = false) {
  bulkWrite(writes: $writes, onError: $onError, dryRun: $dryRun) {
    results { index resource key created version userErrors { code message field } }
    written failed skipped
  }
}"""
ACCOUNT = {"combined": {"name": "Acme"}}
INVOICE = {"collections": {"accountNumber": "A-1", **DATED, "amounts": BASIC}}


def account(number: str, name: Any = "Acme") -> dict[str, Any]:
    return {"replaceAccount": {"accountNumber": number, "input": {"combined": {"name": name}}}}


async def bulk(client: Client, *writes: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The payload of a field that must not fail as a whole."""
    payload: dict[str, Any] = await client.only(TEXT, writes=writes, **options)
    assert [each["index"] for each in payload["results"]] == list(range(len(writes)))
    return payload


def told(payload: dict[str, Any]) -> list[Any]:
    """Each result in a word: its version, with + where it was new; or code and path of every error."""
    return [
        [f"{error['code']} {'.'.join(error['field'])}" for error in each["userErrors"]]
        or f"{each['version'] or ''}{'+' if each['created'] else ''}"
        for each in payload["results"]
    ]


def counts(payload: dict[str, Any]) -> tuple[int, int, int]:
    return payload["written"], payload["failed"], payload["skipped"]


async def stored(client: Client) -> list[str]:
    nodes = (await client.only("{ accounts(first: 100) { nodes { accountNumber } } }"))["nodes"]
    return [node["accountNumber"] for node in nodes]


async def test_every_mutation_that_writes_one_thing_is_one_of_many(acme: Client) -> None:
    """And a later one sees what earlier ones have made."""
    contact = {"accountNumber": "A-1", "name": "Bo"}
    payload = await bulk(
        acme,
        {"createAccount": {"accountNumber": "A-1", "input": ACCOUNT}},
        {"replaceAccount": {"accountNumber": "A-1", "input": ACCOUNT, "expectedVersion": 1}},
        {"patchAccount": {"accountNumber": "A-1", "patch": {"email": "a@example.org"}, "expectedVersion": 1}},
        {"createDocument": {"documentNumber": "D-1", "input": INVOICE}},
        {"replaceDocument": {"documentNumber": "D-2", "input": INVOICE}},
        {"patchDocument": {"documentNumber": "D-1", "patch": {"comment": "Late."}}},
        {"closeDocument": {"documentNumber": "D-1", "input": {"closureReason": "PAID"}, "expectedVersion": 2}},
        {"createNote": {"accountNumber": "A-1", "input": {"reference": "N-1", "body": "Called."}}},
        {"createRepresentative": {"reference": "R-1", "input": {"name": "Ann"}}},
        {"replaceRepresentative": {"reference": "R-1", "input": {"name": "Anne"}}},
        {"patchRepresentative": {"reference": "R-1", "patch": {"title": "Dr"}}},
        {"createContact": {"reference": "C-1", "input": contact}},
        {"replaceContact": {"reference": "C-2", "input": contact}},
        {"patchContact": {"reference": "C-1", "patch": {"isPrimary": True}}},
        {"linkRepresentativeToAccount": {"reference": "R-1", "accountNumber": "A-1"}},
        {"linkRepresentativeToDocument": {"reference": "R-1", "documentNumber": "D-2"}},
    )
    assert told(payload) == [
        *("1+", "1", "2", "1+", "1+", "2", "3", "1+", "1+", "2", "3", "1+", "1+", "2", "", ""),
    ]
    assert counts(payload) == (16, 0, 0)
    assert [f"{each['resource']} {each['key']}" for each in payload["results"]] == [
        *["ACCOUNT A-1"] * 3,
        *("DOCUMENT D-1", "DOCUMENT D-2", "DOCUMENT D-1", "DOCUMENT D-1", "NOTE N-1"),
        *["REPRESENTATIVE R-1"] * 3,
        *("CONTACT C-1", "CONTACT C-2", "CONTACT C-1", "REPRESENTATIVE R-1", "REPRESENTATIVE R-1"),
    ]
    shown = await acme.only("""{ account(accountNumber: "A-1") {
        email
        notes(first: 1) { nodes { reference } }
        contacts(first: 9) { nodes { reference isPrimary } }
        documents(first: 9) { nodes { documentNumber status } }
    } }""")
    assert shown == {
        "email": "a@example.org",
        "notes": {"nodes": [{"reference": "N-1"}]},
        "contacts": {"nodes": [{"reference": "C-1", "isPrimary": True}, {"reference": "C-2", "isPrimary": None}]},
        "documents": {
            "nodes": [{"documentNumber": "D-1", "status": "CLOSED"}, {"documentNumber": "D-2", "status": "OPEN"}]
        },
    }


async def test_what_is_wrong_with_one_is_told_under_its_place_and_undoes_no_other(acme: Client) -> None:
    wrong = {"collections": {"accountNumber": "A-2", "invoiceDate": "2026-01-05", "dueDate": "2026-02-04"}}
    wrong["collections"]["amounts"] = BASIC  # type: ignore[assignment]
    payload = await bulk(
        acme,
        account("A-1"),
        {"replaceDocument": {"documentNumber": "D-1", "input": wrong}},
        account("A-2", ""),
        {"patchAccount": {"accountNumber": "A-1", "patch": {"name": None}, "expectedVersion": 7}},
        {"createNote": {"accountNumber": "A-3", "input": {"reference": "N-1", "body": ""}}},
        account("A-4"),
    )
    assert told(payload) == [
        "1+",
        ["NOT_FOUND writes.1.replaceDocument.input.collections.accountNumber"],
        ["REQUIRED writes.2.replaceAccount.input.combined.name"],
        [
            "VERSION_CONFLICT writes.3.patchAccount.expectedVersion",
            "REQUIRED writes.3.patchAccount.patch.name",
        ],
        ["NOT_FOUND writes.4.createNote.accountNumber", "REQUIRED writes.4.createNote.input.body"],
        "1+",
    ]
    assert counts(payload) == (2, 4, 0)
    assert await stored(acme) == ["A-1", "A-4"]


@pytest.mark.parametrize(
    ("policy", "expected", "counted", "kept"),
    [
        ("CONTINUE", ["1+", "wrong", "1+"], (2, 1, 0), ["A-1", "A-3"]),
        ("STOP", ["1+", "wrong", ["SKIPPED writes.2"]], (1, 1, 1), ["A-1"]),
        ("ROLL_BACK", [["SKIPPED writes.0"], "wrong", ["SKIPPED writes.2"]], (0, 1, 2), []),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_failure_ends_what_the_policy_says(
    acme: Client, policy: str, expected: list[Any], counted: tuple[int, int, int], kept: list[str], dry_run: bool
) -> None:
    writes = account("A-1"), account("A-2", ""), account("A-3")
    payload = await bulk(acme, *writes, onError=policy, dryRun=dry_run)
    wrong = ["REQUIRED writes.1.replaceAccount.input.combined.name"]
    assert told(payload) == [wrong if each == "wrong" else each for each in expected]
    assert counts(payload) == counted
    assert await stored(acme) == ([] if dry_run else kept)


async def test_a_thousand_writes_are_taken_and_no_more(acme: Client) -> None:
    payload = await bulk(acme, *[account(f"A-{number:04}") for number in range(1_000)])
    assert counts(payload) == (1_000, 0, 0)
    answer = await acme.run(TEXT, writes=[account("B")] * 1_001)
    assert [(each["extensions"]["code"], each["message"], each["path"]) for each in answer["errors"]] == [
        ("BAD_USER_INPUT", "writes has 1001 entries; at most 1000 are taken.", ["bulkWrite"])
    ]
    assert counts(await bulk(acme)) == (0, 0, 0)


async def test_a_write_costs_ten_points(acme: Client) -> None:
    body = {"query": TEXT, "variables": {"writes": [account(f"A-{number}") for number in range(7)]}}
    answer = (await acme.post(body, **{"X-Gateway-Cost": "true"})).json()
    assert answer["extensions"]["cost"]["requested"] == 71


async def test_two_members_in_one_write_are_refused(acme: Client) -> None:
    assert await acme.error_codes(TEXT, writes=[account("A-1") | {"createNote": None}]) == ["BAD_USER_INPUT"]
    assert await stored(acme) == []


async def test_a_read_only_key_writes_nothing(acme: Client) -> None:
    reader = await acme.gateway.reader()
    answer = await reader.run(TEXT, writes=[account("A-1")])
    assert answer["data"] == {"bulkWrite": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await stored(acme) == []


async def test_under_an_idempotency_key_the_whole_is_done_once(acme: Client) -> None:
    body = {"query": TEXT, "variables": {"writes": [account("A-1"), account("A-1", "Globex"), account("A-2", "")]}}
    answers = [(await acme.post(body, **{"Idempotency-Key": "once"})).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert told(answers[0]["data"]["bulkWrite"])[:2] == ["1+", "2"]
    assert (await acme.only('{ account(accountNumber: "A-1") { version } }')) == {"version": 2}


@pytest.mark.slow
async def test_a_thousand_documents_of_ten_full_line_items_are_one_request(acme: Client) -> None:
    parts = RESOURCES[Resource.DOCUMENT].field("line_items").parts
    line = {to_camel_case(part.name): "1.25" if part.kind is Kind.DECIMAL else "0123456789" for part in parts}
    invoice = INVOICE["collections"] | {"products": [], "lineItems": [line] * 10}
    await bulk(acme, account("A-1"))
    writes = [{"replaceDocument": {"documentNumber": f"D-{n}", "input": {"combined": invoice}}} for n in range(1_000)]
    payload = await bulk(acme, *writes)
    assert counts(payload) == (1_000, 0, 0)
    shown = await acme.only('{ document(documentNumber: "D-999") { lineItems { netAmount userDefine7 } } }')
    assert shown == {"lineItems": [{"netAmount": "1.25", "userDefine7": "0123456789"}] * 10}
