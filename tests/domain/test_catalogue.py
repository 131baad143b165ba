"""The catalogue against an independent statement of the facts that a wrong letter in it would change."""

import re
from collections.abc import Iterator, Mapping

import pytest
from strawberry.utils.str_converters import to_camel_case

from app.domain.catalogue.closure import CLOSURE
from app.domain.catalogue.document import BASIC_AMOUNTS, EXTENDED_AMOUNTS
from app.domain.catalogue.line_item import LINE_ITEM
from app.domain.catalogue.thick_billing import THICK_BILLING, THICK_BILLING_DETAIL
from app.domain.enums import Product, Requirement, Resource
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES
from tests.commands import contract
from tests.commands.contract import is_stated

EVERY = tuple(Product)
COLLECTIONS, INVOICING, OPEN_BALANCE, CASH_APP = EVERY
ACCOUNT, DOCUMENT = Resource.ACCOUNT, Resource.DOCUMENT
NOTE, REPRESENTATIVE, CONTACT = Resource.NOTE, Resource.REPRESENTATIVE, Resource.CONTACT
REQUIRED, CONDITIONAL, OPTIONAL, NOT_READ = tuple(Requirement)
CATALOGUE = {resource: definition.fields for resource, definition in RESOURCES.items()}
# The contract's fields. The catalogue may have others: what is asked of all FIELDS holds of them as well.
CONTRACT = {
    resource: tuple(one for one in fields if is_stated(resource, one))
    for resource, fields in CATALOGUE.items()
    if resource.title() in contract.CONTRACT
}
OWNERS = {resource.value: resource for resource in Resource}

ALL_AMOUNTS = """
    currency original_denomination denomination original_currency base_currency
    original_denomination_in_original_currency original_denomination_in_base_currency
    denomination_in_original_currency denomination_in_base_currency
"""


def objects(catalogue: Mapping[Resource, tuple[Field, ...]]) -> Iterator[tuple[str, tuple[Field, ...]]]:
    """Every object of the catalogue: the resources, the closure, and what they hold."""
    pending: list[tuple[str, tuple[Field, ...]]] = [(r.value, fields) for r, fields in catalogue.items()]
    pending.append(("closure", CLOSURE))
    while pending:
        name, fields = pending.pop(0)
        yield name, fields
        pending.extend((f"{name}.{part.name}", part.parts) for part in fields if part.parts)


OBJECTS = dict(objects(CATALOGUE))
FIELDS = [(f"{name}.{one.name}", one) for name, fields in OBJECTS.items() for one in fields]
STATED = [(f"{name}.{one.name}", one) for name, fields in objects(CONTRACT) for one in fields]


def names(fields: tuple[Field, ...], product: Product, use: Requirement) -> list[str]:
    return [one.name for one in fields if one.use(product) is use]


def test_the_number_of_fields_of_every_object_is_the_contracts() -> None:
    assert {name: len(fields) for name, fields in objects(CONTRACT)} == {
        "account": 22,
        "account.billing_address": 6,
        "account.remit_to": 6,
        "document": 72,
        "document.line_items": 30,
        "document.thick_billing": 100,
        "document.thick_billing.detail": 30,
        "note": 5,
        "representative": 13,
        "contact": 23,
        "closure": 3,
    }


def test_the_table_lists_the_resources_in_their_order() -> None:
    assert list(CATALOGUE) == list(Resource)


@pytest.mark.parametrize(("name", "fields"), OBJECTS.items(), ids=OBJECTS)
def test_names_are_unique_and_stay_so_in_camel_case(name: str, fields: tuple[Field, ...]) -> None:
    assert len({one.name for one in fields}) == len(fields)
    assert len({to_camel_case(one.name) for one in fields}) == len(fields)


