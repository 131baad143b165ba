"""Rubbish page sizes, cursors and identifiers, in every list of the schema."""

import base64
import json
from typing import Any

import pytest

from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.places import Argument, arguments
from tests.graphql_api.bad_input.soundness import sound

LESS = "Ask for less at once, in several operations."

SIZES = [argument for argument in arguments() if argument.name in ("first", "last")]
CURSORS = [argument for argument in arguments() if argument.name in ("after", "before")]
ORDERS = [argument for argument in arguments() if argument.name == "orderBy"]


def encoded(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


RUBBISH = {
    "empty": "",
    "a word": "x",
    "not base64": "????",
    "not ASCII": "é漢🧾",
    "base64 of no UTF-8": base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    "base64 of no JSON": encoded("hello"),
    "null": encoded("null"),
    "a number": encoded("1e400"),
    "an object": encoded({"a": 1}),
    "an empty list": encoded([]),
    "a list of lists": encoded("[" * 900 + "]" * 900),
    "endless nesting": encoded("[" * 100_000),
    "another order": encoded(["account -name +csr_id", "x", 1]),
    "another list": encoded(["ledger +csr_id", 1]),
    "SQL": encoded(["account +account_number' OR 1=1 --", "x"]),
    "an identifier": encoded("account:1"),
}
NO_PLACES: list[Any] = [None, True, 1, 1.5, 2**31, 10**40, "", "x\0", [], {}, "9" * 100, "2026-02-30"]


@pytest.mark.parametrize("argument", SIZES, ids=str)
async def test_a_page_is_of_0_to_1000_rows(acme: Client, argument: Argument) -> None:
    for size in (100_000, 1_001, -1, 2**31 - 1, -(2**31)):
        response = await acme.post({"query": argument.operation(), "variables": {"v0": size}})

        (error,) = sound(response)["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert error["message"] == f"{argument.name} is {size}; it must lie between 0 and 1000."
    for good in (0, 1_000, None):
        assert set(sound(await acme.post({"query": argument.operation(), "variables": {"v0": good}}))) == {"data"}


@pytest.mark.parametrize("argument", CURSORS, ids=str)
async def test_a_cursor_of_nobodys_making_is_refused(acme: Client, argument: Argument) -> None:
    variables = {f"v{n}": cursor for n, cursor in enumerate(RUBBISH.values())}
    response = await acme.post({"query": argument.operation(len(variables)), "variables": variables})

    errors = sound(response)["errors"]
    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"] * len(RUBBISH)
    assert {error["path"][-1] for error in errors} == {f"f{n}" for n in range(len(RUBBISH))}


@pytest.mark.parametrize("argument", [a for a in ORDERS if a.parent == "Query"], ids=str)
async def test_a_cursor_with_forged_values_is_refused_or_a_place_like_any_other(
    acme: Client, argument: Argument
) -> None:
    for field in orders_of(argument):
        text = f"{{ {argument.field}(orderBy: [{{field: {field}}}], %s) {{ edges {{ cursor }} }} }}"
        rows = sound(await acme.post({"query": text % "first: 1"}))["data"][argument.field]
        cursor = rows["edges"][0]["cursor"]
        signature, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        for forged in NO_PLACES:
            for position in range(len(values)):
                place = [signature, *values[:position], forged, *values[position + 1 :]]
                response = await acme.post({"query": text % f'after: "{encoded(place)}"'})
                codes = [error["extensions"]["code"] for error in sound(response).get("errors", ())]
                assert codes in ([], ["BAD_USER_INPUT"])


def orders_of(argument: Argument) -> list[str]:
    found: Any = argument.type
    while hasattr(found, "of_type"):
        found = found.of_type
    return list(found.fields["field"].type.of_type.values)


@pytest.mark.parametrize("argument", ORDERS, ids=str)
async def test_an_order_may_repeat_itself_and_name_everything_there_is(acme: Client, argument: Argument) -> None:
    terms = [{"field": field, "direction": way} for field in orders_of(argument) for way in ("ASC", "DESC")]
    response = await acme.post({"query": argument.operation(), "variables": {"v0": terms * 200}})

    assert set(sound(response)) == {"data"}
    assert set(sound(await acme.post({"query": argument.operation(), "variables": {"v0": []}}))) == {"data"}


NO_IDENTIFIERS: list[Any] = [
    *("", "x", "0", "-1", "é", "\ud800", "a\0b", "x" * 2**20, 7, 2**31, -1),
    *map(encoded, ("account:", "account:x", "account:-1", "account:0", "account:99999999", "account:2147483648")),
    *map(encoded, ("account:" + "9" * 10_000, "account:٣", "account:1.0", "account: 1", "account:+1", "account:01")),
    *map(encoded, ("Account:1", "tenant:1", "account:1:1", "account", ":1")),
    *(encoded("account:1") + tail for tail in ("=", "\n", " ", "A")),
]


@pytest.mark.parametrize("identifier", NO_IDENTIFIERS, ids=lambda value: ascii(value)[:20])
async def test_an_identifier_of_nobodys_making_names_nothing(acme: Client, identifier: Any) -> None:
    before = await state(acme)
    text = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id, $id]) { id } }"

    assert await acme.query(text, id=identifier) == {"node": None, "nodes": [None, None]}
    assert await state(acme) == before


async def test_at_most_100_identifiers_are_looked_up_at_once(acme: Client) -> None:
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert await acme.only(text, ids=["x"] * 100) == [None] * 100
    assert await acme.only(text, ids=[]) == []
    answer = await acme.run(text, ids=["x"] * 101)
    assert [error["message"] for error in answer["errors"]] == [
        f"ids has 101 identifiers; at most 100 are allowed. {LESS}"
    ]
