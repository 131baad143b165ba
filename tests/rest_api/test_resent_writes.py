"""A REST write that says what is stored already leaves no trace, and is answered as ever."""

import json
from typing import Any

import pytest

from tests.gateway import Client
from tests.pdfs import pdf
from tests.rest_api.client import ROOT, Rest, exact
from tests.rest_api.world import ACCOUNT, BASIC, CONTACT, DOCUMENT, held, ledger

LOG = "{ changes(last: 1) { totalCount nodes { sequence verb } } }"
KINDS: dict[str, dict[str, Any]] = {
    "accounts/ACCT-001": ACCOUNT
    | {"currency": "USD", "credit_limit": 10.50, "data_providers": {"a": {"b": [1, True]}}},
    "documents/INV-001": DOCUMENT
    | BASIC
    | {
        "line_items": [{"line_number": "1", "unit_price": "1.50"}],
        "invoicing_detail": {"TERMS": "30 days", "SUBTOTAL": 3.50},
        "custom_fields": {"collections": {"score": 1, "vip": True, "on": "2026-05-12"}},
    },
    "representatives/REP-001": {"name": "Rita Rep"},
    "contacts/CON-001": CONTACT | {"is_primary": True},
}


async def traces(graph: Client) -> Any:
    return await held(graph), await graph.only(LOG)


@pytest.mark.parametrize("path", KINDS)
async def test_the_same_put_and_what_it_was_answered_sent_back_change_nothing(
    rest: Rest, graph: Client, path: str
) -> None:
    await ledger(rest)
    first = await rest.send("PUT", f"{ROOT}/{path}", KINDS[path])
    before = await traces(graph)
    for method, body in (
        ("PUT", KINDS[path]),
        ("PATCH", KINDS[path]),
        ("PATCH", {}),
        ("PUT", json.loads(first.content)),
        ("PATCH", json.loads(first.content)),
        ("PUT", dict(reversed(KINDS[path].items()))),
    ):
        again = await rest.send(method, f"{ROOT}/{path}", body)
        assert (again.status_code, exact(again)) == (200, exact(first))
        assert again.headers["etag"] == first.headers["etag"]
        assert await traces(graph) == before, (method, body)


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ({"credit_limit": 1.0}, {"credit_limit": "1.00"}),
        ({"credit_limit": "-0"}, {"credit_limit": 0}),
        ({"is_parent_account": True}, {"is_parent_account": 1}),
        ({"data_providers": {"n": 1.0, "m": 2}}, {"data_providers": {"m": 2, "n": 1}}),
        ({"custom_fields": {"collections": {"a": 1, "b": "x"}}}, {"custom_fields": {"collections": {"a": 1.0}}}),
        ({"custom_fields": {"collections": {"a": 1}}}, {"custom_fields": {"collections": {"b": ""}}}),
        ({"phone": "1"}, {"status": "closed", "csrId": 5, "unknown": 1}),
    ],
)
async def test_what_means_the_same_or_nothing_changes_nothing(
    rest: Rest, graph: Client, stored: dict[str, Any], sent: dict[str, Any]
) -> None:
    await ledger(rest)
    await rest.patch("accounts", "ACCT-001", body={"fax": "1", **stored})
    before = await traces(graph)
    await rest.patch("accounts", "ACCT-001", body=sent)
    assert await traces(graph) == before


async def test_a_rest_put_of_what_graphql_declared_keeps_the_declaration_and_changes_nothing(
    rest: Rest, graph: Client
) -> None:
    declared = 'mutation { replaceAccount(accountNumber: "A", input: {openBalance: {name: "Acme"}}) { created } }'
    await graph.query(declared)
    before = await traces(graph)
    await rest.put("accounts", "A", body={"name": "Acme"})
    assert await traces(graph) == before
    assert await graph.only('{ account(accountNumber: "A") { products } }') == {"products": ["OPEN_BALANCE"]}


async def test_linking_and_pushing_again_change_nothing_but_pages_are_added_each_time(
    rest: Rest, graph: Client
) -> None:
    await ledger(rest)
    connection = (await graph.only("{ tenant { connectionId } }"))["connectionId"]
    push = f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/INV-001"

    async def pushed(query: str = "") -> Any:
        response = await rest.send("POST", push + query, pdf("one"), content_type="application/pdf")
        assert response.status_code == 200, response.text
        return exact(response)

    await rest.link("REP-001", "documents", "INV-001")
    first = await pushed()
    before = await traces(graph)
    assert await pushed() == first
    await rest.link("REP-001", "documents", "INV-001")
    assert await traces(graph) == before
    assert (await rest.get("documents", "INV-001", "attachments"))["attachments"] == [first]
    assert (await pushed("?append=true"))["id"] != first["id"]
    assert (await graph.only(LOG))["totalCount"] == before[1]["totalCount"] + 1
    assert (await pushed())["id"] != first["id"]  # the longer one gives way


async def test_a_closure_of_a_closed_document_stays_refused(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    await rest.close("INV-001", {"closure_reason": "paid"})
    before = await traces(graph)
    response = await rest.send("POST", f"{ROOT}/documents/INV-001/closure", {"closure_reason": "paid"})
    assert response.status_code == 409
    assert await traces(graph) == before
