"""Something to ask of the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.graphql_api.schema.schema import CORE

PAGE = 20  # rows that a list is asked for
SHOWN = ("csrId", "createdAt", "updatedAt", "sequence", "at", "key")  # of a row, as far as it has them

KINDS = ("operation", "filter", "pair", "nested", "order")  # what the names of reads begin with

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


@dataclass(frozen=True, slots=True)
class Choice:
    """The reads that are asked for: those whose names have one of the words, all where there are none."""

    words: Sequence[str] = ()

    def __contains__(self, name: str) -> bool:
        return not self.words or any(word in name for word in self.words)

    def may_begin(self, beginning: str) -> bool:
        """Whether a name that begins so may be asked for."""
        return beginning in self or any(word.startswith(beginning) or not is_beginning(word) for word in self.words)


def is_beginning(word: str) -> bool:
    """Whether a name can only begin with the word."""
    return word.startswith(KINDS)
