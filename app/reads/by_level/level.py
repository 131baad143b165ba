"""One level of a read as one SQL statement: the rows that an edge reaches from any number of starting rows.

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
from app.reads.filters import condition
from app.reads.pagination import DIGITS, Place, Stretch, any_row, at, beyond, number, order_by, stretches, walk
from app.reads.relations import SOURCES, Columns, Relation, Shape, named
from app.reads.selection import Follow, LogEntry, Order
from app.storage.tables import CHANGES
from app.storage.writes.tenant_rows import owned

START = "start_number"  # which starting row a row belongs to, from 1
TOTAL, EARLIER, LATER, KNOWN = "list_total", "list_earlier", "list_later", "list_known"
PRESENT = "tenant_id"  # null where a starting row reached nothing

Starts = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Level:
    """What it takes to state one level in SQL. `order` is complete: see page.complete."""

    edge: Relation
    follow: Follow
    order: tuple[Order, ...]
    caller: Caller
    dialect: str

    def statement(self, starts: Starts, columns: Sequence[str]) -> sa.Select[Any]:
        """START, what was asked about each list, and the columns, in the order of starts and rows."""
        start = self.start_relation(starts)
        return self.paged(start, columns) if self.edge.shape is Shape.PAGE else self.whole(start, columns)

    def start_relation(self, starts: Starts) -> sa.FromClause:
        """The starting rows as a relation: START and the values that the edge needs, k0, k1, …"""
        if not self.edge.needs:
            return sa.select(sa.literal_column("1").label(START)).subquery("starts")
        if self.dialect == "postgresql":
            return unnested(starts)
        item = sa.func.json_each(sa.bindparam("starts", orjson.dumps(starts).decode())).table_valued("key", "value")
        keys = [sa.func.json_extract(item.c.value, f"$[{n}]").label(f"k{n}") for n in range(len(starts[0]))]
        return sa.select((item.c.key + 1).label(START), *keys).subquery("starts")

    def keys(self, start: sa.FromClause) -> Columns:
        return [start.c[f"k{n}"] for n in range(len(self.edge.needs))]

    def reached(self, keys: Columns, alias: str) -> tuple[sa.FromClause, sa.FromClause, list[Any]]:
        """The target, what to select it from, and on which conditions, pages aside. `keys` are what the edge needs."""
        target = named(SOURCES[self.edge.target], alias)
        rows, met = self.edge.reach(target, keys, self.caller)
        if self.follow.condition:
            met.append(condition(self.follow.condition, self.edge.target, target, self.caller, self.dialect))
        return target, rows, met

    def whole(self, start: sa.FromClause, columns: Sequence[str]) -> sa.Select[Any]:
        """Every row that each start reaches."""
        target, rows, met = self.reached(self.keys(start), "target")
        chosen = [target.c[name] for name in columns]
        joined = start.join(rows, sa.and_(*met))
        return (
            sa.select(start.c[START], *chosen)
            .select_from(joined)
            .order_by(start.c[START], *order_by(target, self.order))
        )

    def paged(self, start: sa.FromClause, columns: Sequence[str]) -> sa.Select[Any]:
        """A page of rows for each start; a start without rows has one of nulls, which tells about its list."""
        start = self.with_list_facts(start)
        target, rows, met = self.reached(self.keys(start), "target")
        listed = sa.select(sa.literal(1)).select_from(rows).where(*met).correlate(start)
        size = self.follow.page.size + 1  # one more tells whether there is another page
        if self.dialect == "postgresql":
            chosen = [target.c[name] for name in columns]
            picked: sa.FromClause = self.page(target, listed, chosen, size).lateral("picked")
            tie: sa.ColumnElement[bool] = sa.true()
        else:
            picked = named(SOURCES[self.edge.target], "picked")
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
        page = self.follow.page
        near, far = (page.before, page.after) if page.backward else (page.after, page.before)
        if far is not None:
            listed = listed.where(beyond(target, self.order, far, backward=not page.backward))
        parts = stretches(target, self.order, near, far, backward=page.backward)
        found = walk(listed, target, self.order, parts, wanted, page.skip + size, backward=page.backward)
        return found.limit(number(size)).offset(number(page.skip)) if page.skip else found

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
        page = self.follow.page
        facts: dict[str, sa.ColumnElement[Any]] = {}
        if page.wants_total:
            _, rows, met = self.reached(keys, "counted")
            count = sa.select(sa.func.count()).select_from(rows).where(*met).correlate(start)
            facts[TOTAL] = count.scalar_subquery()
        if page.wants_earlier and page.after is not None:
            facts[EARLIER] = self.any_beyond(keys, start, page.after, backward=True)
        if page.wants_later and page.before is not None:
            facts[LATER] = self.any_beyond(keys, start, page.before, backward=False)
        if page.log_entries:
            facts[KNOWN] = sa.and_(*map(self.logged, page.log_entries))
        return facts

    def logged(self, entry: LogEntry) -> sa.ColumnElement[bool]:
        """Whether the tenant's change log has the entry. It counts without a gap, so it has every sequence up to its
        end."""
        log = named(CHANGES, "log")
        met = [owned(log, self.caller), log.c.sequence == sa.literal(entry.sequence, sa.Integer())]
        if entry.digits is not None:
            digits = sa.func.substr(log.c.hash, number(1), number(DIGITS))
            met.append(digits == sa.literal(entry.digits, sa.Text()))
        return sa.exists(sa.select(sa.literal_column("1")).select_from(log).where(*met))

    def any_beyond(
        self, keys: Columns, start: sa.FromClause | None, place: Place, *, backward: bool
    ) -> sa.ColumnElement[bool]:
        """Whether the list has a row at the place or beyond it."""
        target, rows, met = self.reached(keys, "outside")
        listed = sa.select(sa.literal(1)).select_from(rows).where(*met).correlate(start)
        here = Stretch(tuple(at(target, self.order, place)), ())
        return any_row(listed, [here, *stretches(target, self.order, place, backward=backward)])


def unnested(starts: Starts) -> sa.FromClause:
    """The starts as arrays, one a key: the statement's text is the same for any number of them."""
    names = [f"k{n}" for n in range(len(starts[0]))]
    arrays = [
        sa.bindparam(name, list(values), type_=postgresql.ARRAY(sa.Integer if isinstance(values[0], int) else sa.Text))
        for name, values in zip(names, zip(*starts, strict=True), strict=True)
    ]
    return sa.func.unnest(*arrays).table_valued(*names, with_ordinality=START, name="starts").render_derived()
