"""A server that is killed at any moment while pages are appended to a PDF under Idempotency-Keys: the stored PDF is
whole after each kill, and a client that sends its pages again until it is answered has appended each of them once.

KILLS in the environment makes it more than the few of an ordinary run.
"""

import asyncio
import json
import random
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx

from tests.middleware.test_idempotency_files import ACCOUNT, DOCUMENT, ROOT, push_path
from tests.pdfs import labels_of, pdf
from tests.scenarios.test_kills import KILLS, LONGEST_LIFE
from tests.servers import RunningServer, gateway_cli

PUSHERS = 3


@dataclass
class Pusher:
    """Appends one page after another; `done` are those that were acknowledged."""

    name: str
    path: str
    done: list[str] = field(default_factory=list)

    async def push(self, http: httpx.AsyncClient) -> None:
        """Appends the next page, which is the same until it is acknowledged."""
        label = f"{self.name}-{len(self.done)}"
        headers = {"Idempotency-Key": label, "Content-Type": "application/pdf"}
        answer = await http.post(f"{self.path}?append=true", content=pdf(label), headers=headers)
        assert answer.status_code == 200, answer.text
        self.done.append(label)

    async def push_on(self, http: httpx.AsyncClient) -> None:
        """Appends until nobody answers."""
        for _ in count():
            try:
                await self.push(http)
            except httpx.TransportError:
                return


async def stored(http: httpx.AsyncClient) -> list[str]:
    """The labels of the document's pages."""
    ((shown),) = (await http.get(f"{ROOT}/documents/D/attachments")).json()["attachments"]
    return labels_of((await http.get(f"{ROOT}/documents/D/attachments/{shown['id']}")).content)


async def test_pages_that_are_sent_again_after_a_kill_are_appended_once_and_none_is_lost(
    database_url: str, tmp_path: Path
) -> None:
    env = {
        "GATEWAY_DATABASE_URL": database_url,
        "GATEWAY_BLOB_URL": (tmp_path / "blobs").as_uri(),
        "GATEWAY_LOG_LEVEL": "warning",
    }
    made = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=env, folder=tmp_path))
    pushers = [Pusher(str(n), push_path(made["connectionId"])) for n in range(PUSHERS)]
    server = RunningServer(env, tmp_path)
    try:
        async with httpx.AsyncClient(
            base_url=server.url, headers={"X-API-Key": made["apiKey"]}, timeout=60, trust_env=False
        ) as http:
            await asyncio.to_thread(server.start)
            for text in (ACCOUNT, DOCUMENT):
                await http.post("/graphql", json={"query": text})
            await pushers[0].push(http)
            for _ in range(KILLS):
                await asyncio.to_thread(server.start)
                pushing = [asyncio.create_task(pusher.push_on(http)) for pusher in pushers]
                await asyncio.sleep(random.uniform(0.3, 2 * LONGEST_LIFE))
                await asyncio.to_thread(server.kill)
                await asyncio.gather(*pushing)
                await asyncio.to_thread(server.start)
                assert {label for pusher in pushers for label in pusher.done} <= set(await stored(http))
            for pusher in pushers:
                await pusher.push(http)
            found = await stored(http)
    finally:
        server.kill()
    for pusher in pushers:
        assert [label for label in found if label.startswith(f"{pusher.name}-")] == pusher.done
    assert len(found) == sum(len(pusher.done) for pusher in pushers)
    assert "all sound" in gateway_cli("audit", "verify", env=env, folder=tmp_path)
    gateway_cli("blobs", "gc", "--grace", "0", env=env, folder=tmp_path)
    kept = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert len(kept) == 1
    print(f"{KILLS} kills, {len(found)} pages")  # noqa: T201 -- shown by pytest -s
