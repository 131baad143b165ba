"""A PDF that is sent under an Idempotency-Key becomes the document's once, however often it is sent: over REST and as a
GraphQL upload, on both databases. Where the request is undone, the stored PDF stays whole."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.pdf.processes import ProcessPool
from app.storage.tables import BLOB_CLAIMS
from app.storage.writes.change_log import audit
from tests.gateway import Client, Gateway
from tests.pdfs import UNFIT, labels_of, pdf

ROOT = "/api/v1/ingest"
LARGEST = 1 << 20  # bytes of a PDF
MORE_THAN_ANY = 12 << 20  # bytes that no request may have
ACCOUNT = 'mutation { createAccount(accountNumber: "A", input: {combined: {name: "Acme"}}) { created } }'
DOCUMENT = """mutation { createDocument(documentNumber: "D", input: {combined: {
  accountNumber: "A", invoiceDate: "2026-05-12", dueDate: "2026-06-11"}}) { created } }"""
ATTACH = """mutation($file: Upload!, $append: Boolean!) {
  attachPdf(documentNumber: "D", file: $file, append: $append) {
    document { attachments { id fileSize } } userErrors { code message } } }"""
ADDED = """mutation($a: Upload!, $b: Upload!) {
  patchAccount(accountNumber: "A", patch: {vat: "1"}) { account { version } userErrors { code } }
  first: attachPdf(documentNumber: "D", file: $a, append: true) { userErrors { code } }
  second: attachPdf(documentNumber: "D", file: $b, append: true) { userErrors { code } } }"""
DRY = """mutation($a: Upload!) { attachPdf(documentNumber: "D", file: $a, dryRun: true) {
  document { attachments { fileSize } } } }"""
SHOWN = '{ document(documentNumber: "D") { attachments { id url } } account(accountNumber: "A") { version } }'


@dataclass
class Desk:
    """Where PDFs of the document D are pushed by one facade in a test."""

    client: Client
    facade: str
    connection: str

    async def push(
        self, content: bytes, key: str | None, *, append: bool = True, client: Client | None = None
    ) -> httpx.Response:
        sender = client or self.client
        if self.facade == "graphql":
            variables = {"file": None, "append": append}
            return await form(sender, ATTACH, key, variables, file=content)
        headers = {**sender.headers, **under(key), "Content-Type": "application/pdf"}
        path = push_path(self.connection, f"?append={append}")
        return await sender.gateway.http.post(path, content=content, headers=headers)

    async def pages(self) -> list[str]:
        """The labels of the document's stored pages."""
        return await pages(self.client)

    def refusal(self, answer: httpx.Response) -> tuple[str, str]:
        """The code and the message by which a file was refused."""
        if self.facade == "graphql":
            (fault,) = answer.json()["data"]["attachPdf"]["userErrors"]
            return fault["code"], fault["message"]
        return answer.json()["error"], answer.json()["message"]


def under(key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": key} if key else {}


def push_path(connection: str, query: str = "", number: str = "D") -> str:
    return f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/{number}{query}"


async def form(client: Client, text: str, key: str | None, variables: dict[str, Any], **files: bytes) -> httpx.Response:
    """A multipart request, whose boundary is another each time."""
    data = {
        "operations": json.dumps({"query": text, "variables": variables}),
        "map": json.dumps({name: [f"variables.{name}"] for name in files}),
    }
    named = {name: (f"{name}.pdf", content, "application/pdf") for name, content in files.items()}
    headers = {**client.headers, **under(key)}
    return await client.gateway.http.post("/graphql", data=data, files=named, headers=headers)


async def pages(client: Client) -> list[str]:
    found = await client.query(SHOWN)
    ((shown),) = found["document"]["attachments"]
    answer = await client.gateway.http.get(shown["url"])
    assert answer.status_code == 200
    return labels_of(answer.content)


async def blobs(gateway: Gateway) -> int:
    return len([blob async for blob in gateway.app.state.files.blobs.list()])


async def claims(gateway: Gateway) -> int:
    async with gateway.database.reading() as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(BLOB_CLAIMS)) or 0)


def replays(answers: list[httpx.Response]) -> int:
    return sum("idempotent-replayed" in answer.headers for answer in answers)


@pytest.fixture
async def gateway(database_url: str) -> AsyncIterator[Gateway]:
    async with Gateway(database_url, max_pdf_bytes=LARGEST) as made:
        yield made


@pytest.fixture(params=("rest", "graphql"))
async def desk(request: pytest.FixtureRequest, acme: Client) -> Desk:
    await acme.query(ACCOUNT)
    await acme.query(DOCUMENT)
    connection = await acme.only("{ tenant { connectionId } }")
    return Desk(acme, request.param, connection["connectionId"])


