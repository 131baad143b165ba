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

SelectionShape = dict[str, Any]  # the fields that may be asked for, each with those below it
Fragments = Mapping[str, FragmentDefinitionNode]
Serialize = Callable[[Any], Any]

TYPENAME: SelectionShape = {"__typename": {}}
DEPRECATION: SelectionShape = {"isDeprecated": {}, "deprecationReason": {}}
TYPE_REFERENCE: SelectionShape = {"kind": {}, "name": {}, **TYPENAME}
TYPE_REFERENCE["ofType"] = TYPE_REFERENCE  # as often as tools like: no type is wrapped more than a few times
INPUT_VALUE: SelectionShape = {
    "name": {}, "description": {}, "type": TYPE_REFERENCE, "defaultValue": {}, **DEPRECATION, **TYPENAME,
}  # fmt: skip
FIELD: SelectionShape = {
    "name": {}, "description": {}, "args": INPUT_VALUE, "type": TYPE_REFERENCE, **DEPRECATION, **TYPENAME,
}  # fmt: skip
TYPE: SelectionShape = {
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
DIRECTIVE: SelectionShape = {
    "name": {}, "description": {}, "isRepeatable": {}, "locations": {}, "args": INPUT_VALUE, **DEPRECATION, **TYPENAME,
}  # fmt: skip
SCHEMA: SelectionShape = {
    "description": {},
    "queryType": TYPE_REFERENCE,
    "mutationType": TYPE_REFERENCE,
    "subscriptionType": TYPE_REFERENCE,
    "types": TYPE,
    "directives": DIRECTIVE,
    **TYPENAME,
}
ROOT: SelectionShape = {"__schema": SCHEMA, "__type": TYPE, **TYPENAME}
INTROSPECTIONS = frozenset(ROOT) - frozenset(TYPENAME)


@dataclass(frozen=True, slots=True)
class IntrospectionAnswer:
    """The answer to a field of an introspection, as JSON."""

    json: bytes


def is_common(operation: OperationDefinitionNode, fragments: Fragments) -> bool:
    """Whether a valid operation is an introspection as tools send it, and nothing else."""
    return not operation.directives and is_selection_within(operation.selection_set, ROOT, fragments)


def is_selection_within(selection: SelectionSetNode, shape: SelectionShape, fragments: Fragments) -> bool:
    return all(is_within(node, shape, fragments) for node in selection.selections)


def is_within(node: Any, shape: SelectionShape, fragments: Fragments) -> bool:
    if node.directives:
        return False
    if isinstance(node, FieldNode):
        name, inner = node.name.value, node.selection_set
        return (
            node.alias is None
            and name in shape
            and (inner is None or is_selection_within(inner, shape[name], fragments))
        )
    part = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
    return not part.directives and is_selection_within(part.selection_set, shape, fragments)


def describe(planner: Planner, nodes: list[FieldNode]) -> IntrospectionAnswer:
    """The answer to __schema or __type. Raises GraphQLError."""
    schema = planner.schema
    value: Any = schema
    if nodes[0].name.value == "__type":
        value = schema.get_type(get_argument_values(TypeMetaFieldDef, nodes[0], planner.variables)["name"])
    type_ = schema.type_map["__Schema" if value is schema else "__Type"]
    return IntrospectionAnswer(orjson.dumps(serializer(planner, type_, [node.selection_set for node in nodes])(value)))


def serializer(planner: Planner, type_: Any, selections: list[SelectionSetNode | None]) -> Serialize:
    """Turns values of a type of introspection into JSON. A type is shown once, however often it is referred to."""
    type_ = get_nullable_type(type_)
    if isinstance(type_, GraphQLList):
        item = serializer(planner, type_.of_type, selections)
        return lambda value: None if value is None else [item(each) for each in value]
    if not isinstance(type_, GraphQLObjectType):
        return lambda value: None if value is None else type_.serialize(value)
    members = [
        (key, field_serializer(planner, type_, nodes)) for key, nodes in planner.collect(type_.name, selections).items()
    ]
    if type_.name == "__Type":
        return serialize_once(members)
    return lambda value: {key: show(value) for key, show in members}


def serialize_once(members: list[tuple[str, Serialize]]) -> Serialize:
    known: dict[int, Any] = {}  # by the identity of a type of the schema, which lives as long as the schema

    def show(value: Any) -> Any:
        if value is None:
            return None
        if id(value) not in known:
            known[id(value)] = {key: inner(value) for key, inner in members}
        return known[id(value)]

    return show


def field_serializer(planner: Planner, type_: GraphQLObjectType, nodes: list[FieldNode]) -> Serialize:
    """Shows a field of values of a type."""
    if nodes[0].name.value == "__typename":
        return lambda _: type_.name
    definition = planner.definition(type_.name, nodes[0])
    arguments = planner.arguments(type_.name, nodes[0])
    show = serializer(planner, definition.type, [node.selection_set for node in nodes])
    resolve = cast(Callable[..., Any], definition.resolve)
    info = SimpleNamespace(schema=planner.schema)  # all that resolvers of introspection ask of an execution
    return lambda value: show(resolve(value, info, **arguments))
