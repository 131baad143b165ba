"""Every address with every status that the public pages give for it; a refused request changes nothing."""

from typing import Any

from tests.gateway import Client, Gateway
from tests.rest_api.client import ROOT, Rest, exact
from tests.rest_api.world import ACCOUNT, DOCUMENT, held, ledger

CLOSURE = {"closure_reason": "paid"}
NEW_NOTE = {"reference": "NOTE-002", "body": "Called."}
TAKEN_NOTE = {"reference": "NOTE-001", "body": "Called."}

# Method, address, body; then the status, and the error word where the request is refused.
CASES: list[tuple[str, str, Any, int, str]] = [
    ("POST", "accounts/NEW", ACCOUNT, 201, ""),
    ("POST", "accounts/ACCT-001", ACCOUNT, 409, "account_already_exists"),
    ("POST", "accounts/NEW", {"name": ""}, 422, "validation_failed"),
    ("PUT", "accounts/NEW-2", ACCOUNT, 201, ""),
    ("PUT", "accounts/ACCT-001", {"name": "Acme Inc"}, 200, ""),
    ("PUT", "accounts/ACCT-001", {}, 422, "validation_failed"),
    ("GET", "accounts/ACCT-001", None, 200, ""),
    ("GET", "accounts/NEW", None, 404, "account_not_found"),
    ("PATCH", "accounts/ACCT-001", {"payment_terms": "NET60"}, 200, ""),
    ("PATCH", "accounts/NEW", {"payment_terms": "NET60"}, 404, "account_not_found"),
    ("PATCH", "accounts/ACCT-001", {"name": None}, 422, "validation_failed"),
    ("POST", "accounts/ACCT-001/notes", NEW_NOTE, 201, ""),
    ("POST", "accounts/NEW/notes", NEW_NOTE, 404, "account_not_found"),
    ("POST", "accounts/ACCT-001/notes", TAKEN_NOTE, 409, "note_already_exists"),
    ("POST", "accounts/ACCT-002/notes", TAKEN_NOTE, 409, "note_already_exists"),
    ("POST", "accounts/ACCT-001/notes", {"reference": "NOTE-002"}, 422, "validation_failed"),
    ("GET", "accounts/ACCT-001/notes/NOTE-001", None, 200, ""),
    ("GET", "accounts/NEW/notes/NOTE-001", None, 404, "account_not_found"),
    ("GET", "accounts/ACCT-001/notes/NOTE-002", None, 404, "note_not_found"),
    ("GET", "accounts/ACCT-002/notes/NOTE-001", None, 404, "note_not_found"),
    ("POST", "documents/NEW", DOCUMENT, 201, ""),
    ("POST", "documents/INV-001", DOCUMENT, 409, "document_already_exists"),
    ("POST", "documents/NEW", DOCUMENT | {"account_number": "NEW"}, 422, "validation_failed"),
    ("PUT", "documents/NEW-2", DOCUMENT, 201, ""),
    ("PUT", "documents/INV-001", DOCUMENT, 200, ""),
    ("PUT", "documents/INV-001", {}, 422, "validation_failed"),
    ("GET", "documents/INV-001", None, 200, ""),
    ("GET", "documents/NEW", None, 404, "document_not_found"),
    ("PATCH", "documents/INV-001", {"comment": "Disputed."}, 200, ""),
    ("PATCH", "documents/NEW", {"comment": "Disputed."}, 404, "document_not_found"),
    ("PATCH", "documents/INV-001", {"due_date": "11.06.2026"}, 422, "validation_failed"),
    ("POST", "documents/INV-001/closure", CLOSURE, 200, ""),
    ("POST", "documents/NEW/closure", CLOSURE, 404, "document_not_found"),
    ("POST", "documents/INV-002/closure", CLOSURE, 409, "document_already_closed"),
    ("POST", "documents/INV-001/closure", {"closure_reason": "lost"}, 422, "validation_failed"),
    ("POST", "representatives/NEW", {}, 201, ""),
    ("POST", "representatives/REP-001", {}, 409, "representative_already_exists"),
    ("POST", "representatives/NEW", {"email": "nobody"}, 422, "validation_failed"),
    ("PUT", "representatives/NEW-2", {}, 201, ""),
    ("PUT", "representatives/REP-001", {}, 200, ""),
    ("PUT", "representatives/REP-001", {"language": "DE"}, 422, "validation_failed"),
    ("GET", "representatives/REP-001", None, 200, ""),
    ("GET", "representatives/NEW", None, 404, "representative_not_found"),
    ("PATCH", "representatives/REP-001", {"title": "Lead"}, 200, ""),
    ("PATCH", "representatives/NEW", {"title": "Lead"}, 404, "representative_not_found"),
    ("PATCH", "representatives/REP-001", {"title": 1}, 422, "validation_failed"),
    ("PUT", "representatives/REP-001/accounts/ACCT-001", None, 200, ""),
    ("PUT", "representatives/NEW/accounts/ACCT-001", None, 404, "representative_not_found"),
    ("PUT", "representatives/REP-001/accounts/NEW", None, 404, "account_not_found"),
    ("PUT", "representatives/REP-001/documents/INV-001", None, 200, ""),
    ("PUT", "representatives/NEW/documents/INV-001", None, 404, "representative_not_found"),
    ("PUT", "representatives/REP-001/documents/NEW", None, 404, "document_not_found"),
    ("GET", "representatives/REP-001/accounts", None, 200, ""),
    ("GET", "representatives/NEW/accounts", None, 404, "representative_not_found"),
    ("GET", "representatives/REP-001/accounts?page=0", None, 422, "validation_failed"),
    ("GET", "representatives/REP-001/documents", None, 200, ""),
    ("GET", "representatives/NEW/documents", None, 404, "representative_not_found"),
    ("GET", "representatives/REP-001/documents?limit=101", None, 422, "validation_failed"),
    ("POST", "contacts/NEW", {}, 201, ""),
    ("POST", "contacts/CON-001", {}, 409, "contact_already_exists"),
    ("POST", "contacts/NEW", {"account_number": "NEW"}, 422, "validation_failed"),
    ("PUT", "contacts/NEW-2", {}, 201, ""),
    ("PUT", "contacts/CON-001", {}, 200, ""),
    ("PUT", "contacts/CON-001", {"name": "A B", "last_name": "B"}, 422, "validation_failed"),
    ("GET", "contacts/CON-001", None, 200, ""),
    ("GET", "contacts/NEW", None, 404, "contact_not_found"),
    ("PATCH", "contacts/CON-001", {"title": "Dr"}, 200, ""),
    ("PATCH", "contacts/NEW", {"title": "Dr"}, 404, "contact_not_found"),
    ("PATCH", "contacts/CON-001", {"country": "Austria"}, 422, "validation_failed"),
]
ACCEPTED = [(method, path, body) for method, path, body, status, _ in CASES if status < 300]


