"""Connections: the list shape of the Relay cursor specification, with nodes and totalCount, filters and orders."""

from enum import Enum
from typing import Any

from app.domain.resources import Resource
from app.graphql_api.schema.filters import FILTERS
from app.graphql_api.schema.type_registry import SLOTS, TYPES, Slot, enum, input_type, output
from app.reads.pagination import encode_cursor
from app.reads.relations import CHANGE
from app.reads.selection import DEFAULT_PAGE, MAX_PAGE, RowPage

# The orders that each resource offers; an index serves each.
ORDERS: dict[Resource, tuple[str, ...]] = {
    Resource.ACCOUNT: ("account_number", "name", "account_group", "created_at", "updated_at"),
    Resource.DOCUMENT: (
        "document_number",
        "invoice_date",
        "due_date",
        "open_amount",
        "status",
        "created_at",
        "updated_at",
    ),
    Resource.NOTE: ("created_at", "effective_date", "reference"),
    Resource.REPRESENTATIVE: ("reference", "name", "created_at", "updated_at"),
    Resource.CONTACT: ("reference", "name", "created_at", "updated_at"),
}


class OrderDirection(Enum):
    """Which end of an order comes first."""

    ASC = "asc"
    DESC = "desc"


enum(
    OrderDirection,
    "OrderDirection",
    "Which end of an order comes first. Rows without the value come last in both.",
    {"ASC": "Smallest, earliest or first by code point.", "DESC": "Largest, latest or last by code point."},
)
output(
    "PageInfo",
    "Where a page lies in its list.",
    [
        Slot("has_next_page", "bool", "Whether rows follow it.", resolve=lambda rows, args: rows.has_later),
        Slot("has_previous_page", "bool", "Whether rows come before it.", resolve=lambda rows, args: rows.has_earlier),
        Slot(
            "start_cursor",
            "str | None",
            "Cursor of its first row; null where it is empty.",
            resolve=lambda rows, args: cursor(rows, rows.rows[0]) if rows.rows else None,
        ),
        Slot(
            "end_cursor",
            "str | None",
            "Cursor of its last row; null where it is empty.",
            resolve=lambda rows, args: cursor(rows, rows.rows[-1]) if rows.rows else None,
        ),
    ],
)


def cursor(rows: RowPage, row: Any) -> str:
    return encode_cursor(row.resource, rows.order, row)


PAGE_ARGUMENTS = (
    Slot("first", "int | None", f"How many rows from the start, at most {MAX_PAGE}; {DEFAULT_PAGE} if unsaid."),
    Slot("after", "str | None", "Cursor of the row after which to begin."),
    Slot("last", "int | None", f"How many rows from the end, at most {MAX_PAGE}."),
    Slot("before", "str | None", "Cursor of the row before which to end."),
)


def page_arguments(name: str) -> tuple[Slot, ...]:
    """The arguments of every connection of the resource type."""
    return (
        *PAGE_ARGUMENTS,
        Slot("filter", f"{name}Filter | None", "Which rows; all where left out or null."),
        Slot(
            "order_by",
            f"list[{name}Order] | None",
            "In which order; by key where left out or null, notes by createdAt.",
        ),
    )


def declare_order(resource: Resource) -> None:
    """The order type of a resource."""
    name = type_name(resource)
    words = [column.upper() for column in ORDERS[resource]]
    fields: Any = Enum(f"{name}OrderField", {word: word.lower() for word in words})  # type: ignore[misc]  # made of a table
    meanings = {word: f"By {SHOWN.get(word, word.lower().replace('_', ' '))}." for word in words}
    enum(fields, f"{name}OrderField", f"What {resource}s can be ordered by.", meanings)
    input_type(
        f"{name}Order",
        f"One term of an order of {resource}s.",
        [
            Slot("field", f"{name}OrderField", "What to order by."),
            Slot("direction", "OrderDirection", "Which end comes first.", default=OrderDirection.ASC),
        ],
    )


def declare_connection(resource: str) -> None:
    """The connection and edge types of what is listed."""
    name = type_name(resource)
    output(
        f"{name}Edge",
        f"{with_article(resource).capitalize()} and its place in a list.",
        [
            Slot("cursor", "str", "Its place, for `after` and `before`.", resolve=lambda edge, args: cursor(*edge)),
            Slot("node", name, f"The {resource}.", resolve=lambda edge, args: edge[1]),
        ],
    )
    output(
        f"{name}Connection",
        f"A page of {resource}s.",
        [
            Slot(
                "edges",
                f"list[{name}Edge]",
                "Its rows, each with a cursor.",
                resolve=lambda rows, args: [(rows, row) for row in rows.rows],
            ),
            Slot("nodes", f"list[{name}]", "Its rows.", resolve=lambda rows, args: rows.rows),
            Slot("page_info", "PageInfo", "Where it lies in the list.", resolve=lambda rows, args: rows),
            Slot(
                "total_count",
                "int",
                "How many rows the list has in all; counted only when asked for.",
                resolve=lambda rows, args: rows.total,
            ),
        ],
    )


SHOWN = {"CREATED_AT": "time of creation", "UPDATED_AT": "time of the last write", "STATUS": "status, closed first"}


def type_name(resource: str) -> str:
    return resource.capitalize()


def with_article(resource: str) -> str:
    return f"an {resource}" if resource == Resource.ACCOUNT else f"a {resource}"


def connection(name: str, resource: Resource, description: str) -> Slot:
    """A field that answers with a page of the resource."""
    target = type_name(resource)
    return Slot(name, f"{target}Connection", description, arguments=page_arguments(target), edge=name)


for _resource in FILTERS:
    declare_order(_resource)
    declare_connection(_resource)
declare_connection(CHANGE)

CONNECTIONS = frozenset(name for name in SLOTS if name in TYPES and name.endswith("Connection"))
