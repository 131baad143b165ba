"""Amounts, dates, times and booleans: exact at every edge, and refused where they are something else."""

import json
from typing import Any

import pytest

from tests.commands.verbs import DATED, account, create, note, read, refused
from tests.gateway import Client

# What is sent as a string, and how it is read.
EXACT = {
    "0": "0", "-0": "0", "-0.0000": "0", "00": "0", "0.0": "0", "1": "1", "-1": "-1", "007": "7", "100": "100",
    "1.5": "1.5", "1.50000000000": "1.5", "1000000.0": "1000000", "0.0001": "0.0001", "-0.0001": "-0.0001",
    "999999999999999": "999999999999999", "999999999999999.9999": "999999999999999.9999",
    "-999999999999999.9999": "-999999999999999.9999", "0000000000000000000000012.5": "12.5",
    "123456789012345.6789": "123456789012345.6789", "0.1": "0.1", "2.675": "2.675",
    "900719925474099.3": "900719925474099.3", "0." + "1" + "0" * 100_000: "0.1",
}  # fmt: skip
TOO_MANY = [
    "1000000000000000",
    "-1000000000000000.0",
    "9007199254740993",
    "0.00001",
    "-0.00001",
    "1.00005",
    "999999999999999.99999",
    "9" * 100_000,
    "0." + "0" * 100_000 + "1",
    "1." + "3" * 100_000,
]
NO_DECIMALS = [
    "1e3", "1E3", "+1", "1.", ".5", "-", "", " ", " 1", "1 ", "1,5", "1_000", "1'000", "0x10", "NaN", "nan", "Infinity",
    "-Infinity", "∞", "１", "١", "1.5.5", "--1", "one", "1\n", True, False, [], {}, ["1"],
]  # fmt: skip
# JSON numbers as written, and how they are read.
NUMBERS = {
    "0": "0", "-0": "0", "-0.0": "0", "1": "1", "1.10": "1.1", "1e3": "1000", "1.5E-3": "0.0015",
    "1E+14": "1" + 14 * "0",
    "999999999999999.9999": "999999999999999.9999", "-999999999999999.9999": "-999999999999999.9999",
    "0.1": "0.1", "2.675": "2.675", "900719925474099.3": "900719925474099.3", "0e999": "0", "1.00000000": "1",
}  # fmt: skip
NUMBERS_TOO_LONG = ["1e15", "1E400", "1e-5", "0.00001", "12345678901234567890", "-1e999999", "1e-999999", "1" * 5000]
PATCH = (
    'mutation($x: Decimal) { patchAccount(accountNumber: "A-1", patch: {creditLimit: $x}) '
    "{ account { creditLimit } userErrors { code field } } }"
)
REFUSED = {"account": None, "userErrors": [{"code": "INVALID", "field": ["patch", "creditLimit"]}]}


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


async def posted(client: Client, text: str, variables: str = "{}") -> Any:
    """The answer to a request whose variables are written out."""
    content = f'{{"query": {json.dumps(text)}, "variables": {variables}}}'
    headers = {**client.headers, "Content-Type": "application/json"}
    return (await client.gateway.http.post("/graphql", content=content, headers=headers)).json()


async def test_decimal_strings_are_exact_and_read_in_their_shortest_form(ledger: Client) -> None:
    for sent, shown in EXACT.items():
        assert await ledger.only(PATCH, x=sent) == {"account": {"creditLimit": shown}, "userErrors": []}
        assert await read(ledger, "Account", "A-1", "creditLimit") == {"creditLimit": shown}


@pytest.mark.parametrize("sent", TOO_MANY, ids=lambda text: text[:24])
async def test_more_than_15_digits_before_the_point_or_4_after_are_invalid(ledger: Client, sent: str) -> None:
    assert await ledger.only(PATCH, x=sent) == REFUSED
    assert await read(ledger, "Account", "A-1", "creditLimit version") == {"creditLimit": None, "version": 1}


async def test_anything_else_is_no_decimal(ledger: Client) -> None:
    for sent in NO_DECIMALS:
        assert (sent, await ledger.error_codes(PATCH, x=sent)) == (sent, ["BAD_USER_INPUT"])
    assert await read(ledger, "Account", "A-1", "version") == {"version": 1}