async def test_each_address_accepts_what_the_pages_say_and_a_write_changes_something(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    for method, path, body, status, _ in (case for case in CASES if case[3] < 300):
        before = await held(graph)
        response = await rest.send(method, f"{ROOT}/{path}", body)
        assert (method, path, response.status_code) == (method, path, status), response.text
        assert "error" not in exact(response)
        assert (await held(graph) == before) == (method == "GET"), (method, path)


async def test_each_address_refuses_with_the_statuses_of_the_pages_and_nothing_changes(
    rest: Rest, graph: Client
) -> None:
    await ledger(rest)
    before = await held(graph)
    for method, path, body, status, error in (case for case in CASES if case[3] >= 400):
        response = await rest.send(method, f"{ROOT}/{path}", body)
        assert (method, path, response.status_code) == (method, path, status), response.text
        assert exact(response)["error"] == error
        assert await held(graph) == before, (method, path)


async def test_without_a_key_or_with_an_unknown_one_every_address_is_401(
    rest: Rest, graph: Client, shared_gateway: Gateway
) -> None:
    await ledger(rest)
    before = await held(graph)
    for key in (None, "igk_nobody", "", "\x7f"):
        for method, path, body in ACCEPTED:
            response = await Rest(shared_gateway, key).send(method, f"{ROOT}/{path}", body)
            assert (response.status_code, exact(response)["error"]) == (401, "unauthenticated"), path
    assert await held(graph) == before


async def test_a_read_only_key_writes_nowhere_and_reads_everywhere(rest: Rest, graph: Client, reader: Rest) -> None:
    await ledger(rest)
    before = await held(graph)
    for method, path, body in ACCEPTED:
        response = await reader.send(method, f"{ROOT}/{path}", body)
        told = {"GET": (200, None)}.get(method, (403, "forbidden"))
        assert (response.status_code, exact(response).get("error")) == told, path
    assert await held(graph) == before


async def test_what_is_there_for_one_tenant_is_404_for_another(rest: Rest, graph: Client, other: Rest) -> None:
    await ledger(rest)
    before = await held(graph)
    for method, path, body in ACCEPTED:
        if "NEW" in path or (method == "PUT" and path.count("/") == 1):
            continue  # a key that is free
        response = await other.send(method, f"{ROOT}/{path}", body)
        first = path.partition("/")[0].removesuffix("s")
        assert (response.status_code, exact(response)["error"]) == (404, f"{first}_not_found"), path
    assert await held(graph) == before


async def test_a_key_of_one_tenant_is_free_for_another(rest: Rest, graph: Client, other: Rest) -> None:
    await ledger(rest)
    before = await held(graph)
    await ledger(other)
    assert await held(graph) == before


async def test_what_another_tenant_holds_cannot_be_referred_to(rest: Rest, other: Rest) -> None:
    await ledger(rest)
    await other.post("representatives", "THEIRS", body={})
    for kind, number, error in (("accounts", "ACCT-001", "account"), ("documents", "INV-001", "document")):
        answer = await other.write("PUT", "representatives", "THEIRS", kind, number, body=None, status=404)
        assert answer["error"] == f"{error}_not_found"
    assert await other.faults("POST", "documents", "D", body=DOCUMENT) == [("not_found", "account_number")]
    assert await other.faults("POST", "contacts", "C", body={"account_number": "ACCT-001"}) == [
        ("not_found", "account_number")
    ]
    assert await other.faults(
        "PUT", "representatives", "R", body={"supervisor_representative_reference": "REP-001"}
    ) == [("not_found", "supervisor_representative_reference")]


async def test_what_is_no_address_is_404_and_another_method_405_with_those_it_takes(rest: Rest) -> None:
    for path in (
        "",
        "accounts",
        "accounts/",
        "accounts//notes",
        "accounts/A/notes/N/x",
        "invoices/1",
        "documents/1/pdf",
    ):
        response = await rest.send("GET", f"{ROOT}/{path}")
        assert (response.status_code, exact(response)["error"]) == (404, "not_found"), path
    taken = {"accounts/A": "GET, PATCH, POST, PUT", "accounts/A/notes/N": "GET", "documents/1/closure": "POST"}
    for path, allowed in taken.items():
        response = await rest.send("DELETE", f"{ROOT}/{path}")
        assert (response.status_code, response.headers["allow"]) == (405, allowed)
        assert exact(response)["error"] == "method_not_allowed"


async def test_head_is_answered_as_get_is(rest: Rest) -> None:
    await rest.post("accounts", "A-1", body=ACCOUNT)
    there = await rest.send("HEAD", f"{ROOT}/accounts/A-1")
    assert (there.status_code, there.headers["content-type"]) == (200, "application/json")
    assert (await rest.send("HEAD", f"{ROOT}/accounts/A-2")).status_code == 404
