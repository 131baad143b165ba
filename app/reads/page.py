"""Orders, pages and the opaque places in them: keyset conditions, and cursors that hold the values of an order."""

import base64
import binascii
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa

from app.domain.values import Fault, parse_amount, parse_date, parse_moment, shortest, storable
from app.reads.edges import DEFAULT_ORDERS, SOURCES, TIE_BREAKS
from app.reads.selection import Order
from app.storage.types import OrderedAmount, Timestamp

INT_LIMIT = 2**31


class BadCursor(Exception):
    """A cursor that this list with this order did not give."""


def complete(source: str, order: Sequence[Order]) -> tuple[Order, ...]:
    """The order with defaults and tie-break, each column once: no two rows of a list are equal under it."""
    chosen: dict[str, Order] = {}
    for term in order or DEFAULT_ORDERS[source]:
        chosen.setdefault(term.column, term)
    tie = TIE_BREAKS.get(source)
    if tie and not any(is_key(source, column) for column in chosen):
        chosen.setdefault(tie, Order(tie))
    return tuple(chosen.values())


def is_key(source: str, column: str) -> bool:
    return column in SOURCES[source].primary_key.columns


def order_by(
    target: sa.FromClause, order: Sequence[Order], *, backward: bool = False, like: sa.FromClause | None = None
) -> list[Any]:
    """ORDER BY terms; rows without the value come last forward, so first backward. `like` is the table that knows
    which columns may be empty, where the target is made from it."""
    terms: list[Any] = []
    for term in order:
        column = target.c[term.column]
        if getattr((target if like is None else like).c[term.column], "nullable", False):
            missing = column.is_(None)
            terms.append(missing.desc() if backward else missing)
        terms.append(column.desc() if term.descending != backward else column)
    return terms


def beyond(
    target: sa.FromClause, order: Sequence[Order], place: Sequence[Any], *, backward: bool = False
) -> sa.ColumnElement[bool]:
    """The condition that a row comes after the place, or before it."""
    columns = [target.c[term.column] for term in order]
    if not backward and not any(c.nullable or t.descending for c, t in zip(columns, order, strict=True)):
        bound = [sa.literal(value, column.type) for column, value in zip(columns, place, strict=True)]
        return sa.tuple_(*columns) > sa.tuple_(*bound)  # one range of an index
    level_so_far: list[sa.ColumnElement[bool]] = []
    ways: list[sa.ColumnElement[bool]] = []
    for column, term, value in zip(columns, order, place, strict=True):
        step = passed(column, value, up=term.descending == backward, backward=backward)
        if step is not None:
            ways.append(sa.and_(*level_so_far, step))
        level_so_far.append(column.is_(None) if value is None else column == value)
    reached = sa.or_(sa.false(), *ways)
    first, value = columns[0], place[0]
    if first.nullable or value is None:
        return reached
    return sa.and_(first >= value if order[0].descending == backward else first <= value, reached)


def passed(column: Any, value: Any, *, up: bool, backward: bool) -> sa.ColumnElement[bool] | None:
    """Whether a row's value lies past the place's; None where it cannot. Missing values lie at the far end."""
    if value is None:
        return column.is_not(None) if backward else None
    past = column > value if up else column < value
    return sa.or_(past, column.is_(None)) if column.nullable and not backward else past


def at_or_beyond(
    target: sa.FromClause, order: Sequence[Order], place: Sequence[Any], *, backward: bool
) -> sa.ColumnElement[bool]:
    here = [
        target.c[term.column].is_(None) if value is None else target.c[term.column] == value
        for term, value in zip(order, place, strict=True)
    ]
    return sa.or_(sa.and_(*here), beyond(target, order, place, backward=backward))


def signature(source: str, order: Sequence[Order]) -> str:
    return source + "".join(f" {'-' if term.descending else '+'}{term.column}" for term in order)


def encode_cursor(source: str, order: Sequence[Order], row: dict[str, Any]) -> str:
    """The place of a row in the order, as text to hand back."""
    place = [signature(source, order), *(plain(row[term.column]) for term in order)]
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def plain(value: Any) -> Any:
    return shortest(value) if isinstance(value, Decimal) else value


def decode_cursor(source: str, order: Sequence[Order], cursor: str) -> tuple[Any, ...]:
    """The values that a cursor holds. Raises BadCursor for one of another order, or of nobody's making."""
    try:
        place = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise BadCursor("This is no cursor of this server.") from None
    if not isinstance(place, list) or len(place) != len(order) + 1:
        raise BadCursor("This is no cursor of this list.")
    if place[0] != signature(source, order):
        raise BadCursor("The cursor was given under another order: page on with the order it was given under.")
    try:
        return tuple(parsed(source, term.column, value) for term, value in zip(order, place[1:], strict=True))
    except Fault:
        raise BadCursor("This is no cursor of this list.") from None


def parsed(source: str, column: str, value: Any) -> Any:
    """A cursor's value in the type of its column. Raises Fault."""
    kind = SOURCES[source].c[column].type
    if value is None:
        return None
    if isinstance(kind, Timestamp):
        return parse_moment(value)
    if isinstance(kind, OrderedAmount):
        return parse_amount(value)
    if isinstance(kind, sa.Date):
        return parse_date(value)
    if isinstance(kind, sa.Integer):
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < INT_LIMIT:
            return value
    elif isinstance(value, str) and storable(value):
        return value
    raise Fault("is not of the column's type")
