"""The change log of one account, and from a moment on."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.caller import Caller
from app.domain.changes import Change, ChangedResource, ChangeVerb
from app.domain.enums import Resource
from app.domain.values import moment_text, parse_moment
from app.storage.tables import CHANGES, TENANTS
from app.storage.writes.locking import LockingWrite
from tests.commands.verbs import DATED, account, create, patch
from tests.gateway import Client, Gateway
from tests.pdfs import pdf

LOG = """query($account: String, $since: DateTime, $after: String, $before: String, $first: Int, $last: Int,
    $resource: Resource, $key: String) {
  changes(accountNumber: $account, since: $since, after: $after, before: $before, first: $first, last: $last,
    resource: $resource, key: $key) {
    totalCount nodes { sequence at resource key verb } pageInfo { endCursor hasNextPage hasPreviousPage } } }"""
ROOT = "/api/v1/ingest"


async def log(client: Client, **arguments: Any) -> Any:
    found = await client.only(LOG, **arguments)
    assert len(client.gateway.statements) == 1
    return found


async def told(client: Client, account: str, **arguments: Any) -> list[tuple[str, str, str]]:
    found = await log(client, account=account, **arguments)
    if not arguments:
        assert found["totalCount"] == len(found["nodes"])
    return [(change["resource"], change["key"], change["verb"]) for change in found["nodes"]]


async def document(client: Client, number: str, account: str) -> None:
    await create(client, "Document", number, {"combined": {"accountNumber": account, **DATED}})


@pytest.fixture
async def client(acme: Client) -> Client:
    for number in "ABC":
        await account(acme, number)
    return acme


async def test_an_account_has_its_own_changes_and_those_of_what_belongs_to_it(client: Client) -> None:
    await document(client, "D", "A")
    await document(client, "E", "B")
    await create(client, "Contact", "P", {"accountNumber": "A"})
    note = 'mutation { createNote(accountNumber: "A", input: {reference: "N", body: "x"}) { userErrors { code } } }'
    await client.query(note)
    close = 'mutation { closeDocument(documentNumber: "D", input: {closureReason: PAID}) { userErrors { code } } }'
    await client.query(close)
    await patch(client, "Account", "A", {"parentAccountNumber": "B", "isParentAccount": False, "vat": "1"})
    assert await told(client, "A") == [
        ("ACCOUNT", "A", "CREATE"),
        ("DOCUMENT", "D", "CREATE"),
        ("CONTACT", "P", "CREATE"),
        ("NOTE", "N", "CREATE"),
        ("DOCUMENT", "D", "CLOSE"),
        ("ACCOUNT", "A", "PATCH"),
    ]
    # What is done to an account below it is none of its own changes.
    assert await told(client, "B") == [("ACCOUNT", "B", "CREATE"), ("DOCUMENT", "E", "CREATE")]
    assert await told(client, "nobody") == []
    assert await told(client, "A", resource="DOCUMENT") == [("DOCUMENT", "D", "CREATE"), ("DOCUMENT", "D", "CLOSE")]
    assert await told(client, "A", key="P") == [("CONTACT", "P", "CREATE")]


async def test_what_moves_is_a_change_of_both_accounts(client: Client) -> None:
    await document(client, "D", "A")
    await create(client, "Contact", "P", {"accountNumber": "A"})
    await patch(client, "Document", "D", {"accountNumber": "B"})
    await patch(client, "Document", "D", {"description": "later"})
    await patch(client, "Contact", "P", {"accountNumber": "B"})
    moved = [("DOCUMENT", "D", "PATCH"), ("CONTACT", "P", "PATCH")]
    assert (await told(client, "A"))[1:] == [("DOCUMENT", "D", "CREATE"), ("CONTACT", "P", "CREATE"), *moved]
    assert (await told(client, "B"))[1:] == [moved[0], *moved]


async def test_a_representative_is_one_of_an_account_by_links_to_it_and_to_its_documents_alone(client: Client) -> None:
    await create(client, "Representative", "R", {"name": "Rita"})
    await document(client, "D", "A")
    await document(client, "E", "B")
    link = 'mutation {{ linkRepresentativeTo{} (reference: "R", {}: "{}") {{ userErrors {{ code }} }} }}'
    for resource, key in (("Account", "A"), ("Document", "D"), ("Document", "E")):
        await client.query(link.format(resource, f"{resource.lower()}Number", key))
    await patch(client, "Representative", "R", {"email": "r@example.com"})
    assert (await told(client, "A"))[2:] == [("ACCOUNT", "A", "LINK"), ("DOCUMENT", "D", "LINK")]
    assert (await told(client, "B"))[2:] == [("DOCUMENT", "E", "LINK")]


async def test_a_pushed_pdf_and_writes_over_rest_are_of_the_document_s_account(client: Client) -> None:
    put = await client.gateway.http.put(
        f"{ROOT}/documents/D",
        json={
            "account_number": "A",
            "document_type": "invoice",
            "invoice_date": "2026-05-12",
            "due_date": "2026-06-11",
        },
        headers=client.headers,
    )
    assert put.status_code == 201
    connection = (await client.only("{ tenant { connectionId } }"))["connectionId"]
    path = f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/D"
    headers = {**client.headers, "Content-Type": "application/pdf"}
    assert (await client.gateway.http.post(path, content=pdf("one"), headers=headers)).status_code == 200
    assert (await told(client, "A"))[1:] == [("DOCUMENT", "D", "CREATE"), ("DOCUMENT", "D", "ATTACH")]
    (attached,) = (await client.only('{ changes(key: "D", last: 1) { nodes { before after } } }'))["nodes"]
    assert (attached["before"], attached["after"]["source"]) == ({}, "pushed")


async def test_pages_of_an_account_lead_through_its_changes_both_ways(client: Client) -> None:
    for number in range(5):
        await document(client, f"D{number}", "AB"[number % 2])
    for number in range(4):
        await patch(client, "Document", f"D{number}", {"accountNumber": "BA"[number % 2]})
    everything = await told(client, "A")
    assert len(everything) == 8
    seen: list[tuple[str, str, str]] = []
    cursor = None
    for number in range(3):
        page = await log(client, account="A", first=3, after=cursor)
        cursor = page["pageInfo"]["endCursor"]
        seen += [(change["resource"], change["key"], change["verb"]) for change in page["nodes"]]
        assert page["pageInfo"] == {"endCursor": cursor, "hasNextPage": number < 2, "hasPreviousPage": number > 0}
    assert seen == everything
    assert await told(client, "A", last=3) == everything[-3:]
    assert await told(client, "A", last=2, before=cursor) == everything[-3:-1]


async def test_since_a_moment_it_begins_with_the_first_entry_that_is_not_earlier(client: Client) -> None:
    nodes = (await log(client))["nodes"]
    for position, entry in enumerate(nodes):
        earlier = [each for each in nodes[:position] if each["at"] >= entry["at"]]
        assert (await log(client, since=entry["at"]))["nodes"] == nodes[position - len(earlier) :]
    last = parse_moment(nodes[-1]["at"])
    assert (await log(client, since=moment_text(last + timedelta(milliseconds=1))))["nodes"] == []
    assert (await log(client, since="2020-01-01"))["nodes"] == nodes
    page = await log(client, since=nodes[0]["at"], first=2)
    assert page["pageInfo"]["hasNextPage"]
    assert (await log(client, after=page["pageInfo"]["endCursor"]))["nodes"] == nodes[2:]
    of_account = await log(client, since=nodes[0]["at"], account="B")
    assert [change["key"] for change in of_account["nodes"]] == ["B"]


async def tenant_id(client: Client) -> int:
    name = (await client.only("{ tenant { name } }"))["name"]
    async with client.gateway.database.reading() as connection:
        found = await connection.execute(sa.select(TENANTS.c.tenant_id).where(TENANTS.c.name == name))
    own: int = found.scalar_one()
    return own


async def test_moments_that_are_out_of_order_hide_no_entry(client: Client) -> None:
    """As where two servers' clocks differ: what counts is the first entry, not the first of the moments."""
    nodes = (await log(client))["nodes"]
    caller = Caller(await tenant_id(client), (), read_only=False)
    moments = [parse_moment(f"2030-01-{day:02}") for day in (3, 1, 5, 2, 4, 5, 7, 6)]
    async with client.gateway.database.writing() as connection:
        write = LockingWrite(connection, caller)
        for number, moment in enumerate(moments):
            write.log(
                Change(ChangedResource(Resource.ACCOUNT), str(number), ChangeVerb.PATCH, moment, None, {}, {}, "A")
            )
        await write.write_log()
    firsts = {day: next(n for n, moment in enumerate(moments) if moment.day >= day) for day in range(1, 8)}
    for day, first in firsts.items():
        found = (await log(client, since=f"2030-01-{day:02}"))["nodes"]
        assert [change["key"] for change in found] == [str(number) for number in range(first, len(moments))]
    await patch(client, "Account", "A", {"vat": "1"})  # earlier than all of these
    assert len((await log(client, since="2030-01-07"))["nodes"]) == 3
    assert len((await log(client, since="2026-01-01"))["nodes"]) == len(nodes) + len(moments) + 1


