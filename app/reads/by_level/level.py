"""One level of a read as one SQL statement: the rows that a relation reaches from any number of starting rows.

Each starting row gets its own page: by LATERAL on Postgres, by a correlated list of rowids on SQLite, so that work
grows with the rows asked for and not with those there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.domain.caller import Caller
from app.reads.filters import RepeatedConditions, depends_on_values
from app.reads.pagination import (
    HASH_PREFIX_LENGTH,
    IndexRange,
    SortValues,
    beyond,
    first_rows,
    has_any_row,
    has_sort_values,
    index_ranges,
    inline_int,
    order_by,
)
from app.reads.relations import SOURCES, Columns, Relation, Shape, aliased
from app.reads.searches import Search, search_for
from app.reads.selection import LogEntry, Order, Traversal
from app.storage.tables import CHANGES
from app.storage.writes.tenant_rows import owned

START = "start_number"  # which starting row a row belongs to, from 1
TOTAL, EARLIER, LATER, KNOWN = "list_total", "list_earlier", "list_later", "list_known"
PRESENT = "tenant_id"  # null where a starting row reached nothing

StartKeys = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class LevelQuery:
    """What it takes to state one level in SQL. `order` is complete: see page.complete."""

    relation: Relation
    traversal: Traversal
    order: tuple[Order, ...]
    caller: Caller
    dialect: str
    conditions: RepeatedConditions | None = None  # of the statement that the level is a part of

    def statement(self, starts: StartKeys, columns: Sequence[str]) -> sa.Select[Any]:
        """START, what was asked about each list, and the columns, in the order of starts and rows."""
        start = self.start_rows(starts)
        return self.pages(start, columns) if self.relation.shape is Shape.PAGE else self.all_rows(start, columns)

    def start_rows(self, starts: StartKeys) -> sa.FromClause:
        """The starting rows as a relation: START and the values that the relation starts from, k0, k1, …"""
        if not self.relation.start_columns:
            return sa.select(sa.literal_column("1").label(START)).subquery("starts")
        if self.dialect == "postgresql":
            return unnest_keys(starts)
        item = sa.func.json_each(sa.bindparam("starts", orjson.dumps(starts).decode())).table_valued("key", "value")
        keys = [sa.func.json_extract(item.c.value, f"$[{n}]").label(f"k{n}") for n in range(len(starts[0]))]
        return sa.select((item.c.key + 1).label(START), *keys).subquery("starts")

    def keys(self, start: sa.FromClause) -> Columns:
        return [start.c[f"k{n}"] for n in range(len(self.relation.start_columns))]

    def target_rows(self, keys: Columns, alias: str) -> tuple[sa.FromClause, sa.FromClause, list[Any]]:
        """The target, what to select it from, and the conditions apart from the page, from these start columns."""
        target = aliased(SOURCES[self.relation.target], alias)
        rows, met = self.relation.reach(target, keys, self.caller)
        if self.traversal.condition:
            conditions = self.conditions or RepeatedConditions(self.dialect)
            met.append(conditions.sql(self.traversal.condition, self.relation.target, target, self.caller))
        return target, rows, met

    def all_rows(self, start: sa.FromClause, columns: Sequence[str]) -> sa.Select[Any]:
        """Every row that each start reaches."""
        target, rows, met = self.target_rows(self.keys(start), "target")
        chosen = [target.c[name] for name in columns]
        joined = start.join(rows, sa.and_(*met))
        return (
            sa.select(start.c[START], *chosen)
            .select_from(joined)
            .order_by(start.c[START], *order_by(target, self.order))
        )

    def pages(self, start: sa.FromClause, columns: Sequence[str]) -> sa.Select[Any]:
        """A page of rows for each start; a start without rows has one of nulls, which tells about its list."""
        start = self.with_list_facts(start)
        target, rows, met = self.target_rows(self.keys(start), "target")
        listed = sa.select(sa.literal(1)).select_from(rows).where(*met).correlate(start)
        size = self.traversal.page.size + 1  # one more tells whether there is another page
        if self.dialect == "postgresql":
            chosen = [target.c[name] for name in columns]
            picked: sa.FromClause = self.page(target, listed, chosen, size).lateral("picked")
            tie: sa.ColumnElement[bool] = sa.true()
        else:
            picked = aliased(SOURCES[self.relation.target], "picked")
            row = sa.literal_column("target.rowid", sa.Integer).label("row")
            tie = sa.literal_column("picked.rowid").in_(self.page(target, listed, [row], size))
        facts = [start.c[name] for name in (TOTAL, EARLIER, LATER, KNOWN) if name in start.c]
        return (
            sa.select(start.c[START], *facts, *(picked.c[name] for name in columns))
            .select_from(start.outerjoin(picked, tie))
            .order_by(start.c[START], *order_by(picked, self.order, like=target))
        )

    def page(
        self, target: sa.FromClause, listed: sa.Select[Any], wanted: Sequence[sa.ColumnElement[Any]], size: int
    ) -> sa.Select[Any]:
        """The first so many rows of one page."""
        page = self.traversal.page
        near, far = (page.before, page.after) if page.backward else (page.after, page.before)
        if far is not None:
            listed = listed.where(beyond(target, self.order, far, backward=not page.backward))
        parts = self.ranges(target, near, far, backward=page.backward)
        most = self.limit(page.skip + size)
        found = first_rows(listed, target, self.order, parts, wanted, most, backward=page.backward)
        return found.limit(inline_int(size)).offset(inline_int(page.skip)) if page.skip else found

    def ranges(
        self, target: sa.FromClause, near: SortValues | None, far: SortValues | None = None, *, backward: bool
    ) -> list[IndexRange]:
        """The parts of the list that are read for a page."""
        parts = index_ranges(target, self.order, near, far, backward=backward)
        search = self.search()
        return search.ranges(target, self.order, parts, near, backward=backward) if search else parts

    def search(self) -> Search | None:
        """The search that helps to find the list's rows. Where there are many lists, each is soon read through."""
        if self.relation.start_columns:
            return None
        return search_for(self.traversal.condition, SOURCES[self.relation.target].name, self.caller, self.dialect)

    def limit(self, rows: int) -> sa.ColumnElement[int]:
        """How many rows to read at most. Where values are compared as ranges or lists, what serves best depends on the
        values, and Postgres must plan each run for its own. It chooses between that and one plan for all by their
        estimated costs: a limit that it does not know makes the one for all the dearer."""
        condition = self.traversal.condition
        if self.dialect == "postgresql" and condition is not None and depends_on_values(condition):
            return sa.literal(rows, sa.BigInteger())
        return inline_int(rows)

    def with_list_facts(self, start: sa.FromClause) -> sa.FromClause:
        """The starts with what was asked about their lists, counted once for each."""
        facts = self.list_facts(self.keys(start), start)
        if not facts:
            return start
        # MATERIALIZED, or the counts would be made again for every row of the page
        labelled = [fact.label(name) for name, fact in facts.items()]
        return sa.select(*start.c, *labelled).select_from(start).cte("lists").prefix_with("MATERIALIZED")

    def list_facts(self, keys: Columns, start: sa.FromClause | None) -> dict[str, sa.ColumnElement[Any]]:
        """What was asked about the list that begins at a start, as expressions."""
        page = self.traversal.page
        facts: dict[str, sa.ColumnElement[Any]] = {}
        if page.wants_total:
            target, rows, met = self.target_rows(keys, "counted")
            count, search = sa.select(sa.func.count()).select_from(rows).where(*met).correlate(start), self.search()
            facts[TOTAL] = search.count(target, count) if search else count.scalar_subquery()
        if page.wants_earlier and page.after is not None:
            facts[EARLIER] = self.any_beyond(keys, start, page.after, backward=True)
        if page.wants_later and page.before is not None:
            facts[LATER] = self.any_beyond(keys, start, page.before, backward=False)
        if page.log_entries:
            facts[KNOWN] = sa.and_(*map(self.has_log_entry, page.log_entries))
        return facts

    def has_log_entry(self, entry: LogEntry) -> sa.ColumnElement[bool]:
        """Whether the tenant's change log has the entry. It counts without a gap, so it has every sequence up to its
        end."""
        log = aliased(CHANGES, "log")
        met = [owned(log, self.caller), log.c.sequence == sa.literal(entry.sequence, sa.Integer())]
        if entry.hash_prefix is not None:
            hash_prefix = sa.func.substr(log.c.hash, inline_int(1), inline_int(HASH_PREFIX_LENGTH))
            met.append(hash_prefix == sa.literal(entry.hash_prefix, sa.Text()))
        return sa.exists(sa.select(sa.literal_column("1")).select_from(log).where(*met))

    def any_beyond(
        self, keys: Columns, start: sa.FromClause | None, sort_values: SortValues, *, backward: bool
    ) -> sa.ColumnElement[bool]:
        """Whether the list has a row at the place or beyond it."""
        target, rows, met = self.target_rows(keys, "outside")
        listed = sa.select(sa.literal(1)).select_from(rows).where(*met).correlate(start)
        here = IndexRange(tuple(has_sort_values(target, self.order, sort_values)), ())
        return has_any_row(listed, [here, *self.ranges(target, sort_values, backward=backward)])


def unnest_keys(starts: StartKeys) -> sa.FromClause:
    """The starts as arrays, one a key: the statement's text is the same for any number of them."""
    names = [f"k{n}" for n in range(len(starts[0]))]
    arrays = [
        sa.bindparam(name, list(values), type_=postgresql.ARRAY(sa.Integer if isinstance(values[0], int) else sa.Text))
        for name, values in zip(names, zip(*starts, strict=True), strict=True)
    ]
    return sa.func.unnest(*arrays).table_valued(*names, with_ordinality=START, name="starts").render_derived()
