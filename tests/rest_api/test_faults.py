"""A write with faults is answered with all of them, each at its path in the body's own names, and writes nothing."""

from typing import Any

import pytest

from tests.gateway import Client
from tests.rest_api.client import Body, Faults, Rest, address
from tests.rest_api.world import ACCOUNT, BASIC, DOCUMENT, EXTENDED, held, ledger

LINES = [{}, {}, {}, {"quantity_ordered": "many", "description": 1}, "line", {"unit_price": "1.00000000001"}]
DETAIL: list[Any] = [{}, {}, {}, {"QTY_SHIP_COL": "few"}, None, {"UOM_COL": "x" * 256}]
# Method, address, body, and every fault in order.
CASES: dict[str, tuple[str, str, Body, Faults]] = {
    "an account in all its parts": (
        "POST",
        "accounts/NEW",
        {
            "name": " ",
            "currency": "usd",
            "language": "EN",
            "email": "a@b",
            "billing_address": {"zip": 30301, "country": "Germany", "city": "x" * 256},
            "remit_to": "PO Box 1",
            "credit_limit": "1e3",
            "parent_account_number": "P" * 256,
            "is_parent_account": "yes",
            "description": "x" * 10_001,
            "data_providers": [],
            "custom_fields": {"collections": {"a": [], "b": "x" * 10_001, "c": 0.00001, "d": True}},
        },
        [
            ("required", "name"),
            ("invalid", "currency"),
            ("invalid", "language"),
            ("invalid", "email"),
            ("invalid", "billing_address.zip"),
            ("invalid", "billing_address.country"),
            ("too_long", "billing_address.city"),
            ("invalid", "remit_to"),
            ("invalid", "credit_limit"),
            ("too_long", "parent_account_number"),
            ("invalid", "is_parent_account"),
            ("too_long", "description"),
            ("invalid", "data_providers"),
            ("invalid", "custom_fields.collections.a"),
            ("too_long", "custom_fields.collections.b"),
            ("invalid", "custom_fields.collections.c"),
        ],
    ),
    "custom fields that are no object": (
        "PUT",
        "accounts/ACCT-001",
        {"custom_fields": {"collections": "region=EMEA"}},
        [("required", "name"), ("invalid", "custom_fields")],
    ),
    "a parent without the flag": (
        "PATCH",
        "accounts/ACCT-001",
        {"parent_account_number": "P"},
        [("required", "is_parent_account")],
    ),
    "an empty document": (
        "POST",
        "documents/NEW",
        {},
        [("required", "account_number"), ("required", "invoice_date"), ("required", "due_date")],
    ),
    "a document in all its parts": (
        "PUT",
        "documents/INV-001",
        {
            "account_number": "NOWHERE",
            "document_type": 4,
            "invoice_date": "2026-02-30",
            "due_date": "2026-06-11T00:00:00Z",
            "routing": "X",
            "dest_email_address": "nobody",
            "discount_amount": "ten",
            "fabricated_record": 2,
            "line_items": LINES,
            "invoicing_detail": {
                "SUBTOTAL": "1.001",
                "INVOICE_NUMBER": "x" * 51,
                "DOC_TYPE": "Receipt",
                "ORDER_DATE": "May",
                "LINE_ITEM_COUNT": "3",
                "FLAG_DUPLICATE": "Y",
                "FAX_NUMBER": "+49",
                "DETAIL": DETAIL,
            },
            "currency": "US$",
        },
        [
            ("not_found", "account_number"),
            ("invalid", "document_type"),
            ("invalid", "invoice_date"),
            ("invalid", "due_date"),
            ("invalid", "routing"),
            ("invalid", "dest_email_address"),
            ("invalid", "discount_amount"),
            ("invalid", "fabricated_record"),
            ("invalid", "currency"),
            ("invalid", "line_items[3].quantity_ordered"),
            ("invalid", "line_items[3].description"),
            ("invalid", "line_items[4]"),
            ("invalid", "line_items[5].unit_price"),
            ("invalid", "invoicing_detail.SUBTOTAL"),
            ("too_long", "invoicing_detail.INVOICE_NUMBER"),
            ("invalid", "invoicing_detail.DOC_TYPE"),
            ("invalid", "invoicing_detail.ORDER_DATE"),
            ("invalid", "invoicing_detail.LINE_ITEM_COUNT"),
            ("invalid", "invoicing_detail.FLAG_DUPLICATE"),
            ("invalid", "invoicing_detail.FAX_NUMBER"),
            ("invalid", "invoicing_detail.DETAIL[3].QTY_SHIP_COL"),
            ("invalid", "invoicing_detail.DETAIL[4]"),
            ("too_long", "invoicing_detail.DETAIL[5].UOM_COL"),
        ],
    ),
    "objects of the wrong type": (
        "PATCH",
        "documents/INV-001",
        {"line_items": {}, "invoicing_detail": []},
        [("invalid", "line_items"), ("invalid", "invoicing_detail")],
    ),
    "a detail that is no list": (
        "PATCH",
        "documents/INV-001",
        {"invoicing_detail": {"DETAIL": {"UOM_COL": "EA"}}},
        [("invalid", "invoicing_detail.DETAIL")],
    ),
    "a credit note without an invoice, above zero": (
        "POST",
        "documents/NEW",
        DOCUMENT | BASIC | {"document_type": 3},
        [("required", "applies_to_invoice"), ("invalid", "original_denomination")],
    ),
    "amounts that lack others": (
        "POST",
        "documents/NEW",
        DOCUMENT | {"denomination": 1},
        [("required", "currency"), ("required", "original_denomination")],
    ),
    "amounts of the other model": (
        "PATCH",
        "documents/INV-001",
        EXTENDED,
        [("currency_model_locked", name) for name in EXTENDED],
    ),
    "a closure": (
        "POST",
        "documents/INV-001/closure",
        {"closure_reason": "PAID", "closure_date": "yesterday", "notes": 5},
        [("invalid", "closure_reason"), ("invalid", "closure_date"), ("invalid", "notes")],
    ),
    "an empty closure": ("POST", "documents/INV-001/closure", {}, [("required", "closure_reason")]),
    "a note": (
        "POST",
        "accounts/ACCT-001/notes",
        {"body": "", "effective_date": "2026-13-01", "subject": []},
        [("required", "reference"), ("required", "body"), ("invalid", "effective_date"), ("invalid", "subject")],
    ),
    "a representative": (
        "PUT",
        "representatives/REP-001",
        {"email": "x", "supervisor_representative_reference": "REP-001", "phone": 123},
        [("invalid", "email"), ("invalid", "phone"), ("invalid", "supervisor_representative_reference")],
    ),
    "a new key that has a twin, and its body": (
        "POST",
        "accounts/NEW\u200b",
        {"name": "", "email": "a@x.com; b@y.com", "remit_to": {"country": "Germany"}},
        [("invalid", "account_number"), ("invalid", "email"), ("invalid", "remit_to.country"), ("required", "name")],
    ),
    "a key that is too long, and a body that refers to nothing": (
        "PUT",
        f"documents/{'x' * 256}",
        {**DOCUMENT, "account_number": "NOWHERE", "due_date": "soon"},
        [("too_long", "document_number"), ("invalid", "due_date"), ("not_found", "account_number")],
    ),
    "a patch under a key that cannot be": (
        "PATCH",
        "contacts/a\0b",
        {"account_number": "NOWHERE", "country": "XX"},
        [("invalid", "reference"), ("invalid", "country"), ("not_found", "account_number")],
    ),
    "a contact": (
        "PUT",
        "contacts/CON-001",
        {"account_number": "NOWHERE", "name": "A B", "first_name": "A", "is_primary": "no", "country": "XX"},
        [("not_found", "account_number"), ("invalid", "is_primary"), ("invalid", "country"), ("invalid", "name")],
    ),
}


