"""What a query comes to, for people: its plan, its SQL statement, what the database makes of it, and where the time
goes."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

from app.auth.authentication import Authenticator, Unauthenticated
from app.domain.time_zones import day_in
from app.graphql_api.errors import RequestError
from app.graphql_api.execution.executor import Executor
from app.graphql_api.execution.outline import outline
from app.graphql_api.execution.parsing import GraphQLRequest
from app.graphql_api.execution.query import QueryPlan, statement_values
from app.middleware.requests import InvalidJson, parse_json
from app.reads.single_statement.compiled import QueryStatement
from app.storage.database.clock import now
from app.storage.database.engine import Database

WARM_RUNS = 10  # Postgres decides after five whether one plan serves for any values
ROUNDS = 5  # of which the quickest counts: the first ones read the database's pages and prepare the statement


class NotPlanned(Exception):
    """The operation is no query, or one that no single statement answers."""


class CannotExplain(Exception):
    """The operation, its variables or the key are not taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation: indented lines of the plan, the statement with its parameters, the database's own plan for these
    values, the one for any values and which of them a connection settles on (of Postgres; SQLite has no other), and
    milliseconds by part."""

    outline: list[str]
    statement: QueryStatement
    arguments: list[Any]
    database: list[str]
    database_for_any_values: list[str]
    milliseconds: dict[str, float]

    @property
    def text(self) -> str:
        """All of it, to print."""
        sections = {
            "Plan": self.outline,
            "Statement": self.statement.text.splitlines(),
            "Parameters": [repr(value) for value in self.arguments],
            "Database": self.database,
            "Database, for any values": self.database_for_any_values,
            "Milliseconds": [f"{spent:9.3f}  {part}" for part, spent in self.milliseconds.items()],
        }
        return "\n\n".join("\n  ".join([title, *lines]) for title, lines in sections.items() if lines)


async def explain_text(executor: Executor, document: str, variables: str, key: str) -> str:
    """An explanation, to print. The variables are a JSON object. Raises CannotExplain."""
    try:
        sent = parse_json(variables)
    except InvalidJson as reason:
        raise CannotExplain(f"--variables: {reason}") from None
    try:
        return (
            await explain(executor, GraphQLRequest(document, sent), Authenticator(executor.database, key, None))
        ).text
    except (NotPlanned, RequestError, Unauthenticated) as reason:
        raise CannotExplain(str(reason)) from None


async def explain(executor: Executor, request: GraphQLRequest, authenticator: Authenticator) -> Explained:
    """Raises RequestError where the operation is refused, and NotPlanned."""
    caller = await authenticator.caller()
    today = day_in(caller.time_zone, now())
    started = perf_counter()
    executor.prepared_operations.clear()
    operation = await executor.prepared(request)
    prepared_at = perf_counter()
    if not operation.planned:
        raise NotPlanned("Only queries are answered by a statement of their own.")
    selection, planner = executor.queries.select(operation, request.variables, today)
    plan = await executor.queries.plan(operation, request, today)
    planned_at = perf_counter()
    if plan.statement is None:
        raise NotPlanned("The query reads nothing from the database.")
    arguments = plan.statement.arguments(statement_values(request, caller))
    reading, finishing = await times(executor, request, authenticator, plan, arguments)
    return Explained(
        [*outline(selection.members), f"{planner.requested} points of {executor.limits.cost}"],
        plan.statement,
        arguments,
        *await plans_of(executor.database, plan.statement.text, arguments),
        {
            "parse and validate": (prepared_at - started) * 1e3,
            "plan": (planned_at - prepared_at) * 1e3,
            "database": reading * 1e3,
            "finish": finishing * 1e3,
        },
    )


async def times(
    executor: Executor, request: GraphQLRequest, authenticator: Authenticator, plan: QueryPlan, arguments: list[Any]
) -> tuple[float, float]:
    """Seconds that the statement takes, and what is left to do after it."""
    reading, whole = [], []
    for _ in range(ROUNDS):
        started = perf_counter()
        await executor.database.fetch_json(plan.statement.text if plan.statement else "", arguments)
        reading.append(perf_counter() - started)
        started = perf_counter()
        await executor.run(request, authenticator)
        whole.append(perf_counter() - started)
    return min(reading), max(min(whole) - min(reading), 0.0)


async def plans_of(database: Database, text: str, arguments: list[Any]) -> tuple[list[str], list[str]]:
    """The database's own EXPLAIN for these arguments and, of Postgres, for any; a line a step."""
    async with database.reading() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        if database.is_sqlite:
            return await sqlite_plan(driver, text, arguments), []
        for_these = [row[0] for row in await driver.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {text}", *arguments)]
        return for_these, await postgres_plan_for_any(driver, text, arguments)


async def sqlite_plan(driver: Any, text: str, arguments: list[Any]) -> list[str]:
    depths = {0: 0}
    lines = []
    for number, parent, _, step in await driver.execute_fetchall(f"EXPLAIN QUERY PLAN {text}", arguments):
        depths[number] = depths[parent] + 1
        lines.append("  " * depths[parent] + step)
    return lines


async def postgres_plan_for_any(driver: Any, text: str, arguments: list[Any]) -> list[str]:
    """Postgres' plan for any values, after a line that says whether a connection that has run the statement often
    settles on it."""
    for _ in range(WARM_RUNS):
        await driver.fetchval(text, *arguments)
    used = await driver.fetchval("SELECT generic_plans > 0 FROM pg_prepared_statements WHERE statement = $1", text)
    await driver.execute(f"SET LOCAL plan_cache_mode = force_generic_plan; PREPARE explained AS {text}")
    nulls = ", ".join(["NULL"] * len(arguments))
    plan = [row[0] for row in await driver.fetch(f"EXPLAIN EXECUTE explained({nulls})")]
    await driver.execute("DEALLOCATE explained")
    settled = "runs this plan from then on" if used else "goes on to plan each run for its own values"
    return [f"After {WARM_RUNS} runs a connection {settled}.", *plan]
