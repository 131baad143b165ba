"""A whole read as ONE SQL statement that answers with JSON: the members of every selection under their response keys,
lists inside objects inside lists, each row read once and shown where the answer has it.

What the database cannot make, it hands out as an array of raw values in the place where the value belongs; `finish`
makes it from them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.domain.caller import Caller
from app.reads import balances
from app.reads.by_level.level import EARLIER, KNOWN, LATER, TOTAL, Level
from app.reads.pagination import complete, cursor_columns, number, order_by
from app.reads.relations import QUERY, RELATIONS, SOURCES, Shape, named
from app.reads.selection import (
    Edges,
    Fact,
    Fixed,
    Follow,
    Form,
    Info,
    Made,
    Members,
    Nodes,
    Order,
    Part,
    Parts,
    Plain,
    Selection,
    Several,
)
from app.reads.single_statement.compiled import Statement, compiled
from app.reads.single_statement.json_sql import (
    EVERYTHING,
    ROW,
    Expression,
    JsonObject,
    Pairs,
    array_of,
    boolean,
    json_array,
    known,
    text_part,
    whole,
    written,
)

NUMBER = "row_number"
ANYONE = Caller(0, (), read_only=True)  # stands for the caller until the statement is run: see Statement.arguments


def statement(members: Members, dialect: Dialect, guard: sa.ColumnElement[bool]) -> Statement:
    """The statement that answers a read of these members of the query itself; with null where the guard does not
    hold. Its parameters are given by name: the tenant, the guard's, and every Parameter."""
    root = JsonObject(Writer(dialect.name).root(members))
    return compiled(sa.case((guard, root)), dialect)


@dataclass(slots=True)
class Rows:
    """Where rows come from while a selection of them is written: `relation` has their columns, `joined` is what is
    selected from, and grows by a join for each edge to one row."""

    source: str
    relation: sa.FromClause
    joined: Any


