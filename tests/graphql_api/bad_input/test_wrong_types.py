"""A value of the wrong JSON type is refused at its place, wherever it is sent, before anything runs."""

from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type

from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.places import Argument, Leaf, arguments, grouped, input_arguments, leaves, value_with
from tests.graphql_api.bad_input.soundness import sound

OF_NO_SCALAR: list[Any] = [True, {}, {"a": 1}, [], [[]]]
WRONG: dict[str, list[Any]] = {
    "Int": ["5", "", 1.5, 2**31, -(2**31) - 1, 10**40, *OF_NO_SCALAR],
    "String": [5, 0, 1.5, -0.0, 10**40, *OF_NO_SCALAR],
    "ID": [1.5, *OF_NO_SCALAR],
    "Boolean": ["true", "", 0, 1, 1.5, {}, []],
    "Decimal": ["", " ", "x", "1e5", "NaN", "Infinity", "+1", "1,000.00", "1.", ".5", "0x1", "--1", "١", *OF_NO_SCALAR],
    "Date": ["", "x", "2026-02-30", "2026-1-1", "20260101", "2026-01-01T00:00:00Z", "٢٠٢٦-٠١-٠١", "0000-01-01",
             "10000-01-01", 20260101, 1.5, *OF_NO_SCALAR],
    "DateTime": ["", "x", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00+99:00",
                 "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1767225600, 1.5, *OF_NO_SCALAR],
    "CurrencyCode": [978, 1.5, *OF_NO_SCALAR],
    "LanguageCode": [1, 1.5, *OF_NO_SCALAR],
    "CountryCode": [276, 1.5, *OF_NO_SCALAR],
}  # fmt: skip
OF_NO_ENUM: list[Any] = ["", "nobody", "open", 0, 1, 1.5, *OF_NO_SCALAR]
OF_NO_OBJECT: list[Any] = ["", "x", 0, 1, 1.5, True, [], {"nobody": 1}, {"__proto__": {}}]
MOST = 40  # graphql-core stops at 50 faults of one request


def wrong_values(type_: Any) -> list[Any]:
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        return OF_NO_ENUM
    return OF_NO_OBJECT if isinstance(named, GraphQLInputObjectType) else WRONG[named.name]


@pytest.mark.parametrize("argument", arguments(), ids=str)
async def test_an_argument_takes_no_value_of_another_type(acme: Client, argument: Argument) -> None:
    values = [value for value in wrong_values(argument.type) if not (argument.takes_list and value == [])]
    variables = {f"v{n}": [value] if argument.takes_list else value for n, value in enumerate(values)}
    response = await acme.post({"query": argument.operation(len(values)), "variables": variables})

    errors = sound(response)["errors"]
    assert "data" not in response.json()
    assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}
    blamed = [n for n in range(len(values)) if any(f"Variable '$v{n}' " in error["message"] for error in errors)]
    assert blamed == list(range(len(values)))


@pytest.mark.parametrize("argument", [a for a in arguments() if str(a.type).endswith("!")], ids=str)
async def test_an_argument_that_must_be_there_is_neither_null_nor_missing(acme: Client, argument: Argument) -> None:
    for variables in ({"v0": None}, {}):
        response = await acme.post({"query": argument.operation(), "variables": variables})

        answer = sound(response)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
        assert "Variable '$v0' " in answer["errors"][0]["message"]


@pytest.mark.parametrize("argument", input_arguments(), ids=str)
async def test_no_field_of_an_input_takes_a_value_of_another_type(acme: Client, argument: Argument) -> None:
    before = await state(acme)
    found = [leaf for leaf in leaves(argument.type) if leaf.type.name != "JSON"]
    most_ways = max(len(wrong_values(leaf.type)) for leaf in found)
    for group in grouped(found, MOST):
        for n in range(most_ways):
            await refuses(acme, argument, [(leaf, wrong_values(leaf.type)[n]) for leaf in group if n < ways(leaf)])

    assert await state(acme) == before


LITERALS = {
    '"2026-13-01"': "Date is no day of the calendar",
    "5": "Date must be a date written YYYY-MM-DD",
    "[true]": "Date must be a string",
}


@pytest.mark.parametrize("written", LITERALS)
async def test_a_value_in_the_text_is_quoted_and_pointed_at(acme: Client, written: str) -> None:
    answer = await acme.run("{ documents(filter: {dueDate: {gt: " + written + "}}) { totalCount } }")

    assert answer["errors"] == [
        {
            "message": f"{LITERALS[written]}, found: {written}.",
            "locations": [{"line": 1, "column": 36}],
            "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
        }
    ]


async def test_of_a_long_value_in_the_text_the_message_shows_a_part(acme: Client) -> None:
    text = '{ documents(filter: {dueDate: {gt: "%s"}}) { totalCount } }' % ("x" * 100_000)
    (error,) = (await acme.run(text))["errors"]

    assert error["message"] == f'Date must be a date written YYYY-MM-DD, found: "{"x" * 99}….'


def ways(leaf: Leaf) -> int:
    return len(wrong_values(leaf.type))


async def refuses(acme: Client, argument: Argument, wrong: list[tuple[Leaf, Any]]) -> None:
    """Sends the values in one input; each must be blamed at its own place."""
    if not wrong:
        return
    given: Any = value_with(argument.type, wrong)
    variable = [given] if argument.takes_list else given
    response = await acme.post({"query": argument.operation(), "variables": {"v0": variable}})

    errors = sound(response)["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}
    told = " ".join(error["message"] for error in errors)
    start = "[0]" if argument.takes_list else ""
    missed = [(leaf.shown, value) for leaf, value in wrong if f" at {start}{leaf.shown}" not in told]
    assert missed == [], told[:3_000]
