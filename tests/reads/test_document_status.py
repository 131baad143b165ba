"""What a document tells about its life: days past due, closure and every step of its status."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.gateway import Client
from tests.ledger import Ledger

LIFE = """{ document(documentNumber: "D") { status updatedAt closure { reason closedAt notes }
  statusHistory { status at reason notes } } }"""
OVERDUE = "{ documents(filter: {overdue: %s}) { nodes { documentNumber } } }"
OWING = "{ accounts(filter: {hasOpenDocuments: %s}) { nodes { accountNumber } } }"


@pytest.fixture
async def ledger(acme: Client) -> Ledger:
    made = Ledger(acme)
    await made.account("A")
    return made


async def life(ledger: Ledger) -> Any:
    found = await ledger.client.only(LIFE)
    assert len(ledger.client.gateway.statements) == 1
    return found


async def days(ledger: Ledger, number: str, arguments: str = "") -> int:
    text = f'{{ document(documentNumber: "{number}") {{ daysPastDue{arguments} }} }}'
    found: int = (await ledger.client.only(text))["daysPastDue"]
    assert len(ledger.client.gateway.statements) == 1
    return found


async def test_days_past_due_count_from_the_day_after_the_due_date(ledger: Ledger) -> None:
    await ledger.document("D", "A", "10", dueDate="2026-02-28")
    days_of = {
        "2026-02-27": 0,
        "2026-02-28": 0,
        "2026-03-01": 1,
        "2026-03-31": 31,
        "2027-02-28": 365,
        "0001-01-01": 0,
        "9999-12-31": 2_912_384,
    }
    assert {day: await days(ledger, "D", f'(asOf: "{day}")') for day in days_of} == days_of


async def test_the_longest_delay_is_that_from_the_first_day_to_the_last(ledger: Ledger) -> None:
    await ledger.document("D", "A", "10", dueDate="0001-01-01")
    assert await days(ledger, "D", '(asOf: "9999-12-31")') == 3_652_058


async def test_without_a_day_days_past_due_count_to_today(ledger: Ledger) -> None:
    due = datetime.now(UTC).date() - timedelta(days=7)
    await ledger.document("D", "A", "10", dueDate=str(due))
    assert await days(ledger, "D") == 7
    assert await days(ledger, "D", "(asOf: null)") == 7


async def test_a_closed_document_is_never_past_due(ledger: Ledger) -> None:
    await ledger.document("D", "A", "10", dueDate="2020-01-01")
    await ledger.close("D")
    assert await days(ledger, "D") == 0
    assert await days(ledger, "D", '(asOf: "2020-02-01")') == 0  # a day in the past undoes no later write


async def test_overdue_is_open_with_an_amount_above_zero_and_due_before_today(ledger: Ledger) -> None:
    today = datetime.now(UTC).date()
    for number, offset in (("YESTERDAY", -1), ("TODAY", 0), ("TOMORROW", 1)):
        await ledger.document(number, "A", "10", dueDate=str(today + timedelta(days=offset)))
    await ledger.document("BARE", "A", dueDate="2020-01-01")
    await ledger.document("PAID", "A", "0", dueDate="2020-01-01")
    await ledger.document("WRITTEN-OFF", "A", "10", dueDate="2020-01-01")
    await ledger.close("WRITTEN-OFF")
    await ledger.credit_note("CREDIT", "A", "YESTERDAY", "-300", dueDate="2020-01-01")
    await ledger.document("OVERPAID", "A", "-0.0001", gross="10", dueDate="2020-01-01")
    await ledger.document("CENT", "A", "0.0001", dueDate="2020-01-01")
    late = (await ledger.client.only(OVERDUE % "true"))["nodes"]
    assert len(ledger.client.gateway.statements) == 1
    rest = (await ledger.client.only(OVERDUE % "false"))["nodes"]
    assert [row["documentNumber"] for row in late] == ["CENT", "YESTERDAY"]
    assert [row["documentNumber"] for row in rest] == [
        "BARE",
        "CREDIT",
        "OVERPAID",
        "PAID",
        "TODAY",
        "TOMORROW",
        "WRITTEN-OFF",
    ]


async def test_an_account_has_open_documents_as_long_as_one_is_open(ledger: Ledger) -> None:
    for number in ("B", "C"):
        await ledger.account(number)
    await ledger.document("D-1", "A", "10")
    await ledger.document("D-2", "A", "0")
    await ledger.document("D-3", "B", "0")

    async def owing(answer: str) -> list[str]:
        found = (await ledger.client.only(OWING % answer))["nodes"]
        assert len(ledger.client.gateway.statements) == 1
        return [row["accountNumber"] for row in found]

    assert (await owing("true"), await owing("false")) == (["A"], ["B", "C"])
    await ledger.close("D-1")
    await ledger.document("D-4", "C")  # open without an amount
    assert (await owing("true"), await owing("false")) == (["C"], ["A", "B"])


async def test_a_new_document_has_one_step_behind_it(ledger: Ledger) -> None:
    await ledger.document("D", "A", "10")
    found = await life(ledger)
    assert found == {
        "status": "OPEN",
        "updatedAt": found["updatedAt"],
        "closure": None,
        "statusHistory": [{"status": "OPEN", "at": found["updatedAt"], "reason": None, "notes": None}],
    }


async def test_a_document_created_with_nothing_open_was_never_open(ledger: Ledger) -> None:
    await ledger.document("D", "A", "0")
    found = await life(ledger)
    moment = found["updatedAt"]
    assert found == {
        "status": "CLOSED",
        "updatedAt": moment,
        "closure": {"reason": None, "closedAt": moment, "notes": None},
        "statusHistory": [{"status": "CLOSED", "at": moment, "reason": None, "notes": None}],
    }


async def test_every_step_is_told_oldest_first_with_its_reason_and_notes(ledger: Ledger) -> None:
    await ledger.document("D", "A", "10")
    await ledger.close("D", "WRITE_OFF", closureDate="2026-05-12T14:00:00+02:00", notes="Bankrupt.")
    closed = await life(ledger)
    assert closed["closure"] == {"reason": "WRITE_OFF", "closedAt": "2026-05-12T12:00:00.000Z", "notes": "Bankrupt."}
    await ledger.patch("Document", "documentNumber", "D", denomination="4")
    reopened = await life(ledger)
    assert (reopened["status"], reopened["closure"]) == ("OPEN", None)
    await ledger.patch("Document", "documentNumber", "D", comment="Paid in part.")
    await ledger.patch("Document", "documentNumber", "D", denomination="0")
    found = await life(ledger)
    assert found["closure"] == {"reason": None, "closedAt": found["updatedAt"], "notes": None}
    assert [(step["status"], step["reason"], step["notes"]) for step in found["statusHistory"]] == [
        ("OPEN", None, None),
        ("CLOSED", "WRITE_OFF", "Bankrupt."),
        ("OPEN", None, None),
        ("CLOSED", None, None),
    ]
    assert found["statusHistory"][1]["at"] == "2026-05-12T12:00:00.000Z"
    assert found["statusHistory"][2]["at"] == reopened["updatedAt"]


async def test_the_histories_of_many_documents_take_one_statement(ledger: Ledger) -> None:
    for n in range(5):
        await ledger.document(f"D-{n}", "A", "10")
    await ledger.close("D-3", "PAID")
    text = "{ documents { nodes { statusHistory { status } closure { reason } } } }"
    found = (await ledger.client.only(text))["nodes"]
    assert len(ledger.client.gateway.statements) == 1
    fresh = {"statusHistory": [{"status": "OPEN"}], "closure": None}
    closed = {"statusHistory": [{"status": "OPEN"}, {"status": "CLOSED"}], "closure": {"reason": "PAID"}}
    assert found == [fresh, fresh, fresh, closed, fresh]
