"""The parameters and headers of imports: what is wrong with them is refused before anything is written."""

from typing import Any

import pytest

from tests.gateway import Client, Gateway
from tests.rest_api.bulk.importing import CSV, IMPORTS, NDJSON, OpenImport, account, get, run_csv, run_import

UUID = "6F1C2B8E-4A57-4A0E-9C1D-2F8B7D3E5A90"
HEADER = "account_number,name\n"


@pytest.mark.parametrize(
    ("type", "query", "expected"),
    [
        (NDJSON, {"resource": "account"}, [("invalid", "resource")]),
        (NDJSON, {"resource": "notes", "verb": "replace"}, [("invalid", "verb")]),
        (NDJSON, {"verb": "close", "resource": "accounts"}, [("invalid", "verb")]),
        (NDJSON, {"verb": "upsert"}, [("invalid", "verb")]),
        (NDJSON, {"products": "collections,al"}, [("invalid", "products")]),
        (NDJSON, {"on_error": "roll_back", "dry_run": "yes"}, [("invalid", "on_error"), ("invalid", "dry_run")]),
        (NDJSON, {"answer": "none", "id": "7"}, [("invalid", "answer"), ("invalid", "id")]),
        (NDJSON, {"decimal": "comma", "resorce": "x"}, [("invalid", "decimal"), ("invalid", "resorce")]),
        (CSV, {}, [("required", "resource")]),
        (CSV, {"resource": "accounts", "delimiter": "::"}, [("invalid", "delimiter")]),
        (CSV, {"resource": "accounts", "date_format": "%m/%d"}, [("invalid", "date_format")]),
        (CSV, {"resource": "accounts", "date_format": "%d.%m.%Y %H"}, [("invalid", "date_format")]),
        (CSV, {"resource": "accounts", "thousands": "point"}, [("invalid", "thousands")]),
        (CSV, {"resource": "accounts", "decimal": "comma", "thousands": "comma"}, [("invalid", "thousands")]),
        (CSV, {"resource": "accounts", "trim": "1", "decimal": "."}, [("invalid", "trim"), ("invalid", "decimal")]),
    ],
)
async def test_a_bad_parameter_is_told_under_its_name(
    acme: Client, type: str, query: dict[str, str], expected: list[Any]
) -> None:
    answer = await run_import(acme, HEADER.encode(), type=type, **query)
    assert (answer.status, answer.faults) == (422, expected)
    assert (await get(acme))["imports"] == []


async def test_a_parameter_that_is_given_twice_is_refused(acme: Client) -> None:
    answer = await run_import(acme, [], f"{IMPORTS}?verb=patch&verb=create")
    assert (answer.status, answer.faults) == (422, [("invalid", "verb")])


async def test_an_unknown_parameter_is_told_with_the_nearest_name(acme: Client) -> None:
    refusal = (await run_import(acme, [], dryrun="true")).refusal
    assert refusal["details"][0]["message"] == "dryrun is no parameter of imports; dry_run may be meant."


async def test_who_may_not_write_is_refused_before_all_else(gateway: Gateway, acme: Client) -> None:
    stranger = await run_import(gateway.stranger(), [], verb="x")
    reader = await run_import(await gateway.reader(), [], verb="x", Idempotency_Key="k")
    assert (stranger.status, stranger.refusal["error"]) == (401, "unauthenticated")
    assert (reader.status, reader.refusal["error"]) == (403, "forbidden")


async def test_an_idempotency_key_is_refused(acme: Client) -> None:
    answer = await run_import(acme, [account()], Idempotency_Key="once")
    assert (answer.status, answer.refusal["error"]) == (400, "idempotency_key_not_allowed")
    assert (await get(acme))["imports"] == []


