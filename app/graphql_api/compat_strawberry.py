"""What the gateway needs of Strawberry beyond its documented interface: all of it is here, and tried by a test that
names the version."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_nullable_type,
    is_leaf_type,
)
from strawberry.types.field import StrawberryField

DEFINITION = "strawberry-definition"  # where graphql-core's objects hold what Strawberry made them of

Class = TypeVar("Class", bound=type)


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The graphql-core schema that Strawberry made, which parsing, validation and planning work with. It is told which
    inputs are @oneOf, so that graphql-core itself refuses what does not fit, and says where."""
    core = schema._schema
    for type_ in core.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            type_.is_one_of = type_.extensions[DEFINITION].is_one_of
    return core


def strawberry_field(field: GraphQLField) -> StrawberryField:
    """The Strawberry field that a field of the graphql-core schema was made of."""
    found: StrawberryField = field.extensions[DEFINITION]
    return found


def resolve_function(
    definition: GraphQLField, arguments: dict[str, Any]
) -> tuple[Callable[[Any, Any], Any], Callable[[GraphQLResolveInfo[Any]], Any]]:
    """A field's resolver as a function of the source and of what it is told of the request, and what makes that of
    graphql-core's own. Where Strawberry would put nothing around the resolver, it is called itself: that takes a fifth
    of the time."""
    field = strawberry_field(definition)
    resolver, wrapped = field.base_resolver, definition.resolve
    if resolver is None or field.extensions or not all(taken_as_is(one) for one in definition.args.values()):
        return lambda source, info: wrapped(source, info, **arguments), lambda info: info  # type: ignore[misc]
    names = {name: one.extensions[DEFINITION].python_name for name, one in definition.args.items()}
    given = {names[name]: value for name, value in arguments.items()}
    parameter = resolver.self_parameter or resolver.parent_parameter or resolver.root_parameter
    source_name, info_name = parameter and parameter.name, resolver.info_parameter and resolver.info_parameter.name
    function: Any = resolver.wrapped_func

    def call(source: Any, info: Any) -> Any:
        values = given.copy()
        if source_name:
            values[source_name] = source
        if info_name:
            values[info_name] = info
        return function(**values)

    return call, lambda info: strawberry.Info(_raw_info=info, _field=field)


def taken_as_is(argument: GraphQLArgument) -> bool:
    """Whether Strawberry gives a resolver the argument as graphql-core coerced it."""
    type_ = get_nullable_type(argument.type)
    return is_leaf_type(type_) and type_ is not GraphQLID  # some identifiers are objects to Strawberry


def taken_as_sent(cls: Class) -> Class:
    """Has resolvers take an input as the mapping that was sent, by GraphQL names: an instance of the class would have a
    value for what was left out, and cost as much as the class has fields. Stands above @strawberry.input."""
    definition: Any = cls.__strawberry_definition__  # type: ignore[attr-defined]
    definition.from_input = as_sent
    return cls


def as_sent(cls: type, value: Mapping[str, Any], context: Any) -> Any:
    return value
