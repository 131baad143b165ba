"""Every key may spend so many points a minute, over both facades and all workers; who has spent them up waits."""

import asyncio
import re
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.auth.api_keys import authenticate, create_key, revoke_key
from app.auth.rate_limits import SLICES_PER_BUDGET, RateLimited, RateLimiter
from app.domain.caller import Caller
from app.storage.tables import BUDGETS, NOTES
from tests.gateway import Client, Gateway
from tests.rest_api.client import Rest
from tests.rest_api.world import copy

ACCOUNT = "/api/v1/ingest/accounts/A"
BODY = {"name": "A", "currency": "USD", "email": "a@example.com"}


def worth(cost: int) -> dict[str, Any]:
    """A request that costs so many points."""
    return {"query": f"{{ accounts(first: {cost - 1}) {{ nodes {{ csrId }} }} }}"}


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    """Status, Retry-After and message of a GraphQL request that was refused for its budget."""
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED"}
    return response.status_code, response.headers["Retry-After"], error["message"]


def check_message(message: str, cost: int, left: range, seconds: int) -> None:
    """A refusal says what was asked, what is left, and for how long to wait."""
    found = re.fullmatch(
        r"The request costs (\d+) points, and (\d+) (is|are) left of the key's budget of 100 a minute: try again in "
        r"(\d+) seconds?\.",
        message,
    )
    assert found, message
    assert (int(found[1]), int(found[4])) == (cost, seconds)
    assert int(found[2]) in left
    assert found[3] == ("is" if found[2] == "1" else "are")


def about(points: int) -> range:
    """So many points, and those that have come back in the second or two that the test took."""
    return range(points, points + 4)


@pytest.fixture
async def gateway(database_url: str) -> AsyncIterator[Gateway]:
    async with Gateway(database_url, budget=100) as made:
        yield made


async def remaining(client: Client) -> int:
    """What is left once a point is spent on the question."""
    response = await client.post({"query": "{ __typename }"}, **{"X-Gateway-Cost": "true"})
    cost: dict[str, Any] = response.json()["extensions"]["cost"]
    assert cost["budget"].keys() == {"limit", "remaining"}
    assert (cost["requested"], cost["charged"], cost["limit"], cost["budget"]["limit"]) == (1, 1, 100, 100)
    left: int = cost["budget"]["remaining"]
    return left


async def test_a_key_spends_its_budget_and_then_is_told_how_long_to_wait(acme: Client) -> None:
    assert (await acme.post(worth(50))).status_code == 200
    assert (await acme.post(worth(50))).status_code == 200
    for cost, seconds in ((50, 30), (5, 3)):
        status, wait, message = refusal(await acme.post(worth(cost)))
        assert (status, wait) == (429, str(seconds))
        check_message(message, cost, about(0), seconds)


async def test_what_is_refused_costs_nothing_and_a_smaller_request_may_still_be_paid(acme: Client) -> None:
    assert (await acme.post(worth(60))).status_code == 200
    for _ in range(3):
        assert refusal(await acme.post(worth(60)))[:2] == (429, "12")
    assert (await acme.post(worth(40))).status_code == 200


@pytest.mark.slow
async def test_points_come_back_evenly_up_to_the_budget_and_no_more(gateway: Gateway, acme: Client) -> None:
    assert (await acme.post(worth(100))).status_code == 200
    assert refusal(await acme.post(worth(2)))[:2] == (429, "2")
    await asyncio.sleep(1.3)
    assert (await acme.post(worth(2))).status_code == 200
    assert refusal(await acme.post(worth(50)))[0] == 429
    fresh = Client(gateway, await create_key(gateway.database, "acme", read_only=True))
    await asyncio.sleep(0.7)  # would be a point over the budget
    assert await remaining(fresh) == 99


async def test_the_answer_tells_what_remains_where_it_is_asked_to(acme: Client) -> None:
    assert await remaining(acme) in about(99)
    assert (await acme.post(worth(30))).status_code == 200
    assert await remaining(acme) in about(68)


async def test_every_key_has_a_budget_of_its_own(gateway: Gateway, acme: Client) -> None:
    assert (await acme.post(worth(100))).status_code == 200
    other = Client(gateway, await create_key(gateway.database, "acme", read_only=False))
    assert (await other.post(worth(100))).status_code == 200
    assert refusal(await acme.post(worth(100)))[0] == refusal(await other.post(worth(100)))[0] == 429


