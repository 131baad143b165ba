"""Amounts come in as numbers or plain decimal strings and go out digit by digit, never through a float."""

import re
from typing import Any

import pytest

from tests.gateway import Client
from tests.rest_api.client import Rest, address
from tests.rest_api.world import ACCOUNT, BASIC, DOCUMENT, EXTENDED

# As it is sent, and as it is answered.
NUMBERS = [
    ("123456789012345.6789", "123456789012345.6789"),
    ("-123456789012345.6789", "-123456789012345.6789"),
    ("999999999999999.9999", "999999999999999.9999"),
    ("0.10", "0.1"),
    ("0.0001", "0.0001"),
    ("1500.00", "1500"),
    ("100", "100"),
    ("1e3", "1000"),
    ("1.5E+2", "150"),
    ("25e-4", "0.0025"),
    ("-0", "0"),
    ("-0.0000", "0"),
    ("0e999", "0"),
    ("1.00000000000000000000000000000000000000", "1"),
    ('"123456789012345.6789"', "123456789012345.6789"),
    ('"0.10"', "0.1"),
    ('"-0"', "0"),
    ('"007.50"', "7.5"),
]
WRONG = [
    "1234567890123456",
    "0.00001",
    "1e15",
    "1e-5",
    "1e999999999",
    "true",
    "[1]",
    "{}",
    '"1e3"',
    '"+1"',
    '"1,000.00"',
    '" 1"',
    '".5"',
    '"5."',
    '"NaN"',
    '"Infinity"',
    '"\u0661"',
]
TOO_PRECISE = ["0.00001", "1e-5"]  # for money
WRONG_RATES = [
    *(raw for raw in WRONG if raw not in TOO_PRECISE),
    *("0.00000000001", "1e-11", '"0.12345678901"', "-999999999999999.99999999999"),
]
# Prices of one unit, quantities and rates, as they are sent and as they are answered.
PRECISE = [
    ("0.164812", "0.164812"),
    ('"0.08875"', "0.08875"),
    ("0.0000000001", "0.0000000001"),
    ("-1e-10", "-0.0000000001"),
    ("1.5E-7", "0.00000015"),
    ("999999999999999.9999999999", "999999999999999.9999999999"),
    ("-999999999999999.9999999999", "-999999999999999.9999999999"),
    ('"123456789012345.0123456789"', "123456789012345.0123456789"),
    ("0.16481200000000000", "0.164812"),
    ("-0.0000000000", "0"),
    ("7", "7"),
]
LINE = ("quantity_ordered", "quantity_shipped", "quantity_backordered", "unit_price", "net_unit_price")
DETAIL = ("QTY_ORDER_COL", "QTY_SHIP_COL", "QTY_BO_COL", "ITEM_UNIT_PRICE_COL", "NET_UNIT_PRICE_COL")
SHOWN = """query($n: String!) { document(documentNumber: $n) { taxRate
  lineItems { quantityOrdered quantityShipped quantityBackordered unitPrice netUnitPrice }
  thickBilling { detail { qtyOrderCol qtyShipCol qtyBoCol itemUnitPriceCol netUnitPriceCol } } } }"""
WRITE = """mutation($n: String!, $line: LineItemInput!, $column: ThickBillingDetailInput!, $rate: Decimal) {
  replaceDocument(documentNumber: $n, input: { combined: { accountNumber: "ACCT-001", invoiceDate: "2026-05-12",
    dueDate: "2026-06-11", taxRate: $rate, lineItems: [$line], thickBilling: { detail: [$column] } } })
  { userErrors { code field message } } }"""
AMOUNTS = ("original_denomination", "denomination")
TEXTS = ("discount_amount", "freight_amount", "duty_amt")


def digits(answer: bytes, name: str) -> str:
    """What stands after the name in the bytes of an answer."""
    (found,) = re.findall(rf'"{name}":([^,}}]+)', answer.decode())
    return str(found)


def json_of(fields: dict[str, str]) -> bytes:
    """A JSON object whose values are written already."""
    return ("{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}").encode()


