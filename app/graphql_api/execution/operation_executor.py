"""What the execution of queries and of mutations have in common: planning, charging, and graphql-core for whatever no
plan holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, ParamSpec, TypeVar

from graphql import ExecutionResult, execute

from app.auth.rate_limits import RateLimiter
from app.concurrency.offloading import Offloader
from app.graphql_api.context import Context
from app.graphql_api.execution.cost_extension import spend
from app.graphql_api.execution.finishing import JsonText, dump_in_steps
from app.graphql_api.execution.limits import Limits
from app.graphql_api.execution.parsing import GraphQLRequest, PreparedOperation, coerced_variables
from app.graphql_api.execution.planning import Planner
from app.graphql_api.execution.planning_cost import planning_cost
from app.graphql_api.schema.schema import CORE
from app.reads.selection import Row
from app.storage.database.engine import Database

# What is planned on the event loop; more than that is planned in a thread.
FEW_FIELDS = 10  # a list takes some 3 ms
FEW_VALUES = 2_000  # bytes of a request: a comparison of thirty takes some 0.1 ms

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class OperationExecutor:
    """Executes operations of one kind on a database, under its limits. `hides_schema`: errors tell nothing of the
    schema."""

    database: Database
    limits: Limits
    rate_limiter: RateLimiter | None
    hides_schema: bool
    offloader: Offloader

    def planner(
        self, operation: PreparedOperation, variables: dict[str, Any], today: date, planning: int | None = None
    ) -> Planner:
        """What plans the operation; `planning` is what that costs, where it is known. Raises RequestError where the
        variables are wrong."""
        values = coerced_variables(operation, variables, hides_schema=self.hides_schema)
        planner = Planner(
            schema=CORE,
            operation=operation.definition,
            fragments=operation.fragments,
            variables=values,
            today=today,
            limits=self.limits,
        )
        planner.planning_cost = planning_cost(operation.planning_size, variables) if planning is None else planning
        return planner

    async def think(
        self,
        operation: PreparedOperation,
        request: GraphQLRequest,
        key: str,
        work: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Plans an operation, in a thread and in the key's turn where that may take long. What it costs is to be
        charged before."""
        if is_large(operation, request):
            return await self.offloader.think(key, work, *args, **kwargs)
        return work(*args, **kwargs)

    async def spend(self, context: Context) -> None:
        """Takes the cost of what is asked for from the budget of the key. Raises RequestError where that does not
        suffice."""
        if self.rate_limiter:
            await spend(self.rate_limiter, context.caller, context.cost)

    async def execute_with_graphql_core(
        self, operation: PreparedOperation, request: GraphQLRequest, context: Context, root: Row
    ) -> ExecutionResult:
        """The answer as graphql-core executes the operation over the schema, from rows that were read for it."""
        run = partial(
            execute,
            CORE,
            operation.document,
            root_value=root,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.name,
        )
        key = context.caller.key_hash
        answer = await self.offloader.finish(key, run)
        if not isinstance(answer, ExecutionResult):  # it has async resolvers, which need the event loop
            answer = await answer
        return await self.offloader.finish(key, with_json_texts, answer) if answer.data else answer


def is_large(operation: PreparedOperation, request: GraphQLRequest) -> bool:
    return bool(operation.field_count > FEW_FIELDS or request.size > FEW_VALUES or operation.is_common_introspection)


def with_json_texts(answer: ExecutionResult) -> ExecutionResult:
    """The answer with its data as JSON, so that nothing has to be done for it on the event loop."""
    found = answer.data or {}
    data = {key: None if value is None else JsonText(dump_in_steps(value)) for key, value in found.items()}
    return ExecutionResult(data, answer.errors, answer.extensions)
