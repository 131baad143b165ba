"""A page of a connection within the statement that answers a whole query: its rows, edges and facts, on each database
in the way that it does best."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from app.reads.by_level.level import COUNTED, EARLIER, LATER, TOTAL, LevelQuery
from app.reads.pagination import cursor_columns, inline_int, order_by
from app.reads.relations import SOURCES
from app.reads.selection import CountUpTo, Edges, Nodes, PageFact, PageInfo, Selection
from app.reads.single_statement.json_sql import (
    NO_LIMIT,
    ROW,
    Expression,
    JsonObject,
    Pairs,
    array_of,
    boolean_json,
    json_array,
    object_columns,
)

NUMBER = "row_number"


@dataclass(slots=True)
class RowSource:
    """Where rows come from while a selection of them is written: `selectable` has their columns, `joined` is what is
    selected from, and grows by a join for each relation to one row."""

    source: str
    selectable: sa.FromClause
    joined: Any


class SelectionWriter(Protocol):
    """What writes the selections of the rows that a page shows."""

    dialect: str

    def name(self, kind: str) -> str: ...

    def pairs(self, selection: Selection, rows: RowSource) -> Pairs: ...

    def constant(self, output: Any) -> Expression: ...

    def raw_column(self, selectable: sa.FromClause, name: str) -> Expression: ...


class PageWriter:
    """One page while it is written: its members, each from the rows that it shows."""

    def __init__(
        self,
        writer: SelectionWriter,
        level: LevelQuery,
        rows: sa.Select[Any] | sa.CompoundSelect[Any],
        facts: dict[str, Expression],
        reads_one_more: bool,
    ) -> None:
        self.writer, self.level, self.rows, self.facts, self.reads_one_more = writer, level, rows, facts, reads_one_more
        self.source, self.dialect, self.page = level.relation.target, writer.dialect, level.traversal.page

    def object(self) -> Expression:
        raise NotImplementedError

    def pairs(self, rows: Any) -> Pairs:
        output: Any = self.level.traversal.output
        return [(key, self.member(value, rows)) for key, value in output]

    def member(self, output: Any, rows: Any) -> Expression:
        match output:
            case Nodes():
                return self.array(rows, lambda each: self.writer.pairs(output.selection, each))
            case Edges():
                return self.array(rows, lambda each: [(key, self.part(value, each)) for key, value in output.members])
            case PageInfo():
                return JsonObject([(key, self.fact(fact, rows)) for key, fact in output.members])
        return self.fact(output, rows)

    def part(self, output: Any, rows: RowSource) -> Expression:
        """A member of an edge object of a connection."""
        if isinstance(output, Selection):
            return JsonObject(self.writer.pairs(output, rows))
        return self.place(rows.selectable) if output is PageFact.CURSOR else self.writer.constant(output)

    def fact(self, fact: Any, rows: Any) -> Expression:
        match fact:
            case PageFact.TOTAL:
                return self.facts[TOTAL]
            case CountUpTo():
                return self.counted_up_to(fact.limit)
            case PageFact.HAS_NEXT | PageFact.HAS_PREVIOUS:
                return boolean_json(
                    self.continues((fact is PageFact.HAS_PREVIOUS) == self.page.backward, fact, rows), self.dialect
                )
            case PageFact.START_CURSOR | PageFact.END_CURSOR:
                return self.end(rows, last=fact is PageFact.END_CURSOR)
        return self.writer.constant(fact)

    def counted_up_to(self, limit: int) -> Expression:
        """What was counted, up to a limit that may be lower than the one at which counting has ended."""
        least: Any = sa.func.least if self.dialect == "postgresql" else sa.func.min
        counted = self.facts[COUNTED]
        return counted if limit == self.page.counted_up_to else least(counted, inline_int(limit))

    def continues(self, onward: bool, fact: PageFact, rows: Any) -> Expression:
        """Whether the list goes on in the page's own direction, or lies on its other side, too."""
        found = self.facts.get(LATER if fact is PageFact.HAS_NEXT else EARLIER)
        beyond: Expression = sa.false() if found is None else found
        return sa.or_(self.overflows(rows), beyond) if onward else beyond

    def place(self, selectable: sa.FromClause) -> Expression:
        """The values that a cursor holds."""
        columns = cursor_columns(self.source, self.level.order)
        return json_array([self.writer.raw_column(selectable, name) for name in columns], self.dialect)

    def order(self, rows: sa.FromClause, *, backward: bool = False) -> tuple[Expression, ...]:
        return order_by(rows, self.level.order, backward=backward, like=SOURCES[self.source])

    def array(self, rows: Any, pairs: Callable[[RowSource], Pairs]) -> Expression:
        raise NotImplementedError

    def overflows(self, rows: Any) -> Expression:
        """Whether there are more rows than the page may have."""
        raise NotImplementedError

    def end(self, rows: Any, *, last: bool) -> Expression:
        """The place of the first row, or the last; null where there is none."""
        raise NotImplementedError


