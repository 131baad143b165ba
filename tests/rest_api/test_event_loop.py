"""The event loop while large bodies are written and read over REST: none keeps it for long, whoever sends them."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.gateway import Client, Gateway
from tests.loop_watch import LoopWatch
from tests.rest_api.client import Rest, address
from tests.rest_api.world import BASIC, DOCUMENT, ledger

MAX_STEP = 0.02  # seconds of the thread's processor, during which nobody else is served
LINES = address("documents", "LINES")
SOUND = {"description": "x", "quantity": 1, "unit_price": 1.25}


def document(count: int, line: dict[str, Any]) -> bytes:
    lines = [{"line_number": str(number), **line} for number in range(count)]
    return json.dumps({**DOCUMENT, **BASIC, "line_items": lines}).encode()


@pytest.fixture
async def tenants(database_url: str) -> AsyncIterator[tuple[Rest, Client]]:
    async with Gateway(database_url, max_seconds=250) as gateway:
        large, small = Rest.of(await gateway.tenant("large")), await gateway.tenant("small")
        await ledger(large)
        yield large, small


async def watched(large: Rest, small: Client, method: str, body: bytes | None = None) -> tuple[httpx.Response, float]:
    """What a request is answered, and how long it kept the event loop, while another tenant is served."""
    await small.query("{ tenant { name } }")
    with LoopWatch() as watch:
        request = asyncio.create_task(large.send(method, LINES, body))
        served = 0
        while not request.done():
            assert await small.query("{ tenant { name } }") == {"tenant": {"name": "small"}}
            served += not request.done()
    assert served >= 1
    return request.result(), watch.longest


async def test_no_faults_keep_it(tenants: tuple[Rest, Client]) -> None:
    response, longest = await watched(*tenants, "PUT", document(10_000, {"unit_price": "one"}))
    assert response.status_code == 422, response.text[:300]
    details = response.json()["details"]
    assert len(details) == 1_000
    assert details[0]["field"] == "line_items[0].unit_price"
    assert details[-1]["message"].endswith(" There are 9000 more faults, of which nothing is said here.")
    assert longest < MAX_STEP


@pytest.mark.parametrize("line", [SOUND, SOUND | {"color": "red"}], ids=["all known", "some that mean nothing"])
async def test_no_lines_keep_it(tenants: tuple[Rest, Client], line: dict[str, Any]) -> None:
    for method, body, status in (("PUT", document(5_000, line), 201), ("GET", None, 200)):
        response, longest = await watched(*tenants, method, body)
        assert response.status_code == status, response.text[:500]
        assert len(response.json()["line_items"]) == 5_000
        assert longest < MAX_STEP, method
