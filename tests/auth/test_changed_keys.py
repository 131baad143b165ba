"""A key that is revoked, or may only read from now on, writes nothing more: whichever way it writes, however long its
request is under way, and whatever the server knows of the key. In the change log no write stands behind the revocation
of its key."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.auth.api_keys import change_time_zone, hash_key, revoke_key, revoke_keys
from app.domain.caller import Caller
from app.domain.changes import Change, ChangedResource, ChangeVerb
from app.domain.enums import Product
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.tables import API_KEYS, CHANGES_END, TENANTS
from app.storage.writes.change_log import audit
from app.storage.writes.locking import LockingWrite
from app.storage.writes.unit_of_work import CallerChanged
from tests.gateway import Client, Gateway
from tests.pdfs import pdf

ROOT = "/api/v1/ingest"
WORLD = """mutation {
  createAccount(accountNumber: "A", input: {combined: {name: "Acme"}}) { userErrors { code } }
  createDocument(documentNumber: "D", input: {combined: {accountNumber: "A", invoiceDate: "2026-05-12",
    dueDate: "2026-06-11", thickBilling: {terms: "Net 30"},
    amounts: {basic: {currency: "EUR", originalDenomination: "5", denomination: "5"}}}}) { userErrors { code } }
  createRepresentative(reference: "R", input: {name: "Rita"}) { userErrors { code } } }"""
CREATE = 'mutation { createAccount(accountNumber: "NEW", input: {combined: {name: "N"}}) { userErrors { code } } }'
READING_ON = CREATE.replace("userErrors", "account { documents { totalCount } } userErrors")
PATCH = 'mutation { patchAccount(accountNumber: "A", patch: {vat: "1"}) { userErrors { code } } }'
SUPERVISED = """mutation { createRepresentative(reference: "R2",
  input: {name: "R", supervisorRepresentativeReference: "R"}) { userErrors { code } } }"""
LINK = 'mutation { linkRepresentativeToAccount(reference: "R", accountNumber: "A") { userErrors { code } } }'
LOG = "{ changes(last: 100) { nodes { resource key verb keyId } } }"

Refusal = tuple[int, str]
Way = Callable[[Client], Awaitable[httpx.Response]]


def mutation(text: str, **headers: str) -> Way:
    return lambda client: client.post({"query": text}, **headers)


def rest(method: str, path: str, body: Any = None, **headers: str) -> Way:
    def send(client: Client) -> Awaitable[httpx.Response]:
        return client.gateway.http.request(method, f"{ROOT}/{path}", json=body, headers={**client.headers, **headers})

    return send


async def push(client: Client) -> httpx.Response:
    connection = (await client.only("{ tenant { connectionId } }"))["connectionId"]
    path = f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/D"
    headers = {**client.headers, "Content-Type": "application/pdf"}
    return await client.gateway.http.post(path, content=pdf("one"), headers=headers)


ONCE = {"Idempotency-Key": "k"}
WAYS: dict[str, Way] = {
    "a create": mutation(CREATE),
    "a patch": mutation(PATCH),
    "a create that reads on": mutation(READING_ON),
    "a write with locks": mutation(SUPERVISED),
    "a link": mutation(LINK),
    "a create once": mutation(CREATE, **ONCE),
    "a REST create": rest("POST", "accounts/NEW", {"name": "N"}),
    "a REST patch": rest("PATCH", "accounts/A", {"vat": "1"}),
    "a REST patch once": rest("PATCH", "accounts/A", {"vat": "1"}, **ONCE),
    "a REST link": rest("PUT", "representatives/R/accounts/A"),
    "a REST closure": rest("POST", "documents/D/closure", {"closure_reason": "paid"}),
    "a pushed PDF": push,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the change log."""

    resource: str
    key: str
    verb: str
    key_id: str | None


@pytest.fixture
async def writer(acme: Client) -> Client:
    """A key that the server knows already, of a tenant with an account, a document and a representative."""
    made = await acme.query(WORLD)
    assert [payload["userErrors"] for payload in made.values()] == [[], [], []]
    return acme


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[Database]:
    """The database as another process has it."""
    opened = Database(database_url, administers=True)
    yield opened
    await opened.dispose()


async def log(gateway: Gateway) -> list[Entry]:
    reader = await gateway.reader()
    found = (await reader.only(LOG))["nodes"]
    return [Entry(c["resource"], c["key"], c["verb"], c["keyId"]) for c in found][:-1]  # but for the reader


def refusal(answer: httpx.Response) -> Refusal:
    body = answer.json()
    return answer.status_code, body["errors"][0]["extensions"]["code"] if "errors" in body else body["error"]


def named(client: Client) -> sa.ColumnElement[bool]:
    return API_KEYS.c.key_hash == hash_key(client.api_key or "")


