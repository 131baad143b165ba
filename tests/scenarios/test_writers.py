"""Many writers at once against a live server, with readers beside them: no update is lost, no write fails but for the
domain's own reasons, and versions count every write.

SECONDS_OF_WRITING in the environment makes it longer than the few seconds of an ordinary run.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers import RunningServer, gateway_cli

SECONDS = float(os.environ.get("SECONDS_OF_WRITING", "4"))
WRITERS, READERS, ACCOUNTS = 50, 4, 5
limits = count(1)

PATCH = """mutation($number: String!, $limit: Decimal!, $version: Int) {
  patchAccount(accountNumber: $number, patch: { creditLimit: $limit }, expectedVersion: $version) {
    account { creditLimit version } userErrors { code } } }"""
READ = "{ accounts { nodes { accountNumber creditLimit version } } }"


@pytest.fixture
async def http(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server in a process of its own, with a tenant's key."""
    env = {"GATEWAY_DATABASE_URL": database_url}
    created = gateway_cli("tenants", "create", "acme", env=env, folder=tmp_path)
    key = next(line.split()[-1] for line in created.splitlines() if line.startswith("API key"))
    with RunningServer(env, tmp_path) as server:
        limits = httpx.Limits(max_connections=WRITERS + READERS)
        async with httpx.AsyncClient(
            base_url=server.url, headers={"X-API-Key": key}, timeout=60, limits=limits
        ) as client:
            yield client


async def run(http: httpx.AsyncClient, text: str, **variables: Any) -> Any:
    answer = (await http.post("/graphql", json={"query": text, "variables": variables})).json()
    assert "errors" not in answer, answer
    (payload,) = answer["data"].values()
    return payload


async def states(http: httpx.AsyncClient) -> dict[str, tuple[int, int]]:
    """Credit limit and version of every account."""
    found = await run(http, READ)
    return {row["accountNumber"]: (int(row["creditLimit"]), row["version"]) for row in found["nodes"]}


async def add_one_again_and_again(http: httpx.AsyncClient, number: str, until: float) -> Counter[str]:
    """Reads a number and writes the next one, on condition that nobody was faster."""
    done: Counter[str] = Counter()
    while time.monotonic() < until:
        limit, version = (await states(http))[number]
        payload = await run(http, PATCH, number=number, limit=str(limit + 1), version=version)
        done.update([error["code"] for error in payload["userErrors"]] or ["written"])
    return done


async def write_blindly(http: httpx.AsyncClient, number: str, until: float) -> Counter[str]:
    """Writes without looking, each time another number: each write is accepted and counts a version."""
    done: Counter[str] = Counter()
    while time.monotonic() < until:
        payload = await run(http, PATCH, number=number, limit=str(next(limits)))
        done.update([error["code"] for error in payload["userErrors"]] or ["written"])
    return done


async def read_along(http: httpx.AsyncClient, until: float) -> None:
    """What a reader sees of a version never goes back."""
    seen: dict[str, tuple[int, int]] = {}
    while time.monotonic() < until:
        now = await states(http)
        assert all(now[number][1] >= version for number, (_, version) in seen.items())
        seen = now


async def test_fifty_writers_at_once_lose_no_update_and_versions_count_every_write(http: httpx.AsyncClient) -> None:
    create = """mutation($number: String!) { createAccount(accountNumber: $number, input: { combined:
      { name: "Contended", creditLimit: 0 } }) { userErrors { code } } }"""
    for n in range(ACCOUNTS * 2):
        await run(http, create, number=str(n))
    until = time.monotonic() + SECONDS
    counted, blind = [str(n % ACCOUNTS) for n in range(WRITERS // 2)], [str(n % ACCOUNTS + ACCOUNTS) for n in range(25)]
    readers = [asyncio.create_task(read_along(http, until)) for _ in range(READERS)]
    done = await asyncio.gather(
        *(add_one_again_and_again(http, number, until) for number in counted),
        *(write_blindly(http, number, until) for number in blind),
    )
    await asyncio.gather(*readers)

    written: Counter[str] = Counter()
    for number, outcome in zip([*counted, *blind], done, strict=True):
        assert set(outcome) <= {"written", "VERSION_CONFLICT"}
        written[number] += outcome["written"]
    final = await states(http)
    assert {number: version for number, (_, version) in final.items()} == {n: written[n] + 1 for n in final}
    assert {n: final[n][0] for n in set(counted)} == {n: written[n] for n in set(counted)}
    assert all(written[number] > 0 for number in final)
    print(f"{sum(written.values()) / SECONDS:.0f} writes a second")  # noqa: T201 -- shown by pytest -s
