"""Exports: the rows of every resource as imports take them, which of them, and what is refused."""

import hashlib
import json
from typing import Any

import pytest

from app.rest_api.bulk.export_requests import ROOT, SOURCES
from app.storage.tables import DOCUMENTS
from tests.gateway import Client
from tests.rest_api.bulk.ledger import export, ledger, rows
from tests.rest_api.client import Rest, check_refusal, exact
from tests.rest_api.world import copy

AMOUNTS = '"currency":"USD","original_denomination":10.5,"denomination"'
DATES = '"invoice_date":"2026-01-01","due_date":"2026-01-31"'
ROWS = {
    "accounts": [
        r'{"account_number":"A/1","name":"Ä \"q\" \\ \n x","currency":"USD","billing_address":{"city":"C","zip":"1"},'
        '"credit_limit":123456789012345.1234,"data_providers":{"a":[1.5,{"b":null}]},'
        '"custom_fields":{"collections":{"n":1.5,"t":"x,y","b":true,"d":"2026-01-01"}},"products":[]}',
        r'{"account_number":"B","name":"=B","description":"\\N","products":[]}',
    ],
    "documents": [
        f'{{"document_number":"D1","account_number":"B","document_type":"invoice",{DATES},"discount_amount":1.25,'
        f'"tax_rate":0.1234567891,{AMOUNTS}:10.5,"line_items":[{{"line_number":"1","unit_price":0.164812,'
        f'"net_amount":12}}],"invoicing_detail":{{"DOC_TYPE":"Invoice","DISCOUNT_AMOUNT":1.5}},"products":[]}}',
        f'{{"document_number":"D2","account_number":"A/1","document_type":"invoice",{DATES},{AMOUNTS}:10.5,"products":[],'
        '"closure":{"closure_reason":"paid","closure_date":"2026-02-01T00:00:00.000Z","notes":"Done"}}',
        '{"document_number":"D3","account_number":"A/1","document_type":"invoice","invoice_date":"0001-01-01",'
        f'"due_date":"9999-12-31",{AMOUNTS}:0,"products":[]}}',
    ],
    "notes": ['{"reference":"N","account_number":"B","body":"Pays.","effective_date":"2026-05-12T14:00:00.123Z"}'],
    "representatives": [
        '{"reference":"Z","name":"Boss"}',
        '{"reference":"M","supervisor_representative_reference":"Z"}',
        '{"reference":"A","supervisor_representative_reference":"M"}',
    ],
    "contacts": ['{"reference":"C","account_number":"A/1","name":"Carl","is_primary":true}'],
    "links": [
        '{"resource":"representative","verb":"link","key":"A","data":{"account_number":"B"}}',
        '{"resource":"representative","verb":"link","key":"A","data":{"document_number":"D1"}}',
        '{"resource":"representative","verb":"link","key":"Z","data":{"account_number":"A/1"}}',
    ],
}
CHANGES = """{ changes(first: 100) { pageInfo { endCursor } nodes {
  sequence at resource key verb version before after keyId requestId hash } } }"""


async def test_rows_come_as_imports_take_them_in_the_order_of_their_keys(rest: Rest, other: Rest) -> None:
    await ledger(rest)
    await ledger(other)
    for name, expected in ROWS.items():
        answer = await export(rest, name)

        assert answer.text.splitlines() == expected
        assert answer.headers["content-type"] == "application/x-ndjson"


async def test_a_tenant_without_rows_gets_an_empty_answer(rest: Rest) -> None:
    for name in ROWS:
        assert (await export(rest, name)).content == b""
    assert (await export(rest, "links", format="csv")).text == "reference,account_number,document_number\r\n"


