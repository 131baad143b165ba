"""What bounds an operation: tokens, depth and fields before it runs, rows where the plan is made, seconds while a query
is read."""

from dataclasses import dataclass

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode
from graphql.language import OperationDefinitionNode


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one operation may ask for."""

    tokens: int = 10_000
    depth: int = 25
    fields: int = 1_000
    rows: int = 100_000
    seconds: float = 30


class TooComplex(Exception):
    """An operation over a limit; the message states both figures."""


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Refuses operations that are too deep or have too many fields, fragments counted wherever they are spread, and
    fragments of that size that nobody spreads: they would be validated. Raises TooComplex. Takes time linear in the
    text, whatever the fragments multiply to."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    sizes: dict[str, tuple[int, int]] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            fields, depth = measure(definition.selection_set, fragments, sizes)
            if depth > limits.depth:
                raise TooComplex(f"The operation is {depth} levels deep; at most {limits.depth} are allowed.")
            if fields > limits.fields:
                raise TooComplex(f"The operation selects {fields} fields; at most {limits.fields} are allowed.")


def measure(
    selections: SelectionSetNode | None,
    fragments: dict[str, FragmentDefinitionNode],
    sizes: dict[str, tuple[int, int]],
) -> tuple[int, int]:
    """Number of fields, and levels of fields."""
    fields = depth = 0
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            inner_fields, inner_depth = measure(node.selection_set, fragments, sizes)
            inner_fields, inner_depth = inner_fields + 1, inner_depth + 1
        elif isinstance(node, FragmentSpreadNode):
            inner_fields, inner_depth = measure_fragment(node.name.value, fragments, sizes)
        else:
            inner_fields, inner_depth = measure(getattr(node, "selection_set", None), fragments, sizes)
        fields += inner_fields
        depth = max(depth, inner_depth)
    return fields, depth


def measure_fragment(
    name: str, fragments: dict[str, FragmentDefinitionNode], sizes: dict[str, tuple[int, int]]
) -> tuple[int, int]:
    if name not in sizes:
        sizes[name] = (0, 0)  # a fragment inside itself counts nothing here: validation refuses it
        fragment = fragments.get(name)
        sizes[name] = measure(fragment.selection_set if fragment else None, fragments, sizes)
    return sizes[name]
