"""The change log: every write by any path tells of itself once, in its own transaction, and nothing changes what it
says."""

import asyncio
import re
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.storage.database.engine import Database
from app.storage.writes.change_log import AuditResult, audit
from tests.commands.test_root_fields import WRITES
from tests.commands.test_statements import filled
from tests.commands.verbs import BASIC, DATED, LEAST, account, create, patch, refused, replace
from tests.gateway import Client, Gateway

CHANGES = """query($after: String, $resource: Resource, $key: String, $first: Int = 100) {
  changes(after: $after, resource: $resource, key: $key, first: $first) {
    totalCount nodes { sequence resource key verb version before after } pageInfo { endCursor hasNextPage } } }"""

NAMED = re.compile("^(create|replace|patch|close|link)(?:RepresentativeTo)?(.+)$")

Change = dict[str, Any]


OF_THE_OPERATOR = ("TENANT", "API_KEY")
MADE = 2  # changes that every tenant's log begins with: it was made, and its key was


async def everything(client: Client, **wanted: Any) -> list[Change]:
    found: list[Change] = (await client.only(CHANGES, **wanted))["nodes"]
    return found


async def changes(client: Client, **wanted: Any) -> list[Change]:
    """What was done to what callers write."""
    return [change for change in await everything(client, **wanted) if change["resource"] not in OF_THE_OPERATOR]


async def told(client: Client, **wanted: Any) -> list[tuple[str, str, str, int | None]]:
    return [(c["resource"], c["key"], c["verb"], c["version"]) for c in await changes(client, **wanted)]


async def total(client: Client) -> int:
    count: int = (await client.only("{ changes { totalCount } }"))["totalCount"]
    return count


async def audited(database: Database) -> list[AuditResult]:
    return [one async for one in audit(database)]


async def test_every_mutation_adds_one_row_that_tells_what_it_did(acme: Client) -> None:
    await filled(acme)
    for name, arguments in WRITES.items():
        before = await total(acme)
        await acme.query(f"mutation {{ {name}{arguments} {{ userErrors {{ code }} }} }}")
        (change,) = (await everything(acme))[before:]
        ((verb, resource),) = NAMED.findall(name)
        assert (change["verb"], change["resource"]) == (verb.upper(), resource.upper()), name


async def test_a_dry_run_and_a_refused_write_add_none(acme: Client) -> None:
    await account(acme, "1")
    await create(acme, "Account", "2", LEAST["Account"], dryRun=True)
    await refused(acme, "create", "Account", "1", LEAST["Account"])
    await refused(acme, "patch", "Account", "1", {"email": "nobody"})
    assert await told(acme) == [("ACCOUNT", "1", "CREATE", 1)]


async def test_a_row_holds_what_changed_as_it_was_and_as_it_is(acme: Client) -> None:
    body = {"combined": {"name": "Acme", "creditLimit": "100.50", "vat": "1"}}
    await create(acme, "Account", "1", body)
    await patch(acme, "Account", "1", {"creditLimit": "123456789012345.6789", "vat": None})
    assert [(c["before"], c["after"]) for c in await changes(acme)] == [
        (None, {"account_number": "1", "name": "Acme", "credit_limit": "100.5", "vat": "1", "products": []}),
        ({"credit_limit": "100.5", "vat": "1"}, {"credit_limit": "123456789012345.6789"}),
    ]


async def test_a_closure_and_a_reopening_tell_of_the_status(acme: Client) -> None:
    await account(acme, "1")
    await create(acme, "Document", "D", {"combined": {"accountNumber": "1", **DATED, "amounts": BASIC}})
    await acme.query(
        'mutation { closeDocument(documentNumber: "D", input: { closureReason: PAID, '
        'closureDate: "2026-03-01T10:00:00Z" }) { userErrors { code } } }'
    )
    (closed,) = (await changes(acme, key="D"))[1:]
    assert closed["before"] == {"status": "open"}
    assert closed["after"] == {
        "status": "closed",
        "closed_at": "2026-03-01T10:00:00.000Z",
        "closure_reason": "paid",
    }


