"""The examples of the OpenAPI description, sent to the real endpoints: each is accepted, and answered as the
description shows it, identifiers and times of the server aside."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.domain.enums import Resource
from app.rest_api.bulk.export_requests import SOURCES
from app.rest_api.openapi import examples
from tests.gateway import Client, Gateway
from tests.pdfs import encrypted, pdf
from tests.rest_api.client import Rest, exact
from tests.rest_api.description import Json, Operation, operations, resolved, sealed, validator
from tests.rest_api.description import examples as examples_of

SEALED = sealed()
OPERATIONS = {operation.described["operationId"]: operation for operation in operations(SEALED)}
# An order in which each finds what it needs; the statuses that they end with.
DAY = [
    *((f"{verb}{kind}", status) for kind in ("Account", "Document", "Representative", "Contact")
      for verb, status in (("create", 201), ("replace", 200), ("patch", 200))),
    ("createNote", 201),
    ("linkRepresentativeToAccount", 200),
    ("linkRepresentativeToDocument", 200),
    *((name, 200) for name in ("getAccount", "getDocument", "getRepresentative", "getContact", "getNote")),
    ("listRepresentativeAccounts", 200),
    ("listRepresentativeDocuments", 200),
    ("closeDocument", 200),
]  # fmt: skip
EXPORTS = {f"export{name.capitalize()}" for name in SOURCES}
IMPORTS = {
    *("beginImport", "resumeImport", "listImports", "getImport", "getImportResults", "getImportRejects"),
}  # see bulk/test_import_description
ELSEWHERE = {"pushPdf", "listAttachments", "downloadAttachment", *EXPORTS, *IMPORTS}
SERVERS = ("csrId", "createdAt", "updatedAt", "created_at", "request_id")


def address(operation: Operation) -> str:
    """The path with the examples of its keys."""
    path = operation.path
    for reference in SEALED["paths"][operation.path]["parameters"]:
        parameter = resolved(reference, SEALED)
        path = path.replace(f"{{{parameter['name']}}}", quote(parameter["example"], safe=""))
    return path


def body_of(operation: Operation) -> Any:
    media = operation.described.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next(examples_of(media), None)


def answer_of(operation: Operation, status: int) -> Json:
    """The described body of the answer."""
    described: Json = resolved(operation.described["responses"][str(status)], SEALED)["content"]["application/json"]
    return described


def comparable(answer: Any) -> Any:
    if isinstance(answer, list):
        return [comparable(item) for item in answer]
    if isinstance(answer, dict):
        return {name: "…" if name in SERVERS else comparable(value) for name, value in answer.items()}
    return answer


async def assert_answered(rest: Rest, name: str, status: int) -> None:
    operation = OPERATIONS[name]
    response = await rest.send(operation.method, address(operation), body_of(operation))
    described = answer_of(operation, status)
    assert (name, response.status_code) == (name, status), response.text
    assert [error.message for error in validator(described["schema"], SEALED).iter_errors(response.json())] == []
    assert comparable(exact(response)) == comparable(described["example"]), name


async def test_each_example_is_answered_as_the_description_shows(rest: Rest) -> None:
    assert {name for name, _ in DAY} | ELSEWHERE == set(OPERATIONS)
    for name, status in DAY:
        await assert_answered(rest, name, status)


async def test_a_replacement_of_nothing_is_a_creation(rest: Rest) -> None:
    for kind in ("Account", "Document", "Representative", "Contact"):
        await assert_answered(rest, f"replace{kind}", 201)


async def test_each_example_of_a_refusal_is_what_the_server_says(rest: Rest, reader: Rest) -> None:
    for name, status in (("createAccount", 201), ("createNote", 201), ("createDocument", 201), ("closeDocument", 200)):
        await assert_answered(rest, name, status)
    for name in ("createAccount", "createNote", "createDocument", "closeDocument"):
        await assert_answered(rest, name, 409)
    for name in ("createAccount", "patchDocument", "closeDocument", "linkRepresentativeToAccount"):
        await assert_answered(reader, name, 403)
    for name in OPERATIONS:
        if name not in ELSEWHERE:
            await assert_answered(Rest(rest.gateway, None), name, 401)


async def test_what_is_absent_is_answered_as_the_description_shows(rest: Rest) -> None:
    for name in (
        "getAccount",
        "getDocument",
        "getRepresentative",
        "getContact",
        "getNote",
        "listRepresentativeAccounts",
    ):
        operation = OPERATIONS[name]
        response = await rest.send("GET", address(operation))
        described = answer_of(operation, 404)
        assert response.status_code == 404
        assert response.json() == described["example"]


@pytest.mark.parametrize("name", list(examples.OTHERS[Resource.DOCUMENT]))
async def test_each_further_example_of_a_document_is_accepted(rest: Rest, name: str) -> None:
    await assert_answered(rest, "createAccount", 201)
    example = examples.OTHERS[Resource.DOCUMENT][name]
    created = (await rest.send("POST", address(OPERATIONS["createDocument"]), example)).json()

    described = answer_of(OPERATIONS["createDocument"], 201)
    assert [error.message for error in validator(described["schema"], SEALED).iter_errors(created)] == []
    assert {field: created[field] for field in example} == example


async def test_both_bodies_of_a_fault_are_told_as_the_description_shows(rest: Rest) -> None:
    operation = OPERATIONS["createAccount"]
    faults = {"name": " ", "email": "nobody"}
    refused: list[tuple[Any, int]] = [(faults, 422), (b"{", 400)]
    for body, status in refused:
        response = await rest.send("POST", address(operation), body)
        assert (response.status_code, response.json()) == (status, answer_of(operation, status)["example"])
    response = await rest.send("POST", address(operation), b"name=Acme", content_type="text/plain")
    assert (response.status_code, response.json()) == (415, answer_of(operation, 415)["example"])


async def test_a_body_over_the_limit_is_told_as_the_description_shows(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        rest = Rest.of(await gateway.tenant())
        response = await rest.send("POST", address(OPERATIONS["createAccount"]), b" " * (10 * 2**20 + 1))

    assert (response.status_code, response.json()) == (413, answer_of(OPERATIONS["createAccount"], 413)["example"])


async def test_an_address_without_a_key_is_told_as_the_description_shows(rest: Rest) -> None:
    for name in ("createAccount", "replaceDocument"):
        operation = OPERATIONS[name]
        response = await rest.send(operation.method, operation.path.partition("{")[0], body_of(operation))
        assert (response.status_code, response.json()) == (404, answer_of(operation, 404)["example"])


async def test_pdfs_are_answered_as_described(rest: Rest, graph: Client) -> None:
    await assert_answered(rest, "createAccount", 201)
    await assert_answered(rest, "createDocument", 201)
    connection = (await graph.query("{ tenant { connectionId } }"))["tenant"]["connectionId"]
    path = address(OPERATIONS["pushPdf"]).replace(examples.CONNECTION_ID, connection)
    pushed = await rest.send("POST", f"{path}?append=true", pdf("one"), content_type="application/pdf")
    listed = await rest.send("GET", address(OPERATIONS["listAttachments"]))
    file = address(OPERATIONS["downloadAttachment"]).replace(examples.ATTACHMENT_ID, pushed.json()["id"])

    assert_described("pushPdf", pushed, 200)
    assert_described("listAttachments", listed, 200)
    assert listed.json() == {"document_number": "INV-001", "attachments": [pushed.json()]}
    whole = await rest.send("GET", file)
    assert_described("downloadAttachment", whole, 200)
    assert_described("downloadAttachment", await rest.send("GET", file, range="bytes=0-9"), 206)
    assert_described("downloadAttachment", await rest.send("GET", file, range="bytes=9999999-"), 416)
    assert_described("downloadAttachment", await rest.send("GET", file, if_none_match=whole.headers["etag"]), 304)
    assert_described("downloadAttachment", await rest.send("GET", f"{file[:-24]}{'0' * 24}"), 404)
    assert_described("pushPdf", await rest.send("POST", path, b"x", content_type="application/pdf"), 400)
    assert_described("pushPdf", await rest.send("POST", path, pdf("one"), content_type="text/plain"), 400)
    assert_described("pushPdf", await rest.send("POST", f"{path}?append=x", b"x", content_type="application/pdf"), 422)
    for missing in (path.replace("INV-001", "NONE"), path.replace(connection, examples.CONNECTION_ID)):
        assert_described("pushPdf", await rest.send("POST", missing, b"x", content_type="application/pdf"), 404)
    assert (await rest.send("GET", file)).content == whole.content
    await rest.send("POST", path, encrypted(""), content_type="application/pdf")
    harmed = await rest.send("POST", f"{path}?append=true", pdf("two"), content_type="application/pdf")
    assert_described("pushPdf", harmed, 409)


def assert_described(name: str, response: httpx.Response, status: int) -> None:
    """It ends with the status, and with the headers and the body that the description gives for it."""
    described = resolved(OPERATIONS[name].described["responses"][str(status)], SEALED)
    assert response.status_code == status, response.text
    for header in described.get("headers", {}):
        assert header in response.headers, header
    content = described.get("content", {})
    if not content:
        assert response.content == b""
        return
    ((media_type, media),) = content.items()
    assert response.headers["content-type"] == media_type
    if media_type == "application/json":
        assert [error.message for error in validator(media["schema"], SEALED).iter_errors(response.json())] == []