async def written(rest: Rest, number: str, fields: dict[str, str]) -> bytes:
    """The bytes that a document with these fields is read with."""
    await rest.put("documents", number, body=DOCUMENT, status=201)
    response = await rest.send("PATCH", address("documents", number), json_of(fields))
    assert response.status_code == 200, response.text
    read = await rest.send("GET", address("documents", number))
    assert response.content == read.content
    return read.content


async def test_amounts_are_answered_as_numbers_of_exactly_their_digits(rest: Rest, graph: Client) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    for place, (sent, shown) in enumerate(NUMBERS):
        answer = await written(rest, str(place), {"currency": '"USD"', **dict.fromkeys(AMOUNTS, sent)})
        assert [digits(answer, name) for name in AMOUNTS] == [shown, shown], sent
        text = "query($n: String!) { document(documentNumber: $n) { denomination originalDenomination } }"
        assert await graph.only(text, n=str(place)) == {"denomination": shown, "originalDenomination": shown}


async def test_every_amount_of_the_extended_model_is_a_number(rest: Rest) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    names = [name for name, value in EXTENDED.items() if isinstance(value, int)]
    sent = {name: f"{place}00000000000000.0001" for place, name in enumerate(names, 1)}
    answer = await written(rest, "1", {"original_currency": '"EUR"', "base_currency": '"USD"', **sent})
    assert {name: digits(answer, name) for name in names} == sent


async def test_amounts_that_ingest_types_as_strings_are_answered_as_strings_without_trailing_zeros(rest: Rest) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    for place, (sent, shown) in enumerate(NUMBERS):
        answer = await written(rest, str(place), dict.fromkeys(TEXTS, sent))
        assert [digits(answer, name) for name in TEXTS] == [f'"{shown}"'] * 3, sent


async def test_amounts_of_lines_elements_and_accounts_are_numbers_whatever_they_are_called(rest: Rest) -> None:
    await rest.put("accounts", "ACCT-001", body=ACCOUNT | {"credit_limit": "123456789012345.6789"}, status=201)
    account = await rest.send("GET", address("accounts", "ACCT-001"))
    assert digits(account.content, "credit_limit") == "123456789012345.6789"
    lines = '[{"discount_amount": "0.10", "unit_price": 123456789012345.6789}]'
    detail = '{"DISCOUNT_AMOUNT": "12.30", "SUBTOTAL": 999999999999999.99, "DETAIL": [{"DISC_AMT_COL": 1e2}]}'
    answer = await written(rest, "1", {"tax_rate": '"19.00"', "line_items": lines, "invoicing_detail": detail})
    names = ("tax_rate", "discount_amount", "unit_price", "DISCOUNT_AMOUNT", "SUBTOTAL", "DISC_AMT_COL")
    assert [digits(answer, name).rstrip("]") for name in names] == [
        "19",
        "0.1",
        "123456789012345.6789",
        "12.3",
        "999999999999999.99",
        "100",
    ]


async def test_numbers_of_custom_fields_and_of_passed_through_objects_keep_their_value(rest: Rest) -> None:
    sent = b"""{"name": "A", "custom_fields": {"collections": {"score": 123456789012345.6789, "zero": -0.00}},
                "data_providers": {"long": 12345678901234567890123.0625, "huge": 1e400, "big": 18446744073709551616,
                                   "tiny": 1e-30, "plain": 1.50}}"""
    response = await rest.send("PUT", address("accounts", "A"), sent)
    assert response.status_code == 201, response.text
    answer = (await rest.send("GET", address("accounts", "A"))).content
    shown = {
        "score": "123456789012345.6789",
        "zero": "0",
        "long": "12345678901234567890123.0625",
        "huge": "1E+400",
        "big": "18446744073709551616",
        "plain": "1.5",
    }
    assert {name: digits(answer, name) for name in shown} == shown
    assert float(digits(answer, "tiny")) == 1e-30


@pytest.mark.parametrize(
    ("name", "wrong"), [("denomination", WRONG), ("discount_amount", WRONG), ("tax_rate", WRONG_RATES)]
)
async def test_what_is_no_amount_is_refused_and_nothing_is_written(rest: Rest, name: str, wrong: list[str]) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    before = await rest.post("documents", "1", body=DOCUMENT | BASIC)
    for sent in wrong:
        body = json_of({name: sent, "comment": '"Not kept"'})
        assert await rest.faults("PATCH", "documents", "1", body=body) == [("invalid", name)], sent
    assert await rest.get("documents", "1") == before


