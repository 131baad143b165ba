"""Mutations that need no executor: each field's command is run, and its payload made of the rows that were written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, FieldNode, GraphQLError
from graphql.error import located_error

from app.graphql_api.context import Context
from app.graphql_api.execution.coercion import CoerceMembers, DeferToGraphQLCore, argument_coercer
from app.graphql_api.execution.parsing import PreparedOperation
from app.graphql_api.execution.planning import Planner, ResponsePath
from app.graphql_api.execution.resolving import ResolverFailed, drop_promises, keep_promises
from app.graphql_api.schema.mutations import Command, plan_shown, run_shown
from app.reads.selection import Compute
from app.storage.writes.unit_of_work import CallerChanged, Guard


@dataclass(frozen=True, slots=True)
class WriteField:
    """A field of the Mutation type, with what makes its arguments, and its payload's JSON."""

    key: str
    node: FieldNode
    command: Command
    coerce: CoerceMembers
    make: Compute


@dataclass(frozen=True, slots=True)
class WritePlan:
    """How a mutation is run, field after field, and what it costs."""

    fields: tuple[WriteField, ...]
    cost: int


def plan_writes(planner: Planner, operation: PreparedOperation) -> WritePlan | None:
    """How a mutation's fields are run in their order; None where one of them answers more than it writes."""
    fields = []
    for key, nodes in planner.collect("Mutation", [operation.definition.selection_set]).items():
        command = command_of(planner, nodes[0])
        make = plan_shown(planner, command, key, nodes) if command else None
        wrong = planner.errors or planner.cost > planner.limits.cost  # raised where the payload is planned
        if command is None or make is None or wrong:
            return None
        coerce = argument_coercer(planner.definition("Mutation", nodes[0]), nodes[0])
        fields.append(WriteField(key, nodes[0], command, coerce, make))
    return WritePlan(tuple(fields), planner.cost)


def command_of(planner: Planner, node: FieldNode) -> Command | None:
    """What a field of the Mutation type runs; None for __typename, and for a field with a resolver of its own."""
    field = planner.field_of("Mutation", node)
    found: Command | None = field.metadata.get("command") if field else None
    return found


def arguments(planner: Planner, plan: WritePlan) -> list[dict[str, Any]]:
    """The arguments of each field; what is wrong with them is among the planner's errors."""
    return [values for field in plan.fields for values in arguments_of(planner, field)]


def arguments_of(planner: Planner, field: WriteField) -> list[dict[str, Any]]:
    try:
        return [field.coerce(planner.variables)]
    except DeferToGraphQLCore:  # graphql-core knows how to say what is wrong
        return planner.collect_errors(field.node, ResponsePath((field.key,)), coerced_arguments(planner, field))


def coerced_arguments(planner: Planner, field: WriteField) -> Iterator[dict[str, Any]]:
    yield planner.arguments("Mutation", field.node)


async def run_writes(
    plan: WritePlan, given: list[dict[str, Any]], context: Context, guard: Guard | None
) -> ExecutionResult:
    """The answer. The first field's command asks the guard. Raises CallerChanged, and nothing is written then."""
    data: dict[str, Any] = {}
    errors: list[GraphQLError] = []
    for field, args in zip(plan.fields, given, strict=True):
        try:
            data[field.key] = field.make(await run_shown(field.command, context, guard, args), context)
            await keep_promises(context)
        except CallerChanged:
            raise
        except Exception as failure:
            drop_promises(context)
            data[field.key] = None
            errors.append(located_error(cause_of(failure), [field.node], [field.key]))
        guard = None
    return ExecutionResult(data, errors or None)


def cause_of(failure: Exception) -> Exception:
    """What made a resolver fail, or the failure itself."""
    cause = failure.__cause__ if isinstance(failure, ResolverFailed) else None
    return cause if isinstance(cause, Exception) else failure
