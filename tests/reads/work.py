"""How much work a statement is for the database, in a measure that does not depend on the machine: steps of SQLite's
virtual machine, rows that Postgres has in hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.gateway import KEY_LOOK_UP, TRANSACTION_WORDS, Client

Statement = tuple[str, Any]
GRAIN = 10  # steps between two looks at the machine


@contextmanager
def recorded(client: Client) -> Iterator[list[Statement]]:
    """The statements of what runs inside, with their parameters."""
    found: list[Statement] = []

    def record(_connection: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if not text.startswith(TRANSACTION_WORDS) and KEY_LOOK_UP not in text:
            found.append((text, parameters))

    engine = client.gateway.database.reader.sync_engine
    event.listen(engine, "before_cursor_execute", record)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", record)


async def work(client: Client, text: str, **variables: Any) -> list[int]:
    """The work of each statement of a query."""
    with recorded(client) as statements:
        await client.query(text, **variables)
    database = client.gateway.database
    async with database.reading() as connection:
        measure = steps if database.is_sqlite else rows
        return [await measure(connection, statement) for statement in statements]


async def steps(connection: AsyncConnection, statement: Statement) -> int:
    """The steps that SQLite takes."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    looks = 0

    def look() -> int:
        nonlocal looks
        looks += 1
        return 0

    await driver.set_progress_handler(look, GRAIN)
    try:
        await connection.exec_driver_sql(*statement)
    finally:
        await driver.set_progress_handler(None, 0)
    return looks * GRAIN


async def rows(connection: AsyncConnection, statement: Statement) -> int:
    """The rows that Postgres has in hand in all parts of its plan, those that it then drops too."""
    text, parameters = statement
    explained = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {text}"
    (plan,) = (await connection.exec_driver_sql(explained, parameters)).scalar_one()
    return in_hand(plan["Plan"])


def in_hand(plan: dict[str, Any]) -> int:
    dropped = sum(value for name, value in plan.items() if name.startswith("Rows Removed by"))
    own: float = (plan["Actual Rows"] + dropped) * plan["Actual Loops"]
    return round(own) + sum(map(in_hand, plan.get("Plans", ())))
