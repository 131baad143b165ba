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


@pytest.mark.parametrize("name", ["denomination", "discount_amount", "tax_rate"])
async def test_what_is_no_amount_is_refused_and_nothing_is_written(rest: Rest, name: str) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    before = await rest.post("documents", "1", body=DOCUMENT | BASIC)
    for sent in WRONG:
        body = json_of({name: sent, "comment": '"Not kept"'})
        assert await rest.faults("PATCH", "documents", "1", body=body) == [("invalid", name)], sent
    assert await rest.get("documents", "1") == before


async def test_an_element_takes_two_decimals_and_a_line_four(rest: Rest) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    detail: dict[str, Any] = {"SUBTOTAL": "1.001", "FREIGHT": 0.1, "DETAIL": [{"NET_AMOUNT_COL": "1.0001"}]}
    body = DOCUMENT | {"invoicing_detail": detail, "line_items": [{"net_amount": "1.00001"}]}
    assert await rest.faults("POST", "documents", "1", body=body) == [
        ("invalid", "line_items[0].net_amount"),
        ("invalid", "invoicing_detail.SUBTOTAL"),
    ]
    assert await rest.is_absent("documents", "1")
