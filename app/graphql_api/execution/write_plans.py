"""Mutations: each field's command is run, and its payload made of the rows that were written, or read by a statement
for each resource that it shows more of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import ExecutionResult, FieldNode, GraphQLError
from graphql.error import located_error
from sqlalchemy.engine import Dialect

from app.auth.costs import WRITE
from app.caching import size_of
from app.domain.enums import Resource
from app.graphql_api.context import Context
from app.graphql_api.execution.coercion import CoerceMembers, DeferToGraphQLCore, argument_coercer
from app.graphql_api.execution.parsing import PreparedOperation
from app.graphql_api.execution.payload_planning import check_count, plan_answer
from app.graphql_api.execution.payload_reading import PayloadRead, PayloadReader
from app.graphql_api.execution.planning import Planner, ResponsePath
from app.graphql_api.execution.resolving import ResolverFailed, drop_promises, keep_promises
from app.graphql_api.schema.commands import Command, run_reading, run_shown
from app.reads.selection import Compute, Traversal
from app.reads.single_statement.postprocess import look_up_postprocessor
from app.reads.single_statement.statement import look_up_statement
from app.storage.writes.unit_of_work import CallerChanged, Guard

PAYLOAD_BYTES = 4_000  # of what is read for a payload, beside what grows with its statement


@dataclass(frozen=True, slots=True)
class WriteField:
    """A field of the Mutation type, with what makes its arguments, and its payload's JSON; `reads` by response key.
    Without a command it is __typename."""

    key: str
    node: FieldNode
    command: Command | None = None
    coerce: CoerceMembers | None = None
    make: Compute | None = None
    reads: dict[str, PayloadRead] = field(default_factory=dict)

    @property
    def shows_written(self) -> bool:
        """Whether the rows that its command writes have all that its payload shows."""
        return self.command is not None and self.command.writes and not self.reads


@dataclass(frozen=True, slots=True)
class WritePlan:
    """How a mutation is run, field after field, and what it costs."""

    fields: tuple[WriteField, ...]
    cost: int

    @property
    def weight(self) -> int:
        """The bytes of its statements. What else it holds is counted with the operation."""
        statements = [read.statement for field in self.fields for read in field.reads.values()]
        return sum(PAYLOAD_BYTES + 2 * size_of(made.text) + made.values_size for made in statements)


def plan_writes(planner: Planner, operation: PreparedOperation, dialect: Dialect) -> WritePlan | None:
    """How a mutation's fields are run in their order; None where one of them is graphql-core's to execute, or refused,
    for which it knows all reasons."""
    fields = []
    for key, nodes in planner.collect("Mutation", [operation.definition.selection_set]).items():
        planned = plan_field(planner, key, nodes, dialect)
        if planned is None or planner.errors or planner.requested > planner.limits.cost:
            return None
        fields.append(planned)
    return WritePlan(tuple(fields), planner.cost) if any(field.command for field in fields) else None


def plan_field(planner: Planner, key: str, nodes: list[FieldNode], dialect: Dialect) -> WriteField | None:
    command = command_of(planner, nodes[0])
    if command is None:
        return WriteField(key, nodes[0]) if nodes[0].name.value == "__typename" else None
    payload = plan_answer(planner, command, key, nodes)
    if payload is None or planner.errors:
        return None
    coerce = argument_coercer(planner.definition("Mutation", nodes[0]), nodes[0])
    reads = {name: payload_read(*look_up, dialect) for name, look_up in payload.look_ups.items()}
    return WriteField(key, nodes[0], command, coerce, payload.make, reads)


def payload_read(resource: Resource, traversal: Traversal, dialect: Dialect) -> PayloadRead:
    statement = look_up_statement(traversal, dialect)
    return PayloadRead(resource, statement, look_up_postprocessor(traversal), has_log_cursor(traversal))


def has_log_cursor(traversal: Traversal) -> bool:
    return bool(traversal.page.log_entries) or any(map(has_log_cursor, traversal.selection.traversals))


def command_of(planner: Planner, node: FieldNode) -> Command | None:
    """What a field of the Mutation type runs; None for __typename, and for a field with a resolver of its own."""
    field = planner.field_of("Mutation", node)
    found: Command | None = field.metadata.get("command") if field else None
    return found


def arguments(planner: Planner, plan: WritePlan) -> list[dict[str, Any]]:
    """The arguments of each field; what is wrong with them is among the planner's errors."""
    return [values for field in plan.fields for values in arguments_of(planner, field)]


def arguments_of(planner: Planner, field: WriteField) -> list[dict[str, Any]]:
    if field.coerce is None:
        return [{"dryRun": False}]
    try:
        values = field.coerce(planner.variables)
        return planner.collect_errors(field.node, ResponsePath((field.key,)), bounded(field, values))
    except DeferToGraphQLCore:  # graphql-core knows how to say what is wrong
        return planner.collect_errors(field.node, ResponsePath((field.key,)), coerced_arguments(planner, field))


def coerced_arguments(planner: Planner, field: WriteField) -> Iterator[dict[str, Any]]:
    yield from bounded(field, planner.arguments("Mutation", field.node))


def bounded(field: WriteField, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The arguments. Raises BadArgument where they ask for too many writes."""
    check_count(field.command, values)
    yield values


def writes_cost(plan: WritePlan, given: list[dict[str, Any]]) -> int:
    """What the writes cost of those fields that do several, beyond what the plan knows."""
    counts = (one.command.count(values) for one, values in zip(plan.fields, given, strict=True) if one.command)
    return WRITE * sum(max(count - 1, 0) for count in counts)


async def run_writes(
    plan: WritePlan, given: list[dict[str, Any]], context: Context, guard: Guard | None, reader: PayloadReader
) -> ExecutionResult:
    """The answer. The first field's command asks the guard. Raises CallerChanged, and nothing is written then."""
    data: dict[str, Any] = {}
    errors: list[GraphQLError] = []
    for one, args in zip(plan.fields, given, strict=True):
        if one.command is None:
            data[one.key] = "Mutation"
            continue
        try:
            data[one.key] = await run_write(one, one.command, args, context, guard, reader)
        except CallerChanged:
            raise
        except Exception as failure:
            drop_promises(context)
            data[one.key] = None
            errors.append(located_error(cause_of(failure), [one.node], [one.key]))
        guard = None
    return ExecutionResult(data, errors or None)


async def run_write(
    field: WriteField,
    command: Command,
    args: dict[str, Any],
    context: Context,
    guard: Guard | None,
    reader: PayloadReader,
) -> Any:
    """The JSON of a payload."""
    if command.run_many:
        row = await command.run_many(context, guard, args)
        return await reader.show(row, field.make)
    if field.shows_written:
        row = await run_shown(command, context, guard, args)
    else:
        read_json = partial(reader.read, field.reads, command, args)
        row = await run_reading(command, context, guard, args, field.reads, read_json)
        row.related = await reader.finish(field.reads, row.related)
    made = field.make(row, context) if field.make else None
    await keep_promises(context)
    return made


def cause_of(failure: Exception) -> Exception:
    """What made a resolver fail, or the failure itself."""
    cause = failure.__cause__ if isinstance(failure, ResolverFailed) else None
    return cause if isinstance(cause, Exception) else failure
