"""PDFs over REST: pushed in the order of refusals, listed as the pages show, generated when first asked for."""

import asyncio
import gzip
import re
from typing import Any

import httpx
import pytest

from app.domain.enums import Product
from app.pdf.invoices.limits import MAX_LINES
from tests.gateway import Client, Gateway
from tests.pdfs import FIT, HARMED, UNFIT, labels_of, pdf
from tests.rest_api.client import ROOT, Rest, address, exact
from tests.rest_api.world import ACCOUNT, BASIC, DOCUMENT

ID = re.compile("[0-9a-f]{24}")
DETAIL: dict[str, Any] = {"invoicing_detail": {"TERMS": "Net 30", "DETAIL": [{"DESCRIPTION_COL": "Blue paint"}]}}


async def connection(graph: Client) -> str:
    identifier: str = (await graph.query("{ tenant { connectionId } }"))["tenant"]["connectionId"]
    return identifier


def push_path(connection_id: str, number: str = "INV-001", query: str = "") -> str:
    return f"/api/v1/pdf-ingestion/pdf/{connection_id}/ingest_documents/{number}{query}"


async def push(rest: Rest, path: str, content: bytes, content_type: str = "application/pdf") -> httpx.Response:
    return await rest.send("POST", path, content, content_type=content_type)


async def listed(rest: Rest, number: str = "INV-001") -> list[dict[str, Any]]:
    answer = await rest.get("documents", number, "attachments")
    assert list(answer) == ["document_number", "attachments"]
    assert answer["document_number"] == number
    found: list[dict[str, Any]] = answer["attachments"]
    return found


async def download(rest: Rest, identifier: str, number: str = "INV-001", **headers: str) -> httpx.Response:
    return await rest.send("GET", address("documents", number, "attachments", identifier), **headers)


async def the_one(rest: Rest, number: str = "INV-001") -> bytes:
    """The bytes of the one PDF of a document."""
    ((only),) = await listed(rest, number)
    response = await download(rest, only["id"], number)
    assert response.status_code == 200
    assert len(response.content) == only["fileSize"] == int(response.headers["content-length"])
    return response.content


@pytest.fixture
async def path(rest: Rest, graph: Client) -> str:
    """Where PDFs of INV-001 are pushed to."""
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    await rest.post("documents", "INV-001", body=DOCUMENT | BASIC)
    return push_path(await connection(graph))


async def test_a_push_answers_the_metadata_that_the_listing_shows(rest: Rest, path: str) -> None:
    content = pdf("one", "two")

    response = await push(rest, path, content)

    assert response.status_code == 200
    answer = exact(response)
    document = await rest.get("documents", "INV-001")
    assert list(answer) == ["id", "csrId", "documentNumber", "fileSize", "uploadedAt"]
    assert ID.fullmatch(answer["id"])
    assert (answer["csrId"], answer["documentNumber"]) == (document["csrId"], "INV-001")
    assert answer["fileSize"] == len(content)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["uploadedAt"])
    assert await listed(rest) == [answer]
    assert await the_one(rest) == content


async def test_a_push_replaces_and_append_adds_and_a_former_version_is_gone(rest: Rest, path: str) -> None:
    first = exact(await push(rest, path, pdf("one")))
    second = exact(await push(rest, path, pdf("two")))
    third = exact(await push(rest, f"{path}?append=true", pdf("three")))

    assert labels_of(await the_one(rest)) == ["two", "three"]
    for former in (first, second):
        response = await download(rest, former["id"])
        assert (response.status_code, exact(response)["error"]) == (404, "attachment_not_found")
    assert len({first["id"], second["id"], third["id"]}) == 3
    await push(rest, f"{path}?append=false", pdf("four"))
    assert labels_of(await the_one(rest)) == ["four"]


async def test_a_document_without_a_pdf_lists_none(rest: Rest, path: str) -> None:
    assert await listed(rest) == []
    response = await rest.send("GET", address("documents", "absent", "attachments"))
    assert (response.status_code, exact(response)["error"]) == (404, "document_not_found")
    for number, error in (("INV-001", "attachment_not_found"), ("absent", "document_not_found")):
        response = await download(rest, "0" * 24, number)
        assert (response.status_code, exact(response)["error"]) == (404, error)


async def test_refusals_come_in_their_order(rest: Rest, reader: Rest, other: Rest, path: str) -> None:
    """Each request has every fault that is refused later than the one it is answered for."""
    stranger = Rest(rest.gateway, None)
    elsewhere = push_path("00000000-0000-0000-0000-000000000000")
    absent = path.replace("INV-001", "absent")
    huge = bytes(2000)
    for caller, target, content, status, error in (
        (stranger, elsewhere, huge, 401, "unauthenticated"),
        (reader, elsewhere, huge, 403, "forbidden"),
        (rest, elsewhere, huge, 404, "connection_not_found"),
        (other, path, huge, 404, "connection_not_found"),
        (rest, absent, huge, 404, "document_not_found"),
        (rest, path, b"", 400, "invalid_pdf"),
    ):
        response = await push(caller, target, content, "text/plain")
        assert (response.status_code, exact(response)["error"]) == (status, error)
    assert await listed(rest) == []