async def test_an_append_that_is_sent_again_is_answered_as_before_and_appends_once(desk: Desk) -> None:
    await desk.push(pdf("one"), None)
    first, again = [await desk.push(pdf("two"), "k") for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (replays([first]), replays([again])) == (0, 1)
    assert await desk.pages() == ["one", "two"]


async def test_without_a_key_each_append_appends(desk: Desk) -> None:
    for _ in range(3):
        await desk.push(pdf("one"), None)
    assert await desk.pages() == ["one", "one", "one"]


async def test_a_push_that_is_sent_again_after_another_one_does_not_undo_that(desk: Desk) -> None:
    await desk.push(pdf("one"), "k", append=False)
    await desk.push(pdf("two"), None, append=False)
    assert replays([await desk.push(pdf("one"), "k", append=False)]) == 1
    assert await desk.pages() == ["two"]


@pytest.mark.parametrize("append", [True, False])
async def test_another_file_under_the_key_is_refused_and_the_pdf_unchanged(desk: Desk, append: bool) -> None:
    await desk.push(pdf("one"), "k", append=append)
    refused = await desk.push(pdf("two"), "k", append=append)
    assert refused.status_code == 422
    assert "was used for another request" in refused.text
    assert await desk.pages() == ["one"]


async def test_the_same_file_to_be_used_otherwise_is_another_request(desk: Desk) -> None:
    await desk.push(pdf("one"), "k", append=False)
    assert (await desk.push(pdf("one"), "k", append=True)).status_code == 422
    assert await desk.pages() == ["one"]


async def test_of_five_at_once_under_one_key_one_is_done(desk: Desk) -> None:
    await desk.push(pdf("one"), None)
    answers = await asyncio.gather(*(desk.push(pdf("two"), "k") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert replays(answers) == 4
    assert await desk.pages() == ["one", "two"]
    assert (await blobs(desk.client.gateway), await claims(desk.client.gateway)) == (1, 0)


async def test_five_at_once_under_keys_of_their_own_are_all_done(desk: Desk) -> None:
    await desk.push(pdf("one"), None)
    answers = await asyncio.gather(*(desk.push(pdf(str(n)), f"k{n}") for n in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await desk.pages())[0] == "one"
    assert sorted((await desk.pages())[1:]) == ["0", "1", "2", "3", "4"]
    assert (await blobs(desk.client.gateway), await claims(desk.client.gateway)) == (1, 0)
    assert [one.fault async for one in audit(desk.client.gateway.database)] == [None]


async def refuse_answers(gateway: Gateway) -> None:
    """Lets the database refuse the answer, which is written at the end of a request."""
    refusing = ["CREATE TRIGGER refuse BEFORE UPDATE ON idempotent_answers BEGIN SELECT RAISE(ABORT, 'no'); END"]
    if not gateway.database.is_sqlite:
        function = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
        trigger = "CREATE TRIGGER refuse BEFORE UPDATE ON idempotent_answers FOR EACH ROW EXECUTE FUNCTION refuse()"
        refusing = [function, trigger]
    await execute(gateway, *refusing)


async def accept_answers(gateway: Gateway) -> None:
    await execute(gateway, "DROP TRIGGER refuse" + ("" if gateway.database.is_sqlite else " ON idempotent_answers"))


async def execute(gateway: Gateway, *statements: str) -> None:
    async with gateway.database.writing() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))


async def test_where_all_is_undone_the_stored_pdf_is_whole_and_the_key_free(desk: Desk) -> None:
    await desk.push(pdf("one"), None)

    await refuse_answers(desk.client.gateway)
    assert (await desk.push(pdf("two"), "k")).status_code == 500
    await accept_answers(desk.client.gateway)
    assert await desk.pages() == ["one"]
    assert (await blobs(desk.client.gateway), await claims(desk.client.gateway)) == (1, 0)
    done = await desk.push(pdf("two"), "k")
    assert (done.status_code, replays([done])) == (200, 0)
    assert await desk.pages() == ["one", "two"]


@pytest.mark.parametrize("kind", ["encrypted", "no PDF"])
async def test_a_file_that_is_refused_leaves_the_stored_one_and_is_refused_again(desk: Desk, kind: str) -> None:
    make, reason = UNFIT[kind]
    await desk.push(pdf("one"), None)
    unfit = make()
    first, again = [await desk.push(unfit, "k") for _ in range(2)]
    code = "INVALID" if desk.facade == "graphql" else "invalid_pdf"
    assert (desk.refusal(first), desk.refusal(again)) == ((code, reason), (code, reason))
    assert replays([again]) == 1
    assert await desk.pages() == ["one"]
    assert (await blobs(desk.client.gateway), await claims(desk.client.gateway)) == (1, 0)


async def test_writers_go_on_while_a_file_waits_to_be_judged(desk: Desk) -> None:
    pool = desk.client.gateway.app.state.files.workers.pool
    async with AsyncExitStack() as others:
        for key in range(pool.slots.free):
            await others.enter_async_context(pool.turn(f"other {key}"))
        pushing = asyncio.create_task(desk.push(pdf("one"), "k"))
        await until_one_waits(pool)
        assert await version_after_patch(desk.client) == 2
        assert not pushing.done()
    assert (await pushing).status_code == 200
    assert await desk.pages() == ["one"]


async def until_one_waits(pool: ProcessPool) -> None:
    for _ in range(1_000):
        if pool.slots.waiting:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits for a process")


async def version_after_patch(client: Client) -> int:
    text = 'mutation { patchAccount(accountNumber: "A", patch: {vat: "1"}) { account { version } } }'
    version: int = (await client.only(text))["account"]["version"]
    return version


@pytest.mark.parametrize("desk", ["graphql"], indirect=True)
async def test_files_of_one_mutation_are_appended_once_with_all_else_that_it_writes(desk: Desk) -> None:
    await desk.push(pdf("one"), None)
    sent = {"a": pdf("two"), "b": pdf("three")}
    answers = [await form(desk.client, ADDED, "k", {"a": None, "b": None}, **sent) for _ in range(2)]
    assert answers[0].json() == {
        "data": {
            "patchAccount": {"account": {"version": 2}, "userErrors": []},
            "first": {"userErrors": []},
            "second": {"userErrors": []},
        }
    }
    assert answers[1].content == answers[0].content
    assert await desk.pages() == ["one", "two", "three"]
    assert (await desk.client.query(SHOWN))["account"]["version"] == 2
    assert (await blobs(desk.client.gateway), await claims(desk.client.gateway)) == (1, 0)


@pytest.mark.parametrize("desk", ["graphql"], indirect=True)
async def test_a_file_that_is_refused_after_other_fields_were_done_undoes_none_of_them(desk: Desk) -> None:
    answer = await form(desk.client, ADDED, "k", {"a": None, "b": None}, a=pdf("one"), b=UNFIT["encrypted"][0]())
    assert answer.json() == {
        "data": {
            "patchAccount": {"account": {"version": 2}, "userErrors": []},
            "first": {"userErrors": []},
            "second": {"userErrors": [{"code": "INVALID"}]},
        }
    }
    assert await desk.pages() == ["one"]
    assert (await desk.client.query(SHOWN))["account"]["version"] == 2


@pytest.mark.parametrize("desk", ["graphql"], indirect=True)
async def test_a_dry_run_under_a_key_stores_nothing(desk: Desk) -> None:
    answers = [await form(desk.client, DRY, "k", {"a": None}, a=pdf("one")) for _ in range(2)]
    (shown,) = answers[0].json()["data"]["attachPdf"]["document"]["attachments"]
    assert shown == {"fileSize": len(pdf("one"))}
    assert answers[1].content == answers[0].content
    assert (await desk.client.query(SHOWN))["document"]["attachments"] == []
    assert (await blobs(desk.client.gateway), await claims(desk.client.gateway)) == (0, 0)


@pytest.mark.parametrize("size", [LARGEST + 1, MORE_THAN_ANY])
@pytest.mark.parametrize("desk", ["rest"], indirect=True)
async def test_refusals_of_a_push_come_in_the_order_that_they_have_without_a_key(
    desk: Desk, gateway: Gateway, size: int
) -> None:
    """Each request has every fault that is refused later than the one it is answered for."""
    other = push_path("00000000-0000-0000-0000-000000000000")
    own, absent = push_path(desk.connection), push_path(desk.connection, number="absent")
    cases: tuple[tuple[Client, str, int, str], ...] = (
        (gateway.stranger(), other, 401, "unauthenticated"),
        (await gateway.reader(), other, 403, "forbidden"),
        (desk.client, other, 404, "connection_not_found"),
        (desk.client, absent, 404, "document_not_found"),
        (desk.client, own, 413, "body_too_large"),
    )
    for client, path, status, error in cases:
        for content in (bytes(size), chunks(size)):
            headers = {**client.headers, **under(secrets.token_hex()), "Content-Type": "text/plain"}
            answer = await gateway.http.post(path, content=content, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (status, error)
    headers = {**desk.client.headers, **under("k"), "Content-Type": "text/plain"}
    refused = await gateway.http.post(own, content=pdf("one"), headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_pdf")
    assert (await desk.client.query(SHOWN))["document"]["attachments"] == []


async def chunks(size: int) -> AsyncIterator[bytes]:
    """A body whose size nobody is told beforehand."""
    for start in range(0, size, 1 << 20):
        yield bytes(min(1 << 20, size - start))


async def test_a_blob_that_another_document_shares_stays(desk: Desk) -> None:
    await desk.client.query(DOCUMENT.replace('"D"', '"E"'))
    path = push_path(desk.connection, number="E")
    headers = {**desk.client.headers, "Content-Type": "application/pdf"}
    assert (await desk.client.gateway.http.post(path, content=pdf("one"), headers=headers)).status_code == 200
    await desk.push(pdf("one"), "k1", append=False)
    await desk.push(pdf("two"), "k2", append=False)
    assert await blobs(desk.client.gateway) == 2
    assert await desk.pages() == ["two"]
