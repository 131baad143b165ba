"""A plan, for people: the members of an answer and where each comes from."""

from collections.abc import Iterator
from typing import Any

import orjson

from app.graphql_api.execution.introspection import IntrospectionAnswer
from app.reads.selection import (
    ColumnValue,
    ComputedValue,
    Constant,
    CountUpTo,
    Edges,
    LookupList,
    Nodes,
    PageInfo,
    Selection,
    TextMember,
    TextObject,
    Traversal,
)


def outline(members: Any, indent: str = "") -> Iterator[str]:
    """The members of an answer, a line each."""
    for key, output in members:
        yield f"{indent}{key}: {describe(output)}"
        for inner in children(output):
            yield from outline(inner, indent + "  ")


def describe(output: Any) -> str:
    match output:
        case ColumnValue():
            return f"column {output.column}" + ("" if output.format.value == "plain" else f", as {output.format.value}")
        case TextObject():
            return f"parts of column {output.column}"
        case TextMember():
            return f"part {output.name}"
        case Constant():
            return f"always {orjson.dumps(output.value).decode()}"
        case IntrospectionAnswer():
            return "the schema, from memory"
        case ComputedValue():
            return f"made in Python of {', '.join(output.columns)}"
        case LookupList():
            return f"{len(output.traversals)} look-ups"
        case Traversal():
            return f"edge {output.relation}" + (f", {conditions(output)}" if conditions(output) else "")
        case Nodes() | Selection():
            return "rows"
        case Edges():
            return "rows and their places"
        case PageInfo():
            return "facts of the page"
        case CountUpTo():
            return f"rows counted up to {output.limit}"
    return str(output.value)


def conditions(traversal: Traversal) -> str:
    page = traversal.page
    words = (
        [f"by {', '.join(('-' if o.descending else '') + o.column for o in traversal.order)}"]
        if traversal.order
        else []
    )
    words += [f"{'last' if page.backward else 'first'} {page.size}"] if isinstance(traversal.output, tuple) else []
    return ", ".join(words)


def children(output: Any) -> list[Any]:
    """The members that lie under one."""
    match output:
        case Traversal():
            return [output.output if isinstance(output.output, tuple) else output.selection.members]
        case Nodes():
            return [output.selection.members]
        case Selection() | Edges() | PageInfo() | TextObject():
            return [output.members]
        case LookupList():
            return [traversal.selection.members for traversal in output.traversals[:1] if traversal]
    return []
