"""Many writes in one transaction do what they would do one by one, in their order."""

import asyncio
from typing import Any

import pytest

from app.commands.bulk import ErrorPolicy
from app.commands.transaction import PreparedWrite, Written
from app.domain.enums import Resource
from app.storage.database.clock import now
from app.storage.tables import CONTACTS
from app.storage.writes.change_log import audit
from app.storage.writes.dry_run import DryRun
from app.storage.writes.unit_of_work import UnitOfWork
from tests.commands import chunks
from tests.commands.chunks import account, chunk, close, document, link, note, save, told
from tests.gateway import Client

CLOSED = {"closure_reason": "paid", "closure_date": "2026-03-01T00:00:00Z", "notes": "By cheque."}
SHOWN = "status openAmount closure { reason closedAt notes } statusHistory { status reason notes }"


async def test_a_later_write_sees_what_earlier_ones_have_made(acme: Client) -> None:
    writes = [
        document("D-1"),
        account(),
        document("D-1"),
        document("D-1"),
        document("D-1", po_number="PO-1"),
        close("D-1"),
        close("D-1"),
        note("A-1", "N-1"),
        note("A-1", "N-1"),
        save("replace", "representative", "R-1", name="Ann"),
        save("replace", "representative", "R-2", supervisor_representative_reference="R-1"),
        save("patch", "representative", "R-1", supervisor_representative_reference="R-2"),
        link("R-1", "account", "A-1"),
        link("R-1", "account", "A-1"),
        link("R-1", "document", "D-2"),
    ]
    assert told(await chunk(acme, writes)) == [
        ["not_found account_number"],
        "1+",
        "1+",
        "1=",
        "2",
        "3",
        ["already_closed document_number"],
        "1+",
        ["already_exists reference"],
        "1+",
        "1+",
        ["invalid supervisor_representative_reference"],
        "",
        "=",
        ["not_found document_number"],
    ]


async def test_a_document_is_written_and_closed_in_one(acme: Client) -> None:
    writes = [
        account(),
        document("D-1", closure=CLOSED),
        document("D-1", closure=CLOSED),
        document("D-1", closure={"closure_reason": "paid", "notes": "By cheque."}),
        document("D-1", po_number="PO-1", closure=CLOSED),
        document("D-1", po_number="PO-1", closure={"closure_reason": "contra"}),
        document("D-1", po_number="PO-1"),
        document("D-1", "patch", denomination=0, closure=CLOSED),
    ]
    assert told(await chunk(acme, writes)) == ["1+", "1+", "1=", "1=", "2", "3", "4", "5"]
    shown = await acme.only(f'{{ document(documentNumber: "D-1") {{ {SHOWN} }} }}')
    history = [(each["status"], each["reason"], each["notes"]) for each in shown["statusHistory"]]
    assert history == [
        ("CLOSED", "PAID", "By cheque."),
        ("CLOSED", "CONTRA", None),
        ("OPEN", None, None),
        ("CLOSED", "PAID", "By cheque."),
    ]
    assert shown["closure"] == {"reason": "PAID", "closedAt": "2026-03-01T00:00:00.000Z", "notes": "By cheque."}
    assert (shown["status"], shown["openAmount"]) == ("CLOSED", "0")


async def test_what_is_wrong_with_a_closure_is_told_under_its_name(acme: Client) -> None:
    writes = [
        account(),
        document("D-1", closure={}),
        document("D-2", closure="paid"),
        document("D-3", closure={"closure_reason": "lost", "closure_date": "yesterday"}, due_date="never"),
    ]
    assert told(await chunk(acme, writes)) == [
        "1+",
        ["required closure.closure_reason"],
        ["invalid closure"],
        ["invalid due_date", "invalid closure.closure_reason", "invalid closure.closure_date"],
    ]


async def test_a_failure_undoes_nothing_or_ends_what_follows_or_undoes_all(acme: Client) -> None:
    writes = [account("A-1"), account("A-2", name=""), account("A-3")]
    wrong = ["required name"]
    assert told(await chunk(acme, writes, on_error=ErrorPolicy.ROLL_BACK)) == ["skipped", wrong, "skipped"]
    assert await accounts(acme) == []
    assert told(await chunk(acme, writes, on_error=ErrorPolicy.STOP)) == ["1+", wrong, "skipped"]
    assert await accounts(acme) == ["A-1"]
    assert told(await chunk(acme, writes)) == ["1=", wrong, "1+"]
    assert await accounts(acme) == ["A-1", "A-3"]


