"""Imports are answered as the OpenAPI description says."""

import json
from typing import Any

import pytest

from app.rest_api.openapi.bulk_imports import CSV_EXAMPLE, EXAMPLE, FILE_EXAMPLE, IMPORT_ID
from tests.gateway import Client, Gateway
from tests.rest_api.bulk.importing import IMPORTS as ADDRESS
from tests.rest_api.bulk.importing import Answer, OpenImport, account, get, run_csv, run_import
from tests.rest_api.description import operations, resolved, sealed, validator

SEALED = sealed()
OPERATIONS = {operation.described["operationId"]: operation.described for operation in operations(SEALED)}


def described(name: str, status: int, media: str = "application/json") -> Any:
    content = resolved(OPERATIONS[name]["responses"][str(status)], SEALED)["content"]
    return content[media]


def check(name: str, status: int, body: Any) -> Any:
    """The example of an answer, which has the form of this body."""
    shown = described(name, status)
    for each in (body, shown["example"]):
        assert [error.message for error in validator(shown["schema"], SEALED).iter_errors(each)] == []
    return shown["example"]


async def test_the_example_of_a_file_is_answered_as_shown(acme: Client) -> None:
    answer = await run_import(acme, FILE_EXAMPLE.encode(), id=IMPORT_ID)
    example = described("beginImport", 200, "application/x-ndjson")["example"]
    assert answer.body.decode() == example
    check("getImport", 200, await get(acme, f"/{IMPORT_ID}"))
    check("listImports", 200, await get(acme))
    described("getImportResults", 200, "application/x-ndjson")
    assert (await run_csv(acme, CSV_EXAMPLE, resource="accounts")).end["lines"] == 1


async def test_an_import_is_shown_with_all_it_may_have(acme: Client) -> None:
    await run_csv(acme, "account_number,name\nA,x\n", resource="accounts", verb="replace", dry_run="true")
    (shown,) = (await get(acme))["imports"]
    check("getImport", 200, shown)
    assert shown.keys() - EXAMPLE.keys() == {"resource", "verb", "dry_run"}


@pytest.mark.parametrize("name", ["beginImport", "resumeImport"])
async def test_refusals_are_those_of_the_description(gateway: Gateway, acme: Client, name: str) -> None:
    import_id = (await run_import(acme, [account()])).id
    path = ADDRESS if name == "beginImport" else f"{ADDRESS}/{import_id}"
    offset = {"Upload_Offset": "1"}
    refused: list[tuple[int, Answer]] = [
        (400, await run_import(acme, [], path, Idempotency_Key="x", **offset)),
        (401, await run_import(gateway.stranger(), [], path, **offset)),
        (403, await run_import(await gateway.reader(), [], path, **offset)),
        (409, await run_import(acme, [], path, **({"id": import_id} if name == "beginImport" else offset))),
        (415, await run_import(acme, [], path, type="application/xml", **offset)),
        (422, await run_import(acme, [], path, trim="true", **offset)),
    ]
    if name == "beginImport":
        refused += [
            (400, await run_csv(acme, "acount_number\n", resource="accounts")),
            (400, await run_csv(acme, b"\xff\xfe", resource="accounts")),
        ]
    else:
        refused.append((404, await run_import(acme, [], f"{ADDRESS}/{IMPORT_ID}", **offset)))
    for status, answer in refused:
        assert answer.status == status, answer.body
        check(name, status, json.loads(answer.body))


async def test_too_many_and_too_large_are_those_of_the_description(sqlite_url: str) -> None:
    async with Gateway(sqlite_url, max_bulk=1, max_body_bytes=2_000) as gateway:
        acme = await gateway.tenant("acme")
        large = await run_csv(acme, "x" * 3_000, resource="accounts")
        assert large.status == 413
        check("beginImport", 413, large.refusal)
        running = OpenImport(acme).start()
        running.send([account()])
        await running.lines(1)
        many = await run_import(acme, [])
        check("beginImport", 429, many.refusal)
        running.hang_up()
        await running.ended()
