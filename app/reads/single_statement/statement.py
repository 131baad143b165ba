"""A whole query as ONE SQL statement that answers with JSON: the members of every selection under their response keys,
lists inside objects inside lists; each row is read once, and shown where the answer has it.

Where the database cannot compute a value, it leaves an array of raw values in its place, of which `postprocess` makes
it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.concurrency.abandonment import end_if_abandoned
from app.domain.caller import Caller
from app.reads import balances
from app.reads.by_level.level import KNOWN, LevelQuery
from app.reads.filters import RepeatedConditions
from app.reads.pagination import complete_order, cursor_columns, inline_int, order_by
from app.reads.relations import QUERY, RELATIONS, SOURCES, Shape, aliased
from app.reads.selection import (
    ColumnFormat,
    ColumnValue,
    ComputedValue,
    Constant,
    LookupList,
    Members,
    Order,
    Selection,
    TextMember,
    TextObject,
    Traversal,
)
from app.reads.single_statement.compiled import QueryStatement, compile_query
from app.reads.single_statement.json_sql import (
    NO_LIMIT,
    ROW,
    Expression,
    JsonObject,
    Pairs,
    array_of,
    column_json,
    constant_json,
    json_array,
    object_columns,
    row_json,
    text_part,
)
from app.reads.single_statement.pages import PostgresPageWriter, RowSource, SqlitePageWriter

ANYONE = Caller(0, (), read_only=True)  # stands for the caller until the statement is run: see Statement.arguments


def query_statement(members: Members, dialect: Dialect, guard: sa.ColumnElement[bool]) -> QueryStatement:
    """The statement that answers a read of these members of the query itself; with null where the guard does not
    hold. Its parameters are given by name: the tenant, the guard's, and every Parameter."""
    root = JsonObject(StatementWriter(dialect.name).root(members))
    return compile_query(sa.case((guard, root)), dialect)


def look_up_statement(traversal: Traversal, dialect: Dialect) -> QueryStatement:
    """The statement that answers one look-up of a query, with the object alone; null where there is no such row. Its
    parameters are the tenant, and every Parameter."""
    return compile_query(StatementWriter(dialect.name).lookup(traversal), dialect)