@dataclass(slots=True)
class Writer:
    """Writes one statement."""

    dialect: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def name(self, kind: str) -> str:
        return f"{kind}{next(self.numbers)}"

    def root(self, members: Members) -> Pairs:
        """The members of the query itself."""
        pairs: list[tuple[str, Expression]] = []
        for key, shown in members:
            if isinstance(shown, Several):
                found = [sa.null() if follow is None else self.looked_up(follow) for follow in shown.follows]
                pairs.append((key, json_array(found, self.dialect)))
            elif isinstance(shown, Follow) and RELATIONS[QUERY, shown.edge].shape is Shape.ONE:
                pairs.append((key, self.looked_up(shown)))
            elif isinstance(shown, Follow):
                pairs.append((key, self.page(QUERY, shown, None)))
            else:
                pairs.append((key, self.fixed(shown)))
        return pairs

    def fixed(self, shown: Any) -> Expression:
        if not isinstance(shown, Fixed):
            raise TypeError(f"{shown!r} has no place in a statement")
        return known(shown.value, self.dialect)

    def looked_up(self, follow: Follow) -> Expression:
        """The one row that the given keys name, as an object; null where there is none."""
        edge = RELATIONS[QUERY, follow.edge]
        target = named(SOURCES[edge.target], self.name("t"))
        keys = [sa.literal(key) for key in (follow.given[0] if follow.given else ())]
        found, met = edge.reach(target, keys, ANYONE)
        rows = Rows(edge.target, target, found)
        pairs = self.pairs(follow.selection, rows)
        if self.dialect == "sqlite":
            return sa.select(JsonObject(pairs)).select_from(rows.joined).where(*met).scalar_subquery()
        alias = self.name(ROW)
        chosen = [value.label(key) for key, value in pairs]
        row = sa.select(*chosen).select_from(rows.joined).where(*met).subquery(alias)
        return sa.select(sa.func.to_json(whole(alias))).select_from(row).scalar_subquery()

    def pairs(self, selection: Selection, rows: Rows) -> Pairs:
        return [(key, self.member(shown, rows)) for key, shown in selection.members]

    def member(self, shown: Any, rows: Rows) -> Expression:
        match shown:
            case Plain():
                return written(rows.relation.c[shown.column], shown.form, self.dialect, rows.source)
            case Parts():
                return self.parts(shown, rows.relation.c[shown.column])
            case Made():
                return self.raw(shown, rows)
            case Follow():
                return self.followed(shown, rows)
        return self.fixed(shown)

    def parts(self, shown: Parts, column: Expression) -> Expression:
        made = [
            (key, text_part(column, part.name, self.dialect) if isinstance(part, Part) else self.fixed(part))
            for key, part in shown.members
        ]
        return sa.case((column.is_not(None), JsonObject(made)))

    def raw(self, made: Made, rows: Rows) -> Expression:
        """What a value is to be made of."""
        values = [self.raw_column(rows.relation, name) for name in made.columns]
        for follow in made.behind:
            other, there = self.joined(follow, rows)
            columns = [self.raw_column(other.relation, name) for name in sorted(follow.selection.columns)]
            values.append(sa.case((there, json_array(columns, self.dialect))))
        return json_array(values, self.dialect)

    def raw_column(self, relation: sa.FromClause, name: str) -> Expression:
        return written(relation.c[name], Form.PLAIN, self.dialect)

    def joined(self, follow: Follow, rows: Rows) -> tuple[Rows, Expression]:
        """The row that an edge to one leads to, joined to those it starts from; and whether there is one."""
        edge = RELATIONS[rows.source, follow.edge]
        other = named(SOURCES[edge.target], self.name("t"))
        keys = [rows.relation.c[name] for name in edge.needs]
        found, met = edge.reach(other, keys, ANYONE)
        rows.joined = rows.joined.outerjoin(found, sa.and_(*met))
        return Rows(edge.target, other, None), other.c.tenant_id.is_not(None)

    def followed(self, follow: Follow, rows: Rows) -> Expression:
        """What an edge leads to from every row."""
        shape = RELATIONS[rows.source, follow.edge].shape
        if shape is Shape.PAGE:
            return self.page(rows.source, follow, rows.relation)
        if shape is Shape.LIST:
            return self.listed(follow, rows)
        if shape is Shape.BALANCES:
            return self.sums(follow, rows)
        other, there = self.joined(follow, rows)
        other.joined = rows.joined
        made = JsonObject(self.pairs(follow.selection, other))
        rows.joined = other.joined
        return sa.case((there, made))

    def listed(self, follow: Follow, rows: Rows) -> Expression:
        """Every row that an edge reaches."""
        edge = RELATIONS[rows.source, follow.edge]
        target = named(SOURCES[edge.target], self.name("t"))
        found, met = edge.reach(target, [rows.relation.c[name] for name in edge.needs], ANYONE)
        order = order_by(target, complete(edge.target, follow.order))
        columns = [target.c[name] for name in sorted(self.columns_of(edge.target, follow.selection))]
        all_of_them = sa.select(*columns).select_from(found).where(*met).order_by(*order).limit(number(EVERYTHING))
        relation = all_of_them.correlate(rows.relation).subquery(self.name("p"))
        return self.array(follow.selection, Rows(edge.target, relation, relation))

    def sums(self, follow: Follow, rows: Rows) -> Expression:
        """The rows that balances are made of."""
        level = Level(RELATIONS[rows.source, follow.edge], follow, (), ANYONE, self.dialect)
        found = balances.sums(level, [rows.relation.c[name] for name in level.edge.needs])
        relation = found.correlate(rows.relation).subquery(self.name("p"))
        keys: list[Expression] = [relation.c[name] for name in (balances.CURRENCY, balances.BUCKET, balances.COUNT)]
        values = [*keys, *(sa.cast(relation.c[name], sa.Text()) for name in balances.SUMS)]
        item = json_array(values, self.dialect)
        gather: Any = sa.func.json_agg if self.dialect == "postgresql" else sa.func.json_group_array
        return sa.select(gather(item)).select_from(relation).scalar_subquery()

    def page(self, source: str, follow: Follow, row: sa.FromClause | None) -> Expression:
        """A page of the rows that an edge reaches, and what was asked about it."""
        edge = RELATIONS[source, follow.edge]
        order = complete(edge.target, follow.order)
        level = Level(edge, follow, order, ANYONE, self.dialect)
        keys = [] if row is None else [row.c[name] for name in edge.needs]
        alias = self.name("t")
        target, found, met = level.reached(keys, alias)
        listed = sa.select(sa.literal(1)).select_from(found).where(*met).correlate(row)
        asked = follow.page
        peeks = asked.wants_earlier if asked.backward else asked.wants_later
        size = asked.size + peeks
        names = sorted(self.page_columns(edge.target, follow, order))
        facts = level.list_facts(keys, row)
        if self.dialect == "postgresql":
            rows = level.page(target, listed, [target.c[name] for name in names], size).correlate(row)
            return where_known(PostgresPage(self, level, rows, facts, peeks).object(), facts)
        # The rows are found by an index that may not hold them whole, and only then read.
        found_row = sa.literal_column(f"{alias}.rowid", sa.Integer).label("row")
        alias = self.name("t")
        picked = named(SOURCES[edge.target], alias)
        found_rows = level.page(target, listed, [found_row], size).correlate(row)
        tie = sa.literal_column(f"{alias}.rowid", sa.Integer).in_(found_rows)
        forward = order_by(picked, order)
        rows = sa.select(*(picked.c[name] for name in names)).where(tie).order_by(*forward).limit(number(EVERYTHING))
        return where_known(SqlitePage(self, level, rows, facts, peeks).object(), facts)

    def page_columns(self, target: str, follow: Follow, order: Sequence[Order]) -> set[str]:
        return self.columns_of(target, follow.selection) | set(cursor_columns(target, order))

    def columns_of(self, target: str, selection: Selection) -> set[str]:
        """The columns that a selection reads of its own rows."""
        onward = {name for follow in selection.follows for name in RELATIONS[target, follow.edge].needs}
        return {*selection.columns, *onward, "tenant_id"}

    def array(self, selection: Selection, rows: Rows) -> Expression:
        """All rows, in their order, as a list of objects."""
        pairs = self.pairs(selection, rows)
        if self.dialect == "sqlite":
            return sa.select(sa.func.json_group_array(JsonObject(pairs))).select_from(rows.joined).scalar_subquery()
        chosen = [value.label(key) for key, value in pairs]
        return array_of(sa.select(*chosen).select_from(rows.joined), self.name(ROW))


