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


@pytest.mark.parametrize(
    ("text", "declared", "literal", "variables"),
    [
        (ACCOUNT, "($m: OpenBalanceAccountInput)", "{openBalance: $m}", {}),
        (ACCOUNT, "($m: OpenBalanceAccountInput)", "{openBalance: $m}", {"m": None}),
        (ACCOUNT, "($m: OpenBalanceAccountInput)", f"{{openBalance: $m, combined: {NAMED}}}", {}),
        (ACCOUNT, "($m: OpenBalanceAccountInput!)", f"{{openBalance: $m, combined: {NAMED}}}", {"m": {"name": "x"}}),
        (DOCUMENT, "($m: BasicAmountsInput)", "{basic: $m}", {}),
        (CUSTOM, "($m: String)", "{text: $m}", {}),
        (CUSTOM, "($m: String)", "{text: $m}", {"m": None}),
    ],
)
async def test_a_member_that_is_a_variable_must_have_a_value(
    acme: Client, text: str, declared: str, literal: str, variables: dict[str, Any]
) -> None:
    response = await acme.post({"query": text % (declared, literal), "variables": variables})

    (error,) = sound(response)["errors"]
    assert error["extensions"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")
    assert await acme.only('{ account(accountNumber: "A-9") { id } }') is None


async def test_one_member_that_is_a_variable_with_a_value_is_taken(acme: Client) -> None:
    text = CUSTOM % ("($m: String!)", "{text: $m}")

    assert await acme.only(text, m="x") == {"userErrors": []}
