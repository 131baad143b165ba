"""Introspection as tools send it, answered from memory: the values of the schema's own objects, each shown once.

GraphiQL and code generators ask for everything, but along a shape that is known beforehand, and so is what it costs.
Whatever leaves that shape, by an alias, a directive or types inside of fields' types, may multiply: graphql-core
executes it, at a price for every field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLObjectType,
    SelectionSetNode,
    TypeMetaFieldDef,
    get_nullable_type,
)
from graphql.execution.values import get_argument_values
from graphql.language import OperationDefinitionNode

from app.graphql_api.execution.planning import Planner

Shape = dict[str, Any]  # the fields that may be asked for, each with those below it
Fragments = Mapping[str, FragmentDefinitionNode]
Show = Callable[[Any], Any]

TYPENAME: Shape = {"__typename": {}}
DEPRECATION: Shape = {"isDeprecated": {}, "deprecationReason": {}}
TYPE_REFERENCE: Shape = {"kind": {}, "name": {}, **TYPENAME}
TYPE_REFERENCE["ofType"] = TYPE_REFERENCE  # as often as tools like: no type is wrapped more than a few times
INPUT_VALUE: Shape = {
    "name": {}, "description": {}, "type": TYPE_REFERENCE, "defaultValue": {}, **DEPRECATION, **TYPENAME,
}  # fmt: skip
FIELD: Shape = {
    "name": {}, "description": {}, "args": INPUT_VALUE, "type": TYPE_REFERENCE, **DEPRECATION, **TYPENAME,
}  # fmt: skip
TYPE: Shape = {
    **TYPE_REFERENCE,
    "description": {},
    "specifiedByURL": {},
    "isOneOf": {},
    "fields": FIELD,
    "inputFields": INPUT_VALUE,
    "interfaces": TYPE_REFERENCE,
    "enumValues": {"name": {}, "description": {}, **DEPRECATION, **TYPENAME},
    "possibleTypes": TYPE_REFERENCE,
}
DIRECTIVE: Shape = {
    "name": {}, "description": {}, "isRepeatable": {}, "locations": {}, "args": INPUT_VALUE, **DEPRECATION, **TYPENAME,
}  # fmt: skip
SCHEMA: Shape = {
    "description": {},
    "queryType": TYPE_REFERENCE,
    "mutationType": TYPE_REFERENCE,
    "subscriptionType": TYPE_REFERENCE,
    "types": TYPE,
    "directives": DIRECTIVE,
    **TYPENAME,
}
ROOT: Shape = {"__schema": SCHEMA, "__type": TYPE, **TYPENAME}
INTROSPECTIONS = frozenset(ROOT) - frozenset(TYPENAME)


@dataclass(frozen=True, slots=True)
class Described:
    """The answer to a field of an introspection, as JSON."""

    json: bytes


def is_common(operation: OperationDefinitionNode, fragments: Fragments) -> bool:
    """Whether a valid operation is an introspection as tools send it, and nothing else."""
    return not operation.directives and within(operation.selection_set, ROOT, fragments)


def within(selection: SelectionSetNode, shape: Shape, fragments: Fragments) -> bool:
    return all(is_within(node, shape, fragments) for node in selection.selections)


def is_within(node: Any, shape: Shape, fragments: Fragments) -> bool:
    if node.directives:
        return False
    if isinstance(node, FieldNode):
        name, inner = node.name.value, node.selection_set
        return node.alias is None and name in shape and (inner is None or within(inner, shape[name], fragments))
    part = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
    return not part.directives and within(part.selection_set, shape, fragments)


def describe(planner: Planner, nodes: list[FieldNode]) -> Described:
    """The answer to __schema or __type. Raises GraphQLError."""
    schema = planner.schema
    value: Any = schema
    if nodes[0].name.value == "__type":
        value = schema.get_type(get_argument_values(TypeMetaFieldDef, nodes[0], planner.variables)["name"])
    type_ = schema.type_map["__Schema" if value is schema else "__Type"]
    return Described(orjson.dumps(shower(planner, type_, [node.selection_set for node in nodes])(value)))


def shower(planner: Planner, type_: Any, selections: list[SelectionSetNode | None]) -> Show:
    """Turns values of a type of introspection into JSON. A type is shown once, however often it is referred to."""
    type_ = get_nullable_type(type_)
    if isinstance(type_, GraphQLList):
        item = shower(planner, type_.of_type, selections)
        return lambda value: None if value is None else [item(each) for each in value]
    if not isinstance(type_, GraphQLObjectType):
        return lambda value: None if value is None else type_.serialize(value)
    members = [(key, member(planner, type_, nodes)) for key, nodes in planner.collect(type_.name, selections).items()]
    if type_.name == "__Type":
        return shown_once(members)
    return lambda value: {key: show(value) for key, show in members}


def shown_once(members: list[tuple[str, Show]]) -> Show:
    known: dict[int, Any] = {}  # by the identity of a type of the schema, which lives as long as the schema

    def show(value: Any) -> Any:
        if value is None:
            return None
        if id(value) not in known:
            known[id(value)] = {key: inner(value) for key, inner in members}
        return known[id(value)]

    return show


def member(planner: Planner, type_: GraphQLObjectType, nodes: list[FieldNode]) -> Show:
    """Shows a field of values of a type."""
    if nodes[0].name.value == "__typename":
        return lambda _: type_.name
    definition = planner.definition(type_.name, nodes[0])
    arguments = planner.arguments(type_.name, nodes[0])
    show = shower(planner, definition.type, [node.selection_set for node in nodes])
    resolve = cast(Callable[..., Any], definition.resolve)
    info = SimpleNamespace(schema=planner.schema)  # all that resolvers of introspection ask of an execution
    return lambda value: show(resolve(value, info, **arguments))
