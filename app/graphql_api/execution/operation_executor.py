"""What the execution of queries and of mutations have in common: planning, charging, and graphql-core for whatever no
plan holds."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from graphql import ExecutionResult, execute

from app.auth.rate_limits import RateLimiter
from app.graphql_api.context import Context
from app.graphql_api.execution.cost_extension import spend
from app.graphql_api.execution.limits import Limits
from app.graphql_api.execution.offloading import Offloader
from app.graphql_api.execution.parsing import GraphQLRequest, PreparedOperation, coerced_variables
from app.graphql_api.execution.planning import Planner
from app.graphql_api.schema.schema import CORE
from app.reads.selection import Row
from app.storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class OperationExecutor:
    """Executes operations of one kind on a database, under its limits. `hides_schema`: errors tell nothing of the
    schema."""

    database: Database
    limits: Limits
    rate_limiter: RateLimiter | None
    hides_schema: bool
    offloader: Offloader

    def planner(self, operation: PreparedOperation, variables: dict[str, Any], today: date) -> Planner:
        """Raises RequestError where the variables are wrong."""
        values = coerced_variables(operation, variables, hides_schema=self.hides_schema)
        return Planner(CORE, operation.definition, operation.fragments, values, today, self.limits)

    async def spend(self, context: Context) -> None:
        """Takes the operation's cost from the budget of its key. Raises RequestError where that does not suffice."""
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
        answer = await self.offloader.finish(context.caller.key_hash, run)
        return answer if isinstance(answer, ExecutionResult) else await answer