async def test_json_numbers_are_exact_in_variables_and_in_the_text(ledger: Client) -> None:
    for sent, shown in NUMBERS.items():
        expected = {"data": {"patchAccount": {"account": {"creditLimit": shown}, "userErrors": []}}}
        assert await posted(ledger, PATCH, f'{{"x": {sent}}}') == expected
        inline = PATCH.replace("($x: Decimal)", "").replace("$x", sent)
        assert await posted(ledger, inline) == expected
    for sent in NUMBERS_TOO_LONG:
        assert await posted(ledger, PATCH, f'{{"x": {sent}}}') == {"data": {"patchAccount": REFUSED}}
        inline = PATCH.replace("($x: Decimal)", "").replace("$x", sent)
        assert await posted(ledger, inline) == {"data": {"patchAccount": REFUSED}}


async def test_every_amount_of_a_document_is_exact(ledger: Client) -> None:
    edges = ["999999999999999.9999", "-999999999999999.9999", "0.0001", "-0.0001", "123456789012345.6789", "0.1"]
    names = ["discountAmount", "freightAmount", "dutyAmt", "taxRate"]
    ask = " ".join([*names, "originalDenomination denomination openAmount", "lineItems { unitPrice }"])
    for number, edge in enumerate(edges):
        whole = {
            "combined": {
                "accountNumber": "A-1",
                **DATED,
                **dict.fromkeys(names, edge),
                "amounts": {"basic": {"currency": "EUR", "originalDenomination": edge, "denomination": edge}},
                "lineItems": [{"unitPrice": edge}],
            }
        }
        expected = dict.fromkeys([*names, "originalDenomination", "denomination", "openAmount"], edge)
        expected |= {"lineItems": [{"unitPrice": edge}]}  # type: ignore[dict-item]
        assert await create(ledger, "Document", f"{number}", whole, ask) == expected
    text = "{ tenant { balances { openAmount openDocuments } } }"
    assert await ledger.only(text) == {"balances": [{"openAmount": "123456789012345.7789", "openDocuments": 6}]}


async def test_thick_billing_money_has_two_places(ledger: Client) -> None:
    for sent, shown in {"1.05": "1.05", "1.0500": "1.05", "-0.01": "-0.01", "999999999999999.99": None}.items():
        body = {"combined": {"accountNumber": "A-1", **DATED, "thickBilling": {"subtotal": sent}}}
        made = await create(ledger, "Document", sent, body, "thickBilling { subtotal }")
        assert made == {"thickBilling": {"subtotal": shown or sent}}
    for wrong in ("0.001", "1.005", "1000000000000000"):
        body = {"combined": {"accountNumber": "A-1", **DATED, "thickBilling": {"subtotal": wrong}}}
        refusal = await refused(ledger, "create", "Document", "no", body)
        assert refusal == [("INVALID", "input.combined.thickBilling.subtotal")]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2024-02-29", "1999-12-31"])
async def test_dates_come_back_as_sent(ledger: Client, day: str) -> None:
    body = {"combined": {"accountNumber": "A-1", "invoiceDate": day, "dueDate": day, "discountDate": day}}
    ask = "invoiceDate dueDate discountDate"
    expected = {"invoiceDate": day, "dueDate": day, "discountDate": day}
    assert await create(ledger, "Document", "1", body, ask) == expected
    assert await read(ledger, "Document", "1", ask) == expected


async def test_anything_else_is_no_date(ledger: Client) -> None:
    text = (
        'mutation($d: Date!) { createDocument(documentNumber: "1", input: {combined: {accountNumber: "A-1", '
        "invoiceDate: $d, dueDate: $d}}) { created } }"
    )
    for wrong in (
        "2026-02-30", "2023-02-29", "2026-13-01", "2026-00-10", "0000-01-01", "10000-01-01", "26-01-01", "2026-1-1",
        "20260101", "2026-01-01T00:00:00Z", "2026-01-01 ", " 2026-01-01", "01.01.2026", "2026/01/01", "2026-W01-1", "",
        "today", "２０２６-01-01", "2026-01-01\n", 20260101, True, None, ["2026-01-01", "2026-01-01"],
    ):  # fmt: skip
        assert (wrong, await ledger.error_codes(text, d=wrong)) == (wrong, ["BAD_USER_INPUT"])
    assert await read(ledger, "Document", "1", "version") is None


