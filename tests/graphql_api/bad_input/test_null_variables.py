"""A variable with a default may be sent as null all the same. Where no null may be, that is refused before anything
runs: in the condition of a directive, in an argument, deep inside an input, and in introspection."""

from typing import Any

import pytest

from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.places import WAYS, Argument, arguments, literal
from tests.graphql_api.bad_input.soundness import sound

CREATE = 'createAccount(accountNumber: "A-9", input: {openBalance: {name: "x"}})'
CONDITIONS = {
    "a root field": "query($v: Boolean = true) { tenant @include(if: $v) { name } }",
    "a root field beside others": "query($v: Boolean = true) { tenant { name } accounts @skip(if: $v) { totalCount } }",
    "the name of the root's type": "query($v: Boolean = true) { __typename @skip(if: $v) }",
    "a fragment at the root": "query($v: Boolean = true) { ... @include(if: $v) { tenant { name } } }",
    "a spread at the root": "query($v: Boolean = true) { ...F @skip(if: $v) } fragment F on Query { tenant { name } }",
    "inside of a spread": "query($v: Boolean = true) { ...F } fragment F on Query { tenant @skip(if: $v) { name } }",
    "a field": "query($v: Boolean = true) { tenant { name @include(if: $v) } }",
    "a fragment in a page": "query($v: Boolean = true) { accounts { nodes { ... on Account @skip(if: $v) { id } } } }",
    "a part of an address": "query($v: Boolean = true) { accounts { nodes { billingAddress { zip @skip(if: $v) } } } }",
    "a fact of a page": "query($v: Boolean = true) { accounts { pageInfo { hasNextPage @skip(if: $v) } } }",
    "a cursor": "query($v: Boolean = true) { accounts { edges { cursor @include(if: $v) } } }",
    "a balance": "query($v: Boolean = true) { tenant { balances { currency aging { current @skip(if: $v) } } } }",
    "the catalogue": "query($v: Boolean = true) { productFields(product: INVOICING) { name @skip(if: $v) } }",
    "what a node may be": 'query($v: Boolean = true) { node(id: "x") @skip(if: $v) { ... on Account { name } } }',
    "a mutation": f"mutation($v: Boolean = true) {{ {CREATE} @include(if: $v) {{ created }} }}",
    "a mutation's typename": f"mutation($v: Boolean = true) {{ __typename @skip(if: $v) {CREATE} {{ created }} }}",
    "a spread of mutations": f"""mutation($v: Boolean = true) {{ ...F @include(if: $v) }}
      fragment F on Mutation {{ {CREATE} {{ created }} }}""",
    "a payload's field": f"mutation($v: Boolean = true) {{ {CREATE} {{ created @skip(if: $v) }} }}",
    "a user error's field": f"mutation($v: Boolean = true) {{ {CREATE} {{ userErrors {{ code @skip(if: $v) }} }} }}",
    "a written resource": f"mutation($v: Boolean = true) {{ {CREATE} {{ account {{ name @skip(if: $v) }} }} }}",
    "beyond a written resource": f"""mutation($v: Boolean = true) {{
      {CREATE} {{ account {{ documents {{ nodes {{ id @skip(if: $v) }} }} }} }} }}""",
    "introspection": "query($v: Boolean = true) { __schema @skip(if: $v) { queryType { name } } }",
    "inside of introspection": "query($v: Boolean = true) { __schema { types { fields { name @skip(if: $v) } } } }",
    "a fragment in introspection": """query($v: Boolean = true) { __type(name: "Query") { ...F } }
      fragment F on __Type { ... @include(if: $v) { name } }""",
    "introspection beside rows": "query($v: Boolean = true) { tenant { name } __schema { description @skip(if: $v) } }",
}
INSIDE = {
    "introspection": ("Boolean = true", '__type(name: "Query") { fields(includeDeprecated: %s) { name } }'),
    "introspection by name": ('String = "Query"', "__type(name: %s) { name }"),
    "a list": ('ID = "x"', "nodes(ids: [%s]) { id }"),
    "a term of an order": ("AccountOrder = {field: NAME}", "accounts(orderBy: [%s]) { totalCount }"),
    "a field to order by": ("AccountOrderField = NAME", "accounts(orderBy: {field: %s}) { totalCount }"),
    "a direction": ("OrderDirection", "accounts(orderBy: {field: NAME, direction: %s}) { totalCount }"),
    "a list in a filter": ('String = "x"', "accounts(filter: {name: {in: [%s]}}) { totalCount }"),
    "a part of a filter": ("AccountFilter = {}", "accounts(filter: {and: [%s]}) { totalCount }"),
}
WRITTEN = {
    "a name": ("String = \"x\"", "{openBalance: {name: %s}}"),
    "a list": ("[Product!] = []", "{combined: {name: \"x\", products: %s}}"),
    "a word in a list": ("Product = INVOICING", "{combined: {name: \"x\", products: [%s]}}"),
    "a part of an address": ("String = \"x\"", """{invoicing: {name: "x", billingAddress: {
      address1: "1", city: %s, state: "s", zip: "z"}}}"""),
    "a custom field's key": ("String = \"x\"", "{combined: {name: \"x\", customFields: [{key: %s}]}}"),
    "a custom field": ("CustomFieldInput = {key: \"k\"}", "{combined: {name: \"x\", customFields: [%s]}}"),
}  # fmt: skip
REQUIRED = [argument for argument in arguments() if str(argument.type).endswith("!")]


