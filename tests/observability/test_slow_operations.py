"""What takes long is logged as one record of a bounded size, with its SQL and its plan and without anyone's data."""

import asyncio
import logging
from typing import Any

import pytest

from app.observability.instrumentation import MAX_PLAN_LINE_LENGTH, MAX_PLAN_LINES, MAX_STATEMENT_LENGTH
from app.rest_api.names import ROOT
from tests.gateway import Gateway

PAGE = """query Page($secret: String!) {
  accounts(first: 2, filter: { name: { contains: $secret } }) {
    nodes { accountNumber documents(first: 3) { nodes { openAmount daysPastDue } totalCount } }
  }
}"""
CREATE = 'mutation Create { createAccount(accountNumber: "A", input: {openBalance: {name: "Secret"}}) { created } }'


def slow(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "app.slow"]


def facts(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = record.__dict__["fields"]
    return found


async def test_an_operation_is_logged_with_its_statements_and_its_plan(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Gateway(database_url, slow_seconds=0) as gateway:
        acme = await gateway.tenant()
        await acme.query("query Warm { tenant { name } }")
        caplog.clear()
        response = await acme.post({"query": PAGE, "variables": {"secret": "Secret"}})
    (record,) = slow(caplog)
    told = facts(record)

    (sql,) = told.pop("sql")
    seconds = told.pop("seconds")
    assert told == {
        "status": 200,
        "statements": 1,
        "plan": [
            "accounts: edge accounts, first 2",
            "  nodes: rows",
            "    accountNumber: column account_number",
            "    documents: edge documents, first 3",
            "      nodes: rows",
            "        openAmount: column open_amount",
            "        daysPastDue: made in Python of status, due_date",
            "      totalCount: total",
        ],
    }
    request_id = response.headers["x-request-id"]
    assert record.getMessage() == (f"request {request_id}: POST /graphql Page took {seconds:.3f} s, SQL statements: 1")
    assert record.levelno == logging.WARNING
    assert "FROM accounts AS t1" in sql
    assert ("?" if gateway.serving.is_sqlite else "$1") in sql
    assert "secret" not in str(record.__dict__).lower()


async def test_a_mutation_is_logged_with_all_its_statements(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Gateway(database_url, slow_seconds=0) as gateway:
        acme = await gateway.tenant()
        await acme.query("query Warm { tenant { name } }")
        caplog.clear()
        await acme.query(CREATE)
    (record,) = slow(caplog)

    told = facts(record)
    assert (told["statements"], len(told["sql"]), told["plan"]) == (
        (6, 6, []) if gateway.serving.is_sqlite else (1, 1, [])
    )
    assert any("INSERT INTO accounts" in sql for sql in told["sql"])
    assert "Secret" not in str(record.__dict__)


async def test_one_that_waits_longer_than_the_setting_is_logged_and_a_quick_one_is_not(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Gateway(sqlite_url, slow_seconds=0.5) as gateway:
        acme = await gateway.tenant()
        await acme.query("query Quick { tenant { name } }")
        assert slow(caplog) == []
        async with gateway.serving.writing():
            running = asyncio.create_task(acme.query(CREATE))
            await asyncio.sleep(0.6)
        await running
    (record,) = slow(caplog)

    assert "POST /graphql Create took " in record.getMessage()
    assert 0.5 <= facts(record)["seconds"] < 10


async def test_a_rest_request_is_logged_too(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with Gateway(database_url, slow_seconds=0) as gateway:
        acme = await gateway.tenant()
        await gateway.http.get(f"{ROOT}/accounts/A?expand=Secret", headers=acme.headers)
    (record,) = slow(caplog)

    assert f"GET {ROOT}/accounts/A took " in record.getMessage()
    assert (facts(record)["status"], facts(record)["statements"]) == (404, 2)
    assert "Secret" not in str(record.__dict__)


@pytest.mark.slow
async def test_the_record_is_of_a_bounded_size(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    fields = " ".join(f"a{number}: accounts(first: 1) {{ nodes {{ name }} }}" for number in range(200))
    long = "productFields(product: COLLECTIONS, resource: ACCOUNT) { name description }"
    async with Gateway(sqlite_url, slow_seconds=0) as gateway:
        acme = await gateway.tenant()
        await acme.query("query Warm { tenant { name } }")
        caplog.clear()
        await acme.query(f"query Large {{ {long} {fields} }}")
    (record,) = slow(caplog)

    told = facts(record)
    assert [len(sql) for sql in told["sql"]] == [MAX_STATEMENT_LENGTH]
    assert (len(told["plan"]), len(told["plan"][0])) == (MAX_PLAN_LINES, MAX_PLAN_LINE_LENGTH)


async def test_one_that_is_refused_is_logged_without_a_plan(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with Gateway(sqlite_url, slow_seconds=0) as gateway:
        acme = await gateway.tenant()
        await acme.run("query Wrong { accounts(first: -1) { totalCount } }")
    (record,) = slow(caplog)

    assert "POST /graphql Wrong took " in record.getMessage()
    assert facts(record)["plan"] == []
