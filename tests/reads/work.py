"""How much work a statement is for the database, in a measure that does not depend on the machine: steps of SQLite's
virtual machine, rows that Postgres has in hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.gateway import Client

Statement = tuple[str, Any]
GRAIN = 10  # steps between two looks at the machine


@contextmanager
def recorded(client: Client) -> Iterator[list[Statement]]:
    """The statements of the queries that run inside, with their parameters."""
    found: list[Statement] = []
    statement_listeners = client.gateway.serving.statement_listeners
    statement_listeners.append(lambda text, arguments: found.append((text, arguments)))
    try:
        yield found
    finally:
        statement_listeners.pop()


async def work(client: Client, text: str, **variables: Any) -> int:
    """The work of a query's statement."""
    with recorded(client) as statements:
        await client.query(text, **variables)
    statement = statements[-1]  # the key may have been looked up before
    database = client.gateway.serving
    async with database.reading() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        return await (steps if database.is_sqlite else rows)(driver, statement)


async def fetched_each_time(client: Client, times: int, text: str, **variables: Any) -> list[int]:
    """The rows of tables that Postgres fetches for a query, run so often on one connection: it plans the first five
    runs of a statement for their values, and may then decide for one plan that serves any."""
    with recorded(client) as statements:
        await client.query(text, **variables)
    sql, parameters = statements[-1]
    known = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int FROM pg_stat_xact_user_tables"
    found = []
    async with client.gateway.serving.reading() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        for _ in range(times):
            before = await driver.fetchval(known)
            await driver.fetchval(sql, *parameters)
            found.append(await driver.fetchval(known) - before)
    return found


async def steps(driver: Any, statement: Statement) -> int:
    """The steps that SQLite takes."""
    looks = 0

    def look() -> int:
        nonlocal looks
        looks += 1
        return 0

    await driver.set_progress_handler(look, GRAIN)
    try:
        await driver.execute_fetchall(*statement)
    finally:
        await driver.set_progress_handler(None, 0)
    return looks * GRAIN


async def rows(driver: Any, statement: Statement) -> int:
    """The rows that Postgres has in hand in all parts of its plan, those that it then drops too."""
    text, parameters = statement
    explained = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {text}"
    (plan,) = await driver.fetchval(explained, *parameters)
    return in_hand(plan["Plan"])


def in_hand(plan: dict[str, Any]) -> int:
    dropped = sum(value for name, value in plan.items() if name.startswith("Rows Removed by"))
    own: float = (plan["Actual Rows"] + dropped) * plan["Actual Loops"]
    return round(own) + sum(map(in_hand, plan.get("Plans", ())))