def where_known(page: Expression, facts: dict[str, Expression]) -> Expression:
    """A page; null in its place where its cursors are not of its list, which `finish` tells."""
    return sa.case((facts[KNOWN], page)) if KNOWN in facts else page


class Page:
    """One page while it is written: its members, each from the rows that it shows."""

    def __init__(
        self, writer: Writer, level: Level, rows: sa.Select[Any], facts: dict[str, Expression], peeks: bool
    ) -> None:
        self.writer, self.level, self.rows, self.facts, self.peeks = writer, level, rows, facts, peeks
        self.source, self.dialect, self.asked = level.edge.target, writer.dialect, level.follow.page

    def object(self) -> Expression:
        raise NotImplementedError

    def pairs(self, rows: Any) -> Pairs:
        shown: Any = self.level.follow.shown
        return [(key, self.member(value, rows)) for key, value in shown]

    def member(self, shown: Any, rows: Any) -> Expression:
        match shown:
            case Nodes():
                return self.array(rows, lambda each: self.writer.pairs(shown.selection, each))
            case Edges():
                return self.array(rows, lambda each: [(key, self.part(value, each)) for key, value in shown.members])
            case Info():
                return JsonObject([(key, self.fact(fact, rows)) for key, fact in shown.members])
        return self.fact(shown, rows)

    def part(self, shown: Any, rows: Rows) -> Expression:
        """A member of an edge."""
        if isinstance(shown, Selection):
            return JsonObject(self.writer.pairs(shown, rows))
        return self.place(rows.relation) if shown is Fact.CURSOR else self.writer.fixed(shown)

    def fact(self, fact: Any, rows: Any) -> Expression:
        match fact:
            case Fact.TOTAL:
                return self.facts[TOTAL]
            case Fact.HAS_NEXT | Fact.HAS_PREVIOUS:
                return boolean(
                    self.goes_on((fact is Fact.HAS_PREVIOUS) == self.asked.backward, fact, rows), self.dialect
                )
            case Fact.START_CURSOR | Fact.END_CURSOR:
                return self.end(rows, last=fact is Fact.END_CURSOR)
        return self.writer.fixed(fact)

    def goes_on(self, onward: bool, fact: Fact, rows: Any) -> Expression:
        """Whether the list goes on in the page's own direction, or lies on its other side, too."""
        found = self.facts.get(LATER if fact is Fact.HAS_NEXT else EARLIER)
        beyond: Expression = sa.false() if found is None else found
        return sa.or_(self.overflows(rows), beyond) if onward else beyond

    def place(self, relation: sa.FromClause) -> Expression:
        """The values that a cursor holds."""
        columns = cursor_columns(self.source, self.level.order)
        return json_array([self.writer.raw_column(relation, name) for name in columns], self.dialect)

    def order(self, rows: sa.FromClause, *, backward: bool = False) -> tuple[Expression, ...]:
        return order_by(rows, self.level.order, backward=backward, like=SOURCES[self.source])

    def array(self, rows: Any, pairs: Callable[[Rows], Pairs]) -> Expression:
        raise NotImplementedError

    def overflows(self, rows: Any) -> Expression:
        """Whether there are more rows than the page may have."""
        raise NotImplementedError

    def end(self, rows: Any, *, last: bool) -> Expression:
        """The place of the first row, or the last; null where there is none."""
        raise NotImplementedError


