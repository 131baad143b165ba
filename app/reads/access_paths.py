"""The ways to the rows of a list, and a page of them.

A list is walked in its order, by an index, until a page is full: that is quick where it has many of the rows on the
way, and reads on and on where it has few of them. Few rows are better all fetched and then sorted. How many there are
is known only when the statement runs: so it states both ways, and which of them is gone.

Postgres is told so of the rows that a list begins at, since which key that is depends on another row; what a filter
takes it knows by its own statistics. SQLite fetches and sorts what a list begins at; of values it has no statistics, so
it is told so of filters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.domain.caller import Caller
from app.reads.filters import compare, conjuncts, of_indexed_column
from app.reads.pagination import IndexRange, SortValues, beyond, has_sort_values, index_ranges, inline_int, order_by
from app.reads.relations import SOURCES, Columns, Links, aliased
from app.reads.selection import Comparison, Condition, Operator, Order, Page
from app.storage.writes.tenant_rows import owned

FEW = 2_000  # rows that are all fetched, rather than looked for among those on the way
MOST_LOOKUPS = 4  # of a filter: each costs time
LONG_LIST = 50  # values
ONE_VALUE = frozenset({Operator.EQ, Operator.IN})
FOUND_BY_INDEX = frozenset(Operator) - {Operator.CONTAINS, Operator.HAS_PRODUCT, Operator.IS_NULL}

Wanted = Sequence[sa.ColumnElement[Any]]
Conditions = tuple[sa.ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class AccessPath:
    """A way to the rows of a list, which `rows` selects in no order: they are walked in the order of the list or, where
    they are `few`, all fetched and sorted. It is gone only if a condition holds, which does not depend on the row."""

    rows: sa.Select[Any]
    few: bool = False
    only_if: sa.ColumnElement[bool] | None = None

    def followed(self, dialect: str, size: sa.ColumnElement[int]) -> tuple[sa.Select[Any], sa.ColumnElement[int]]:
        """The rows, and how many of them to read. Postgres looks at what does not depend on a row before the first one;
        SQLite looks at the limit alone."""
        if self.only_if is None:
            return self.rows, size
        if dialect == "sqlite":
            return self.rows, sa.case((self.only_if, size), else_=inline_int(0))
        return self.rows.where(self.only_if), size


@dataclass(frozen=True, slots=True)
class FewRows:
    """Rows that hold all rows of a list: what to select them from, on which conditions, and whether they are too many
    for it."""

    source: sa.FromClause
    met: Conditions
    too_many: sa.ColumnElement[bool]


def more_than_few(keys: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """Whether there are more of these keys than FEW, of which no more are counted."""
    return sa.exists(keys.offset(inline_int(FEW)).limit(inline_int(1)))


def linked_rows(links: Links, target: sa.FromClause, start: Columns, within: Any, caller: Caller) -> FewRows:
    """The rows that a table links to the start, which is a row of `within`."""
    linked = links.keys(start, caller, "tie").limit(inline_int(FEW)).correlate(within).subquery("linked")
    same = target.c[links.target_column] == linked.c[links.target_column]
    too_many = more_than_few(links.keys(start, caller, "others").correlate(within))
    return FewRows(linked.join(target, same), (owned(target, caller),), too_many)


def rows_of_start(
    source: str, column: str, target: sa.FromClause, start: Columns, within: Any, caller: Caller
) -> FewRows:
    """The rows that have the start's key in a column."""
    near = aliased(SOURCES[source], "near")
    keys = sa.select(near.c[column]).where(owned(near, caller), near.c[column] == start[0]).correlate(within)
    return FewRows(target, (owned(target, caller), target.c[column] == start[0]), more_than_few(keys))


