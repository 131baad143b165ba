"""Mutations: the command of each field is run, one after the other, and its payload made of the rows that it wrote, or
of what a statement reads before the commit.

Fields with a resolver of their own, which an extension may have, are executed by graphql-core.
"""

from contextlib import suppress
from dataclasses import InitVar, dataclass, field
from datetime import date
from typing import Any

from cachetools import LRUCache
from graphql import ExecutionResult

from app.auth.api_keys import write_guard
from app.auth.authentication import Authenticator
from app.caching import CacheBudget, size_of, store, weighted_cache
from app.domain.caller import Caller
from app.graphql_api.context import Context
from app.graphql_api.execution.limits import check_cost
from app.graphql_api.execution.operation_executor import OperationExecutor
from app.graphql_api.execution.parsing import SMALL_REQUEST, GraphQLRequest, PreparedOperation
from app.graphql_api.execution.payload_planning import plan_payload
from app.graphql_api.execution.payload_reading import PayloadReader
from app.graphql_api.execution.planning import Planner
from app.graphql_api.execution.query import variables_key
from app.graphql_api.execution.write_plans import WritePlan, arguments, command_of, plan_writes, run_writes, writes_cost
from app.reads.selection import Row, Traversal
from app.storage.writes.unit_of_work import CallerChanged


@dataclass(frozen=True, slots=True)
class MutationExecutor(OperationExecutor):
    """Runs mutations. Plans are cached by text, and by the variables that decide what the payload shows."""

    caches: InitVar[CacheBudget]
    plans: LRUCache[Any, tuple[WritePlan | None, int]] = field(init=False)

    def __post_init__(self, caches: CacheBudget) -> None:
        object.__setattr__(self, "plans", weighted_cache(caches.share("write plans")))

    async def run(
        self,
        operation: PreparedOperation,
        request: GraphQLRequest,
        context: Context,
        authenticator: Authenticator,
    ) -> ExecutionResult:
        """The answer of a mutation."""
        key = context.caller.key_hash
        planning = operation, request.variables, context.today, context.planning_cost
        large = request.size > SMALL_REQUEST
        planner = await self.offloader.think(key, self.planner, *planning) if large else self.planner(*planning)
        plan = await self.plan(operation, request, planner, context)
        context.offloader = self.offloader if large else None
        try:
            if plan is None:
                return await self.run_with_graphql_core(operation, request, context, authenticator)
            return await self.run_plan(plan, planner, context, authenticator)
        finally:
            if context.caller.currency_model is None:
                authenticator.last_caller = None  # the first amounts that a tenant writes fix its currency model

    async def run_plan(
        self, plan: WritePlan, planner: Planner, context: Context, authenticator: Authenticator
    ) -> ExecutionResult:
        """Runs the commands. Where the caller was cached, the first statement of the write also checks that the key
        still belongs to them; if it does not, nothing is written, and the caller is looked up."""
        context.variables = planner.variables
        values = arguments(planner, plan)
        planner.raise_errors()
        context.cost = plan.cost + writes_cost(plan, values)
        check_cost(planner.planning_cost + context.cost, self.limits.cost)
        await self.spend(context)
        reader = PayloadReader(context, self.offloader, self.limits.seconds)
        if authenticator.last_caller and can_check_caller_in_write(authenticator.last_caller, plan, values):
            with suppress(CallerChanged):
                guard = write_guard(self.database, authenticator.last_caller)
                return await run_writes(plan, values, context, guard, reader)
        context.set_caller(await authenticator.caller())
        return await run_writes(plan, values, context, None, reader)

    async def run_with_graphql_core(
        self,
        operation: PreparedOperation,
        request: GraphQLRequest,
        context: Context,
        authenticator: Authenticator,
    ) -> ExecutionResult:
        context.set_caller(await authenticator.caller())
        context.payloads, context.cost = await self.think(
            operation, request, context.caller.key_hash, self.payloads, operation, request.variables, context.today
        )
        await self.spend(context)
        return await self.execute_with_graphql_core(operation, request, context, Row("query", {}))

    async def plan(
        self, operation: PreparedOperation, request: GraphQLRequest, planner: Planner, context: Context
    ) -> WritePlan | None:
        """The mutation's plan, from the cache where the same text was planned with the same variables in its payload;
        None where graphql-core has to execute it."""
        decisive = {name: request.variables.get(name) for name in operation.payload_variables}
        cached_by = variables_key(request, decisive) if decisive else b""
        cache_key = (request.text, request.name, cached_by, context.today)
        if cached_by is not None and (found := self.plans.get(cache_key)):
            return found[0]
        plan = await self.think(
            operation, request, context.caller.key_hash, plan_writes, planner, operation, self.database.writer.dialect
        )
        if cached_by is not None:
            weight = operation.weight + (plan.weight if plan else 0)
            store(self.plans, cache_key, plan, weight + size_of(request.text, request.name, cached_by))
        return plan

    def payloads(
        self, operation: PreparedOperation, variables: dict[str, Any], today: date
    ) -> tuple[dict[str, list[Traversal]], int]:
        """What is read to answer each field of a mutation, by response key, and what the mutation costs. Raises
        RequestError where it is refused."""
        planner = self.planner(operation, variables, today)
        fields = planner.collect("Mutation", [operation.definition.selection_set]).items()
        commands = ((key, nodes, command_of(planner, nodes[0])) for key, nodes in fields)
        payloads = {key: plan_payload(planner, command, key, nodes) for key, nodes, command in commands if command}
        planner.raise_errors()
        return payloads, planner.cost


def can_check_caller_in_write(caller: Caller, plan: WritePlan, values: list[dict[str, Any]]) -> bool:
    """Whether the operation is to write before it shows anything, so that the write can check who is behind the key."""
    return not caller.read_only and not any(arguments["dryRun"] for arguments in values)
