"""A write under an Idempotency-Key is done once, however often it is sent: on both facades and both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.storage.database.clock import now
from app.storage.tables import IDEMPOTENT_ANSWERS
from app.storage.writes.change_log import audit
from tests.gateway import Client, Gateway

PATH = "/api/v1/ingest/accounts/A-1"
CREATE = """mutation($key: String!) { createAccount(accountNumber: $key, input: {combined: {name: "Acme"}}) {
  account { accountNumber version history { totalCount } } userErrors { code } } }"""
PATCH = """mutation { one: patchAccount(accountNumber: "A-1", patch: {vat: "1"}) { account { version } }
  two: patchAccount(accountNumber: "A-1", patch: {vat: "2"}) { account { version } } }"""
NOTED = """mutation { one: patchAccount(accountNumber: "A-1", patch: {vat: "1"}) { account { version } }
  two: createNote(accountNumber: "A-1", input: {reference: "N", body: "b"}) { note { version } } }"""


async def sent(client: Client, text: str, under: str, **variables: Any) -> httpx.Response:
    return await client.post({"query": text, "variables": variables}, **{"Idempotency-Key": under})


async def put(client: Client, body: Any, key: str, method: str = "PUT", path: str = PATH) -> httpx.Response:
    headers = {**client.headers, "Idempotency-Key": key}
    return await client.gateway.http.request(method, path, json=body, headers=headers)


async def version(client: Client) -> int | None:
    found = await client.only('{ account(accountNumber: "A-1") { version } }')
    return found and int(found["version"])


async def test_a_mutation_sent_again_is_answered_as_before_and_not_done_again(acme: Client) -> None:
    first = await sent(acme, CREATE, "k-1", key="A-1")
    again = await sent(acme, CREATE, "k-1", key="A-1")
    assert first.json() == {
        "data": {
            "createAccount": {
                "account": {"accountNumber": "A-1", "version": 1, "history": {"totalCount": 1}},
                "userErrors": [],
            }
        }
    }
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert await version(acme) == 1


async def test_so_is_a_rest_write(acme: Client) -> None:
    first, again = await put(acme, {"name": "Acme"}, "k-1"), await put(acme, {"name": "Acme"}, "k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert await version(acme) == 1


async def test_a_rest_answer_keeps_its_version_and_the_fields_that_were_ignored(acme: Client) -> None:
    body = {"name": "Acme", "nmae": "Acme"}
    first, again = await put(acme, body, "k-1"), await put(acme, body, "k-1")
    for answer in (first, again):
        assert (answer.headers["etag"], answer.headers["x-ignored-fields"]) == ('"1"', "nmae")
    assert again.headers["idempotent-replayed"] == "true"

    plain = [await put(acme, {"name": "Other"}, "k-2") for _ in range(2)]
    assert [(answer.headers["etag"], answer.headers.get("x-ignored-fields")) for answer in plain] == [('"2"', None)] * 2


async def test_so_does_a_refusal(acme: Client) -> None:
    answers = [await put(acme, {"nmae": "Acme"}, "k-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [answer.headers["x-ignored-fields"] for answer in answers] == ["nmae", "nmae"]
    assert [answer.headers.get("etag") for answer in answers] == [None, None]


async def test_no_other_header_is_kept(acme: Client) -> None:
    """The answer of a mutation has none of the two; what tells of one request alone is each request's own."""
    for _ in range(2):
        mutation = await sent(acme, CREATE, "k-1", key="A-1")
        assert {"etag", "x-ignored-fields"}.isdisjoint(mutation.headers)
    rest = [await put(acme, {"name": "Acme"}, "k-2") for _ in range(2)]
    assert len({answer.headers["x-request-id"] for answer in rest}) == 2


async def test_an_answer_that_was_kept_before_headers_were_is_given_without(acme: Client) -> None:
    first = await put(acme, {"name": "Acme"}, "k-1")
    async with acme.gateway.database.writing() as connection:
        await connection.execute(sa.update(IDEMPOTENT_ANSWERS).values(headers=None))
    again = await put(acme, {"name": "Acme"}, "k-1")
    assert (again.status_code, again.content, again.headers.get("etag")) == (201, first.content, None)


