"""Variables come to the same whoever coerces them: the quick way, or graphql-core."""

import gc
import re
import weakref
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    get_argument_values,
    get_variable_values,
    parse,
)
from graphql.execution.values import VariableValues

from app.graphql_api.execution.coercion import (
    DeferToGraphQLCore,
    argument_coercer,
    coerce_plainly_valid,
    declared_variables,
    variable_values,
)
from app.graphql_api.schema.schema import CORE

TEXT = """query($a: AccountInput, $d: CombinedDocumentInput!, $f: DocumentFilter, $ids: [ID!]!, $n: Int = 3,
  $o: [DocumentOrder!]) { __typename }"""
DOCUMENT = {"accountNumber": "A", "invoiceDate": "2026-01-05", "dueDate": "2026-02-04"}
PLAIN: dict[str, Any] = {"a": None, "d": DOCUMENT, "f": None, "ids": [], "n": 1, "o": None}
VALID: list[dict[str, Any]] = [
    {},
    {"d": DOCUMENT | {"amounts": {"basic": {"currency": "EUR", "originalDenomination": "1.50", "denomination": "1"}}}},
    {
        "d": DOCUMENT
        | {"products": ["COLLECTIONS", "INVOICING"], "comment": None, "lineItems": [{"lineNumber": "1"}, {}]}
    },
    {
        "d": DOCUMENT
        | {"customFields": [{"key": "k", "value": {"number": "1.5"}}, {"key": "x"}, {"key": "y", "value": None}]}
    },
    {"a": {"collections": {"name": "A", "currency": "USD", "language": "en", "email": "a@example.com"}}},
    {"f": {"or": [{"status": {"eq": "OPEN"}}, {"not": {"openAmount": {"gt": "10"}}}], "dueDate": {"lt": "2026-01-01"}}},
    {"ids": ["a", "b"], "o": [{"field": "DUE_DATE", "direction": "DESC"}, {"field": "OPEN_AMOUNT"}]},
]
NOT_PLAIN: list[dict[str, Any]] = [
    {"d": None},
    {"d": {"accountNumber": "A"}},
    {"d": DOCUMENT | {"nobody": 1}},
    {"d": DOCUMENT | {"invoiceDate": "2026-02-31"}},
    {"d": DOCUMENT | {"products": ["NOBODY"]}},
    {"d": DOCUMENT | {"products": "COLLECTIONS"}},  # a list of one, says the specification
    {"d": DOCUMENT | {"amounts": {}}},
    {"d": DOCUMENT | {"amounts": {"basic": None}}},
    {"d": DOCUMENT | {"amounts": {"basic": None, "extended": None}}},
    {"d": "text"},
    {"ids": [None]},
    {"ids": 7},
    {"n": "1"},
    {"n": 2**40},
]


def operation() -> OperationDefinitionNode:
    (definition,) = parse(TEXT).definitions
    assert isinstance(definition, OperationDefinitionNode)
    return definition


def by_graphql_core(sent: dict[str, Any]) -> Any:
    return get_variable_values(CORE, operation().variable_definitions or (), sent)


def told(found: VariableValues | list[GraphQLError]) -> Any:
    """The values, or what is wrong with them up to where a message shows the value, which graphql-core does not as
    JSON."""
    if isinstance(found, list):
        return [re.split(r"found: |value: |to be \w+", error.message)[0] for error in found]
    return found.coerced


@pytest.mark.parametrize("changed", VALID)
def test_what_is_plainly_valid_comes_to_the_same(changed: dict[str, Any]) -> None:
    sent = PLAIN | changed
    found, expected = coerce_plainly_valid(declared_variables(CORE, operation()), sent), by_graphql_core(sent)

    assert found.coerced == expected.coerced
    assert {name: source.value for name, source in found.sources.items()} == sent
    assert repr(found.coerced["d"].get("products")) == repr(expected.coerced["d"].get("products"))


@pytest.mark.parametrize("changed", NOT_PLAIN)
def test_whatever_else_is_graphql_core_s_to_judge(changed: dict[str, Any]) -> None:
    sent = PLAIN | changed
    with pytest.raises(DeferToGraphQLCore):
        coerce_plainly_valid(declared_variables(CORE, operation()), sent)

    assert told(variable_values(CORE, operation(), declared_variables(CORE, operation()), sent)) == told(
        by_graphql_core(sent)
    )