@dataclass(slots=True)
class StatementWriter:
    """Writes one statement."""

    dialect: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    conditions: RepeatedConditions = field(init=False)

    def __post_init__(self) -> None:
        self.conditions = RepeatedConditions(self.dialect)

    def name(self, kind: str) -> str:
        return f"{kind}{next(self.numbers)}"

    def root(self, members: Members) -> Pairs:
        """The members of the query itself."""
        pairs: list[tuple[str, Expression]] = []
        for key, output in members:
            if isinstance(output, LookupList):
                found = [sa.null() if traversal is None else self.lookup(traversal) for traversal in output.traversals]
                pairs.append((key, json_array(found, self.dialect)))
            elif isinstance(output, Traversal) and RELATIONS[QUERY, output.relation].shape is Shape.ONE:
                pairs.append((key, self.lookup(output)))
            elif isinstance(output, Traversal):
                pairs.append((key, self.page(QUERY, output, None)))
            else:
                pairs.append((key, self.constant(output)))
        return pairs

    def constant(self, output: Any) -> Expression:
        if not isinstance(output, Constant):
            raise TypeError(f"{output!r} has no place in a statement")
        return constant_json(output.value, self.dialect)

    def lookup(self, traversal: Traversal) -> Expression:
        """The one row that the given keys name, as an object; null where there is none."""
        relation = RELATIONS[QUERY, traversal.relation]
        target = aliased(SOURCES[relation.target], self.name("t"))
        keys = [sa.literal(key) for key in (traversal.lookup_keys[0] if traversal.lookup_keys else ())]
        found, met = relation.reach(target, keys, ANYONE)
        rows = RowSource(relation.target, target, found)
        pairs = self.pairs(traversal.selection, rows)
        if self.dialect == "sqlite":
            return sa.select(JsonObject(pairs)).select_from(rows.joined).where(*met).scalar_subquery()
        alias = self.name(ROW)
        row = sa.select(*object_columns(pairs)).select_from(rows.joined).where(*met).subquery(alias)
        return sa.select(sa.func.to_json(row_json(alias, pairs))).select_from(row).scalar_subquery()

    def pairs(self, selection: Selection, rows: RowSource) -> Pairs:
        return [(key, self.member(output, rows)) for key, output in selection.members]

    def member(self, output: Any, rows: RowSource) -> Expression:
        match output:
            case ColumnValue():
                return column_json(rows.selectable.c[output.column], output.format, self.dialect, rows.source)
            case TextObject():
                return self.parts(output, rows.selectable.c[output.column])
            case ComputedValue():
                return self.raw_values(output, rows)
            case Traversal():
                return self.traversed(output, rows)
        return self.constant(output)

    def parts(self, output: TextObject, column: Expression) -> Expression:
        made = [
            (key, text_part(column, part.name, self.dialect) if isinstance(part, TextMember) else self.constant(part))
            for key, part in output.members
        ]
        return sa.case((column.is_not(None), JsonObject(made)))

    def raw_values(self, made: ComputedValue, rows: RowSource) -> Expression:
        """What a value is to be made of."""
        values = [self.raw_column(rows.selectable, name) for name in made.columns]
        for traversal in made.related:
            other, there = self.joined(traversal, rows)
            columns = [self.raw_column(other.selectable, name) for name in sorted(traversal.selection.columns)]
            values.append(sa.case((there, json_array(columns, self.dialect))))
        return json_array(values, self.dialect)

    def raw_column(self, selectable: sa.FromClause, name: str) -> Expression:
        return column_json(selectable.c[name], ColumnFormat.PLAIN, self.dialect)

    def joined(self, traversal: Traversal, rows: RowSource) -> tuple[RowSource, Expression]:
        """The row that a to-one relation reaches, joined to those it starts from; and whether there is one."""
        relation = RELATIONS[rows.source, traversal.relation]
        other = aliased(SOURCES[relation.target], self.name("t"))
        keys = [rows.selectable.c[name] for name in relation.start_columns]
        found, met = relation.reach(other, keys, ANYONE)
        rows.joined = rows.joined.outerjoin(found, sa.and_(*met))
        return RowSource(relation.target, other, None), other.c.tenant_id.is_not(None)

    def traversed(self, traversal: Traversal, rows: RowSource) -> Expression:
        """What a relation reaches from every row."""
        shape = RELATIONS[rows.source, traversal.relation].shape
        if shape is Shape.PAGE:
            return self.page(rows.source, traversal, rows.selectable)
        if shape is Shape.LIST:
            return self.listed(traversal, rows)
        if shape is Shape.BALANCES:
            return self.sums(traversal, rows)
        other, there = self.joined(traversal, rows)
        other.joined = rows.joined
        made = JsonObject(self.pairs(traversal.selection, other))
        rows.joined = other.joined
        return sa.case((there, made))

    def listed(self, traversal: Traversal, rows: RowSource) -> Expression:
        """Every row that a relation reaches."""
        relation = RELATIONS[rows.source, traversal.relation]
        target = aliased(SOURCES[relation.target], self.name("t"))
        found, met = relation.reach(target, [rows.selectable.c[name] for name in relation.start_columns], ANYONE)
        order = order_by(target, complete_order(relation.target, traversal.order))
        columns = [target.c[name] for name in sorted(self.columns_of(relation.target, traversal.selection))]
        all_of_them = sa.select(*columns).select_from(found).where(*met).order_by(*order).limit(inline_int(NO_LIMIT))
        selectable = all_of_them.correlate(rows.selectable).subquery(self.name("p"))
        return self.array(traversal.selection, RowSource(relation.target, selectable, selectable))

    def sums(self, traversal: Traversal, rows: RowSource) -> Expression:
        """The rows that balances are made of."""
        level = LevelQuery(RELATIONS[rows.source, traversal.relation], traversal, (), ANYONE, self.dialect)
        found = balances.sums(level, [rows.selectable.c[name] for name in level.relation.start_columns])
        selectable = found.correlate(rows.selectable).subquery(self.name("p"))
        keys: list[Expression] = [selectable.c[name] for name in (balances.CURRENCY, balances.BUCKET, balances.COUNT)]
        values = [*keys, *(sa.cast(selectable.c[name], sa.Text()) for name in balances.SUMS)]
        item = json_array(values, self.dialect)
        gather: Any = sa.func.json_agg if self.dialect == "postgresql" else sa.func.json_group_array
        return sa.select(gather(item)).select_from(selectable).scalar_subquery()

    def page(self, source: str, traversal: Traversal, row: sa.FromClause | None) -> Expression:
        """A page of the rows that a relation reaches, and what was asked about it."""
        end_if_abandoned()
        relation = RELATIONS[source, traversal.relation]
        order = complete_order(relation.target, traversal.order)
        level = LevelQuery(relation, traversal, order, ANYONE, self.dialect, self.conditions)
        keys = [] if row is None else [row.c[name] for name in relation.start_columns]
        alias = self.name("t")
        target, paths = level.access_paths(keys, row, alias)
        page = traversal.page
        reads_one_more = page.wants_earlier if page.backward else page.wants_later
        size = page.size + reads_one_more
        names = sorted(self.page_columns(relation.target, traversal, order))
        facts = level.list_facts(keys, row)
        if self.dialect == "postgresql":
            rows = level.page(target, paths, row, [target.c[name] for name in names], size)
            return where_known(PostgresPageWriter(self, level, rows, facts, reads_one_more).object(), facts)
        # The rows are found by an index that may not hold them whole, and only then read.
        found_row = sa.literal_column(f"{alias}.rowid", sa.Integer).label("row")
        alias = self.name("t")
        picked = aliased(SOURCES[relation.target], alias)
        found_rows = level.page(target, paths, row, [found_row], size)
        tie = sa.literal_column(f"{alias}.rowid", sa.Integer).in_(found_rows)
        forward = order_by(picked, order)
        rows = sa.select(*(picked.c[name] for name in names)).where(tie).order_by(*forward).limit(inline_int(NO_LIMIT))
        return where_known(SqlitePageWriter(self, level, rows, facts, reads_one_more).object(), facts)

    def page_columns(self, target: str, traversal: Traversal, order: Sequence[Order]) -> set[str]:
        return self.columns_of(target, traversal.selection) | set(cursor_columns(target, order))

    def columns_of(self, target: str, selection: Selection) -> set[str]:
        """The columns that a selection reads of its own rows."""
        onward = {
            name for traversal in selection.traversals for name in RELATIONS[target, traversal.relation].start_columns
        }
        return {*selection.columns, *onward, "tenant_id"}

    def array(self, selection: Selection, rows: RowSource) -> Expression:
        """All rows, in their order, as a list of objects."""
        pairs = self.pairs(selection, rows)
        if self.dialect == "sqlite":
            return sa.select(sa.func.json_group_array(JsonObject(pairs))).select_from(rows.joined).scalar_subquery()
        found = sa.select(*object_columns(pairs)).select_from(rows.joined)
        return array_of(found, self.name(ROW), pairs)


def where_known(page: Expression, facts: dict[str, Expression]) -> Expression:
    """A page; null where its cursors are not of its list, for which the postprocessing raises CursorExpired."""
    return sa.case((facts[KNOWN], page)) if KNOWN in facts else page
