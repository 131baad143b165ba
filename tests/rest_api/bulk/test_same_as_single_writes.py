"""A line of an import is answered as a single REST write of the same would be, refusals word for word, and leaves the
same behind: random files, line by line to one tenant and as an import to another."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from tests.gateway import Client, Gateway
from tests.rest_api.bulk.importing import Line, run_import
from tests.rest_api.client import Rest, address

KEYS = ("1", "2", "3", " 4", "x" * 300, "a/b")
VALUES: dict[str, tuple[Any, ...]] = {
    "name": ("Alder", "Beech", "", None, 7, "nul\0"),
    "currency": ("EUR", "USD", "eur", ""),
    "email": ("a@b.example", "nobody", None),
    "credit_limit": ("10.50", 7, "1,5", 10**20, True),
    "billing_address": ({"city": "Oslo", "zip": 1}, {"city": "Oslo"}, {"city": None}, [], None),
    "custom_fields": ({"collections": {"region": "EMEA", "score": 7}}, {"collections": {"region": None}}, 3),
    "is_primary": (True, False, 1, "yes"),
    "account_number": ("1", "2", "3", "9", 7, ""),
    "document_number": ("1", "2"),
    "document_type": ("invoice", 3, "bill"),
    "applies_to_invoice": ("1", None),
    "invoice_date": ("2026-01-05", "05.01.2026", None),
    "due_date": ("2026-02-04",),
    "original_denomination": (100, "-100.00", 0),
    "denomination": (40, "0", "-1", "much"),
    "original_currency": ("EUR",),
    "line_items": ([{"description": "Bolt", "unit_price": 0.164812}], [{"unit_price": "x"}], {}),
    "invoicing_detail": ({"PO_NUMBER": "7", "NONE": 1}, {"PO_NUMBER": 7}),
    "comment": ("x", "y" * 10_001),
    "supervisor_representative_reference": ("1", "2", "9"),
    "body": ("Called.", " ", None),
    "effective_date": ("2026-05-12T10:00:00+02:00", "today"),
    "closure_reason": ("paid", "contra", "lost"),
    "closure_date": ("2026-03-01T00:00:00Z", "soon"),
    "notes": ("By cheque.",),
    "status": ("closed",),
    "nmae": ("dropped",),
}
FIELDS = {
    "account": ("name", "currency", "email", "credit_limit", "billing_address", "custom_fields", "nmae"),
    "document": (
        *("account_number", "document_type", "applies_to_invoice", "invoice_date", "due_date", "currency"),
        *("original_denomination", "denomination", "original_currency", "line_items", "invoicing_detail", "comment"),
        *("status", "document_number"),
    ),
    "contact": ("account_number", "name", "email", "is_primary", "custom_fields"),
    "representative": ("name", "email", "supervisor_representative_reference"),
    "note": ("body", "effective_date"),
    "closure": ("closure_reason", "closure_date", "notes", "nmae"),
}
NEEDED = {"name", "account_number", "invoice_date", "due_date", "body", "closure_reason"}
METHODS = {"create": "POST", "replace": "PUT", "patch": "PATCH"}
STATE = """{ accounts(first: 100) { nodes { accountNumber name currency email creditLimit version
    billingAddress { city } customFields { key } } }
  documents(first: 100) { nodes { documentNumber documentType invoiceDate status openAmount version comment
    account { accountNumber } closure { reason closedAt notes } statusHistory { status reason notes } } }
  contacts(first: 100) { nodes { reference name isPrimary version } }
  representatives(first: 100) { nodes { reference name version supervisor { reference }
    accounts(first: 10) { nodes { accountNumber } } documents(first: 10) { nodes { documentNumber } } } } }"""


def data_of(kind: str, dice: random.Random) -> dict[str, Any]:
    """A body of the kind; most of it is right."""
    found = {}
    for name in FIELDS[kind]:
        if dice.random() < (0.95 if name in NEEDED else 0.4):
            values = VALUES[name]
            found[name] = values[0] if dice.random() < 0.8 else dice.choice(values)
    return found


def file(dice: random.Random, count: int) -> Iterator[Line]:
    for _ in range(count):
        kind = dice.choice(["account", "account", "document", "document", "document", "contact", "representative",
                            "note", "closure", "link"])  # fmt: skip
        key = dice.choice(KEYS[:3] if dice.random() < 0.9 else KEYS)
        if kind == "link":
            owner = dice.choice(["account_number", "document_number"])
            yield {"resource": "representative", "verb": "link", "key": key, "data": {owner: dice.choice("129")}}
        elif kind == "note":
            data = {**data_of(kind, dice), "account_number": dice.choice("129")}
            yield {"resource": "note", "verb": "create", "key": str(dice.randrange(20)), "data": data}
        elif kind == "closure":
            yield {"resource": "document", "verb": "close", "key": key, "data": data_of(kind, dice)}
        else:
            verb = dice.choice(["create", "replace", "replace", "patch"])
            yield {"resource": kind, "verb": verb, "key": key, "data": data_of(kind, dice)}


async def single(rest: Rest, line: Line) -> dict[str, Any]:
    """What a single write of the line is answered, as an import would tell it."""
    data, key, verb = line["data"], line["key"], line["verb"]
    if verb == "link":
        ((name, number),) = data.items()
        path, method = address("representatives", key, f"{name.removesuffix('_number')}s", number), "PUT"
        body = None
    elif line["resource"] == "note":
        path, method = address("accounts", data["account_number"], "notes"), "POST"
        body = {**data, "reference": key}
    elif verb == "close":
        path, method, body = address("documents", key, "closure"), "POST", data
    else:
        path, method, body = address(Resource(line["resource"]).plural, key), METHODS[verb], data
    response = await rest.send(method, path, body)
    found: dict[str, Any] = {"status": response.status_code}
    if response.status_code >= 400:
        refused = response.json()
        found |= {name: refused[name] for name in ("error", "details", "message") if name in refused}
    elif "etag" in response.headers and verb != "link" and line["resource"] != "note":
        found["version"] = int(response.headers["etag"].strip('"'))
    if ignored := response.headers.get("x-ignored-fields"):
        found["ignored"] = ignored.split(",")
    return found


def as_single(answer: Line, line: Line) -> dict[str, Any]:
    """The answer of a line, without what tells it from that of a single write."""
    found = {name: value for name, value in answer.items() if name not in ("line", "resource", "key")}
    text = json.dumps(found).replace("the line names", "the address names")
    if line["resource"] == "note":
        found.pop("version", None)
        text = json.dumps(found)
    shown: dict[str, Any] = json.loads(text)
    return shown


@pytest.mark.parametrize("seed", range(3))
async def test_an_import_is_answered_as_single_writes_are_and_leaves_the_same(gateway: Gateway, seed: int) -> None:
    alone, together = await gateway.tenant("alone"), await gateway.tenant("together")
    lines = list(file(random.Random(seed), 150))
    expected = [await single(Rest.of(alone), line) for line in lines]
    answer = await run_import(together, lines)
    found = [as_single(answered, line) for answered, line in zip(answer.lines, lines, strict=True)]
    for line, one, other in zip(lines, found, expected, strict=True):
        assert one == other, line
    assert len({each["status"] for each in expected}) > 4
    assert await state(together) == await state(alone)


async def state(client: Client) -> Any:
    """All that the tenant has, without when it was done."""
    found = await client.query(STATE)
    for document in found["documents"]["nodes"]:
        if document["closure"] and document["closure"]["closedAt"] != VALUES["closure_date"][0].replace("Z", ".000Z"):
            document["closure"]["closedAt"] = "…"  # the moment of the write
    return found


def test_every_resource_is_tried() -> None:
    assert {str(resource) for resource in RESOURCES} <= set(FIELDS)
