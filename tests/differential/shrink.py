"""A differing operation made small: whatever can go while the answers still differ."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    parse,
    print_ast,
)
from graphql.language import Visitor, visit

from tests.differential.judge import NEVER, Difference, Judge, outcome
from tests.differential.operations import Drawn, Seen

REMOVABLE = (
    *(FieldNode, FragmentSpreadNode, InlineFragmentNode, ArgumentNode, DirectiveNode, ObjectFieldNode),
    *(OperationDefinitionNode,),
)
MOST_SECONDS = 60


class Without(Visitor):
    """Removes the n-th part that can be removed."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number, self.seen = number, 0

    def enter(self, node: Node, *_: Any) -> Any:
        if isinstance(node, REMOVABLE):
            self.seen += 1
            if self.seen == self.number:
                return REMOVE
        return None


def smaller(text: str, number: int) -> str | None:
    """The text without its n-th part and without what nothing needs any more; None beyond the last one."""
    without = Without(number)
    document = visit(parse(text), without)
    if without.seen < number:
        return None
    while True:
        seen = Seen()
        for definition in document.definitions:
            visit(definition, seen)
        used = used_variables(document)
        kept = visit(document, Unused(seen.spreads, used))
        if kept == document:
            return print_ast(document)
        document = kept


def used_variables(document: Any) -> set[str]:
    """The variables that stand anywhere but in definitions."""
    seen = Seen()
    for definition in document.definitions:
        for part in (definition.selection_set, *(definition.directives or ())):
            visit(part, seen)
    return seen.variables


class Unused(Visitor):
    """Removes the fragments that are spread nowhere, and the variables that stand nowhere."""

    def __init__(self, spreads: set[str], variables: set[str]) -> None:
        super().__init__()
        self.spreads, self.variables = spreads, variables

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
        return None if node.name.value in self.spreads else REMOVE

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        return None if node.variable.name.value in self.variables else REMOVE


async def shrunk(judge: Judge, found: Difference) -> Difference:
    """The smallest operation that differs, found by removing one part after the other."""
    if outcome(found.executed) in NEVER:
        return found  # the drawing is at fault
    alone = replace(found.drawn, runs=(found.drawn.runs[found.run],))
    found = await differs(judge, alone) or found
    number, end = 1, time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        drawn = without(found.drawn, number)
        if drawn is None:
            return found
        less = await differs(judge, drawn)
        found, number = (less, number) if less else (found, number + 1)
    return found


def without(drawn: Drawn, number: int) -> Drawn | None:
    """The operation without its n-th part: of its text, then of the variables of its only run."""
    text = smaller(drawn.text, number)
    if text is not None:
        return replace(drawn, text=text)
    if len(drawn.runs) > 1:
        return None
    used = used_variables(parse(drawn.text))
    (sent,) = drawn.runs
    values = {name: value for name, value in sent.items() if name in used}
    parts = count_parts(drawn.text)
    less = islice(smaller_values(values), number - parts - 1, None)
    found = next(less, None)
    return None if found is None else replace(drawn, runs=(found,))


def count_parts(text: str) -> int:
    counted = Without(0)
    visit(parse(text), counted)
    return counted.seen


def smaller_values(value: Any) -> Iterator[Any]:
    """The value without any one of its parts."""
    if isinstance(value, dict):
        for name in value:
            yield {other: inner for other, inner in value.items() if other != name}
            yield from ({**value, name: inner} for inner in smaller_values(value[name]))
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield [*value[:n], *value[n + 1 :]]
            yield from ([*value[:n], inner, *value[n + 1 :]] for inner in smaller_values(item))


async def differs(judge: Judge, drawn: Drawn) -> Difference | None:
    """The difference that a smaller operation shows, if it is valid."""
    judge.fresh()
    try:
        found = await judge.difference(drawn)
    except Exception:  # the removal has left no text at all
        return None
    if found is None:
        return None
    return found if outcome(found.executed) not in NEVER else None