def test_a_variable_that_is_left_out_has_its_default() -> None:
    sent = {name: value for name, value in PLAIN.items() if name != "n"}
    found = variable_values(CORE, operation(), declared_variables(CORE, operation()), sent)
    assert not isinstance(found, list)
    assert found.coerced["n"] == 3


class Sent(dict[str, Any]):
    """Variables that tell whether anybody has them still."""


@pytest.mark.parametrize("wrong", [{"o": [{"field": "NOBODY"}]}, {"d": DOCUMENT | {"invoiceDate": "9" * 2_000}}])
def test_variables_that_are_refused_are_free_at_once(wrong: dict[str, Any]) -> None:
    """They may be of ten mebibytes, and garbage is counted in objects: nothing may wait for it to be collected."""
    sent = Sent(PLAIN | wrong)
    free = weakref.ref(sent)
    gc.disable()
    try:
        assert isinstance(variable_values(CORE, operation(), declared_variables(CORE, operation()), sent), list)
        del sent
        assert free() is None
    finally:
        gc.enable()


MUTATION = """mutation($n: String!, $v: Int, $d: CombinedDocumentInput, $t: String = "x", $o: Boolean) {{
  {} {{ userErrors {{ code }} }} }}"""
GIVEN = {"n": "D-1", "v": 3, "d": DOCUMENT, "t": "y", "o": True}
FIELDS = [
    "createDocument(documentNumber: $n, input: {combined: $d})",
    "createDocument(documentNumber: $n, input: {combined: $d}, dryRun: true)",
    'replaceDocument(documentNumber: "D-2", input: {combined: $d}, expectedVersion: $v)',
    "replaceDocument(documentNumber: $n, input: {combined: $d}, expectedVersion: null)",
    "patchDocument(documentNumber: $n, patch: {comment: $t, denomination: 12.50, products: [COLLECTIONS]})",
    "patchDocument(documentNumber: $n, patch: {}, expectedVersion: 7)",
    "createAccount(accountNumber: $n, input: {openBalance: {name: $t}})",
    'createAccount(accountNumber: $n, input: {combined: {name: "A", remitTo: {zip: $t}}})',
]


def field_of(text: str) -> tuple[FieldNode, OperationDefinitionNode]:
    (definition,) = parse(MUTATION.format(text)).definitions
    assert isinstance(definition, OperationDefinitionNode)
    (node,) = definition.selection_set.selections
    assert isinstance(node, FieldNode)
    return node, definition


@pytest.mark.parametrize("text", FIELDS)
@pytest.mark.parametrize("left", [(), ("v",), ("t",), ("d",)], ids=str)
def test_arguments_come_to_what_graphql_core_makes_of_them_or_are_left_to_it(text: str, left: tuple[str, ...]) -> None:
    node, definition = field_of(text)
    sent = {name: value for name, value in GIVEN.items() if name not in left}
    variables = get_variable_values(CORE, definition.variable_definitions or (), sent)
    assert isinstance(variables, VariableValues)
    assert CORE.mutation_type
    field = CORE.mutation_type.fields[node.name.value]
    take = argument_coercer(field, node)
    if any(f"${name}" in text for name in left if name != "t"):  # which has a default
        with pytest.raises(DeferToGraphQLCore):
            take(variables)
        return
    found, expected = take(variables), get_argument_values(field, node, variables)
    assert found == expected
    assert repr(sorted(found)) == repr(sorted(expected))


@pytest.mark.parametrize("null", ["d", "o"])
def test_null_where_none_may_be_is_left_to_graphql_core(null: str) -> None:
    texts = {"d": FIELDS[0], "o": "createAccount(accountNumber: $n, input: {openBalance: {name: $t}}, dryRun: $o)"}
    node, definition = field_of(texts[null])
    variables = get_variable_values(CORE, definition.variable_definitions or (), GIVEN | {null: None})
    assert isinstance(variables, VariableValues)
    assert CORE.mutation_type
    with pytest.raises(DeferToGraphQLCore):
        argument_coercer(CORE.mutation_type.fields[node.name.value], node)(variables)