async def test_a_dry_run_keeps_nothing_and_remembers_what_its_chunks_would_have_made(acme: Client) -> None:
    await chunk(acme, [account("A-9"), save("replace", "contact", "C-9", account_number="A-9", is_primary=True)])
    run = DryRun()
    first = [
        account(),
        save("replace", "contact", "C-1", account_number="A-9", is_primary=True),
        link("R", "account", "A-1"),
    ]
    assert told(await chunk(acme, first, dry_run=run)) == ["1+", "1+", ["not_found reference"]]
    second = [
        document("D-1"),
        document("D-1", "create"),
        save("patch", "contact", "C-9", is_primary=False),
        save("patch", "contact", "C-1", is_primary=True),
        save("replace", "representative", "R", name="Ann"),
    ]
    assert told(await chunk(acme, second, dry_run=run)) == ["1+", ["already_exists document_number"], "2=", "1=", "1+"]
    third = [document("D-1", "patch", comment="x"), document("D-1", **chunks.EXTENDED), link("R", "account", "A-1")]
    assert told(await chunk(acme, third, dry_run=run)) == ["2", ["currency_model_locked original_currency"], ""]
    assert told(await chunk(acme, [link("R", "account", "A-1")], dry_run=run)) == ["="]
    assert await accounts(acme) == ["A-9"]


async def test_what_is_to_be_recorded_is_written_with_the_chunk(acme: Client) -> None:
    seen: list[Any] = []

    async def record(connection: Any, outcomes: Any) -> None:
        seen.append(told(outcomes))
        if len(outcomes) > 1:
            raise ValueError("the record fails")

    await chunk(acme, [account("A-1")], record=record)
    with pytest.raises(ValueError, match="the record fails"):
        await chunk(acme, [account("A-2"), account("A-3")], record=record)
    assert seen == [["1+"], ["1+", "1+"]]
    assert await accounts(acme) == ["A-1"]


async def test_only_the_write_fails_that_the_server_or_the_database_does_not_take(acme: Client) -> None:
    async def fail(_: UnitOfWork) -> Written:
        raise ZeroDivisionError

    async def insert_orphan(unit: UnitOfWork) -> Written:
        moment = now()
        orphan = {"reference": "C-1", "account_number": "none", "products": (), "version": 1}
        await unit.insert(CONTACTS, orphan | {"created_at": moment, "updated_at": moment})
        return Written({Resource.CONTACT: "C-1"}, created=True, rows={Resource.CONTACT: orphan})

    failing, refused = (PreparedWrite(Resource.CONTACT, "C-1", command) for command in (fail, insert_orphan))
    writes = [account("A-1"), failing, account("A-2"), refused, account("A-3"), note("A-3", "N-1")]
    expected = ["1+", "ZeroDivisionError", "1+", "IntegrityError", "1+", "1+"]
    assert told(await chunk(acme, writes)) == expected
    assert await accounts(acme) == ["A-1", "A-2", "A-3"]


async def test_chunks_that_write_the_same_rows_at_once_wait_for_one_another(acme: Client) -> None:
    """And the one that comes second finds what the first has made."""
    writes = [account(f"A-{number}") for number in range(60)]
    representatives = [save("replace", "representative", f"R-{number}", name="Ann") for number in range(60)]
    ended = await asyncio.gather(
        chunk(acme, [*writes, *representatives]),
        chunk(acme, [*reversed(representatives), *reversed(writes)]),
        chunk(acme, writes),
    )
    outcomes = [word for outcomes in ended for word in told(outcomes)]
    assert (outcomes.count("1+"), outcomes.count("1=")) == (120, 180)
    faults = [found.fault async for found in audit(acme.gateway.database) if found.fault]
    assert faults == []


async def accounts(client: Client) -> list[str]:
    """The numbers of all accounts."""
    nodes = (await client.only("{ accounts(first: 100) { nodes { accountNumber } } }"))["nodes"]
    return [node["accountNumber"] for node in nodes]