class PostgresPageWriter(PageWriter):
    """Every member selects from the rows, which are read once."""

    def object(self) -> Expression:
        output: Any = self.level.traversal.output
        uses = sum(1 for _, value in output if isinstance(value, Nodes | Edges | PageInfo)) + self.reads_one_more
        name = self.writer.name("p")
        if uses < 2:
            return JsonObject(self.pairs(self.rows.subquery(name)))
        rows = self.rows.cte(name).prefix_with("MATERIALIZED")
        return sa.select(JsonObject(self.pairs(rows))).add_cte(rows, nest_here=True).scalar_subquery()

    def kept(self, rows: sa.FromClause) -> sa.FromClause:
        """The rows without the one that was read to see whether there is another page."""
        if not self.reads_one_more:
            return rows
        nearest = self.order(rows, backward=self.page.backward)
        return sa.select(rows).order_by(*nearest).limit(inline_int(self.page.size)).subquery(self.writer.name("p"))

    def array(self, rows: Any, pairs: Callable[[RowSource], Pairs]) -> Expression:
        selectable = self.kept(rows)
        each = RowSource(self.source, selectable, selectable)
        made = pairs(each)
        found = sa.select(*object_columns(made)).select_from(each.joined).order_by(*self.order(selectable))
        return array_of(found, self.writer.name(ROW), made)

    def overflows(self, rows: Any) -> Expression:
        return sa.select(sa.func.count() > inline_int(self.page.size)).select_from(rows).scalar_subquery()

    def end(self, rows: Any, *, last: bool) -> Expression:
        selectable = self.kept(rows)
        order = self.order(selectable, backward=last)
        return (
            sa.select(self.place(selectable))
            .select_from(selectable)
            .order_by(*order)
            .limit(inline_int(1))
            .scalar_subquery()
        )


class SqlitePageWriter(PageWriter):
    """All members are gathered in one pass over the numbered rows: SQLite's parser takes no statement that is nested
    much deeper. Objects are made where they are gathered, since a JSON value that passes through a sorter is plain
    text again."""

    def object(self) -> Expression:
        selectable = self.rows.subquery(self.writer.name("p"))
        if self.reads_one_more:
            nearest = self.order(selectable, backward=self.page.backward)
            place = sa.func.row_number().over(order_by=nearest).label(NUMBER)
            numbered = sa.select(selectable, place).order_by(*self.order(selectable)).limit(inline_int(NO_LIMIT))
            selectable = numbered.subquery(self.writer.name("p"))
        rows = RowSource(self.source, selectable, selectable)
        made = JsonObject(self.pairs(rows))
        return sa.select(made).select_from(rows.joined).scalar_subquery() if self.gathers() else made

    def gathers(self) -> bool:
        """Whether anything is asked of the rows, and not only of the list."""
        output: Any = self.level.traversal.output
        facts = {fact for _, value in output if isinstance(value, PageInfo) for _, fact in value.members}
        listed = any(isinstance(value, Nodes | Edges) for _, value in output)
        return listed or self.reads_one_more or not facts.isdisjoint({PageFact.START_CURSOR, PageFact.END_CURSOR})

    def gathered(self, item: Expression, rows: RowSource) -> Expression:
        made: Any = sa.func.json_group_array(item)
        return made.filter(rows.selectable.c[NUMBER] <= inline_int(self.page.size)) if self.reads_one_more else made  # type: ignore[no-any-return]

    def array(self, rows: Any, pairs: Callable[[RowSource], Pairs]) -> Expression:
        return self.gathered(JsonObject(pairs(rows)), rows)

    def overflows(self, rows: Any) -> Expression:
        return sa.func.count() > inline_int(self.page.size)

    def end(self, rows: Any, *, last: bool) -> Expression:
        """All places, of which the postprocessing takes the one that is asked for."""
        return self.gathered(self.place(rows.selectable), rows)
