"""A document against the schema: by the rules of the specification as graphql-core has them, and one that it lacks."""

from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    ValidationRule,
    is_nullable_type,
    specified_rules,
    type_from_ast,
    validate,
)


class OneOfVariablesRule(ValidationRule):
    """A variable that is a member of a @oneOf input must be non-null. graphql-core sees to those whose input may itself
    be null; here are the others, as in `input: {invoicing: $data}`."""

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_: Any) -> None:
        definitions = {node.variable.name.value: node for node in operation.variable_definitions or ()}
        for usage in self.context.get_recursive_variable_usages(operation):
            name, definition = usage.node.name.value, definitions.get(usage.node.name.value)
            one_of = usage.parent_type.of_type if isinstance(usage.parent_type, GraphQLNonNull) else None
            if definition is None or not isinstance(one_of, GraphQLInputObjectType) or not one_of.is_one_of:
                continue
            type_ = type_from_ast(self.context.schema, definition.type)
            if is_nullable_type(type_):
                message = f"Variable '${name}' is of type '{type_}' but must be non-nullable to be used for OneOf"
                nodes = [definition, usage.node]
                self.report_error(GraphQLError(f"{message} Input Object '{one_of}'.", nodes))


RULES = (*specified_rules, OneOfVariablesRule)


def validate_document(
    schema: GraphQLSchema, document: DocumentNode, max_errors: int | None = None
) -> list[GraphQLError]:
    """What is wrong with a document."""
    return validate(schema, document, RULES, max_errors)
