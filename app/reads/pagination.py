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

from app.domain.enums import DocumentStatus, DocumentType
from app.domain.fields import MONEY_PLACES
from app.domain.values import (
    Fault,
    check_digits,
    is_storable,
    parse_amount,
    parse_date,
    parse_moment,
    shortest_notation,
)
from app.reads.relations import CHANGE, DEFAULT_ORDERS, HASH_COLUMNS, SOURCES, TIE_BREAKS, may_be_empty
from app.reads.selection import LogEntry, Order
from app.reads.without_index import without_index
from app.storage.types import OrderedAmount, Timestamp
from app.storage.writes.change_log import hash_of

INT_LIMIT = 2**31
MAX_CURSOR_LENGTH = 100_000  # characters, more than any order can hold

# Columns of few values, and these.
CLOSED_VOCABULARIES: dict[str, tuple[str, ...]] = {
    "status": tuple(map(str, DocumentStatus)),
    "document_type": tuple(map(str, DocumentType)),
}

SortValues = Sequence[Any]  # the values of an order's columns


HASH_PREFIX_LENGTH = 16  # of a hash in a cursor
HASH_PREFIX = re.compile(f"[0-9a-f]{{{HASH_PREFIX_LENGTH}}}")


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

    sort_values: tuple[Any, ...]
    entry: LogEntry | None = None


@dataclass(frozen=True, slots=True)
class IndexRange:
    """A part of an ordered list that lies together in an index: the conditions on its rows, and the order inside. It is
    read only if a condition holds that does not depend on the row."""

    conditions: tuple[sa.ColumnElement[bool], ...]
    order_by: tuple[sa.ColumnElement[Any], ...]
    only_if: sa.ColumnElement[bool] | None = None


def complete_order(source: str, order: Sequence[Order]) -> tuple[Order, ...]:
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
    by_index: bool = True,
) -> tuple[sa.ColumnElement[Any], ...]:
    """ORDER BY terms; rows without the value come last forward, so first backward. `like` is the table that knows
    which columns may be empty, where `rows` are made from it; `present` names one that is not empty in these rows;
    `by_index` says whether the rows may be found in this order."""
    terms: list[sa.ColumnElement[Any]] = []
    for term in order:
        column = rows.c[term.column] if by_index else without_index(rows.c[term.column])
        directed = column.asc() if is_ascending(term, backward) else column.desc()
        if term.column != present and may_be_empty((rows if like is None else like).c[term.column]):
            directed = directed.nulls_first() if backward else directed.nulls_last()
        terms.append(directed)
    return tuple(terms)


def is_ascending(term: Order, backward: bool) -> bool:
    """Whether values grow on the way through the list."""
    return term.descending == backward


def index_ranges(
    target: sa.FromClause,
    order: Sequence[Order],
    near: SortValues | None,
    far: SortValues | None = None,
    *,
    backward: bool = False,
) -> list[IndexRange]:
    """What lies beyond the near place, or the whole list where there is none; the nearest rows first. No stretch goes
    far beyond the far place.

    In stretches, because one condition on several columns, descending or empty ones among them, is no range of an
    index, and the database would read its way to page 1,000 through all the pages before.
    """
    if is_uniform(target, order):
        met = () if near is None else (beyond_as_tuple(target, order, near, backward),)
        return [IndexRange(met, order_by(target, order, backward=backward))]
    found: list[IndexRange] = []
    for shared in reversed(range(1, len(order) if near is not None else 1)):  # the more values shared, the nearer
        same = has_sort_values(target, order[:shared], near or ())
        found += [
            IndexRange((*same, *part.conditions), part.order_by)
            for part in ranges_of_first_column(target, order[shared:], (near or ())[shared:], None, backward)
        ]
    return found + ranges_of_first_column(target, order, near, far, backward)