async def make_read_only(connection: AsyncConnection, client: Client, *, read_only: bool = True) -> None:
    await connection.execute(sa.update(API_KEYS).where(named(client)).values(read_only=read_only))


@pytest.mark.parametrize("way", WAYS)
async def test_a_key_that_was_made_read_only_in_the_database_writes_no_more_and_then_again(
    writer: Client, operator: Database, way: str
) -> None:
    before = await log(writer.gateway)
    async with operator.writing() as connection:
        await make_read_only(connection, writer)
    answer = await WAYS[way](writer)
    assert refusal(answer) in {(200, "FORBIDDEN"), (403, "forbidden")}
    assert [e for e in await log(writer.gateway) if e.resource != "API_KEY"] == [
        e for e in before if e.resource != "API_KEY"
    ]
    async with operator.writing() as connection:
        await make_read_only(connection, writer, read_only=False)
    again = await WAYS[way](writer)
    assert again.status_code in {200, 201}
    assert "errors" not in again.json()
    assert "idempotent-replayed" not in again.headers


async def test_so_does_a_dry_run(writer: Client, operator: Database) -> None:
    async with operator.writing() as connection:
        await make_read_only(connection, writer)
    text = PATCH.replace("patch:", "dryRun: true, patch:")
    assert refusal(await writer.post({"query": text})) == (200, "FORBIDDEN")


@asynccontextmanager
async def under_way(operator: Database, gateway: Gateway, writing: Callable[[], Awaitable[Any]]) -> AsyncIterator[Any]:
    """A transaction of an operator that holds the end of the tenant's log; when it is left, writing waits behind it."""
    async with operator.writing() as connection:
        await connection.execute(sa.select(CHANGES_END).with_for_update())
        task = asyncio.ensure_future(writing())
        yield connection, task
        for _ in range(1_000):
            if task.done() or await waits(gateway):
                break


WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def waits(gateway: Gateway) -> bool:
    """Whether somebody waits for a lock by now; SQLite does not tell, and a moment is enough."""
    await asyncio.sleep(0.2 if gateway.database.is_sqlite else 0.01)
    if gateway.database.is_sqlite:
        return True
    async with gateway.database.reading() as connection:
        return bool(await connection.scalar(WAITING))


@pytest.mark.parametrize("way", WAYS)
async def test_a_write_that_is_under_way_while_its_key_is_revoked_is_refused_and_stands_nowhere_in_the_log(
    writer: Client, operator: Database, way: str
) -> None:
    gateway = writer.gateway
    async with under_way(operator, gateway, lambda: WAYS[way](writer)) as (connection, writing):
        await revoke_keys(connection, named(writer))
    assert refusal(await writing) in {(401, "UNAUTHENTICATED"), (200, "UNAUTHENTICATED"), (401, "unauthenticated")}
    revoked = hash_key(writer.api_key or "")[:12]
    entries = await log(gateway)
    assert (entries[-1].verb, entries[-1].key) == ("REVOKE", revoked)
    assert {one.fault async for one in audit(gateway.database)} == {None}


@pytest.mark.parametrize("way", ["a create", "a link", "a REST patch once", "a pushed PDF"])
async def test_so_is_one_whose_key_is_made_read_only_meanwhile(writer: Client, operator: Database, way: str) -> None:
    before = [entry for entry in await log(writer.gateway) if entry.resource != "API_KEY"]
    async with under_way(operator, writer.gateway, lambda: WAYS[way](writer)) as (connection, writing):
        await make_read_only(connection, writer)
    assert refusal(await writing) in {
        (200, "FORBIDDEN"),
        (200, "UNAUTHENTICATED"),
        (401, "UNAUTHENTICATED"),
        (403, "forbidden"),
    }
    assert [entry for entry in await log(writer.gateway) if entry.resource != "API_KEY"] == before


async def test_a_later_field_of_a_mutation_is_refused_and_what_was_done_before_stays(
    writer: Client, operator: Database
) -> None:
    """Outside an Idempotency-Key each field is a write of its own; under one they are done together or not at all."""
    text = f"""mutation {{ one: patchAccount(accountNumber: "A", patch: {{vat: "1"}}) {{ account {{ version }} }}
      two: {LINK.removeprefix("mutation { ")}"""
    gateway = writer.gateway
    async with under_way(operator, gateway, lambda: writer.post({"query": text}, **ONCE)) as (connection, writing):
        await revoke_keys(connection, named(writer))
    assert refusal(await writing) == (401, "UNAUTHENTICATED")
    assert [e.verb for e in await log(gateway) if e.resource == "ACCOUNT"] == ["CREATE"]


