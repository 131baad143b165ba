"""What the server itself gets wrong is logged in full and told as a request id alone."""

import logging

import pytest
import sqlalchemy as sa

from tests.gateway import Gateway
from tests.pdfs import pdf
from tests.rest_api.client import ROOT, Rest, exact
from tests.rest_api.world import ACCOUNT, DOCUMENT
from tests.servers import free_port

INSIDE = ("contacts", "select", "insert", "sql", "asyncpg", "traceback", "file", ".py", "ada")
REQUESTS = [
    ("GET", "contacts/Ada", None),
    ("PUT", "contacts/Ada", {"name": "Ada"}),
    ("PATCH", "contacts/Ada", {"name": "Ada"}),
]


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
async def test_a_failure_is_500_with_a_request_id_and_nothing_of_the_inside(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, method: str, path: str, body: object
) -> None:
    rest = Rest.of(await gateway.tenant())
    async with gateway.database.writing() as connection:
        await connection.execute(sa.text("DROP TABLE contacts"))
    response = await rest.send(method, f"{ROOT}/{path}", body)

    answer = exact(response)
    request_id = response.headers["x-request-id"]
    assert (response.status_code, answer) == (
        500,
        {
            "error": "internal_error",
            "request_id": request_id,
            "message": f"The server failed. Quote request {request_id} when you report it.",
        },
    )
    assert [word for word in INSIDE if word in str(answer).replace(request_id, "").lower()] == []
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.getMessage() == f"request {request_id} failed"
    assert "Traceback" in caplog.text
    assert await rest.is_absent("accounts", "A")  # it serves on


async def test_a_database_that_is_away_is_503_with_a_request_id(caplog: pytest.LogCaptureFixture) -> None:
    async with Gateway(f"postgresql+asyncpg://nobody:secret@127.0.0.1:{free_port()}/none") as gateway:
        response = await Rest(gateway, "igk_any").send("GET", f"{ROOT}/accounts/A")

    answer = exact(response)
    request_id = response.headers["x-request-id"]
    assert (response.status_code, answer["error"], answer["request_id"]) == (503, "unavailable", request_id)
    assert "secret" not in response.text + caplog.text
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.getMessage().startswith(f"request {request_id}: the database does not answer")
    assert "Traceback" not in caplog.text


async def test_a_store_of_pdfs_that_is_away_is_503_with_a_request_id_and_nothing_is_written(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Gateway(database_url, blob_url="file:///proc/nope") as gateway:
        client = await gateway.tenant()
        rest = Rest.of(client)
        connection_id = (await client.only("{ tenant { connectionId } }"))["connectionId"]
        await rest.post("accounts", "ACCT-001", body=ACCOUNT)
        await rest.post("documents", "INV-001", body=DOCUMENT)
        path = f"/api/v1/pdf-ingestion/pdf/{connection_id}/ingest_documents/INV-001"
        response = await rest.send("POST", path, pdf("one"), content_type="application/pdf")
        listed = await rest.get("documents", "INV-001", "attachments")

    answer = exact(response)
    request_id = response.headers["x-request-id"]
    message = f"The store of the PDFs does not answer: try again. Quote request {request_id} when you report it."
    assert (response.status_code, answer) == (
        503,
        {"error": "unavailable", "request_id": request_id, "message": message},
    )
    assert listed["attachments"] == []
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.getMessage() == (
        f"request {request_id}: the store of the PDFs does not answer: No such file or directory"
    )


async def test_refusals_are_not_logged_as_failures(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    rest = Rest.of(await gateway.tenant())
    for method, body in (("GET", None), ("PUT", {}), ("PUT", b"{"), ("DELETE", None)):
        assert (await rest.send(method, f"{ROOT}/accounts/A", body)).status_code < 500
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
