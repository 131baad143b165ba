"""A server whose wall clock jumps, back and forth: what was answered stays answered, lists and the change log keep
their order, and links live or are made anew."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.asking import Asker
from tests.faults.conftest import CLOCK, asker_of
from tests.pdfs import pdf
from tests.servers import RunningServer, gateway_cli

HOUR = 3600
DAY = 24 * HOUR
STEPS = (0, -3 * DAY, 20 * HOUR, 5 * DAY, -HOUR, 0)  # seconds by which the clock is off, one after another
ROOT = "/api/v1/ingest"
INVOICE = {"account_number": "here", "invoice_date": "2026-01-05", "due_date": "2026-02-04", "currency": "EUR"}
CHANGES = """query($after: String) {
  changes(first: 1000, after: $after) { nodes { sequence key } pageInfo { endCursor } } }"""
ACCOUNTS = """query($after: String) {
  accounts(first: 2, after: $after, orderBy: [{field: CREATED_AT}, {field: ACCOUNT_NUMBER}]) {
    nodes { accountNumber createdAt } pageInfo { endCursor hasNextPage } } }"""
HISTORY = '{ document(documentNumber: "D") { status statusHistory { status } } }'
LINK = '{ document(documentNumber: "D") { attachments { url } } }'


class Clocked(Asker):
    """A client of a server whose clock it sets."""

    @property
    def clock(self) -> Path:
        return self.server.log_path.with_name(CLOCK)

    async def put(self, key: str) -> tuple[httpx.Response, bool]:
        """Counts the account's version up, once a key; whether the answer was one that had been kept."""
        answer = await self.send("PATCH", f"{ROOT}/accounts/here", {"vat": key}, **{"Idempotency-Key": key})
        assert answer.status_code == 200, answer.text
        return answer, "idempotent-replayed" in answer.headers

    async def data(self, query: str, **variables: Any) -> Any:
        answer = (await self.post(query, **variables)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def changes(self, after: str | None) -> tuple[list[int], str]:
        found = (await self.data(CHANGES, after=after))["changes"]
        return [node["sequence"] for node in found["nodes"]], found["pageInfo"]["endCursor"] or after or ""

    async def listed(self) -> list[tuple[str, str]]:
        """All accounts in the order of their creation, page by page."""
        nodes: list[tuple[str, str]] = []
        after, more = None, True
        while more:
            found = (await self.data(ACCOUNTS, after=after))["accounts"]
            nodes += [(node["createdAt"], node["accountNumber"]) for node in found["nodes"]]
            after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
        return nodes

    async def link(self) -> str:
        """A new link to the PDF of the document."""
        (attachment,) = (await self.data(LINK))["document"]["attachments"]
        return str(attachment["url"]).removeprefix(self.server.url)

    async def push(self) -> None:
        connection = (await self.data("{ tenant { connectionId } }"))["tenant"]["connectionId"]
        async with self.client() as client:
            pushed = await client.post(
                f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/D",
                content=pdf("one"),
                headers={"X-API-Key": self.key, "Content-Type": "application/pdf"},
            )
        assert pushed.status_code == 200, pushed.text


@pytest.fixture
async def asker(shared_server: RunningServer, shared_url: str) -> AsyncIterator[Clocked]:
    made = await asker_of(shared_server, shared_url)
    clocked = Clocked(made.server, made.key)
    yield clocked
    clocked.clock.write_text("0")


async def test_nothing_breaks_where_the_clock_jumps_back_and_forth(asker: Clocked, shared_url: str) -> None:
    body = {**INVOICE, "original_denomination": 100, "denomination": 100}
    assert (await asker.send("POST", f"{ROOT}/documents/D", body)).status_code == 201
    await asker.push()
    made, cursor = await asker.changes(None)
    last = len(made)
    numbers, version = {"here"}, 1
    kept: dict[str, bytes] = {}
    for step, seconds in enumerate(STEPS):
        asker.clock.write_text(str(seconds))
        # Each key of before has its answer still, and none is done again.
        for key, answer in kept.items():
            again, replayed = await asker.put(key)
            assert (replayed, again.content) == (True, answer)
        written, replayed = await asker.put(f"step-{step}")
        version += 1
        kept[f"step-{step}"] = written.content
        assert not replayed
        assert (await asker.data('{ account(accountNumber: "here") { version } }'))["account"] == {"version": version}
        assert (await asker.write("rest write", f"A-{step}")).status_code == 201
        numbers.add(f"A-{step}")
        # A reader of the change log gets what is new, all of it, in its order.
        new, cursor = await asker.changes(cursor)
        assert new == [last + 1, last + 2]
        # The document is closed and opened in turns, and its history tells that in order.
        denomination = {"denomination": 0 if step % 2 == 0 else 50}
        assert (await asker.send("PATCH", f"{ROOT}/documents/D", denomination)).status_code == 200
        moved, cursor = await asker.changes(cursor)
        assert moved == [last + 3]
        last += 3
        shown = [node["status"] for node in (await asker.data(HISTORY))["document"]["statusHistory"]]
        assert shown == ["OPEN", *("CLOSED" if n % 2 == 0 else "OPEN" for n in range(step + 1))]
        # Every account is listed once, by its time of creation.
        listed = await asker.listed()
        assert listed == sorted(listed)
        assert sorted(number for _, number in listed) == sorted(numbers)
        assert (await asker.get(await asker.link())).content == pdf("one")
    audited = gateway_cli("audit", "verify", env={"GATEWAY_DATABASE_URL": shared_url})
    *tenants, _ = audited.splitlines()  # the last line tells how many there are
    assert all(line.endswith("all sound.") for line in tenants)


async def test_a_link_outlives_a_clock_that_is_set_back_and_ends_when_it_is_set_on(asker: Clocked) -> None:
    body = {**INVOICE, "original_denomination": 100, "denomination": 100}
    await asker.send("POST", f"{ROOT}/documents/D", body)
    await asker.push()
    link = await asker.link()
    asker.clock.write_text(str(-DAY))
    assert (await asker.get(link)).content == pdf("one")
    asker.clock.write_text(str(HOUR))
    late = await asker.get(link)
    assert (late.status_code, late.json()["message"]) == (403, "The link has expired: ask for another one.")
    assert (await asker.get(await asker.link())).content == pdf("one")
