"""What bounds an operation: characters before it is parsed, tokens, depth, fields, aliases and directives before it is
validated, the cost of what it asks for where the plan is made, seconds while a query is read."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode
from graphql.language import OperationDefinitionNode

from app.graphql_api.errors import ErrorCode, refused

ADVICE = "Ask for less at once, in several operations."


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one operation may ask for."""

    tokens: int = 10_000
    depth: int = 25
    fields: int = 1_000
    aliases: int = 200
    directives: int = 100
    cost: int = 100_000
    seconds: float = 30
    characters: int = 200_000


class TooComplex(Exception):
    """An operation over a limit; the message states both figures."""


class Size(NamedTuple):
    """How large a selection is, the fragments that it spreads counted wherever they are spread."""

    fields: int = 0
    aliases: int = 0
    directives: int = 0
    depth: int = 0  # levels of fields

    def plus(self, other: "Size") -> "Size":
        return Size(
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
            max(self.depth, other.depth),
        )


def check_cost(cost: int, most: int) -> None:
    """Refuses an operation that costs more points than it may. Raises RequestError."""
    if cost > most:
        message = f"The operation costs {cost} points; at most {most} are allowed."
        raise refused(ErrorCode.QUERY_TOO_COMPLEX, f"{message} Ask for less at once.")


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Refuses operations that are too large, and unused fragments that are, since those would be validated, too.
    Raises TooComplex. Takes time linear in the text, whatever the fragments multiply to."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    sizes: dict[str, Size] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            refuse_large(measure(definition, fragments, sizes), limits)


def refuse_large(size: Size, limits: Limits) -> None:
    if size.depth > limits.depth:
        raise TooComplex(f"The operation is {size.depth} levels deep; at most {limits.depth} are allowed. {ADVICE}")
    for name in ("fields", "aliases", "directives"):
        found, most = getattr(size, name), getattr(limits, name)
        if found > most:
            raise TooComplex(f"The operation has {found} {name}; at most {most} are allowed. {ADVICE}")


def measure(node: Any, fragments: dict[str, FragmentDefinitionNode], sizes: dict[str, Size]) -> Size:
    """The size of an operation, a fragment or a selection."""
    size = Size(directives=len(node.directives or ()))
    for variable in getattr(node, "variable_definitions", None) or ():
        size = size.plus(Size(directives=len(variable.directives or ())))
    selections: SelectionSetNode | None = getattr(node, "selection_set", None)
    for inner in selections.selections if selections else ():
        size = size.plus(measure(inner, fragments, sizes))
    if isinstance(node, FieldNode):
        own = Size(1, 1 if node.alias else 0, 0, size.depth + 1)
        return size.plus(own)
    if isinstance(node, FragmentSpreadNode):
        return size.plus(measure_fragment(node.name.value, fragments, sizes))
    return size


def measure_fragment(name: str, fragments: dict[str, FragmentDefinitionNode], sizes: dict[str, Size]) -> Size:
    if name not in sizes:
        sizes[name] = Size()  # a fragment inside itself counts nothing here: validation refuses it
        fragment = fragments.get(name)
        sizes[name] = measure(fragment, fragments, sizes) if fragment else Size()
    return sizes[name]
