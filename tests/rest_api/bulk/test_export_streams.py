"""Exports as streams: of one moment however long they take, paid row by row, and so many at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from starlette.types import Message

from app.rest_api.bulk.export_requests import ROOT
from app.storage.tables import DOCUMENTS
from tests.gateway import Gateway
from tests.loop_watch import LoopWatch
from tests.rest_api.bulk.ledger import DATES, export, ledger
from tests.rest_api.client import Rest
from tests.rest_api.world import copy

MANY = 3_000


async def many(rest: Rest, count: int = MANY) -> None:
    """The ledger, and so many documents more."""
    await ledger(rest)
    csr_id = (await rest.get("documents", "D2"))["csrId"]
    await copy(rest, DOCUMENTS, csr_id, "document_number", [f"N{n:05}" for n in range(count)])


class Taker:
    """A client of an export that takes the messages of the answer one by one, as far as it is let."""

    def __init__(self, rest: Rest, path: str) -> None:
        self.rest = rest
        self.messages: list[Message] = []
        self.may_take = asyncio.Event()
        self.has_taken = asyncio.Event()
        headers = [(b"x-api-key", (rest.api_key or "").encode())]
        path, _, query = path.partition("?")
        self.scope: dict[str, Any] = {
            "type": "http", "method": "GET", "path": f"{ROOT}/{path}", "query_string": query.encode(),
            "headers": headers, "server": ("gateway", 80), "client": ("127.0.0.1", 1), "scheme": "http",
            "http_version": "1.1", "root_path": "",
        }  # fmt: skip

    async def send(self, message: Message) -> None:
        self.messages.append(message)
        self.has_taken.set()
        if message["type"] == "http.response.body" and message["body"]:
            await self.may_take.wait()

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        body = b"".join(message.get("body", b"") for message in self.messages)
        return [json.loads(line) for line in body.splitlines()]


@asynccontextmanager
async def stalled(rest: Rest, path: str = "documents") -> AsyncIterator[Taker]:
    """An export whose client has taken the first rows, and then waits."""
    taker = Taker(rest, path)
    task = asyncio.create_task(rest.gateway.app(taker.scope, taker.receive, taker.send))
    await taker.has_taken.wait()
    try:
        yield taker
        taker.may_take.set()
        await task
    finally:
        task.cancel()


async def test_rows_are_those_of_one_moment(rest: Rest) -> None:
    await many(rest)
    async with stalled(rest) as taker:
        await rest.patch("documents", f"N{MANY - 1:05}", body={"comment": "Later"})
        await rest.post("documents", "Z", body={"account_number": "B"} | DATES)

    assert (taker.status, len(taker.rows)) == (200, MANY + 3)
    assert "comment" not in taker.rows[-1]
    now = (await export(rest, "documents")).text.splitlines()
    assert len(now) == MANY + 4
    assert '"comment":"Later"' in now[-2]


async def test_so_many_of_a_tenant_run_at_once(database_url: str) -> None:
    async with Gateway(database_url, max_bulk=2) as gateway:
        acme, globex = Rest.of(await gateway.tenant("acme")), Rest.of(await gateway.tenant("globex"))
        await many(acme, 10)
        async with stalled(acme), stalled(acme):
            refused = await export(acme, "documents", 429)
            assert refused.json()["error"] == "too_many_exports"
            assert refused.headers["retry-after"] == "10"
            await export(globex, "documents")
        await export(acme, "documents")


async def test_short_reads_and_writes_go_on_beside_as_many_as_there_can_be(database_url: str) -> None:
    async with Gateway(database_url, max_bulk=3, pool_size=3) as gateway:
        acme = Rest.of(await gateway.tenant("acme"))
        await many(acme, 10)
        async with stalled(acme), stalled(acme):
            for number in range(20):
                await acme.patch("accounts", "B", body={"description": str(number)})
            assert (await acme.get("accounts", "B"))["description"] == "19"


async def test_rows_are_paid_and_wait_for_the_budget(database_url: str) -> None:
    async with Gateway(database_url) as plain:
        rest = Rest.of(await plain.tenant("acme"))
        await many(rest, 1_297)
    async with Gateway(database_url, budget=1_200) as gateway:
        spender = Rest(gateway, rest.api_key)
        began = monotonic()
        answer = await export(spender, "documents")

        assert len(answer.text.splitlines()) == 1_300
        assert monotonic() - began > 4  # 101 points more than there are come in 5 seconds


async def test_an_export_keeps_the_event_loop_for_milliseconds(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        rest = Rest.of(await gateway.tenant("acme"))
        await many(rest)
        for form in ("ndjson", "csv", "arrow", "parquet"):
            await export(rest, "accounts", format=form)  # what is loaded and prepared the first time
            with LoopWatch() as watch:
                await export(rest, "documents", format=form)
            assert watch.longest < 0.02, (form, watch.step)
