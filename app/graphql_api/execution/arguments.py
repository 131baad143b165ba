"""What the arguments of fields that are read ask for: orders, pages, keys, global identifiers."""

from collections.abc import Sequence
from typing import Any

from app.domain.enums import Resource
from app.domain.values import is_storable
from app.graphql_api.execution.limits import ADVICE
from app.graphql_api.global_ids import decode_id
from app.reads.pagination import complete_order, decode_cursor
from app.reads.selection import DEFAULT_PAGE, MAX_COUNT_LIMIT, MAX_PAGE, Order, Page

MAX_IDS = 100


class BadArgument(Exception):
    """An argument that cannot be meant."""


def to_order(arguments: dict[str, Any]) -> tuple[Order, ...]:
    """The order that orderBy asks for; null is as good as absent."""
    terms = arguments.get("orderBy") or ()
    return tuple(Order(term["field"].value, term["direction"].value == "desc") for term in terms)


def to_page(source: str, order: tuple[Order, ...], arguments: dict[str, Any], wanted: dict[str, bool]) -> Page:
    """The page that first, after, last and before ask for; a null among them is as good as absent."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise BadArgument("first and last exclude each other: ask for a page from one end.")
    name, size = ("last", last) if last is not None else ("first", DEFAULT_PAGE if first is None else first)
    if not 0 <= size <= MAX_PAGE:
        raise BadArgument(f"{name} is {size}; it must lie between 0 and {MAX_PAGE}.")
    full = complete_order(source, order)
    after, before = (
        None if arguments.get(end) is None else decode_cursor(source, full, arguments[end])
        for end in ("after", "before")
    )
    entries = tuple(cursor.entry for cursor in (after, before) if cursor and cursor.entry)
    return Page(
        size,
        last is not None,
        after.sort_values if after else None,
        before.sort_values if before else None,
        wants_total=wanted["wants_total"],
        wants_earlier=wanted["wants_earlier"],
        wants_later=wanted["wants_later"],
        log_entries=entries,
    )


def to_count_limit(arguments: dict[str, Any]) -> int:
    """The limit up to which a list is to be counted."""
    limit: int = arguments["limit"]
    if not 1 <= limit <= MAX_COUNT_LIMIT:
        raise BadArgument(f"limit is {limit}; it must lie between 1 and {MAX_COUNT_LIMIT}.")
    return limit


def given_key(arguments: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """The values of arguments that name a resource."""
    for name in names:
        if not is_storable(arguments[name]):
            raise BadArgument(f"{name} must not contain NUL or unpaired surrogates.")
    return tuple(arguments[name] for name in names)


def decoded_ids(ids: Sequence[str]) -> dict[Resource, list[int]]:
    """The csrIds that global identifiers name, by resource; rubbish names nothing."""
    if len(ids) > MAX_IDS:
        raise BadArgument(f"ids has {len(ids)} identifiers; at most {MAX_IDS} are allowed. {ADVICE}")
    found: dict[Resource, list[int]] = {}
    for text in ids:
        decoded = decode_id(text)
        if decoded:
            found.setdefault(decoded[0], []).append(decoded[1])
    return found
