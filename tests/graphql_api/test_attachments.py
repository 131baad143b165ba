"""PDFs in GraphQL: listed without being made, uploaded by multipart requests, linked to for browsers."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.auth.signed_urls import SignedUrls
from app.storage.database.clock import now
from tests.gateway import Client, Gateway
from tests.pdfs import FIT, HARMED, UNFIT, labels_of, pdf

ACCOUNT = """mutation($n: String!) {
  createAccount(accountNumber: $n, input: {combined: {name: "Acme"}}) { userErrors { message } }
}"""
DOCUMENT = """mutation($n: String!, $account: String!, $terms: String) {
  createDocument(documentNumber: $n, input: {combined: {
    accountNumber: $account, invoiceDate: "2026-05-12", dueDate: "2026-06-11", thickBilling: {terms: $terms}
  }}) { userErrors { message field } document { attachments { id source } } }
}"""
ATTACH = """mutation($n: String!, $file: Upload!, $append: Boolean! = false, $dry: Boolean! = false) {
  attachPdf(documentNumber: $n, file: $file, append: $append, dryRun: $dry) {
    document { documentNumber attachments { id fileSize uploadedAt source url } } userErrors { code message field }
  }
}"""
ATTACHMENTS = (
    "query($n: String!) { document(documentNumber: $n) { attachments { id fileSize source uploadedAt url } } }"
)
ALL = "{ documents { nodes { documentNumber attachments { id fileSize source uploadedAt } } } }"
PDF = pdf("one", "two")

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
async def ledger(acme: Client) -> Client:
    """The tenant with an account, PLAIN without thick billing data and THICK with it."""
    await acme.query(ACCOUNT, n="A")
    await acme.query(DOCUMENT, n="PLAIN", account="A", terms=None)
    await acme.query(DOCUMENT, n="THICK", account="A", terms="Net 30")
    return acme


async def attachments(client: Client, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.only(ATTACHMENTS, n=number))["attachments"]
    return found


async def form(client: Client, operations: Any, mapped: Any, **files: bytes) -> httpx.Response:
    """A multipart request; what is no text is sent as JSON."""
    data = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in (("operations", operations), ("map", mapped))
        if value is not None
    }
    named = {name: (f"{name}.pdf", content, "application/pdf") for name, content in files.items()}
    return await client.gateway.http.post("/graphql", data=data, files=named, headers=client.headers)


async def attach(client: Client, content: bytes, number: str = "PLAIN", **variables: Any) -> Any:
    operations = {"query": ATTACH, "variables": {"n": number, "file": None, **variables}}
    client.gateway.statements.texts.clear()
    answer = (await form(client, operations, {"0": ["variables.file"]}, **{"0": content})).json()
    assert "errors" not in answer, answer
    return answer["data"]["attachPdf"]


async def test_an_upload_becomes_the_documents_pdf(ledger: Client) -> None:
    payload = await attach(ledger, PDF)

    assert payload["userErrors"] == []
    (shown,) = payload["document"]["attachments"]
    assert (shown["fileSize"], shown["source"]) == (len(PDF), "PUSHED")
    (listed,) = await attachments(ledger, "PLAIN")
    assert {**listed, "url": ""} == {**shown, "url": ""}
    assert (await ledger.gateway.http.get(listed["url"])).content == PDF


async def test_append_adds_pages(ledger: Client) -> None:
    await attach(ledger, PDF)
    await attach(ledger, pdf("three"), append=True)

    (shown,) = await attachments(ledger, "PLAIN")
    assert labels_of((await ledger.gateway.http.get(shown["url"])).content) == ["one", "two", "three"]


async def test_a_dry_run_answers_the_attachment_and_keeps_none(ledger: Client) -> None:
    payload = await attach(ledger, PDF, dry=True)

    assert [shown["fileSize"] for shown in payload["document"]["attachments"]] == [len(PDF)]
    assert await attachments(ledger, "PLAIN") == []


@pytest.mark.parametrize("kind", UNFIT)
async def test_an_unfit_file_is_a_user_error_at_the_file(ledger: Client, kind: str) -> None:
    make, reason = UNFIT[kind]

    payload = await attach(ledger, make())

    assert payload == {
        "document": None,
        "userErrors": [{"code": "INVALID", "message": reason, "field": ["file"]}],
    }
    assert await attachments(ledger, "PLAIN") == []


@pytest.mark.parametrize("kind", FIT)
async def test_what_a_reader_opens_becomes_the_documents_pdf(ledger: Client, kind: str) -> None:
    content = FIT[kind]()

    payload = await attach(ledger, content)

    assert payload["userErrors"] == []
    (shown,) = await attachments(ledger, "PLAIN")
    assert (await ledger.gateway.http.get(shown["url"])).content == content


@pytest.mark.parametrize("kind", HARMED)
async def test_an_append_that_would_harm_a_file_is_a_user_error_at_append(ledger: Client, kind: str) -> None:
    make, reason = HARMED[kind]
    harmed = make()
    for stored, pushed, which, advice in (
        (harmed, pdf("more"), "stored", "Push one file with all pages, without append, to take its place."),
        (pdf("kept"), harmed, "pushed", "Push it without append, or to another document."),
    ):
        await attach(ledger, stored)
        before = await attachments(ledger, "PLAIN")

        payload = await attach(ledger, pushed, append=True)

        message = f"The {which} PDF {reason} {advice}"
        assert payload == {
            "document": None,
            "userErrors": [{"code": "INVALID", "message": message, "field": ["append"]}],
        }
        (shown,) = await attachments(ledger, "PLAIN")
        assert shown["id"] == before[0]["id"]
        assert (await ledger.gateway.http.get(shown["url"])).content == stored


async def test_what_is_over_a_limit_is_too_long(database_url: str) -> None:
    async with Gateway(database_url, max_pdf_bytes=1024, max_pdf_pages=2) as gateway:
        client = await gateway.tenant()
        await client.query(ACCOUNT, n="A")
        await client.query(DOCUMENT, n="PLAIN", account="A", terms=None)
        for content in (bytes(1025), pdf(*"abc")):
            (error,) = (await attach(client, content))["userErrors"]
            assert (error["code"], error["field"]) == ("TOO_LONG", ["file"])
        assert await attachments(client, "PLAIN") == []


async def test_a_document_that_is_not_there_is_a_user_error(ledger: Client) -> None:
    payload = await attach(ledger, PDF, "ABSENT")

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("NOT_FOUND", ["documentNumber"])]


async def test_a_key_that_may_only_read_is_forbidden_to_attach(ledger: Client, gateway: Gateway) -> None:
    reader = await gateway.reader()
    operations = {"query": ATTACH, "variables": {"n": "PLAIN", "file": None}}

    answer = (await form(reader, operations, {"0": ["variables.file"]}, **{"0": PDF})).json()

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await attachments(ledger, "PLAIN") == []


async def test_a_form_without_a_key_is_refused_whoever_makes_a_browser_send_it(ledger: Client) -> None:
    stranger = ledger.gateway.stranger()
    operations = {"query": ATTACH, "variables": {"n": "PLAIN", "file": None}}

    response = await form(stranger, operations, {"0": ["variables.file"]}, **{"0": PDF})

    assert response.status_code == 401
    assert await attachments(ledger, "PLAIN") == []


GOOD = {"query": ATTACH, "variables": {"n": "PLAIN", "file": None}}


@pytest.mark.parametrize(
    ("operations", "mapped", "message"),
    [
        (None, {"0": ["variables.file"]}, "The form needs a part 'operations' that is JSON, not a file."),
        (GOOD, None, "The form needs a part 'map' that is JSON, not a file."),
        ("{", {"0": ["variables.file"]}, "'operations': The request is no JSON."),
        (
            [GOOD],
            {"0": ["0.variables.file"]},
            "'operations' and 'map' must be one JSON object each; batches are not taken.",
        ),
        (GOOD, [], "'operations' and 'map' must be one JSON object each; batches are not taken."),
        (GOOD, {"1": ["variables.file"]}, "The form has no file '1', which 'map' names."),
        (GOOD, {"0": "variables.file"}, "'map' must give '0' a list of paths such as variables.file."),
        (GOOD, {"0": []}, "'map' must give '0' a list of paths such as variables.file."),
        (GOOD, {"0": ["variables.n"]}, "'operations' has no null at variables.n, where 'map' puts a file."),
        (GOOD, {"0": ["variables.other"]}, "'operations' has no null at variables.other, where 'map' puts a file."),
        (GOOD, {"0": ["variables.n.x.0"]}, "'operations' has no null at variables.n.x.0, where 'map' puts a file."),
        (GOOD, {"0": ["query"]}, "'operations' has no null at query, where 'map' puts a file."),
        (GOOD, {"0": ["variables"]}, "'operations' has no null at variables, where 'map' puts a file."),
    ],
)
async def test_a_form_against_the_specification_is_refused(
    ledger: Client, operations: Any, mapped: Any, message: str
) -> None:
    response = await form(ledger, operations, mapped, **{"0": PDF})

    assert response.status_code == 400
    assert [(error["extensions"]["code"], error["message"]) for error in response.json()["errors"]] == [
        ("BAD_REQUEST", message)
    ]
    assert await attachments(ledger, "PLAIN") == []


async def test_a_form_over_the_limits_is_413(database_url: str) -> None:
    async with Gateway(database_url, max_pdf_bytes=1024, max_body_bytes=2048) as gateway:
        client = await gateway.tenant()
        response = await form(client, GOOD, {"0": ["variables.file"]}, **{"0": bytes(4096)})

    assert response.status_code == 413


async def test_one_file_may_stand_for_several_variables(ledger: Client) -> None:
    text = """mutation($files: [Upload!]!, $one: Upload!) {
      a: attachPdf(documentNumber: "PLAIN", file: $one) { userErrors { message } }
    }"""
    operations = {"query": text.replace("$files: [Upload!]!, ", ""), "variables": {"one": None}}

    answer = (await form(ledger, operations, {"0": ["variables.one"]}, **{"0": PDF})).json()

    assert answer == {"data": {"a": {"userErrors": []}}}


@pytest.mark.parametrize("value", ['"text"', "5", "null"])
async def test_an_upload_cannot_be_written_in_the_text_or_in_json(ledger: Client, value: str) -> None:
    text = f'mutation {{ attachPdf(documentNumber: "PLAIN", file: {value}) {{ userErrors {{ message }} }} }}'
    assert await ledger.error_codes(text) == ["GRAPHQL_VALIDATION_FAILED"]
    assert await ledger.error_codes(ATTACH, n="PLAIN", file=json.loads(value)) == ["BAD_USER_INPUT"]
    assert await attachments(ledger, "PLAIN") == []


async def test_a_listing_makes_no_pdf_and_takes_one_statement_for_all_documents(ledger: Client) -> None:
    await attach(ledger, PDF)

    nodes = (await ledger.only(ALL))["nodes"]

    assert len(ledger.gateway.statements) == 1
    assert {node["documentNumber"]: [found["source"] for found in node["attachments"]] for node in nodes} == {
        "PLAIN": ["PUSHED"],
        "THICK": ["GENERATED"],
    }
    (generated,) = nodes[1]["attachments"]
    assert generated["fileSize"] is None
    assert len([blob async for blob in ledger.gateway.app.state.files.blobs.list()]) == 1


async def test_a_generated_pdf_is_made_by_its_url_and_then_has_a_size(ledger: Client) -> None:
    (before,) = await attachments(ledger, "THICK")

    response = await ledger.gateway.http.get(before["url"])

    assert (response.status_code, response.headers["content-type"]) == (200, "application/pdf")
    (after,) = await attachments(ledger, "THICK")
    assert (after["id"], after["uploadedAt"]) == (before["id"], before["uploadedAt"])
    assert (before["fileSize"], after["fileSize"]) == (None, len(response.content))
    assert (await ledger.gateway.http.get(after["url"])).content == response.content


async def test_a_new_document_answers_its_attachment_in_the_same_breath(ledger: Client) -> None:
    payload = await ledger.only(DOCUMENT, n="NEW", account="A", terms="Net 30")

    assert [shown["source"] for shown in payload["document"]["attachments"]] == ["GENERATED"]


async def test_a_url_lasts_ten_minutes_and_opens_this_one_file(ledger: Client) -> None:
    await attach(ledger, PDF)
    (shown,) = await attachments(ledger, "PLAIN")
    (thick,) = await attachments(ledger, "THICK")
    get = ledger.gateway.http.get
    url, other = urlsplit(shown["url"]), urlsplit(thick["url"])

    assert (url.scheme, url.netloc) == ("http", "gateway")
    expires, signature = (parse_qs(url.query)[name][0] for name in ("expires", "signature"))
    assert 590 <= int(expires) - now().timestamp() <= 600
    for path, query in (
        (other.path, url.query),
        (url.path.rpartition("/")[0] + "/" + "0" * 24, url.query),
        (url.path.replace("/files/1/", "/files/2/"), url.query),
        (url.path, f"expires={int(expires) + 1}&signature={signature}"),
        (url.path, f"expires={expires}&signature={'0' * 64}"),
        (url.path, f"expires={expires}"),
        (url.path, "signature=ü&expires=x"),
        (url.path, ""),
    ):
        assert (await get(f"{path}?{query}")).status_code == 403
    assert (await get(await link_made_before(ledger, url.path, 599 - 10))).status_code == 200
    response = await get(await link_made_before(ledger, url.path, 601))
    assert (response.status_code, response.json()["message"]) == (403, "The link has expired: ask for another one.")


async def link_made_before(ledger: Client, path: str, seconds: int) -> str:
    """The URL of the same file that was given so many seconds ago."""
    urls = SignedUrls(ledger.gateway.serving, clock=lambda: now() - timedelta(seconds=seconds))
    await urls.load()
    tenant_id, csr_id, attachment_id = path.split("/")[-3:]
    return urls.path(int(tenant_id), int(csr_id), attachment_id)


async def test_a_url_of_a_former_version_is_404(ledger: Client) -> None:
    await attach(ledger, PDF)
    (shown,) = await attachments(ledger, "PLAIN")
    await attach(ledger, pdf("other"))

    assert (await ledger.gateway.http.get(shown["url"])).status_code == 404


async def test_every_worker_signs_with_the_secret_of_the_database(database_url: str, tmp_path: Path) -> None:
    blob_url = tmp_path.as_uri()
    async with Gateway(database_url, blob_url=blob_url) as one, Gateway(database_url, blob_url=blob_url) as two:
        client = await one.tenant()
        await client.query(ACCOUNT, n="A")
        await client.query(DOCUMENT, n="PLAIN", account="A", terms=None)
        await attach(client, PDF)
        (shown,) = await attachments(client, "PLAIN")

        response = await two.http.get(shown["url"])

    assert response.content == PDF
    assert response.headers["referrer-policy"] == "no-referrer"


async def test_urls_begin_with_the_public_address_where_one_is_set(database_url: str) -> None:
    async with Gateway(database_url, public_url="https://billing.example.com/") as gateway:
        client = await gateway.tenant()
        await client.query(ACCOUNT, n="A")
        await client.query(DOCUMENT, n="THICK", account="A", terms="Net 30")
        (shown,) = await attachments(client, "THICK")

    assert shown["url"].startswith("https://billing.example.com/files/1/")


async def test_a_store_that_is_away_is_told_with_a_request_id_and_nothing_is_written(database_url: str) -> None:
    async with Gateway(database_url, blob_url="file:///proc/nope") as gateway:
        client = await gateway.tenant()
        await client.query(ACCOUNT, n="A")
        await client.query(DOCUMENT, n="PLAIN", account="A", terms=None)
        operations = {"query": ATTACH, "variables": {"n": "PLAIN", "file": None}}
        response = await form(client, operations, {"0": ["variables.file"]}, **{"0": PDF})
        stored = await attachments(client, "PLAIN")

    request_id, answer = response.headers["x-request-id"], response.json()
    message = f"The store of the PDFs does not answer: try again. Quote request {request_id} when you report it."
    error = {"message": message, "extensions": {"code": "UNAVAILABLE", "requestId": request_id}}
    assert (response.status_code, answer) == (503, {"errors": [error]})
    assert stored == []
