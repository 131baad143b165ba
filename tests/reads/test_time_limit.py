"""A query that takes too long is ended, in the database too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from app.storage.database.engine import Database
from app.storage.database.time_limits import TimeLimit
from tests.gateway import Gateway

ENDLESS = {
    "sqlite": "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted) SELECT max(n) FROM counted",
    "postgresql": "SELECT pg_sleep(60)::text",
}
COUNTED_NOTES = """CREATE VIEW notes AS
  WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted)
  SELECT kept_notes.* FROM counted CROSS JOIN kept_notes WHERE n < 0"""
ACCOUNT = 'mutation { createAccount(accountNumber: "A", input: {combined: {name: "Acme"}}) { created } }'
NOTES = '{ account(accountNumber: "A") { notes { totalCount } } }'
LIMIT = 0.3  # seconds


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """With one connection, which must be free again for whoever comes next."""
    made = Database(database_url, pool_size=1, administers=True)
    yield made
    await made.dispose()


def endless(database: Database) -> str:
    return ENDLESS[database.url.get_backend_name()]


async def test_a_statement_that_is_given_up_ends_in_the_database(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with TimeLimit(LIMIT):
            await database.fetch_json(endless(database), [])

    assert await database.fetch_json("SELECT '1'", []) == b"1"


async def test_so_does_one_of_a_read_by_levels(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with TimeLimit(LIMIT), database.reading() as connection:
            await connection.execute(sa.text(endless(database).replace("::text", "")))

    async with database.reading() as connection:
        assert await connection.scalar(sa.text("SELECT 1")) == 1


@asynccontextmanager
async def endless_notes(gateway: Gateway) -> AsyncIterator[None]:
    """Whoever reads notes meanwhile comes to no end: on SQLite they are a view that counts for ever, on Postgres they
    are locked."""
    if gateway.database.is_sqlite:
        await execute(gateway, "ALTER TABLE notes RENAME TO kept_notes", COUNTED_NOTES)
        yield
        await execute(gateway, "DROP VIEW notes", "ALTER TABLE kept_notes RENAME TO notes")
    else:
        async with gateway.database.writing() as connection:
            await connection.execute(sa.text("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE"))
            yield


async def execute(gateway: Gateway, *statements: str) -> None:
    async with gateway.database.writing() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))


async def test_a_query_over_the_limit_is_told_so_and_the_next_one_is_answered(database_url: str) -> None:
    async with Gateway(database_url, max_seconds=LIMIT) as gateway:
        client = await gateway.tenant()
        await client.query(ACCOUNT)
        assert await client.query(NOTES) == {"account": {"notes": {"totalCount": 0}}}
        async with endless_notes(gateway):
            answer = await client.run(NOTES)

        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
        assert error["message"] == "The query took longer than 0.3 s and was ended. Ask for less at once."
        assert await client.query(NOTES) == {"account": {"notes": {"totalCount": 0}}}
