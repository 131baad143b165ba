"""What a resource lacks, judged over its values as a whole."""

from typing import Any

import pytest

from app.domain.enums import CurrencyModel, Product, Resource
from app.domain.problems import Code, Path, Problem
from app.domain.requirements import RequirementContext, is_empty, newly_unmet, unmet_requirements

COLLECTIONS, INVOICING, OPEN_BALANCE, CASH_APP = Product
ACCOUNT, DOCUMENT, CONTACT, NOTE = Resource.ACCOUNT, Resource.DOCUMENT, Resource.CONTACT, Resource.NOTE
NAMED: dict[str, Any] = {"account_number": "A-1", "name": "Acme"}
ADDRESS = {"address1": "1 Main St", "city": "Springfield", "state": "IL", "zip": "62701"}
DATED: dict[str, Any] = {
    "document_number": "D-1",
    "account_number": "A-1",
    "invoice_date": "2026-01-05",
    "due_date": "2026-02-04",
}
BASIC: dict[str, Any] = {"currency": "EUR", "original_denomination": 100, "denomination": 40}
Found = list[tuple[Code, Path]]


def lacking(resource: Resource, values: dict[str, Any], *products: Product, **more: Any) -> Found:
    return [
        (problem.code, problem.field)
        for problem in unmet_requirements(resource, values, RequirementContext(products, **more))
    ]


def required(*paths: str) -> Found:
    return [(Code.REQUIRED, tuple(path.split("."))) for path in paths]


@pytest.mark.parametrize(("value", "empty"), [
    (None, True), ("", True), (" ", True), ("\t\n\u00a0", True), ("x", False), (0, False), (False, False), ({}, False),
])  # fmt: skip
def test_null_and_blank_text_are_as_good_as_missing(value: Any, empty: bool) -> None:
    assert is_empty(value) is empty


@pytest.mark.parametrize(
    ("values", "products", "missing"),
    [
        ({}, [], ["account_number", "name"]),
        (NAMED, [], []),
        (NAMED | {"name": " "}, [], ["name"]),
        (NAMED, [COLLECTIONS], ["currency", "language"]),
        (NAMED, [INVOICING], ["billing_address"]),
        (NAMED, [OPEN_BALANCE], []),
        (NAMED, [CASH_APP], []),
        (NAMED | {"billing_address": {}}, [INVOICING], [f"billing_address.{part}" for part in ADDRESS]),
        (NAMED | {"billing_address": ADDRESS | {"zip": " "}}, [INVOICING], ["billing_address.zip"]),
        (NAMED | {"billing_address": ADDRESS}, [INVOICING], []),
        (NAMED | {"billing_address": {"city": "X"}}, [COLLECTIONS, CASH_APP], ["currency", "language"]),
        (NAMED | {"remit_to": {"city": "X"}}, [INVOICING], ["billing_address"]),
        (NAMED, list(Product), ["currency", "language", "billing_address"]),
    ],
)  # fmt: skip
def test_an_account_lacks_what_the_endpoint_and_its_products_demand(
    values: dict[str, Any], products: list[Product], missing: list[str]
) -> None:
    assert lacking(ACCOUNT, values, *products) == required(*missing)


@pytest.mark.parametrize(
    ("products", "binds"),
    [([], True), ([COLLECTIONS], True), ([INVOICING], False), ([OPEN_BALANCE], False), ([CASH_APP], False),
     ([CASH_APP, COLLECTIONS], True)],
)  # fmt: skip
def test_a_parent_demands_is_parent_account_where_a_reader_or_nobody_is_declared(
    products: list[Product], binds: bool
) -> None:
    values = NAMED | {"currency": "EUR", "language": "en", "billing_address": ADDRESS, "parent_account_number": "P"}
    assert lacking(ACCOUNT, values, *products) == required(*(["is_parent_account"] if binds else []))
    assert lacking(ACCOUNT, values | {"is_parent_account": False}, *products) == []
    assert lacking(ACCOUNT, values | {"parent_account_number": None}, *products) == []


@pytest.mark.parametrize("products", [[], *([product] for product in Product)])
def test_a_credit_note_demands_its_invoice_whoever_reads_it(products: list[Product]) -> None:
    amounts = {"currency": "EUR", "original_denomination": -1, "denomination": -1}
    note = DATED | amounts | {"document_type": "credit_note", "invoice_num": "I"}
    assert lacking(DOCUMENT, note, *products) == required("applies_to_invoice")
    assert lacking(DOCUMENT, note | {"applies_to_invoice": "I-1"}, *products) == []
    for other in ("invoice", "other"):
        assert lacking(DOCUMENT, note | {"document_type": other}, *products) == []


