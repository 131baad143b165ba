"""What is wrong with the arguments and directives of an introspection. graphql-core would find it only while it runs,
when it looks like a failure of the server: so they are judged before, with those of all other fields."""

from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type
from graphql.execution.values import get_argument_values

from app.graphql_api.execution.planning import Planner, ResponsePath


def check_introspection(planner: Planner, type_name: str, nodes: list[FieldNode], path: ResponsePath) -> None:
    """Puts on record what is wrong with a field of the type, and with those below it."""
    parent: Any = planner.schema.type_map[type_name]
    field = planner.schema.get_field(parent, nodes[0].name.value)
    if field is None:
        return
    planner.collect_errors(nodes[0], path, arguments(planner, field, nodes[0]))
    target = get_named_type(field.type)
    if isinstance(target, GraphQLObjectType):
        for key, inner in planner.collect(target.name, [node.selection_set for node in nodes]).items():
            check_introspection(planner, target.name, inner, path.at(key))


def arguments(planner: Planner, field: GraphQLField, node: FieldNode) -> Iterator[dict[str, Any]]:
    yield get_argument_values(field, node, planner.variables)