async def refused(acme: Client, text: str, **more: Any) -> None:
    """Sends null for $v, for which one error blames it and nothing is done."""
    before = await state(acme)
    response = await acme.post({"query": text, "variables": {"v": None, **more}})

    answer = sound(response)
    assert "data" not in answer
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "'$v'" in error["message"]
    assert error["locations"]
    assert await state(acme) == before


@pytest.mark.parametrize("text", CONDITIONS.values(), ids=CONDITIONS)
async def test_no_directive_depends_on_null(acme: Client, text: str) -> None:
    await refused(acme, text)


@pytest.mark.parametrize("text", CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("variables", [{}, {"v": True}, {"v": False}], ids=["default", "true", "false"])
async def test_the_same_with_a_value_is_answered(acme: Client, text: str, variables: dict[str, bool]) -> None:
    dry = text.replace('{name: "x"}})', '{name: "x"}}, dryRun: true)')
    assert set(sound(await acme.post({"query": dry, "variables": variables}))) == {"data"}


@pytest.mark.parametrize(("declared", "field"), INSIDE.values(), ids=INSIDE)
async def test_no_argument_and_no_part_of_one_is_null_where_a_value_must_be(
    acme: Client, declared: str, field: str
) -> None:
    await refused(acme, f"query($v: {declared}) {{ {field % '$v'} }}")


@pytest.mark.parametrize(("declared", "value"), WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("shown", ["created", "account { documents { totalCount } }"])
async def test_no_part_of_what_is_written_is_null_where_a_value_must_be(
    acme: Client, declared: str, value: str, shown: str
) -> None:
    call = f'createAccount(accountNumber: "A-9", input: {value % "$v"})'
    await refused(acme, f"mutation($v: {declared}) {{ {call} {{ {shown} }} }}")


@pytest.mark.parametrize("argument", REQUIRED, ids=str)
async def test_a_default_does_not_stand_for_a_null_in_any_argument(acme: Client, argument: Argument) -> None:
    kind, type_ = "mutation" if argument.writes else "query", str(argument.type).removesuffix("!")
    call = WAYS[argument.parent].format(argument.call("$v"))
    await refused(acme, f"{kind} ($v: {type_} = {literal(argument.type)}) {{ {call} }}")


async def test_every_condition_that_is_null_is_told_at_once(acme: Client) -> None:
    text = """query($v: Boolean = true, $w: Boolean = false) {
  tenant @include(if: $v) @skip(if: $w) { name @skip(if: $w) }
  accounts(first: -1) { nodes { ...F } } documents { nodes { account { ...F } } } }
fragment F on Account { name @include(if: $v) }"""
    answer = sound(await acme.post({"query": text, "variables": {"v": None, "w": None}}))

    places = [[(found["line"], found["column"]) for found in error["locations"]] for error in answer["errors"]]
    assert sorted(places) == [[(2, 23)], [(2, 37)], [(2, 58)], [(3, 3)], [(4, 43)]]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