async def test_since_and_after_exclude_each_other(client: Client) -> None:
    cursor = (await log(client))["pageInfo"]["endCursor"]
    answer = await client.run(LOG, since="2026-01-01", after=cursor)
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"], error["message"]) == (
        "BAD_USER_INPUT",
        ["changes"],
        "since and after exclude each other: both say where to read from.",
    )
    assert len(client.gateway.statements) == 0
    assert await client.error_codes(LOG, account="A\0") == ["BAD_USER_INPUT"]
    assert await client.error_codes(LOG, since="yesterday") == ["BAD_USER_INPUT"]


async def test_another_tenant_s_account_of_that_number_is_not_shown(gateway: Gateway, client: Client) -> None:
    globex = await gateway.tenant("globex")
    await account(globex, "A")
    assert await told(globex, "A") == [("ACCOUNT", "A", "CREATE")]
    assert await told(globex, "B") == []


async def test_what_is_empty_stays_empty_and_what_is_large_stays_whole(client: Client) -> None:
    items = [{"description": "x" * 200, "quantity": str(number)} for number in range(600)]
    body = {"account_number": "A", "document_type": "invoice", "invoice_date": "2026-05-12", "due_date": "2026-06-11"}
    put = await client.gateway.http.put(
        f"{ROOT}/documents/large", json=body | {"line_items": items}, headers=client.headers
    )
    assert put.status_code == 201
    (entry,) = (await client.only('{ changes(key: "large") { nodes { before after } } }'))["nodes"]
    assert entry["before"] is None
    assert [item["description"] for item in entry["after"]["line_items"]] == ["x" * 200] * 600
    own = CHANGES.c.tenant_id == await tenant_id(client)
    statement = sa.select(CHANGES.c.packed).where(own).order_by(CHANGES.c.sequence)
    async with client.gateway.database.reading() as connection:
        kept = (await connection.execute(statement)).scalars().all()
    assert [len(packed) > 1 for packed in kept] == [True] * (len(kept) - 1) + [False]
