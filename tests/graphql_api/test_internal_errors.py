"""What the server itself gets wrong is logged in full and shown as an id alone; other root fields keep their answer."""

import logging
import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.gateway import Client, Gateway

MODERN = "application/graphql-response+json"
INSIDE = ("contacts", "select", "insert", "sql", "asyncpg", "traceback", "file", ".py")
THREE = """mutation {
  first: createAccount(accountNumber: "A-1", input: {openBalance: {name: "A"}}) { created }
  second: createContact(reference: "Ada Example", input: {accountNumber: "A-1"}) { created }
  third: createAccount(accountNumber: "A-2", input: {openBalance: {name: "B"}}) { created }
}"""


async def broken(gateway: Gateway) -> None:
    """Takes a table away: every statement about contacts fails from now on."""
    async with gateway.database.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE contacts RENAME COLUMN name TO former_name"))


def without(answer: dict[str, Any], request_id: str) -> str:
    return str(answer).replace(request_id, "").lower()


@pytest.mark.parametrize("accept", ["application/json", MODERN])
async def test_a_read_that_fails_is_500_with_a_request_id_and_nothing_of_the_inside(
    acme: Client, gateway: Gateway, accept: str
) -> None:
    await broken(gateway)
    response = await acme.post({"query": "{ contacts { nodes { name } } }"}, accept=accept)

    request_id = response.headers["x-request-id"]
    message = f"The server failed. Quote request {request_id} when you report it."
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    assert (response.status_code, response.json()) == (
        500,
        {"errors": [{"message": message, "extensions": extensions}]},
    )


async def test_what_failed_is_logged_with_the_request_id(
    acme: Client, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    await broken(gateway)
    response = await acme.post({"query": "{ contacts { nodes { name } } }"})

    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.getMessage() == f"request {response.headers['x-request-id']} failed"
    assert "Traceback" in caplog.text
    assert ".name" in str(record.exc_info)


async def test_a_failure_in_one_mutation_hides_no_answer_of_another(
    acme: Client, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    await broken(gateway)
    response = await acme.post({"query": THREE})

    request_id = response.headers["x-request-id"]
    assert response.status_code == 200
    assert response.json() == {
        "data": {"first": {"created": True}, "second": None, "third": {"created": True}},
        "errors": [
            {
                "message": f"The server failed. Quote request {request_id} when you report it.",
                "locations": [{"line": 3, "column": 3}],
                "path": ["second"],
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id},
            }
        ],
    }
    assert await acme.only("{ accounts { nodes { accountNumber } } }") == {
        "nodes": [{"accountNumber": "A-1"}, {"accountNumber": "A-2"}]
    }
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        f"request {request_id} failed"
    ]


async def test_nothing_of_sql_files_or_stack_is_in_any_answer(acme: Client, gateway: Gateway) -> None:
    await broken(gateway)
    for text in (THREE, "{ contacts { nodes { name } } }"):
        response = await acme.post({"query": text})

        shown = without(response.json(), response.headers["x-request-id"])
        assert [word for word in INSIDE if word in shown] == []


async def test_the_log_holds_the_statement_without_anyones_data(
    acme: Client, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    await broken(gateway)
    await acme.run(THREE)

    assert re.search("(FROM|JOIN) contacts", caplog.text)
    assert "Ada Example" not in caplog.text


async def test_a_key_that_cannot_be_looked_up_is_an_internal_error_too(acme: Client, gateway: Gateway) -> None:
    async with gateway.database.writing() as connection:
        await connection.execute(sa.text("DROP TABLE api_keys"))
    response = await acme.post({"query": "{ __typename }"})

    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


async def test_a_refused_request_is_no_failure_and_not_logged_as_one(
    acme: Client, caplog: pytest.LogCaptureFixture
) -> None:
    await acme.run("{ nobody }")
    await acme.run(THREE)
    await acme.run(THREE)
    await acme.gateway.stranger().run("{ __typename }")

    # A busy machine may take a second for one of them, which is told whatever it is answered.
    told = [record for record in caplog.records if record.name != "app.slow"]
    assert [record for record in told if record.levelno >= logging.WARNING] == []
