"""What the size of a tenant's tables makes of an operation is charged to the budget afterwards, and judges nothing."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from app.auth.api_keys import authenticate
from app.auth.costs import FREE_SECONDS, SECOND
from app.auth.rate_limits import RateLimiter
from app.auth.used_time import charge_time
from tests.faults.asking import session
from tests.gateway import Client, Gateway
from tests.reads.mass import fill

SEARCHES = 4
ACCOUNTS = {"sqlite": 150, "postgresql": 200}  # with 50 documents each: what is searched for seconds
# What every document of the tenant has to be searched for.
ABSENT = {"or": [{"documentNumber": {"contains": f"absent {number}"}} for number in range(200)]}
LISTS = " ".join(f"a{number}: documents(first: 0, filter: $f) {{ totalCount }}" for number in range(SEARCHES))
SEARCH = {"query": f"query($f: DocumentFilter) {{ {LISTS} }}", "variables": {"f": ABSENT}}
# The operation; its names and values, beyond those that are free; each list, and its comparisons beyond ten.
PLANNING = -(-(10 * SEARCHES * (2 + 200 * 5) - 1_000) // 100)
REQUESTED = 1 + PLANNING + SEARCHES * (10 + 199)


async def cost_of(client: Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = (await client.post(body, **{"X-Gateway-Cost": "true"})).json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["extensions"]["cost"]
    return found


@pytest.mark.parametrize(
    ("seconds", "points"), [(0.0, 0), (0.25, 0), (0.2501, 1), (0.75, 1_000), (1.25, 2_000), (30.25, 60_000)]
)
async def test_time_beyond_a_quarter_of_a_second_costs_2000_points_a_second(
    gateway: Gateway, acme: Client, seconds: float, points: int
) -> None:
    caller = await authenticate(gateway.database, acme.api_key or "")
    assert caller
    limiter = RateLimiter(gateway.database, 1_000_000)
    await limiter.charge(caller, 1)
    before = limiter.remaining(caller)
    assert charge_time(limiter, caller, seconds) == points
    assert limiter.remaining(caller) in range(before - points, before - points + 100_000)
    assert charge_time(None, caller, seconds) == points


@pytest.fixture
async def large(database_url: str) -> AsyncIterator[tuple[Client, Client]]:
    """A tenant with many documents and one without any, where the limit is just what the search asks for."""
    async with Gateway(database_url, max_cost=REQUESTED, budget=1_000_000) as gateway:
        full, empty = await gateway.tenant("full"), await gateway.tenant("empty")
        await fill(gateway.database, "full", ACCOUNTS[gateway.database.url.get_backend_name()], 50)
        yield full, empty


async def test_the_limit_judges_the_text_and_the_budget_pays_for_what_the_data_make_of_it(
    large: tuple[Client, Client],
) -> None:
    full, empty = large
    there, nowhere = await cost_of(full, SEARCH), await cost_of(empty, SEARCH)
    assert there["requested"] == nowhere["requested"] == there["limit"] == REQUESTED
    assert there["charged"] > there["requested"] + 100
    spent = 1_000_000 - there["budget"]["remaining"]
    assert there["charged"] - 500_000 <= spent <= there["charged"]  # points come back while it is answered


@pytest.mark.parametrize("kind", ["graphql", "rest"])
async def test_a_read_that_may_run_long_is_charged_for_as_long_as_it_takes(postgres_url: str, kind: str) -> None:
    async with Gateway(postgres_url, budget=6_000) as gateway:
        client = await gateway.tenant()
        path = "/api/v1/ingest/representatives/R"
        await gateway.http.put(path, json={"name": "R"}, headers=client.headers)
        async with session(postgres_url) as other, other.transaction():
            await other.execute("LOCK TABLE accounts, representatives IN ACCESS EXCLUSIVE MODE")
            asking: Coroutine[Any, Any, object]
            if kind == "graphql":
                asking = client.run('{ accounts(filter: {name: {startsWith: "A"}}) { nodes { name } } }')
            else:
                asking = gateway.http.get(f"{path}/accounts", headers=client.headers)
            reading = asyncio.create_task(asking)
            await asyncio.sleep(FREE_SECONDS + 1)
        await reading
        answer = await client.post({"query": "{ tenant { name } }"}, **{"X-Gateway-Cost": "true"})
        # Of what was charged a part came back meanwhile: 100 points a second.
        assert answer.json()["extensions"]["cost"]["budget"]["remaining"] < 6_000 - SECOND / 2