async def test_of_many_writes_at_once_those_that_were_acknowledged_stand_before_the_revocation_and_no_other(
    writer: Client, operator: Database
) -> None:
    gateway = writer.gateway

    async def write(number: int) -> bool:
        path = f"{ROOT}/accounts/N-{number}"
        text = CREATE.replace("NEW", f"N-{number}")
        if number % 2:
            answer = await gateway.http.put(path, json={"name": "N"}, headers=writer.headers)
            return answer.status_code == 201
        return "errors" not in (await writer.post({"query": text})).json()

    async def revoke() -> int:
        await asyncio.sleep(0.05)
        return await revoke_key(operator, writer.api_key or "")

    *done, revoked = await asyncio.gather(*(write(number) for number in range(60)), revoke())
    assert revoked == 1
    verbs = [
        (entry.verb, entry.key) for entry in await log(gateway) if entry.key.startswith("N-") or entry.verb == "REVOKE"
    ]
    assert verbs[-1][0] == "REVOKE"
    assert {key for _, key in verbs[:-1]} == {f"N-{number}" for number, was_done in enumerate(done) if was_done}


async def test_a_pdf_is_not_rendered_for_a_key_that_is_revoked_meanwhile(writer: Client, operator: Database) -> None:
    gateway = writer.gateway
    reader = await gateway.reader()
    path = f"{ROOT}/documents/D/attachments"
    async with under_way(operator, gateway, lambda: gateway.http.get(path, headers=reader.headers)) as under:
        connection, answer = under
        await revoke_keys(connection, named(reader))
    assert refusal(await answer) == (401, "unauthenticated")
    assert "ATTACH" not in [entry.verb for entry in await log(gateway)]
    assert (await gateway.http.get(path, headers=writer.headers)).status_code == 200
    assert "ATTACH" in [entry.verb for entry in await log(gateway)]


async def slowly(meanwhile: Callable[[], Awaitable[Any]], body: bytes) -> AsyncIterator[bytes]:
    """A body, of which the last comes after something else has happened."""
    yield body[:5]
    await meanwhile()
    yield body[5:]


async def send_slowly(client: Client, meanwhile: Callable[[], Awaitable[Any]], **headers: str) -> httpx.Response:
    sent = {**client.headers, "Content-Type": "application/json", **headers}
    body = slowly(meanwhile, b'{"vat": "1"}')
    return await client.gateway.http.patch(f"{ROOT}/accounts/A", content=body, headers=sent)


@pytest.mark.parametrize("headers", [{}, ONCE], ids=["once", "under a key"])
async def test_a_key_that_is_revoked_while_the_body_comes_writes_nothing(
    writer: Client, operator: Database, headers: dict[str, str]
) -> None:
    answer = await send_slowly(writer, lambda: revoke_key(operator, writer.api_key or ""), **headers)
    assert refusal(answer) == (401, "unauthenticated")
    assert [e.verb for e in await log(writer.gateway) if e.resource == "ACCOUNT"] == ["CREATE"]


async def test_neither_is_it_given_the_answer_of_the_first_time(writer: Client, operator: Database) -> None:
    first = await send_slowly(writer, lambda: asyncio.sleep(0), **ONCE)
    again = await send_slowly(writer, lambda: asyncio.sleep(0), **ONCE)
    assert (first.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    late = await send_slowly(writer, lambda: revoke_key(operator, writer.api_key or ""), **ONCE)
    assert refusal(late) == (401, "unauthenticated")
    assert "idempotent-replayed" not in late.headers


async def test_a_tenant_that_changes_while_the_body_comes_is_written_for_as_it_is_then(
    writer: Client, operator: Database
) -> None:
    async def change() -> None:
        await change_time_zone(operator, "acme", "Asia/Tokyo")
        async with operator.writing() as connection:
            await connection.execute(sa.update(TENANTS).values(products=(Product.CASH_APP,)))

    answer = await send_slowly(writer, change)
    assert (answer.status_code, answer.json()["vat"]) == (200, "1")


async def test_the_database_itself_takes_no_entry_under_a_key_that_has_ended(
    writer: Client, operator: Database
) -> None:
    await revoke_key(operator, writer.api_key or "")
    async with operator.writing() as connection:
        tenant_id = await connection.scalar(sa.select(TENANTS.c.tenant_id))
    caller = Caller(int(tenant_id or 0), (), read_only=False, key_hash=hash_key(writer.api_key or ""))
    async with operator.writing() as connection:
        unit = LockingWrite(connection, caller)
        unit.log(Change(ChangedResource("account"), "A", ChangeVerb.PATCH, now(), 2, {}, {}))
        with pytest.raises(CallerChanged):
            await unit.write_log()
    assert (await log(writer.gateway))[-1].verb == "REVOKE"
