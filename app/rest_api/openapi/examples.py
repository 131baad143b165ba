"""Requests that this server accepts in the order of the description, and what it then answers, ids and times aside."""

from typing import Any

from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from app.rest_api.answers import shown_name
from app.rest_api.names import SHOWN_KEYS

Body = dict[str, Any]

KEYS = {
    Resource.ACCOUNT: "ACCT-001",
    Resource.DOCUMENT: "INV-001",
    Resource.NOTE: "NOTE-001",
    Resource.REPRESENTATIVE: "REP-001",
    Resource.CONTACT: "CON-001",
}
MOMENT = "2026-05-12T14:00:00.000Z"
CSR_ID = 12345
ATTACHMENT_ID = "6648a1f2e4b0c3d5f7a9b012"
CONNECTION_ID = "3f2c1b0a-9d8e-4c7b-8a69-5f4e3d2c1b0a"

ACCOUNT: Body = {
    "name": "Acme Corp",
    "currency": "USD",
    "language": "en",
    "billing_address": {
        "address1": "123 Main St",
        "city": "Atlanta",
        "state": "GA",
        "zip": "30301",
        "country": "US",
    },
    "email": "billing@acme.com",
    "payment_terms": "NET30",
    "credit_limit": 25000,
    "custom_fields": {"collections": {"region": "South", "score": 7, "vip": True, "review_on": "2026-11-02"}},
}
NOTE: Body = {
    "reference": KEYS[Resource.NOTE],
    "body": "Pays in three parts, the first on 1 June.",
    "subject": "Payment plan agreed",
    "note_type": "payment_arrangement",
    "effective_date": "2026-05-12T00:00:00Z",
}
DOCUMENT: Body = {
    "account_number": KEYS[Resource.ACCOUNT],
    "document_type": "invoice",
    "invoice_num": "INV-001",
    "invoice_date": "2026-05-12",
    "due_date": "2026-06-11",
    "po_number": "PO-7731",
    "description": "Pump maintenance in May",
    "discount_date": "2026-05-22",
    "discount_amount": "30",
    "currency": "USD",
    "original_denomination": 1500,
    "denomination": 1500,
}
EXTENDED: Body = {
    "account_number": KEYS[Resource.ACCOUNT],
    "invoice_date": "2026-05-12",
    "due_date": "2026-06-11",
    "original_currency": "EUR",
    "base_currency": "USD",
    "original_denomination_in_original_currency": 1000,
    "original_denomination_in_base_currency": 1084.2,
    "denomination_in_original_currency": 1000,
    "denomination_in_base_currency": 1084.2,
}
CREDIT_NOTE: Body = {
    "account_number": KEYS[Resource.ACCOUNT],
    "document_type": "credit_note",
    "applies_to_invoice": "INV-001",
    "invoice_date": "2026-05-20",
    "due_date": "2026-05-20",
    "currency": "USD",
    "original_denomination": -250,
    "denomination": -250,
}
PRINTED: Body = {
    **DOCUMENT,
    "line_items": [
        {
            "line_number": "1",
            "item_code": "PUMP-SVC",
            "description": "Maintenance of a pump on site",
            "quantity_ordered": 6,
            "quantity_shipped": 6,
            "unit_of_measure": "EA",
            "unit_price": 250,
            "net_amount": 1500,
        }
    ],
    "invoicing_detail": {
        "BRANCH_NUMBER": "07",
        "BRANCH_NAME": "Atlanta",
        "TERMS": "30 days net",
        "SUBTOTAL": 1500,
        "TOTAL_DUE": 1500,
        "ROUTING": "E",
        "EMAIL_ADDRESS": "billing@acme.com",
    },
}
CREATED: dict[Resource, Body] = {
    Resource.ACCOUNT: ACCOUNT,
    Resource.DOCUMENT: DOCUMENT,
    Resource.REPRESENTATIVE: {
        "name": "Jane Smith",
        "email": "jsmith@yourcompany.com",
        "language": "en",
        "title": "Account Manager",
        "department": "Sales",
    },
    Resource.CONTACT: {
        "account_number": KEYS[Resource.ACCOUNT],
        "first_name": "Amal",
        "last_name": "Okafor",
        "function": "accounts payable",
        "email": "amal.okafor@acme.com",
        "is_primary": True,
    },
}
PATCHED: dict[Resource, Body] = {
    Resource.ACCOUNT: {"payment_terms": "NET60", "credit_limit": 10000},
    Resource.DOCUMENT: {"denomination": 1200, "comment": "Partly paid on 2 June"},
    Resource.REPRESENTATIVE: {"title": "Key Account Manager"},
    Resource.CONTACT: {"department": "Finance"},
}
OTHERS: dict[Resource, dict[str, Body]] = {  # other bodies that a create takes, each for a tenant of its own
    Resource.DOCUMENT: {"Two currencies": EXTENDED, "Credit note": CREDIT_NOTE, "Generated PDF": PRINTED},
}
CLOSURE: Body = {
    "closure_reason": "paid",
    "closure_date": "2026-06-09T09:30:00Z",
    "notes": "Wire transfer of 9 June",
}
CLOSED: Body = {
    "csrId": CSR_ID,
    "documentNumber": KEYS[Resource.DOCUMENT],
    "status": "closed",
    "closure_reason": "paid",
    "closedAt": "2026-06-09T09:30:00.000Z",
    "updatedAt": MOMENT,
}
NOTE_ANSWER: Body = {
    "reference": NOTE["reference"],
    "account_number": KEYS[Resource.ACCOUNT],
    **{name: NOTE[name] for name in ("body", "subject", "note_type")},
    "effective_date": "2026-05-12T00:00:00.000Z",
    "created_at": MOMENT,
}
EMBEDDED_NOTE: Body = {  # of the keys of a note, an account spells two otherwise
    {"account_number": "accountNumber", "created_at": "createdAt"}.get(name, name): value
    for name, value in NOTE_ANSWER.items()
}
ATTACHMENT: Body = {
    "id": ATTACHMENT_ID,
    "csrId": CSR_ID,
    "documentNumber": KEYS[Resource.DOCUMENT],
    "fileSize": 204800,
    "uploadedAt": MOMENT,
}