async def test_limits_are_413_whether_the_length_is_told_or_not(database_url: str) -> None:
    async with Gateway(database_url, max_pdf_bytes=1024, max_pdf_pages=2) as gateway:
        graph = await gateway.tenant()
        rest = Rest.of(graph)
        await rest.post("accounts", "ACCT-001", body=ACCOUNT)
        await rest.post("documents", "INV-001", body=DOCUMENT)
        path = push_path(await connection(graph))

        async def in_pieces() -> Any:
            for _ in range(3):
                yield bytes(400)

        headers = {"X-API-Key": str(rest.api_key), "Content-Type": "text/plain"}
        told = await push(rest, path, bytes(1025), "text/plain")
        untold = await gateway.http.post(path, content=in_pieces(), headers=headers)
        pages = await push(rest, path, pdf(*"abc"))

        for response in (told, untold, pages):
            assert (response.status_code, exact(response)["error"]) == (413, "body_too_large")
        assert await listed(rest) == []


@pytest.mark.parametrize("kind", FIT)
async def test_what_a_reader_opens_is_taken_and_comes_back_byte_for_byte(rest: Rest, path: str, kind: str) -> None:
    content = FIT[kind]()

    response = await push(rest, path, content)

    assert (response.status_code, exact(response)["fileSize"]) == (200, len(content))
    assert await the_one(rest) == content


@pytest.mark.parametrize("kind", HARMED)
async def test_what_an_append_would_harm_is_409_and_what_was_stored_stays(rest: Rest, path: str, kind: str) -> None:
    make, reason = HARMED[kind]
    harmed = make()
    for stored, pushed, which, advice in (
        (harmed, pdf("more"), "stored", "Push one file with all pages, without append, to take its place."),
        (pdf("kept"), harmed, "pushed", "Push it without append, or to another document."),
    ):
        kept = exact(await push(rest, path, stored))

        response = await push(rest, f"{path}?append=true", pushed)

        assert response.status_code == 409
        message = f"The {which} PDF {reason} {advice}"
        assert exact(response) == {"error": "pdf_cannot_be_extended", "message": message}
        assert await listed(rest) == [kept]
        assert await the_one(rest) == stored


@pytest.mark.parametrize("kind", UNFIT)
async def test_what_no_reader_opens_is_400_and_what_was_stored_stays(rest: Rest, path: str, kind: str) -> None:
    make, reason = UNFIT[kind]
    kept = exact(await push(rest, path, pdf("kept")))

    for query in ("", "?append=true"):
        response = await push(rest, path + query, make())
        assert (response.status_code, exact(response)) == (400, {"error": "invalid_pdf", "message": reason})
    assert await listed(rest) == [kept]
    assert labels_of(await the_one(rest)) == ["kept"]


async def test_another_content_type_is_400_and_parameters_are_passed_over(rest: Rest, path: str) -> None:
    for wrong in ("application/json", "application/pdfx", "text/plain", ""):
        response = await push(rest, path, pdf("one"), wrong)
        assert (response.status_code, exact(response)["error"]) == (400, "invalid_pdf")
    assert await listed(rest) == []
    assert (await push(rest, path, pdf("one"), "Application/PDF; version=1.7")).status_code == 200


async def test_a_compressed_push_is_415_and_names_its_coding(rest: Rest, path: str) -> None:
    for content in (gzip.compress(pdf("one")), pdf("one")):
        headers = {"content_type": "application/pdf", "content_encoding": "gzip"}
        refused = await rest.send("POST", path, content, **headers)
        message = "The body has the Content-Encoding 'gzip', which is not taken: send it uncompressed."
        assert (refused.status_code, exact(refused)) == (
            415,
            {"error": "unsupported_media_type", "message": message},
        )
    assert await listed(rest) == []
    plain = await rest.send("POST", path, pdf("one"), content_type="application/pdf", content_encoding="identity")
    assert plain.status_code == 200


async def test_append_takes_true_and_false_alone(rest: Rest, path: str) -> None:
    response = await push(rest, f"{path}?append=perhaps", pdf("one"))

    assert response.status_code == 422
    message = 'append must be true or false, found: "perhaps".'
    assert exact(response)["details"] == [{"field": "append", "code": "invalid", "message": message}]
    assert await listed(rest) == []


async def test_a_connection_is_a_uuid_of_any_case(rest: Rest, graph: Client, path: str) -> None:
    upper = push_path((await connection(graph)).upper())

    assert (await push(rest, upper, pdf("one"))).status_code == 200


async def test_a_number_may_hold_any_character_that_is_seen(rest: Rest, graph: Client, path: str) -> None:
    number = "INV/2026 ü?#%2F"
    await rest.post("documents", number, body=DOCUMENT)
    encoded = address(number).removeprefix(f"{ROOT}/")

    pushed = exact(await push(rest, push_path(await connection(graph), encoded), pdf("one")))

    assert pushed["documentNumber"] == number
    assert await listed(rest, number) == [pushed]
    assert labels_of(await the_one(rest, number)) == ["one"]


