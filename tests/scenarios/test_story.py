"""The life of a receivable, told by a script against a live server: from a new account to a reopened invoice, and read
back nested in one query."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers import RunningServer, gateway_cli


class Script:
    """What an integrator writes: one operation after another, none of which may be refused."""

    def __init__(self, url: str, api_key: str) -> None:
        self.http = httpx.Client(base_url=url, headers={"X-API-Key": api_key}, timeout=30)

    def run(self, text: str, **variables: Any) -> Any:
        answer = self.http.post("/graphql", json={"query": text, "variables": variables}).json()
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        assert not (isinstance(payload, dict) and payload.get("userErrors")), payload
        return payload


@pytest.fixture
def script(database_url: str, tmp_path: Path) -> Iterator[Script]:
    """A script with a tenant's key, and a server in a process of its own."""
    env = {"GATEWAY_DATABASE_URL": database_url}
    created = gateway_cli("tenants", "create", "acme", env=env, folder=tmp_path)
    key = next(line.split()[-1] for line in created.splitlines() if line.startswith("API key"))
    with RunningServer(env, tmp_path) as server:
        made = Script(server.url, key)
        yield made
        made.http.close()


ERRORS = "userErrors { code message field }"
DOCUMENT = f"{{ document {{ status openAmount version closure {{ reason notes }} }} {ERRORS} }}"


def create_account(script: Script) -> None:
    script.run(
        'mutation($account: CombinedAccountInput!) { createAccount(accountNumber: "ACCT-1", input: '
        f"{{ combined: $account }}) {{ account {{ version }} {ERRORS} }} }}",
        account={
            "products": ["COLLECTIONS", "INVOICING"],
            "name": "Acme Corp",
            "currency": "USD",
            "language": "en",
            "billingAddress": {"address1": "123 Main St", "city": "Atlanta", "state": "GA", "zip": "30301"},
        },
    )


def create_document(script: Script, number: str, amount: str, **more: Any) -> None:
    amounts = {"basic": {"currency": "USD", "originalDenomination": amount, "denomination": amount}}
    script.run(
        "mutation($number: String!, $document: CombinedDocumentInput!) { createDocument(documentNumber: $number, "
        f"input: {{ combined: $document }}) {DOCUMENT} }}",
        number=number,
        document={
            "products": ["COLLECTIONS", "INVOICING"],
            "accountNumber": "ACCT-1",
            "invoiceDate": "2026-05-12",
            "dueDate": "2026-06-11",
            "amounts": amounts,
            **more,
        },
    )


def patch_open_amount(script: Script, amount: str, expected_version: int) -> dict[str, Any]:
    payload = script.run(
        'mutation($amount: Decimal!, $version: Int!) { patchDocument(documentNumber: "INV-1", expectedVersion: '
        f"$version, patch: {{ denomination: $amount }}) {DOCUMENT} }}",
        amount=amount,
        version=expected_version,
    )
    document: dict[str, Any] = payload["document"]
    return document


def test_a_receivable_lives_from_a_new_account_to_a_reopened_invoice(script: Script) -> None:
    create_account(script)
    create_document(script, "INV-1", "1500.00", invoiceNum="90001")
    script.run(
        'mutation { createNote(accountNumber: "ACCT-1", input: { reference: "NOTE-1", body: "Called; will pay." }) '
        f"{{ created {ERRORS} }} }}"
    )
    script.run(
        'mutation { createRepresentative(reference: "REP-1", input: { name: "Jane Smith" }) '
        f"{{ created {ERRORS} }} }}"
    )
    for target, key in (("Account", 'accountNumber: "ACCT-1"'), ("Document", 'documentNumber: "INV-1"')):
        script.run(f'mutation {{ linkRepresentativeTo{target}(reference: "REP-1", {key}) {{ {ERRORS} }} }}')

    assert patch_open_amount(script, "1200", 1) == {
        "status": "OPEN",
        "openAmount": "1200",
        "version": 2,
        "closure": None,
    }
    create_document(script, "CN-1", "-200", documentType="CREDIT_NOTE", appliesToInvoice="90001")
    closed = script.run(
        'mutation { closeDocument(documentNumber: "INV-1", input: { closureReason: PAID, notes: "By wire" }) '
        f"{DOCUMENT} }}"
    )
    assert closed["document"]["status"] == "CLOSED"
    assert closed["document"]["closure"] == {"reason": "PAID", "notes": "By wire"}
    assert patch_open_amount(script, "300.5", 3) == {
        "status": "OPEN",
        "openAmount": "300.5",
        "version": 4,
        "closure": None,
    }

    account = script.run(
        """{ account(accountNumber: "ACCT-1") {
          name products version
          balances(asOf: "2026-07-01") { currency openAmount overdueAmount openDocuments aging { days1To30 } }
          notes { nodes { reference body } }
          representatives { nodes { reference name documents { nodes { documentNumber } } } }
          documents { totalCount nodes {
            documentNumber documentType status openAmount
            statusHistory { status reason }
            appliesTo { documentNumber }
            creditNotes { nodes { documentNumber } }
            readiness { product ready }
          } }
        } }"""
    )
    ready = [{"product": "COLLECTIONS", "ready": True}, {"product": "INVOICING", "ready": False}]
    ready += [{"product": "OPEN_BALANCE", "ready": True}]
    assert account == {
        "name": "Acme Corp",
        "products": ["COLLECTIONS", "INVOICING"],
        "version": 1,
        "balances": [
            {
                "currency": "USD",
                "openAmount": "100.5",
                "overdueAmount": "100.5",
                "openDocuments": 2,
                "aging": {"days1To30": "100.5"},
            }
        ],
        "notes": {"nodes": [{"reference": "NOTE-1", "body": "Called; will pay."}]},
        "representatives": {
            "nodes": [
                {
                    "reference": "REP-1",
                    "name": "Jane Smith",
                    "documents": {"nodes": [{"documentNumber": "INV-1"}]},
                }
            ]
        },
        "documents": {
            "totalCount": 2,
            "nodes": [
                {
                    "documentNumber": "CN-1",
                    "documentType": "CREDIT_NOTE",
                    "status": "OPEN",
                    "openAmount": "-200",
                    "statusHistory": [{"status": "OPEN", "reason": None}],
                    "appliesTo": {"documentNumber": "INV-1"},
                    "creditNotes": {"nodes": []},
                    "readiness": [*ready, {"product": "CASH_APP", "ready": False}],
                },
                {
                    "documentNumber": "INV-1",
                    "documentType": "INVOICE",
                    "status": "OPEN",
                    "openAmount": "300.5",
                    "statusHistory": [
                        {"status": "OPEN", "reason": None},
                        {"status": "CLOSED", "reason": "PAID"},
                        {"status": "OPEN", "reason": None},
                    ],
                    "appliesTo": None,
                    "creditNotes": {"nodes": [{"documentNumber": "CN-1"}]},
                    "readiness": [*ready, {"product": "CASH_APP", "ready": True}],
                },
            ],
        },
    }