def filtered_rows(
    source: str, wanted: Condition, walked: frozenset[str], target: Any, caller: Caller, dialect: str
) -> Iterator[FewRows]:
    """The rows that a part of the filter takes, of each part that has an index; those of single values first. `walked`
    has the columns that the list is walked by."""
    parts: dict[str, list[Comparison]] = {}
    for asked in conjuncts(wanted):
        part = of_indexed_column(asked) if isinstance(asked, Comparison) else None
        if part and is_short(part) and leads_an_index(source, part.column):
            parts.setdefault(part.column, []).append(part)
    by_value = sorted(parts.items(), key=lambda item: not any(part.operator in ONE_VALUE for part in item[1]))
    for column, comparisons in [item for item in by_value if item[0] not in walked][:MOST_LOOKUPS]:
        near = aliased(SOURCES[source], "near")
        met = (compare(near.c[column], part.operator, part.value, dialect) for part in comparisons)
        keys = sa.select(rowid("near")).select_from(near).where(owned(near, caller), *met)
        among = rowid(target.name).in_(keys.limit(inline_int(FEW)))
        yield FewRows(target, (owned(target, caller), among), more_than_few(keys))


def is_short(part: Comparison) -> bool:
    """Whether an index finds what a comparison takes, and it can be stated several times: a long list takes long to be
    planned."""
    return part.operator in FOUND_BY_INDEX and not (part.operator is Operator.IN and len(part.value) > LONG_LIST)


def rowid(alias: str) -> sa.ColumnElement[int]:
    return sa.literal_column(f"{alias}.rowid", sa.Integer())


def walked_columns(source: str, wanted: Condition, order: Sequence[Order]) -> frozenset[str]:
    """The columns of a filter by which its rows can be found while the list is walked in its order."""
    columns = [term.column for term in order]
    found = {columns[0]}
    for part in conjuncts(wanted):
        if isinstance(part, Comparison) and part.operator is Operator.EQ:
            found |= {part.column} if leads_an_index(source, part.column, *columns) else set()
    return frozenset(found)


def leads_an_index(source: str, *columns: str) -> bool:
    """Whether an index of the tenant's rows begins with the columns."""
    return any(known[: len(columns)] == columns for known in indexes(source))


@cache
def indexes(source: str) -> frozenset[tuple[str, ...]]:
    """The columns of every index behind the tenant."""
    table = SOURCES[source]
    unique = [each for each in table.constraints if isinstance(each, sa.UniqueConstraint | sa.PrimaryKeyConstraint)]
    whole = [index for index in table.indexes if index.dialect_kwargs.get("sqlite_where") is None]
    return frozenset(tuple(column.name for column in each.columns)[1:] for each in (*unique, *whole))


