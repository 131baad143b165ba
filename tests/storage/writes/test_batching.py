"""Writes of a tenant on Postgres that come while others are under way are done together, and none shares another's
fate. The end of the tenant's change log is held here until they have all come."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Self

import orjson
import pytest
import sqlalchemy as sa
from asyncpg.connection import LoggedQuery  # type: ignore[import-untyped]
from sqlalchemy import event

from app.auth.api_keys import create_key, hash_key
from app.storage.database.clock import now
from app.storage.tables import API_KEYS, CHANGES_END
from app.storage.writes.batching import MAX_BATCH
from app.storage.writes.change_log import audit
from tests.commands.verbs import BASIC, DATED, account, create, mutation, patch, write
from tests.gateway import Client, Gateway

Sent = list[list[str]]  # of each batch in order, the keys of its writes


@pytest.fixture
async def gateway(postgres_url: str) -> AsyncIterator[Gateway]:
    async with Gateway(postgres_url) as made:
        yield made


@pytest.fixture
def sent(gateway: Gateway) -> Sent:
    """The batches, as they are sent to the database."""
    seen = Sent()

    def watch(connection: Any, _record: Any) -> None:
        connection.driver_connection.add_query_logger(hear)

    def hear(query: LoggedQuery) -> None:
        if "json_to_recordset" in query.query:
            (rows,) = (value for value in query.args if str(value).startswith("["))
            seen.append([row["log_key"] for row in orjson.loads(rows)])

    event.listen(gateway.serving.writer.sync_engine, "connect", watch)
    return seen


@pytest.fixture
async def client(gateway: Gateway, sent: Sent) -> Client:
    made = await known_tenant(gateway)
    sent.clear()
    return made


async def known_tenant(gateway: Gateway) -> Client:
    """A tenant with account 1, whose key and currency model the server knows already."""
    made = await gateway.tenant("acme")
    await account(made, "1")
    await create(made, "Document", "first", body())
    await made.query('{ account(accountNumber: "1") { name } }')
    return made


def body(number: str = "1") -> dict[str, Any]:
    return {"combined": {"accountNumber": number, **DATED, "amounts": BASIC}}


class HeldUp:
    """Nobody's write comes to its end inside, and then all do. Each has come as far as it gets before the next."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.begun: list[asyncio.Task[Any]] = []

    async def begin(self, write: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        self.begun.append(asyncio.create_task(write))
        await asyncio.sleep(0.05)
        return self.begun[-1]

    async def __aenter__(self) -> Self:
        self.held = self.gateway.database.writing()
        connection = await self.held.__aenter__()
        await connection.execute(sa.select(CHANGES_END).with_for_update())
        return self

    async def __aexit__(self, *reason: Any) -> None:
        done = [task for task in self.begun if task.done() and not task.cancelled()]
        await self.held.__aexit__(*reason)
        await asyncio.gather(*self.begun, return_exceptions=True)
        assert not done


async def documents(client: Client) -> list[str]:
    found = await client.only("{ documents(first: 100) { nodes { documentNumber } } }")
    return sorted(node["documentNumber"] for node in found["nodes"])


async def assert_log_is_sound(gateway: Gateway) -> None:
    assert [found.fault async for found in audit(gateway.database)] == [None]


async def test_writes_that_come_while_one_is_under_way_are_one_statement(client: Client, sent: Sent) -> None:
    async with HeldUp(client.gateway) as held:
        tasks = [await held.begin(create(client, "Document", key, body(), "csrId")) for key in "abcdef"]

    assert sent == [["a"], ["b", "c", "d", "e", "f"]]
    csr_ids = [task.result()["csrId"] for task in tasks]
    assert csr_ids == sorted(set(csr_ids))
    assert await documents(client) == [*"abcdef", "first"]
    changes = await client.only("{ changes(last: 3) { nodes { key sequence } } }")
    assert [change["key"] for change in changes["nodes"]] == ["d", "e", "f"]
    await assert_log_is_sound(client.gateway)


async def test_a_batch_has_a_largest_size(client: Client, sent: Sent) -> None:
    async with HeldUp(client.gateway) as held:
        for number in range(1 + 2 * MAX_BATCH + 3):
            await held.begin(create(client, "Document", f"{number:02}", body()))

    assert [len(batch) for batch in sent] == [1, MAX_BATCH, MAX_BATCH, 3]
    assert len(await documents(client)) == 37


async def test_a_write_that_fails_takes_no_other_down(client: Client, sent: Sent) -> None:
    async with HeldUp(client.gateway) as held:
        good = [await held.begin(create(client, "Document", key, body())) for key in "ab"]
        lost = await held.begin(write(client, "create", "Document", "lost", body("unknown"), "version"))
        good += [await held.begin(create(client, "Document", key, body())) for key in "cd"]

    assert [task.result() for task in good] == [{"version": 1}] * 4
    assert [(error["code"], error["field"]) for error in lost.result()["userErrors"]] == [
        ("NOT_FOUND", ["input", "combined", "accountNumber"])
    ]
    assert await documents(client) == [*"abcd", "first"]
    assert sent[1:6] == [["b", "lost", "c", "d"], ["b"], ["lost"], ["c"], ["d"]]
    await assert_log_is_sound(client.gateway)


async def test_of_two_writes_that_create_the_same_one_does(client: Client, sent: Sent) -> None:
    async with HeldUp(client.gateway) as held:
        await held.begin(create(client, "Document", "a", body()))
        twins = [await held.begin(write(client, "create", "Document", "twin", body(), "version")) for _ in range(2)]

    assert sent[1] == ["twin", "twin"]
    codes = sorted(error["code"] for task in twins for error in task.result()["userErrors"])
    assert codes == ["ALREADY_EXISTS"]
    assert await documents(client) == ["a", "first", "twin"]
    history = await client.only('{ document(documentNumber: "twin") { history { totalCount } } }')
    assert history == {"history": {"totalCount": 1}}
    await assert_log_is_sound(client.gateway)


async def test_of_patches_of_one_document_in_a_batch_each_is_judged_by_those_before(client: Client, sent: Sent) -> None:
    async with HeldUp(client.gateway) as held:
        await held.begin(create(client, "Document", "a", body()))
        for word in ("one", "two", "three"):
            await held.begin(patch(client, "Document", "first", {"comment": word}))

    assert sent[1] == ["first", "first", "first"]
    found = await client.only('{ document(documentNumber: "first") { version history { nodes { version } } } }')
    assert found == {"version": 4, "history": {"nodes": [{"version": n} for n in (1, 2, 3, 4)]}}
    await assert_log_is_sound(client.gateway)


async def test_writes_of_another_kind_or_under_another_key_wait_for_a_batch_of_their_own(
    client: Client, sent: Sent
) -> None:
    other = Client(client.gateway, await create_key(client.gateway.database, "acme", read_only=False))
    await other.query('{ account(accountNumber: "1") { name } }')
    sent.clear()
    async with HeldUp(client.gateway) as held:
        for key in "ab":
            await held.begin(create(client, "Document", key, body()))
        await held.begin(create(client, "Account", "2", {"combined": {"name": "Acme"}}))
        await held.begin(create(other, "Document", "c", body()))
        await held.begin(create(client, "Document", "d", body()))
    assert sent == [["a"], ["b", "d"], ["2"], ["c"]]


async def test_writes_under_a_key_that_has_ended_are_refused_and_the_others_done(client: Client) -> None:
    key = await create_key(client.gateway.database, "acme", read_only=False)
    ended = Client(client.gateway, key)
    await ended.query('{ account(accountNumber: "1") { name } }')
    text = mutation("create", "Document", "version")
    async with HeldUp(client.gateway) as held:
        await held.begin(create(client, "Document", "a", body()))
        await held.begin(create(client, "Document", "b", body()))
        refused = await held.begin(ended.post({"query": text, "variables": {"key": "c", "body": body()}}))
        async with client.gateway.database.writer.begin() as connection:  # `revoke_key` would wait for the log, too
            its = API_KEYS.c.key_hash == hash_key(key)
            await connection.execute(sa.update(API_KEYS).where(its).values(revoked_at=now()))

    assert refused.result().status_code == 401
    assert await documents(client) == ["a", "b", "first"]


async def test_whoever_is_gone_before_its_batch_has_not_written(client: Client, sent: Sent) -> None:
    async with HeldUp(client.gateway) as held:
        await held.begin(create(client, "Document", "a", body()))
        gone = await held.begin(create(client, "Document", "b", body()))
        await held.begin(create(client, "Document", "c", body()))
        gone.cancel()

    assert sent == [["a"], ["c"]]
    assert await documents(client) == ["a", "c", "first"]


async def test_whoever_is_gone_during_its_batch_leaves_it_to_the_others(client: Client, sent: Sent) -> None:
    async with HeldUp(client.gateway) as held:
        gone = await held.begin(create(client, "Document", "a", body()))
        await held.begin(create(client, "Document", "b", body()))
        gone.cancel()

    assert sent == [["a"], ["b"]]
    assert await documents(client) == ["a", "b", "first"]
    await assert_log_is_sound(client.gateway)


async def test_whoever_waits_too_long_for_its_batch_is_told_so_and_has_not_written(postgres_url: str) -> None:
    async with Gateway(postgres_url, max_wait_seconds=1) as gateway:
        client = await known_tenant(gateway)
        await on_new_documents(gateway, "BEFORE INSERT", "PERFORM pg_sleep(4)")
        long = asyncio.create_task(create(client, "Document", "a", body()))
        await asyncio.sleep(0.05)
        late = await client.post(creation("b"))

        assert late.status_code == 503
        assert [error["extensions"]["code"] for error in late.json()["errors"]] == ["UNAVAILABLE"]
        assert await long == {"version": 1}
        assert await documents(client) == ["a", "first"]


async def test_a_batch_whose_commit_fails_is_acknowledged_to_nobody(client: Client) -> None:
    failing = "RAISE EXCEPTION 'no' USING ERRCODE = 'disk_full'"
    await on_new_documents(client.gateway, "AFTER INSERT", failing, "CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED")
    answers = await asyncio.gather(*(client.post(creation(key)) for key in "abc"))
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert await documents(client) == ["first"]


def creation(key: str) -> dict[str, Any]:
    return {"query": mutation("create", "Document", "version"), "variables": {"key": key, "body": body()}}


async def on_new_documents(gateway: Gateway, when: str, act: str, kind: str = "", deferred: str = "") -> None:
    """Lets the database do something for each new document: at once, or when it commits."""
    function = f"CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act}; RETURN NEW; END $$"
    trigger = f"CREATE {kind} TRIGGER act {when} ON documents {deferred} FOR EACH ROW EXECUTE FUNCTION act()"
    async with gateway.database.writing() as connection:
        for statement in (function, trigger):
            await connection.execute(sa.text(statement))


async def test_a_tenant_that_cannot_write_takes_one_connection_and_keeps_nobody_else_waiting(client: Client) -> None:
    other = await client.gateway.tenant("other")
    await create(other, "Account", "first", {"combined": {"name": "Acme"}})
    async with client.gateway.database.writing() as connection:
        ours = sa.select(CHANGES_END).order_by(CHANGES_END.c.tenant_id).limit(1)
        await connection.execute(ours.with_for_update())
        writes = [asyncio.create_task(create(client, "Document", str(n), body())) for n in range(30)]
        await asyncio.sleep(1)  # by then they have come as far as they get
        await asyncio.wait_for(create(other, "Account", "meanwhile", {"combined": {"name": "Acme"}}), 5)
        assert client.gateway.serving.pool_usage().in_use == 1
        assert not any(write.done() for write in writes)
    await asyncio.gather(*writes)
    assert len(await documents(client)) == 31


async def test_two_servers_write_one_log_for_a_tenant(client: Client, sent: Sent) -> None:
    async with Gateway(str(client.gateway.serving.url.render_as_string(hide_password=False))) as second:
        other = Client(second, client.api_key)
        await other.query('{ account(accountNumber: "1") { name } }')
        ours = [create(client, "Document", f"ours-{n}", body()) for n in range(60)]
        theirs = [create(other, "Document", f"theirs-{n}", body()) for n in range(60)]
        shared = [
            write(one, "create", "Document", f"shared-{n}", body(), "version")
            for one, numbers in ((client, range(20)), (other, reversed(range(20))))
            for n in numbers
        ]
        answers = await asyncio.gather(*ours, *theirs, *shared)

    assert max(len(batch) for batch in sent) > 1
    codes = [error["code"] for answer in answers[120:] for error in answer["userErrors"]]
    assert codes == ["ALREADY_EXISTS"] * 20
    assert (await client.only("{ documents { totalCount } }"))["totalCount"] == 141
    await assert_log_is_sound(client.gateway)
