"""Exports as CSV, Arrow and Parquet: exact values in the types that they have, and texts that read back as they are."""

import csv
import io
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.storage.tables import DOCUMENTS
from tests.rest_api.bulk.ledger import export, ledger
from tests.rest_api.client import Rest, exact
from tests.rest_api.world import copy

READERS: dict[str, Callable[[bytes], Any]] = {
    "arrow": lambda body: pa.ipc.open_stream(body).read_all(),
    "parquet": lambda body: pq.read_table(io.BytesIO(body)),
}
MEDIA_TYPES = {"arrow": "application/vnd.apache.arrow.stream", "parquet": "application/vnd.apache.parquet"}


async def records(rest: Rest, name: str, **query: Any) -> list[dict[str, str]]:
    """The records of an export as CSV."""
    answer = await export(rest, name, format="csv", **query)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def filled(record: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in record.items() if cell != ""}


async def test_csv_spreads_objects_over_columns_and_tells_types_of_custom_fields(rest: Rest) -> None:
    await ledger(rest)
    first, second = await records(rest, "accounts")

    assert filled(first) == {
        "account_number": "A/1", "name": 'Ä "q" \\ \n x', "currency": "USD", "billing_address.city": "C",
        "billing_address.zip": "1", "credit_limit": "123456789012345.1234", "data_providers": '{"a":[1.5,{"b":null}]}',
        "custom_fields.collections.b:boolean": "true", "custom_fields.collections.d": "2026-01-01",
        "custom_fields.collections.n:number": "1.5", "custom_fields.collections.t": "x,y",
    }  # fmt: skip
    assert filled(second) == {"account_number": "B", "name": "=B", "description": "\\\\N"}
    documents = [filled(record) for record in await records(rest, "documents")]
    assert documents[0]["line_items"] == '[{"line_number":"1","unit_price":0.164812,"net_amount":12}]'
    assert documents[0]["invoicing_detail"] == '{"DOC_TYPE":"Invoice","DISCOUNT_AMOUNT":1.5}'
    closures = [{name: cell for name, cell in each.items() if name.startswith("closure.")} for each in documents]
    closed = {
        "closure.closure_reason": "paid", "closure.closure_date": "2026-02-01T00:00:00.000Z", "closure.notes": "Done",
    }  # fmt: skip
    assert closures == [{}, closed, {}]
    assert [filled(record) for record in await records(rest, "links")] == [
        {"reference": "A", "account_number": "B"},
        {"reference": "A", "document_number": "D1"},
        {"reference": "Z", "account_number": "A/1"},
    ]


async def test_a_custom_field_of_two_types_has_two_columns(rest: Rest) -> None:
    for key, value in (("A", "1"), ("B", 1)):
        await rest.post("accounts", key, body={"name": "x", "custom_fields": {"collections": {"size": value}}})
    name = "custom_fields.collections.size"
    first, second = [filled(record) for record in await records(rest, "accounts")]
    assert (first[name], second[f"{name}:number"]) == ("1", "1")
    assert (len(first), len(second)) == (3, 3)

    await rest.patch("accounts", "A", body={"custom_fields": {"collections": {"size:number": "text"}}})
    told = exact(await export(rest, "accounts", 422, format="csv"))["details"]
    assert [detail["field"] for detail in told] == ["format"]


async def test_safe_csv_opens_in_a_spreadsheet_without_running(rest: Rest) -> None:
    texts = ["=1+1", "+1", "-1", "@a", "\tb", "\rc", "d=1", "'e"]
    for number, text in enumerate(texts):
        await rest.post("accounts", f"A{number}", body={"name": text, "credit_limit": -5})
    asked = {"fields": "name,credit_limit"}

    plain, safe = [
        [(each["name"], each["credit_limit"]) for each in await records(rest, "accounts", **asked, **more)]
        for more in ({}, {"safe": "true"})
    ]
    assert plain == [(text, "-5") for text in texts]
    assert safe == [(f"'{text}", "-5") for text in texts[:6]] + [("d=1", "-5"), ("'e", "-5")]


@pytest.mark.parametrize("form", READERS)
async def test_columns_have_exact_types(rest: Rest, form: str) -> None:
    await ledger(rest)
    answer = await export(rest, "documents", format=form)
    assert answer.headers["content-type"] == MEDIA_TYPES[form]
    table = READERS[form](answer.content)

    types = {field.name: field.type for field in table.schema}
    assert types["denomination"] == pa.decimal128(19, 4)
    assert types["tax_rate"] == pa.decimal128(25, 10)
    assert types["invoice_date"] == pa.date32()
    assert types["fabricated_record"] == pa.bool_()
    assert {types[name] for name in ("document_number", "line_items", "closure", "products")} == {pa.string()}
    assert table["denomination"].to_pylist() == [Decimal("10.5"), Decimal("10.5"), Decimal(0)]
    assert table["tax_rate"].to_pylist() == [Decimal("0.1234567891"), None, None]
    assert table["due_date"].to_pylist() == [date(2026, 1, 31), date(2026, 1, 31), date(9999, 12, 31)]
    assert table["line_items"].to_pylist()[0] == '[{"line_number":"1","unit_price":0.164812,"net_amount":12}]'
    closure = '{"closure_reason":"paid","closure_date":"2026-02-01T00:00:00.000Z","notes":"Done"}'
    assert table["closure"].to_pylist() == [None, closure, None]


@pytest.mark.parametrize("form", READERS)
async def test_named_columns_have_the_types_that_they_have(rest: Rest, form: str) -> None:
    await ledger(rest)
    asked = "account.credit_limit,closure.closure_date,custom_fields.collections.x,version"
    table = READERS[form]((await export(rest, "documents", format=form, fields=asked)).content)

    assert table.schema.names == asked.split(",")
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    assert [list(row.values()) for row in table.to_pylist()] == [
        [None, None, None, 1],
        [Decimal("123456789012345.1234"), moment, None, 2],
        [Decimal("123456789012345.1234"), None, None, 1],
    ]


@pytest.mark.parametrize("form", READERS)
async def test_many_batches_make_up_one_table(rest: Rest, form: str) -> None:
    assert READERS[form]((await export(rest, "documents", format=form)).content).num_rows == 0
    await ledger(rest)
    csr_id = (await rest.get("documents", "D1"))["csrId"]
    await copy(rest, DOCUMENTS, csr_id, "document_number", [f"N{n:05}" for n in range(12_000)])
    table = READERS[form]((await export(rest, "documents", format=form, fields="document_number")).content)

    assert table["document_number"].to_pylist() == ["D1", "D2", "D3", *(f"N{n:05}" for n in range(12_000))]


async def test_a_server_without_the_extra_says_so(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as Python finds it where it is not installed
    for form in READERS:
        told = exact(await export(rest, "accounts", 406, format=form))
        assert told["error"] == "not_acceptable"
        assert "its extra 'bulk' is not installed" in told["message"]
