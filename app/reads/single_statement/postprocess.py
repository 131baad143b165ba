"""The values of an answer that the database cannot make: each is made here, in its place, from the raw values that the
statement left there."""

from collections.abc import Callable, Sequence
from typing import Any

from app.reads import balances
from app.reads.pagination import CursorExpired, complete, cursor_columns, encode_cursor
from app.reads.relations import QUERY, RELATIONS, SOURCES, Shape
from app.reads.selection import (
    Edges,
    Fact,
    Follow,
    Info,
    Made,
    Members,
    Nodes,
    Order,
    PageMembers,
    Row,
    Selection,
    Several,
)
from app.reads.single_statement.json_sql import read_back

# Changes an object or a list of the answer in place; `context` is what the makers of values know of the request.
Finish = Callable[[Any, Any], None]
# A JSON value from what the statement left in its place.
Change = Callable[[Any, Any], Any]
Steps = list[tuple[str, Change]]


def finisher(members: Members) -> Finish | None:
    """What is left to do to the data of an answer; None where the database has made it whole."""
    return steps_of([(key, change_of(QUERY, shown)) for key, shown in members])


def steps_of(changes: Sequence[tuple[str, Change | None]]) -> Finish | None:
    steps = [(key, change) for key, change in changes if change is not None]
    if not steps:
        return None

    def finish(found: dict[str, Any], context: Any) -> None:
        for key, change in steps:
            found[key] = change(found[key], context)

    return finish


def of_object(finish: Finish | None) -> Change | None:
    if finish is None:
        return None

    def change(found: Any, context: Any) -> Any:
        if found is not None:
            finish(found, context)
        return found

    return change


def of_list(finish: Finish | None) -> Change | None:
    if finish is None:
        return None

    def change(found: list[Any], context: Any) -> list[Any]:
        for item in found:
            if item is not None:
                finish(item, context)
        return found

    return change


def of_selection(source: str, selection: Selection) -> Finish | None:
    return steps_of([(key, change_of(source, shown)) for key, shown in selection.members])


def change_of(source: str, shown: Any) -> Change | None:
    match shown:
        case Made():
            return maker(source, shown)
        case Several():
            return several(shown)
        case Follow():
            return followed(source, shown)
    return None


def several(shown: Several) -> Change | None:
    changes = [None if follow is None else followed(QUERY, follow) for follow in shown.follows]
    if not any(changes):
        return None

    def change(found: list[Any], context: Any) -> list[Any]:
        return [item if one is None else one(item, context) for item, one in zip(found, changes, strict=True)]

    return change


def followed(source: str, follow: Follow) -> Change | None:
    edge = RELATIONS[source, follow.edge]
    if edge.shape is Shape.BALANCES:
        return summed(follow.shown)
    if edge.shape is Shape.PAGE:
        change = paged(edge.target, complete(edge.target, follow.order), follow.shown)  # type: ignore[arg-type]
        return known(change) if follow.page.log_entries else change
    finish = of_selection(edge.target, follow.selection)
    return of_list(finish) if edge.shape is Shape.LIST else of_object(finish)


def known(change: Change | None) -> Change:
    """The same of a page whose cursors are to be of its list: there is none where they are not."""

    def checked(found: Any, context: Any) -> Any:
        if found is None:
            raise CursorExpired
        return found if change is None else change(found, context)

    return checked


def maker(source: str, made: Made) -> Change:
    """The row that a value is made of, from its raw columns and those of the rows behind it."""
    kinds = [(name, SOURCES[source].c[name].type) for name in made.columns]
    behind = [(follow.key, RELATIONS[source, follow.edge].target, follow) for follow in made.behind]
    sources = [
        (key, target, [(name, SOURCES[target].c[name].type) for name in sorted(follow.selection.columns)])
        for key, target, follow in behind
    ]

    def change(raw: list[Any], context: Any) -> Any:
        row = row_of(source, kinds, raw)
        for (key, target, columns), values in zip(sources, raw[len(kinds) :], strict=True):
            row.edges[key] = None if values is None else row_of(target, columns, values)
        return made.make(row, context)

    return change


def row_of(source: str, kinds: Sequence[tuple[str, Any]], raw: Sequence[Any]) -> Row:
    return Row(source, {name: read_back(value, kind) for (name, kind), value in zip(kinds, raw, strict=False)})


def summed(make: Any) -> Change:
    def change(raw: list[list[Any]] | None, context: Any) -> Any:
        rows = [dict(zip(balances.COLUMNS, balances.exact(values), strict=True)) for values in raw or ()]
        return make(balances.balances(rows), context)

    return change


def paged(source: str, order: tuple[Order, ...], shown: PageMembers) -> Change | None:
    """What is left to do to a page."""
    cursor = cursor_maker(source, order)

    def change_of_member(value: Any) -> Change | None:
        match value:
            case Nodes():
                return of_list(of_selection(source, value.selection))
            case Edges():
                return of_list(steps_of([(key, part(inner)) for key, inner in value.members]))
            case Info():
                return of_object(steps_of([(key, part(fact)) for key, fact in value.members]))
        return None

    def part(value: Any) -> Change | None:
        if isinstance(value, Selection):
            return of_object(of_selection(source, value))
        return {Fact.CURSOR: cursor, Fact.START_CURSOR: end(0), Fact.END_CURSOR: end(-1)}.get(value)

    def end(index: int) -> Change:
        """From the place at an end, or from all places."""

        def change(raw: list[Any] | None, context: Any) -> Any:
            if raw and isinstance(raw[0], list):
                raw = raw[index]
            return cursor(raw, context) if raw else None

        return change

    return of_object(steps_of([(key, change_of_member(value)) for key, value in shown]))


def cursor_maker(source: str, order: tuple[Order, ...]) -> Change:
    kinds = [(name, SOURCES[source].c[name].type) for name in cursor_columns(source, order)]

    def change(raw: list[Any] | None, context: Any) -> str | None:
        return None if raw is None else encode_cursor(source, order, row_of(source, kinds, raw))

    return change