async def test_all_faults_are_told_and_nothing_is_written(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    before = await held(graph)
    for name, (method, path, body, expected) in CASES.items():
        found = await rest.faults(method, *path.split("/"), body=body)
        assert (name, sorted(found)) == (name, sorted(expected))
        assert await held(graph) == before, name


async def test_what_is_absent_is_told_before_what_is_wrong_with_the_body(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    before = await held(graph)
    for method, path, body, error in (
        ("PATCH", ("accounts", "NEW"), {"email": "no"}, "account_not_found"),
        ("PATCH", ("documents", "NEW\u200b"), {"due_date": "soon"}, "document_not_found"),
        ("POST", ("documents", "NEW", "closure"), {"closure_reason": "PAID"}, "document_not_found"),
        ("POST", ("accounts", "NEW", "notes"), {"reference": "", "body": ""}, "account_not_found"),
    ):
        answer = await rest.write(method, *path, body=body, status=404)
        assert answer["error"] == error
    assert await held(graph) == before


async def messages(rest: Rest, method: str, *segments: str, body: Body) -> list[str]:
    answer = await rest.write(method, *segments, body=body, status=422)
    return [fault["message"] for fault in answer["details"]]


async def test_messages_name_fields_and_values_as_the_body_does(rest: Rest) -> None:
    await ledger(rest)
    account = {"parent_account_number": "P"}
    assert await messages(rest, "PATCH", "accounts", "ACCT-001", body=account) == [
        "is_parent_account is required when parent_account_number is set."
    ]
    document = {"document_type": "credit_note", "fabricated_record": True, "invoicing_detail": {"FREIGHT": True}}
    assert await messages(rest, "POST", "documents", "NEW", body=DOCUMENT | document) == [
        "FREIGHT must be a number or a decimal string, found: true.",
        "applies_to_invoice is required when document_type is credit_note.",
        "template_id is required when fabricated_record is true.",
    ]


async def test_a_custom_field_without_a_name_and_a_day_that_is_none_are_told_in_words(rest: Rest) -> None:
    await rest.put("accounts", "A", body={"name": "A"}, status=201)
    body = {"custom_fields": {"collections": {"": 1, "review_on": "2026-02-30"}}}

    answer = await rest.write("PATCH", "accounts", "A", body=body, status=422)

    assert answer["details"] == [
        {
            "field": "custom_fields.collections.",
            "code": "invalid",
            "message": "The key of a custom field must not be blank.",
        },
        {
            "field": "custom_fields.collections.review_on",
            "code": "invalid",
            "message": 'review_on is no day of the calendar, found: "2026-02-30".',
        },
    ]
    assert "custom_fields" not in await rest.get("accounts", "A")


async def test_a_custom_field_whose_name_cannot_be_written_is_told_all_the_same(rest: Rest) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    body = b'{"custom_fields": {"collections": {"\\ud800": 1, "a\\u0000b": 2, " ": 3, "ok": 4}}}'
    assert await rest.faults("PATCH", "accounts", "A", body=body) == [
        ("invalid", "custom_fields.collections.?"),
        ("invalid", "custom_fields.collections.a\0b"),
        ("invalid", "custom_fields.collections. "),
    ]
    assert "custom_fields" not in await rest.get("accounts", "A")


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "\udfff x"])
async def test_text_that_cannot_be_kept_is_refused_wherever_it_stands(rest: Rest, text: str) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    body: Body = {
        "name": text,
        "billing_address": {"city": text},
        "description": text,
        "data_providers": {"a": [{text: 1}]},
        "custom_fields": {"collections": {"k": text}},
    }
    assert sorted(await rest.faults("PUT", "accounts", "A", body=body)) == [
        ("invalid", "billing_address.city"),
        ("invalid", "custom_fields.collections.k"),
        ("invalid", "data_providers"),
        ("invalid", "description"),
        ("invalid", "name"),
    ]
    assert (await rest.get("accounts", "A"))["name"] == ACCOUNT["name"]


