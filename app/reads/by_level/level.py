"""One level of a read as one SQL statement: the rows that a relation reaches from any number of starting rows.

Each starting row gets its own page: by LATERAL on Postgres, by a correlated list of rowids on SQLite, so that work
grows with the rows asked for and not with those there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.domain.caller import Caller
from app.reads.access_paths import (
    AccessPath,
    FewRows,
    PageOfList,
    filtered_rows,
    leads_an_index,
    linked_rows,
    rows_of_start,
    walked_columns,
)
from app.reads.change_log import first_entry_since, hash_begins_with
from app.reads.filters import RepeatedConditions, condition_sql, depends_on_values
from app.reads.kept_sums import count_of_all, sum_rows, sums_of
from app.reads.pagination import SortValues, inline_int, order_by
from app.reads.relations import SOURCES, Columns, ReachedRows, Relation, Shape, aliased
from app.reads.searches import Search, search_for
from app.reads.selection import Condition, LogEntry, Order, Traversal
from app.reads.without_index import without_index
from app.storage.tables import CHANGES
from app.storage.writes.tenant_rows import owned

START = "start_number"  # which starting row a row belongs to, from 1
TOTAL, COUNTED, EARLIER, LATER, KNOWN = "list_total", "list_counted", "list_earlier", "list_later", "list_known"
FACTS = (TOTAL, COUNTED, EARLIER, LATER, KNOWN)
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
        return target, rows, [*met, *self.filtered(target), *self.since(target), *self.any_alternative(target)]

    def since(self, target: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """The condition that an entry of the change log is not from before the moment that is asked for, if one is."""
        moment = self.traversal.since
        return [target.c.sequence >= first_entry_since(moment, self.caller)] if moment else []

    def alternatives(self, target: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """The conditions of which every row meets one."""
        return [
            condition_sql(each, self.relation.target, target, self.caller, self.dialect)
            for each in self.traversal.either
        ]

    def any_alternative(self, target: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """The condition that a row meets one of these, if there are any."""
        alternatives = self.alternatives(target)
        return [sa.or_(*alternatives)] if alternatives else []

    def access_paths(
        self, keys: Columns, start: sa.FromClause | None, alias: str
    ) -> tuple[sa.FromClause, list[AccessPath]]:
        """The target, and the ways to its rows from these start columns, of which one is gone."""
        target = aliased(SOURCES[self.relation.target], alias)
        conditions = self.conditions or RepeatedConditions(self.dialect)
        few = list(self.few_rows(keys, start, target))
        rows, reached = self.relation.reach(target, keys, self.caller)
        if few and self.relation.equal_column:
            reached = [owned(target, self.caller), without_index(target.c[self.relation.equal_column]) == keys[0]]
        of_few = of_walk = self.traversal.condition
        if of_walk and self.dialect == "sqlite" and not keys:
            walked = walked_columns(self.relation.target, of_walk, self.order)
            if search := self.search():
                own = owned(target, self.caller), search.among(target)
                few.append(FewRows(target, own, sa.not_(search.is_short())))
            few += filtered_rows(self.relation.target, of_walk, walked, target, self.caller, self.dialect)
            if few:
                of_few, of_walk = conditions.found(of_walk), conditions.found(of_walk, walked)

        def met(wanted: Condition | None) -> list[sa.ColumnElement[bool]]:
            return [conditions.sql(wanted, self.relation.target, target, self.caller)] if wanted else []

        paths: list[AccessPath] = []
        others: list[sa.ColumnElement[bool]] = []
        for each in few:
            met_by_few = (*each.met, *met(of_few), *self.since(target), *self.any_alternative(target))
            found = sa.select(sa.literal(1)).select_from(each.source).where(*met_by_few).correlate(start)
            paths.append(AccessPath(found, few=True, only_if=sa.and_(sa.not_(each.too_many), *others)))
            others.append(each.too_many)
        walk = (
            sa.select(sa.literal(1))
            .select_from(rows)
            .where(*reached, *self.since(target), *met(of_walk))
            .correlate(start)
        )
        return target, [*paths, AccessPath(walk, only_if=sa.and_(*others) if others else None)]

    def few_rows(self, keys: Columns, start: sa.FromClause | None, target: sa.FromClause) -> Iterator[FewRows]:
        """Rows that the start reaches and that may be few, unless an index has them in the order of the list. On
        Postgres alone: SQLite fetches and sorts them by itself, and has no way to skip a path that depends on a row."""
        if self.dialect == "sqlite":
            return
        relation, columns = self.relation, [term.column for term in self.order]
        if relation.links and columns[0] != relation.links.target_column:
            yield linked_rows(relation.links, target, keys, start, self.caller)
        if relation.equal_column and not leads_an_index(relation.target, relation.equal_column, *columns):
            yield rows_of_start(relation.target, relation.equal_column, target, keys, start, self.caller)

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
        target, paths = self.access_paths(self.keys(start), start, "target")
        size = self.traversal.page.size + 1  # one more tells whether there is another page
        if self.dialect == "postgresql":
            chosen = [target.c[name] for name in columns]
            picked: sa.FromClause = self.page(target, paths, start, chosen, size).lateral("picked")
            tie: sa.ColumnElement[bool] = sa.true()
        else:
            picked = aliased(SOURCES[self.relation.target], "picked")
            row = sa.literal_column("target.rowid", sa.Integer).label("row")
            tie = sa.literal_column("picked.rowid").in_(self.page(target, paths, start, [row], size))
        facts = [start.c[name] for name in FACTS if name in start.c]
        return (
            sa.select(start.c[START], *facts, *(picked.c[name] for name in columns))
            .select_from(start.outerjoin(picked, tie))
            .order_by(start.c[START], *order_by(picked, self.order, like=target))
        )

    def page(
        self,
        target: sa.FromClause,
        paths: Sequence[AccessPath],
        start: sa.FromClause | None,
        wanted: Sequence[sa.ColumnElement[Any]],
        size: int,
    ) -> sa.Select[Any] | sa.CompoundSelect[Any]:
        """The first so many rows of one page, which starts from a row of `start`; in no order."""
        page = self.traversal.page
        found = self.list_of(target, start).first_rows(paths, wanted, self.limit(page.skip + size))
        return found.limit(inline_int(size)).offset(inline_int(page.skip)) if page.skip else found

    def list_of(self, target: sa.FromClause, start: sa.FromClause | None) -> PageOfList:
        """The list, as a page of it is read."""
        alternatives = self.alternatives(target)
        return PageOfList(target, self.order, self.traversal.page, start, self.dialect, alternatives)

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
            facts[TOTAL] = self.total(keys, start)
        if page.counted_up_to:
            facts[COUNTED] = self.total(keys, start, page.counted_up_to)
        if page.wants_earlier and page.after is not None:
            facts[EARLIER] = self.any_beyond(keys, start, page.after, backward=True)
        if page.wants_later and page.before is not None:
            facts[LATER] = self.any_beyond(keys, start, page.before, backward=False)
        if page.log_entries:
            facts[KNOWN] = sa.and_(*map(self.has_log_entry, page.log_entries))
        return facts

    def total(self, keys: Columns, start: sa.FromClause | None, limit: int | None = None) -> sa.ColumnElement[int]:
        """The number of the list's rows: one that is kept, or else by counting them; up to the limit, if there is
        one."""
        kept = self.kept_total(keys, start)
        if kept is not None and limit is not None:
            least: Any = sa.func.least if self.dialect == "postgresql" else sa.func.min
            return least(kept, inline_int(limit))  # type: ignore[no-any-return]
        if kept is not None:
            return kept
        target, rows, met = self.target_rows(keys, "counted")
        if limit is None:
            count, search = sa.select(sa.func.count()).select_from(rows).where(*met).correlate(start), self.search()
            return search.count(target, count) if search else count.scalar_subquery()
        found: sa.Select[Any] = (
            sa.select(sa.literal_column("1").label("found")).select_from(rows).where(*met).correlate(start)
        )
        first = found.limit(inline_int(limit)).subquery("first")
        return sa.select(sa.func.count()).select_from(first).scalar_subquery()

    def kept_total(self, keys: Columns, start: sa.FromClause | None) -> sa.ColumnElement[int] | None:
        """The number of the list's rows, where it can be told from what the database keeps."""
        if self.traversal.either or self.traversal.since:
            return None
        found: sa.ScalarSelect[Any] | None = count_of_all(self.relation, self.traversal.condition, self.caller)
        if found is None:
            reached = self.sum_rows(keys, "counted")
            if reached is None:
                return None
            rows, met = reached
            documents = sa.select(sa.func.sum(rows.c.documents)).select_from(rows).where(*met)
            found = documents.correlate(start).scalar_subquery()
        return sa.cast(sa.func.coalesce(found, inline_int(0)), sa.BigInteger())

    def sum_rows(self, keys: Columns, alias: str) -> ReachedRows | None:
        """The sums that tell about the list, and the conditions on them, from these start columns; None where none
        do."""
        table = sums_of(self.relation, self.traversal.condition)
        if table is None:
            return None
        rows, met = sum_rows(table, keys, alias, self.dialect, self.caller)
        return rows, [*met, *self.filtered(rows)]

    def filtered(self, target: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """The condition of the filter, if there is one."""
        if not self.traversal.condition:
            return []
        conditions = self.conditions or RepeatedConditions(self.dialect)
        return [conditions.sql(self.traversal.condition, self.relation.target, target, self.caller)]

    def has_log_entry(self, entry: LogEntry) -> sa.ColumnElement[bool]:
        """Whether the tenant's change log has the entry. It counts without a gap, so it has every sequence up to its
        end."""
        log = aliased(CHANGES, "log")
        met = [owned(log, self.caller), log.c.sequence == sa.literal(entry.sequence, sa.Integer())]
        if entry.hash_prefix is not None:
            met.append(hash_begins_with(log, entry.hash_prefix))
        return sa.exists(sa.select(sa.literal_column("1")).select_from(log).where(*met))

    def any_beyond(
        self, keys: Columns, start: sa.FromClause | None, sort_values: SortValues, *, backward: bool
    ) -> sa.ColumnElement[bool]:
        """Whether the list has a row at the place or beyond it."""
        target, paths = self.access_paths(keys, start, "outside")
        return self.list_of(target, start).has_any_row(paths, sort_values, backward=backward)


def unnest_keys(starts: StartKeys) -> sa.FromClause:
    """The starts as arrays, one a key: the statement's text is the same for any number of them."""
    names = [f"k{n}" for n in range(len(starts[0]))]
    arrays = [
        sa.bindparam(name, list(values), type_=postgresql.ARRAY(sa.Integer if isinstance(values[0], int) else sa.Text))
        for name, values in zip(names, zip(*starts, strict=True), strict=True)
    ]
    return sa.func.unnest(*arrays).table_valued(*names, with_ordinality=START, name="starts").render_derived()