async def test_mutations_are_paid_before_they_write(acme: Client) -> None:
    text = """mutation($name: String!) { replaceAccount(accountNumber: "A", input: {openBalance: {name: $name}}) {
      account { name %s } } }"""
    plain, further = text % "", text % "notes(first: 10) { nodes { body } }"
    assert (await acme.post({"query": plain, "variables": {"name": "first"}})).status_code == 200  # 12
    assert (await acme.post({"query": further, "variables": {"name": "second"}})).status_code == 200  # 22
    assert (await acme.post(worth(64))).status_code == 200
    for refused in (plain, further):
        assert refusal(await acme.post({"query": refused, "variables": {"name": "third"}}))[0] == 429
    assert (await acme.post({"query": '{ account(accountNumber: "A") { name } }'})).json() == {
        "data": {"account": {"name": "second"}}
    }


async def test_rest_requests_are_paid_from_the_same_budget(gateway: Gateway, acme: Client) -> None:
    assert (await gateway.http.post(ACCOUNT, json=BODY, headers=acme.headers)).status_code == 201  # 12
    assert (await gateway.http.get(ACCOUNT, headers=acme.headers)).status_code == 200  # 2
    assert await remaining(acme) in about(85)
    assert (await acme.post(worth(84))).status_code == 200
    refused = await gateway.http.put(ACCOUNT, json={**BODY, "name": "B"}, headers=acme.headers)
    seconds = int(refused.headers["Retry-After"])
    assert (refused.status_code, seconds in (5, 6, 7)) == (429, True)
    assert refused.json().keys() == {"error", "message"}
    assert refused.json()["error"] == "rate_limited"
    check_message(refused.json()["message"], 12, about(1), seconds)
    found = await gateway.http.get(
        ACCOUNT, headers=acme.headers
    )  # for which a point was left, and comes back meanwhile
    assert found.status_code in (200, 429)


async def test_what_a_rest_read_lists_and_a_large_body_are_paid_too(gateway: Gateway, acme: Client) -> None:
    async def spent(method: str, path: str, **sent: Any) -> int:
        """By one request of a key that has spent nothing else, and the point that it costs to ask."""
        client = Client(gateway, await create_key(gateway.database, "acme", read_only=False))
        response = await gateway.http.request(method, f"/api/v1/ingest/{path}", headers=client.headers, **sent)
        assert response.status_code in (200, 201), response.text
        return 100 - await remaining(client) - 1

    assert spent_about(12, await spent("POST", "accounts/A", json=BODY))
    assert spent_about(12 + 11, await spent("PATCH", "accounts/A", json={"ignored": ["value"] * 2_098}))
    assert spent_about(12, await spent("POST", "representatives/R", json={"name": "R"}))
    assert spent_about(12, await spent("PUT", "representatives/R/accounts/A"))
    assert spent_about(12, await spent("POST", "accounts/A/notes", json={"reference": "N", "body": "Called."}))
    note = (await acme.only('{ account(accountNumber: "A") { notes { nodes { csrId } } } }'))["notes"]["nodes"][0]
    await copy(Rest.of(acme), NOTES, note["csrId"], "reference", [f"N{number}" for number in range(39)])
    assert spent_about(2 + 40, await spent("GET", "accounts/A"))
    assert spent_about(2, await spent("GET", "accounts/A/notes/N"))
    assert spent_about(2 + 1 + 10, await spent("GET", "representatives/R/accounts"))


def spent_about(points: int, found: int) -> bool:
    """Whether so many points were spent, some of which have come back meanwhile."""
    return found in range(points - 6, points + 1)


async def test_what_no_budget_could_pay_is_too_complex(acme: Client) -> None:
    answer = (await acme.post(worth(101))).json()
    assert answer["errors"][0]["extensions"] == {"code": "QUERY_TOO_COMPLEX"}
    assert answer["errors"][0]["message"].startswith("The operation costs 101 points; at most 100 are allowed.")
    assert await remaining(acme) in about(99)


async def test_a_stranger_spends_nothing_and_a_key_that_ended_is_unknown(gateway: Gateway, acme: Client) -> None:
    for _ in range(3):
        assert (await gateway.stranger("igk_nobody").post(worth(60))).status_code == 401
        assert (await gateway.http.get(ACCOUNT, headers={"X-API-Key": "igk_nobody"})).status_code == 401
    assert (await acme.post(worth(10))).status_code == 200
    assert acme.api_key
    await revoke_key(gateway.database, acme.api_key)
    assert (await acme.post(worth(10))).status_code == 401


