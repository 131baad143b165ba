"""A ledger with every kind of value, and what its exports are."""

import json
from typing import Any

from app.rest_api.bulk.export_requests import ROOT
from tests.rest_api.client import Rest

BASIC = {"currency": "USD", "original_denomination": "10.5", "denomination": "10.5"}
DATES = {"invoice_date": "2026-01-01", "due_date": "2026-01-31"}
ACCOUNT: dict[str, Any] = {
    "name": 'Ä "q" \\ \n x',
    "currency": "USD",
    "credit_limit": "123456789012345.1234",
    "billing_address": {"zip": "1", "city": "C"},
    "data_providers": {"a": [1.5, {"b": None}]},
    "custom_fields": {"collections": {"n": 1.5, "t": "x,y", "b": True, "d": "2026-01-01"}},
}
CLOSURE = {"closure_reason": "paid", "closure_date": "2026-02-01T00:00:00Z", "notes": "Done"}


async def ledger(rest: Rest) -> None:
    """Two accounts, three documents, two representatives with links, a contact and a note."""
    await rest.post("accounts", "A/1", body=ACCOUNT)
    await rest.post("accounts", "B", body={"name": "=B", "description": "\\N"})
    lines = [{"line_number": "1", "unit_price": "0.164812", "net_amount": 12}]
    detail = {"DOC_TYPE": "Invoice", "DISCOUNT_AMOUNT": "1.50"}
    first = {"account_number": "B", "tax_rate": "0.1234567891", "discount_amount": "1.25", "line_items": lines}
    await rest.post("documents", "D1", body=DATES | BASIC | first | {"invoicing_detail": detail})
    await rest.post("documents", "D2", body=DATES | BASIC | {"account_number": "A/1"})
    await rest.close("D2", CLOSURE)
    ends = {"invoice_date": "0001-01-01", "due_date": "9999-12-31"}
    await rest.post("documents", "D3", body=BASIC | ends | {"account_number": "A/1", "denomination": 0})
    await rest.post("representatives", "Z", body={"name": "Boss"})
    await rest.post("representatives", "M", body={"supervisor_representative_reference": "Z"})
    await rest.post("representatives", "A", body={"supervisor_representative_reference": "M"})
    await rest.post("contacts", "C", body={"account_number": "A/1", "name": "Carl", "is_primary": True})
    note = {"reference": "N", "body": "Pays.", "effective_date": "2026-05-12T14:00:00.123Z"}
    await rest.post("accounts", "B", "notes", body=note)
    await rest.link("Z", "accounts", "A/1")
    await rest.link("A", "documents", "D1")
    await rest.link("A", "accounts", "B")


async def export(rest: Rest, name: str, status: int = 200, **query: Any) -> Any:
    """The answer to an export."""
    assert rest.api_key
    answer = await rest.gateway.http.get(f"{ROOT}/{name}", params=query, headers={"X-API-Key": rest.api_key})
    assert answer.status_code == status, answer.text
    return answer


async def rows(rest: Rest, name: str, **query: Any) -> list[dict[str, Any]]:
    """The rows of an export in NDJSON."""
    return [json.loads(line) for line in (await export(rest, name, **query)).text.splitlines()]
