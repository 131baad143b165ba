"""Something to ask of the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.graphql_api.schema.schema import CORE

PAGE = 20  # rows that a list is asked for
SHOWN = ("csrId", "createdAt", "updatedAt", "sequence", "at", "key")  # of a row, as far as it has them

Variables = dict[str, Any]


def nothing(n: int) -> Variables:
    return {}


@dataclass(frozen=True, slots=True)
class Read:
    """What is asked, under a name that says how; `variables` gives those of the n-th time. `counts`: all that a filter
    takes; `part`: the part of a text that is looked for; `writes`: it is a mutation."""

    name: str
    text: str
    variables: Callable[[int], Variables] = field(default=nothing)
    counts: bool = False
    part: str | None = None
    writes: bool = False


def always(variables: Variables) -> Callable[[int], Variables]:
    return lambda n: variables


def shown(type_: str) -> str:
    """The fields that are asked of each row."""
    known: Any = CORE.type_map[type_]
    return " ".join(name for name in SHOWN if name in known.fields)
