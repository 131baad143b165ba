"""A resource is an entry of RESOURCES, and every layer has what belongs to it. Whoever adds one is told here what is
missing, and in which file it goes."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from app.graphql_api.schema import orders
from app.graphql_api.schema.filter_conditions import FIELDS
from app.graphql_api.schema.filters import FILTERS
from app.graphql_api.schema.mutations import Mutation
from app.graphql_api.schema.queries import Query
from app.graphql_api.schema.types import TYPES
from app.rest_api.openapi import examples
from app.storage.tables import MODELS, TABLES
from app.storage.types import Amount

SCHEMA = "app/graphql_api/schema"
REGISTRIES = (("types", TYPES, ""), ("filters", FILTERS, "Filter"), ("orders", orders.ORDERS, "Order"))


@pytest.mark.parametrize("resource", Resource)
def test_a_resource_has_all_that_belongs_to_one(resource: Resource) -> None:
    assert resource in RESOURCES, f"app/domain/resources.py: an entry of Resource.{resource.name}"
    assert [*missing_classes(resource), *missing_fields(resource), *missing_examples(resource)] == []


def missing_classes(resource: Resource) -> Iterator[str]:
    name = resource.capitalize()
    if resource not in MODELS:
        yield f"app/storage/tables/resources.py: a class {name} whose __tablename__ is '{resource.plural}'"
    for registry, file, suffix in (
        (TYPES, "types", ""),
        (FILTERS, "filters", "Filter"),
        (orders.ORDERS, "orders", "Order"),
    ):
        if resource not in registry:
            yield f"{SCHEMA}/{file}.py: a class {name}{suffix}"


def missing_fields(resource: Resource) -> Iterator[str]:
    """Of Query and Mutation, and of the types that its references lead between."""
    known = RESOURCES[resource]
    queries = {str(resource)} if known.owner else {str(resource), resource.plural}
    mutations = {f"{verb.value}_{resource}" for verb in known.verbs}
    wanted: list[tuple[Any, str, set[str]]] = [(Query, "queries", queries), (Mutation, "mutations", mutations)]
    for each in known.references:
        wanted += [(TYPES.get(resource), "types", {each.relation}), (TYPES.get(each.target), "types", {each.reverse})]
    for class_, file, names in wanted:
        if class_:
            yield from (f"{SCHEMA}/{file}.py: {class_.__name__}.{name}" for name in sorted(names - fields_of(class_)))


def fields_of(class_: Any) -> set[str]:
    return {field.python_name for field in class_.__strawberry_definition__.fields}


def missing_examples(resource: Resource) -> Iterator[str]:
    needed: dict[str, Mapping[Resource, Any]] = {"KEYS": examples.KEYS}
    if not RESOURCES[resource].owner:
        needed |= {"CREATED": examples.CREATED, "PATCHED": examples.PATCHED}
    yield from (f"app/rest_api/openapi/examples.py: {name}" for name, known in needed.items() if resource not in known)


@pytest.mark.parametrize("resource", Resource)
def test_amounts_that_a_list_is_filtered_or_ordered_by_are_kept_as_ordered_amounts(resource: Resource) -> None:
    """SQLite would compare others as text: 9 would be more than 10. Such a column is written out in its class, as
    `amount: Decimal = Field(sa_type=OrderedAmount)`."""
    columns = {field.column for field in FIELDS[resource].values() if not field.means}
    columns |= {member.value for member in vars(orders)[f"{resource.capitalize()}OrderField"]}
    assert [name for name in sorted(columns) if isinstance(TABLES[resource].c[name].type, Amount)] == []
