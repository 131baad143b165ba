"""One operation from text to answer: prepared, planned, run.

A query is planned once for its text and answered by one SQL statement. Mutations and introspection are executed by
graphql-core over the same schema; `reference` executes any operation so, and is what the statements are judged by.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

import orjson
from graphql import ExecutionResult, execute

from app.auth.api_keys import caller_is_current, caller_parameters
from app.auth.authentication import Authenticator
from app.auth.rate_limits import RateLimiter
from app.auth.signed_urls import SignedUrls
from app.commands.files import Files
from app.domain.caller import Caller
from app.domain.values import is_storable
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, RequestError, error, refused
from app.graphql_api.execution.cache import Kept
from app.graphql_api.execution.cost_extension import charge, spend, with_cost_extension
from app.graphql_api.execution.introspection import Described
from app.graphql_api.execution.limits import Limits
from app.graphql_api.execution.outline import outline
from app.graphql_api.execution.parsing import KEPT, PreparedOperation, coerced, or_raised, prepare, remembered
from app.graphql_api.execution.planning import Planner
from app.graphql_api.execution.row_metrics import PAUSE, SHARE, count_rows
from app.graphql_api.execution.write_plans import WritePlan, arguments, plan_writes, run_writes
from app.graphql_api.schema.mutations import plan_payload
from app.graphql_api.schema.queries import plan_query
from app.graphql_api.schema.schema import CORE
from app.observability.request_record import CURRENT_REQUEST
from app.reads.by_level.read import read
from app.reads.pagination import CursorExpired
from app.reads.selection import Fixed, Follow, Row, Selection
from app.reads.single_statement.compiled import Parameter, Statement
from app.reads.single_statement.postprocess import Finish, finisher
from app.reads.single_statement.statement import statement
from app.storage.database.availability import ENDED
from app.storage.database.clock import now
from app.storage.database.driver_errors import StatementTooLarge, sqlstate
from app.storage.database.engine import Database
from app.storage.database.exact_json import digits_of
from app.storage.database.time_limits import TimeLimit
from app.storage.writes.optimistic import CallerChanged, Guard

KEPT_PLANS = 6_000_000  # characters of their statements, and of what is known beforehand
KEPT_WRITES = 300_000  # characters of their texts
LONGEST_CACHED_VARIABLES = 2_000  # bytes
# What the event loop itself sees to: more of it would keep other requests waiting.
SHORT_TEXT = 500  # characters
FEW_FIELDS = 100
SMALL_REQUEST = 16_384  # bytes

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks to run."""

    text: str
    variables: dict[str, Any] = field(default_factory=dict)
    name: str | None = None
    size: int = 0  # bytes of the request


@dataclass(frozen=True, slots=True)
class Plan:
    """How a query is answered: by a statement, where there is something to read, and by what is left to do to its
    answer; otherwise by what is known beforehand, as JSON. And what it costs."""

    statement: Statement | None
    finish: Finish | None
    known: bytes
    cost: int

    @property
    def weight(self) -> int:
        """Roughly, in characters."""
        return len(self.statement.text if self.statement else self.known)