def is_uniform(target: sa.FromClause, order: Sequence[Order]) -> bool:
    """Whether all columns run in one direction and are never empty, so that they compare as one. Each word of a column
    of few has an index of its own."""
    if order[0].column in CLOSED_VOCABULARIES:
        return False
    return len({term.descending for term in order}) == 1 and not any(may_be_empty(target.c[t.column]) for t in order)


def beyond_as_tuple(
    target: sa.FromClause, order: Sequence[Order], sort_values: SortValues, backward: bool
) -> sa.ColumnElement[bool]:
    columns = [target.c[term.column] for term in order]
    values = [sa.literal(value, column.type) for column, value in zip(columns, sort_values, strict=True)]
    mine, theirs = sa.tuple_(*columns), sa.tuple_(*values)
    return mine > theirs if is_ascending(order[0], backward) else mine < theirs


def ranges_of_first_column(
    target: sa.FromClause, order: Sequence[Order], near: SortValues | None, far: SortValues | None, backward: bool
) -> list[IndexRange]:
    """The rows whose first value lies past the near place's and not past the far one's. Those without a value come
    last, and so first backward."""
    column = target.c[order[0].column]
    if column.name in CLOSED_VOCABULARIES:
        return ranges_of_words(target, order, near, far, backward)
    found: list[IndexRange] = []
    if (backward or not lacks_first_value(near)) and not (backward and lacks_first_value(far)):
        met = first_value_between(column, order[0], near, far, backward)
        present = (column.is_not(None),) if may_be_empty(column) and not met else ()
        found.append(IndexRange((*met, *present), order_by(target, order, backward=backward, present=column.name)))
    reached = near is None if backward else not lacks_first_value(near) and (far is None or lacks_first_value(far))
    if reached and may_be_empty(column):
        # ordered by the empty column, too: only so does Postgres see that the index has them in order
        empty = Order(column.name, order[1].descending) if order[1:] else order[0]
        terms = order_by(target, (empty, *order[1:]), backward=backward, present=column.name)
        found.insert(0 if backward else 1, IndexRange((column.is_(None),), terms))
    return found


def lacks_first_value(sort_values: SortValues | None) -> bool:
    """Whether the place is among the rows without a first value."""
    return sort_values is not None and sort_values[0] is None


def first_value_between(
    column: Any, term: Order, near: SortValues | None, far: SortValues | None, backward: bool
) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions that a value lies past the near place's, and not past the far one's."""
    met: list[sa.ColumnElement[bool]] = []
    if near is not None and near[0] is not None:
        met.append(column > near[0] if is_ascending(term, backward) else column < near[0])
    if far is not None and far[0] is not None:
        met.append(column <= far[0] if is_ascending(term, backward) else column >= far[0])
    return tuple(met)


def ranges_of_words(
    target: sa.FromClause, order: Sequence[Order], near: SortValues | None, far: SortValues | None, backward: bool
) -> list[IndexRange]:
    """The same for a column of few words: each is a stretch, since so many rows share one that sorting them is dear."""
    column, rising = target.c[order[0].column], is_ascending(order[0], backward)
    words = sorted(CLOSED_VOCABULARIES[column.name], reverse=not rising)
    first = 0 if near is None else words.index(near[0]) + 1
    last = len(words) if far is None else words.index(far[0]) + 1
    inside = ranges_of_first_column(target, order[1:], None, None, backward)
    return [
        IndexRange((column == word_sql(word), *part.conditions), part.order_by)
        for word in words[first:last]
        for part in inside
    ]


def word_sql(word: str) -> sa.ColumnElement[str]:
    """A word of a closed vocabulary in the text of a statement."""
    return sa.literal_column(f"'{word}'", sa.Text())


def has_sort_values(
    target: sa.FromClause, order: Sequence[Order], sort_values: SortValues
) -> list[sa.ColumnElement[bool]]:
    """The conditions that a row has the place's values in these columns."""
    columns = (target.c[term.column] for term in order)
    return [
        c.is_(None) if value is None else c == (word_sql(value) if c.name in CLOSED_VOCABULARIES else value)
        for c, value in zip(columns, sort_values, strict=False)
    ]


