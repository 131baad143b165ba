"""A Postgres that goes away and comes back: the server says so, lives on, and needs no help to serve again."""

import asyncio
import time
from contextlib import suppress

import httpx
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.storage.database.engine import Database
from tests.postgres import LaunchedPostgres
from tests.server.conftest import Caller

NAME = "{ tenant { name } }"
NAMED = {"data": {"tenant": {"name": "acme"}}}
CREATE = 'mutation { createAccount(accountNumber: "A-1", input: {openBalance: {name: "A"}}) { created } }'


async def filled_pool(caller: Caller) -> None:
    """Has the server open all of its ten connections."""
    answers = await asyncio.gather(*(caller.post(NAME) for _ in range(30)))
    assert [answer.json() for answer in answers] == [NAMED] * 30


async def ready_again(caller: Caller, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while (await caller.get("/readyz")).status_code != 200:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def told(answer: httpx.Response) -> tuple[str, str]:
    """Message and request id of an answer that is one internal error."""
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    return error["message"], error["extensions"]["requestId"]


async def test_without_its_database_it_is_not_ready_and_says_so_to_every_caller(
    mortal: Caller, mortal_postgres: LaunchedPostgres
) -> None:
    await filled_pool(mortal)
    mortal_postgres.kill()

    ready = await mortal.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        503,
        {"status": "unavailable", "reason": "the database does not answer"},
    )
    assert (await mortal.get("/healthz")).status_code == 200
    for _ in range(3):
        answer = await mortal.post(NAME)
        message, request_id = told(answer)
        assert answer.status_code == 503
        assert message == f"The database does not answer: try again. Quote request {request_id} when you report it."
        assert request_id == answer.headers["x-request-id"]
        assert f"request {request_id}: the database does not answer: " in mortal.server.log
    assert "Traceback" not in mortal.server.log


async def test_when_its_database_is_back_it_serves_again_without_one_more_failure(
    mortal: Caller, mortal_postgres: LaunchedPostgres
) -> None:
    await filled_pool(mortal)
    mortal_postgres.kill()
    assert (await mortal.post(NAME)).status_code == 503
    mortal_postgres.start()
    await ready_again(mortal)

    await filled_pool(mortal)
    assert (await mortal.post(CREATE)).json() == {"data": {"createAccount": {"created": True}}}


async def test_a_restart_between_two_requests_goes_unnoticed(mortal: Caller, mortal_postgres: LaunchedPostgres) -> None:
    """Every pooled connection is dead then; the driver knows, so none is used."""
    await filled_pool(mortal)
    mortal_postgres.stop()
    mortal_postgres.start()
    await asyncio.sleep(0.2)

    await filled_pool(mortal)
    assert (await mortal.get("/readyz")).status_code == 200


async def test_a_write_that_loses_its_database_is_an_error_with_a_request_id_and_leaves_nothing(
    mortal: Caller, mortal_postgres: LaunchedPostgres
) -> None:
    database = Database(mortal_postgres.url(f"mortal_{mortal.server.log_path.parent.name}"), administers=True)
    with suppress(DBAPIError):  # the lock's own connection dies, too
        async with database.writing() as connection:
            await connection.execute(sa.text("SELECT 1 FROM tenants FOR UPDATE"))
            running = asyncio.create_task(mortal.post(CREATE))
            await asyncio.sleep(1)
            assert not running.done()
            mortal_postgres.kill()
            answer = await running
    await database.dispose()

    message, request_id = told(answer)
    assert (answer.status_code, "data" in answer.json()) == (503, False)
    assert message == f"The database does not answer: try again. Quote request {request_id} when you report it."
    mortal_postgres.start()
    await ready_again(mortal)
    assert (await mortal.post('{ account(accountNumber: "A-1") { id } }')).json() == {"data": {"account": None}}