async def test_the_same_write_under_another_precondition_is_another_request(acme: Client) -> None:
    async def put_at(tag: str) -> httpx.Response:
        headers = {**acme.headers, "Idempotency-Key": "k-2", "If-Match": tag}
        return await acme.gateway.http.put(PATH, json={"name": "Other"}, headers=headers)

    await put(acme, {"name": "Acme"}, "k-1")
    answers = [await put_at(tag) for tag in ('"7"', '"7"', '"1"')]
    assert [answer.status_code for answer in answers] == [412, 412, 422]
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert answers[2].json()["error"] == "idempotency_key_reused"
    assert await version(acme) == 1


async def test_several_fields_of_one_mutation_are_done_once_together(acme: Client) -> None:
    await put(acme, {"name": "Acme"}, "k-1")
    answers = [(await sent(acme, PATCH, "k-2")).json() for _ in range(3)]
    assert answers == [{"data": {"one": {"account": {"version": 2}}, "two": {"account": {"version": 3}}}}] * 3
    assert await version(acme) == 3


async def test_a_refusal_is_kept_too(acme: Client) -> None:
    missing = await put(acme, {"vat": "1"}, "k-1", "PATCH")
    await put(acme, {"name": "Acme"}, "k-2")
    again = await put(acme, {"vat": "1"}, "k-1", "PATCH")
    assert (missing.status_code, again.status_code) == (404, 404)
    assert again.content == missing.content
    assert await version(acme) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"body": {"name": "Other"}},
        {"method": "PATCH"},
        {"path": "/api/v1/ingest/accounts/A-2"},
        {"path": f"{PATH}?x=1"},
    ],
    ids=str,
)
async def test_another_request_under_the_same_key_is_refused(acme: Client, other: dict[str, Any]) -> None:
    await put(acme, {"name": "Acme"}, "k-1")
    refused = await put(acme, **{"body": {"name": "Acme"}, "key": "k-1", **other})
    assert (refused.status_code, refused.json()["error"]) == (422, "idempotency_key_reused")
    assert await acme.query("{ accounts { nodes { name version } } }") == {
        "accounts": {"nodes": [{"name": "Acme", "version": 1}]}
    }


async def test_another_mutation_under_the_same_key_is_refused(acme: Client) -> None:
    await sent(acme, CREATE, "k-1", key="A-1")
    refused = await sent(acme, CREATE, "k-1", key="A-2")
    assert refused.status_code == 422
    assert refused.json() == {
        "errors": [
            {
                "message": "This Idempotency-Key was used for another request: take a new one for each.",
                "extensions": {"code": "BAD_REQUEST"},
            }
        ]
    }
    assert await acme.only("{ accounts { totalCount } }") == {"totalCount": 1}