def created(resource: Resource) -> Body:
    """The answer to the example of a create, and of a replace."""
    return answered(resource, CREATED[resource])


def patched(resource: Resource) -> Body:
    """The answer to the example of a patch after that of a create."""
    return answered(resource, {**CREATED[resource], **PATCHED[resource]})


def found(resource: Resource) -> Body:
    """What GET answers after the patch, and after the examples of a note and of links."""
    return {**patched(resource), **LINKS.get(resource, {})}


LINKS: dict[Resource, Body] = {
    Resource.ACCOUNT: {"notes": [EMBEDDED_NOTE]},
    Resource.REPRESENTATIVE: {"accounts": [KEYS[Resource.ACCOUNT]], "documents": [KEYS[Resource.DOCUMENT]]},
}


def answered(resource: Resource, values: Body) -> Body:
    """A resource as answers show it. The values are written as answers write them."""
    names = [shown_name(field) for field in RESOURCES[resource].fields if field.name != RESOURCES[resource].key]
    fields = {name: values[name] for name in names if name in values}
    status = {"status": "open"} if resource is Resource.DOCUMENT else {}
    times = {"createdAt": MOMENT, "updatedAt": MOMENT}
    return {"csrId": CSR_ID, SHOWN_KEYS[resource]: KEYS[resource], **fields, **status, **times}


def listing(resource: Resource) -> Body:
    """A page of what is linked to the representative, with the one example linked."""
    head = {"reference": KEYS[Resource.REPRESENTATIVE], "page": 1, "limit": 100, "total": 1}
    return {**head, resource.plural: [KEYS[resource]]}


def link(resource: Resource) -> Body:
    return {"reference": KEYS[Resource.REPRESENTATIVE], RESOURCES[resource].key: KEYS[resource]}
