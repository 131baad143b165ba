"""Connections: the list shape of the Relay cursor specification, with nodes and totalCount."""

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.types.arguments import StrawberryArgument

from app.domain.enums import Resource
from app.graphql_api.schema.filters import FILTERS
from app.graphql_api.schema.orders import ORDERS
from app.graphql_api.schema.planned_fields import argument, computed, list_of, relation
from app.reads.pagination import encode_cursor
from app.reads.selection import DEFAULT_PAGE, MAX_COUNT_LIMIT, MAX_PAGE, Row, RowPage

CountLimit = Annotated[
    int, strawberry.argument(description=f"Where to stop counting: a number of rows from 1 to {MAX_COUNT_LIMIT}.")
]

N = TypeVar("N")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row in a page."""

    page: RowPage
    node: Row


def cursor(page: RowPage, row: Row) -> str:
    return encode_cursor(row.resource, page.order, row)


def cursor_of(root: PageRow) -> str:
    return cursor(root.page, root.node)


def edges(root: RowPage) -> list[PageRow]:
    return [PageRow(root, row) for row in root.rows]


def nodes(root: RowPage) -> list[Row]:
    return root.rows


def page_info(root: RowPage) -> RowPage:
    return root


def total_count(root: RowPage) -> int | None:
    return root.total


def total_count_up_to(root: RowPage, limit: CountLimit) -> int | None:
    return None if root.counted is None else min(root.counted, limit)


def has_next_page(root: RowPage) -> bool:
    return root.has_later


def has_previous_page(root: RowPage) -> bool:
    return root.has_earlier


def start_cursor(root: RowPage) -> str | None:
    return cursor(root, root.rows[0]) if root.rows else None


def end_cursor(root: RowPage) -> str | None:
    return cursor(root, root.rows[-1]) if root.rows else None


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = computed(has_next_page, "Whether rows follow it.")
    has_previous_page: bool = computed(has_previous_page, "Whether rows come before it.")
    start_cursor: str | None = computed(start_cursor, "Cursor of its first row; null where it is empty.")
    end_cursor: str | None = computed(end_cursor, "Cursor of its last row; null where it is empty.")


@strawberry.type
class Edge(Generic[N]):
    """What the edges of every connection have; each says itself what its node is."""

    cursor: str = computed(cursor_of, "Its place, for `after` and `before`.")
    node: N = strawberry.field()


@strawberry.type
class Connection(Generic[E, N]):
    """What every connection has."""

    edges: list[E] = computed(edges, "Its rows, each with a cursor.")
    nodes: list[N] = computed(nodes, "Its rows.")
    page_info: PageInfo = computed(page_info, "Where it lies in the list.")
    total_count: int = computed(total_count, "How many rows the list has in all; counted only when asked for.")
    total_count_up_to: int = computed(
        total_count_up_to, "The same, or the limit where it has more: no more rows are counted than that."
    )


def page_arguments() -> tuple[StrawberryArgument, ...]:
    """The arguments of every connection."""
    return (
        argument("first", int | None, f"How many rows from the start, at most {MAX_PAGE}; {DEFAULT_PAGE} if unsaid."),
        argument("after", str | None, "Cursor of the row after which to begin."),
        argument("last", int | None, f"How many rows from the end, at most {MAX_PAGE}."),
        argument("before", str | None, "Cursor of the row before which to end."),
    )


def list_arguments(resource: Resource) -> tuple[StrawberryArgument, ...]:
    """The arguments of a connection of the resource, whose rows are filtered and ordered."""
    orders, by_default = list_of(ORDERS[resource]), "by key where left out or null, notes by createdAt."
    return (
        *page_arguments(),
        argument("filter", FILTERS[resource] | None, "Which rows; all where left out or null."),
        argument("order_by", orders | None, f"In which order; {by_default}"),
    )


def connection(description: str, resource: Resource) -> Any:
    """A field that answers with a page of the resource."""
    return relation(description, *list_arguments(resource))
