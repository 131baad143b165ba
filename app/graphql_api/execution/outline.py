"""A plan, for people: the members of an answer and where each comes from."""

from collections.abc import Iterator
from typing import Any

import orjson

from app.graphql_api.execution.introspection import Described
from app.reads.selection import Edges, Fixed, Follow, Info, Made, Nodes, Part, Parts, Plain, Selection, Several


def outline(members: Any, indent: str = "") -> Iterator[str]:
    """The members of an answer, a line each."""
    for key, shown in members:
        yield f"{indent}{key}: {told(shown)}"
        for inner in beneath(shown):
            yield from outline(inner, indent + "  ")


def told(shown: Any) -> str:
    match shown:
        case Plain():
            return f"column {shown.column}" + ("" if shown.form.value == "plain" else f", as {shown.form.value}")
        case Parts():
            return f"parts of column {shown.column}"
        case Part():
            return f"part {shown.name}"
        case Fixed():
            return f"always {orjson.dumps(shown.value).decode()}"
        case Described():
            return "the schema, from memory"
        case Made():
            return f"made in Python of {', '.join(shown.columns)}"
        case Several():
            return f"{len(shown.follows)} look-ups"
        case Follow():
            return f"edge {shown.edge}" + (f", {conditions(shown)}" if conditions(shown) else "")
        case Nodes() | Selection():
            return "rows"
        case Edges():
            return "rows and their places"
        case Info():
            return "facts of the page"
    return str(shown.value)


def conditions(follow: Follow) -> str:
    page = follow.page
    words = [f"by {', '.join(('-' if o.descending else '') + o.column for o in follow.order)}"] if follow.order else []
    words += [f"{'last' if page.backward else 'first'} {page.size}"] if isinstance(follow.shown, tuple) else []
    return ", ".join(words)


def beneath(shown: Any) -> list[Any]:
    """The members that lie under one."""
    match shown:
        case Follow():
            return [shown.shown if isinstance(shown.shown, tuple) else shown.selection.members]
        case Nodes():
            return [shown.selection.members]
        case Selection() | Edges() | Info() | Parts():
            return [shown.members]
        case Several():
            return [follow.selection.members for follow in shown.follows[:1] if follow]
    return []
