"""The schema: Strawberry makes its types, and every field gets its resolver here: fields that are read take what the
plan fetched, fields of the Mutation type run their command."""

from collections.abc import Callable
from typing import Any

import strawberry
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from graphql.pyutils import Path
from strawberry.schema.config import StrawberryConfig

from app.graphql_api.schema import (
    inputs,  # noqa: F401 -- declare the types that are named elsewhere
    types,  # noqa: F401 -- declare the types that are named elsewhere
)
from app.graphql_api.schema.exact_numbers import take_exact_numbers
from app.graphql_api.schema.mutations import MUTATIONS, run_mutation
from app.graphql_api.schema.queries import PLANS
from app.graphql_api.schema.scalars import SCALARS
from app.graphql_api.schema.type_registry import SLOTS, TYPES, Slot

ROOTS = [TYPES[name] for name in ("Account", "Document", "Note", "Representative", "Contact")]


def make_schema() -> strawberry.Schema:
    """The schema with its resolvers."""
    take_exact_numbers()
    made = strawberry.Schema(
        query=TYPES["Query"],
        mutation=TYPES["Mutation"],
        types=ROOTS,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    attach_resolvers(core(made))
    return made


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """The graphql-core schema that Strawberry made."""
    return schema._schema


def attach_resolvers(schema: GraphQLSchema) -> None:
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLInputObjectType):
            type_.is_one_of = type_.is_one_of or bool(TYPES[name].__strawberry_definition__.is_one_of)
        if isinstance(type_, GraphQLObjectType) and name in SLOTS:
            for shown, field in type_.fields.items():
                field.resolve = resolve_mutation if name == "Mutation" else resolver(SLOTS[name][shown])


def resolver(slot: Slot) -> Callable[..., Any]:
    """How a field that is read finds its value."""
    if slot.edge:
        return lambda row, info, **args: row.related[name_of(info.path)]
    resolve = slot.resolve
    if resolve is None:
        return lambda row, info: row[slot.name]
    return lambda value, info, **args: resolve(value, {**args, "key": info.path.key, "context": info.context})


def name_of(path: Path) -> str:
    """What the plan has stored an edge under: its response key, behind those that lead from a page to its row."""
    key, parent = str(path.key), path.prev
    if parent and parent.typename and parent.typename.endswith("Edge") and parent.prev and parent.prev.prev:
        return f"{parent.prev.prev.key}/{parent.key}/{key}"
    if parent and isinstance(parent.key, int) and parent.prev and str(parent.prev.typename).endswith("Connection"):
        return f"{parent.prev.key}/{key}"
    return key


async def resolve_mutation(_: Any, info: GraphQLResolveInfo[Any], **args: Any) -> dict[str, Any]:
    traversals = info.context.payloads[info.path.key]
    return await run_mutation(MUTATIONS[info.field_name], info.context, traversals, args)


SCHEMA = make_schema()
CORE = core(SCHEMA)
ROOT_FIELDS = frozenset(PLANS)


def sdl() -> str:
    """The schema as text."""
    return SCHEMA.as_str() + "\n"
