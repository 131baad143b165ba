"""Planning is paid before it is done: its price is known from the text and the variables, and grows with what there is
to plan."""

import json
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from app.graphql_api.execution.planning_cost import planning_cost, planning_size
from tests.gateway import Client, Gateway

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.text("abc", max_size=3_000),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("xyz", min_size=1, max_size=3), inner),
    max_leaves=40,
)
PAGE = "documents(first: 0, filter: $f) { pageInfo { hasNextPage } }"


def price(text: str, variables: dict[str, Any] | None = None) -> int:
    document = parse(text)
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return planning_cost(planning_size(operation, fragments), variables or {})


def equals(count: int) -> dict[str, Any]:
    """A filter of so many comparisons: five names and values each, and two for `or`."""
    return {"or": [{"poNumber": {"eq": f"PO-{number}"}} for number in range(count)]}


def pages(aliases: int) -> str:
    """Lists that share a filter, of three fields each."""
    return f"query($f: DocumentFilter) {{ {' '.join(f'a{n}: {PAGE}' for n in range(aliases))} }}"


def written(value: Any) -> str:
    """A value as the text of an operation holds it."""
    if isinstance(value, dict):
        return f"{{ {' '.join(f'{name}: {written(inner)}' for name, inner in value.items())} }}"
    if isinstance(value, list):
        return f"[ {' '.join(map(written, value))} ]"
    return json.dumps(value)


def test_what_ordinary_operations_have_is_free() -> None:
    assert price(f"{{ tenant {{ {'name ' * 199} }} }}") == 0
    assert price(pages(1), {"f": equals(19)}) == price(pages(4), {"f": equals(4)}) == 0
    assert price("mutation($i: X) { createAccount(input: $i) { created } }", {"i": {"l": ["v"] * 998}}) == 0


def test_fields_beyond_200_cost_a_point_each() -> None:
    assert price(f"{{ tenant {{ {'name ' * 200} }} }}") == 1
    assert price(f"{{ tenant {{ {'name ' * 300} }} }}") == 101
    inside = "fragment F on Query { tenant { name name name name } }"
    assert price(f"{{ {' '.join(f'x{n}: __typename ...F' for n in range(50))} }} {inside}") == 50 + 250 - 200


def test_names_and_values_beyond_100_cost_a_point_for_ten() -> None:
    for lists, comparisons in ((1, 20), (1, 200), (10, 7), (60, 200)):
        parts = lists * (2 + 5 * comparisons)
        assert price(pages(lists), {"f": equals(comparisons)}) == -(-(parts - 100) // 10), (lists, comparisons)


def test_what_a_mutation_writes_costs_a_tenth_of_that() -> None:
    text = "mutation($i: X) { createAccount(input: $i) { account { documents(filter: %s) { totalCount } } } }"
    assert price(text % "{}", {"i": {"l": ["v"] * 998}}) == 0
    assert price(text % "{}", {"i": {"l": ["v"] * 999}}) == 1
    assert price(text % "{}", {"i": {"l": ["v"] * 2_998}}) == 20
    assert price(text % "$i", {"i": {"l": ["v"] * 998}}) == 100


def test_a_long_text_counts_as_a_value_for_each_1000_characters() -> None:
    text = f"query($n: String!) {{ {' '.join(f'a{n}: account(accountNumber: $n) {{ name }}' for n in range(50))} }}"
    assert price(text, {"n": "n" * 999}) == 0
    assert price(text, {"n": "n" * 200_000}) == (50 * 200 - 100) / 10


def test_a_default_counts_where_the_variable_is_not_sent() -> None:
    text = f"query($f: DocumentFilter = {written(equals(100))}) {{ {PAGE} }}"
    assert price(text) == price(text, {"f": equals(100)}) == (502 - 100 + 9) // 10
    assert price(text, {"f": None}) == price(text, {"f": {}}) == 0


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 30), st.integers(0, 30))
def test_the_price_grows_with_lists_times_comparisons(lists: int, comparisons: int, more: int, further: int) -> None:
    least = price(pages(lists), {"f": equals(comparisons)})
    most = price(pages(lists + more), {"f": equals(comparisons + further)})
    assert most >= least
    added = (lists + more) * (2 + 5 * (comparisons + further)) - lists * (2 + 5 * comparisons)
    assert added == 0 or most - least >= (added - 100) // 10


@settings(deadline=None, max_examples=50)
@given(VALUES, st.integers(1, 80))
def test_a_value_costs_the_same_in_the_text_in_a_variable_and_in_a_fragment(value: Any, times: int) -> None:
    field = "a: documents(filter: %s) { totalCount }"
    repeated = f"{{ {' '.join([field % written(value)] * times)} }}"
    sent = f"query($f: X) {{ {' '.join([field % '$f'] * times)} }}"
    spread = f"query($f: X) {{ {'...F ' * times} }} fragment F on Query {{ {field % '$f'} }}"
    assert price(repeated) == price(sent, {"f": value}) == price(spread, {"f": value})


@pytest.fixture
async def client(database_url: str) -> Any:
    async with Gateway(database_url, budget=200) as gateway:
        yield await gateway.tenant()


async def test_planning_is_paid_before_it_is_done(client: Client) -> None:
    """A page size that cannot be meant is found by planning: until the budget is spent, and not after that."""
    text = pages(20).replace("first: 0", "first: -1")
    body = {"query": text, "variables": {"f": equals(20)}}  # 194 points
    codes = [(await client.post(body)).json()["errors"][0]["extensions"]["code"] for _ in range(2)]
    assert codes == ["BAD_USER_INPUT", "RATE_LIMITED"]


async def test_what_is_too_dear_to_plan_is_refused_unplanned_and_costs_nothing(client: Client) -> None:
    body = {"query": pages(20).replace("first: 0", "first: -1"), "variables": {"f": equals(200)}}
    for _ in range(3):
        (error,) = (await client.post(body)).json()["errors"]
        assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
        assert error["message"] == "The operation costs 1995 points; at most 200 are allowed. Ask for less at once."
    cost = (await client.post({"query": "{ __typename }"}, **{"X-Gateway-Cost": "true"})).json()["extensions"]["cost"]
    assert cost["budget"]["remaining"] == 199