async def test_a_patch_is_refused_for_what_it_breaks_and_not_for_what_was_missing(rest: Rest) -> None:
    """A document without amounts may stay so; one amount alone may not come."""
    await ledger(rest)
    await rest.post("documents", "D", body=DOCUMENT)
    assert await rest.faults("PATCH", "documents", "D", body={"denomination": 5}) == [
        ("required", "currency"),
        ("required", "original_denomination"),
    ]
    assert (await rest.patch("documents", "D", body={"comment": "c"}))["comment"] == "c"


async def test_the_account_of_a_document_is_checked_when_it_moves(rest: Rest) -> None:
    await ledger(rest)
    assert await rest.faults("PATCH", "documents", "INV-001", body={"account_number": "NOWHERE"}) == [
        ("not_found", "account_number")
    ]
    moved = await rest.patch("documents", "INV-001", body={"account_number": "ACCT-002"})
    assert moved["account_number"] == "ACCT-002"


async def test_the_currency_of_an_account_stays(rest: Rest) -> None:
    await rest.post("accounts", "A", body=ACCOUNT | {"currency": "USD"})
    for method, body in (("PUT", ACCOUNT | {"currency": "EUR"}), ("PATCH", {"currency": None})):
        assert await rest.faults(method, "accounts", "A", body=body) == [("currency_locked", "currency")]
    for write in (rest.put, rest.patch):
        assert (await write("accounts", "A", body=ACCOUNT))["currency"] == "USD"
        assert (await write("accounts", "A", body=ACCOUNT | {"currency": "USD"}))["currency"] == "USD"


@pytest.mark.parametrize("blank", [" ", "\u3000", "\t\n"])
@pytest.mark.parametrize(
    ("kind", "key", "name", "told"),
    [
        ("contacts", "CON-001", "account_number", "account"),
        ("representatives", "REP-001", "supervisor_representative_reference", "representative"),
    ],
)
@pytest.mark.slow
async def test_a_blank_text_refers_to_nothing_and_is_refused(
    rest: Rest, kind: str, key: str, name: str, told: str, blank: str
) -> None:
    await ledger(rest)
    before = await rest.get(kind, key)
    for method, at in (("PATCH", key), ("PUT", key), ("PUT", "NEW"), ("POST", "NEW")):
        response = await rest.send(method, address(kind, at), {"name": "R", name: blank})
        assert response.status_code == 422, response.text
        (detail,) = response.json()["details"]
        assert (detail["field"], detail["code"]) == (name, "not_found")
        assert detail["message"].startswith(f"There is no {told} ")
    assert await rest.get(kind, key) == before
    assert (await rest.send("GET", address(kind, "NEW"))).status_code == 404