async def test_rest_writes_are_told_alike_with_the_key_and_the_request(acme: Client) -> None:
    headers = {**acme.headers, "X-Request-Id": "from-the-test"}
    path = "/api/v1/ingest/accounts/R-1"
    assert (await acme.gateway.http.post(path, json={"name": "Rest"}, headers=headers)).status_code == 201
    await acme.gateway.http.patch(path, json={"name": "Again"}, headers=headers)
    found = await acme.only(
        '{ account(accountNumber: "R-1") { history { nodes { verb before after keyId requestId } } } }'
    )
    first, second = found["history"]["nodes"]
    assert (first["verb"], first["after"]["name"]) == ("CREATE", "Rest")
    assert (second["verb"], second["before"], second["after"]) == ("PATCH", {"name": "Rest"}, {"name": "Again"})
    assert first["requestId"] == second["requestId"] == "from-the-test"
    assert len(first["keyId"]) == 12
    assert acme.api_key is not None
    assert first["keyId"] not in acme.api_key


async def test_a_payload_shows_the_history_up_to_the_write_itself(acme: Client) -> None:
    await account(acme, "1")
    text = """mutation { patchAccount(accountNumber: "1", patch: {vat: "1"}) {
      account { history(last: 1) { totalCount nodes { sequence after } } } } }"""
    found = await acme.query(text)
    assert found == {
        "patchAccount": {
            "account": {"history": {"totalCount": 2, "nodes": [{"sequence": MADE + 2, "after": {"vat": "1"}}]}}
        }
    }


async def test_a_contact_that_loses_its_place_as_the_primary_one_is_told_of_too(acme: Client) -> None:
    await account(acme, "1")
    await create(acme, "Contact", "C1", {"accountNumber": "1", "isPrimary": True})
    await create(acme, "Contact", "C2", {"accountNumber": "1", "isPrimary": True})
    assert await told(acme, resource="CONTACT") == [
        ("CONTACT", "C1", "CREATE", 1),
        ("CONTACT", "C1", "PATCH", 2),
        ("CONTACT", "C2", "CREATE", 1),
    ]


async def test_linking_again_changes_nothing_and_tells_nothing(acme: Client) -> None:
    await account(acme, "1")
    await create(acme, "Representative", "R", {})
    link = 'mutation { linkRepresentativeToAccount(reference: "R", accountNumber: "1") { userErrors { code } } }'
    await acme.query(link)
    await acme.query(link)
    assert await told(acme, key="1") == [("ACCOUNT", "1", "CREATE", 1), ("ACCOUNT", "1", "LINK", None)]
    assert (await changes(acme, key="1"))[1]["after"] == {"representative": "R"}


async def test_a_reader_that_goes_on_after_its_last_cursor_sees_each_change_once(acme: Client) -> None:
    for number in range(7):
        await account(acme, f"A{number}")
    seen, cursor, more = list[int](), None, True
    while more:
        page = await acme.only(CHANGES, after=cursor, first=3)
        seen += [c["sequence"] for c in page["nodes"]]
        cursor, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    await account(acme, "later")
    assert seen == list(range(1, MADE + 8))
    assert [c["key"] for c in await changes(acme, after=cursor)] == ["later"]


async def test_writers_at_once_leave_a_log_without_gaps_in_the_order_of_their_versions(acme: Client) -> None:
    await account(acme, "1")

    async def write(number: int) -> None:
        await acme.query(
            'mutation($n: String!) { patchAccount(accountNumber: "1", patch: {vat: $n}) { userErrors { code } } }',
            n=str(number),
        )
        await replace(acme, "Account", f"own {number}", LEAST["Account"])

    await asyncio.gather(*map(write, range(20)))
    found = await changes(acme)
    assert [c["sequence"] for c in found] == list(range(MADE + 1, MADE + 42))
    patched = [c for c in found if c["key"] == "1"]
    assert [c["version"] for c in patched] == list(range(1, 22))
    assert all(one["after"]["vat"] == next_one["before"]["vat"] for one, next_one in pairwise(patched[1:]))
    mine = (await acme.only("{ tenant { name } }"))["name"]
    assert [one.fault for one in await audited(acme.gateway.database) if one.tenant == mine] == [None]


