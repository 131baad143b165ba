"""Requests made up by hypothesis: bodies of any bytes, texts of any tokens, variables of almost the right types.

What they come to is not foretold; every one must be answered, without a failure of ours.
"""

import json
import os
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLType,
    get_introspection_query,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.graphql_api.operation_documents import load_documents
from tests.gateway import Client
from tests.graphql_api.bad_input.conditions import with_conditions_and_defaults
from tests.graphql_api.bad_input.places import Argument, arguments, input_arguments
from tests.graphql_api.bad_input.soundness import sound

# The same requests on every run, so that no run depends on luck; more of them, and new ones, by the variable.
MORE = int(os.environ.get("GATEWAY_TEST_EXAMPLES", "0"))
fuzzed = settings(
    max_examples=MORE or 25,
    derandomize=not MORE,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, *((Phase.shrink,) if MORE else ())],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

DOCUMENTS = load_documents()
TEXTS: list[tuple[str, dict[str, Any]]] = [(document.text, document.variables or {}) for document in DOCUMENTS]
TEXTS += [(get_introspection_query(input_value_deprecation=True), {})] * 5
TEXT = st.text(st.characters(exclude_categories=()), max_size=30)  # halves of surrogate pairs, too
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.from_regex(r"-?[0-9]{1,18}(\.[0-9]{1,6})?")
WORDS = ["EUR", "USD", "en", "de", "DE", "US", "a@b.example", "A-1", "D-1", "R-1", "C-1", "N-1", "", "x", "CREDIT_NOTE"]
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Int": st.integers(-3, 1_100),
    "Boolean": st.booleans(),
    "Decimal": AMOUNTS | NUMBERS,
    "Date": st.dates(date(1, 1, 1), date(9999, 12, 31)).map(str),
    "DateTime": st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(datetime.isoformat),
    "JSON": JSON,
}
TOKENS = [
    *"{}()[]:!$@|=&,\ufeff",
    *("...", "query", "mutation", "subscription", "fragment", "on", "null", "true", "1", "-1.5e9", '"x"', '"""b"""'),
    *("$v", "#c\n", "@skip(if: true)", "Query", "Account", "accounts", "account", "nodes", "tenant", "name", "first"),
    *("filter", "id", "createAccount", "input", "documents", "orderBy"),
]


@cache
def almost(type_: GraphQLType, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that mostly are of the type, and now and then of none."""
    if is_non_null_type(type_):
        return almost(type_.of_type, depth)
    if is_list_type(type_):
        return st.lists(almost(type_.of_type, depth), max_size=3) | almost(type_.of_type, depth)
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        fitting: st.SearchStrategy[Any] = st.sampled_from(list(named.values))
    elif isinstance(named, GraphQLInputObjectType):
        fitting = objects(named, depth)
    else:
        fitting = SCALARS.get(named.name, TEXT | st.sampled_from(WORDS))
    return st.one_of(*[fitting] * 15, JSON)


def objects(type_: GraphQLInputObjectType, depth: int) -> st.SearchStrategy[Any]:
    """Objects with what must be there, and a few of the other fields."""
    if depth > 4:
        return st.just({})
    members = {name: later(field.type, depth + 1) for name, field in type_.fields.items()}
    if type_.is_one_of:
        return st.one_of(*(st.fixed_dictionaries({name: member}) for name, member in members.items()))
    needed = {name: member for name, member in members.items() if is_non_null_type(type_.fields[name].type)}
    pairs = st.one_of(*(st.tuples(st.just(name), member) for name, member in members.items()))
    return st.tuples(st.fixed_dictionaries(needed), st.lists(pairs, max_size=5).map(dict)).map(merged)


def later(type_: GraphQLType, depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: almost(type_, depth))


def merged(parts: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    return parts[0] | parts[1]


async def answered(acme: Client, body: Any) -> None:
    sound(await acme.post(body))


@fuzzed
@given(body=st.binary(max_size=200))
async def test_a_body_of_any_bytes_is_answered(acme: Client, body: bytes) -> None:
    headers = {**acme.headers, "content-type": "application/json"}
    sound(await acme.gateway.http.post("/graphql", content=body, headers=headers))


@fuzzed
@given(body=JSON | st.fixed_dictionaries({"query": JSON | st.just("{ __typename }"), "variables": JSON,
                                          "operationName": JSON, "extensions": JSON}))  # fmt: skip
async def test_a_body_of_any_json_is_answered(acme: Client, body: Any) -> None:
    await answered(acme, body)


@fuzzed
@given(text=st.lists(st.sampled_from(TOKENS) | TEXT, max_size=40).map(" ".join), variables=JSON)
async def test_a_text_of_any_tokens_is_answered(acme: Client, text: str, variables: Any) -> None:
    await answered(acme, {"query": text, "variables": variables})


@fuzzed
@given(data=st.data())
async def test_a_good_text_with_a_piece_cut_out_or_put_in_is_answered(acme: Client, data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(DOCUMENTS))
    start = data.draw(st.integers(0, len(document.text)))
    length = data.draw(st.integers(0, 20))
    piece = data.draw(TEXT | st.sampled_from(TOKENS))
    text = document.text[:start] + piece + document.text[start + length :]
    await answered(acme, {"query": text, "variables": document.variables})


@fuzzed
@given(data=st.data())
async def test_a_good_text_with_any_variables_is_answered(acme: Client, data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(DOCUMENTS))
    names = st.sampled_from(sorted(document.variables or {"n": 1}))
    variables = {**(document.variables or {}), **data.draw(st.dictionaries(names, JSON, max_size=3))}
    await answered(acme, {"query": document.text, "variables": variables})


@fuzzed
@given(data=st.data())
async def test_a_good_text_with_conditions_defaults_and_nulls_is_answered(acme: Client, data: st.DataObject) -> None:
    text, sent = data.draw(st.sampled_from(TEXTS))
    changed, names = with_conditions_and_defaults(text, sent, data)
    drawn = st.dictionaries(st.sampled_from(names), st.sampled_from([None, None, True]), min_size=1, max_size=3)
    await answered(acme, {"query": changed, "variables": {**sent, **data.draw(drawn)}})


@pytest.mark.parametrize("argument", input_arguments(), ids=str)
@fuzzed
@given(data=st.data())
async def test_an_input_of_almost_the_right_type_is_answered(
    acme: Client, argument: Argument, data: st.DataObject
) -> None:
    value = data.draw(almost(argument.type))
    await answered(acme, {"query": argument.operation(dry=True), "variables": {"v0": value}})


@fuzzed
@given(data=st.data())
async def test_any_arguments_of_any_field_are_answered(acme: Client, data: st.DataObject) -> None:
    argument = data.draw(st.sampled_from(arguments()))
    value = data.draw(almost(argument.type))
    await answered(acme, {"query": argument.operation(dry=True), "variables": {"v0": value}})


@fuzzed
@given(key=st.binary(max_size=60))
async def test_a_key_of_any_bytes_is_answered(acme: Client, key: bytes) -> None:
    body = json.dumps({"query": "{ __typename }"})
    headers: list[tuple[bytes, bytes]] = [(b"content-type", b"application/json"), (b"x-api-key", key)]
    response = await acme.gateway.http.post("/graphql", content=body, headers=headers)

    assert response.status_code == 401
