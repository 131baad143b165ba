"""What one request asks for never keeps the event loop from the requests of others, on both databases."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.gateway import Client, Gateway
from tests.loop_watch import LoopWatch
from tests.reads.mass import fill

MAX_STEP = 0.02  # seconds of the event loop's thread
ACCOUNTS, DOCUMENTS = 100, 20
LONG = "l" * 64
LEAVES = " ".join(f"a{n}: {name}" for n, name in enumerate(["documentNumber", "accountNumber", "dueDate"] * 20))
DAYS = " ".join(f"d{n}: daysPastDue" for n in range(10))
PAGES = f"{{ accounts(first: {ACCOUNTS}) {{ nodes {{ documents(first: {DOCUMENTS}) {{ nodes {{ %s }} }} }} }} }}"
DRY_RUN = """mutation { patchAccount(accountNumber: "%s", patch: {vat: "1"}, dryRun: true) {
  account { documents(first: 20) { nodes { account { documents(first: 20) { nodes { %s } } } } } } } }"""
SHARED = {"or": [{"documentNumber": {"eq": f"X{n}"}} for n in range(200)]}
DISTINCT = {f"f{n}": {"documentNumber": {"in": [f"X{n}-{m}" for m in range(1_000)]}} for n in range(33)}
JOINS = " ".join(f"j{n}: account {{ name }}" for n in range(70))  # more tables than SQLite joins

NUMBERS = [number + 0.25 for number in range(150_000)]
COUNTS = " ".join(f"a{n}: documents(first: 0, filter: $f) {{ totalCount }}" for n in range(199))
DECLARED = " ".join(f"${name}: DocumentFilter" for name in DISTINCT)
COUNTS_OF_EACH = " ".join(f"a{name}: documents(first: 0, filter: ${name}) {{ totalCount }}" for name in DISTINCT)
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "a long alias": (PAGES % f"{LONG}: id {LEAVES}", {}),
    "values that Python computes": (PAGES % DAYS, {}),
    "cursors": ("{ accounts(first: 100) { edges { node { documents(first: 20) { edges { cursor } } } } } }", {}),
    "a filter that many fields share": (f"query($f: DocumentFilter) {{ {COUNTS} }}", {"f": SHARED}),
    "more values than a statement takes": (f"query({DECLARED}) {{ {COUNTS_OF_EACH} }}", DISTINCT),
    "more tables than a statement joins": (f"{{ documents(first: 500) {{ nodes {{ {JOINS} }} }} }}", {}),
    "numbers that nobody asks for": ("{ accounts(first: 1) { nodes { name } } }", {"unused": NUMBERS}),
    "introspection of no common shape": (
        "{ __schema { types { fields { a: name args { b: name type { c: name } } type { d: name } } } } }",
        {},
    ),
}


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[tuple[Client, Client]]:
    """A tenant with many rows, and another with none. How long a request takes on a busy machine is not asked here."""
    async with Gateway(database_url, max_seconds=250) as gateway:
        large, small = await gateway.tenant("large"), await gateway.tenant("small")
        await fill(gateway.database, "large", ACCOUNTS, DOCUMENTS)
        for client in (large, small):
            await client.query("{ tenant { name } }")
        yield large, small


async def served_meanwhile(small: Client, request: "asyncio.Task[httpx.Response]") -> int:
    """How often another tenant was answered before the request was."""
    answered = 0
    while not request.done():
        assert await small.query("{ tenant { name } }") == {"tenant": {"name": "small"}}
        answered += not request.done()
    return answered


@pytest.mark.parametrize("shape", SHAPES)
async def test_no_query_keeps_the_event_loop(ledger: tuple[Client, Client], shape: str) -> None:
    large, small = ledger
    text, variables = SHAPES[shape]
    body = json.dumps({"query": text, "variables": variables}).encode()  # what the client does is not asked here
    with LoopWatch() as watch:
        request = asyncio.create_task(large.post(body))
        answered = await served_meanwhile(small, request)
    assert request.result().content.startswith(b'{"data":{')
    assert b'"errors"' not in request.result().content
    assert answered >= 1
    assert watch.longest < MAX_STEP, watch.step


async def test_no_payload_keeps_it_either(ledger: tuple[Client, Client]) -> None:
    large, small = ledger
    number = (await large.only("{ accounts(first: 1) { nodes { accountNumber } } }"))["nodes"][0]["accountNumber"]
    with LoopWatch() as watch:
        request = asyncio.create_task(large.post({"query": DRY_RUN % (number, f"{LEAVES} daysPastDue")}))
        await served_meanwhile(small, request)
    account = request.result().json()["data"]["patchAccount"]["account"]
    assert len(account["documents"]["nodes"]) == DOCUMENTS
    assert watch.longest < MAX_STEP, watch.step


async def test_a_payload_is_read_by_the_statement_that_a_query_would_take(ledger: tuple[Client, Client]) -> None:
    large, _ = ledger
    found = await large.only("{ accounts(first: 1) { nodes { accountNumber documents { totalCount } } } }")
    (first,) = found["nodes"]
    number = first["accountNumber"]
    text = 'mutation { patchAccount(accountNumber: "%s", patch: {vat: "1"}) { account { %s } } }'
    await large.only(text % (number, "documents { totalCount }"))
    reads = [sql for sql in large.gateway.statements.texts if "counted" in sql]
    assert (first["documents"]["totalCount"], len(reads)) == (DOCUMENTS, 1)


async def test_a_filter_that_many_fields_share_is_one_statement(ledger: tuple[Client, Client]) -> None:
    large, _ = ledger
    text, variables = SHAPES["a filter that many fields share"]
    found = await large.query(text, **variables)
    assert [found[f"a{n}"] for n in range(199)] == [{"totalCount": 0}] * 199
    assert len(large.gateway.statements) == 1
