"""What is open of a closed document is zero, whatever its amounts keep: in its own field, in filters, orders and
balances, asked after a write of either facade and in the answer of the write itself."""

from typing import Any

import pytest

from tests.gateway import Client
from tests.ledger import Ledger

STATE = "documentNumber status openAmount openCurrency denomination denominationInBaseCurrency"
ADDRESS = "/api/v1/ingest/documents"
EXTENDED_NAMES = (
    *("originalDenominationInOriginalCurrency", "originalDenominationInBaseCurrency"),
    *("denominationInOriginalCurrency", "denominationInBaseCurrency"),
)
CLOSE = """mutation { closeDocument(documentNumber: "D", input: {closureReason: PAID}%s)
  { document { openAmount denomination } } }"""


@pytest.fixture
async def ledger(acme: Client) -> Ledger:
    made = Ledger(acme)
    await made.account("A")
    return made


async def state(ledger: Ledger, number: str = "D") -> dict[str, Any]:
    """The document as a look-up and as a list show it."""
    found: dict[str, Any] = await ledger.client.only(f'{{ document(documentNumber: "{number}") {{ {STATE} }} }}')
    listed = f'{{ documents(filter: {{documentNumber: {{eq: "{number}"}}}}) {{ nodes {{ {STATE} }} }} }}'
    assert (await ledger.client.only(listed))["nodes"] == [found]
    return found


async def matching(ledger: Ledger, condition: str, **more: str) -> list[str]:
    ordered = f", orderBy: [{{field: OPEN_AMOUNT, direction: {more['order']}}}]" if more else ""
    found = await ledger.client.only(
        f"{{ documents(filter: {{{condition}}}{ordered}) {{ nodes {{ documentNumber }} }} }}"
    )
    return [row["documentNumber"] for row in found["nodes"]]


def extended(amount: str) -> dict[str, Any]:
    return {"extended": {"originalCurrency": "JPY", "baseCurrency": "EUR", **dict.fromkeys(EXTENDED_NAMES, amount)}}


@pytest.mark.parametrize("model", ["basic", "extended"])
async def test_a_closed_document_keeps_its_amount_and_has_nothing_open_until_it_is_open_again(
    ledger: Ledger, model: str
) -> None:
    kept, other = "denomination", "denominationInBaseCurrency"
    if model == "basic":
        await ledger.document("D", "A", "40")
    else:
        kept, other = other, kept
        await ledger.document("D", "A", amounts=extended("40"))
    currency = {"basic": "USD", "extended": "EUR"}[model]
    opened = {
        "documentNumber": "D",
        "status": "OPEN",
        "openAmount": "40",
        "openCurrency": currency,
        kept: "40",
        other: None,
    }
    assert await state(ledger) == opened
    await ledger.close("D")
    closed = {**opened, "status": "CLOSED", "openAmount": "0"}
    assert await state(ledger) == closed
    await ledger.patch("Document", "documentNumber", "D", comment="A comment opens nothing.")
    assert await state(ledger) == closed
    await ledger.patch("Document", "documentNumber", "D", **{kept: "15"})
    assert await state(ledger) == {**opened, "openAmount": "15", kept: "15"}


async def test_the_answer_of_a_closure_shows_it_and_so_does_one_that_is_only_tried(ledger: Ledger) -> None:
    await ledger.document("D", "A", "40")
    answer = {"document": {"openAmount": "0", "denomination": "40"}}
    assert await ledger.client.only(CLOSE % ", dryRun: true") == answer
    assert (await state(ledger))["openAmount"] == "40"
    assert await ledger.client.only(CLOSE % "") == answer


async def test_filters_orders_and_balances_mean_the_same(ledger: Ledger) -> None:
    for number, amount in (("PAID", "900"), ("SMALL", "1"), ("LARGE", "100"), ("ZERO", "0")):
        await ledger.document(number, "A", amount)
    await ledger.document("BARE", "A")
    await ledger.credit_note("CREDIT", "A", "LARGE", "-30")
    await ledger.credit_note("USED", "A", "LARGE", "-50")
    for number in ("PAID", "USED", "BARE"):
        await ledger.close(number)
    assert await matching(ledger, "openAmount: {gt: 0}") == ["LARGE", "SMALL"]
    assert await matching(ledger, "openAmount: {lt: 0}") == ["CREDIT"]
    assert await matching(ledger, "openAmount: {eq: 0}") == ["PAID", "USED", "ZERO"]
    assert await matching(ledger, "openAmount: {isNull: true}") == ["BARE"]
    assert await matching(ledger, "", order="DESC") == ["LARGE", "SMALL", "PAID", "ZERO", "USED", "CREDIT", "BARE"]
    assert await matching(ledger, "", order="ASC") == ["CREDIT", "PAID", "ZERO", "USED", "SMALL", "LARGE", "BARE"]
    balances = await ledger.client.only('{ account(accountNumber: "A") { balances { openAmount openDocuments } } }')
    assert balances == {"balances": [{"openAmount": "71", "openDocuments": 3}]}


async def test_rest_keeps_the_denomination_as_it_is(ledger: Ledger) -> None:
    await ledger.document("D", "A", "40")
    http, headers = ledger.client.gateway.http, ledger.client.headers
    closed = await http.post(f"{ADDRESS}/D/closure", json={"closure_reason": "paid"}, headers=headers)
    assert closed.status_code == 200
    assert (await state(ledger))["openAmount"] == "0"
    read = (await http.get(f"{ADDRESS}/D", headers=headers)).json()
    assert (read["status"], read["denomination"]) == ("closed", 40)
    patched = await http.patch(f"{ADDRESS}/D", json={"comment": "as it was"}, headers=headers)
    assert (patched.json()["status"], patched.json()["denomination"]) == ("closed", 40)
    assert (await state(ledger))["openAmount"] == "0"
    reopened = await http.patch(f"{ADDRESS}/D", json={"denomination": 40}, headers=headers)
    assert reopened.json()["status"] == "open"
    assert (await state(ledger))["openAmount"] == "40"


async def test_a_replace_that_sends_no_amounts_leaves_a_closed_document_without_any(ledger: Ledger) -> None:
    await ledger.document("D", "A", "40")
    await ledger.close("D")
    http, headers = ledger.client.gateway.http, ledger.client.headers
    body = {"account_number": "A", "invoice_date": "2026-01-01", "due_date": "2026-01-31"}
    assert (await http.put(f"{ADDRESS}/D", json=body, headers=headers)).status_code == 200
    found = await state(ledger)
    assert (found["status"], found["openAmount"], found["denomination"]) == ("CLOSED", None, None)
