"""Orders, pages and the opaque places in them: keyset conditions, and cursors that hold the values of an order."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa

from app.domain.fields import MONEY_PLACES
from app.domain.resources import DocumentStatus
from app.domain.values import (
    Fault,
    check_digits,
    is_storable,
    parse_amount,
    parse_date,
    parse_moment,
    shortest_notation,
)
from app.reads.relations import CHANGE, DEFAULT_ORDERS, DIGESTS, SOURCES, TIE_BREAKS
from app.reads.selection import LogEntry, Order
from app.storage.types import OrderedAmount, Timestamp

INT_LIMIT = 2**31
LONGEST_CURSOR = 100_000  # characters, more than any order can hold

WORDS = {"status": tuple(str(status) for status in DocumentStatus)}  # columns of few values, and these

Place = Sequence[Any]  # the values of an order's columns


DIGITS = 16  # of a hash in a cursor
DIGEST = re.compile(f"[0-9a-f]{{{DIGITS}}}")


class BadCursor(Exception):
    """A cursor that this list with this order did not give."""


class CursorExpired(Exception):
    """A well-formed cursor of a change log that is not this one, or not any more."""

    def __init__(self) -> None:
        super().__init__(
            "The cursor is not of this change log: it was given for another tenant or by another database, or the "
            "database was restored from a backup made before that entry. Compare what you hold with what is here, "
            "then read on from a newer cursor."
        )


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a cursor holds: the values of an order's columns and, of the change log, the entry it was given with."""

    place: tuple[Any, ...]
    entry: LogEntry | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an ordered list that lies together in an index: the conditions on its rows, and the order inside."""

    conditions: tuple[sa.ColumnElement[bool], ...]
    order_by: tuple[sa.ColumnElement[Any], ...]


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
    rows: sa.FromClause,
    order: Sequence[Order],
    *,
    backward: bool = False,
    like: sa.FromClause | None = None,
    present: str = "",
) -> tuple[sa.ColumnElement[Any], ...]:
    """ORDER BY terms; rows without the value come last forward, so first backward. `like` is the table that knows
    which columns may be empty, where `rows` are made from it; `present` names one that is not empty in these rows."""
    terms: list[sa.ColumnElement[Any]] = []
    for term in order:
        directed = rows.c[term.column].asc() if rises(term, backward) else rows.c[term.column].desc()
        if (rows if like is None else like).c[term.column].nullable and term.column != present:
            directed = directed.nulls_first() if backward else directed.nulls_last()
        terms.append(directed)
    return tuple(terms)


def rises(term: Order, backward: bool) -> bool:
    """Whether values grow on the way through the list."""
    return term.descending == backward


def stretches(
    target: sa.FromClause,
    order: Sequence[Order],
    near: Place | None,
    far: Place | None = None,
    *,
    backward: bool = False,
) -> list[Stretch]:
    """What lies beyond the near place, or the whole list where there is none; the nearest rows first. No stretch goes
    far beyond the far place.

    In stretches, because one condition on several columns, descending or empty ones among them, is no range of an
    index, and the database would read its way to page 1,000 through all the pages before.
    """
    if is_even(target, order):
        met = () if near is None else (passed_as_one(target, order, near, backward),)
        return [Stretch(met, order_by(target, order, backward=backward))]
    found: list[Stretch] = []
    for shared in reversed(range(1, len(order) if near is not None else 1)):  # the more values shared, the nearer
        same = at(target, order[:shared], near or ())
        found += [
            Stretch((*same, *part.conditions), part.order_by)
            for part in by_first_value(target, order[shared:], (near or ())[shared:], None, backward)
        ]
    return found + by_first_value(target, order, near, far, backward)


def is_even(target: sa.FromClause, order: Sequence[Order]) -> bool:
    """Whether all columns run in one direction and are never empty, so that they compare as one."""
    return len({term.descending for term in order}) == 1 and not any(target.c[t.column].nullable for t in order)


def passed_as_one(
    target: sa.FromClause, order: Sequence[Order], place: Place, backward: bool
) -> sa.ColumnElement[bool]:
    columns = [target.c[term.column] for term in order]
    values = [sa.literal(value, column.type) for column, value in zip(columns, place, strict=True)]
    mine, theirs = sa.tuple_(*columns), sa.tuple_(*values)
    return mine > theirs if rises(order[0], backward) else mine < theirs


def by_first_value(
    target: sa.FromClause, order: Sequence[Order], near: Place | None, far: Place | None, backward: bool
) -> list[Stretch]:
    """The rows whose first value lies past the near place's and not past the far one's. Those without a value come
    last, and so first backward."""
    column = target.c[order[0].column]
    if column.name in WORDS:
        return by_word(target, order, near, far, backward)
    found: list[Stretch] = []
    if (backward or not is_lacking(near)) and not (backward and is_lacking(far)):
        met = between(column, order[0], near, far, backward)
        present = (column.is_not(None),) if column.nullable and not met else ()
        found.append(Stretch((*met, *present), order_by(target, order, backward=backward, present=column.name)))
    reached = near is None if backward else not is_lacking(near) and (far is None or is_lacking(far))
    if column.nullable and reached:
        # ordered by the empty column, too: only so does Postgres see that the index has them in order
        empty = Order(column.name, order[1].descending) if order[1:] else order[0]
        terms = order_by(target, (empty, *order[1:]), backward=backward, present=column.name)
        found.insert(0 if backward else 1, Stretch((column.is_(None),), terms))
    return found


def is_lacking(place: Place | None) -> bool:
    """Whether the place is among the rows without a first value."""
    return place is not None and place[0] is None


def between(
    column: Any, term: Order, near: Place | None, far: Place | None, backward: bool
) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions that a value lies past the near place's, and not past the far one's."""
    met: list[sa.ColumnElement[bool]] = []
    if near is not None and near[0] is not None:
        met.append(column > near[0] if rises(term, backward) else column < near[0])
    if far is not None and far[0] is not None:
        met.append(column <= far[0] if rises(term, backward) else column >= far[0])
    return tuple(met)


