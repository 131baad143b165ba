"""The schema that Strawberry makes of the types, and the graphql-core schema inside it that operations are parsed,
validated and planned against."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.graphql_api.compat_strawberry import core_schema
from app.graphql_api.schema.exact_numbers import take_exact_numbers
from app.graphql_api.schema.mutations import Mutation
from app.graphql_api.schema.planned_fields import value_of
from app.graphql_api.schema.queries import Query
from app.graphql_api.schema.scalars import SCALARS
from app.graphql_api.schema.types import TYPES

take_exact_numbers()
SCHEMA = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    types=list(TYPES.values()),
    config=StrawberryConfig(scalar_map=SCALARS, default_resolver=value_of),
)
CORE = core_schema(SCHEMA)


def sdl() -> str:
    """The schema as text."""
    return SCHEMA.as_str() + "\n"
