"""What is kept for a text and its variables serves these very values: none that looks alike when it is written down."""

import json
from typing import Any

import pytest

from tests.gateway import Client
from tests.ledger import Ledger

SCALARS = [
    *("7.25", '"7.25"', "7.250", "\"Decimal('7.25')\"", "\"Number('7.25')\"", '["7.25"]', "[7.25]", '"7,25"'),
    *("1", "1.0", "1e0", "true", '"1"', '"1.0"', '"true"', '"True"', "\"Decimal('1')\"", '"1e0"', "[1]", '"[1]"'),
    *("0", "-0.0", "false", "null", '"null"', '"None"', '""', '"0"', "{}", '"{}"', "[]", "[null]"),
    *("12345678901234567890", '"12345678901234567890"', "1.2345678901234567890e19", "1e400", '"1E+400"'),
    *('"INVOICING"', '["INVOICING"]', '"2026-01-01"', "20260101"),
    *('"\\ud800"', '"\\udfff"', '"\\ufffd"', '"\\\\ud800"'),
]
TEXTS = {
    "Decimal": "query($v: Decimal) { documents(filter: {openAmount: {eq: $v}}) { nodes { documentNumber } } }",
    "Int": "query($v: Int) { accounts(first: $v) { nodes { accountNumber } } }",
    "String": "query($v: String) { accounts(filter: {name: {eq: $v}}) { nodes { accountNumber } } }",
    "the key of a look-up": "query($v: String!) { account(accountNumber: $v) { name } }",
    "ID": "query($v: ID!) { nodes(ids: [$v]) { id } }",
    "Boolean": "query($v: Boolean) { accounts(filter: {hasOpenDocuments: $v}) { nodes { accountNumber } } }",
    "a condition": "query($v: Boolean!) { accounts { nodes { accountNumber @include(if: $v) name } } }",
    "Date": "query($v: Date) { accounts { nodes { balances(asOf: $v) { overdueAmount } } } }",
    "a word": "query($v: Product!) { productFields(product: $v, resource: NOTE) { name } }",
    "a list": "query($v: [Decimal!]) { documents(filter: {openAmount: {in: $v}}) { nodes { documentNumber } } }",
    "a write": """mutation($v: Decimal) { patchAccount(accountNumber: "7.25", patch: {creditLimit: $v}, dryRun: true) {
      account { creditLimit } userErrors { code message } } }""",
    "a JSON value": """mutation($v: JSON) {
      patchAccount(accountNumber: "7.25", patch: {dataProviders: {a: $v}}, dryRun: true) {
      account { dataProviders } userErrors { code message } } }""",
}


@pytest.fixture
async def ledger(acme: Client) -> Ledger:
    made = Ledger(acme)
    for number, name in (("7.25", "7.25"), ("1", "1"), ("true", "Decimal('7.25')")):
        await made.account(number, name=name)
    for amount in ("7.25", "1", "7"):
        await made.document(f"D-{amount}", "7.25", amount)
    return made


async def answer(client: Client, text: str, value: str) -> dict[str, Any]:
    """The answer to an operation whose variable is this JSON."""
    body = f'{{"query": {json.dumps(text)}, "variables": {{"v": {value}}}}}'
    headers = {**client.headers, "content-type": "application/json"}
    response = await client.gateway.http.post("/graphql", content=body, headers=headers)
    assert response.status_code < 500, response.text
    found: dict[str, Any] = response.json()
    return found


def without_places(answered: dict[str, Any]) -> Any:
    return [error["message"] for error in answered["errors"]] if "errors" in answered else answered


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.slow
async def test_a_value_is_answered_as_if_no_other_had_come_before(acme: Client, text: str) -> None:
    alone = [without_places(await answer(acme, f"{text} # {n}", value)) for n, value in enumerate(SCALARS)]
    for order in (SCALARS, [*reversed(SCALARS)]):
        for value in order:
            found = without_places(await answer(acme, text, value))
            assert found == alone[SCALARS.index(value)], value
    assert any("data" in found for found in alone)
    assert any("data" not in found for found in alone) == ("JSON" not in text)


@pytest.mark.usefixtures("ledger")
async def test_a_text_that_names_a_number_is_no_number(acme: Client) -> None:
    text = TEXTS["Decimal"]
    assert (await answer(acme, text, "7.25"))["data"] == {"documents": {"nodes": [{"documentNumber": "D-7.25"}]}}
    (error,) = (await answer(acme, text, "\"Decimal('7.25')\""))["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    for same in ("7.250", '"7.25"', "725e-2"):
        assert (await answer(acme, text, same))["data"] == {"documents": {"nodes": [{"documentNumber": "D-7.25"}]}}


@pytest.mark.usefixtures("ledger")
@pytest.mark.slow
async def test_a_filter_that_looks_like_another_when_it_is_written_down_is_another(acme: Client) -> None:
    text = "query($v: DocumentFilter) { documents(filter: $v) { nodes { documentNumber } } }"
    one = {"documents": {"nodes": [{"documentNumber": "D-7.25"}]}}
    assert (await answer(acme, text, '{"openAmount": {"in": [7.25]}}'))["data"] == one
    for other in ("\"Decimal('7.25')\"", "true", '"7.25 "', "[7.25]"):
        (error,) = (await answer(acme, text, f'{{"openAmount": {{"in": [{other}]}}}}'))["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert (await answer(acme, text, '{"openAmount": {"in": ["7.25", 7.25]}}'))["data"] == one
