"""Of a @oneOf input exactly one member is given, and not as null: in the text, in a variable, or in a member's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.places import SAMPLES, Argument, Leaf, input_arguments, leaves, sample, value_with
from tests.graphql_api.bad_input.soundness import sound

ACCOUNT = 'mutation%s { createAccount(accountNumber: "A-9", input: %s) { userErrors { code message field } } }'
DOCUMENT = """mutation%s { createDocument(documentNumber: "D-9", input: {openBalance: {
  accountNumber: "A-1", invoiceDate: "2026-01-01", dueDate: "2026-01-31", amounts: %s
}}) { userErrors { code message field } } }"""
CUSTOM = """mutation%s { patchAccount(accountNumber: "A-1", patch: {
  customFields: [{key: "k", value: %s}]
}) { userErrors { code message field } } }"""
NAMED = '{name: "x"}'
BASIC = '{currency: "EUR", originalDenomination: 1, denomination: 1}'


def one_ofs() -> Iterator[tuple[Argument, tuple[Any, ...], GraphQLInputObjectType]]:
    """Every @oneOf below an argument of a mutation: the argument, the path to it, the type."""
    for argument in input_arguments():
        found: dict[tuple[Any, ...], Leaf] = {}
        for leaf in leaves(argument.type):
            for at, _ in leaf.choice:
                found.setdefault(at, leaf)
        for at in found:
            type_: Any = get_named_type(argument.type)
            for part in at:
                type_ = type_ if isinstance(part, int) else get_named_type(type_.fields[part].type)
            yield argument, at, type_


PLACES = list(one_ofs())


@pytest.mark.parametrize(("argument", "at", "type_"), PLACES, ids=[f"{a}{at}" for a, at, _ in PLACES])
@pytest.mark.parametrize("given", ["none", "two", "null", "one and a null"])
async def test_a_variable_with_another_number_of_members_is_one_error(
    acme: Client, argument: Argument, at: tuple[Any, ...], type_: GraphQLInputObjectType, given: str
) -> None:
    before = await state(acme)
    first, second = list(type_.fields)[:2]
    leaf = next(found for found in leaves(argument.type) if (at, first) in found.choice)
    whole = value_with(argument.type, [(leaf, SAMPLES.get(leaf.type.name, "x"))])
    place = whole
    for part in at:
        place = place[part]
    good = dict(place)
    place.clear()
    place |= {"none": {}, "two": good, "null": {first: None}, "one and a null": {**good, second: None}}[given]
    if given == "two":
        place[second] = sample(type_.fields[second].type)
    response = await acme.post({"query": argument.operation(), "variables": {"v0": whole}})

    (error,) = sound(response)["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert f"Within OneOf Input Object type '{type_.name}', exactly one field must be specified" in error["message"]
    assert await state(acme) == before


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        (ACCOUNT, "{}"),
        (ACCOUNT, "{openBalance: null}"),
        (ACCOUNT, f"{{openBalance: {NAMED}, combined: {NAMED}}}"),
        (ACCOUNT, f"{{openBalance: {NAMED}, combined: null}}"),
        (DOCUMENT, "{}"),
        (DOCUMENT, "{basic: null}"),
        (DOCUMENT, f"{{basic: {BASIC}, extended: null}}"),
        (CUSTOM, "{}"),
        (CUSTOM, "{text: null}"),
        (CUSTOM, '{text: "a", number: 1}'),
        (CUSTOM, '{text: "a", number: null}'),
    ],
)
async def test_a_literal_with_another_number_of_members_is_one_error(acme: Client, text: str, literal: str) -> None:
    (error,) = sound(await acme.post({"query": text % ("", literal)}))["errors"]

    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert "exactly one field must be specified, and the value for that field must be non-null" in error["message"]


NAMED_INPUT = {"name": "x"}
AMOUNTS = {"currency": "EUR", "originalDenomination": 1, "denomination": 1}
SPREAD = """mutation%s { ...Write } fragment Write on Mutation {
  createAccount(accountNumber: "A-9", input: %s) { userErrors { code } } }"""
MEMBERS = [
    (ACCOUNT, "OpenBalanceAccountInput", "{openBalance: $m}", NAMED_INPUT, "AccountInput"),
    (SPREAD, "OpenBalanceAccountInput", "{openBalance: $m}", NAMED_INPUT, "AccountInput"),
    (DOCUMENT, "BasicAmountsInput", "{basic: $m}", AMOUNTS, "AmountsInput"),
    (CUSTOM, "String", "{text: $m}", "x", "CustomFieldValueInput"),
]


@pytest.mark.parametrize(("text", "type_", "literal", "value", "one_of"), MEMBERS)
@pytest.mark.parametrize("default", [False, True])
async def test_a_variable_that_may_be_null_is_no_member_whatever_its_value(
    acme: Client, text: str, type_: str, literal: str, value: Any, one_of: str, default: bool
) -> None:
    before = await state(acme)
    declared = f"($m: {type_}{f' = {in_text(value)}' if default else ''})"
    for variables in ({}, {"m": None}, {"m": value}):
        response = await acme.post({"query": text % (declared, literal), "variables": variables})

        (error,) = sound(response)["errors"]
        assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
        assert "'$m'" in error["message"]
        assert f"OneOf Input Object '{one_of}'" in error["message"]
    assert await state(acme) == before


@pytest.mark.parametrize(("text", "type_", "literal", "value", "one_of"), MEMBERS)
async def test_a_variable_that_is_never_null_is_a_member_if_it_has_a_value(
    acme: Client, text: str, type_: str, literal: str, value: Any, one_of: str
) -> None:
    query = (text % (f"($m: {type_}!)", literal)).replace(") { userErrors", ", dryRun: true) { userErrors")
    (payload,) = sound(await acme.post({"query": query, "variables": {"m": value}}))["data"].values()
    assert payload == {"userErrors": []}, one_of
    for variables in ({}, {"m": None}):
        errors = sound(await acme.post({"query": query, "variables": variables}))["errors"]
        assert [error["extensions"] for error in errors] == [{"code": "BAD_USER_INPUT"}]


async def test_two_members_of_which_one_is_a_variable_are_one_too_many(acme: Client) -> None:
    two = f"{{openBalance: $m, combined: {NAMED}}}"
    for declared in ("($m: OpenBalanceAccountInput)", "($m: OpenBalanceAccountInput!)"):
        response = await acme.post({"query": ACCOUNT % (declared, two), "variables": {"m": NAMED_INPUT}})

        errors = sound(response)["errors"]
        assert {error["extensions"]["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}
        assert any("exactly one" in error["message"] for error in errors)
    assert await acme.only('{ account(accountNumber: "A-9") { id } }') is None


async def test_of_two_operations_the_one_whose_variable_may_be_null_is_told(acme: Client) -> None:
    one, other = (ACCOUNT.replace("mutation", f"mutation {name}") for name in ("One", "Other"))
    good = one % ("($m: OpenBalanceAccountInput!)", "{openBalance: $m}")
    bad = other % ("($m: OpenBalanceAccountInput)", "{openBalance: $m}")
    body = {"query": f"{good}\n{bad}", "operationName": "One", "variables": {"m": NAMED_INPUT}}

    (error,) = sound(await acme.post(body))["errors"]
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert [place["line"] for place in error["locations"]] == [2, 2]
    assert await acme.only('{ account(accountNumber: "A-9") { id } }') is None


def in_text(value: Any) -> str:
    """A value of these as it stands in a text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {in_text(inner)}" for name, inner in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)
