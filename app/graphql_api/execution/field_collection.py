"""What a selection asks of a type, as the specification's CollectFields has it: fragments, aliases, @skip and @include
merged, and the arguments of each field read once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLDirective,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from graphql.language import OperationDefinitionNode
from strawberry.types.field import StrawberryField

from app.graphql_api.compat_strawberry import strawberry_field
from app.graphql_api.errors import ErrorCode, error

Fields = dict[str, list[FieldNode]]  # by response key
Selections = Sequence[SelectionSetNode | None]


@dataclass(slots=True, kw_only=True)
class FieldCollector:
    """Reads the selections of one operation. `errors` collects what is wrong with the arguments of directives."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variables: VariableValues
    errors: list[GraphQLError] = field(default_factory=list)
    known_arguments: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)  # by type and node

    def collect(self, type_name: str, selections: Selections) -> Fields:
        """The fields of selection sets on an object type, by response key, in order."""
        fields: Fields = {}
        for selection in selections:
            if selection:
                self.collect_into(fields, type_name, selection, set())
        return fields

    def collect_into(self, fields: Fields, type_name: str, selection: SelectionSetNode, seen: set[str]) -> None:
        for node in selection.selections:
            if not self.included(node):
                continue
            if isinstance(node, FieldNode):
                fields.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self.applies(node, type_name):
                    self.collect_into(fields, type_name, node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self.applies(fragment, type_name):
                    self.collect_into(fields, type_name, fragment.selection_set, seen)

    def included(self, node: Any) -> bool:
        """Whether @skip and @include leave a selection in."""
        if not node.directives:
            return True
        skip, include = (
            self.condition(directive, node) for directive in (GraphQLSkipDirective, GraphQLIncludeDirective)
        )
        return not skip and include is not False

    def condition(self, directive: GraphQLDirective, node: Any) -> bool | None:
        """What a directive depends on; None where there is none, or it depends on a variable that is null."""
        try:
            values = get_directive_values(directive, node, self.variables)
        except GraphQLError as wrong:
            self.errors.append(error(ErrorCode.BAD_USER_INPUT, wrong.message, nodes=wrong.nodes))
            return None
        return None if values is None else bool(values["if"])

    def applies(self, fragment: Any, type_name: str) -> bool:
        condition = fragment.type_condition.name.value if fragment.type_condition else type_name
        if condition == type_name:
            return True
        object_type = self.schema.get_type(type_name)
        return isinstance(object_type, GraphQLObjectType) and any(i.name == condition for i in object_type.interfaces)

    def arguments(self, type_name: str, node: FieldNode) -> dict[str, Any]:
        """The arguments of a field as graphql-core coerces them. Raises GraphQLError."""
        known = self.known_arguments.get((type_name, id(node)))
        if known is None:
            known = get_argument_values(self.definition(type_name, node), node, self.variables)
            self.known_arguments[type_name, id(node)] = known
        return known

    def definition(self, type_name: str, node: FieldNode) -> GraphQLField:
        fields: dict[str, GraphQLField] = cast(GraphQLObjectType, self.schema.type_map[type_name]).fields
        return fields[node.name.value]

    def field_of(self, type_name: str, node: FieldNode) -> StrawberryField | None:
        """What planning knows of a field; None for __typename and introspection, which no type declares."""
        fields: dict[str, GraphQLField] = cast(GraphQLObjectType, self.schema.type_map[type_name]).fields
        found = fields.get(node.name.value)
        return None if found is None else strawberry_field(found)


def named(fields: Fields, name: str) -> list[FieldNode]:
    """The nodes of a field, under whichever response keys."""
    return [node for nodes in fields.values() for node in nodes if node.name.value == name]
