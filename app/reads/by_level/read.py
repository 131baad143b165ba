"""Reads traversals level by level, with one statement each, and attaches the rows to those they start from. Other tasks
run every so many rows."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.reads import balances
from app.reads.by_level.level import COUNTED, EARLIER, KNOWN, LATER, PRESENT, START, TOTAL, LevelQuery, StartKeys
from app.reads.filters import MANY_VALUES, RepeatedConditions
from app.reads.pagination import CursorExpired, complete_order, cursor_columns
from app.reads.relations import QUERY, RELATIONS, Relation, Shape
from app.reads.selection import Row, RowPage, Traversal
from app.storage.database.compiled_statement import compile_with_values

Answers = dict[int, Any]  # by the number of the start
STEP = 1_000  # rows, some 5 ms

T = TypeVar("T")


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
        starts = await number_starts(relation, traversal, rows)
        answers, reached = await fetch(connection, caller, relation, traversal, list(starts))
        for part in in_steps(rows):
            attach(relation, traversal, part, starts, answers)
            await others(part)
        await read_traversals(connection, caller, reached, traversal.selection.traversals)


def in_steps(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in parts of a step each."""
    return (items[start : start + STEP] for start in range(0, len(items), STEP))


async def others(part: Sequence[Any]) -> None:
    """Lets other tasks run after a whole step."""
    if len(part) == STEP:
        await asyncio.sleep(0)


async def number_starts(relation: Relation, traversal: Traversal, rows: Sequence[Row]) -> dict[tuple[Any, ...], int]:
    """The different keys to start from, each with its number."""
    starts: dict[tuple[Any, ...], int] = {}
    for part in in_steps(rows):
        for key in traversal.lookup_keys or (start_of(relation, row) for row in part):
            if None not in key:
                starts.setdefault(key, len(starts) + 1)
        await others(part)
    return starts


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
        sums = await by_start(await connection.execute(balances.statement(level, starts)))
        return {n: balances.balances_of_rows(own) for n, own in sums.items()}, []
    columns = needed_columns(relation, traversal, order)
    found = await found_records(connection, level, starts, columns)
    answers: Answers = {}
    reached: list[Row] = []
    made = 0
    for number, records in found.items():
        if (made := made + len(records)) >= STEP:
            await asyncio.sleep(0)
            made = 0
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


async def found_records(
    connection: AsyncConnection, level: LevelQuery, starts: StartKeys, columns: Sequence[str]
) -> dict[int, list[Any]]:
    """What a level finds, by the number of the start. Its statement is made in a thread where its filter is large."""
    condition = level.traversal.condition
    if condition is None or RepeatedConditions(level.dialect).size(condition) < MANY_VALUES:
        return await by_start(await connection.execute(level.statement(starts, columns)))
    made, values = await asyncio.to_thread(
        lambda: compile_with_values(level.statement(starts, columns), connection.dialect)
    )
    result = await connection.exec_driver_sql(made.text, tuple(made.arguments(values)))
    return await by_start(result, made.row)


async def by_start(result: CursorResult[Any], values: Callable[[Any], Any] | None = None) -> dict[int, list[Any]]:
    """Records by the number of their start; `values` reads one that came straight from the driver."""
    grouped: dict[int, list[Any]] = {}
    rows: Any = result if values else result.mappings()
    for part in rows.partitions(STEP):
        for row in part:
            record = values(row) if values else row
            grouped.setdefault(record[START], []).append(record)
        await others(part)
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
        counted=record.get(COUNTED),
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
        return RowPage([], complete_order(relation.target, traversal.order), total=0, counted=0)
    return []
