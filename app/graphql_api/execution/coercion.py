"""Coerces variables and arguments in time that depends on what was sent. graphql-core looks at every field of an input
type, about a hundred of a document's; here only those that were sent are looked at, and whatever is not plainly valid
is left to graphql-core, which knows how to say what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    get_variable_values,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.language import OperationDefinitionNode
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

from app.graphql_api.messages import with_json_values

MAX_DEPTH = 50  # levels of a value
MAX_ERRORS = 50
MAX_COMPARED_LENGTH = 1_000  # characters of a text; longer ones, taken for names, would be compared for seconds


class DeferToGraphQLCore(Exception):
    """The value is not plainly valid: graphql-core decides."""


Coerce = Callable[[Any, int], Any]  # of a value and the level that it lies on; raises Unclear
CoerceMembers = Callable[[VariableValues], dict[str, Any]]  # raises Unclear
Declared = Mapping[str, GraphQLArgument | GraphQLInputField]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that an operation declares."""

    name: str
    signature: GraphQLVariableSignature
    coerce: Coerce


def variable_values(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Sequence[Variable], sent: dict[str, Any]
) -> VariableValues | list[GraphQLError]:
    """The operation's variables, or what is wrong with them. Raises RecursionError where they are nested too deeply."""
    with suppress(DeferToGraphQLCore):
        return coerce_plainly_valid(variables, sent)
    definitions, brief = operation.variable_definitions or (), shortened(sent)
    if brief != sent:
        found = get_variable_values(schema, definitions, brief, max_errors=MAX_ERRORS)
        if isinstance(found, list):
            return readable_errors(found, brief)
    found = get_variable_values(schema, definitions, sent, max_errors=MAX_ERRORS)
    return readable_errors(found, sent) if isinstance(found, list) else found


def readable_errors(errors: list[GraphQLError], sent: dict[str, Any]) -> list[GraphQLError]:
    return [with_json_values(wrong, sent) for wrong in without_frames(errors)]


def without_frames(errors: list[GraphQLError]) -> list[GraphQLError]:
    """The errors without the frames that they came through, which know them, too: in such a circle the variables, of
    mebibytes maybe, would wait for the garbage to be collected."""
    causes: list[BaseException | None] = [*errors]
    while causes:
        cause = causes.pop()
        if cause is not None and cause.__traceback__:
            cause.__traceback__ = None
            causes += [cause.__cause__, cause.__context__, getattr(cause, "original_error", None)]
    return errors


def shortened(value: Any) -> Any:
    """The value with the beginnings of its texts. What is no name of the schema's is none then, either."""
    if isinstance(value, dict):
        return {name[:MAX_COMPARED_LENGTH]: shortened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shortened(inner) for inner in value]
    return value[:MAX_COMPARED_LENGTH] if isinstance(value, str) else value


def coerce_plainly_valid(variables: Sequence[Variable], sent: dict[str, Any]) -> VariableValues:
    found = VariableValues({}, {})
    for variable in variables:
        if variable.name not in sent:
            raise DeferToGraphQLCore
        value = sent[variable.name]
        found.sources[variable.name] = VariableValueSource(variable.signature, value)
        found.coerced[variable.name] = variable.coerce(value, 0)
    return found


def declared_variables(schema: GraphQLSchema, operation: OperationDefinitionNode) -> tuple[Variable, ...]:
    """The variables of a valid operation."""
    found = []
    for node in operation.variable_definitions or ():
        signature = get_variable_signature(schema, node)
        if isinstance(signature, GraphQLError):
            raise signature
        found.append(Variable(node.variable.name.value, signature, coercer(signature.type)))
    return tuple(found)


def coercer(type_: GraphQLInputType) -> Coerce:
    """What makes of values of the type what graphql-core would coerce them to."""
    if isinstance(type_, GraphQLNonNull):
        return non_null_coercer(coercer(type_.of_type))
    if isinstance(type_, GraphQLList):
        return list_coercer(coercer(type_.of_type))
    return named_type_coercer(type_)


def non_null_coercer(inner: Coerce) -> Coerce:
    def coerce(value: Any, level: int) -> Any:
        if value is None:
            raise DeferToGraphQLCore
        return inner(value, level)

    return coerce


def list_coercer(inner: Coerce) -> Coerce:
    def coerce(value: Any, level: int) -> Any:
        if value is None:
            return None
        if level > MAX_DEPTH or not isinstance(value, list):
            raise DeferToGraphQLCore
        return [inner(item, level + 1) for item in value]

    return coerce