def test_names_are_snake_case() -> None:
    assert [path for path, one in FIELDS if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", one.name)] == []


def test_every_field_has_a_meaning_that_is_a_sentence() -> None:
    assert [path for path, one in FIELDS if not re.fullmatch(r"[A-Z][^{}\n]+[^.]\.", one.meaning)] == []


def test_marks_are_five_letters_with_a_blank_after_the_first() -> None:
    assert [path for path, one in FIELDS if not re.fullmatch(r"[RCO] [RCO-]{4}", one.use_codes)] == []


def test_a_condition_is_stated_exactly_where_something_is_conditional() -> None:
    assert [path for path, one in FIELDS if ("C" in one.use_codes) != bool(one.when)] == []


def test_a_condition_completes_required_when_and_has_no_full_stop() -> None:
    assert [path for path, one in FIELDS if one.when.endswith(".") or one.when.startswith(("when", "if"))] == []


def test_what_the_endpoint_demands_every_product_that_reads_it_demands() -> None:
    weaker = [path for path, one in FIELDS if one.use_codes[0] == "R" and set(one.use_codes[2:]) - {"R", "-"}]
    assert weaker == []


@pytest.mark.parametrize(
    ("resource", "key", "required", "conditional"),
    [
        (ACCOUNT, "account_number", "account_number name", "is_parent_account"),
        (
            DOCUMENT,
            "document_number",
            "document_number account_number invoice_date due_date",
            f"applies_to_invoice {ALL_AMOUNTS}",
        ),
        (NOTE, "reference", "reference body", ""),
        (REPRESENTATIVE, "reference", "reference", ""),
        (CONTACT, "reference", "reference", ""),
    ],
)
def test_the_endpoint_demands_these_fields_whatever_the_product(
    resource: Resource, key: str, required: str, conditional: str
) -> None:
    fields = CONTRACT[resource]
    assert RESOURCES[resource].key == fields[0].name == key
    assert fields[0].kind is Kind.KEY
    assert [one.name for one in fields if one.base is REQUIRED] == required.split()
    assert [one.name for one in fields if one.base is CONDITIONAL] == conditional.split()


@pytest.mark.parametrize(
    ("product", "resource", "required", "conditional", "optional"),
    [
        (
            COLLECTIONS,
            ACCOUNT,
            "account_number name currency language",
            "is_parent_account",
            "display_reference billing_address phone mobile_phone fax email credit_limit account_group "
            "parent_account_number description vat company_registration_number data_providers custom_fields",
        ),
        (INVOICING, ACCOUNT, "account_number name billing_address", "", "display_reference branch_name"),
        (OPEN_BALANCE, ACCOUNT, "account_number name", "", ""),
        (CASH_APP, ACCOUNT, "account_number name", "", "display_reference billing_address parent_account_number"),
        (
            COLLECTIONS,
            DOCUMENT,
            "document_number account_number invoice_date due_date",
            f"applies_to_invoice {ALL_AMOUNTS}",
            "document_type invoice_num description comment custom_fields",
        ),
        (
            INVOICING,
            DOCUMENT,
            "document_number account_number invoice_date due_date",
            "applies_to_invoice invoice_num pdf_name branch_name original_denomination "
            "original_denomination_in_original_currency",
            "document_type po_number ship_to_account_num ship_to_address_street ship_to_address_suite "
            "ship_to_address_city ship_to_address_state ship_to_address_zip ship_to_address_country "
            "discount_date discount_amount routing dest_email_address dest_fax_number ship_from_zip duty_amt "
            "merchant_name part_number commodity_code tax_rate udp1 udp2 udp3 udp4 udp5 line_items thick_billing",
        ),
        (
            OPEN_BALANCE,
            DOCUMENT,
            "document_number account_number invoice_date",
            f"applies_to_invoice invoice_num branch_name template_id {ALL_AMOUNTS}",
            "document_type po_number ship_to_account_num discount_date discount_amount "
            "udp1 udp2 udp3 udp4 udp5 fabricated_record",
        ),
        (
            CASH_APP,
            DOCUMENT,
            "document_number account_number invoice_num invoice_date",
            f"applies_to_invoice {ALL_AMOUNTS}",
            "document_type po_number discount_date discount_amount freight_amount "
            + " ".join(f"match_field_{n}" for n in range(1, 23)),
        ),
        (COLLECTIONS, NOTE, "reference body", "", "subject note_type effective_date"),
        (
            COLLECTIONS,
            REPRESENTATIVE,
            "reference",
            "",
            "name email phone mobile_phone fax language title department representative_type "
            "supervisor_representative_reference extra_info custom_fields",
        ),
        (
            COLLECTIONS,
            CONTACT,
            "reference account_number",
            "",
            "name first_name last_name function email phone mobile_phone fax title department contact_type language "
            "address1 address2 city state zip country notes is_primary custom_fields",
        ),
    ],
)
def test_each_product_requires_and_reads_these_fields(
    product: Product, resource: Resource, required: str, conditional: str, optional: str
) -> None:
    fields = CONTRACT[resource]
    assert names(fields, product, REQUIRED) == required.split()
    assert names(fields, product, CONDITIONAL) == conditional.split()
    assert names(fields, product, OPTIONAL) == optional.split()


@pytest.mark.parametrize(
    ("product", "required", "optional"),
    [
        (COLLECTIONS, "", "address1 address2 city state zip country"),
        (INVOICING, "address1 city state zip", "address2 country"),
        (OPEN_BALANCE, "", ""),
        (CASH_APP, "", "address1 address2 city state zip"),
    ],
)
def test_each_product_makes_this_of_the_billing_address(product: Product, required: str, optional: str) -> None:
    parts = RESOURCES[ACCOUNT].field("billing_address").parts
    assert names(parts, product, REQUIRED) == required.split()
    assert names(parts, product, OPTIONAL) == optional.split()


@pytest.mark.parametrize("resource", [NOTE, REPRESENTATIVE, CONTACT])
def test_collections_reads_all_of_notes_and_people_and_no_other_product_any(resource: Resource) -> None:
    fields = CONTRACT[resource]
    assert names(fields, COLLECTIONS, NOT_READ) == []
    for product in (INVOICING, OPEN_BALANCE, CASH_APP):
        assert names(fields, product, NOT_READ) == [one.name for one in fields]


def test_no_product_reads_the_remittance_address_or_the_terms_of_an_account() -> None:
    unread = [one.name for one in CONTRACT[ACCOUNT] if one.use_codes[2:] == "----"]
    assert unread == ["remit_to", "payment_terms"]


def test_every_product_reads_a_closure_and_needs_its_reason() -> None:
    assert [(one.name, one.use_codes) for one in CLOSURE] == [
        ("closure_reason", "R RRRR"),
        ("closure_date", "O OOOO"),
        ("notes", "O OOOO"),
    ]


def test_invoicing_alone_reads_the_lines_and_the_elements_of_thick_billing() -> None:
    assert {one.use_codes for one in LINE_ITEM} == {"O -O--"}
    assert {one.use_codes for one in THICK_BILLING_DETAIL} == {"O -O--"}
    assert {one.use_codes for one in THICK_BILLING} == {"O -O--", "O -R--"}


def test_conditions_name_other_fields_as_graphql_shows_them() -> None:
    conditions = {one.name: one.when for fields in CONTRACT.values() for one in fields if one.when}
    basic = dict.fromkeys(BASIC_AMOUNTS, "the basic currency model is used")
    extended = dict.fromkeys(EXTENDED_AMOUNTS, "the extended currency model is used")
    assert conditions == basic | extended | {
        "is_parent_account": "parentAccountNumber is set",
        "applies_to_invoice": "documentType is CREDIT_NOTE",
        "invoice_num": "the number that customers see differs from documentNumber",
        "pdf_name": "the PDF is pushed instead of generated",
        "branch_name": "the seller bills as more than one entity",
        "template_id": "fabricatedRecord is true",
    }


def test_the_two_currency_models_share_no_field_and_make_up_all_amounts() -> None:
    assert [*BASIC_AMOUNTS, *EXTENDED_AMOUNTS] == ALL_AMOUNTS.split()
    kinds = {name: RESOURCES[DOCUMENT].field(name).kind for name in ALL_AMOUNTS.split()}
    currencies = [name for name, kind in kinds.items() if kind is Kind.CURRENCY]
    assert currencies == ["currency", "original_currency", "base_currency"]
    assert {kind for name, kind in kinds.items() if name not in currencies} == {Kind.DECIMAL}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            Kind.KEY,
            "account.account_number account.parent_account_number document.document_number document.account_number "
            "document.applies_to_invoice document.invoice_num note.reference representative.reference "
            "representative.supervisor_representative_reference contact.reference contact.account_number",
        ),
        (
            Kind.FREE_TEXT,
            "account.description document.description document.comment note.body representative.extra_info "
            "contact.notes closure.notes document.line_items.description document.line_items.comment "
            "document.thick_billing.header_message document.thick_billing.footer_message "
            "document.thick_billing.detail.desc_col document.thick_billing.detail.comment_col",
        ),
        (
            Kind.EMAIL,
            "account.email document.dest_email_address representative.email contact.email "
            "document.thick_billing.bpni_email document.thick_billing.email_address "
            "document.thick_billing.email_reply_override",
        ),
        (Kind.LANGUAGE, "account.language representative.language contact.language"),
        (
            Kind.COUNTRY,
            "document.ship_to_address_country contact.country account.billing_address.country account.remit_to.country",
        ),
        (
            Kind.BOOLEAN,
            "account.is_parent_account document.fabricated_record contact.is_primary "
            "document.thick_billing.flag_duplicate",
        ),
        (Kind.DATETIME, "note.effective_date closure.closure_date"),
        (
            Kind.CUSTOM_FIELDS,
            "account.custom_fields document.custom_fields representative.custom_fields contact.custom_fields",
        ),
        (Kind.JSON, "account.data_providers"),
        (Kind.INTEGER, "document.thick_billing.line_item_count"),
        (Kind.DIGITS, "document.thick_billing.fax_number"),
        (Kind.DOCUMENT_TYPE, "document.document_type"),
        (Kind.INVOICE_TITLE, "document.thick_billing.doc_type"),
        (Kind.ROUTING, "document.routing document.thick_billing.routing"),
        (Kind.CLOSURE_REASON, "closure.closure_reason"),
        (Kind.OBJECT, "account.billing_address account.remit_to document.thick_billing"),
        (Kind.LIST, "document.line_items document.thick_billing.detail"),
    ],
)
def test_these_fields_and_no_others_are_of_the_kind(kind: Kind, expected: str) -> None:
    assert {path for path, one in STATED if one.kind is kind} == set(expected.split())


def test_lengths_are_255_for_keys_and_text_254_for_addresses_and_10000_for_free_text() -> None:
    assert {one.length for _, one in FIELDS if one.kind is Kind.KEY} == {255}
    assert {one.length for _, one in FIELDS if one.kind is Kind.EMAIL} == {254}
    assert {one.length for _, one in FIELDS if one.kind is Kind.FREE_TEXT and not one.max_length} == {10_000}
    assert {one.length for _, one in FIELDS if one.kind is Kind.TEXT and not one.max_length} == {255}
    assert {one.length for _, one in FIELDS if one.kind in (Kind.DECIMAL, Kind.BOOLEAN, Kind.CUSTOM_FIELDS)} == {0}


def test_a_field_that_no_resource_has_is_a_key_error() -> None:
    assert RESOURCES[CONTACT].field("function").name == "function"
    with pytest.raises(KeyError):
        RESOURCES[CONTACT].field("document_number")
