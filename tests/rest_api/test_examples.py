"""The requests that the public pages show, in their order, answered with at least what the pages show; identifiers and
times of the server aside."""

import re
from decimal import Decimal
from typing import Any

from tests.rest_api.client import ROOT, Body, Rest, exact

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ACCOUNT = {
    "name": "Acme Corp",
    "currency": "USD",
    "email": "billing@acme.com",
    "billing_address": {
        "address1": "123 Main St",
        "city": "Atlanta",
        "state": "GA",
        "zip": "30301",
        "country": "US",
    },
}
NOTE = {
    "reference": "NOTE-001",
    "body": "Pays in three parts.",
    "subject": "Parts agreed",
    "note_type": "payment_arrangement",
    "effective_date": "2026-05-12T00:00:00Z",
}
INVOICE = b"""{
    "account_number": "ACCT-001",
    "document_type": "invoice",
    "invoice_num": "INV-001",
    "invoice_date": "2026-05-12",
    "due_date": "2026-06-11",
    "currency": "USD",
    "original_denomination": 1500.00,
    "denomination": 1500.00,
    "description": "Work done in May"
}"""
SHOWN_INVOICE = {
    "documentNumber": "INV-001",
    "account_number": "ACCT-001",
    "document_type": "invoice",
    "invoice_num": "INV-001",
    "invoice_date": "2026-05-12",
    "due_date": "2026-06-11",
    "currency": "USD",
    "original_denomination": 1500,
    "denomination": 1500,
    "status": "open",
}
CLOSURE = {"closure_reason": "paid", "closure_date": "2026-05-12T14:00:00Z", "notes": "The wire came in."}


def lacks(answer: Any, shown: Any, path: str = "") -> list[str]:
    """The paths of what is shown and not answered exactly so; an answer may hold more."""
    if isinstance(shown, dict) and isinstance(answer, dict):
        return [at for key, value in shown.items() for at in lacks(answer.get(key), value, f"{path}.{key}")]
    if isinstance(shown, list) and isinstance(answer, list) and len(shown) == len(answer):
        return [at for one, other in zip(answer, shown, strict=True) for at in lacks(one, other, f"{path}[]")]
    same = type(answer) is type(shown) or isinstance(answer, int | Decimal)
    return [] if same and answer == shown else [f"{path}: {answer!r}"]


def check_server_fields(answer: Body, *names: str) -> None:
    """csrId is a number of the server's, times are in UTC with milliseconds."""
    assert isinstance(answer["csrId"], int)
    assert answer["csrId"] > 0
    for name in names:
        assert MOMENT.fullmatch(answer[name]), name


async def sent(rest: Rest, method: str, path: str, body: Any, status: int) -> Body:
    response = await rest.send(method, f"{ROOT}/{path}", body)
    assert response.status_code == status, response.text
    return exact(response)


async def test_the_examples_of_accounts(rest: Rest) -> None:
    made = await sent(rest, "POST", "accounts/ACCT-001", ACCOUNT, 201)
    assert lacks(made, {"accountNumber": "ACCT-001", **ACCOUNT}) == []
    check_server_fields(made, "createdAt", "updatedAt")

    taken = await sent(rest, "POST", "accounts/ACCT-001", ACCOUNT, 409)
    assert lacks(taken, {"error": "account_already_exists", "account_number": "ACCT-001"}) == []
    assert list(taken) == ["error", "account_number", "message"]
    assert "'ACCT-001'" in taken["message"]

    replaced = await sent(rest, "PUT", "accounts/ACCT-001", {"name": "Acme Corp", "currency": "USD"}, 200)
    shown = {"csrId": made["csrId"], "accountNumber": "ACCT-001", "name": "Acme Corp", "currency": "USD"}
    assert lacks(replaced, shown | {"createdAt": made["createdAt"]}) == []
    assert list(replaced) == [*shown, "createdAt", "updatedAt"]

    patched = await sent(rest, "PATCH", "accounts/ACCT-001", {"credit_limit": 10000, "payment_terms": "NET60"}, 200)
    assert lacks(patched, shown | {"credit_limit": 10000, "payment_terms": "NET60"}) == []


async def test_the_examples_of_notes(rest: Rest) -> None:
    await sent(rest, "POST", "accounts/ACCT-001", {"name": "Acme Corp", "currency": "USD"}, 201)
    shown = {**NOTE, "account_number": "ACCT-001", "effective_date": "2026-05-12T00:00:00.000Z"}
    made = await sent(rest, "POST", "accounts/ACCT-001/notes", NOTE, 201)
    assert lacks(made, shown) == []
    assert MOMENT.fullmatch(made["created_at"])
    assert set(made) == {*shown, "created_at"}
    assert await sent(rest, "GET", "accounts/ACCT-001/notes/NOTE-001", None, 200) == made

    account = await sent(rest, "GET", "accounts/ACCT-001", None, 200)
    embedded = {**NOTE, "accountNumber": "ACCT-001", "effective_date": "2026-05-12T00:00:00.000Z"}
    assert lacks(account, {"accountNumber": "ACCT-001", "name": "Acme Corp", "currency": "USD"}) == []
    assert account["notes"] == [embedded | {"createdAt": made["created_at"]}]
    check_server_fields(account, "createdAt", "updatedAt")


async def test_the_examples_of_documents(rest: Rest) -> None:
    await sent(rest, "POST", "accounts/ACCT-001", {"name": "Acme Corp", "currency": "USD"}, 201)
    made = await sent(rest, "POST", "documents/INV-001", INVOICE, 201)
    assert lacks(made, SHOWN_INVOICE) == []
    check_server_fields(made, "createdAt", "updatedAt")
    assert await sent(rest, "GET", "documents/INV-001", None, 200) == made

    change = b'{"denomination": 1200.00, "comment": "Part of it came"}'
    patched = await sent(rest, "PATCH", "documents/INV-001", change, 200)
    shown = SHOWN_INVOICE | {"denomination": 1200, "comment": "Part of it came", "description": "Work done in May"}
    assert lacks(patched, shown) == []

    closed = await sent(rest, "POST", "documents/INV-001/closure", CLOSURE, 200)
    assert closed == {
        "csrId": made["csrId"],
        "documentNumber": "INV-001",
        "status": "closed",
        "closure_reason": "paid",
        "closedAt": "2026-05-12T14:00:00.000Z",
        "updatedAt": closed["updatedAt"],
    }
    check_server_fields(closed, "updatedAt")
    found = await sent(rest, "GET", "documents/INV-001", None, 200)
    told = {"status": "closed", "closedAt": "2026-05-12T14:00:00.000Z", "closure_notes": "The wire came in."}
    assert lacks(found, shown | closed | told) == []


async def test_the_examples_of_representatives(rest: Rest) -> None:
    await sent(rest, "POST", "accounts/ACCT-001", {"name": "Acme Corp"}, 201)
    body = {
        "name": "Jane Smith",
        "email": "jsmith@yourcompany.com",
        "title": "Account Manager",
        "department": "Sales",
    }
    made = await sent(rest, "POST", "representatives/REP-001", body, 201)
    assert lacks(made, {"reference": "REP-001", **body}) == []
    check_server_fields(made, "createdAt", "updatedAt")
    for _ in range(2):
        linked = await sent(rest, "PUT", "representatives/REP-001/accounts/ACCT-001", None, 200)
        assert linked == {"reference": "REP-001", "account_number": "ACCT-001"}
    found = await sent(rest, "GET", "representatives/REP-001", None, 200)
    assert found == made | {"accounts": ["ACCT-001"], "documents": []}