async def test_changes_have_the_columns_of_graphql(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    listed = (await graph.only(CHANGES))["nodes"]
    found = await rows(rest, "changes")

    names = {"keyId": "key_id", "requestId": "request_id"}
    words = {"resource", "verb"}
    assert found == [
        {names.get(name, name): value.lower() if name in words else value for name, value in each.items()}
        for each in listed
    ]
    assert [row["verb"] for row in await rows(rest, "changes", resource="document", key="D2")] == ["create", "close"]
    of_account = 'query { changes(first: 100, accountNumber: "B") { nodes { sequence } } }'
    assert [row["sequence"] for row in await rows(rest, "changes", account_number="B")] == [
        each["sequence"] for each in (await graph.only(of_account))["nodes"]
    ]


async def test_changes_after_the_cursor_of_an_export_are_those_that_it_does_not_show(
    rest: Rest, graph: Client, other: Rest
) -> None:
    await ledger(rest)
    cursor = (await export(rest, "documents")).headers["x-change-cursor"]
    await rest.patch("accounts", "B", body={"name": "C"})

    (changed,) = await rows(rest, "changes", after=cursor)
    assert (changed["key"], changed["after"]) == ("B", {"name": "C"})
    query = "query($after: String) { changes(first: 9, after: $after) { nodes { key } } }"
    assert await graph.only(query, after=cursor) == {"nodes": [{"key": "B"}]}
    foreign = (await export(other, "documents")).headers["x-change-cursor"]
    for wrong in (foreign, "x"):
        assert faults(await export(rest, "changes", 422, after=wrong)) == [("invalid", "after")]


async def test_fields_are_flat_and_in_the_order_that_is_asked_for(rest: Rest) -> None:
    await ledger(rest)
    asked = "closure.notes,document_number,account.name,account.billing_address.zip,denomination,status,products"
    answer = await export(rest, "documents", fields=asked)

    assert answer.text.splitlines() == [
        '{"closure.notes":null,"document_number":"D1","account.name":"=B","account.billing_address.zip":null,'
        '"denomination":10.5,"status":"open","products":[]}',
        '{"closure.notes":"Done","document_number":"D2","account.name":"Ä \\"q\\" \\\\ \\n x",'
        '"account.billing_address.zip":"1","denomination":10.5,"status":"closed","products":[]}',
        '{"closure.notes":null,"document_number":"D3","account.name":"Ä \\"q\\" \\\\ \\n x",'
        '"account.billing_address.zip":"1","denomination":0,"status":"closed","products":[]}',
    ]
    custom = [f"custom_fields.collections.{name}" for name in ("n", "t", "b", "none'$1\\\"")]
    (first, _) = await rows(rest, "accounts", fields=",".join(custom))
    assert first == dict(zip(custom, [1.5, "x", True, None], strict=True)) | {custom[1]: "x,y"}
    assert (await export(rest, "documents", fields="account.name", format="csv")).text.splitlines()[1] == "=B"
    links = await rows(rest, "links", fields="document_number,reference")
    assert links[1] == {"document_number": "D1", "reference": "A"}


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"status": {"eq": "OPEN"}},
        {"or": [{"documentNumber": {"in": ["D1", "D3"]}}, {"openAmount": {"gte": "10.5"}}]},
        {"not": {"accountNumber": {"startsWith": "A"}}},
        {"overdue": True},
    ],
)
async def test_a_filter_means_what_it_means_in_graphql(rest: Rest, graph: Client, condition: dict[str, Any]) -> None:
    await ledger(rest)
    query = """query($filter: DocumentFilter) { documents(filter: $filter, orderBy: [{field: DOCUMENT_NUMBER}]) {
      nodes { documentNumber } } }"""
    listed = (await graph.only(query, filter=condition))["nodes"]
    for form in ("ndjson", "csv"):
        text = (
            await export(rest, "documents", format=form, fields="document_number", filter=json.dumps(condition))
        ).text
        assert [number for number in ("D1", "D2", "D3") if number in text] == [row["documentNumber"] for row in listed]


async def test_the_end_counts_the_rows_and_hashes_what_is_before_it(rest: Rest) -> None:
    await ledger(rest)
    body = (await export(rest, "documents", end="true")).content
    lines = body.splitlines(keepends=True)

    digest = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    assert json.loads(lines[-1]) == {"end": {"rows": 3, "sha256": digest}}
    empty = hashlib.sha256(b"").hexdigest()
    assert await rows(rest, "contacts", end="true", filter='{"name": {"eq": "nobody"}}') == [
        {"end": {"rows": 0, "sha256": empty}}
    ]


async def test_everything_that_is_wrong_with_a_query_is_told_at_once(rest: Rest) -> None:
    asked = {
        "format": "xml", "fields": "nam,document_number,document_number", "filter": '{"nam": 1}', "end": "yes",
        "safe": "true", "limit": "5",
    }  # fmt: skip
    answer = await export(rest, "documents", 422, **asked)

    check_refusal(exact(answer))
    assert faults(answer) == [
        ("invalid", name) for name in ("limit", "format", "end", "safe", "fields", "fields", "filter")
    ]
    for name, query in {
        "links": {"filter": "{}"}, "changes": {"filter": "{}"}, "accounts": {"after": "x"},
        "documents": {"filter": "{"}, "contacts": {"fields": ""}, "notes": {"fields": "account."},
    }.items():  # fmt: skip
        assert faults(await export(rest, name, 422, **query)) == [("invalid", *query)]
    assert faults(await export(rest, "changes", 422, resource="bill", key="\0")) == [
        ("invalid", "resource"), ("invalid", "key"),
    ]  # fmt: skip
    misspelt = exact(await export(rest, "documents", 422, fields="document_nubmer"))["details"][0]["message"]
    assert misspelt == "fields: 'document_nubmer' is no field of these rows; 'document_number' is."


async def test_a_key_is_needed_and_one_that_may_only_read_suffices(rest: Rest, reader: Rest) -> None:
    await ledger(rest)
    for name in SOURCES:
        assert (await rest.gateway.http.get(f"{ROOT}/{name}")).status_code == 401
        assert (await export(reader, name)).content


async def test_head_answers_the_head_alone(rest: Rest) -> None:
    await ledger(rest)
    answer = await rest.send("HEAD", f"{ROOT}/documents")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["x-change-cursor"]


async def test_thousands_of_rows_come_whole(rest: Rest) -> None:
    await ledger(rest)
    csr_id = (await rest.get("documents", "D1"))["csrId"]
    await copy(rest, DOCUMENTS, csr_id, "document_number", [f"N{n:05}" for n in range(5_000)])
    found = await rows(rest, "documents", fields="document_number,line_items")

    assert [row["document_number"] for row in found] == ["D1", "D2", "D3", *(f"N{n:05}" for n in range(5_000))]
    assert all(row["line_items"][0]["unit_price"] == 0.164812 for row in found[3:])
    assert len((await export(rest, "documents", format="csv")).text.splitlines()) == 5_004


def faults(answer: Any) -> list[tuple[str, str]]:
    """Code and field of every fault of a refusal."""
    told = answer.json()
    assert told["error"] == "validation_failed"
    return [(fault["code"], fault["field"]) for fault in told["details"]]
