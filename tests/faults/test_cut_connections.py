"""A client that sends each write again under its Idempotency-Key until it is answered, over a network that cuts three
connections of four: nothing is doubled, and nothing that was acknowledged is lost.

CUTS in the environment makes it more than the few of an ordinary run.
"""

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.faults.asking import Asker, sound_changes
from tests.faults.conftest import asker_of
from tests.faults.cutting import CUTS as KINDS
from tests.faults.cutting import proxy_to
from tests.servers import RunningServer

CUTS = int(os.environ.get("CUTS", "12"))  # writes of each client
OF_THE_TENANT = 3  # changes: it was made, its key was, and its first amounts fixed its currency model
CLIENTS = 3  # over each facade
INVOICE = {
    "invoice_date": "2026-01-05",
    "due_date": "2026-02-04",
    "currency": "EUR",
    "original_denomination": 100,
    "denomination": 40,
}
PATCH = 'mutation { patchAccount(accountNumber: "%s", patch: {vat: "%s"}) { account { version } userErrors { code } } }'
CREATE = """mutation { createDocument(documentNumber: "%s", input: {combined: {accountNumber: "%s",
  invoiceDate: "2026-01-05", dueDate: "2026-02-04",
  amounts: {basic: {currency: "EUR", originalDenomination: "100", denomination: "40"}}}}) {
  document { version } userErrors { code } } }"""
STATE = """query($account: String!, $after: String) {
  account(accountNumber: $account) { version history { totalCount }
    documents(first: 1000, after: $after) { nodes { documentNumber version history { totalCount } }
      pageInfo { endCursor hasNextPage } } } }"""


@pytest.fixture
async def asker(shared_server: RunningServer, shared_url: str) -> Asker:
    return await asker_of(shared_server, shared_url)


@dataclass
class Stubborn:
    """Writes to the account of its name in turns: a change, which counts its version up, and a new document."""

    asker: Asker
    facade: str
    number: int
    port: int
    told: Counter[str] = field(default_factory=Counter)

    @property
    def account(self) -> str:
        return f"{self.facade}-{self.number}"

    def request(self, turn: int) -> dict[str, Any]:
        name = f"{self.account}-{turn}"
        if self.facade == "graphql":
            text = PATCH % (self.account, name) if turn % 2 else CREATE % (name, self.account)
            return {"method": "POST", "url": "/graphql", "json": {"query": text}}
        if turn % 2:
            return {"method": "PATCH", "url": f"/api/v1/ingest/accounts/{self.account}", "json": {"vat": name}}
        body = {"account_number": self.account, **INVOICE}
        return {"method": "POST", "url": f"/api/v1/ingest/documents/{name}", "json": body}

    async def write(self, turn: int) -> None:
        """Sends it until it is answered; what is answered again says so."""
        headers = {"X-API-Key": self.asker.key, "Idempotency-Key": f"{self.account}-{turn}", "Connection": "close"}
        for _ in range(100):
            try:
                async with httpx.AsyncClient(
                    base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False, verify=False
                ) as client:
                    answer = await client.request(**self.request(turn), headers=headers)
            except httpx.TransportError:
                continue
            assert (answer.status_code, "rror" in answer.text.replace('"userErrors":[]', "")) in {
                (200, False),
                (201, False),
            }
            self.told[answer.headers.get("idempotent-replayed", "first")] += 1
            return
        raise AssertionError("no answer")

    async def run(self) -> None:
        for turn in range(CUTS):
            await self.write(turn)

    async def stored(self) -> tuple[int, set[str]]:
        """The account's version and its documents, each whole and written once."""
        numbers: set[str] = set()
        after, more = None, True
        while more:
            found = (await self.asker.post(STATE, account=self.account, after=after)).json()["data"]["account"]
            nodes, page = found["documents"]["nodes"], found["documents"]["pageInfo"]
            assert {(node["version"], node["history"]["totalCount"]) for node in nodes} == {(1, 1)}
            assert found["history"]["totalCount"] == found["version"]
            numbers |= {node["documentNumber"] for node in nodes}
            after, more = page["endCursor"], page["hasNextPage"]
        return found["version"], numbers


async def test_a_client_that_sends_again_until_it_is_answered_doubles_nothing_and_loses_nothing(
    asker: Asker, shared_url: str
) -> None:
    async with proxy_to(asker.server.port, seed=11) as proxy:
        clients = [Stubborn(asker, facade, n, proxy.port) for facade in ("graphql", "rest") for n in range(CLIENTS)]
        for client in clients:
            created = await asker.send("POST", f"/api/v1/ingest/accounts/{client.account}", {"name": "A"})
            assert created.status_code == 201
        await asyncio.gather(*(client.run() for client in clients))
        assert all(proxy.made[kind] > CUTS for kind in KINDS)

    told = sum((client.told for client in clients), Counter[str]())
    assert (told["first"] + told["true"], told["true"] > CUTS) == (CUTS * len(clients), True)
    for client in clients:
        documents = {f"{client.account}-{turn}" for turn in range(0, CUTS, 2)}
        assert await client.stored() == (1 + CUTS // 2, documents)
    total = (await asker.post("{ changes(first: 1) { totalCount } }")).json()["data"]["changes"]["totalCount"]
    assert total == OF_THE_TENANT + 1 + len(clients) * (1 + CUTS)
    assert await sound_changes(shared_url) >= total
    assert "Traceback" not in asker.server.log
    print(dict(proxy.made), dict(told))  # noqa: T201 -- shown by pytest -s
