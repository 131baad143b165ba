"""How the payload of a mutation is answered: from the rows that were written, or by look-ups of what it shows more."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, SelectionSetNode, get_named_type

from app.auth.costs import WRITE
from app.domain.enums import Resource
from app.graphql_api.context import Context
from app.graphql_api.execution.arguments import BadArgument
from app.graphql_api.execution.planning import Planner, ResponsePath
from app.graphql_api.schema.bulk_writes import MAX_WRITES
from app.graphql_api.schema.commands import Command
from app.graphql_api.schema.names import type_name
from app.reads.relations import QUERY, RELATIONS
from app.reads.selection import Compute, Row, Traversal
from app.reads.single_statement.compiled import Parameter


def plan_payload(planner: Planner, command: Command, key: str, nodes: list[FieldNode]) -> list[Traversal]:
    """What is read to answer a mutation, once it has written."""
    planner.cost += WRITE
    return planner.collect_errors(nodes[0], ResponsePath((key,)), payload_traversals(planner, command, key, nodes))


@dataclass(frozen=True, slots=True)
class Payload:
    """What a payload shows: `make` makes its JSON of a Row of what the command gave. `look_ups`: by response key, how
    its resources are read once they are written; none where the rows that were written have all that is shown."""

    make: Compute
    look_ups: dict[str, tuple[Resource, Traversal]]


def plan_answer(planner: Planner, command: Command, key: str, nodes: list[FieldNode]) -> Payload | None:
    """How a mutation is answered; None where graphql-core has to do it."""
    planner.cost += WRITE
    look_ups = {
        name: (resource, plan_look_up(planner, resource, selections(inner), ResponsePath((key, name))))
        for name, resource, inner in payload_fields(planner, command, nodes)
        if resource
    }
    if command.writes and not any(traversal.selection.traversals for _, traversal in look_ups.values()):
        made = planner.value_completer(planner.definition("Mutation", nodes[0]).type, selections(nodes))
        look_ups = {}
    else:
        made = read_payload(payload_completers(planner, command, nodes))
        if planner.calls_foreign_resolvers:  # one that fails is told of at its own place
            return None
    return None if planner.needs_executor else Payload(made, look_ups)


def plan_look_up(planner: Planner, resource: Resource, inner: list[Any], path: ResponsePath) -> Traversal:
    """A resource of a payload, by the key that a run of the mutation gives."""
    keys = tuple(Parameter(name, "") for name in key_names(resource))
    return Traversal(path.key, resource, planner.row(type_name(resource), inner, path), lookup_keys=(keys,))


def key_names(resource: Resource) -> tuple[str, ...]:
    """What the parts of a resource's key are called where it is looked up."""
    return RELATIONS[QUERY, str(resource)].start_columns


def payload_completers(
    planner: Planner, command: Command, nodes: list[FieldNode]
) -> Iterator[tuple[str, Compute | None]]:
    """What makes the fields of a payload by response key; None for a resource, whose JSON is read."""
    type_ = payload_type(planner, nodes[0])
    for name, resource, inner in payload_fields(planner, command, nodes):
        field = planner.field_of(type_, inner[0])
        if field is None:
            yield name, lambda row, context: type_
        else:
            yield name, None if resource else planner.field_completer(type_, field, inner)


def read_payload(completers: Iterable[tuple[str, Compute | None]]) -> Compute:
    """Makes the JSON of a payload from a Row that has the JSON of its resources by response key."""
    made = tuple(completers)

    def make(row: Row, context: Context) -> dict[str, Any]:
        return {key: row.related[key] if show is None else show(row, context) for key, show in made}

    return make


def payload_traversals(planner: Planner, command: Command, key: str, nodes: list[FieldNode]) -> Iterator[Traversal]:
    sent = planner.arguments("Mutation", nodes[0])
    check_count(command, sent)
    planner.cost += WRITE * max(command.count(sent) - 1, 0)
    for name, resource, inner in payload_fields(planner, command, nodes):
        if resource:
            selection = planner.row(type_name(resource), selections(inner), ResponsePath((key, name)))
            yield Traversal(name, resource, selection, lookup_keys=(command.answers[resource](sent),))
        else:
            check_value(planner, payload_type(planner, nodes[0]), inner)


def payload_fields(
    planner: Planner, command: Command, nodes: list[FieldNode]
) -> Iterator[tuple[str, Resource | None, list[FieldNode]]]:
    """The fields of a payload by response key, each with the resource that it shows, if any."""
    resources = {str(resource): resource for resource in command.answers}
    for key, inner in planner.collect(payload_type(planner, nodes[0]), selections(nodes)).items():
        yield key, resources.get(inner[0].name.value), inner


def check_count(command: Command | None, sent: dict[str, Any]) -> None:
    """Raises BadArgument where a field asks for too many writes."""
    if command and command.count(sent) > MAX_WRITES:
        raise BadArgument(f"writes has {command.count(sent)} entries; at most {MAX_WRITES} are taken.")


def payload_type(planner: Planner, node: FieldNode) -> str:
    return get_named_type(planner.definition("Mutation", node).type).name


def selections(nodes: list[FieldNode]) -> list[SelectionSetNode | None]:
    return [node.selection_set for node in nodes]


def check_value(planner: Planner, type_: str, nodes: list[FieldNode]) -> None:
    """Puts on record what is wrong beneath a field of a payload that shows no resource."""
    field = planner.field_of(type_, nodes[0])
    if field:
        planner.field_completer(type_, field, nodes)
