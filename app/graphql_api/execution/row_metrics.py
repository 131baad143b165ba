"""How many rows an answer shows, for the metrics and the log.

Most answers are made by the database, as text that nobody reads again. To read them all would cost a tenth of what they
cost to make, so the rows of one answer of an operation a second are counted, and of large ones fewer.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import orjson
from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
)

from app.graphql_api.execution.finishing import JsonText
from app.graphql_api.execution.parsing import PreparedOperation
from app.graphql_api.schema.schema import CORE

MAX_COUNTED_BYTES = 2**18  # bytes of an answer that is read again, by the event loop
ROWS = frozenset(
    {"Account", "Attachment", "Change", "Contact", "Document", "Node", "Note", "Representative", "StatusTransition",
     "Tenant"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowCounter:
    """The objects of one place in an answer: each is so many rows, 0 or 1, and these of its members may have more."""

    rows: int
    members: tuple[tuple[str, "RowCounter"], ...]

    def count(self, value: Any) -> int:
        """The rows of a value in this place: an object, a list of some, or null."""
        if isinstance(value, list):
            return sum(map(self.count, value))
        if value is None:
            return 0
        if isinstance(value, JsonText):
            return self.count(orjson.loads(value.text)) if len(value.text) <= MAX_COUNTED_BYTES else 0
        return self.rows + sum(member.count(value[key]) for key, member in self.members if key in value)


@dataclass(slots=True)
class RowSampler:
    """Counts the rows of an answer now and then. Those of the same operation are not counted again for at least
    `min_pause` seconds, and so long that counting takes no more than `max_time_share` of the time."""

    min_pause: float = 1.0
    max_time_share: float = 0.001
    paused: set[str] = field(default_factory=set)  # names of operations whose rows need no count now

    def sample(self, operation: PreparedOperation, answer: ExecutionResult | bytes) -> int | None:
        """The rows of an answer; None where they are not counted."""
        if operation.name in self.paused:
            return None
        began = perf_counter()
        rows = count_rows(operation, answer)
        pause = max(self.min_pause, (perf_counter() - began) / self.max_time_share)
        self.paused.add(operation.name)
        asyncio.get_running_loop().call_later(pause, self.paused.discard, operation.name)
        return rows


def count_rows(operation: PreparedOperation, answer: ExecutionResult | bytes) -> int | None:
    """The rows of an operation's answer; None where it is too large to be read again, or has a number beyond floats."""
    if isinstance(answer, ExecutionResult):
        data = answer.data
    elif len(answer) > MAX_COUNTED_BYTES:
        return None
    else:
        try:
            data = orjson.loads(answer)["data"]
        except orjson.JSONDecodeError:
            return None
    root = CORE.get_root_type(operation.definition.operation)
    return row_counter(root, [operation.definition.selection_set], operation.fragments).count(data) if root else 0


def row_counter(
    kind: GraphQLNamedType, selections: Sequence[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> RowCounter:
    """What selection sets on a type show."""
    below: dict[str, tuple[GraphQLNamedType, list[SelectionSetNode]]] = {}

    def gather(kind: Any, selection: SelectionSetNode) -> None:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                field = kind.fields.get(node.name.value)  # introspection is of no type's own, and shows no rows
                if field and node.selection_set:
                    key = node.alias.value if node.alias else node.name.value
                    below.setdefault(key, (get_named_type(field.type), []))[1].append(node.selection_set)
            elif isinstance(node, InlineFragmentNode | FragmentSpreadNode):
                part = node if isinstance(node, InlineFragmentNode) else fragments[node.name.value]
                condition = part.type_condition
                gather(CORE.type_map[condition.name.value] if condition else kind, part.selection_set)

    for selection in selections:
        gather(kind, selection)
    members = ((key, row_counter(inner, nodes, fragments)) for key, (inner, nodes) in below.items())
    return RowCounter(kind.name in ROWS, tuple((key, each) for key, each in members if each.rows or each.members))
