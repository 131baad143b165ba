"""Texts that depend on variables which may be null: selections with directives, and variables with defaults."""

import json
from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_named_type,
    parse,
    print_ast,
    type_from_ast,
)
from graphql.language import Visitor, visit
from hypothesis import strategies as st

from app.graphql_api.schema.schema import CORE

DIRECTIVES = (" @skip(if: $on)", " @include(if: $on)", " @include(if: $on) @skip(if: $off)")
DECLARED = {"on": "$on: Boolean = true", "off": "$off: Boolean = false"}
Edit = tuple[int, int, str]  # start, end, what comes there instead


class Found(Visitor):
    """The places of a document's selections and variables, and its operation."""

    def __init__(self) -> None:
        super().__init__()
        self.selections: list[int] = []  # where a directive may be put
        self.variables: list[VariableDefinitionNode] = []
        self.operations: list[OperationDefinitionNode] = []

    def enter(self, node: Node, *_: Any) -> None:
        if isinstance(node, FieldNode | FragmentSpreadNode | InlineFragmentNode):
            inner = getattr(node, "selection_set", None)
            self.selections.append(inner.loc.start if inner else end(node))
        elif isinstance(node, VariableDefinitionNode):
            self.variables.append(node)
        elif isinstance(node, OperationDefinitionNode):
            self.operations.append(node)


def end(node: Node) -> int:
    assert node.loc
    return node.loc.end


def with_conditions_and_defaults(text: str, sent: dict[str, Any], data: st.DataObject) -> tuple[str, list[str]]:
    """The text of one operation with a few directives and defaults more, and the names of its variables."""
    found = Found()
    visit(parse(text), found)
    places = data.draw(st.lists(st.sampled_from(found.selections), min_size=1, max_size=3, unique=True))
    edits = [(place, place, data.draw(st.sampled_from(DIRECTIVES))) for place in places]
    used = [name for name in DECLARED if any(f"${name})" in added for _, _, added in edits)]
    edits += declarations(found, [DECLARED[name] for name in used])
    edits += [edit for node in found.variables if data.draw(st.booleans()) for edit in default(node, sent)]
    for start, stop, written in sorted(edits, reverse=True):
        text = f"{text[:start]}{written}{text[stop:]}"
    return text, [*used, *(node.variable.name.value for node in found.variables)]


def declarations(found: Found, more: list[str]) -> Iterator[Edit]:
    """Where further variables are declared."""
    (operation,) = found.operations
    assert operation.selection_set.loc
    last = operation.variable_definitions[-1] if operation.variable_definitions else None
    place = end(last) if last else operation.selection_set.loc.start
    if more:
        yield place, place, f", {', '.join(more)}" if last else f"({', '.join(more)}) "


def default(node: VariableDefinitionNode, sent: dict[str, Any]) -> Iterator[Edit]:
    """A default for a variable, which may then be null."""
    name = node.variable.name.value
    if node.default_value is None and sent.get(name) is not None and node.type.loc:
        value = literal_of(sent[name], type_from_ast(CORE, node.type))
        yield node.type.loc.start, node.type.loc.end, f"{print_ast(node.type).removesuffix('!')} = {value}"


def literal_of(value: Any, type_: Any) -> str:
    """A value of the type as it stands in a text."""
    named = get_named_type(type_)
    if isinstance(value, list):
        return f"[{', '.join(literal_of(item, named) for item in value)}]"
    if isinstance(value, dict) and isinstance(named, GraphQLInputObjectType):
        members = (f"{name}: {literal_of(inner, named.fields[name].type)}" for name, inner in value.items())
        return f"{{{', '.join(members)}}}"
    return str(value) if isinstance(named, GraphQLEnumType) else json.dumps(value)
