"""A payload is read within the time limit of a query: a write that cannot be answered in time is not committed, those
before and after it are."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from tests.gateway import Client, Gateway
from tests.reads.mass import fill

LIMIT = 0.1  # seconds
SEARCHES = " ".join(
    f's{n}: documents(first: 0, filter: {{documentNumber: {{contains: "x{n}"}}}}) {{ totalCount }}' for n in range(150)
)
WRITES = f"""mutation {{
  first: patchAccount(accountNumber: "A000000", patch: {{name: "First"}}) {{ account {{ name }} }}
  second: patchAccount(accountNumber: "A000000", patch: {{name: "Second"}}) {{ account {{ {SEARCHES} }} }}
  third: patchAccount(accountNumber: "A000000", patch: {{vat: "3"}}) {{ account {{ name vat }} }}
}}"""
LONG = sa.text(
    "WITH RECURSIVE numbers(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 500000)"
    " SELECT count(*) FROM numbers"
)


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    async with Gateway(database_url, max_seconds=LIMIT) as gateway:
        made = await gateway.tenant("acme")
        await fill(gateway.database, "acme", 1, 4_000)
        yield made


async def test_a_payload_over_the_limit_undoes_its_own_write_alone(client: Client) -> None:
    answer = await client.run(WRITES)
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["second"], "QUERY_TOO_COMPLEX")
    said = "To read the payload took longer than 0.1 s, and nothing was written by this field. Ask for less at once."
    assert error["message"] == said
    assert answer["data"]["first"] == {"account": {"name": "First"}}
    assert answer["data"]["second"] is None
    assert answer["data"]["third"] == {"account": {"name": "First", "vat": "3"}}
    shown = await client.only('{ account(accountNumber: "A000000") { name vat version history { totalCount } } }')
    assert shown == {"name": "First", "vat": "3", "version": 3, "history": {"totalCount": 2}}


async def test_the_payloads_after_it_have_no_time_left(client: Client) -> None:
    text = WRITES.replace("{ name vat }", "{ name contacts { totalCount } }")
    answer = await client.run(text)
    assert [error["path"] for error in answer["errors"]] == [["second"], ["third"]]
    assert await client.only('{ account(accountNumber: "A000000") { vat version } }') == {"vat": None, "version": 2}


async def test_what_is_written_when_the_time_of_an_earlier_payload_is_over_has_all_the_time_that_it_needs(
    database_url: str,
) -> None:
    async with Gateway(database_url, max_seconds=1) as gateway:
        acme = await gateway.tenant("acme")
        text = """mutation { createAccount(accountNumber: "A", input: {combined: {name: "A"}}) {
          account { documents { totalCount } } } }"""
        assert await acme.only(text) == {"account": {"documents": {"totalCount": 0}}}
        await asyncio.sleep(1.1)
        async with gateway.serving.writing() as connection:
            assert (await connection.execute(LONG)).scalar_one() == 500_000
