"""Every list in every order, walked forwards and backwards page by page, against a sorted Python list."""

from random import Random
from typing import Any

import pytest
from graphql import GraphQLEnumType

from app.graphql_api.schema.schema import CORE
from tests.reads.model import Slice, Term, holds, ordered, sliced
from tests.reads.world import Listing, World, listings

FILTERS: dict[str, list[dict[str, Any]]] = {
    "Account": [{}, {"hasOpenDocuments": True}, {"not": {"email": {"isNull": True}}}],
    "Document": [{}, {"status": {"eq": "OPEN"}}, {"or": [{"openAmount": {"isNull": True}}, {"overdue": True}]}],
    "Note": [{}, {"subject": {"isNull": False}}],
    "Representative": [{}, {"name": {"isNull": False}}],
    "Contact": [{}, {"isPrimary": False}],
}


def order_fields(type_: str) -> list[str]:
    """Everything that the schema offers to order the type by."""
    offered = CORE.type_map[f"{type_}OrderField"]
    assert isinstance(offered, GraphQLEnumType)
    return list(offered.values)


def some_order(random: Random, type_: str) -> list[Term]:
    """One to three terms, a field twice among them at times."""
    terms = random.choices(order_fields(type_), k=random.randint(1, 3))
    return [{"field": field, "direction": random.choice(["ASC", "DESC"])} for field in terms]


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    return [row["csrId"] for row in rows]


def assert_page(found: Any, expected: Slice, size: int) -> None:
    """The page holds these rows, and says rightly whether there are others and how many in all."""
    assert numbers(found["nodes"]) == numbers(expected.rows)
    assert numbers([edge["node"] for edge in found["edges"]]) == numbers(expected.rows)
    cursors = [edge["cursor"] for edge in found["edges"]]
    assert found["pageInfo"] == {
        "hasNextPage": expected.later,
        "hasPreviousPage": expected.earlier,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }
    assert found["totalCount"] == size


async def assert_walks(world: World, listing: Listing, terms: list[Term], filter_: dict[str, Any], size: int) -> None:
    """Page by page from either end, the list is the model's."""
    rows = ordered([row for row in listing.rows if holds(filter_, row)], listing.type, terms)
    asked: dict[str, Any] = {"filter": filter_} | ({"orderBy": terms} if terms else {})
    here, cursor = -1, None
    while here + 1 < len(rows):
        found = await listing.page(world.client, **asked, first=size, **({"after": cursor} if cursor else {}))
        assert_page(found, sliced(rows, first=size, after=here), len(rows))
        here, cursor = here + len(found["nodes"]), found["pageInfo"]["endCursor"]
    there, cursor = len(rows), None
    while there > 0:
        found = await listing.page(world.client, **asked, last=size, **({"before": cursor} if cursor else {}))
        assert_page(found, sliced(rows, last=size, before=there if cursor else None), len(rows))
        there, cursor = there - len(found["nodes"]), found["pageInfo"]["startCursor"]


@pytest.mark.slow
async def test_every_list_is_walked_whole_in_every_order_and_direction(world: World) -> None:
    for listing in listings(world):
        assert len(listing.rows) > 1, listing.name
        for field in order_fields(listing.type):
            for direction in ("ASC", "DESC"):
                await assert_walks(world, listing, [{"field": field, "direction": direction}], {}, 13)


async def test_without_an_order_lists_go_by_key_and_notes_by_time_of_creation(world: World) -> None:
    for listing in listings(world):
        await assert_walks(world, listing, [], {}, 6)


async def test_pages_of_any_size_in_any_order_with_a_filter_make_up_the_list(world: World) -> None:
    random = Random(3)
    for _ in range(25):
        listing = random.choice(list(listings(world)))
        terms, filter_ = some_order(random, listing.type), random.choice(FILTERS[listing.type])
        await assert_walks(world, listing, terms, filter_, random.randint(3, 25))


@pytest.mark.slow
async def test_any_combination_of_paging_arguments_cuts_the_right_slice(world: World) -> None:
    random = Random(4)
    for _ in range(35):
        listing = random.choice(list(listings(world)))
        terms, filter_ = some_order(random, listing.type), random.choice(FILTERS[listing.type])
        rows = ordered([row for row in listing.rows if holds(filter_, row)], listing.type, terms)
        whole = await listing.page(world.client, orderBy=terms, filter=filter_, first=1000)
        for _ in range(4 if rows else 0):
            positions = {end: random.randrange(len(rows)) for end in ("after", "before") if random.random() < 0.7}
            size = {random.choice(["first", "last"]): random.randint(0, 12)}
            cursors: dict[str, Any] = {end: whole["edges"][position]["cursor"] for end, position in positions.items()}
            found = await listing.page(world.client, orderBy=terms, filter=filter_, **cursors, **size)
            assert_page(found, sliced(rows, **positions, **size), len(rows))


@pytest.mark.parametrize("size", [{"first": 0}, {"last": 0}])
async def test_a_page_of_no_rows_still_tells_whether_there_are_any(world: World, size: dict[str, int]) -> None:
    found = await Listing("", "Account", "accounts", []).page(world.client, **size)
    forward = "first" in size
    assert (found["nodes"], found["edges"], found["totalCount"]) == ([], [], len(world.rows["Account"]))
    assert found["pageInfo"] == {
        "hasNextPage": forward,
        "hasPreviousPage": not forward,
        "startCursor": None,
        "endCursor": None,
    }
