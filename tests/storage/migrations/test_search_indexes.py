"""What `contains` is served by is made by every `migrate` that may, and by no other."""

import sqlalchemy as sa

from app.storage.database.engine import Database
from app.storage.migrations.migrate import migrate
from app.storage.migrations.revision import is_current
from tests.gateway import Gateway
from tests.ledger import Ledger
from tests.postgres import PostgresServer
from tests.storage.migrations.test_upgrades import owned

FIND = '{ accounts(filter: {name: {contains: "FINCH"}}) { nodes { accountNumber } } }'
VALID = sa.text("SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text LIKE '%_search'")


async def found(gateway: Gateway, key_of: str) -> list[dict[str, str]]:
    """The accounts that FIND finds, of a new tenant with one of that name."""
    client = await gateway.tenant(key_of)
    await Ledger(client).account("A", name="Alder & Finch")
    nodes: list[dict[str, str]] = (await client.only(FIND))["nodes"]
    return nodes


async def test_who_may_not_vouch_for_functions_is_told_what_to_run_and_gets_the_indexes_afterwards(
    postgres: PostgresServer,
) -> None:
    url = await owned(postgres, "searched")
    reports: list[str] = []
    database = Database(url, administers=True)
    await migrate(database, report=reports.append)
    (told,) = (report for report in reports if "superuser" in report)
    statements = told.rpartition("migrate again: ")[2].split(";")[:-1]
    assert "ALTER FUNCTION textlike(text, text) LEAKPROOF" in map(str.strip, statements)
    assert await count_of_valid(database) == 0
    async with Gateway(url) as gateway:
        assert await found(gateway, "before") == [{"accountNumber": "A"}]
    superuser = Database(postgres.url("searched"), administers=True)
    async with superuser.writing() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))
    await superuser.dispose()
    reports.clear()
    await migrate(database, report=reports.append)
    assert [report for report in reports if "superuser" in report] == []
    assert await count_of_valid(database) == 2
    async with Gateway(url) as gateway:
        assert await found(gateway, "after") == [{"accountNumber": "A"}]
    await database.dispose()


async def count_of_valid(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(VALID)).scalar_one())


async def test_an_sqlite_file_that_another_python_could_not_search_is_filled_by_migrating(sqlite_url: str) -> None:
    database = Database(sqlite_url, administers=True)
    async with database.writing() as connection:
        await connection.execute(sa.text("DROP TRIGGER accounts_search_insert"))
        await connection.execute(sa.text("DROP TABLE accounts_search"))
        for event in ("update", "delete"):
            await connection.execute(sa.text(f"DROP TRIGGER accounts_search_{event}"))
    assert not await is_current(database)
    await migrate(database)
    assert await is_current(database)
    await database.dispose()
    async with Gateway(sqlite_url) as gateway:
        assert await found(gateway, "acme") == [{"accountNumber": "A"}]
