"""What it costs to plan an operation: known before it is planned, from the size of its text and of its variables."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    ListValueNode,
    ObjectValueNode,
    OperationType,
    StringValueNode,
    ValueNode,
    VariableNode,
)
from graphql.language import OperationDefinitionNode

from app.auth.costs import FREE_FIELDS, LONG_TEXT, PLANNED_FIELD, READ_WEIGHT, count_values, values_cost


@dataclass(slots=True)
class PlanningSize:
    """How much there is to plan: fields, the values written among their arguments, and how often each variable stands
    there; values and variables by weight, and the fragments counted wherever they are spread."""

    fields: int = 0
    values: int = 0
    variables: Counter[str] = field(default_factory=Counter)
    defaults: dict[str, int] = field(default_factory=dict)  # names and values in those of variables

    def add(self, other: "PlanningSize") -> None:
        self.fields += other.fields
        self.values += other.values
        self.variables.update(other.variables)


def planning_cost(size: PlanningSize, variables: Mapping[str, Any]) -> int:
    """In points."""
    values = size.values
    for name, weight in size.variables.items():
        values += weight * (count_values(variables[name]) if name in variables else size.defaults.get(name, 0))
    fields = max(size.fields - FREE_FIELDS, 0) * PLANNED_FIELD
    return fields + values_cost(values)


def planning_size(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> PlanningSize:
    """The size of an operation whose own size is within its limits. What a mutation writes weighs little, since it is
    checked value by value; a filter's values weigh more, since each is compiled."""
    writes = operation.operation is OperationType.MUTATION
    size = size_of(operation, fragments, {}, 1 if writes else READ_WEIGHT)
    for variable in operation.variable_definitions or ():
        if variable.default_value:
            size.defaults[variable.variable.name.value] = count_written(variable.default_value)
    return size


def size_of(
    node: Any,
    fragments: Mapping[str, FragmentDefinitionNode],
    sizes: dict[tuple[str, int], PlanningSize],
    weight: int,
) -> PlanningSize:
    """The size of an operation, a fragment or a selection, whose fields have arguments of this weight."""
    size = PlanningSize()
    if isinstance(node, FieldNode):
        size.fields = 1
        for argument in node.arguments or ():
            add_argument(size, argument.value, weight)
        weight = READ_WEIGHT
    if isinstance(node, FragmentSpreadNode):
        return fragment_size(node.name.value, fragments, sizes, weight)
    for inner in node.selection_set.selections if node.selection_set else ():
        size.add(size_of(inner, fragments, sizes, weight))
    return size


def fragment_size(
    name: str,
    fragments: Mapping[str, FragmentDefinitionNode],
    sizes: dict[tuple[str, int], PlanningSize],
    weight: int,
) -> PlanningSize:
    if (name, weight) not in sizes:
        sizes[name, weight] = size_of(fragments[name], fragments, sizes, weight)
    return sizes[name, weight]


def add_argument(size: PlanningSize, argument: ValueNode, weight: int) -> None:
    size.values += weight * count_written(argument)
    for part in parts_of(argument):
        if isinstance(part, VariableNode):
            size.variables[part.name.value] += weight


def count_written(value: ValueNode) -> int:
    """The names and values inside a value that is written in the text, as `count_values` counts."""
    found = 0
    for part in parts_of(value):
        if isinstance(part, StringValueNode):
            found += len(part.value) // LONG_TEXT
        elif isinstance(part, ObjectValueNode):
            found += 2 * len(part.fields)
        elif isinstance(part, ListValueNode):
            found += len(part.values)
    return found


def parts_of(value: ValueNode) -> Iterator[ValueNode]:
    """A value and all that lie in it."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, ObjectValueNode):
            waiting += [member.value for member in part.fields]
        elif isinstance(part, ListValueNode):
            waiting += part.values