class PostgresPage(Page):
    """Every member selects from the rows, which are read once."""

    def object(self) -> Expression:
        shown: Any = self.level.follow.shown
        uses = sum(1 for _, value in shown if isinstance(value, Nodes | Edges | Info)) + self.peeks
        name = self.writer.name("p")
        if uses < 2:
            return JsonObject(self.pairs(self.rows.subquery(name)))
        rows = self.rows.cte(name).prefix_with("MATERIALIZED")
        return sa.select(JsonObject(self.pairs(rows))).add_cte(rows, nest_here=True).scalar_subquery()

    def kept(self, rows: sa.FromClause) -> sa.FromClause:
        """The rows without the one that was read to see whether there is another page."""
        if not self.peeks:
            return rows
        nearest = self.order(rows, backward=self.asked.backward)
        return sa.select(rows).order_by(*nearest).limit(number(self.asked.size)).subquery(self.writer.name("p"))

    def array(self, rows: Any, pairs: Callable[[Rows], Pairs]) -> Expression:
        relation = self.kept(rows)
        each = Rows(self.source, relation, relation)
        chosen = [value.label(key) for key, value in pairs(each)]
        found = sa.select(*chosen).select_from(each.joined).order_by(*self.order(relation))
        return array_of(found, self.writer.name(ROW))

    def overflows(self, rows: Any) -> Expression:
        return sa.select(sa.func.count() > number(self.asked.size)).select_from(rows).scalar_subquery()

    def end(self, rows: Any, *, last: bool) -> Expression:
        relation = self.kept(rows)
        order = self.order(relation, backward=last)
        return sa.select(self.place(relation)).select_from(relation).order_by(*order).limit(number(1)).scalar_subquery()


class SqlitePage(Page):
    """All members are gathered in one pass over the numbered rows: SQLite's parser takes no statement that is nested
    much deeper. Objects are made where they are gathered, since a JSON value that passes through a sorter is plain
    text again."""

    def object(self) -> Expression:
        relation = self.rows.subquery(self.writer.name("p"))
        if self.peeks:
            nearest = self.order(relation, backward=self.asked.backward)
            place = sa.func.row_number().over(order_by=nearest).label(NUMBER)
            numbered = sa.select(relation, place).order_by(*self.order(relation)).limit(number(EVERYTHING))
            relation = numbered.subquery(self.writer.name("p"))
        rows = Rows(self.source, relation, relation)
        made = JsonObject(self.pairs(rows))
        return sa.select(made).select_from(rows.joined).scalar_subquery() if self.gathers() else made

    def gathers(self) -> bool:
        """Whether anything is asked of the rows, and not only of the list."""
        shown: Any = self.level.follow.shown
        facts = {fact for _, value in shown if isinstance(value, Info) for _, fact in value.members}
        listed = any(isinstance(value, Nodes | Edges) for _, value in shown)
        return listed or self.peeks or not facts.isdisjoint({Fact.START_CURSOR, Fact.END_CURSOR})

    def gathered(self, item: Expression, rows: Rows) -> Expression:
        made: Any = sa.func.json_group_array(item)
        return made.filter(rows.relation.c[NUMBER] <= number(self.asked.size)) if self.peeks else made  # type: ignore[no-any-return]

    def array(self, rows: Any, pairs: Callable[[Rows], Pairs]) -> Expression:
        return self.gathered(JsonObject(pairs(rows)), rows)

    def overflows(self, rows: Any) -> Expression:
        return sa.func.count() > number(self.asked.size)

    def end(self, rows: Any, *, last: bool) -> Expression:
        """All places, of which `finish` takes the one that is asked for."""
        return self.gathered(self.place(rows.relation), rows)
