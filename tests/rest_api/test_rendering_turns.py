"""Generated PDFs are rendered in turns that tenants share; what nobody waits for any more is not rendered."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from starlette.types import Message

from app.pdf.invoices.rendering_processes import PROCESSES, InvoiceRenderer
from tests.gateway import Client, Gateway
from tests.rest_api.client import Rest, address
from tests.rest_api.world import ACCOUNT, BASIC, DOCUMENT

Billing = dict[str, Any]
SHORT: Billing = {"invoicing_detail": {"DETAIL": [{"DESCRIPTION_COL": "Blue paint"}]}}
LINES = [{"LINE_NUM_COL": f"{n}", "DESCRIPTION_COL": f"Paint of the shade {n}"} for n in range(4_900)]
LONG: Billing = {"invoicing_detail": {"DETAIL": LINES}}
CROWD = [f"L{n}" for n in range(PROCESSES + 2)]


async def ledger(client: Client, documents: dict[str, Billing]) -> Rest:
    """A tenant with these documents, which become PDFs when they are asked for."""
    rest = Rest.of(client)
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    for number, billing in documents.items():
        await rest.post("documents", number, body=DOCUMENT | BASIC | billing)
    return rest


def renderers(gateway: Gateway) -> InvoiceRenderer:
    found: InvoiceRenderer = gateway.app.state.files.renderers
    return found


async def until_one_waits(gateway: Gateway) -> None:
    """Until a rendering waits for its turn."""
    while not renderers(gateway).pool.slots.waiting:  # noqa: ASYNC110 - the semaphore tells nobody
        await asyncio.sleep(0.01)


async def rendered(rest: Rest, number: str, finished: list[str]) -> None:
    """Asks for a PDF, and notes when it is there."""
    (found,) = (await rest.get("documents", number, "attachments"))["attachments"]
    assert found["fileSize"] > 1_000
    finished.append(number)


async def test_a_page_of_one_tenant_does_not_wait_behind_the_long_invoices_of_another(sqlite_url: str) -> None:
    finished: list[str] = []
    async with Gateway(sqlite_url) as gateway:
        crowd = await ledger(await gateway.tenant("crowd"), dict.fromkeys(CROWD, LONG))
        other = await ledger(await gateway.tenant("other"), {"PAGE": SHORT})
        crowding = [asyncio.create_task(rendered(crowd, number, finished)) for number in CROWD]
        await until_one_waits(gateway)
        await rendered(other, "PAGE", finished)
        await asyncio.gather(*crowding)

    assert finished.index("PAGE") <= PROCESSES  # behind none of those that waited
    assert sorted(finished) == [*CROWD, "PAGE"]


async def test_a_pdf_whose_client_has_gone_before_its_turn_is_not_rendered(gateway: Gateway) -> None:
    client = await gateway.tenant()
    rest = await ledger(client, {"PAGE": SHORT})
    pool, statuses = renderers(gateway).pool, list[int]()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async with AsyncExitStack() as turns:
        for _ in range(pool.processes):
            await turns.enter_async_context(pool.turn(1))
        asking = asyncio.create_task(gateway.serve(scope(rest, "PAGE"), receive, send))
        await until_one_waits(gateway)
    await asking

    assert statuses == [499]
    assert pool.idle == []  # no process was ever started
    assert await stored(gateway) == 0
    await rendered(rest, "PAGE", [])
    assert await stored(gateway) == 1


def scope(rest: Rest, number: str) -> dict[str, Any]:
    """A request for the PDFs of a document, as a server hands it to the application."""
    path = address("documents", number, "attachments")
    headers = [(b"host", b"gateway"), (b"x-api-key", str(rest.api_key).encode())]
    common = {"type": "http", "http_version": "1.1", "scheme": "http", "query_string": b"", "root_path": ""}
    return {**common, "method": "GET", "path": path, "raw_path": path.encode(), "headers": headers}


async def stored(gateway: Gateway) -> int:
    """The number of stored PDFs."""
    return len([blob async for blob in gateway.app.state.files.blobs.list()])