async def test_another_tenant_sees_none_of_it(acme: Client, globex: Client) -> None:
    await account(acme, "1")
    assert await total(acme) == MADE + 1
    assert await changes(globex) == []
    assert await changes(globex, resource="ACCOUNT", key="1") == []
    cursor = (await acme.only(CHANGES))["pageInfo"]["endCursor"]
    await account(globex, "2")
    answer = await globex.run(CHANGES, after=cursor)  # its own second change would be the first after that
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["CURSOR_EXPIRED"]


@pytest.mark.parametrize("change", ["UPDATE changes SET verb = 'patch'", "DELETE FROM changes"])
async def test_the_database_refuses_to_change_or_remove_a_row(acme: Client, change: str) -> None:
    await account(acme, "1")
    with pytest.raises(DBAPIError, match="append-only"):
        async with acme.gateway.database.writing() as connection:
            await connection.execute(sa.text(change))
    assert await told(acme) == [("ACCOUNT", "1", "CREATE", 1)]


async def by_hand(database: Database, change: str) -> None:
    """Changes the log as somebody may who is master of the database."""
    if database.is_sqlite:
        named = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'changes'"
        async with database.writing() as connection:
            for name in (await connection.scalars(sa.text(named))).all():
                await connection.execute(sa.text(f"DROP TRIGGER {name}"))
            await connection.execute(sa.text(change))
    else:
        async with database.writing() as connection:
            await connection.execute(sa.text("ALTER TABLE changes DISABLE TRIGGER USER"))
            await connection.execute(sa.text(change))


ADDED = """INSERT INTO changes (tenant_id, sequence, at, resource, key, verb, packed, digest)
  SELECT tenant_id, 8, at, resource, key, verb, packed, digest FROM changes WHERE sequence = 7"""


@pytest.mark.parametrize(
    ("change", "rows", "fault"),
    [
        ('UPDATE changes SET after = \'{"name": "Other"}\' WHERE sequence = 3', 2, "row 3 was altered"),
        ("UPDATE changes SET packed = NULL WHERE sequence = 3", 2, "row 3 was altered"),
        (
            "UPDATE changes SET packed = (SELECT packed FROM changes WHERE sequence = 4) WHERE sequence = 3",
            2,
            "row 3 was",
        ),
        ("UPDATE changes SET packed = '\\x01ff' WHERE sequence = 3", 2, "row 3 was altered"),
        ("UPDATE changes SET hash = '0' WHERE sequence = 3", 2, "row 3 was altered"),
        ("UPDATE changes SET digest = packed WHERE sequence = 3", 2, "row 3 was altered"),
        ("UPDATE changes SET account_number = 'A4' WHERE sequence = 3", 2, "row 3 was altered"),
        ("UPDATE changes SET former_account_number = 'A4' WHERE sequence = 3", 2, "row 3 was altered"),
        ("UPDATE changes SET key_id = NULL WHERE sequence = 3", 2, "row 3 was altered"),
        ("DELETE FROM changes WHERE sequence = 2", 1, "row 2 is missing"),
        ("DELETE FROM changes WHERE sequence = 7", 6, "row 7 is missing at the end"),
        ("DELETE FROM changes", 0, "row 1 is missing at the end"),
        ("DELETE FROM changes_end", 0, "the end of its chain is gone"),
        ("UPDATE changes_end SET hash = '0'", 7, "the end of its chain was altered"),
        ("UPDATE changes_end SET sequence = 6", 6, "row 7 was added by hand"),
        (ADDED, 7, "row 8 was altered, or is not the one that was written"),
    ],
)
@pytest.mark.slow
async def test_the_audit_finds_what_was_done_by_hand(gateway: Gateway, change: str, rows: int, fault: str) -> None:
    client = await gateway.tenant()
    for number in range(5):
        await account(client, f"A{number}")
    assert await audited(gateway.database) == [AuditResult("acme", MADE + 5, None)]
    await by_hand(gateway.database, change)
    (found,) = await audited(gateway.database)
    assert found.rows == rows
    assert found.fault is not None
    assert found.fault.startswith(fault)