def by_word(
    target: sa.FromClause, order: Sequence[Order], near: Place | None, far: Place | None, backward: bool
) -> list[Stretch]:
    """The same for a column of few words: each is a stretch, since so many rows share one that sorting them is dear."""
    column, rising = target.c[order[0].column], rises(order[0], backward)
    words = sorted(WORDS[column.name], reverse=not rising)
    first = 0 if near is None else words.index(near[0]) + 1
    last = len(words) if far is None else words.index(far[0]) + 1
    inside = order_by(target, order[1:], backward=backward)
    return [Stretch((column == word,), inside) for word in words[first:last]]


def at(target: sa.FromClause, order: Sequence[Order], place: Place) -> list[sa.ColumnElement[bool]]:
    """The conditions that a row has the place's values in these columns."""
    columns = (target.c[term.column] for term in order)
    return [c.is_(None) if value is None else c == value for c, value in zip(columns, place, strict=False)]


def beyond(
    target: sa.FromClause, order: Sequence[Order], place: Place, *, backward: bool = False
) -> sa.ColumnElement[bool]:
    """The condition that a row comes after the place, or before it."""
    ways = stretches(target, order, place, backward=backward)
    return sa.or_(sa.false(), *(sa.and_(*way.conditions) for way in ways))


def walk(
    rows: sa.Select[Any],
    target: sa.FromClause,
    order: Sequence[Order],
    parts: Sequence[Stretch],
    wanted: Sequence[sa.ColumnElement[Any]],
    size: int,
    *,
    backward: bool,
) -> sa.Select[Any]:
    """The first so many rows that the stretches of a list hold, each read no further than that."""
    if len(parts) == 1:
        return first_of(rows, parts[0], wanted, size)
    names = {column.name for column in wanted}
    ordering = [target.c[term.column] for term in order if term.column not in names]
    walked = sa.union_all(*(sa.select(first_of(rows, p, (*wanted, *ordering), size).subquery()) for p in parts))
    together = walked.subquery("walked")
    columns = [together.c[column.name] for column in wanted]
    return sa.select(*columns).order_by(*order_by(together, order, backward=backward, like=target)).limit(number(size))