@cache  # of named types there are only so many, and some lead back to themselves
def named_type_coercer(type_: GraphQLInputType) -> Coerce:
    if isinstance(type_, GraphQLInputObjectType):
        return input_object_coercer(type_)
    return enum_coercer(type_) if isinstance(type_, GraphQLEnumType) else scalar_coercer(type_)


def enum_coercer(type_: GraphQLEnumType) -> Coerce:
    meanings = {name: type_.coerce_input_value(name) for name in type_.values}

    def coerce(value: Any, level: int) -> Any:
        if value is None:
            return None
        if not isinstance(value, str) or value not in meanings:
            raise DeferToGraphQLCore  # before it is compared with all that there are
        return meanings[value]

    return coerce


def scalar_coercer(type_: Any) -> Coerce:
    take = type_.coerce_input_value

    def coerce(value: Any, level: int) -> Any:
        if value is None:
            return None
        try:
            found = take(value)
        except Exception:
            raise DeferToGraphQLCore from None
        return defined(found)

    return coerce


def input_object_coercer(type_: GraphQLInputObjectType) -> Coerce:
    required = [name for name, field in type_.fields.items() if is_required_input_field(field)]
    defaults = [field for field in type_.fields.items() if coerce_default_value(field[1]) is not Undefined]
    parts: dict[str, tuple[str, Coerce]] = {}  # of the fields that were ever sent

    def part(name: str) -> tuple[str, Coerce]:
        field = type_.fields.get(name)
        if field is None:
            raise DeferToGraphQLCore
        parts[name] = field.out_name or name, coercer(field.type)
        return parts[name]

    def coerce(value: Any, level: int) -> Any:
        if value is None:
            return None
        if level > MAX_DEPTH or not isinstance(value, dict) or any(name not in value for name in required):
            raise DeferToGraphQLCore
        if type_.is_one_of and (len(value) != 1 or None in value.values()):
            raise DeferToGraphQLCore
        found = {}
        for name, inner in value.items():
            out_name, take = parts.get(name) or part(name)
            found[out_name] = take(inner, level + 1)
        for name, field in defaults:
            if name not in value:
                found[field.out_name or name] = coerce_default_value(field)
        return type_.out_type(found)

    return coerce


def argument_coercer(definition: GraphQLField, node: FieldNode) -> CoerceMembers:
    """What makes the arguments of a field of the operation's variables, as graphql-core would."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    return members_coercer(definition.args, given)


def members_coercer(
    declared_variables: Mapping[str, GraphQLArgument | GraphQLInputField], given: dict[str, ValueNode]
) -> CoerceMembers:
    """What makes the members that are given, and the others that have a default."""
    names = {name: one.out_name or name for name, one in declared_variables.items()}
    takes = [(names[name], literal_coercer(node, declared_variables[name].type)) for name, node in given.items()]
    left = [(names[name], one) for name, one in declared_variables.items() if name not in given]
    defaults = [(name, one) for name, one in left if coerce_default_value(one) is not Undefined]

    def coerce(variables: VariableValues) -> dict[str, Any]:
        found = {name: take(variables) for name, take in takes}
        for name, one in defaults:
            found[name] = coerce_default_value(one)
        return found

    return coerce


def literal_coercer(node: ValueNode, type_: GraphQLInputType) -> Callable[[VariableValues], Any]:
    """The same of one value of a valid text."""
    named = get_nullable_type(type_)
    if isinstance(node, VariableNode):
        return variable_coercer(node.name.value, nullable=named is type_)
    if isinstance(node, ObjectValueNode) and isinstance(named, GraphQLInputObjectType):
        return literal_object_coercer(
            named, members_coercer(named.fields, {part.name.value: part.value for part in node.fields})
        )
    return lambda variables: defined(coerce_input_literal(node, type_, variables))


def variable_coercer(name: str, *, nullable: bool) -> Callable[[VariableValues], Any]:
    def coerce(variables: VariableValues) -> Any:
        value = defined(variables.coerced.get(name, Undefined))
        if value is None and not nullable:
            raise DeferToGraphQLCore
        return value

    return coerce


def literal_object_coercer(type_: GraphQLInputObjectType, take: CoerceMembers) -> Callable[[VariableValues], Any]:
    def coerce(variables: VariableValues) -> Any:
        found = take(variables)
        if type_.is_one_of and None in found.values():
            raise DeferToGraphQLCore
        return type_.out_type(found)

    return coerce


def defined(value: Any) -> Any:
    if value is Undefined:
        raise DeferToGraphQLCore
    return value