def precise(shown: str) -> dict[str, Any]:
    """What GraphQL shows where every price, quantity and rate of a document is this one."""
    line = ("quantityOrdered", "quantityShipped", "quantityBackordered", "unitPrice", "netUnitPrice")
    column = ("qtyOrderCol", "qtyShipCol", "qtyBoCol", "itemUnitPriceCol", "netUnitPriceCol")
    thick = {"detail": [dict.fromkeys(column, shown)]}
    return {"taxRate": shown, "lineItems": [dict.fromkeys(line, shown)], "thickBilling": thick}


async def test_prices_quantities_and_rates_keep_ten_decimals_from_rest_to_both_facades(
    rest: Rest, graph: Client
) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    for place, (sent, shown) in enumerate(PRECISE):
        line, detail = json_of(dict.fromkeys(LINE, sent)), json_of(dict.fromkeys(DETAIL, sent))
        fields = {"tax_rate": sent, "line_items": f"[{line.decode()}]"}
        answer = await written(rest, str(place), fields | {"invoicing_detail": f'{{"DETAIL": [{detail.decode()}]}}'})
        assert {digits(answer, name).rstrip("]}") for name in ("tax_rate", *LINE, *DETAIL)} == {shown}, sent
        assert await graph.only(SHOWN, n=str(place)) == precise(shown)


async def test_prices_quantities_and_rates_keep_ten_decimals_from_graphql_to_both_facades(
    rest: Rest, graph: Client
) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    asked = precise("{}")
    names, columns = asked["lineItems"][0], asked["thickBilling"]["detail"][0]
    for place, (_, shown) in enumerate(PRECISE):
        variables = {"line": dict.fromkeys(names, shown), "column": dict.fromkeys(columns, shown), "rate": shown}
        assert await graph.only(WRITE, n=str(place), **variables) == {"userErrors": []}
        assert await graph.only(SHOWN, n=str(place)) == precise(shown)
        answer = (await rest.send("GET", address("documents", str(place)))).content
        assert {digits(answer, name).rstrip("]}") for name in ("tax_rate", *LINE, *DETAIL)} == {shown}
    refused = {
        "line": {"unitPrice": "0.00000000001"},
        "column": {"qtyShipCol": "1.00000000001"},
        "rate": "0.12345678901",
    }
    found = (await graph.only(WRITE, n="refused", **refused))["userErrors"]
    assert {(".".join(one["field"]), one["code"]) for one in found} == {
        ("input.combined.taxRate", "INVALID"),
        ("input.combined.lineItems.0.unitPrice", "INVALID"),
        ("input.combined.thickBilling.detail.0.qtyShipCol", "INVALID"),
    }
    assert all("at most 10 digits after the point" in one["message"] for one in found)
    assert await rest.is_absent("documents", "refused")


async def test_the_change_log_tells_a_rate_with_all_its_decimals(rest: Rest, graph: Client) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    await rest.post("documents", "1", body=DOCUMENT | {"tax_rate": "0.0000000001"})
    await rest.patch("documents", "1", body={"tax_rate": "0.08875"})
    last = '{ document(documentNumber: "1") { history(last: 1) { nodes { before after } } } }'
    assert (await graph.only(last))["history"]["nodes"] == [
        {"before": {"tax_rate": "0.0000000001"}, "after": {"tax_rate": "0.08875"}}
    ]


async def test_an_element_takes_two_decimals_and_a_line_four(rest: Rest) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    detail: dict[str, Any] = {"SUBTOTAL": "1.001", "FREIGHT": 0.1, "DETAIL": [{"NET_AMOUNT_COL": "1.0001"}]}
    body = DOCUMENT | {"invoicing_detail": detail, "line_items": [{"net_amount": "1.00001"}]}
    assert await rest.faults("POST", "documents", "1", body=body) == [
        ("invalid", "line_items[0].net_amount"),
        ("invalid", "invoicing_detail.SUBTOTAL"),
    ]
    assert await rest.is_absent("documents", "1")