async def test_of_twenty_at_once_one_is_done(acme: Client) -> None:
    await put(acme, {"name": "Acme"}, "k-1")
    answers = await asyncio.gather(*(put(acme, {"vat": "1"}, "k-2", "PATCH") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 19
    assert await version(acme) == 2
    assert [one.fault async for one in audit(acme.gateway.database)] == [None]


async def test_a_key_is_a_tenant_s_own(acme: Client, gateway: Gateway) -> None:
    globex = await gateway.tenant("globex")
    await put(acme, {"name": "Acme"}, "k-1")
    assert (await put(globex, {"name": "Globex"}, "k-1")).status_code == 201
    assert await globex.only('{ account(accountNumber: "A-1") { name } }') == {"name": "Globex"}


async def test_after_a_day_a_key_is_free_again(acme: Client) -> None:
    await put(acme, {"name": "Acme"}, "k-1")
    async with acme.gateway.database.writing() as connection:
        await connection.execute(sa.update(IDEMPOTENT_ANSWERS).values(created_at=now() - timedelta(days=1, minutes=1)))
    again = await put(acme, {"name": "Acme"}, "k-1")
    assert (again.status_code, again.headers.get("idempotent-replayed")) == (200, None)  # done, and not created again


async def rename_table(client: Client, name: str, other: str) -> None:
    async with client.gateway.database.writing() as connection:
        await connection.execute(sa.text(f"ALTER TABLE {name} RENAME TO {other}"))


async def test_what_the_server_fails_at_is_undone_and_can_be_tried_again(acme: Client) -> None:
    await put(acme, {"name": "Acme"}, "k-1")
    await rename_table(acme, "notes", "lost_notes")
    failed = await sent(acme, NOTED, "k-2")
    await rename_table(acme, "lost_notes", "notes")
    assert failed.status_code == 500
    assert failed.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert await version(acme) == 1
    assert (await sent(acme, NOTED, "k-2")).json() == {
        "data": {"one": {"account": {"version": 2}}, "two": {"note": {"version": 1}}}
    }


async def test_queries_are_not_kept(acme: Client) -> None:
    assert (await sent(acme, "{ accounts { totalCount } }", "k-1")).json()["data"]["accounts"]["totalCount"] == 0
    await put(acme, {"name": "Acme"}, "k-2")
    assert (await sent(acme, "{ accounts { totalCount } }", "k-1")).json()["data"]["accounts"]["totalCount"] == 1


async def test_strangers_and_readers_are_refused_as_ever_and_nothing_is_kept(acme: Client, gateway: Gateway) -> None:
    assert (await put(gateway.stranger(), {"name": "Acme"}, "k-1")).status_code == 401
    assert (await put(await gateway.reader(), {"name": "Acme"}, "k-1")).status_code == 403
    assert (await put(acme, {"name": "Acme"}, "k-1")).status_code == 201


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "é"])
async def test_a_key_that_is_none_is_refused(acme: Client, key: str) -> None:
    headers: Any = {**acme.headers, "Idempotency-Key": key.encode("latin-1")}
    answer = await acme.gateway.http.put(PATH, json={"name": "Acme"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert await version(acme) is None


DRY = """mutation($dry: Boolean!) {
  one: createAccount(accountNumber: "A-1", input: {combined: {name: "Acme"}}, dryRun: $dry)
  { account { version } } two: createAccount(accountNumber: "A-2", input: {combined: {name: "B"}}, dryRun: true)
  { account { version } } }"""
LARGE = """mutation($lines: [LineItemInput!]!) { createDocument(documentNumber: "D-1", input: {combined: {
  accountNumber: "A-1", invoiceDate: "2026-05-12", dueDate: "2026-06-11", lineItems: $lines}})
  { document { lineItems { description } } userErrors { code message } } }"""
LINES = [{"description": "ä" * 200}] * 3_000  # in UTF-8 more than a mebibyte


async def keys_of(client: Client) -> list[str]:
    async with client.gateway.database.reading() as connection:
        return list((await connection.execute(sa.select(IDEMPOTENT_ANSWERS.c.key))).scalars())


async def test_a_dry_run_is_not_kept(acme: Client) -> None:
    for _ in range(2):
        answer = await sent(acme, DRY, "k-1", dry=True)
        assert answer.json() == {"data": {"one": {"account": {"version": 1}}, "two": {"account": {"version": 1}}}}
        assert "idempotent-replayed" not in answer.headers
    assert await keys_of(acme) == []
    assert await version(acme) is None


async def test_a_mutation_of_which_one_field_writes_is_kept(acme: Client) -> None:
    answers = [await sent(acme, DRY, "k-1", dry=False) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert (await keys_of(acme), await version(acme)) == (["k-1"], 1)


async def test_a_large_answer_is_not_kept_and_its_replay_is_told_so(
    acme: Client, caplog: pytest.LogCaptureFixture
) -> None:
    await put(acme, {"name": "Acme"}, "k-0")
    first = await sent(acme, LARGE, "k-1", lines=LINES)
    assert first.json()["data"]["createDocument"]["document"]["lineItems"] == LINES
    assert f"the answer of {len(first.content)} bytes is too large to be kept for its key" in caplog.text
    again = await sent(acme, LARGE, "k-1", lines=LINES)
    message = (
        "This request was done before and answered with status 200. The answer was larger than 1 MiB and not kept: "
        "read what you need of it."
    )
    assert (again.status_code, again.headers["idempotent-replayed"]) == (409, "true")
    assert again.json() == {"errors": [{"message": message, "extensions": {"code": "ANSWER_NOT_KEPT"}}]}
    assert (await sent(acme, LARGE, "k-1", lines=LINES[1:])).status_code == 422
    assert await acme.only('{ document(documentNumber: "D-1") { version } }') == {"version": 1}


async def test_over_rest_too(acme: Client) -> None:
    await put(acme, {"name": "Acme"}, "k-1")
    document = {"account_number": "A-1", "invoice_date": "2026-05-12", "due_date": "2026-06-11", "line_items": LINES}
    path = "/api/v1/ingest/documents/D-1"
    first, again = [await put(acme, document, "k-2", path=path) for _ in range(2)]
    assert (first.status_code, len(first.content) > 2**20) == (201, True)
    assert (again.status_code, again.json()["error"]) == (409, "answer_not_kept")
    assert "answered with status 201" in again.json()["message"]


async def test_beyond_100_000_keys_a_day_a_new_one_is_refused_and_none_is_forgotten(
    acme: Client, database_url: str
) -> None:
    first = await put(acme, {"name": "Acme"}, "k-first")
    columns = ["tenant_id", "key", "fingerprint", "status", "content_type", "body", "created_at"]
    used = sa.select(IDEMPOTENT_ANSWERS).limit(1).subquery()
    number = used_numbers(acme, 99_999)
    copies = sa.select(used.c.tenant_id, sa.cast(number.c.n, sa.Text()), *(used.c[name] for name in columns[2:]))
    async with acme.gateway.database.writing() as connection:
        await connection.execute(sa.insert(IDEMPOTENT_ANSWERS).from_select(columns, copies.join(number, sa.true())))
    assert len(await keys_of(acme)) == 100_000
    async with Gateway(database_url) as another:  # a process that has counted none of them by now
        await refuses_new_keys(acme, Client(another, acme.api_key), first)


async def refuses_new_keys(owner: Client, acme: Client, first: httpx.Response) -> None:
    refused = await put(acme, {"vat": "1"}, "k-new", "PATCH")
    assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) == 60
    over_graphql = await sent(acme, PATCH, "k-new")
    assert (over_graphql.status_code, over_graphql.headers["retry-after"]) == (429, "60")
    assert over_graphql.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert await version(acme) == 1

    again = await put(acme, {"name": "Acme"}, "k-first")
    assert (again.status_code, again.content) == (201, first.content)
    old = sa.update(IDEMPOTENT_ANSWERS).values(created_at=now() - timedelta(days=2))
    async with owner.gateway.database.writing() as connection:
        await connection.execute(old.where(IDEMPOTENT_ANSWERS.c.key.in_(["7", "8"])))
    answers = [await put(acme, {"vat": str(n)}, f"k-{n}", "PATCH") for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def used_numbers(client: Client, last: int) -> sa.Subquery:
    """The numbers up to the last, as rows."""
    if client.gateway.serving.is_sqlite:
        first = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
        return first.union_all(sa.select(first.c.n + 1).where(first.c.n < last)).select().subquery()
    return sa.select(sa.func.generate_series(1, last).label("n")).subquery()


async def test_a_replay_costs_what_the_request_did(database_url: str) -> None:
    """Of 100 points: a REST write takes 12, the replay as many, and so does the key's use for another request."""
    async with Gateway(database_url, budget=100) as gateway:
        acme = await gateway.tenant()
        assert [(await put(acme, {"name": "Acme"}, "k-1")).status_code for _ in range(8)] == [201] * 8
        refused = await put(acme, {"name": "Acme"}, "k-1")
        assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
        assert "The request costs 12 points, and 4 are left of the key's budget" in refused.json()["message"]
        assert int(refused.headers["retry-after"]) > 0

        globex = await gateway.tenant("globex")
        cost = {"X-Gateway-Cost": "true"}
        body = {"query": CREATE, "variables": {"key": "A-1"}}
        first, again = [await globex.post(body, **{"Idempotency-Key": "k"}, **cost) for _ in range(2)]
        requested = first.json()["extensions"]["cost"]["requested"]
        assert again.content == first.content
        left = (await globex.post({"query": "{ __typename }"}, **cost)).json()["extensions"]["cost"]["budget"]
        assert left["remaining"] <= 100 - 2 * requested
