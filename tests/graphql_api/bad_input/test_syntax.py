"""What the grammar of the specification does not have is a syntax error: above all an empty selection set, with which a
mutation would write and could not show what was wrong."""

import pytest

from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.soundness import sound

CREATE = 'createAccount(accountNumber: "A-9", input: {openBalance: {name: "x"}})'
EMPTY = [
    "{}",
    "query {}",
    "query Named { }",
    "{ # nothing\n }",
    "{ tenant {} }",
    "{ accounts { nodes {} } }",
    "{ accounts { totalCount nodes { name billingAddress {} } } }",
    "{ tenant { ... {} name } }",
    "{ tenant { ... on Tenant {} } }",
    "{ tenant { name ... @skip(if: true) {} } }",
    "{ tenant { ...F } } fragment F on Tenant {}",
    "{ __schema {} }",
    "query One { tenant { name } } query Two {}",
    "mutation {}",
    f"mutation {{ {CREATE} {{}} }}",
    f"mutation {{ {CREATE} {{ account {{}} userErrors {{ code }} }} }}",
    f"mutation {{ {CREATE} {{ userErrors {{}} }} }}",
    f"mutation {{ {CREATE} {{ ...F }} }} fragment F on CreateAccountPayload {{}}",
    f"mutation {{ {CREATE} {{ created }} other: {CREATE} {{}} }}",
    "{ accounts() { totalCount } }",
    "{ tenant @include() { name } }",
    "query() { tenant { name } }",
    "query Named() { tenant { name } }",
    "query($v: [] = 1) { tenant { name } }",
    "query($v: Int =) { tenant { name } }",
    "{ accounts(first:) { totalCount } }",
    "fragment F on Tenant",
    "{ tenant { ...on } }",
]


@pytest.mark.parametrize("text", EMPTY)
async def test_what_holds_nothing_where_something_must_be_is_a_syntax_error_and_nothing_is_done(
    acme: Client, text: str
) -> None:
    before = await state(acme)
    response = await acme.post({"query": text, "operationName": None})

    answer = sound(response)
    assert "data" not in answer
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
    assert error["locations"]
    assert await state(acme) == before


async def test_an_empty_object_and_an_empty_list_are_values(acme: Client) -> None:
    text = "{ accounts(filter: {}, orderBy: []) { nodes { accountNumber } } nodes(ids: []) { id } }"
    every = await acme.query("{ accounts { nodes { accountNumber } } }")
    assert await acme.query(text) == {**every, "nodes": []}
    assert {"accountNumber": "A-1"} in every["accounts"]["nodes"]