MOMENTS = {
    "2026-05-12": "2026-05-12T00:00:00.000Z",
    "2026-05-12T14:00": "2026-05-12T14:00:00.000Z",
    "2026-05-12T14:00:05": "2026-05-12T14:00:05.000Z",
    "2026-05-12T14:00:05Z": "2026-05-12T14:00:05.000Z",
    "2026-05-12t14:00:05z": "2026-05-12T14:00:05.000Z",
    "2026-05-12 14:00:05Z": "2026-05-12T14:00:05.000Z",
    "2026-05-12T14:00:05+02:00": "2026-05-12T12:00:05.000Z",
    "2026-05-12T14:00:05-0930": "2026-05-12T23:30:05.000Z",
    "2026-05-12T23:30+14:00": "2026-05-12T09:30:00.000Z",
    "2026-05-12T14:00:05-00:00": "2026-05-12T14:00:05.000Z",
    "2026-01-01T00:30:00+01:00": "2025-12-31T23:30:00.000Z",
    "2026-05-12T14:00:05.1Z": "2026-05-12T14:00:05.100Z",
    "2026-05-12T14:00:05,25Z": "2026-05-12T14:00:05.250Z",
    "2026-05-12T14:00:05.123456789+00:00": "2026-05-12T14:00:05.123Z",
    "2026-05-12T14:00:05.999999Z": "2026-05-12T14:00:05.999Z",
    "0001-01-01": "0001-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00.001Z": "0001-01-01T00:00:00.001Z",
    "0999-06-01T00:00:00Z": "0999-06-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999Z",
    "2024-02-29T00:00:00Z": "2024-02-29T00:00:00.000Z",
    "1969-12-31T23:59:59.001Z": "1969-12-31T23:59:59.001Z",
}


async def test_times_take_an_offset_and_come_back_in_utc_with_milliseconds(ledger: Client) -> None:
    for number, (sent, shown) in enumerate(MOMENTS.items()):
        body = {"reference": f"{number}", "body": "b", "effectiveDate": sent}
        assert (sent, (await note(ledger, "A-1", body, "effectiveDate"))["note"]) == (sent, {"effectiveDate": shown})
    nodes = (
        await ledger.only(
            '{ account(accountNumber: "A-1") { notes(first: 100) { nodes { reference effectiveDate } } } }'
        )
    )["notes"]["nodes"]
    assert {int(node["reference"]): node["effectiveDate"] for node in nodes} == dict(enumerate(MOMENTS.values()))


async def test_anything_else_is_no_time(ledger: Client) -> None:
    text = (
        'mutation($t: DateTime) { createNote(accountNumber: "A-1", input: {reference: "1", body: "b", '
        "effectiveDate: $t}) { created } }"
    )
    others: list[Any] = [
        "2026-02-30T00:00:00Z", "2026-05-12T24:00:00Z", "2026-05-12T25:00Z", "2026-05-12T14:60Z",
        "2026-05-12T14", "2026-05-12T14:00:60Z", "14:00", "2026-05-12T14:00:05+25:00", "2026-05-12T14:00:05+2",
        "2026-05-12T14:00:05 Z", "2026-05-12T14:00:05.Z",
        "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "20260512T140000Z", "now", "",
        "2026-05-12T14:00:05Z\n", "2026-W20-2", 1778594400, 1778594400.5, True, {}, ["2026-05-12"],
    ]  # fmt: skip
    for wrong in others:
        assert (wrong, await ledger.error_codes(text, t=wrong)) == (wrong, ["BAD_USER_INPUT"])
    assert await ledger.only('{ account(accountNumber: "A-1") { notes { totalCount } } }') == {
        "notes": {"totalCount": 0}
    }


async def test_a_boolean_is_true_or_false_and_nothing_else(ledger: Client) -> None:
    text = (
        'mutation($b: Boolean) { patchAccount(accountNumber: "A-1", patch: {isParentAccount: $b}) '
        "{ account { isParentAccount } } }"
    )
    for good in (True, False, None):
        assert await ledger.only(text, b=good) == {"account": {"isParentAccount": good}}
    others: list[Any] = [0, 1, "true", "", "0", 1.0, []]
    for wrong in others:
        assert await ledger.error_codes(text, b=wrong) == ["BAD_USER_INPUT"]
