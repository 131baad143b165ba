"""Keys, bodies and variables never reach the log, nor keys an answer, however much is logged and whatever fails."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.rest_api.names import ROOT
from app.storage.database.engine import Database
from tests.server.conftest import Caller, new_tenant
from tests.servers import RunningServer

HIDDEN = "hidden-value"
WRITE = """mutation Write($name: String!) {
  createAccount(accountNumber: "A-1", input: {openBalance: {name: $name, description: "hidden-value"}}) { created }
}"""
READ = (
    'query Read($name: String!) { accounts(filter: {name: {eq: $name}, email: {eq: "hidden-value"}}) { totalCount } }'
)
BROKEN = 'query Broken { contacts(filter: {name: {eq: "hidden-value"}}) { nodes { name } } }'
ODD = '{"query": "{ tenant { name } hidden-value", "variables": {"hidden-value": '

# What makes each write fail inside: a column that takes no such value, and a rule that no command knows.
FAULTS: dict[str, list[tuple[str, ...]]] = {
    "sqlite": [("CREATE TRIGGER never BEFORE INSERT ON accounts BEGIN SELECT RAISE(ABORT, 'never'); END",)],
    "postgres": [
        ("ALTER TABLE accounts ADD CONSTRAINT never CHECK (name IS NULL) NOT VALID",),
        (
            "DROP INDEX ix_accounts_search",
            "ALTER TABLE accounts DROP CONSTRAINT never, ALTER COLUMN name TYPE integer USING 0",
        ),
    ],
}


async def executed(url: str, *statements: str) -> None:
    database = Database(url, administers=True)
    async with database.writing() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))
    await database.dispose()


async def ask_everything(caller: Caller) -> list[httpx.Response]:
    """Requests of every kind, with what must stay hidden wherever a client may put it."""
    headers = {"X-API-Key": caller.key, "Cookie": f"a={HIDDEN}", "Authorization": f"Bearer {HIDDEN}"}
    account = f"{ROOT}/accounts/A-2"
    sent: dict[str, Any] = {"json": {"name": HIDDEN, "email": f"{HIDDEN}@example.com"}}
    variables = json.dumps({"name": HIDDEN})
    async with caller.client() as client:
        client.headers.update(headers)
        return [
            await client.post("/graphql", json={"query": WRITE, "variables": {"name": HIDDEN}}),
            await client.post("/graphql", json={"query": READ, "variables": {"name": HIDDEN}}),
            await client.get("/graphql", params={"query": READ, "variables": variables}),
            await client.post("/graphql", json={"query": BROKEN}),
            await client.post("/graphql", content=ODD, headers={"Content-Type": "application/json"}),
            await client.put(account, **sent),
            await client.patch(account, **sent, params={"api_key": caller.key}),
            await client.post(f"{account}/notes", json={"reference": "N", "body": HIDDEN}),
            await client.get(f"{ROOT}/contacts/A?signature={HIDDEN}"),
            await client.get(f"/files/1/2/3?expires=1&signature={HIDDEN}"),
            await client.get("/graphql", headers={"X-API-Key": HIDDEN}, params={"query": READ}),
        ]


@pytest.mark.parametrize("form", ["text", "json"])
async def test_nothing_that_is_secret_is_logged_at_any_level_or_by_any_failure(
    env: dict[str, str], database_url: str, tmp_path: Path, form: str
) -> None:
    settings = {"LOG_LEVEL": "debug", "LOG_REQUESTS": "true", "SLOW_SECONDS": "0", "LOG_FORMAT": form}
    env |= {f"GATEWAY_{name}": value for name, value in settings.items()}
    key = await new_tenant(env)
    kind = "sqlite" if database_url.startswith("sqlite") else "postgres"
    with RunningServer(env, tmp_path) as server:
        caller = Caller(server, key)
        answers = await ask_everything(caller)
        assert max(answer.status_code for answer in answers) < 500
        await executed(database_url, "DROP TABLE contacts")
        for fault in FAULTS[kind]:
            await executed(database_url, *fault)
            failed = await ask_everything(caller)
            answers += failed
            assert [answer.status_code for answer in failed].count(500) >= 2
        assert server.terminate() == 0
        log = server.log

    assert log.count("Traceback") >= 3
    assert "SELECT" in log
    assert [line for line in log.splitlines() if HIDDEN in line or key in line] == []
    assert [answer.text for answer in answers if key in answer.text] == []
