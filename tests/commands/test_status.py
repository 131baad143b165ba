"""The status of a document, row by row of its life-cycle, with the history that each row leaves."""

import asyncio
from typing import Any

import pytest

from tests.commands.verbs import BASIC, DATED, EXTENDED, LEAST, account, close, create, faults, patch, read, replace
from tests.gateway import Client

STATE = "status closure { reason closedAt notes } statusHistory { status at reason notes } updatedAt createdAt"
OPEN_AMOUNT = {"basic": "denomination", "extended": "denominationInBaseCurrency"}
MODELS = {"basic": BASIC, "extended": EXTENDED}
PAID = {"closureReason": "PAID", "closureDate": "2026-02-01T12:00:00Z", "notes": "By bank."}
PAID_CLOSURE = {"reason": "PAID", "closedAt": "2026-02-01T12:00:00.000Z", "notes": "By bank."}
PAID_ENTRY = {"status": "CLOSED", "at": "2026-02-01T12:00:00.000Z", "reason": "PAID", "notes": "By bank."}


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


def body(model: str, open_amount: str, **more: Any) -> dict[str, Any]:
    amounts = {model: MODELS[model][model] | {OPEN_AMOUNT[model]: open_amount}}
    return {"combined": {"accountNumber": "A-1", **DATED, "amounts": amounts, **more}}


def entry(status: str, at: str) -> dict[str, Any]:
    """A transition that the server made by itself."""
    return {"status": status, "at": at, "reason": None, "notes": None}


def automatic(at: str) -> dict[str, Any]:
    """The closure of a document whose open amount became zero."""
    return {"reason": None, "closedAt": at, "notes": None}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("verb", [create, replace])
async def test_a_new_document_with_an_open_amount_is_open(ledger: Client, model: str, verb: Any) -> None:
    made = await verb(ledger, "Document", "D-1", body(model, "40"), STATE)
    assert (made["status"], made["closure"]) == ("OPEN", None)
    assert made["statusHistory"] == [entry("OPEN", made["createdAt"])]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("verb", [create, replace])
async def test_a_new_document_with_zero_open_is_closed_and_has_one_entry(ledger: Client, model: str, verb: Any) -> None:
    for zero in ("0", "0.0000", "-0", "00"):
        made = await verb(ledger, "Document", zero, body(model, zero), STATE)
        assert made["status"] == "CLOSED"
        assert made["closure"] == automatic(made["createdAt"])
        assert made["statusHistory"] == [entry("CLOSED", made["createdAt"])]
        assert await read(ledger, "Document", zero, STATE) == made


@pytest.mark.parametrize("model", MODELS)
async def test_a_replace_with_zero_closes_an_open_document(ledger: Client, model: str) -> None:
    made = await create(ledger, "Document", "D-1", body(model, "40"), STATE)
    after = await replace(ledger, "Document", "D-1", body(model, "0"), STATE)
    assert after["closure"] == automatic(after["updatedAt"])
    assert after["statusHistory"] == [entry("OPEN", made["createdAt"]), entry("CLOSED", after["updatedAt"])]


@pytest.mark.parametrize("model", MODELS)
async def test_a_patch_that_leaves_zero_open_closes_an_open_document(ledger: Client, model: str) -> None:
    made = await create(ledger, "Document", "D-1", body(model, "40"), STATE)
    after = await patch(ledger, "Document", "D-1", {OPEN_AMOUNT[model]: "0"}, STATE)
    assert after["closure"] == automatic(after["updatedAt"])
    assert after["statusHistory"] == [entry("OPEN", made["createdAt"]), entry("CLOSED", after["updatedAt"])]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("verb", ["replace", "patch"])
async def test_zero_on_a_closed_document_leaves_its_reason_time_and_notes(
    ledger: Client, model: str, verb: str
) -> None:
    await create(ledger, "Document", "D-1", body(model, "40"))
    await close(ledger, "D-1", PAID)
    if verb == "replace":
        after = await replace(ledger, "Document", "D-1", body(model, "0"), STATE)
    else:
        after = await patch(ledger, "Document", "D-1", {OPEN_AMOUNT[model]: "0"}, STATE)
    assert (after["status"], after["closure"]) == ("CLOSED", PAID_CLOSURE)
    assert after["statusHistory"] == [entry("OPEN", after["createdAt"]), PAID_ENTRY]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("verb", ["replace", "patch"])
