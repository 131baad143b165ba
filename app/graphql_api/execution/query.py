"""Queries: each is planned once for its text, and answered by one SQL statement.

What no single statement can answer is read level by level and executed by graphql-core over the same schema; the tests
answer every query in both ways and compare.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import InitVar, dataclass, field
from datetime import date
from typing import Any

import orjson
from cachetools import LRUCache
from graphql import ExecutionResult
from graphql.execution.values import VariableValues

from app.auth.api_keys import caller_is_current, caller_parameters
from app.auth.authentication import Authenticator
from app.auth.used_time import charge_time
from app.caching import CacheBudget, cached, size_of, store, weighted_cache
from app.domain.caller import Caller
from app.domain.values import is_storable
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, RequestError, refused
from app.graphql_api.execution.finishing import finish
from app.graphql_api.execution.introspection import IntrospectionAnswer
from app.graphql_api.execution.operation_executor import OperationExecutor
from app.graphql_api.execution.outline import outline
from app.graphql_api.execution.parsing import SMALL_REQUEST, GraphQLRequest, PreparedOperation
from app.graphql_api.execution.planning import Planner
from app.graphql_api.execution.resolving import ResolverFailed, own_variables
from app.graphql_api.schema.queries import plan_query
from app.middleware.disconnects import ClientRead
from app.observability.request_record import CURRENT_REQUEST
from app.reads.by_level.read import read
from app.reads.duration import may_run_long
from app.reads.pagination import CursorExpired
from app.reads.selection import Constant, Row, Selection, Traversal
from app.reads.single_statement.compiled import Parameter, QueryStatement
from app.reads.single_statement.postprocess import Postprocess, postprocessor
from app.reads.single_statement.statement import query_statement
from app.storage.database.availability import QUERY_CANCELED
from app.storage.database.clock import now
from app.storage.database.driver_errors import AnswerTooLarge, StatementTooLarge, sqlstate
from app.storage.database.exact_json import digits_of

PLAN_BYTES = 4_000  # of a plan, beside what grows with its statement
MAX_CACHED_VARIABLES = 2_000  # bytes


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """How a query is answered, and what it costs in points: by a statement, and by what Python still does to its
    answer; where there is nothing to read, by a constant JSON text; or, with neither, by graphql-core. `variables` are
    those that its resolvers are told, where it calls some. `long`: the statement may run long."""

    cost: int
    statement: QueryStatement | None = None
    long: bool = False
    postprocess: Postprocess | None = None
    constant: bytes | None = None
    variables: VariableValues | None = None

    @property
    def weight(self) -> int:
        """Its bytes. What Python does to the answer takes no more than the text of the statement."""
        if self.statement is None:
            return PLAN_BYTES + size_of(self.constant)
        return PLAN_BYTES + 2 * size_of(self.statement.text) + self.statement.values_size


@dataclass(frozen=True, slots=True)
class QueryExecutor(OperationExecutor):
    """Answers queries. Plans are cached by text, and by the variables that decide how the query is read."""

    caches: InitVar[CacheBudget]
    plans: LRUCache[Any, tuple[QueryPlan, int]] = field(init=False)

    def __post_init__(self, caches: CacheBudget) -> None:
        object.__setattr__(self, "plans", weighted_cache(caches.share("query plans")))

    async def run(
        self,
        operation: PreparedOperation,
        plan: QueryPlan | None,
        request: GraphQLRequest,
        context: Context,
        authenticator: Authenticator,
    ) -> ExecutionResult | bytes:
        """The answer of a query. Raises RequestError where it takes longer than its limit, and ClientDisconnect."""
        record = CURRENT_REQUEST.get()
        limit = ClientRead(record.scope if record else {}, self.limits.seconds)
        try:
            async with limit:
                return await self.answer(operation, plan, request, context, authenticator)
        except Exception as failure:
            if isinstance(failure, TimeoutError) and limit.expired:
                bound = f"{self.limits.seconds:g} s"
            elif sqlstate(failure) == QUERY_CANCELED:
                bound = "the database lets it"
            else:
                raise
        finally:
            context.used += charge_time(self.rate_limiter, context.caller, limit.connection_seconds)
            if record and context.used:  # also where the query is ended
                record.cost = context.charged
        message = f"The query took longer than {bound} and was ended. Ask for less at once."
        raise refused(ErrorCode.QUERY_TOO_COMPLEX, message)

    async def answer(
        self,
        operation: PreparedOperation,
        plan: QueryPlan | None,
        request: GraphQLRequest,
        context: Context,
        authenticator: Authenticator,
    ) -> ExecutionResult | bytes:
        if plan:
            context.cost = plan.cost
        else:
            _, context.cost = await self.selected(operation, request, context)
        await self.spend(context)
        try:
            if plan and plan.statement:
                answer = await self.run_plan(plan, request, context)
                if answer is not None:
                    return answer
            context.set_caller(await authenticator.caller())
            if plan and plan.constant is not None:
                return plan.constant
            if plan:  # the tenant's time zone may have changed, and with it the day
                plan = await self.plan(operation, request, context.today, context.caller.key_hash)
            answer = await self.run_plan(plan, request, context) if plan else None
        except ResolverFailed:  # graphql-core knows how to say where
            context.set_caller(await authenticator.caller())
            answer = None
        return await self.answer_by_level(operation, request, context) if answer is None else answer

    async def run_plan(self, plan: QueryPlan, request: GraphQLRequest, context: Context) -> bytes | None:
        """The JSON answer of a plan; None where the key belongs to a caller with other rights by now, or the database
        finds the statement too large. Raises ResolverFailed."""
        if plan.statement is None:
            return None
        arguments = plan.statement.arguments(statement_values(request, context.caller))
        try:
            body = await self.database.fetch_json(
                plan.statement.text, arguments, context.caller.tenant_id, long=plan.long
            )
        except StatementTooLarge:
            return None
        except AnswerTooLarge as reason:
            raise refused(ErrorCode.QUERY_TOO_COMPLEX, str(reason)) from None
        if body is None:
            return None
        if plan.postprocess is None:
            return b'{"data":%s}' % body
        if plan.variables:
            context.variables = own_variables(plan.variables, request.variables)
        try:
            return b'{"data":%s}' % await finish(self.offloader, plan.postprocess, body, context)
        except CursorExpired as expired:
            raise refused(ErrorCode.CURSOR_EXPIRED, str(expired)) from None

    async def answer_by_level(
        self, operation: PreparedOperation, request: GraphQLRequest, context: Context
    ) -> ExecutionResult:
        """The answer of graphql-core, from rows that are read level by level."""
        traversals, _ = await self.selected(operation, request, context)
        root = await self.read(context, traversals) if traversals else Row("query", {})
        return await self.execute_with_graphql_core(operation, request, context, root)

    async def selected(
        self, operation: PreparedOperation, request: GraphQLRequest, context: Context
    ) -> tuple[Sequence[Traversal], int]:
        """What a query that has no plan reads, and its cost."""
        selection, planner = await self.think(
            operation, request, context.caller.key_hash, self.select, operation, request.variables, context.today
        )
        return selection.traversals, planner.cost

    async def read(self, context: Context, traversals: Sequence[Traversal]) -> Row:
        """The rows that a query asks for. Raises RequestError where a cursor is not of the tenant's change log."""
        try:
            long = may_run_long(traversals)
            async with self.database.reading(context.caller.tenant_id, long=long) as connection:
                return await read(connection, context.caller, traversals)
        except CursorExpired as expired:
            raise refused(ErrorCode.CURSOR_EXPIRED, str(expired)) from None

    async def plan(
        self, operation: PreparedOperation, request: GraphQLRequest, today: date, api_key: str = ""
    ) -> QueryPlan:
        """The plan of a query, from the cache where the same text was planned with the same variables; those that are
        the keys of look-ups may differ. `api_key` is the hash of the one whose turn it takes to make a plan."""
        sent = request.variables
        keys = {name: sent[name] for name in operation.lookup_variables if is_key(sent.get(name))}
        others = {name: value for name, value in sent.items() if name not in keys}
        cached_by = variables_key(request, others) if len(keys) == len(operation.lookup_variables) else None
        if cached_by is None:
            return await self.planned(operation, request, api_key, sent, today)
        cache_key = (request.text, request.name, cached_by, today)
        plan = cached(self.plans, cache_key)
        if plan is not None:
            return plan
        parameters = {name: Parameter(f"${name}", value) for name, value in keys.items()}
        variables = {**sent, **parameters}
        plan = await self.planned(operation, request, api_key, variables, today)
        weight = plan.weight + size_of(request.text, request.name, cached_by)
        if plan.variables:  # what resolvers are told leads to the document
            weight += operation.weight
        store(self.plans, cache_key, plan, weight)
        return plan

    async def planned(
        self,
        operation: PreparedOperation,
        request: GraphQLRequest,
        api_key: str,
        variables: dict[str, Any],
        today: date,
    ) -> QueryPlan:
        """A new plan."""
        return await self.think(operation, request, api_key, self.make_plan, operation, variables, today)

    def make_plan(self, operation: PreparedOperation, variables: dict[str, Any], today: date) -> QueryPlan:
        selection, planner = self.select(operation, variables, today)
        members = selection.members
        if planner.needs_executor:
            return QueryPlan(planner.cost)
        if all(isinstance(output, Constant | IntrospectionAnswer) for _, output in members):
            return QueryPlan(planner.cost, constant=constant_answer(members))
        dialect = self.database.reader.dialect
        statement = query_statement(members, dialect, caller_is_current(dialect))
        told = planner.variables if planner.calls_resolvers else None
        long = may_run_long(selection.traversals)
        return QueryPlan(planner.cost, statement, long, postprocessor(members), variables=told)

    def select(self, operation: PreparedOperation, variables: dict[str, Any], today: date) -> tuple[Selection, Planner]:
        """What a query asks for, and the planner that knows its cost. Raises RequestError where it is refused."""
        planner = self.planner(operation, variables, today)
        selection = plan_query(planner, operation.definition.selection_set, describes=operation.is_common_introspection)
        planner.raise_errors()
        return selection, planner

    def outline(self, operation: PreparedOperation, request: GraphQLRequest) -> Iterator[str]:
        """How a query is read, for people; nothing for one that is refused, that no single statement answers, or that
        would take long to be planned again."""
        if operation.planned and request.size <= SMALL_REQUEST:
            with suppress(RequestError):
                selection, _ = self.select(operation, request.variables, now().date())
                yield from outline(selection.members)