async def test_requests_at_once_get_what_is_there_and_no_more(acme: Client) -> None:
    found = await asyncio.gather(*(acme.post(worth(10)) for _ in range(30)))
    assert sorted(response.status_code for response in found) == [200] * 10 + [429] * 20


async def test_refusals_and_small_requests_seldom_ask_the_database(gateway: Gateway, acme: Client) -> None:
    gateway.statements.texts.clear()
    for _ in range(10):
        await acme.post(worth(2))
    slices = 20 // (100 // SLICES_PER_BUDGET) + 1  # of five points, of which requests of two may leave one
    asked = [text for text in gateway.statements.texts if "INTO budgets" in text]
    assert len(asked) <= (0 if gateway.database.is_sqlite else slices)
    assert (await acme.post(worth(79))).status_code == 200
    gateway.statements.texts.clear()
    for _ in range(10):
        assert (await acme.post(worth(50))).status_code == 429
    assert len(gateway.statements) == 0


async def caller_of(gateway: Gateway, client: Client) -> Caller:
    caller = await authenticate(gateway.database, client.api_key or "")
    assert caller
    return caller


async def test_what_was_used_is_charged_afterwards_and_may_take_the_budget_below_zero(
    gateway: Gateway, acme: Client
) -> None:
    limiter, caller = RateLimiter(gateway.database, 100), await caller_of(gateway, acme)
    await limiter.charge(caller, 10)
    limiter.charge_used(caller, 30)
    assert limiter.remaining(caller) in about(60)
    limiter.charge_used(caller, 100)
    assert limiter.remaining(caller) == 0
    for cost, seconds in ((1, 25), (60, 60), (100, 84)):  # 40 points are owed
        with pytest.raises(RateLimited) as refused:
            await limiter.charge(caller, cost)
        assert int(refused.value.headers["Retry-After"]) in range(seconds - 1, seconds + 1)


async def test_what_is_owed_is_paid_by_the_points_that_come_back(gateway: Gateway, acme: Client) -> None:
    limiter, caller = RateLimiter(gateway.database, 6_000), await caller_of(gateway, acme)
    limiter.charge_used(caller, 6_050)  # before the key has spent anything else
    with pytest.raises(RateLimited):
        await limiter.charge(caller, 1)
    await asyncio.sleep(1)  # 100 points
    await limiter.charge(caller, 1)
    assert limiter.remaining(caller) < 6_000 / 2


async def test_other_workers_pay_what_is_owed_too(postgres_url: str) -> None:
    async with Gateway(postgres_url) as gateway:
        caller = await caller_of(gateway, await gateway.tenant())
        one, two = RateLimiter(gateway.database, 100), RateLimiter(gateway.database, 100)
        await one.charge(caller, 1)
        one.charge_used(caller, 150)
        with pytest.raises(RateLimited):
            await one.charge(caller, 1)
        with pytest.raises(RateLimited) as refused:
            await two.charge(caller, 1)
        assert int(refused.value.headers["Retry-After"]) in (31, 32)


async def test_without_a_budget_nothing_is_counted(database_url: str) -> None:
    async with Gateway(database_url) as gateway:
        client = await gateway.tenant()
        for _ in range(3):
            assert (await client.post(worth(1_001))).status_code == 200
        async with gateway.database.reading() as connection:
            assert (await connection.execute(sa.select(sa.func.count()).select_from(BUDGETS))).scalar() == 0


async def test_workers_share_a_budget_through_postgres(postgres_url: str) -> None:
    async with Gateway(postgres_url, budget=1_000) as one, Gateway(postgres_url, budget=1_000) as two:
        here = await one.tenant()
        there = Client(two, here.api_key)
        statuses, started = [], monotonic()
        for _ in range(40):
            statuses += [(await client.post(worth(20))).status_code for client in (here, there)]
        come_back = (monotonic() - started) * 1_000 / 60
        assert 50 <= statuses.count(200) <= 50 + come_back / 20
        assert statuses.index(429) >= 45  # a slice of 50 points may lie with the other worker
        assert refusal(await there.post(worth(1_000)))[0] == 429
