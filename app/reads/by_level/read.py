"""The one way data is read: follows edges level by level, a statement each, and hangs the rows on those they start
from."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.reads import balances
from app.reads.by_level.level import EARLIER, KNOWN, LATER, PRESENT, START, TOTAL, Level, Starts
from app.reads.pagination import CursorExpired, complete, cursor_columns
from app.reads.relations import QUERY, RELATIONS, Relation, Shape
from app.reads.selection import Follow, Row, Rows

Answers = dict[int, Any]  # by the number of the start


async def read(connection: AsyncConnection, caller: Caller, follows: Iterable[Follow]) -> Row:
    """Everything that the follows ask for, on a row that stands for the query itself. An edge with `given` keys
    answers with a list, one item for each; any other with a row, None, Rows or a list, by its shape."""
    query = Row(QUERY, {})
    await follow_all(connection, caller, [query], tuple(follows))
    return query


async def follow_all(
    connection: AsyncConnection, caller: Caller, rows: Sequence[Row], follows: Sequence[Follow]
) -> None:
    """Follows every edge from all rows at once, and on from what they reach."""
    if not rows:
        return
    for follow in follows:
        edge = RELATIONS[rows[0].resource, follow.edge]
        starts = number_starts(edge, follow, rows)
        answers, reached = await fetch(connection, caller, edge, follow, list(starts))
        attach(edge, follow, rows, starts, answers)
        await follow_all(connection, caller, reached, follow.selection.follows)


def number_starts(edge: Relation, follow: Follow, rows: Sequence[Row]) -> dict[tuple[Any, ...], int]:
    """The different keys to start from, each with its number."""
    keys = follow.given or (start_of(edge, row) for row in rows)
    distinct = dict.fromkeys(key for key in keys if None not in key)
    return {key: number for number, key in enumerate(distinct, start=1)}


def start_of(edge: Relation, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in edge.needs)


async def fetch(
    connection: AsyncConnection, caller: Caller, edge: Relation, follow: Follow, starts: Starts
) -> tuple[Answers, list[Row]]:
    """The answer for each start, and all rows in them."""
    if not starts:
        return {}, []
    order = complete(edge.target, follow.order) if edge.shape in (Shape.PAGE, Shape.LIST) else ()
    level = Level(edge, follow, order, caller, connection.dialect.name)
    if edge.shape is Shape.BALANCES:
        sums = (await connection.execute(balances.statement(level, starts))).mappings().all()
        return {n: balances.balances(own) for n, own in by_start(sums).items()}, []
    columns = needed_columns(edge, follow, order)
    found = by_start((await connection.execute(level.statement(starts, columns))).mappings().all())
    answers: Answers = {}
    reached: list[Row] = []
    for number, records in found.items():
        rows = [Row(edge.target, {c: record[c] for c in columns}) for record in records if is_present(record)]
        answers[number] = shaped(edge, follow, order, rows, records[0])
        kept = answers[number].rows if isinstance(answers[number], Rows) else rows
        reached += kept
    return answers, reached


def needed_columns(edge: Relation, follow: Follow, order: Sequence[Any]) -> list[str]:
    """The columns asked for, and those that the order, the edges onward and this module rely on."""
    onward = {name for child in follow.selection.follows for name in RELATIONS[edge.target, child.edge].needs}
    present = {PRESENT} if edge.shape is Shape.PAGE else set()
    ordering = set(cursor_columns(edge.target, order))
    return sorted(follow.selection.columns | onward | ordering | present) or ["tenant_id"]


def by_start(records: Iterable[Any]) -> dict[int, list[Any]]:
    """Records by the number of their start."""
    grouped: dict[int, list[Any]] = {}
    for record in records:
        grouped.setdefault(record[START], []).append(record)
    return grouped


def is_present(record: Any) -> bool:
    return PRESENT not in record or record[PRESENT] is not None


def shaped(edge: Relation, follow: Follow, order: tuple[Any, ...], rows: list[Row], record: Any) -> Any:
    """The rows of one start in the shape of the edge. Raises CursorExpired."""
    if edge.shape is Shape.ONE:
        return rows[0] if rows else None
    if edge.shape is Shape.LIST:
        return rows
    page = follow.page
    if page.log_entries and not record[KNOWN]:
        raise CursorExpired
    more = len(rows) > page.size
    if more:
        rows = rows[1:] if page.backward else rows[:-1]
    earlier, later = bool(record.get(EARLIER)), bool(record.get(LATER))
    return Rows(
        rows,
        order,
        has_earlier=earlier or (more and page.backward),
        has_later=later or (more and not page.backward),
        total=record.get(TOTAL),
    )


def attach(
    edge: Relation, follow: Follow, rows: Sequence[Row], starts: dict[tuple[Any, ...], int], answers: Answers
) -> None:
    """Hangs each start's answer on the rows that begin with it."""
    if follow.given:
        for row in rows:
            row.edges[follow.key] = [answers.get(starts[key]) for key in follow.given]
        return
    for row in rows:
        number = starts.get(start_of(edge, row))
        answer = None if number is None else answers.get(number)
        row.edges[follow.key] = empty(edge, follow) if answer is None else answer


def empty(edge: Relation, follow: Follow) -> Any:
    """The answer where an edge leads nowhere."""
    if edge.shape is Shape.ONE:
        return None
    if edge.shape is Shape.PAGE:
        return Rows([], complete(edge.target, follow.order), total=0)
    return []