def beyond(
    target: sa.FromClause, order: Sequence[Order], sort_values: SortValues, *, backward: bool = False
) -> sa.ColumnElement[bool]:
    """The condition that a row comes after the place, or before it."""
    ways = index_ranges(target, order, sort_values, backward=backward)
    return sa.or_(sa.false(), *(sa.and_(*way.conditions) for way in ways))


def inline_int(value: int) -> sa.ColumnElement[int]:
    """A number in the text of a statement. As a parameter it would hide from Postgres how few rows are asked for, and
    have it plan anew every time."""
    return sa.literal_column(str(value), sa.Integer())


def order_signature(source: str, order: Sequence[Order]) -> str:
    return source + "".join(f" {'-' if term.descending else '+'}{term.column}" for term in order)


def encode_cursor(source: str, order: Sequence[Order], row: dict[str, Any]) -> str:
    """The place of a row in the order, as text to hand back."""
    sort_values = [order_signature(source, order), *(cursor_value(row[term.column]) for term in order)]
    if source in HASH_COLUMNS:
        sort_values.append(hash_of(row)[:HASH_PREFIX_LENGTH])
    return base64.urlsafe_b64encode(orjson.dumps(sort_values)).decode().rstrip("=")


def cursor_value(value: Any) -> Any:
    return shortest_notation(value) if isinstance(value, Decimal) else value


def cursor_columns(source: str, order: Sequence[Order]) -> tuple[str, ...]:
    """The columns that the cursors of a list are made of."""
    return (*(term.column for term in order), *HASH_COLUMNS.get(source, ()))


def decode_cursor(source: str, order: Sequence[Order], cursor: str) -> Cursor:
    """What a cursor holds. Raises BadCursor for one of another order, or a text that is no cursor."""
    if len(cursor) > MAX_CURSOR_LENGTH:
        raise BadCursor("This is no cursor of this server.")
    try:
        sort_values = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise BadCursor("This is no cursor of this server.") from None
    signed = str(sort_values[0]) if isinstance(sort_values, list) and sort_values else ""
    if signed.partition(" ")[0] != source:
        raise BadCursor("This is no cursor of this list.")
    if signed != order_signature(source, order):
        raise BadCursor("The cursor was given under another order: page on with the order it was given under.")
    try:
        return (
            change_log_cursor(order, *sort_values[1:])
            if source in HASH_COLUMNS
            else Cursor(parse_sort_values(source, order, sort_values[1:]))
        )
    except (Fault, ValueError, TypeError):  # the last two: of another number of values
        raise BadCursor("This is no cursor of this server.") from None


def parse_sort_values(source: str, order: Sequence[Order], values: Sequence[Any]) -> tuple[Any, ...]:
    """The values of an order's columns. Raises Fault, and ValueError where they are fewer or more."""
    return tuple(parse_cursor_value(source, term.column, value) for term, value in zip(order, values, strict=True))


def change_log_cursor(order: Sequence[Order], sequence: Any, hash_prefix: Any = None) -> Cursor:
    """A cursor of the change log; older releases gave none with digits. Raises Fault."""
    sort_values = parse_sort_values(CHANGE, order, (sequence,))
    if sequence < 1 or not (
        hash_prefix is None or (isinstance(hash_prefix, str) and HASH_PREFIX.fullmatch(hash_prefix))
    ):
        raise Fault("is of no entry")
    return Cursor(sort_values, LogEntry(sequence, hash_prefix))


def parse_cursor_value(source: str, column: str, value: Any) -> Any:
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
    elif isinstance(value, str) and is_storable(value) and value in CLOSED_VOCABULARIES.get(column, (value,)):
        return value
    raise Fault("is not of the column's type")
