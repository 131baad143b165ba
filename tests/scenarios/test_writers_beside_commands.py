"""Commands write to the SQLite file of a running server while many clients write through it: all get through."""

import asyncio
import json
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.scenarios.test_writers import run, states, write_blindly
from tests.servers import RunningServer, gateway_cli

SECONDS, WRITERS, ACCOUNTS = 4.0, 20, 5
CREATE = """mutation($number: String!) { createAccount(accountNumber: $number, input: { combined:
  { name: "Contended", creditLimit: 0 } }) { userErrors { code } } }"""


async def write_by_commands(env: dict[str, str], name: str, until: float) -> list[str]:
    """Makes a tenant and then keys, a process each; the keys."""
    made = [json.loads(await command(env, "tenants", "create", name, "--json"))["apiKey"]]
    while time.monotonic() < until:
        made.append((await command(env, "keys", "create", "--tenant", name)).strip())
    return made


async def command(env: dict[str, str], *words: str) -> str:
    return await asyncio.to_thread(lambda: gateway_cli(*words, env=env))


async def test_commands_and_clients_write_to_one_sqlite_file_at_once(sqlite_url: str, tmp_path: Path) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    key = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=env))["apiKey"]
    limits = httpx.Limits(max_connections=WRITERS + 2)
    with RunningServer(env, tmp_path) as server:
        async with httpx.AsyncClient(
            base_url=server.url, headers={"X-API-Key": key}, timeout=60, limits=limits, trust_env=False
        ) as http:
            numbers = [str(n) for n in range(ACCOUNTS)]
            for number in numbers:
                await run(http, CREATE, number=number)
            until = time.monotonic() + SECONDS
            commands = [asyncio.create_task(write_by_commands(env, f"made beside {n}", until)) for n in range(2)]
            writers = [numbers[n % ACCOUNTS] for n in range(WRITERS)]
            done = await asyncio.gather(*(write_blindly(http, number, until) for number in writers))
            made = await asyncio.gather(*commands)

            written: Counter[str] = Counter()
            for number, outcome in zip(writers, done, strict=True):
                assert set(outcome) == {"written"}
                written[number] += outcome["written"]
            final = {number: version for number, (_, version) in (await states(http)).items()}
            assert final == {number: written[number] + 1 for number in numbers}
            for which, keys in enumerate(made):
                for other in keys:
                    asked = {"query": "{ tenant { name } }"}
                    answer = await http.post("/graphql", json=asked, headers={"X-API-Key": other})
                    assert answer.json() == {"data": {"tenant": {"name": f"made beside {which}"}}}
        assert "locked" not in server.log
