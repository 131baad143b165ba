"""Variables read at the pace of what was sent. graphql-core looks at every field that an input type has, some hundred
of a document's; here only those that were sent are looked at, and whatever is not plainly valid is left to
graphql-core, which knows how to say what is wrong."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    get_variable_values,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.language import OperationDefinitionNode
from graphql.utilities.coerce_input_value import coerce_default_value

DEEPEST = 50  # levels of a value
MOST_ERRORS = 50
LONGEST_JUDGED = 1_000  # characters of a text; longer ones, taken for names, would be compared for seconds


class Unclear(Exception):
    """Not plainly valid: graphql-core decides."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What must be known of an input object type: its fields by name, and of those the ones that are demanded and the
    ones that have a default."""

    fields: dict[str, GraphQLInputField]
    required: tuple[str, ...]
    defaults: tuple[str, ...]


def variable_values(
    schema: GraphQLSchema, operation: OperationDefinitionNode, sent: dict[str, Any]
) -> VariableValues | list[GraphQLError]:
    """The operation's variables, or what is wrong with them. Raises RecursionError where they are nested too deeply."""
    with suppress(Unclear):
        return plainly_valid(schema, operation, sent)
    definitions, brief = operation.variable_definitions or (), shortened(sent)
    if brief != sent:
        found = get_variable_values(schema, definitions, brief, max_errors=MOST_ERRORS)
        if isinstance(found, list):
            return without_frames(found)
    found = get_variable_values(schema, definitions, sent, max_errors=MOST_ERRORS)
    return without_frames(found) if isinstance(found, list) else found


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
        return {name[:LONGEST_JUDGED]: shortened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shortened(inner) for inner in value]
    return value[:LONGEST_JUDGED] if isinstance(value, str) else value


def plainly_valid(schema: GraphQLSchema, operation: OperationDefinitionNode, sent: dict[str, Any]) -> VariableValues:
    found = VariableValues({}, {})
    for node in operation.variable_definitions or ():
        name = node.variable.name.value
        signature = get_variable_signature(schema, node)
        if isinstance(signature, GraphQLError) or name not in sent:
            raise Unclear
        found.sources[name] = VariableValueSource(signature, sent[name])
        found.coerced[name] = coerced_value(sent[name], signature.type)
    return found


def coerced_value(value: Any, type_: GraphQLInputType, level: int = 0) -> Any:
    """The value as graphql-core would coerce it. Raises Unclear."""
    if isinstance(type_, GraphQLNonNull):
        if value is None:
            raise Unclear
        type_ = type_.of_type
    if value is None:
        return None
    if level > DEEPEST:
        raise Unclear
    if isinstance(type_, GraphQLList):
        if not isinstance(value, list):
            raise Unclear
        return [coerced_value(item, type_.of_type, level + 1) for item in value]
    if isinstance(type_, GraphQLInputObjectType):
        return coerced_object(value, type_, level)
    if isinstance(type_, GraphQLEnumType) and not (isinstance(value, str) and value in type_.values):
        raise Unclear  # before it is compared with all that there are
    try:
        found = type_.coerce_input_value(value)
    except Exception:
        raise Unclear from None
    if found is Undefined:
        raise Unclear
    return found


def coerced_object(value: Any, type_: GraphQLInputObjectType, level: int) -> Any:
    shape = shape_of(type_)
    if not isinstance(value, dict) or any(name not in value for name in shape.required):
        raise Unclear
    if type_.is_one_of and (len(value) != 1 or None in value.values()):
        raise Unclear
    found = {}
    for name, part in value.items():
        field = shape.fields.get(name)
        if field is None:
            raise Unclear
        found[field.out_name or name] = coerced_value(part, field.type, level + 1)
    for name in shape.defaults:
        if name not in value:
            found[shape.fields[name].out_name or name] = coerce_default_value(shape.fields[name])
    return type_.out_type(found)


@cache
def shape_of(type_: GraphQLInputObjectType) -> Shape:
    fields = type_.fields
    required = tuple(name for name, field in fields.items() if is_required_input_field(field))
    defaults = tuple(name for name, field in fields.items() if coerce_default_value(field) is not Undefined)
    return Shape(fields, required, defaults)
