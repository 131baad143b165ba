"""A request of too many values is refused in words that name what there is too much of, and what to do."""

import json
from typing import Any

import pytest

from tests.gateway import Client
from tests.rest_api.client import Rest, address, exact
from tests.wording import check_words

LINES = 36_000
ITEM = {
    "line_number": "1", "item_number": "S-1", "description": "Screw, 4 × 40", "unit_of_measure": "EA",
    "quantity_ordered": 100, "quantity_shipped": 100, "unit_price": 0.1648, "net_unit_price": 0.1648,
    "extended_price": 16.48, "tax_rate": 19, "discount": None, "comment": "",
}  # fmt: skip
DOCUMENT = {"account_number": "A-1", "invoice_date": "2026-05-12", "due_date": "2026-06-11"}


def told(text: str, name: str, entries: int) -> str:
    parts = sum(map(text.count, ",[{"))
    assert parts > 450_000
    return (
        f"The request has {parts} values, counted by commas and brackets; at most 450000 are taken. "
        f"Most of them are in '{name}', of {entries} entries. Send less at once, and leave out what is empty."
    )


@pytest.fixture
async def rest(acme: Client) -> Rest:
    made = Rest.of(acme)
    await made.post("accounts", "A-1", body={"name": "Acme"})
    return made


async def test_a_document_of_too_many_lines_is_told_of_its_lines(rest: Rest) -> None:
    text = json.dumps({**DOCUMENT, "line_items": [ITEM] * LINES})
    response = await rest.send("POST", address("documents", "D-1"), text.encode())

    message = told(text, "line_items", LINES)
    check_words(message)
    assert (response.status_code, exact(response)) == (400, {"error": "invalid_json", "message": message})
    assert await rest.is_absent("documents", "D-1")


async def test_the_same_document_is_taken_without_what_is_empty(rest: Rest) -> None:
    lean = {name: ITEM[name] for name in ("description", "quantity_ordered", "unit_price")}
    made = await rest.post("documents", "D-1", body={**DOCUMENT, "line_items": [lean] * LINES})
    assert len(made["line_items"]) == LINES


async def test_graphql_tells_it_of_the_variable_s_list(rest: Rest, acme: Client) -> None:
    item = {f"matchField{n}": "x" for n in range(1, 13)}
    query = 'mutation($d: DocumentInput!) { createDocument(documentNumber: "D-1", input: $d) { created } }'
    body: dict[str, Any] = {"query": query, "variables": {"d": {"combined": {"lineItems": [item] * LINES}}}}
    answer = (await acme.post(body)).json()

    (error,) = answer["errors"]
    assert error == {"message": told(json.dumps(body), "lineItems", LINES), "extensions": {"code": "BAD_REQUEST"}}


async def test_values_that_are_in_no_list_are_told_without_a_name(rest: Rest) -> None:
    text = json.dumps({"name": "A", "data_providers": {f"k{n}": n for n in range(450_001)}})
    response = await rest.send("PUT", address("accounts", "A-1"), text.encode())

    assert exact(response) == {
        "error": "invalid_json",
        "message": "The request has 450003 values, counted by commas and brackets; at most 450000 are taken. "
        "Send less at once, and leave out what is empty.",
    }


async def test_a_plain_list_is_told_by_its_values(acme: Client) -> None:
    body = {"query": "query($i: [ID!]!) { nodes(ids: $i) { id } }", "variables": {"i": ["x"] * 500_000}}
    (error,) = (await acme.post(body)).json()["errors"]

    assert error["message"] == told(json.dumps(body), "i", 500_000)