def variables_key(request: GraphQLRequest, variables: dict[str, Any]) -> bytes | None:
    """The variables that a plan depends on, as a part of its cache key; None where they are too large for that, or no
    JSON (half of a surrogate pair, a file). As JSON, since there 7.25, "7.25" and "Decimal('7.25')" are all different.
    What is large beside its text is not even written, which would keep the event loop."""
    if request.size - len(request.text) > SMALL_REQUEST:
        return None
    try:
        text = orjson.dumps(variables, default=digits_of, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
    return text if len(text) <= MAX_CACHED_VARIABLES else None


def statement_values(request: GraphQLRequest, caller: Caller) -> dict[str, Any]:
    """The values of a statement's parameters for one run."""
    return {**caller_parameters(caller), **{f"${name}": value for name, value in request.variables.items()}}


def constant_answer(members: Sequence[tuple[str, Any]]) -> bytes:
    """The JSON answer of a query for which nothing is read from the database."""
    data = {key: orjson.Fragment(m.json) if isinstance(m, IntrospectionAnswer) else m.value for key, m in members}
    return bytes(memoryview(orjson.dumps({"data": data})))  # a copy: the library's own has up to 64 KB to spare


def is_key(value: Any) -> bool:
    return isinstance(value, str) and is_storable(value)
