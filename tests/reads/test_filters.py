"""Every field of every filter with every operator, alone and combined, against the same filter in plain Python."""

from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from app.graphql_api.schema.schema import CORE
from tests.gateway import Client
from tests.reads.model import Filter, Row, holds, ordered, sliced
from tests.reads.test_pages import assert_page, order_fields
from tests.reads.world import World, listings

TYPES = ("Account", "Document", "Representative", "Contact")
BATCH = 20


async def kept(client: Client, type_: str, filters: list[Filter]) -> list[set[int]]:
    """The csrIds of the rows that each of the filters lets through."""
    found = []
    for start in range(0, len(filters), BATCH):
        batch = {f"f{n}": filter_ for n, filter_ in enumerate(filters[start : start + BATCH])}
        declared = ", ".join(f"${name}: {type_}Filter" for name in batch)
        asked = " ".join(
            f"{name}: {type_.lower()}s(first: 100, filter: ${name}) {{ nodes {{ csrId }} }}" for name in batch
        )
        if type_ == "Note":
            asked = f"accounts {{ nodes {{ {asked} }} }}"
        data = await client.query(f"query({declared}) {{ {asked} }}", **batch)
        places = data["accounts"]["nodes"] if type_ == "Note" else [data]
        found += [{row["csrId"] for place in places for row in place[name]["nodes"]} for name in batch]
    return found


async def assert_kept(world: World, type_: str, filters: list[Filter]) -> None:
    """Each filter keeps the rows that it keeps in plain Python."""
    for filter_, found in zip(filters, await kept(world.client, type_, filters), strict=True):
        assert found == {row["csrId"] for row in world.rows[type_] if holds(filter_, row)}, filter_


def fields(type_: str) -> dict[str, GraphQLInputObjectType | None]:
    """What the schema offers to filter the type by: the comparison of each field, None for a Boolean."""
    offered = CORE.type_map[f"{type_}Filter"]
    assert isinstance(offered, GraphQLInputObjectType)
    named = {
        name: get_named_type(field.type) for name, field in offered.fields.items() if name not in ("and", "or", "not")
    }
    return {name: kind if isinstance(kind, GraphQLInputObjectType) else None for name, kind in named.items()}


def shown(value: Any) -> Any:
    """A value as a variable carries it."""
    return value if value is None or isinstance(value, str | bool) else str(value)


def operands(random: Random, operator: str, values: list[Any]) -> Iterator[Any]:
    """Things to compare with: values that occur, parts of them, and some that do not occur."""
    texts = [str(value) for value in values]
    if operator == "isNull":
        yield from (True, False)
    elif operator == "in":
        yield from ([], [shown(random.choice(values))], [shown(v) for v in random.sample(values, min(4, len(values)))])
    elif operator in ("startsWith", "contains"):
        for text in (random.choice(texts), random.choice(texts)):
            yield text[: random.randint(1, 3)] if operator == "startsWith" else text[-random.randint(1, 3) :].swapcase()
    else:
        yield from (shown(random.choice(values)), shown(max(values)), shown(min(values)))


def comparisons(random: Random, type_: str, rows: list[Row]) -> Iterator[Filter]:
    """Filters of one field and one operator, for each that there is."""
    for name, kind in fields(type_).items():
        if kind is None:
            yield from ({name: True}, {name: False})
        elif name == "product":
            for product in ("COLLECTIONS", "OPEN_BALANCE", "CASH_APP"):
                yield from ({name: {"eq": product}}, {name: {"in": [product, "INVOICING"]}}, {name: {"in": []}})
        else:
            assert name in rows[0], f"{type_}Filter compares {name}: tests/reads/world.py has to write and read it"
            values = sorted({row[name] for row in rows if row[name] is not None})
            for operator in kind.fields:
                yield from ({name: {operator: operand}} for operand in operands(random, operator, values))