@dataclass(frozen=True, slots=True)
class Executor:
    """Runs operations on one database under its limits."""

    database: Database
    limits: Limits
    files: Files
    links: SignedUrls
    budgets: RateLimiter | None = None
    discreet: bool = False  # whether errors keep to themselves what the schema has
    plans: Kept[Any, Plan] = field(default_factory=partial(Kept, KEPT_PLANS))
    write_plans: Kept[Any, tuple[WritePlan | None]] = field(default_factory=partial(Kept, KEPT_WRITES))
    cpu_lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # of who works beside the event loop
    counted: set[str] = field(default_factory=set)  # names of operations whose rows were counted just now

    async def run(
        self,
        operation: Operation,
        access: Authenticator,
        *,
        writes: bool = True,
        base_url: Callable[[], str] = str,
        tells_cost: bool = False,
    ) -> ExecutionResult | bytes:
        """The answer of an operation, or its JSON; `base_url` tells what links to this server begin with. Raises
        RequestError where it is refused as a whole, and Unauthenticated."""
        caller = access.last_caller or await access.caller()
        try:
            found = await self.prepared(operation)
            if work := CURRENT_REQUEST.get():
                work.valid_operation = found
                work.requested = operation
            if found.writes and not writes:
                message = "A GET request may only query: send mutations by POST."
                raise RequestError([error(ErrorCode.BAD_REQUEST, message)], 405, {"Allow": "POST"})
            context = Context(caller, self.database, self.files, self.links, now(), access.request_id)
            if found.links:
                await self.links.load()
                context.base_url = base_url()
            plan = await self.plan(found, operation, context.today) if found.planned else None
        except RequestError:
            await access.caller()  # whoever is not known is told so before anything else
            raise
        if found.writes:
            answer = await self.write(found, operation, context, access)
        else:
            answer = await self.in_time(found, plan, operation, context, access)
        if work:
            work.cost = context.cost
            if found.name not in self.counted:
                work.row_count = self.count_rows(found, answer)
        if tells_cost:
            return with_cost_extension(answer, charge(context.cost, self.limits.cost, self.budgets, context.caller))
        return answer

    def count_rows(self, found: PreparedOperation, answer: ExecutionResult | bytes) -> int | None:
        """The rows of an answer. Its operation's are not counted again for a while, the longer the more it took."""
        began = perf_counter()
        rows = count_rows(found, answer)
        pause = max(PAUSE, (perf_counter() - began) / SHARE)
        self.counted.add(found.name)
        asyncio.get_running_loop().call_later(pause, self.counted.discard, found.name)
        return rows

    async def in_time(
        self, found: PreparedOperation, plan: Plan | None, operation: Operation, context: Context, access: Authenticator
    ) -> ExecutionResult | bytes:
        """The answer of a query. Raises RequestError where the time that it is given does not suffice."""
        limit = TimeLimit(self.limits.seconds)
        try:
            async with limit:
                return await self.query(found, plan, operation, context, access)
        except Exception as reason:
            if isinstance(reason, TimeoutError) and limit.expired:
                bound = f"{self.limits.seconds:g} s"
            elif sqlstate(reason) == ENDED:
                bound = "the database lets it"
            else:
                raise
        message = f"The query took longer than {bound} and was ended. Ask for less at once."
        raise refused(ErrorCode.QUERY_TOO_COMPLEX, message)

    async def query(
        self, found: PreparedOperation, plan: Plan | None, operation: Operation, context: Context, access: Authenticator
    ) -> ExecutionResult | bytes:
        """The answer of a query."""
        answer: ExecutionResult | bytes | None
        if plan:
            context.cost = plan.cost
        else:
            _, context.cost = await self.offload_if_large(
                found, operation, self.select, found, operation.variables, context.today
            )
        if self.budgets:
            await spend(self.budgets, context.caller, context.cost)
        if plan and plan.statement:
            answer = await self.answer(plan, operation, context, access)
            if answer is not None:
                return answer
        context.set_caller(await access.caller())
        if plan and not plan.statement:
            return plan.known
        if plan:  # whose time zone may have changed, and with it the day
            plan = await self.plan(found, operation, context.today)
        answer = await self.answer(plan, operation, context, access) if plan else None
        return await self.reference(found, operation, context) if answer is None else answer

    async def write(
        self, found: PreparedOperation, operation: Operation, context: Context, access: Authenticator
    ) -> ExecutionResult | bytes:
        """The answer of a mutation."""
        planner = await self.offload_if_large(found, operation, self.planner, found, operation.variables, context.today)
        plan = self.write_plan(found, operation, planner) if found.settled else None
        try:
            if plan is None:
                context.set_caller(await access.caller())
                context.payloads, context.cost = await self.offload_if_large(
                    found, operation, self.payloads, found, operation.variables, context.today
                )
                if self.budgets:
                    await spend(self.budgets, context.caller, context.cost)
                return await self.reference(found, operation, context)
            given = arguments(planner, plan)
            planner.judge()
            context.cost = plan.cost
            if self.budgets:
                await spend(self.budgets, context.caller, context.cost)
            if access.last_caller and self.may_ask_meanwhile(access.last_caller, given):
                with suppress(CallerChanged):
                    guard = Guard(
                        caller_is_current(self.database.writer.dialect), caller_parameters(access.last_caller)
                    )
                    return await run_writes(plan, given, context, guard)
            context.set_caller(await access.caller())
            return await run_writes(plan, given, context, None)
        finally:
            if context.caller.currency_model is None:
                access.last_caller = None  # the first amounts that a tenant writes fix its currency model

    @staticmethod
    def may_ask_meanwhile(caller: Caller, given: list[dict[str, Any]]) -> bool:
        """Whether the statement that a write begins with can ask who is behind the key."""
        kept = not any(args["dryRun"] for args in given)
        return kept and not caller.read_only

    def write_plan(self, found: PreparedOperation, operation: Operation, planner: Planner) -> WritePlan | None:
        known = (operation.text, operation.name)
        kept = self.write_plans.get(known)
        if kept is None:
            kept = (plan_writes(planner, found),)
            self.write_plans.put(known, kept, len(operation.text))
        return kept[0]

    async def answer(self, plan: Plan, operation: Operation, context: Context, access: Authenticator) -> bytes | None:
        """The JSON that a plan comes to; None where the key stands for another caller now, or the database does not
        take the statement."""
        if plan.statement is None:
            return None
        arguments = plan.statement.arguments(self.values(operation, context.caller))
        try:
            body = await self.database.fetch_json(plan.statement.text, arguments)
        except StatementTooLarge:
            return None
        if body is None or plan.finish is None:
            return body and b'{"data":%s}' % body
        data = orjson.loads(body)
        try:
            plan.finish(data, context)
        except CursorExpired as reason:
            raise refused(ErrorCode.CURSOR_EXPIRED, str(reason)) from None
        return orjson.dumps({"data": data}, default=digits)

    async def prepared(self, operation: Operation) -> PreparedOperation:
        """The operation within limits and valid. Raises RequestError."""
        meant = (operation.text, operation.name, self.limits)
        known = KEPT.get(meant)
        if known is None:
            long = len(operation.text) > SHORT_TEXT
            known = remembered(*meant, await self.run_serialized(prepare, *meant) if long else prepare(*meant))
        return or_raised(known)

    async def offload_if_large(
        self, found: PreparedOperation, operation: Operation, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Does work on an operation, beside the event loop where it may take long."""
        if found.fields > FEW_FIELDS or operation.size > SMALL_REQUEST or found.describes:
            return await self.run_serialized(work, *args, **kwargs)
        return work(*args, **kwargs)

    async def run_serialized(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does work in a thread, one after the other, with a rest after each as long as it took: however much of it
        comes, most of the time is for other requests."""
        loop = asyncio.get_running_loop()
        await self.cpu_lock.acquire()
        began = loop.time()
        try:
            return await asyncio.to_thread(work, *args, **kwargs)
        finally:
            loop.call_later(loop.time() - began, self.cpu_lock.release)

    def values(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        """What the statement of a query is given for one run."""
        return {**caller_parameters(caller), **{f"${name}": value for name, value in operation.variables.items()}}

    async def plan(self, found: PreparedOperation, operation: Operation, today: date) -> Plan:
        """The plan of a query, made once for its text and whatever of its variables decides how it is read."""
        sent = operation.variables
        keys = {name: sent[name] for name in found.keys if is_key(sent.get(name))}
        if len(keys) < len(found.keys):
            return await self.offload_if_large(found, operation, self.make_plan, found, sent, today)
        rest = {name: value for name, value in sent.items() if name not in keys}
        try:
            # As JSON, which no two values have in common: 7.25, "7.25" and "Decimal('7.25')" are three of them.
            others = orjson.dumps(rest, default=digits_of, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # half of a surrogate pair, or a file
            return await self.offload_if_large(found, operation, self.make_plan, found, sent, today)
        if len(others) > LONGEST_CACHED_VARIABLES:
            return await self.offload_if_large(found, operation, self.make_plan, found, sent, today)
        known = (operation.text, operation.name, others, today)
        plan = self.plans.get(known)
        if plan is None:
            given = {name: Parameter(f"${name}", value) for name, value in keys.items()}
            plan = await self.offload_if_large(found, operation, self.make_plan, found, {**sent, **given}, today)
            self.plans.put(known, plan, plan.weight + len(operation.text))
        return plan

    def make_plan(self, found: PreparedOperation, variables: dict[str, Any], today: date) -> Plan:
        selection, cost = self.select(found, variables, today)
        members = selection.members
        if all(isinstance(shown, Fixed | Described) for _, shown in members):
            return Plan(None, None, known_answer(members), cost)
        dialect = self.database.reader.dialect
        return Plan(statement(members, dialect, caller_is_current(dialect)), finisher(members), b"", cost)

    def select(self, found: PreparedOperation, variables: dict[str, Any], today: date) -> tuple[Selection, int]:
        """What a query asks for, and what that costs. Raises RequestError where it is not to be run."""
        planner = self.planner(found, variables, today)
        selection = plan_query(planner, found.operation.selection_set, describes=found.describes)
        planner.judge()
        return selection, planner.cost

    def outline(self, found: PreparedOperation, operation: Operation) -> Iterator[str]:
        """How a query is read, for people; nothing for what is refused, or has no plan of its own."""
        if found.planned:
            with suppress(RequestError):
                selection, _ = self.select(found, operation.variables, now().date())
                yield from outline(selection.members)

    def planner(self, found: PreparedOperation, variables: dict[str, Any], today: date) -> Planner:
        values = coerced(found, variables, discreet=self.discreet)
        return Planner(CORE, found.fragments, values, today, self.limits)

    async def reference(self, found: PreparedOperation, operation: Operation, context: Context) -> ExecutionResult:
        """The answer as graphql-core executes the operation over the schema, its rows read level by level."""
        root = Row("query", {})
        if not found.writes:
            follows = self.select(found, operation.variables, context.today)[0].follows
            if follows:
                root = await self.read(context, follows)
        run = partial(
            execute,
            CORE,
            found.document,
            root_value=root,
            context_value=context,
            variable_values=operation.variables,
            operation_name=operation.name,
        )
        answer = await self.run_serialized(run) if found.introspects else run()
        return answer if isinstance(answer, ExecutionResult) else await answer

    async def read(self, context: Context, follows: Sequence[Follow]) -> Row:
        """What a query asks for, read level by level. Raises RequestError where a cursor is not of its change log."""
        try:
            async with self.database.reading(context.caller.tenant_id) as connection:
                return await read(connection, context.caller, follows)
        except CursorExpired as reason:
            raise refused(ErrorCode.CURSOR_EXPIRED, str(reason)) from None

    def payloads(
        self, found: PreparedOperation, variables: dict[str, Any], today: date
    ) -> tuple[dict[str, list[Follow]], int]:
        """What is read to answer each field of a mutation, by response key, and what the mutation costs. Raises
        RequestError where it is not to be run."""
        planner = self.planner(found, variables, today)
        fields = planner.collect("Mutation", [found.operation.selection_set]).items()
        made = {key: plan_payload(planner, key, nodes) for key, nodes in fields if is_field(nodes)}
        planner.judge()
        return made, planner.cost


def known_answer(members: Sequence[tuple[str, Any]]) -> bytes:
    """The JSON of an answer of which nothing has to be read."""
    data = {key: orjson.Fragment(m.json) if isinstance(m, Described) else m.value for key, m in members}
    return orjson.dumps({"data": data})


def is_field(nodes: list[Any]) -> bool:
    return bool(nodes[0].name.value != "__typename")


def is_key(value: Any) -> bool:
    return isinstance(value, str) and is_storable(value)


def digits(value: Any) -> orjson.Fragment:
    """A number of a JSON scalar, digit by digit."""
    return orjson.Fragment(str(value))