@dataclass(frozen=True, slots=True)
class PageOfList:
    """A page of a list in its order. `start`: what the list begins at a row of, if anything. `either`: conditions of
    which every row meets one and none meets two, so that each has an index to itself."""

    target: sa.FromClause
    order: Sequence[Order]
    page: Page
    start: sa.FromClause | None
    dialect: str
    either: Sequence[sa.ColumnElement[bool]] = ()

    def ranges(self, near: SortValues | None, far: SortValues | None = None, *, backward: bool) -> list[IndexRange]:
        """The stretches of the list beyond the near place."""
        parts = index_ranges(self.target, self.order, near, far, backward=backward)
        if not self.either:
            return parts
        return [replace(part, conditions=(*part.conditions, each)) for each in self.either for part in parts]

    def first_rows(
        self, paths: Sequence[AccessPath], wanted: Wanted, size: sa.ColumnElement[int]
    ) -> sa.Select[Any] | sa.CompoundSelect[Any]:
        """The first so many rows beyond the page's cursor; if there are several paths, in no order, unless some rows
        are going to be skipped."""
        near, far = (self.page.before, self.page.after) if self.page.backward else (self.page.after, self.page.before)
        if far is not None:
            until = beyond(self.target, self.order, far, backward=not self.page.backward)
            paths = [replace(path, rows=path.rows.where(until)) for path in paths]
        parts = self.ranges(near, far, backward=self.page.backward)
        past = () if near is None else (beyond(self.target, self.order, near, backward=self.page.backward),)
        columns = self.with_ordering(wanted) if self.page.skip and len(paths) > 1 else wanted
        found = []
        for path in paths:
            rows, most = path.followed(self.dialect, size)
            found.append(
                self.fetched(rows.where(*past), columns, most) if path.few else self.walked(rows, parts, columns, most)
            )
        if len(found) == 1:
            return found[0]
        together = sa.union_all(*(self.correlated(sa.select(each.subquery())) for each in found))
        return self.sorted(together.subquery("found"), wanted, size) if self.page.skip else together

    def walked(
        self, rows: sa.Select[Any], parts: Sequence[IndexRange], wanted: Wanted, size: sa.ColumnElement[int]
    ) -> sa.Select[Any]:
        """The first so many rows that the stretches of a list hold, each read no further than that."""
        if len(parts) == 1:
            return first_of_range(rows, parts[0], wanted, size)
        columns = self.with_ordering(wanted)
        walked = sa.union_all(*(sa.select(first_of_range(rows, part, columns, size).subquery()) for part in parts))
        return self.correlated(self.sorted(walked.subquery("walked"), wanted, size))

    def fetched(self, rows: sa.Select[Any], wanted: Wanted, size: sa.ColumnElement[int]) -> sa.Select[Any]:
        """The first so many of rows that are all fetched. On SQLite they are sorted by what no index holds; on Postgres
        they are a part of the statement that is planned by itself, because of the OFFSET. So neither finds them by the
        order that they are sorted in."""
        if self.dialect == "sqlite":
            terms = order_by(self.target, self.order, backward=self.page.backward, by_index=False)
            return rows.with_only_columns(*wanted).order_by(*terms).limit(size)
        fetched = rows.with_only_columns(*self.with_ordering(wanted)).offset(inline_int(0)).subquery("fetched")
        return self.correlated(self.sorted(fetched, wanted, size))

    def sorted(self, rows: sa.Subquery, wanted: Wanted, size: sa.ColumnElement[int]) -> sa.Select[Any]:
        columns = [rows.c[column.name] for column in wanted]
        terms = order_by(rows, self.order, backward=self.page.backward, like=self.target)
        return sa.select(*columns).order_by(*terms).limit(size)

    def with_ordering(self, wanted: Wanted) -> Wanted:
        """The columns, and those that their rows are sorted by."""
        names = {column.name for column in wanted}
        return (*wanted, *(self.target.c[term.column] for term in self.order if term.column not in names))

    def correlated(self, rows: sa.Select[Any]) -> sa.Select[Any]:
        return rows.correlate(self.start)

    def has_any_row(
        self, paths: Sequence[AccessPath], sort_values: SortValues, *, backward: bool
    ) -> sa.ColumnElement[bool]:
        """Whether the list has a row at the place or beyond it. Of each stretch the first one is asked for: a plain
        EXISTS heeds no order and may read the whole table to find none."""
        here = IndexRange(tuple(has_sort_values(self.target, self.order, sort_values)), ())
        parts = [here, *self.ranges(sort_values, backward=backward)]
        anywhere = sa.or_(sa.and_(*here.conditions), beyond(self.target, self.order, sort_values, backward=backward))
        whole, found = [IndexRange((anywhere,), ())], [sa.literal(1).label("found")]
        ways: list[sa.Select[Any]] = []
        for path in paths:
            rows, most = path.followed(self.dialect, inline_int(1))
            ways += [first_of_range(rows, part, found, most) for part in (whole if path.few else parts)]
        return sa.or_(*(sa.exists(sa.select(way.subquery())) for way in ways))


def first_of_range(
    rows: sa.Select[Any], part: IndexRange, wanted: Wanted, size: sa.ColumnElement[int]
) -> sa.Select[Any]:
    return rows.with_only_columns(*wanted).where(*part.conditions).order_by(*part.order_by).limit(size)