@pytest.mark.parametrize(
    ("products", "binds"),
    [([], True), ([OPEN_BALANCE], True), ([COLLECTIONS], False), ([INVOICING], False), ([CASH_APP], False)],
)
def test_a_fabricated_record_demands_a_template_where_open_balance_or_nobody_is_declared(
    products: list[Product], binds: bool
) -> None:
    made_up = DATED | BASIC | {"invoice_num": "I", "fabricated_record": True}
    assert lacking(DOCUMENT, made_up, *products) == required(*(["template_id"] if binds else []))
    assert lacking(DOCUMENT, made_up | {"template_id": "T"}, *products) == []
    for no in (False, None):
        assert lacking(DOCUMENT, made_up | {"fabricated_record": no}, *products) == []


@pytest.mark.parametrize(
    ("products", "missing"),
    [
        ([], []),
        ([COLLECTIONS], list(BASIC)),
        ([INVOICING], ["original_denomination"]),
        ([OPEN_BALANCE], list(BASIC)),
        ([CASH_APP], ["invoice_num", *BASIC]),
        (list(Product), ["invoice_num", *BASIC]),
    ],
)
def test_a_document_lacks_what_its_products_demand(products: list[Product], missing: list[str]) -> None:
    assert lacking(DOCUMENT, DATED, *products) == required(*missing)
    assert lacking(DOCUMENT, DATED | BASIC | {"invoice_num": "I"}, *products) == []


def test_a_document_lacks_what_the_endpoint_demands_of_any() -> None:
    assert lacking(DOCUMENT, {}) == required("document_number", "account_number", "invoice_date", "due_date")


def test_the_locked_model_says_which_amounts_are_missing() -> None:
    found = lacking(DOCUMENT, DATED, OPEN_BALANCE, locked=CurrencyModel.EXTENDED)
    assert {path for _, (path,) in found} == {
        "original_currency",
        "base_currency",
        "original_denomination_in_original_currency",
        "original_denomination_in_base_currency",
        "denomination_in_original_currency",
        "denomination_in_base_currency",
    }


def test_a_tenant_of_invoicing_alone_needs_the_original_amount_alone() -> None:
    some = DATED | {"original_denomination": 1}
    assert lacking(DOCUMENT, some, active=(INVOICING,)) == []
    assert lacking(DOCUMENT, some, active=tuple(Product)) == required("currency", "denomination")


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"name": "Ann Lee"}, False),
        ({"first_name": "Ann", "last_name": "Lee"}, False),
        ({"name": "Ann Lee", "first_name": "Ann"}, True),
        ({"name": "Ann Lee", "last_name": "Lee"}, True),
        ({"name": "Ann Lee", "first_name": None, "last_name": " "}, False),
        ({"name": " ", "first_name": "Ann"}, False),
    ],
)
def test_a_name_in_one_piece_excludes_its_parts(values: dict[str, Any], wrong: bool) -> None:
    found = lacking(CONTACT, {"reference": "1", "account_number": "A-1", **values}, COLLECTIONS)
    assert found == ([(Code.INVALID, ("name",))] if wrong else [])


def test_a_contact_needs_an_account_for_collections_alone() -> None:
    assert lacking(CONTACT, {"reference": "1"}) == []
    assert lacking(CONTACT, {"reference": "1"}, COLLECTIONS) == required("account_number")


def test_a_note_needs_a_reference_and_a_body() -> None:
    assert lacking(NOTE, {"body": "  "}) == required("reference", "body")


def problem(code: Code, *path: str | int) -> Problem:
    return Problem(code, path, "…")


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ([], ["name"], ["name"]),
        (["name"], ["name"], []),
        (["name"], ["name", "language"], ["language"]),
        (["name"], [], []),
        (["billing_address"], ["billing_address.zip"], []),
        (["billing_address.zip"], ["billing_address.zip", "billing_address.city"], ["billing_address.city"]),
        (["billing_address.zip"], ["billing_address"], ["billing_address"]),
    ],
)
def test_a_patch_is_refused_for_what_it_breaks(before: list[str], after: list[str], new: list[str]) -> None:
    def problems(paths: list[str]) -> list[Problem]:
        return [problem(Code.REQUIRED, *path.split(".")) for path in paths]

    assert newly_unmet(problems(before), problems(after)) == problems(new)


def test_another_fault_of_the_same_field_is_new() -> None:
    missing, wrong = problem(Code.REQUIRED, "name"), problem(Code.INVALID, "name")
    assert newly_unmet([missing], [wrong]) == [wrong]


def test_messages_say_who_demands_what() -> None:
    found = unmet_requirements(
        ACCOUNT, NAMED | {"name": "", "parent_account_number": "P"}, RequirementContext((COLLECTIONS, INVOICING))
    )
    assert [problem.message for problem in found] == [
        "name is required and must not be blank.",
        "currency is required for Collections.",
        "language is required for Collections.",
        "billing_address is required for Invoicing.",
        "is_parent_account is required when parentAccountNumber is set.",
    ]
