"""Introspection: as tools send it, it is answered from memory and costs little; any other is priced field by field.
Either way the answer is what graphql-core makes of the schema."""

import json
from itertools import product
from typing import Any

import pytest
from graphql import DocumentNode, FieldNode, SelectionSetNode, Visitor, execute, get_introspection_query, parse, visit
from graphql.language import NameNode, print_ast

from app.graphql_api.schema.schema import CORE
from tests.gateway import Client, Gateway

OPTIONS = (
    "descriptions", "specified_by_url", "directive_is_repeatable", "schema_description", "input_value_deprecation",
    "experimental_directive_deprecation", "one_of",
)  # fmt: skip
EVERYTHING = get_introspection_query(**dict.fromkeys(OPTIONS, True), type_depth=9)


class Named(Visitor):
    """Adds __typename to every selection below the root, as client libraries do."""

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        typename = FieldNode(name=NameNode(value="__typename"), alias=None, arguments=(), directives=())
        return SelectionSetNode(selections=(*node.selections, typename))


def with_typenames(text: str) -> str:
    document: DocumentNode = visit(parse(text), Named())
    return print_ast(document)


WITHOUT_FRAGMENTS = """{ __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description
    fields { name description args { name type { kind name ofType { kind name ofType { kind name } } } defaultValue }
      type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
    inputFields { name type { kind name ofType { kind name } } }
    enumValues { name } interfaces { name } possibleTypes { name } }
  directives { name locations args { name type { name kind ofType { name kind } } } } } }"""
OLD = get_introspection_query(descriptions=False, type_depth=7)
INLINE = """query IntrospectionQuery {
    ... on Query { __schema { ... on __Schema { types { ...T } ... { description } } } }
  }
  fragment T on __Type { name ...F ... on __Type { kind } }
  fragment F on __Type { fields(includeDeprecated: true) { name } }"""
ONE_TYPE = """query OneType($name: String!) {
    __type(name: $name) {
      kind name description fields { name args { name } type { ...R } } inputFields { name type { ...R } }
      enumValues { name } possibleTypes { name } ofType { name }
    }
    __typename
  }
  fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"""
COMMON: dict[str, tuple[str, dict[str, Any]]] = {
    "all that there is": (EVERYTHING, {}),
    "what older tools ask": (OLD, {}),
    "without fragments": (WITHOUT_FRAGMENTS, {}),
    "with fragments in fragments": (INLINE, {}),
    "with the name of every type": (with_typenames(EVERYTHING), {}),
    "with deep references": (get_introspection_query(type_depth=15), {}),
    "an object": (ONE_TYPE, {"name": "Account"}),
    "an input": (ONE_TYPE, {"name": "AccountInput"}),
    "an enumeration": (ONE_TYPE, {"name": "Product"}),
    "an interface": (ONE_TYPE, {"name": "Node"}),
    "a scalar": (ONE_TYPE, {"name": "Decimal"}),
    "a type of introspection itself": (ONE_TYPE, {"name": "__Type"}),
    "a type that does not exist": (ONE_TYPE, {"name": "Nothing"}),
    "names alone": ("{ __schema { types { name } } }", {}),
}


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_url: str) -> str:
    """No database is asked."""
    return sqlite_url


async def asked(client: Client, text: str, variables: dict[str, Any] | None = None) -> tuple[Any, int]:
    """The data of an introspection, and what it cost."""
    client.gateway.statements.texts.clear()
    response = await client.post({"query": text, "variables": variables}, **{"X-Gateway-Cost": "true"})
    answer = response.json()
    assert "errors" not in answer, answer
    assert len(client.gateway.statements) == 0
    return answer["data"], answer["extensions"]["cost"]["requested"]


def executed(text: str, variables: dict[str, Any] | None = None) -> Any:
    """What graphql-core answers."""
    result: Any = execute(CORE, parse(text), variable_values=variables)
    assert result.errors is None
    return result.data


@pytest.mark.parametrize("name", COMMON)
@pytest.mark.slow
async def test_an_introspection_as_tools_send_it_costs_51_points_and_is_answered_in_full(
    acme: Client, name: str
) -> None:
    text, variables = COMMON[name]
    for _ in range(2):
        data, cost = await asked(acme, text, variables)
        assert (cost, json.dumps(data)) == (51, json.dumps(executed(text, variables)))  # the order of fields, too


@pytest.mark.slow
async def test_whatever_a_tool_asks_with_its_options_it_costs_51_points(acme: Client) -> None:
    for chosen in product((False, True), repeat=len(OPTIONS)):
        text = get_introspection_query(**dict(zip(OPTIONS, chosen, strict=True)))
        data, cost = await asked(acme, text)
        assert (cost, data) == (51, executed(text)), chosen


async def test_the_rows_of_a_schema_are_none_and_its_budget_lasts_for_many(sqlite_url: str) -> None:
    async with Gateway(sqlite_url, budget=1_020) as gateway:
        acme = await gateway.tenant()
        for _ in range(20):
            assert (await asked(acme, EVERYTHING))[1] == 51


# Each with the number of its fields, all of which are priced.
OTHERS: dict[str, tuple[str, int]] = {
    "an alias": ("{ __schema { types { n: name } } }", 3),
    "an alias that is the name": ("{ __schema { types { name: name } } }", 3),
    "an alias at the root": ("{ s: __schema { types { name } } }", 3),
    "a directive": ("{ __schema { types { name @include(if: true) } } }", 3),
    "a directive on a fragment": (
        "{ __schema { types { ...N @include(if: true) } } } fragment N on __Type { name }",
        3,
    ),
    "a directive in a fragment": ("{ __schema { types { ...N } } } fragment N on __Type { name @skip(if: false) }", 3),
    "fields of fields' types": ("{ __schema { types { fields { type { fields { name } } } } } }", 6),
    "fields of the innermost types": ("{ __schema { types { fields { type { ofType { fields { name } } } } } } }", 7),
    "values of arguments' types": ("{ __schema { types { fields { args { type { enumValues { name } } } } } } }", 7),
    "fields of possible types": ("{ __schema { types { possibleTypes { fields { name } } } } }", 5),
    "types of the query's type": ("{ __schema { queryType { fields { name } } } }", 4),
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.slow
async def test_any_other_introspection_costs_100_points_a_field(acme: Client, name: str) -> None:
    text, fields = OTHERS[name]
    assert await asked(acme, text) == (executed(text), 1 + 100 * fields)


async def test_an_introspection_beside_data_costs_100_points_a_field(acme: Client) -> None:
    text = "{ __schema { types { name } } tenant { name } }"
    response = await acme.post({"query": text}, **{"X-Gateway-Cost": "true"})
    answer = response.json()
    assert answer["data"] == {**executed("{ __schema { types { name } } }"), "tenant": {"name": "acme"}}
    assert answer["extensions"]["cost"]["requested"] == 1 + 1 + 300


async def test_the_limits_of_operations_hold_for_introspection_too(acme: Client) -> None:
    deep = "{ __schema { types { fields { type " + "{ ofType " * 22 + "{ name }" + " }" * 22 + " } } } }"
    assert await acme.error_codes(deep) == ["QUERY_TOO_COMPLEX"]
    multiplied = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    assert await acme.error_codes(multiplied) == ["GRAPHQL_VALIDATION_FAILED"]