async def test_another_tenants_pdf_does_not_exist(rest: Rest, other: Rest, path: str) -> None:
    pushed = exact(await push(rest, path, pdf("one")))
    await other.post("accounts", "ACCT-001", body=ACCOUNT)
    await other.post("documents", "INV-001", body=DOCUMENT)

    assert await listed(other) == []
    assert (await download(other, pushed["id"])).status_code == 404


async def test_thick_billing_makes_a_pdf_until_one_is_pushed(rest: Rest, reader: Rest, path: str) -> None:
    await rest.patch("documents", "INV-001", body=DETAIL)

    (generated,) = await listed(reader)
    content = await the_one(reader)

    assert content.startswith(b"%PDF-")
    assert ID.fullmatch(generated["id"])
    assert generated["uploadedAt"] == (await rest.get("documents", "INV-001"))["updatedAt"]
    pushed = exact(await push(rest, f"{path}?append=true", pdf("own")))
    assert await listed(rest) == [pushed]
    assert labels_of(await the_one(rest)) == ["own"]
    assert (await download(rest, generated["id"])).status_code == 404


async def test_a_generated_pdf_is_made_anew_after_its_document_or_account_was_written(rest: Rest, path: str) -> None:
    await rest.patch("documents", "INV-001", body=DETAIL)
    (first,) = await listed(rest)
    assert await listed(rest) == [first]

    await rest.patch("accounts", "ACCT-001", body={"name": "Acme Corporation of Somewhere"})
    (second,) = await listed(rest)
    await rest.patch("documents", "INV-001", body={"invoicing_detail": {"TERMS": "Net 60"}})
    (third,) = await listed(rest)

    assert len({first["id"], second["id"], third["id"]}) == 3
    assert (await download(rest, third["id"])).status_code == 200
    assert [(await download(rest, old["id"])).status_code for old in (first, second)] == [404, 404]
    assert await kept_beside(rest, third["id"]) == 1


async def kept_beside(rest: Rest, identifier: str) -> int:
    """How many blobs the store keeps for the tenant of this attachment."""
    blobs = [blob async for blob in rest.gateway.app.state.files.blobs.list()]
    sha256 = (await download(rest, identifier)).headers["etag"].strip('"')
    (owner,) = {blob.tenant_id for blob in blobs if blob.sha256 == sha256}
    return sum(blob.tenant_id == owner for blob in blobs)


async def test_a_download_of_an_identifier_that_graphql_listed_renders_it(rest: Rest, graph: Client, path: str) -> None:
    await rest.patch("documents", "INV-001", body=DETAIL)
    (shown,) = (await graph.only('{ document(documentNumber: "INV-001") { attachments { id fileSize } } }'))[
        "attachments"
    ]
    assert shown["fileSize"] is None

    responses = await asyncio.gather(*(download(rest, shown["id"]) for _ in range(8)))

    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert [found["id"] for found in await listed(rest)] == [shown["id"]]


async def test_an_invoice_that_is_too_long_is_422_wherever_its_pdf_is_asked_for_and_is_not_rendered(
    rest: Rest, graph: Client, path: str
) -> None:
    lines = DETAIL["invoicing_detail"]["DETAIL"] * (MAX_LINES + 1)
    await rest.patch("documents", "INV-001", body={"invoicing_detail": {"DETAIL": lines}})
    (shown,) = (await graph.only('{ document(documentNumber: "INV-001") { attachments { id url } } }'))["attachments"]

    refused = [
        await rest.send("GET", address("documents", "INV-001", "attachments")),
        await download(rest, shown["id"]),
        await rest.gateway.http.get(shown["url"]),
    ]

    assert [response.status_code for response in refused] == [422] * 3
    message = f"The invoice has {MAX_LINES + 1} lines; a PDF is made of at most {MAX_LINES}."
    assert [response.json() for response in refused] == [{"error": "invoice_too_long", "message": message}] * 3


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ({}, False),
        ({"invoicing_detail": {}}, False),
        ({"invoicing_detail": {"TERMS": None, "DETAIL": []}}, False),
        (DETAIL, True),
        (DETAIL | {"pdf_name": ""}, True),
        (DETAIL | {"pdf_name": "own.pdf"}, False),
    ],
)
async def test_a_pdf_is_generated_from_any_element_unless_one_is_announced(
    rest: Rest, path: str, body: dict[str, Any], made: bool
) -> None:
    await rest.patch("documents", "INV-001", body=body)

    assert len(await listed(rest)) == made


async def test_a_tenant_without_invoicing_has_no_generated_pdf(gateway: Gateway) -> None:
    rest = Rest.of(await gateway.tenant("collector", [Product.COLLECTIONS]))
    await rest.post("accounts", "ACCT-001", body=ACCOUNT | {"currency": "USD"})
    await rest.post("documents", "INV-001", body=DOCUMENT | BASIC | DETAIL)

    assert await listed(rest) == []
