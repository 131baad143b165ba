"""Large bodies take their turn: what a process keeps of them at once is bounded, on both facades, and whoever finds no
room in time is sent away with nothing written."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from itertools import count as numbers_from
from typing import Any

import httpx
import pytest

from app.auth.api_keys import create_key
from app.middleware.body_memory_limit import MAX_UNCOUNTED_BYTES
from tests.gateway import Client, Gateway

PATH = "/api/v1/ingest/accounts"
MOST = 100_000  # bytes of a body; the room takes four of them
LARGE = 90_000
numbers = numbers_from(1)


DOCUMENT = """mutation { createAccount(accountNumber: "A-1", input: {combined: {name: "A"}}) { created }
  createDocument(documentNumber: "D-1", input: {combined: {accountNumber: "A-1", invoiceDate: "2026-05-12",
  dueDate: "2026-06-11"}}) { created } }"""


class Slow:
    """A body of which the last byte comes when it is let."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.rest = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.body[:-1]
        await self.rest.wait()
        yield self.body[-1:]


Sending = Callable[[Client, bytes | Slow], Coroutine[Any, Any, httpx.Response]]


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Client]:
    """No database is asked before there is room."""
    async with Gateway(sqlite_url, max_body_bytes=MOST, max_wait_seconds=0.5) as gateway:
        yield await gateway.tenant()


def account(number: str, size: int) -> bytes:
    """The GraphQL that creates an account, in so many bytes."""
    text = f'mutation {{ createAccount(accountNumber: "{number}", input: {{combined: {{name: "A"}}}}) {{ created }} }}'
    body = json.dumps({"query": text, "extensions": {"filling": ""}})
    return body.replace('""', f'"{"x" * (size - len(body))}"').encode()


