"""The day of an integration that knows only the public pages of the Ingest API and was given another host name, against
a running server on each database; and the same data in one nested query."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from tests.servers import RunningServer, gateway_cli

QUERY = """{
  account(accountNumber: "ACCT-001") {
    name currency paymentTerms creditLimit billingAddress { address1 address2 city zip country }
    customFields { key text number date boolean }
    parentAccount { accountNumber name }
    notes { nodes { reference subject body effectiveDate } }
    contacts { nodes { reference name isPrimary } }
    representatives { nodes { reference supervisor { reference } documents { nodes { documentNumber } } } }
    balances(asOf: "2026-06-01") { currency openAmount overdueAmount openDocuments }
    documents { totalCount nodes {
      documentNumber documentType status denomination originalDenomination comment discountAmount
      lineItems { description quantityOrdered unitPrice } thickBilling { terms detail { qtyShipCol } }
      appliesTo { documentNumber } creditNotes { nodes { documentNumber } }
      closure { reason closedAt notes } statusHistory { status reason }
    } }
  }
}"""


@dataclass(frozen=True, slots=True)
class Script:
    """What the integration has: an address and a key."""

    http: httpx.Client

    def send(self, method: str, path: str, status: int, body: Any = None) -> Any:
        """The answer, which must have the status."""
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        headers = {} if content is None else {"Content-Type": "application/json"}
        answer = self.http.request(method, f"/api/v1/ingest/{path}", content=content, headers=headers)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return json.loads(answer.content, parse_float=Decimal)

    def day(self) -> None:
        self.accounts()
        self.documents()
        self.corrections()
        self.people()
        self.what_was_wrong()

    def accounts(self) -> None:
        parent = {"name": "Acme Group", "parent_account_number": "ROOT", "is_parent_account": 1, "currency": "USD"}
        assert self.send("PUT", "accounts/GRP%2F%C3%9C%201", 201, parent)["accountNumber"] == "GRP/Ü 1"
        address = {"address1": "123 Main St", "city": "Atlanta", "zip": "30301", "country": "US"}
        body = {"name": "Acme", "currency": "USD", "billing_address": address}
        made = self.send("POST", "accounts/ACCT-001", 201, body)
        assert self.send("POST", "accounts/ACCT-001", 409, body)["error"] == "account_already_exists"
        for _ in range(2):
            again = self.send("PUT", "accounts/ACCT-001", 200, body | {"name": "Acme Corp"})
            assert again == made | {"name": "Acme Corp", "updatedAt": again["updatedAt"]}
        custom = {"collections": {"region": "EMEA", "score": 7.25, "vip": True, "since": "2020-02-29"}}
        change: dict[str, Any] = {
            "payment_terms": "NET60",
            "billing_address": {"address2": "Suite 5"},
            "custom_fields": custom,
        }
        change |= {"parent_account_number": "GRP/Ü 1", "is_parent_account": False}
        self.send("PATCH", "accounts/ACCT-001", 200, change)
        self.send("PATCH", "accounts/ACCT-001", 200, b'{"credit_limit": 123456789012345.6789}')
        note = {"reference": "NOTE-001", "body": "Pays in three parts.", "effective_date": "2026-05-12T00:00:00Z"}
        self.send("POST", "accounts/ACCT-001/notes", 201, note)
        self.send("POST", "accounts/ACCT-001/notes", 409, note)
        self.send("POST", "accounts/ACCT-001/notes", 201, note | {"reference": "NOTE-002", "subject": "Again"})
        read = self.send("GET", "accounts/ACCT-001", 200)
        assert read["credit_limit"] == Decimal("123456789012345.6789")
        assert [found["reference"] for found in read["notes"]] == ["NOTE-001", "NOTE-002"]

    def documents(self) -> None:
        dates = {"account_number": "ACCT-001", "invoice_date": "2026-05-12", "due_date": "2026-06-11"}
        amounts = {"currency": "USD", "original_denomination": 1500.00, "denomination": 1500.00}
        first = dates | amounts | {"invoice_num": "INV-001", "document_type": "invoice", "discount_amount": "30.00"}
        made = self.send("POST", "documents/INV-001", 201, first)
        assert (made["status"], made["discount_amount"]) == ("open", "30")
        self.send("POST", "documents/INV-001", 409, first)
        lines = [{"description": "Hour", "quantity_ordered": 10, "unit_price": "150.00"}, {"description": "Travel"}]
        detail = {"TERMS": "NET60", "DETAIL": [{"QTY_SHIP_COL": 9.5}]}
        for number in ("INV-002", "INV-003"):
            body = dates | amounts | {"document_type": 2, "line_items": lines, "invoicing_detail": detail}
            self.send("PUT", f"documents/{number}", 201, body)
        credit = dates | {"document_type": 3, "applies_to_invoice": "INV-001", "currency": "USD"}
        self.send("PUT", "documents/CM-001", 201, credit | {"original_denomination": -100, "denomination": -100})
        assert self.send("GET", "documents/INV-002/attachments", 200)["document_number"] == "INV-002"

    def corrections(self) -> None:
        change = {"denomination": 1200.00, "comment": "Part of it came"}
        assert self.send("PATCH", "documents/INV-001", 200, change)["denomination"] == 1200
        assert self.send("PATCH", "documents/INV-002", 200, {"denomination": 0})["status"] == "closed"
        closing = {"closure_reason": "paid", "closure_date": "2026-05-20T14:00:00+02:00", "notes": "By wire."}
        closed = self.send("POST", "documents/INV-003/closure", 200, closing)
        assert closed["closedAt"] == "2026-05-20T12:00:00.000Z"
        assert self.send("POST", "documents/INV-003/closure", 409, closing)["error"] == "document_already_closed"
        assert self.send("PATCH", "documents/INV-003", 200, {"denomination": 10})["status"] == "open"
        self.send("POST", "documents/INV-003/closure", 200, closing | {"closure_reason": "write_off"})
        assert self.send("GET", "documents/INV-003", 200)["closure_notes"] == "By wire."

    def people(self) -> None:
        self.send("POST", "representatives/BOSS", 201, {"name": "Bea Boss"})
        chief = {"supervisor_representative_reference": "BOSS"}
        self.send("POST", "representatives/REP-001", 201, {"name": "Jane Smith", "title": "Manager"} | chief)
        for _ in range(2):
            self.send("PUT", "representatives/REP-001/accounts/ACCT-001", 200)
            self.send("PUT", "representatives/REP-001/documents/INV-003", 200)
            self.send("PUT", "representatives/REP-001/documents/CM-001", 200)
        page = self.send("GET", "representatives/REP-001/documents?page=2&limit=1", 200)
        assert page == {"reference": "REP-001", "page": 2, "limit": 1, "total": 2, "documents": ["INV-003"]}
        read = self.send("GET", "representatives/REP-001", 200)
        assert (read["accounts"], read["documents"]) == (["ACCT-001"], ["CM-001", "INV-003"])
        for reference in ("CON-001", "CON-002"):
            body = {"account_number": "ACCT-001", "name": f"Clerk {reference}", "is_primary": True}
            self.send("POST", f"contacts/{reference}", 201, body)
        self.send("PATCH", "contacts/CON-002", 200, {"function": "accountant"})
        assert self.send("GET", "contacts/CON-001", 200)["is_primary"] is False

    def what_was_wrong(self) -> None:
        """Mistakes that an integration makes in its first week; none leaves a trace."""
        faulty = {"account_number": "NOBODY", "invoice_date": "12.05.2026", "line_items": [{"unit_price": "1,50"}]}
        told = self.send("PUT", "documents/INV-001", 422, faulty)
        assert sorted(fault["field"] for fault in told["details"]) == [
            "account_number",
            "due_date",
            "invoice_date",
            "line_items[0].unit_price",
        ]
        assert self.send("PUT", "accounts/ACCT-001", 400, b'{"name": NaN}')["error"] == "invalid_json"
        assert self.send("GET", "accounts/ACCT-999", 404)["error"] == "account_not_found"
        assert self.send("PATCH", "contacts/NOBODY", 404, {"name": "X"})["error"] == "contact_not_found"


def document(number: str, **fields: Any) -> dict[str, Any]:
    """What the query tells of a document, most of it as in the others."""
    told: dict[str, Any] = {
        "documentNumber": number,
        "documentType": "INVOICE",
        "status": "OPEN",
        "originalDenomination": "1500",
        "comment": None,
        "discountAmount": None,
        "lineItems": [],
        "thickBilling": None,
        "appliesTo": None,
        "creditNotes": {"nodes": []},
        "closure": None,
        "statusHistory": [{"status": "OPEN", "reason": None}],
    }
    return told | fields


LINES = [
    {"description": "Hour", "quantityOrdered": "10", "unitPrice": "150"},
    {"description": "Travel", "quantityOrdered": None, "unitPrice": None},
]
BILLED = {"lineItems": LINES, "thickBilling": {"terms": "NET60", "detail": [{"qtyShipCol": "9.5"}]}}


def expected_documents(closed_at: str) -> list[dict[str, Any]]:
    opened, closed = {"status": "OPEN", "reason": None}, {"status": "CLOSED", "reason": None}
    history = [opened, closed | {"reason": "PAID"}, opened, closed | {"reason": "WRITE_OFF"}]
    closure = {"reason": "WRITE_OFF", "closedAt": "2026-05-20T12:00:00.000Z", "notes": "By wire."}
    credit = {"documentType": "CREDIT_NOTE", "originalDenomination": "-100", "denomination": "-100"}
    automatic = {"reason": None, "closedAt": closed_at, "notes": None}
    paid: dict[str, Any] = {"status": "CLOSED", "statusHistory": [opened, closed], "closure": automatic}
    first = {"denomination": "1200", "comment": "Part of it came", "discountAmount": "30"}
    return [
        document("CM-001", appliesTo={"documentNumber": "INV-001"}, **credit),
        document("INV-001", creditNotes={"nodes": [{"documentNumber": "CM-001"}]}, **first),
        document("INV-002", denomination="0", **BILLED, **paid),
        document("INV-003", denomination="10", **BILLED, status="CLOSED", statusHistory=history, closure=closure),
    ]


def custom(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "text": None, "number": None, "date": None, "boolean": None} | value


def expected_account(closed_at: str) -> dict[str, Any]:
    supervised = {"reference": "REP-001", "supervisor": {"reference": "BOSS"}}
    linked = {"documents": {"nodes": [{"documentNumber": "CM-001"}, {"documentNumber": "INV-003"}]}}
    note = {"subject": None, "body": "Pays in three parts.", "effectiveDate": "2026-05-12T00:00:00.000Z"}
    return {
        "name": "Acme Corp",
        "currency": "USD",
        "paymentTerms": "NET60",
        "creditLimit": "123456789012345.6789",
        "billingAddress": {
            "address1": "123 Main St",
            "address2": "Suite 5",
            "city": "Atlanta",
            "zip": "30301",
            "country": "US",
        },
        "customFields": [
            custom("region", text="EMEA"),
            custom("score", number="7.25"),
            custom("since", date="2020-02-29"),
            custom("vip", boolean=True),
        ],
        "parentAccount": {"accountNumber": "GRP/Ü 1", "name": "Acme Group"},
        "notes": {"nodes": [{"reference": "NOTE-001"} | note, {"reference": "NOTE-002"} | note | {"subject": "Again"}]},
        "contacts": {
            "nodes": [
                {"reference": "CON-001", "name": "Clerk CON-001", "isPrimary": False},
                {"reference": "CON-002", "name": "Clerk CON-002", "isPrimary": True},
            ]
        },
        "representatives": {"nodes": [supervised | linked]},
        "balances": [{"currency": "USD", "openAmount": "1100", "overdueAmount": "0", "openDocuments": 2}],
        "documents": {"totalCount": 4, "nodes": expected_documents(closed_at)},
    }


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[httpx.Client]:
    """A client of a server over the database, with the key of a new tenant."""
    env = {"GATEWAY_DATABASE_URL": database_url, "GATEWAY_BLOB_URL": (folder / "blobs").as_uri()}
    made = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=env, folder=folder))
    headers = {"X-API-Key": made["apiKey"]}
    with (
        RunningServer(env, folder) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=10, trust_env=False) as http,
    ):
        yield http
        assert "Traceback" not in server.log


def test_an_integration_does_its_whole_day_and_graphql_reads_the_same(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as http:
        script = Script(http)
        script.day()
        closed_at = script.send("GET", "documents/INV-002", 200)["closedAt"]
        answer = http.post("/graphql", json={"query": QUERY}).json()

    assert answer == {"data": {"account": expected_account(closed_at)}}
