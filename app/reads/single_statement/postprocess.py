"""The values of an answer that the database cannot compute: each is computed here, from the raw values that the
statement left in its place."""

from collections.abc import Callable, Sequence
from typing import Any

from app.concurrency.abandonment import end_if_abandoned
from app.reads import balances
from app.reads.pagination import CursorExpired, complete_order, cursor_columns, encode_cursor
from app.reads.relations import QUERY, RELATIONS, SOURCES, Shape
from app.reads.selection import (
    ComputedValue,
    Edges,
    LookupList,
    Members,
    Nodes,
    Order,
    PageFact,
    PageInfo,
    PageMembers,
    Row,
    Selection,
    Traversal,
)
from app.reads.single_statement.json_sql import python_value

# Changes an object or a list of the answer in place; the second argument is the context of the request.
Postprocess = Callable[[Any, Any], None]
# Makes a JSON value of what the statement left in its place.
Convert = Callable[[Any, Any], Any]
Steps = list[tuple[str, Convert]]


def postprocessor(members: Members) -> Postprocess | None:
    """What Python still does to the data of an answer; None where the database has made all of it."""
    return convert_members([(key, converter(QUERY, output)) for key, output in members])


def look_up_postprocessor(traversal: Traversal) -> Postprocess | None:
    """What Python still does to the object that a look-up has found."""
    return convert_selection(RELATIONS[QUERY, traversal.relation].target, traversal.selection)


def convert_members(converters: Sequence[tuple[str, Convert | None]]) -> Postprocess | None:
    steps = [(key, convert) for key, convert in converters if convert is not None]
    if not steps:
        return None

    def postprocess(found: dict[str, Any], context: Any) -> None:
        for key, convert in steps:
            found[key] = convert(found[key], context)

    return postprocess


def convert_object(postprocess: Postprocess | None) -> Convert | None:
    if postprocess is None:
        return None

    def convert(found: Any, context: Any) -> Any:
        if found is not None:
            postprocess(found, context)
        return found

    return convert


def convert_list(postprocess: Postprocess | None) -> Convert | None:
    if postprocess is None:
        return None

    def convert(found: list[Any], context: Any) -> list[Any]:
        for item in found:
            end_if_abandoned()
            if item is not None:
                postprocess(item, context)
        return found

    return convert


def convert_selection(source: str, selection: Selection) -> Postprocess | None:
    return convert_members([(key, converter(source, output)) for key, output in selection.members])


def converter(source: str, output: Any) -> Convert | None:
    match output:
        case ComputedValue():
            return computed_value_converter(source, output)
        case LookupList():
            return lookup_list_converter(output)
        case Traversal():
            return traversal_converter(source, output)
    return None


def lookup_list_converter(output: LookupList) -> Convert | None:
    converters = [
        None if traversal is None else traversal_converter(QUERY, traversal) for traversal in output.traversals
    ]
    if not any(converters):
        return None

    def convert(found: list[Any], context: Any) -> list[Any]:
        return [item if one is None else one(item, context) for item, one in zip(found, converters, strict=True)]

    return convert


def traversal_converter(source: str, traversal: Traversal) -> Convert | None:
    relation = RELATIONS[source, traversal.relation]
    if relation.shape is Shape.BALANCES:
        return balances_converter(traversal.output)
    if relation.shape is Shape.PAGE:
        convert = page_converter(relation.target, complete_order(relation.target, traversal.order), traversal.output)  # type: ignore[arg-type]
        return expired_cursor_check(convert) if traversal.page.log_entries else convert
    postprocess = convert_selection(relation.target, traversal.selection)
    return convert_list(postprocess) if relation.shape is Shape.LIST else convert_object(postprocess)


def expired_cursor_check(convert: Convert | None) -> Convert:
    """Converts a page, or raises CursorExpired: the statement gives null where a cursor is not of the list."""

    def checked(found: Any, context: Any) -> Any:
        if found is None:
            raise CursorExpired
        return found if convert is None else convert(found, context)

    return checked


def computed_value_converter(source: str, made: ComputedValue) -> Convert:
    """The row that a value is made of, from its raw columns and those of the rows behind it."""
    kinds = [(name, SOURCES[source].c[name].type) for name in made.columns]
    related = [(traversal.key, RELATIONS[source, traversal.relation].target, traversal) for traversal in made.related]
    sources = [
        (key, target, [(name, SOURCES[target].c[name].type) for name in sorted(traversal.selection.columns)])
        for key, target, traversal in related
    ]

    def convert(raw: list[Any], context: Any) -> Any:
        row = row_of(source, kinds, raw)
        for (key, target, columns), values in zip(sources, raw[len(kinds) :], strict=True):
            row.related[key] = None if values is None else row_of(target, columns, values)
        return made.compute(row, context)

    return convert


def row_of(source: str, kinds: Sequence[tuple[str, Any]], raw: Sequence[Any]) -> Row:
    return Row(source, {name: python_value(value, kind) for (name, kind), value in zip(kinds, raw, strict=False)})


def balances_converter(compute: Any) -> Convert:
    def convert(raw: list[list[Any]] | None, context: Any) -> Any:
        rows = [dict(zip(balances.COLUMNS, balances.exact_values(values), strict=True)) for values in raw or ()]
        return compute(balances.balances_of_rows(rows), context)

    return convert


def page_converter(source: str, order: tuple[Order, ...], output: PageMembers) -> Convert | None:
    """What Python still does to a page."""
    cursor = cursor_converter(source, order)

    def member_converter(value: Any) -> Convert | None:
        match value:
            case Nodes():
                return convert_list(convert_selection(source, value.selection))
            case Edges():
                return convert_list(convert_members([(key, part(inner)) for key, inner in value.members]))
            case PageInfo():
                return convert_object(convert_members([(key, part(fact)) for key, fact in value.members]))
        return None

    def part(value: Any) -> Convert | None:
        if isinstance(value, Selection):
            return convert_object(convert_selection(source, value))
        return {PageFact.CURSOR: cursor, PageFact.START_CURSOR: end(0), PageFact.END_CURSOR: end(-1)}.get(value)

    def end(index: int) -> Convert:
        """From the place at an end, or from all places."""

        def convert(raw: list[Any] | None, context: Any) -> Any:
            if raw and isinstance(raw[0], list):
                raw = raw[index]
            return cursor(raw, context) if raw else None

        return convert

    return convert_object(convert_members([(key, member_converter(value)) for key, value in output]))


def cursor_converter(source: str, order: tuple[Order, ...]) -> Convert:
    kinds = [(name, SOURCES[source].c[name].type) for name in cursor_columns(source, order)]

    def convert(raw: list[Any] | None, context: Any) -> str | None:
        return None if raw is None else encode_cursor(source, order, row_of(source, kinds, raw))

    return convert