async def posted(client: Client, body: bytes | Slow, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else aiter(body)
    sent = {**client.headers, "Content-Type": "application/json", **headers}
    return await client.gateway.http.post("/graphql", content=content, headers=sent)


async def pushed(client: Client, body: bytes | Slow) -> httpx.Response:
    """A PDF that is none, sent by REST."""
    connection = (await client.only("{ tenant { connectionId } }"))["connectionId"]
    path = f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/D-1"
    content = body if isinstance(body, bytes) else aiter(body)
    headers = {**client.headers, "Content-Type": "application/pdf"}
    return await client.gateway.http.post(path, content=content, headers=headers)


async def put(client: Client, number: str, size: int) -> httpx.Response:
    body = json.dumps({"name": "A", "filling": "x" * size})
    headers = {**client.headers, "Content-Type": "application/json"}
    return await client.gateway.http.put(f"{PATH}/{number}", content=body, headers=headers)


async def accounts(client: Client) -> list[str]:
    nodes = (await client.only("{ accounts { nodes { accountNumber } } }"))["nodes"]
    return [node["accountNumber"] for node in nodes]


async def filled(client: Client) -> list[tuple[Slow, asyncio.Task[httpx.Response]]]:
    """Four large requests, of two keys, that have taken all the room and are not yet whole."""
    return await begun(client, 2) + await begun(await another_key(client), 2)


async def begun(client: Client, count: int) -> list[tuple[Slow, asyncio.Task[httpx.Response]]]:
    """Large requests of one key that are not yet whole."""
    bodies = [Slow(account(f"SLOW-{next(numbers)}", LARGE)) for _ in range(count)]
    found = [(body, asyncio.create_task(posted(client, body))) for body in bodies]
    await asyncio.sleep(0.2)
    return found


async def another_key(client: Client) -> Client:
    return Client(client.gateway, await create_key(client.gateway.database, "acme", read_only=False))


async def ended(requests: list[tuple[Slow, asyncio.Task[httpx.Response]]]) -> list[dict[str, object]]:
    for body, _ in requests:
        body.rest.set()
    return [(await task).json() for _, task in requests]


async def test_who_finds_no_room_in_time_is_sent_away_and_nothing_is_written(acme: Client) -> None:
    before = await filled(acme)
    refused, over_rest = await asyncio.gather(posted(acme, account("LATE", LARGE)), put(acme, "LATE", LARGE))

    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
    sentence = "The server has too many large requests at once: try again. Quote request "
    assert refused.json()["errors"][0]["message"].startswith(sentence)
    assert (over_rest.status_code, over_rest.json()["error"]) == (503, "unavailable")
    assert over_rest.json()["message"].startswith(sentence)

    assert await ended(before) == [{"data": {"createAccount": {"created": True}}}] * 4
    assert len(await accounts(acme)) == 4
    assert not {"LATE", "LATE-TOO"} & set(await accounts(acme))


async def test_who_waits_is_let_in_as_soon_as_there_is_room(acme: Client) -> None:
    before = await filled(acme)
    clients = [acme, await another_key(acme)] * 2
    waiting = [asyncio.create_task(posted(each, account(f"NEXT-{n}", LARGE))) for n, each in enumerate(clients)]
    await asyncio.sleep(0.1)
    assert not any(task.done() for task in waiting)
    await ended(before)

    assert [(await task).json() for task in waiting] == [{"data": {"createAccount": {"created": True}}}] * 4


async def test_small_requests_need_no_room(acme: Client) -> None:
    before = await filled(acme)
    found = await posted(acme, account("SMALL", MAX_UNCOUNTED_BYTES))

    assert found.json() == {"data": {"createAccount": {"created": True}}}
    assert (await put(acme, "SMALL-TOO", 100)).status_code == 201
    await ended(before)


async def test_clients_that_go_away_leave_their_room_and_their_place(acme: Client) -> None:
    before = await filled(acme)
    waiting = asyncio.create_task(posted(acme, account("GONE", LARGE)))
    await asyncio.sleep(0.1)
    for task in (waiting, *(task for _, task in before)):
        task.cancel()
    await asyncio.gather(waiting, *(task for _, task in before), return_exceptions=True)

    after = await filled(acme)
    assert await accounts(acme) == []
    assert await ended(after) == [{"data": {"createAccount": {"created": True}}}] * 4


async def test_a_large_write_under_an_idempotency_key_takes_room_once(acme: Client) -> None:
    requests = [posted(acme, account(f"KEY-{n}", LARGE), **{"Idempotency-Key": f"k-{n}"}) for n in range(4)]

    assert [found.status_code for found in await asyncio.gather(*requests)] == [200] * 4


async def test_a_body_that_is_refused_gives_its_room_back(acme: Client) -> None:
    for _ in range(5):
        assert (await posted(acme, b"x" * LARGE)).status_code == 400
        assert (await posted(acme, b"x" * (MOST + 1))).status_code == 413
    assert (await posted(acme, account("A", LARGE))).json() == {"data": {"createAccount": {"created": True}}}


async def test_one_key_has_half_of_the_room_and_no_more(acme: Client) -> None:
    before = await begun(acme, 2)
    refused = asyncio.create_task(posted(acme, account("THIRD", LARGE)))
    await asyncio.sleep(0.1)
    other = await posted(await another_key(acme), account("OTHER", LARGE))

    assert other.json() == {"data": {"createAccount": {"created": True}}}
    assert ((await refused).status_code, "THIRD" in await accounts(acme)) == (503, False)
    assert await ended(before) == [{"data": {"createAccount": {"created": True}}}] * 2


async def form(client: Client, body: bytes | Slow) -> httpx.Response:
    """A form with a file, sent to GraphQL."""
    content = body if isinstance(body, bytes) else aiter(body)
    headers = {**client.headers, "Content-Type": "multipart/form-data; boundary=b"}
    return await client.gateway.http.post("/graphql", content=content, headers=headers)


async def keyed(client: Client, body: bytes | Slow) -> httpx.Response:
    """A write under an Idempotency-Key, whose body is read before anything else."""
    return await posted(client, body, **{"Idempotency-Key": f"k-{next(numbers)}"})


FILE = b'--b\r\nContent-Disposition: form-data; name="0"; filename="a.pdf"\r\n\r\n' + b"x" * LARGE + b"\r\n--b--\r\n"


@pytest.mark.parametrize("send", [pushed, form, keyed])
async def test_bodies_that_go_to_files_take_turns_as_well(sqlite_url: str, send: Sending) -> None:
    """Two of the largest of a key are taken at once, and the third waits; another key's is taken."""
    async with Gateway(sqlite_url, max_body_bytes=MOST, max_pdf_bytes=MOST, max_wait_seconds=0.5) as gateway:
        acme = await gateway.tenant()
        await acme.run(DOCUMENT)
        half = 4 * 2 * MOST // 2  # of the room for files: four bodies with four files
        whole = MOST if send is pushed else 2 * MOST  # which is what a body of unknown length is taken for
        bodies = [Slow(FILE) for _ in range(half // whole)]
        tasks = [asyncio.create_task(send(acme, body)) for body in bodies]
        await asyncio.sleep(0.2)

        assert (await send(acme, Slow(FILE))).status_code == 503
        assert (await send(await another_key(acme), FILE)).status_code == 400
        for body in bodies:
            body.rest.set()
        assert {(await task).status_code for task in tasks} == {400}
        assert (await send(acme, FILE)).status_code == 400


async def test_who_may_only_read_is_refused_before_a_file_is_read(acme: Client) -> None:
    reader = Client(acme.gateway, await create_key(acme.gateway.database, "acme", read_only=True))
    body = Slow(FILE)
    over_graphql, over_rest = await form(reader, body), await pushed(reader, body)
    assert not body.rest.is_set()
    assert (over_graphql.status_code, over_rest.status_code) == (403, 403)
    message = "This key may only read, and so may not send files."
    assert over_graphql.json() == {"errors": [{"message": message, "extensions": {"code": "FORBIDDEN"}}]}