async def test_other_media_types_and_codings_are_refused(acme: Client) -> None:
    for answer in (
        await run_import(acme, [account()], type="application/json"),
        await run_import(acme, [account()], Content_Encoding="br"),
    ):
        assert (answer.status, answer.refusal["error"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "file",
    [
        HEADER.encode("utf-16"),
        HEADER.encode("utf-16-le"),
        HEADER.encode("utf-16-be"),
        HEADER.encode("utf-32"),
        b"PK\x03\x04 a workbook",
        b"account_number,name,stra\xdfe\n",
    ],
)
async def test_a_file_that_is_no_utf_8_is_told_how_to_be_saved(acme: Client, file: bytes) -> None:
    for type in (CSV, NDJSON) if not file.startswith(b"account") or b"\0" in file else (CSV,):
        answer = await run_import(acme, file, type=type, resource="accounts")
        assert (answer.status, answer.refusal["error"]) == (400, "invalid_encoding")
        assert "save it as UTF-8" in answer.refusal["message"]


async def test_a_body_that_is_no_gzip_is_refused(acme: Client) -> None:
    answer = await run_import(acme, [account()], Content_Encoding="gzip")
    assert (answer.status, answer.refusal["error"]) == (400, "invalid_encoding")


async def test_an_id_is_the_callers_choice_and_may_not_be_taken(acme: Client) -> None:
    first = await run_import(acme, [account()], id=UUID)
    assert first.id == UUID.lower()
    again = await run_import(acme, [account("A-2")], id=UUID)
    kept = await get(acme, f"/{UUID}")
    assert again.status == 409
    assert again.refusal["error"] == "import_exists"
    assert again.refusal["offset"] == kept["offset"] > 0


async def test_the_columns_of_a_header_are_refused_with_the_nearest_names(acme: Client) -> None:
    answer = await run_csv(acme, "acount_number,name,Name,name,phone \n", resource="accounts")
    assert (answer.status, answer.refusal["error"]) == (400, "unknown_column")
    assert [(each["code"], each["field"]) for each in answer.refusal["details"]] == [
        ("unknown_column", "acount_number"),
        ("unknown_column", "Name"),
        ("unknown_column", "phone "),
        ("duplicate_column", "name"),
        ("missing_column", "account_number"),
    ]
    messages = [each["message"] for each in answer.refusal["details"]]
    assert messages[0] == "There is no column 'acount_number': did you mean 'account_number'?"
    assert messages[2] == "There is no column 'phone ': trim=true cuts the white space around 'phone' off."


@pytest.mark.parametrize(
    ("resource", "header", "error"),
    [
        ("accounts", "account_number;name", "unknown_column"),
        ("accounts", "name", "missing_column"),
        ("accounts", "account_number,name,name", "duplicate_column"),
        ("accounts", 'account_number,"name', "invalid_csv"),
        ("accounts", 'account_number,"name"x', "invalid_csv"),
        ("accounts", "account_number" + "," * 1_000_000 + "x", "invalid_csv"),
        ("accounts", ",".join(f"custom_fields.collections.{n}" for n in range(2_001)), "invalid_csv"),
        ("notes", "reference,body", "missing_column"),
        ("links", "reference", "missing_column"),
        ("documents", "document_number,closure.reason", "unknown_column"),
        ("accounts", "account_number,closure.closure_reason", "unknown_column"),
        ("notes", "reference,account_number,custom_fields.collections.x", "unknown_column"),
    ],
)  # fmt: skip
async def test_a_header_that_does_not_do_is_refused(acme: Client, resource: str, header: str, error: str) -> None:
    answer = await run_csv(acme, f"{header}\nx,y\n", resource=resource)
    assert (answer.status, answer.refusal["error"]) == (400, error)
    assert (await get(acme))["imports"] == []


async def test_another_delimiter_than_the_declared_one_is_told(acme: Client) -> None:
    for delimiter, word in ((";", "semicolon"), ("\t", "tab"), ("|", "pipe")):
        answer = await run_csv(acme, f"account_number{delimiter}name\n", resource="accounts")
        assert f"If a {word} divides the columns, send delimiter={word}." in answer.refusal["message"]
        for declared in (delimiter, word):
            text = f"account_number{delimiter}name\nA-1{delimiter}Alder\n"
            assert (await run_csv(acme, text, resource="accounts", delimiter=declared)).end["lines"] == 1


async def test_a_tenant_runs_so_many_imports_at_once(database_url: str) -> None:
    async with Gateway(database_url, max_bulk=2) as gateway:
        acme, other = await gateway.tenant("acme"), await gateway.tenant("other")
        running = [OpenImport(acme).start(), OpenImport(acme).start()]
        for number, each in enumerate(running):
            each.send([account(f"A-{number}")])
            await each.lines(1)
        refused = await run_import(acme, [account("A-3")])
        assert (refused.status, refused.refusal["error"]) == (429, "too_many_imports")
        assert refused.headers["retry-after"] == "10"
        assert (await run_import(other, [account()])).status == 200
        running[0].send(b"", last=True)
        await running[0].ended()
        assert (await run_import(acme, [account("A-3")])).status == 200
        running[1].hang_up()
        await running[1].ended()