def combined(random: Random, parts: list[Filter], depth: int) -> Filter:
    """A filter made of others."""
    if depth == 0:
        return random.choice(parts)
    inner = [combined(random, parts, random.randrange(depth)) for _ in range(random.randint(1, 3))]
    word = random.choice(["and", "or", "not", "beside"])
    if word == "beside":
        return inner[0] | random.choice(parts)
    return {word: inner[0] if word == "not" else inner} | (random.choice(parts) if random.random() < 0.3 else {})


@pytest.mark.slow
async def test_every_operator_of_every_field_keeps_the_rows_that_it_means(world: World) -> None:
    for type_ in (*TYPES, "Note"):
        await assert_kept(world, type_, list(comparisons(Random(type_), type_, world.rows[type_])))


@pytest.mark.slow
async def test_filters_combined_with_and_or_not_keep_the_rows_that_they_mean(world: World) -> None:
    random = Random(5)
    for type_ in TYPES:
        parts = list(comparisons(random, type_, world.rows[type_]))
        await assert_kept(world, type_, [combined(random, parts, 3) for _ in range(60)])


async def test_several_operators_of_one_field_must_all_hold(world: World) -> None:
    between = {"dueDate": {"gte": "2026-01-01", "lt": "2026-03-31"}}
    both = {"product": {"eq": "OPEN_BALANCE", "in": ["CASH_APP"]}}
    never = {"documentNumber": {"eq": "D-1", "in": []}}
    counts = [len(found) for found in await kept(world.client, "Document", [between, both, never])]
    assert counts[0] == sum(row["dueDate"] == "2026-01-01" for row in world.rows["Document"]) > 0
    assert counts[1] == sum(row["products"] == ["OPEN_BALANCE", "CASH_APP"] for row in world.rows["Document"]) > 0
    assert counts[2] == 0


async def test_an_empty_filter_is_everything_and_none_of_nothing_matches_nothing(world: World) -> None:
    filters: list[Filter] = [{}, {"and": [{}]}, {"or": [{}]}, {"not": {}}, {"accountNumber": {"in": []}}]
    counts = [len(found) for found in await kept(world.client, "Account", filters)]
    everything = len(world.rows["Account"])
    assert counts == [everything, everything, everything, 0, 0]


async def test_not_takes_rows_without_the_value_that_its_condition_compares(world: World) -> None:
    north = {"accountGroup": {"eq": "Alpha"}}
    filters: list[Filter] = [{"not": north}, {"not": {"not": north}}, {"not": {"accountGroup": {"in": []}}}]
    found = await kept(world.client, "Account", filters)
    groups = {row["csrId"]: row["accountGroup"] for row in world.rows["Account"]}
    assert None in groups.values()
    assert found[0] == {number for number, group in groups.items() if group != "Alpha"}
    assert found[1] == {number for number, group in groups.items() if group == "Alpha"}
    assert found[2] == set(groups)


@pytest.mark.slow
async def test_the_largest_filter_goes_with_the_longest_order_and_everything_asked_about_the_page(world: World) -> None:
    every = next(listing for listing in listings(world) if listing.name == "documents")
    directions = cycle(["DESC", "ASC"])
    terms = [{"field": field, "direction": next(directions)} for field in reversed(order_fields("Document"))]
    filter_: Filter = {"documentNumber": {"in": [f"D-{n}" for n in range(5, 1_005)]}}
    rows = ordered([row for row in every.rows if holds(filter_, row)], "Document", terms)
    cursors = [edge["cursor"] for edge in (await every.page(world.client, orderBy=terms, first=100))["edges"]]
    whole = ordered(every.rows, "Document", terms)
    after, before = whole.index(rows[3]), whole.index(rows[9])
    asked = {"orderBy": terms, "filter": filter_, "after": cursors[after], "before": cursors[before]}
    for size in ({"first": 4}, {"last": 4}):
        assert_page(await every.page(world.client, **asked, **size), sliced(rows, **size, after=3, before=9), len(rows))
