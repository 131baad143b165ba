"""Reads traversals level by level, with one statement each, and attaches the rows to those they start from."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.reads import balances
from app.reads.by_level.level import EARLIER, KNOWN, LATER, PRESENT, START, TOTAL, LevelQuery, StartKeys
from app.reads.pagination import CursorExpired, complete_order, cursor_columns
from app.reads.relations import QUERY, RELATIONS, Relation, Shape
from app.reads.selection import Row, RowPage, Traversal

Answers = dict[int, Any]  # by the number of the start


async def read(connection: AsyncConnection, caller: Caller, traversals: Iterable[Traversal]) -> Row:
    """All that the traversals ask for, as `related` of a row that stands for the query itself. A traversal with
    `lookup_keys` is answered by a list with one item for each key; any other by a row, None, a RowPage or a list,
    according to the shape of its relation."""
    query = Row(QUERY, {})
    await read_traversals(connection, caller, [query], tuple(traversals))
    return query


async def read_traversals(
    connection: AsyncConnection, caller: Caller, rows: Sequence[Row], traversals: Sequence[Traversal]
) -> None:
    """Reads each traversal from all rows at once, and then the traversals of the rows that it reaches."""
    if not rows:
        return
    for traversal in traversals:
        relation = RELATIONS[rows[0].resource, traversal.relation]
        starts = number_starts(relation, traversal, rows)
        answers, reached = await fetch(connection, caller, relation, traversal, list(starts))
        attach(relation, traversal, rows, starts, answers)
        await read_traversals(connection, caller, reached, traversal.selection.traversals)


def number_starts(relation: Relation, traversal: Traversal, rows: Sequence[Row]) -> dict[tuple[Any, ...], int]:
    """The different keys to start from, each with its number."""
    keys = traversal.lookup_keys or (start_of(relation, row) for row in rows)
    distinct = dict.fromkeys(key for key in keys if None not in key)
    return {key: number for number, key in enumerate(distinct, start=1)}


def start_of(relation: Relation, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in relation.start_columns)


async def fetch(
    connection: AsyncConnection, caller: Caller, relation: Relation, traversal: Traversal, starts: StartKeys
) -> tuple[Answers, list[Row]]:
    """The answer for each start, and all rows in them."""
    if not starts:
        return {}, []
    order = complete_order(relation.target, traversal.order) if relation.shape in (Shape.PAGE, Shape.LIST) else ()
    level = LevelQuery(relation, traversal, order, caller, connection.dialect.name)
    if relation.shape is Shape.BALANCES:
        sums = (await connection.execute(balances.statement(level, starts))).mappings().all()
        return {n: balances.balances_of_rows(own) for n, own in by_start(sums).items()}, []
    columns = needed_columns(relation, traversal, order)
    found = by_start((await connection.execute(level.statement(starts, columns))).mappings().all())
    answers: Answers = {}
    reached: list[Row] = []
    for number, records in found.items():
        rows = [Row(relation.target, {c: record[c] for c in columns}) for record in records if is_present(record)]
        answers[number] = shape_answer(relation, traversal, order, rows, records[0])
        kept = answers[number].rows if isinstance(answers[number], RowPage) else rows
        reached += kept
    return answers, reached


def needed_columns(relation: Relation, traversal: Traversal, order: Sequence[Any]) -> list[str]:
    """The columns asked for, and those that the order, further traversals and this module need."""
    onward = {
        name
        for child in traversal.selection.traversals
        for name in RELATIONS[relation.target, child.relation].start_columns
    }
    present = {PRESENT} if relation.shape is Shape.PAGE else set()
    ordering = set(cursor_columns(relation.target, order))
    return sorted(traversal.selection.columns | onward | ordering | present) or ["tenant_id"]


def by_start(records: Iterable[Any]) -> dict[int, list[Any]]:
    """Records by the number of their start."""
    grouped: dict[int, list[Any]] = {}
    for record in records:
        grouped.setdefault(record[START], []).append(record)
    return grouped


def is_present(record: Any) -> bool:
    return PRESENT not in record or record[PRESENT] is not None


def shape_answer(relation: Relation, traversal: Traversal, order: tuple[Any, ...], rows: list[Row], record: Any) -> Any:
    """The rows of one start in the shape of the relation. Raises CursorExpired."""
    if relation.shape is Shape.ONE:
        return rows[0] if rows else None
    if relation.shape is Shape.LIST:
        return rows
    page = traversal.page
    if page.log_entries and not record[KNOWN]:
        raise CursorExpired
    more = len(rows) > page.size
    if more:
        rows = rows[1:] if page.backward else rows[:-1]
    earlier, later = bool(record.get(EARLIER)), bool(record.get(LATER))
    return RowPage(
        rows,
        order,
        has_earlier=earlier or (more and page.backward),
        has_later=later or (more and not page.backward),
        total=record.get(TOTAL),
    )


def attach(
    relation: Relation, traversal: Traversal, rows: Sequence[Row], starts: dict[tuple[Any, ...], int], answers: Answers
) -> None:
    """Attaches the answer of each start to the rows that have its key."""
    if traversal.lookup_keys:
        for row in rows:
            row.related[traversal.key] = [answers.get(starts[key]) for key in traversal.lookup_keys]
        return
    for row in rows:
        number = starts.get(start_of(relation, row))
        answer = None if number is None else answers.get(number)
        row.related[traversal.key] = empty_answer(relation, traversal) if answer is None else answer


def empty_answer(relation: Relation, traversal: Traversal) -> Any:
    """The answer where a relation reaches no rows."""
    if relation.shape is Shape.ONE:
        return None
    if relation.shape is Shape.PAGE:
        return RowPage([], complete_order(relation.target, traversal.order), total=0)
    return []