def first_of(rows: sa.Select[Any], part: Stretch, wanted: Sequence[sa.ColumnElement[Any]], size: int) -> sa.Select[Any]:
    return rows.with_only_columns(*wanted).where(*part.conditions).order_by(*part.order_by).limit(number(size))


def number(value: int) -> sa.ColumnElement[int]:
    """A number in the text of a statement. As a parameter it would hide from Postgres how few rows are asked for, and
    have it plan anew every time."""
    return sa.literal_column(str(value), sa.Integer())


def any_row(rows: sa.Select[Any], parts: Sequence[Stretch]) -> sa.ColumnElement[bool]:
    """Whether any of the stretches has a row. Each is asked for its first one: a plain EXISTS heeds no order and may
    read the whole table to find none."""
    found = sa.literal(1).label("found")
    return sa.or_(*(sa.exists(sa.select(first_of(rows, part, [found], 1).subquery())) for part in parts))


def signature(source: str, order: Sequence[Order]) -> str:
    return source + "".join(f" {'-' if term.descending else '+'}{term.column}" for term in order)


def encode_cursor(source: str, order: Sequence[Order], row: dict[str, Any]) -> str:
    """The place of a row in the order, as text to hand back."""
    place = [signature(source, order), *(plain(row[term.column]) for term in order)]
    if source in DIGESTS:
        place.append(row[DIGESTS[source]][:DIGITS])
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def plain(value: Any) -> Any:
    return shortest_notation(value) if isinstance(value, Decimal) else value


def cursor_columns(source: str, order: Sequence[Order]) -> tuple[str, ...]:
    """The columns that the cursors of a list are made of."""
    return (*(term.column for term in order), *filter(None, [DIGESTS.get(source)]))


def decode_cursor(source: str, order: Sequence[Order], cursor: str) -> Cursor:
    """What a cursor holds. Raises BadCursor for one of another order, or of nobody's making."""
    if len(cursor) > LONGEST_CURSOR:
        raise BadCursor("This is no cursor of this server.")
    try:
        place = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise BadCursor("This is no cursor of this server.") from None
    signed = str(place[0]) if isinstance(place, list) and place else ""
    if signed.partition(" ")[0] != source:
        raise BadCursor("This is no cursor of this list.")
    if signed != signature(source, order):
        raise BadCursor("The cursor was given under another order: page on with the order it was given under.")
    try:
        return of_log(order, *place[1:]) if source in DIGESTS else Cursor(values_of(source, order, place[1:]))
    except (Fault, ValueError, TypeError):  # the last two: of another number of values
        raise BadCursor("This is no cursor of this server.") from None


def values_of(source: str, order: Sequence[Order], values: Sequence[Any]) -> tuple[Any, ...]:
    """The values of an order's columns. Raises Fault, and ValueError where they are fewer or more."""
    return tuple(parsed(source, term.column, value) for term, value in zip(order, values, strict=True))


def of_log(order: Sequence[Order], sequence: Any, digits: Any = None) -> Cursor:
    """A cursor of the change log; older releases gave none with digits. Raises Fault."""
    place = values_of(CHANGE, order, (sequence,))
    if sequence < 1 or not (digits is None or (isinstance(digits, str) and DIGEST.fullmatch(digits))):
        raise Fault("is of no entry")
    return Cursor(place, LogEntry(sequence, digits))


def parsed(source: str, column: str, value: Any) -> Any:
    """A cursor's value in the type of its column. Raises Fault."""
    kind = SOURCES[source].c[column].type
    if value is None and SOURCES[source].c[column].nullable:
        return None
    if isinstance(kind, Timestamp):
        return parse_moment(value)
    if isinstance(kind, OrderedAmount):
        return check_digits(parse_amount(value), MONEY_PLACES)
    if isinstance(kind, sa.Date):
        return parse_date(value)
    if isinstance(kind, sa.Integer):
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < INT_LIMIT:
            return value
    elif isinstance(value, str) and is_storable(value) and value in WORDS.get(column, (value,)):
        return value
    raise Fault("is not of the column's type")
