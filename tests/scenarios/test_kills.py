"""A server that is killed at any moment while it writes: what was acknowledged is there, nothing is there by half, and
a client that sends its requests again under their Idempotency-Keys has doubled none.

KILLS in the environment makes it more than the few of an ordinary run.
"""

import asyncio
import json
import os
import random
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers import RunningServer, gateway_cli

KILLS = int(os.environ.get("KILLS", "3"))
WRITERS = 12  # half of them under Idempotency-Keys
LONGEST_LIFE = 1.5  # seconds of writing before a kill
OF_THE_TENANT = 3  # changes: it was made, its key was, and the first document fixed its currency model

PATCH = 'mutation { patchAccount(accountNumber: "%s", patch: {vat: "%s"}) { account { version } userErrors { code } } }'
PAID = """mutation { createDocument(documentNumber: "%s", input: {combined: {accountNumber: "%s",
  invoiceDate: "2026-01-05", dueDate: "2026-02-04",
  amounts: {basic: {currency: "EUR", originalDenomination: "100", denomination: "0"}}}}) {
  document { version } userErrors { code } } }"""
STATE = """query($after: String) {
  accounts { nodes { accountNumber version history(first: 1) { totalCount } } }
  changes(first: 1) { totalCount }
  documents(first: 1000, after: $after) { totalCount nodes { documentNumber status version statusHistory { status }
    history { totalCount } } pageInfo { endCursor hasNextPage } } }"""


@dataclass
class Writer:
    """Writes one after another to the account of its name; `pending` is the request that has no answer yet."""

    account: str
    number: int
    keyed: bool
    patches: int = 0
    documents: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # what may have been written, by those that do not ask again
    pending: tuple[str, str] | None = None
    numbers: Any = field(default_factory=count)

    def next_request(self) -> tuple[str, str]:
        """What it writes next, and under which key."""
        name = f"{self.account}-{self.number}-{next(self.numbers)}"
        return name, PATCH % (self.account, name) if random.random() < 0.5 else PAID % (name, self.account)

    async def write(self, http: httpx.AsyncClient) -> None:
        """Writes until nobody answers."""
        while True:
            name, text = self.pending = self.pending or self.next_request()
            headers = {"Idempotency-Key": name} if self.keyed else {}
            try:
                answer = await http.post("/graphql", json={"query": text}, headers=headers)
            except httpx.TransportError:
                if not self.keyed:
                    self.lost.append(text)
                    self.pending = None
                return
            assert answer.status_code == 200, answer.text
            assert '"userErrors":[]' in answer.text, answer.text
            self.note(name, text)

    def note(self, name: str, text: str) -> None:
        """Counts what was acknowledged."""
        self.pending = None
        if text.startswith("mutation { patch"):
            self.patches += 1
        else:
            self.documents.append(name)

    async def finish(self, http: httpx.AsyncClient) -> None:
        """Asks once more for the answer that it never got."""
        if self.pending:
            name, text = self.pending
            answer = await http.post("/graphql", json={"query": text}, headers={"Idempotency-Key": name})
            assert '"userErrors":[]' in answer.text, answer.text
            self.note(name, text)


async def state(http: httpx.AsyncClient) -> tuple[dict[str, Any], int, dict[str, Any]]:
    """Accounts, the length of the change log, and documents."""
    documents: dict[str, Any] = {}
    after, more = None, True
    while more:
        answer = (await http.post("/graphql", json={"query": STATE, "variables": {"after": after}})).json()
        assert "errors" not in answer, answer
        found = answer["data"]
        documents |= {node["documentNumber"]: node for node in found["documents"]["nodes"]}
        after, more = found["documents"]["pageInfo"]["endCursor"], found["documents"]["pageInfo"]["hasNextPage"]
    accounts = {node["accountNumber"]: node for node in found["accounts"]["nodes"]}
    return accounts, found["changes"]["totalCount"], documents


@pytest.mark.timeout(300 + 20 * KILLS)  # seconds, where a start of the server takes some of them
async def test_what_was_acknowledged_outlives_every_kill_and_what_is_sent_again_is_done_once(
    database_url: str, tmp_path: Path
) -> None:
    env = {"GATEWAY_DATABASE_URL": database_url, "GATEWAY_LOG_LEVEL": "warning"}
    made = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=env, folder=tmp_path))
    writers = [Writer("once" if n % 2 else "plain", n, bool(n % 2)) for n in range(WRITERS)]
    server = RunningServer(env, tmp_path)
    try:
        async with httpx.AsyncClient(
            base_url=server.url, headers={"X-API-Key": made["apiKey"]}, timeout=60, trust_env=False
        ) as http:
            await asyncio.to_thread(server.start)
            for name in ("once", "plain"):
                text = 'mutation { createAccount(accountNumber: "%s", input: {combined: {name: "A"}}) { created } }'
                await http.post("/graphql", json={"query": text % name})
            for _ in range(KILLS):
                await asyncio.to_thread(server.start)
                writing = [asyncio.create_task(writer.write(http)) for writer in writers]
                await asyncio.sleep(random.uniform(0.1, LONGEST_LIFE))
                await asyncio.to_thread(server.kill)
                await asyncio.gather(*writing)
            await asyncio.to_thread(server.start)
            for writer in writers:
                await writer.finish(http)
            accounts, changes, documents = await state(http)
    finally:
        server.kill()

    once, plain = ([writer for writer in writers if writer.keyed is keyed] for keyed in (True, False))
    assert accounts["once"]["version"] == 1 + sum(writer.patches for writer in once)
    acknowledged = sum(writer.patches for writer in plain)
    perhaps = sum(text.startswith("mutation { patch") for writer in plain for text in writer.lost)
    assert acknowledged <= accounts["plain"]["version"] - 1 <= acknowledged + perhaps
    named = {name for writer in writers for name in writer.documents}
    assert named <= documents.keys()
    assert {name for name in documents if name.startswith("once")} == {n for w in once for n in w.documents}
    # Nothing by half: each document with its history and its change, each version of an account with its own.
    for document in documents.values():
        assert (document["version"], document["status"], document["history"]["totalCount"]) == (1, "CLOSED", 1)
        assert [entry["status"] for entry in document["statusHistory"]] == ["CLOSED"]
    assert all(node["history"]["totalCount"] == node["version"] for node in accounts.values())
    assert changes == OF_THE_TENANT + len(documents) + sum(node["version"] for node in accounts.values())
    assert f"acme: {changes} changes, all sound." in gateway_cli("audit", "verify", env=env, folder=tmp_path)
    print(f"{KILLS} kills, {changes} writes")  # noqa: T201 -- shown by pytest -s
