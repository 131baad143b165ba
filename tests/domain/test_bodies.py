"""A whole body: what is read of it with every fault at once, and how it merges with what is stored."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.bodies import merge, read_body
from app.domain.catalogue.account import ACCOUNT
from app.domain.catalogue.closure import CLOSURE
from app.domain.catalogue.document import DOCUMENT
from app.domain.enums import Resource
from app.domain.problems import Code, Path
from app.domain.resources import RESOURCES

Faults = list[tuple[Code, Path]]


def faults(fields: Any, raw: dict[str, Any]) -> Faults:
    return [(problem.code, problem.field) for problem in read_body(fields, raw)[1]]


@pytest.mark.parametrize("resource", Resource)
def test_absent_null_and_value_are_three_inputs(resource: Resource) -> None:
    fields = RESOURCES[resource].fields
    assert read_body(fields, {}) == ({}, [])
    nulls = dict.fromkeys(field.name for field in fields)
    expected: dict[str, Any] = {name: {} if name == "custom_fields" else None for name in nulls}
    assert read_body(fields, nulls) == (expected, [])


def test_what_the_fields_do_not_know_is_dropped_without_a_word() -> None:
    raw = {
        "name": "Acme",
        "status": "closed",
        "csrId": 1,
        "Name": "x",
        "billing_address": {"zip": "1", "planet": "Mars"},
    }
    assert read_body(ACCOUNT, raw) == ({"name": "Acme", "billing_address": {"zip": "1"}}, [])


def test_every_fault_has_its_path_and_the_rest_is_read() -> None:
    raw = {
        "account_number": "A-1",
        "invoice_date": "2026-02-30",
        "due_date": "2026-02-28",
        "currency": "usd",
        "denomination": "1.00001",
        "line_items": [{"unit_price": "1"}, {"unit_price": "x", "comment": 5}, "no object", {}],
        "thick_billing": {"subtotal": "1.005", "terms": "NET30", "detail": [{}, {"qty_ship_col": True}]},
        "custom_fields": {"collections": {"a": [1], "b": "fine", " ": "x"}},
    }
    values, problems = read_body(DOCUMENT, raw)
    assert [(problem.code, problem.field) for problem in problems] == [
        (Code.INVALID, ("invoice_date",)),
        (Code.INVALID, ("currency",)),
        (Code.INVALID, ("denomination",)),
        (Code.INVALID, ("line_items", 1, "unit_price")),
        (Code.INVALID, ("line_items", 1, "comment")),
        (Code.INVALID, ("line_items", 2)),
        (Code.INVALID, ("thick_billing", "subtotal")),
        (Code.INVALID, ("thick_billing", "detail", 1, "qty_ship_col")),
        (Code.INVALID, ("custom_fields", "collections", "a")),
        (Code.INVALID, ("custom_fields", "collections", " ")),
    ]
    assert all(problem.message.endswith(".") for problem in problems)
    assert values["due_date"] == date(2026, 2, 28)
    assert values["thick_billing"]["terms"] == "NET30"
    assert values["custom_fields"] == {"b": "fine"}
    assert "invoice_date" not in values


@pytest.mark.parametrize("wrong", ["", "text", 5, True, [], ["x"]])
def test_an_object_is_an_object(wrong: Any) -> None:
    for name in ("billing_address", "remit_to", "custom_fields", "data_providers"):
        assert faults(ACCOUNT, {name: wrong}) == [(Code.INVALID, (name,))]
    assert faults(DOCUMENT, {"thick_billing": wrong}) == [(Code.INVALID, ("thick_billing",))]


@pytest.mark.parametrize("wrong", ["", "text", 5, True, {}, {"0": {}}])
def test_a_list_is_a_list(wrong: Any) -> None:
    assert faults(DOCUMENT, {"line_items": wrong}) == [(Code.INVALID, ("line_items",))]
    assert faults(DOCUMENT, {"thick_billing": {"detail": wrong}}) == [(Code.INVALID, ("thick_billing", "detail"))]


def test_objects_and_lists_hold_what_json_can_and_no_empty_parts_in_lines() -> None:
    raw = {
        "line_items": [{"unit_price": "1.50", "quantity_ordered": None, "comment": ""}],
        "thick_billing": {"due_date": "2026-01-31", "subtotal": Decimal("2.10"), "terms": None, "flag_duplicate": 1},
    }
    values, problems = read_body(DOCUMENT, raw)
    assert problems == []
    assert values == {
        "line_items": [{"unit_price": "1.5"}],
        "thick_billing": {"due_date": "2026-01-31", "subtotal": "2.1", "terms": None, "flag_duplicate": True},
    }


@pytest.mark.parametrize("nothing", [None, {}, {"collections": None}, {"collections": {}}, {"invoicing": {"a": 1}}])
def test_custom_fields_of_nothing_change_nothing(nothing: Any) -> None:
    assert read_body(ACCOUNT, {"custom_fields": nothing}) == ({"custom_fields": {}}, [])


def test_custom_fields_are_cleared_by_empty_values() -> None:
    raw = {"custom_fields": {"collections": {"a": None, "b": "", "c": 0, "d": False}}}
    values, _ = read_body(ACCOUNT, raw)
    assert values["custom_fields"] == {"a": None, "b": None, "c": Decimal(0), "d": False}


def test_a_closure_is_read_like_any_body() -> None:
    assert faults(CLOSURE, {"closure_reason": "PAID", "closure_date": "now", "notes": "x" * 10_001}) == [
        (Code.INVALID, ("closure_reason",)),
        (Code.INVALID, ("closure_date",)),
        (Code.TOO_LONG, ("notes",)),
    ]


STORED: dict[str, Any] = {
    "name": "Acme",
    "vat": "V1",
    "billing_address": {"city": "Lyon", "zip": "69001"},
    "remit_to": None,
    "data_providers": {"a": 1},
    "custom_fields": {"region": "EMEA", "score": 7},
}
PATCHED = ("name", "vat", "billing_address", "remit_to", "data_providers", "custom_fields")
FIELDS = tuple(field for field in ACCOUNT if field.name in PATCHED)


def patched(sent: dict[str, Any]) -> dict[str, Any]:
    """What differs from what is stored after a patch."""
    after = merge(FIELDS, STORED, sent, replace=False)
    return {name: value for name, value in after.items() if value != STORED[name]}


@pytest.mark.parametrize(
    ("sent", "changed"),
    [
        ({}, {}),
        ({"vat": "V2"}, {"vat": "V2"}),
        ({"vat": None}, {"vat": None}),
        ({"billing_address": {}}, {}),
        ({"billing_address": {"zip": "1"}}, {"billing_address": {"city": "Lyon", "zip": "1"}}),
        ({"billing_address": {"zip": None}}, {"billing_address": {"city": "Lyon"}}),
        ({"billing_address": {"zip": None, "city": None}}, {"billing_address": None}),
        ({"billing_address": None}, {"billing_address": None}),
        ({"remit_to": {"zip": "1"}}, {"remit_to": {"zip": "1"}}),
        ({"remit_to": {"zip": None}}, {}),
        ({"data_providers": {"b": 2}}, {"data_providers": {"b": 2}}),
        ({"data_providers": {}}, {"data_providers": {}}),
        ({"data_providers": None}, {"data_providers": None}),
        ({"custom_fields": {}}, {}),
        ({"custom_fields": {"region": "APAC"}}, {"custom_fields": {"region": "APAC", "score": 7}}),
        ({"custom_fields": {"score": None, "vip": True}}, {"custom_fields": {"region": "EMEA", "vip": True}}),
        ({"custom_fields": {"score": None, "region": None}}, {"custom_fields": None}),
    ],
)
def test_a_patch_changes_only_what_it_sends(sent: dict[str, Any], changed: dict[str, Any]) -> None:
    assert patched(sent) == changed


def test_a_replace_empties_what_it_leaves_out_but_custom_fields() -> None:
    empty = {**dict.fromkeys(PATCHED), "custom_fields": STORED["custom_fields"]}
    assert merge(FIELDS, STORED, {}, replace=True) == empty
    sent = {"name": "Other", "billing_address": {"zip": "1", "city": None}, "custom_fields": {"score": None}}
    assert merge(FIELDS, STORED, sent, replace=True) == empty | {
        "name": "Other",
        "billing_address": {"zip": "1"},
        "custom_fields": {"region": "EMEA"},
    }


def test_merging_leaves_what_was_stored_as_it_was() -> None:
    before = {name: dict(value) if isinstance(value, dict) else value for name, value in STORED.items()}
    merge(FIELDS, STORED, {"billing_address": {"zip": None}, "custom_fields": {"score": None}}, replace=False)
    assert before == STORED