@pytest.mark.parametrize("amount", ["40", "-0.0001"])
async def test_a_non_zero_open_amount_reopens_a_closed_document_and_empties_its_closure(
    ledger: Client, model: str, verb: str, amount: str
) -> None:
    await create(ledger, "Document", "D-1", body(model, "40"))
    await close(ledger, "D-1", PAID)
    if verb == "replace":
        after = await replace(ledger, "Document", "D-1", body(model, amount), STATE)
    else:
        after = await patch(ledger, "Document", "D-1", {OPEN_AMOUNT[model]: amount}, STATE)
    assert (after["status"], after["closure"]) == ("OPEN", None)
    assert after["statusHistory"] == [
        entry("OPEN", after["createdAt"]),
        PAID_ENTRY,
        entry("OPEN", after["updatedAt"]),
    ]
    again = await close(ledger, "D-1", {"closureReason": "OTHER"}, "closure { reason notes }")
    assert again["document"] == {"closure": {"reason": "OTHER", "notes": None}}


async def test_a_patch_that_does_not_touch_the_open_amount_does_not_reopen(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    await close(ledger, "D-1", PAID)
    for change in ({}, {"comment": "Paid in full."}, {"originalDenomination": "50"}, {"currency": "USD"}):
        after = await patch(ledger, "Document", "D-1", change, STATE)
        assert (after["status"], after["closure"]) == ("CLOSED", PAID_CLOSURE)
    assert after["statusHistory"] == [entry("OPEN", after["createdAt"]), PAID_ENTRY]


@pytest.mark.parametrize("closed", [False, True])
async def test_a_replace_that_sends_no_open_amount_leaves_the_status(ledger: Client, closed: bool) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    if closed:
        await close(ledger, "D-1", PAID)
    before = await read(ledger, "Document", "D-1", "status closure { reason closedAt notes } statusHistory { status }")
    ask = "status closure { reason closedAt notes } statusHistory { status }"
    assert await replace(ledger, "Document", "D-1", LEAST["Document"], ask) == before
    invoicing = {"accountNumber": "A-1", **DATED, "amounts": {"basic": {"originalDenomination": "0"}}}
    assert await replace(ledger, "Document", "D-1", {"invoicing": invoicing}, ask) == before


@pytest.mark.parametrize("closed", [False, True])
async def test_emptying_the_open_amount_leaves_the_status(ledger: Client, closed: bool) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    if closed:
        await close(ledger, "D-1", PAID)
    nulls = {"currency": None, "originalDenomination": None, "denomination": None}
    after = await patch(ledger, "Document", "D-1", nulls, "status openAmount")
    assert after == {"status": "CLOSED" if closed else "OPEN", "openAmount": None}


async def test_under_the_extended_model_the_amount_in_base_currency_decides(ledger: Client) -> None:
    zero_in_original = body("extended", "40")
    zero_in_original["combined"]["amounts"]["extended"]["denominationInOriginalCurrency"] = "0"
    assert await create(ledger, "Document", "D-1", zero_in_original, "status") == {"status": "OPEN"}
    zero_in_base = body("extended", "0")
    assert await create(ledger, "Document", "D-2", zero_in_base, "status") == {"status": "CLOSED"}
    only_original = {"denominationInOriginalCurrency": "5"}
    assert await patch(ledger, "Document", "D-2", only_original, "status") == {"status": "CLOSED"}
    assert await patch(ledger, "Document", "D-1", {"denominationInOriginalCurrency": "0"}, "status") == {
        "status": "OPEN"
    }


async def test_amounts_that_come_later_move_the_status(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", LEAST["Document"])
    zero = BASIC["basic"] | {"denomination": "0"}
    assert await patch(ledger, "Document", "D-1", zero, "status") == {"status": "CLOSED"}
    assert await patch(ledger, "Document", "D-1", {"denomination": "1"}, "status") == {"status": "OPEN"}


@pytest.mark.parametrize("reason", ["PAID", "WRITE_OFF", "CONTRA", "ADJUSTMENT", "OTHER"])
async def test_a_closure_keeps_its_reason_time_and_notes_and_leaves_the_amounts(ledger: Client, reason: str) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    payload = await close(ledger, "D-1", PAID | {"closureReason": reason}, f"version openAmount denomination {STATE}")
    closed = payload["document"]
    assert payload["userErrors"] == []
    assert closed["status"] == "CLOSED"
    assert closed["closure"] == PAID_CLOSURE | {"reason": reason}
    assert closed["statusHistory"] == [entry("OPEN", closed["createdAt"]), PAID_ENTRY | {"reason": reason}]
    assert (closed["version"], closed["openAmount"], closed["denomination"]) == (2, "0", "40")
    assert await read(ledger, "Document", "D-1", f"version openAmount denomination {STATE}") == closed


@pytest.mark.parametrize("nothing", [{}, {"closureDate": None, "notes": None}, {"notes": ""}])
async def test_a_closure_without_a_date_is_now_and_may_have_no_notes(ledger: Client, nothing: dict[str, Any]) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    closed = (await close(ledger, "D-1", {"closureReason": "PAID", **nothing}, STATE))["document"]
    assert closed["closure"]["notes"] is None
    assert closed["createdAt"] <= closed["closure"]["closedAt"] <= closed["updatedAt"]
    assert closed["statusHistory"][1]["at"] == closed["closure"]["closedAt"]


async def test_the_history_is_in_the_order_of_the_moves_even_where_a_closure_is_dated_back(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    await close(ledger, "D-1", {"closureReason": "PAID", "closureDate": "1999-01-01"})
    await patch(ledger, "Document", "D-1", {"denomination": "1"})
    await close(ledger, "D-1", {"closureReason": "WRITE_OFF", "closureDate": "1998-01-01T00:00:00+02:00"})
    after = await read(ledger, "Document", "D-1", "closure { closedAt } statusHistory { status reason }")
    assert after["closure"]["closedAt"] == "1997-12-31T22:00:00.000Z"
    assert [(move["status"], move["reason"]) for move in after["statusHistory"]] == [
        ("OPEN", None),
        ("CLOSED", "PAID"),
        ("OPEN", None),
        ("CLOSED", "WRITE_OFF"),
    ]


@pytest.mark.parametrize("by", ["closure", "zero"])
@pytest.mark.parametrize("again", [PAID, {"closureReason": "OTHER", "notes": "x" * 10_001}], ids=["good", "faulty"])
async def test_closing_a_closed_document_is_refused_whatever_is_said_and_changes_nothing(
    ledger: Client, by: str, again: Any
) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40" if by == "closure" else "0"))
    if by == "closure":
        await close(ledger, "D-1", {"closureReason": "CONTRA"})
    before = await read(ledger, "Document", "D-1", f"version {STATE}")
    assert faults(await close(ledger, "D-1", again)) == [("ALREADY_CLOSED", "documentNumber")]
    assert await read(ledger, "Document", "D-1", f"version {STATE}") == before


async def test_of_closures_at_once_one_is_done(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    reasons = ["PAID", "WRITE_OFF", "CONTRA", "ADJUSTMENT", "OTHER"]
    payloads = await asyncio.gather(*(close(ledger, "D-1", {"closureReason": reason}) for reason in reasons))
    refusals = [faults(payload) for payload in payloads if payload["userErrors"]]
    assert refusals == [[("ALREADY_CLOSED", "documentNumber")]] * 4
    (won,) = [reason for reason, payload in zip(reasons, payloads, strict=True) if payload["document"]]
    assert await read(ledger, "Document", "D-1", "version closure { reason } statusHistory { reason }") == {
        "version": 2,
        "closure": {"reason": won},
        "statusHistory": [{"reason": None}, {"reason": won}],
    }


@pytest.mark.parametrize("number", ["D-1", "", "\0", "\ud800", "x" * 300])
async def test_closing_an_unknown_document_is_not_found(ledger: Client, number: str) -> None:
    payload = await close(ledger, number, PAID)
    assert (payload["document"], faults(payload)) == (None, [("NOT_FOUND", "documentNumber")])


async def test_closing_another_tenants_document_is_not_found(ledger: Client, globex: Client) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    assert faults(await close(globex, "D-1", PAID)) == [("NOT_FOUND", "documentNumber")]
    assert await read(ledger, "Document", "D-1", "status") == {"status": "OPEN"}


async def test_what_is_wrong_with_a_closure_is_told_and_nothing_is_closed(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", body("basic", "40"))
    wrong = {"closureReason": "PAID", "notes": "x" * 10_001}
    assert faults(await close(ledger, "D-1", wrong)) == [("TOO_LONG", "input.notes")]
    wrong["notes"] = "a\0b"
    assert faults(await close(ledger, "D-1", wrong)) == [("INVALID", "input.notes")]
    assert await read(ledger, "Document", "D-1", "status version") == {"status": "OPEN", "version": 1}


@pytest.mark.parametrize("model", MODELS)
async def test_a_closed_document_counts_in_no_balance_and_a_reopened_one_does(ledger: Client, model: str) -> None:
    text = "{ tenant { balances { currency openAmount openDocuments } } }"
    await create(ledger, "Document", "D-1", body(model, "40"))
    await close(ledger, "D-1", PAID)
    assert await ledger.only(text) == {"balances": []}
    await patch(ledger, "Document", "D-1", {OPEN_AMOUNT[model]: "12.5"})
    assert await ledger.only(text) == {"balances": [{"currency": "EUR", "openAmount": "12.5", "openDocuments": 1}]}
