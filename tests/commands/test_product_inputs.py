"""The input types say exactly what each product demands and reads: the schema against the contract."""

import json
from typing import Any

import pytest
from graphql import GraphQLInputObjectType

from app.graphql_api.schema.schema import CORE
from tests.commands.contract import BASIC_AMOUNTS, EXTENDED_AMOUNTS, FIELDS, PRODUCTS
from tests.gateway import Client

ADDRESSES = {"invoicing": "InvoicingAddressInput", "cashApp": "CashAppAddressInput"}
ALL_PARTS = ("address1", "address2", "city", "state", "zip", "country")


def fields_of(name: str) -> dict[str, str]:
    type_ = CORE.type_map[name]
    assert isinstance(type_, GraphQLInputObjectType)
    return {name: str(field.type) for name, field in type_.fields.items()}


def one_of(name: str) -> dict[str, str]:
    type_ = CORE.type_map[name]
    assert isinstance(type_, GraphQLInputObjectType)
    assert type_.is_one_of
    return fields_of(name)


def address_type(member: str, name: str, type_: str) -> str:
    return ADDRESSES.get(member, type_) if name == "billingAddress" else type_


@pytest.mark.parametrize("resource", ["Account", "Document"])
@pytest.mark.parametrize("member", PRODUCTS)
def test_a_products_input_holds_what_the_product_reads_and_demands_what_it_requires(resource: str, member: str) -> None:
    expected = {
        fact.name: address_type(member, fact.name, fact.type) + ("!" if fact.demanded_by(member) else "")
        for fact in FIELDS[resource].values()
        if member in fact.readers
    }
    if resource == "Document":
        expected["amounts"] = "InvoicingAmountsInput!" if member == "invoicing" else "AmountsInput!"
    assert fields_of(f"{PRODUCTS[member]}{resource}Input") == expected


@pytest.mark.parametrize("resource", ["Account", "Document"])
def test_the_combined_input_holds_every_field_and_demands_what_the_endpoint_does(resource: str) -> None:
    expected = {fact.name: fact.type + ("!" if fact.base == "R" else "") for fact in FIELDS[resource].values()}
    expected["products"] = "[Product!]!"
    if resource == "Document":
        expected["amounts"] = "AmountsInput"
    assert fields_of(f"Combined{resource}Input") == expected


@pytest.mark.parametrize("resource", ["Account", "Document"])
def test_an_input_is_for_one_product_or_combined(resource: str) -> None:
    members = {member: f"{prefix}{resource}Input" for member, prefix in PRODUCTS.items()}
    assert one_of(f"{resource}Input") == members | {"combined": f"Combined{resource}Input"}


@pytest.mark.parametrize("resource", ["Note", "Representative", "Contact"])
def test_inputs_that_belong_to_collections_alone_are_plain(resource: str) -> None:
    facts = FIELDS[resource].values()
    assert fields_of(f"{resource}Input") == {f.name: f.type + ("!" if "R" in f.base + f.uses else "") for f in facts}


@pytest.mark.parametrize("resource", ["Account", "Document", "Representative", "Contact"])
def test_a_patch_is_flat_and_takes_every_field_or_none_of_them(resource: str) -> None:
    expected = {fact.name: fact.type for fact in FIELDS[resource].values()}
    if resource in ("Account", "Document"):
        expected["products"] = "[Product!]"
    if resource == "Document":
        expected |= BASIC_AMOUNTS | EXTENDED_AMOUNTS
    assert fields_of(f"{resource}Patch") == expected


def test_amounts_are_of_one_model_and_all_of_it() -> None:
    assert one_of("AmountsInput") == {"basic": "BasicAmountsInput", "extended": "ExtendedAmountsInput"}
    assert fields_of("BasicAmountsInput") == {name: f"{type_}!" for name, type_ in BASIC_AMOUNTS.items()}
    assert fields_of("ExtendedAmountsInput") == {name: f"{type_}!" for name, type_ in EXTENDED_AMOUNTS.items()}


def test_invoicing_takes_the_original_amount_alone() -> None:
    assert one_of("InvoicingAmountsInput") == {
        "basic": "InvoicingBasicAmountsInput",
        "extended": "InvoicingExtendedAmountsInput",
    }
    assert fields_of("InvoicingBasicAmountsInput") == {"originalDenomination": "Decimal!"}
    assert fields_of("InvoicingExtendedAmountsInput") == {"originalDenominationInOriginalCurrency": "Decimal!"}


def test_addresses_hold_what_each_product_reads_of_them() -> None:
    plain = dict.fromkeys(ALL_PARTS, "String") | {"country": "CountryCode"}
    assert fields_of("AddressInput") == plain
    assert fields_of("InvoicingAddressInput") == plain | dict.fromkeys(("address1", "city", "state", "zip"), "String!")
    assert fields_of("CashAppAddressInput") == {name: type_ for name, type_ in plain.items() if name != "country"}


def test_a_custom_field_has_a_key_and_at_most_one_value() -> None:
    assert fields_of("CustomFieldInput") == {"key": "String!", "value": "CustomFieldValueInput"}
    assert one_of("CustomFieldValueInput") == {
        "text": "String", "number": "Decimal", "date": "Date", "boolean": "Boolean",
    }  # fmt: skip


def test_a_closure_has_a_reason() -> None:
    assert fields_of("ClosureInput") == {
        "closureReason": "ClosureReason!",
        "closureDate": "DateTime",
        "notes": "String",
    }


@pytest.mark.parametrize("resource", ["Account", "Document"])
@pytest.mark.parametrize("member", [*PRODUCTS.values(), "Combined"])
def test_the_description_of_an_input_warns_what_a_replace_through_it_empties(resource: str, member: str) -> None:
    assert "As a replacement it empties every field" in str(CORE.type_map[f"{member}{resource}Input"].description)


CREATE = 'mutation($input: AccountInput!) { createAccount(accountNumber: "A-1", input: $input) { created } }'


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"openBalance": None},
        {"openBalance": {"name": "Acme"}, "cashApp": {"name": "Acme"}},
        {"openBalance": {"name": "Acme"}, "cashApp": None},
        {"openBalance": {"name": "Acme", "accountNumber": "A-1"}},
        {"openBalance": {"name": "Acme", "phone": "1"}},
        {"openBalance": {"name": None}},
        {"openBalance": {}},
        {"openBalance": {"name": 5}},
        {"collections": {"name": "Acme", "currency": "EUR"}},
        {"collections": {"name": "Acme", "currency": "EUR", "language": "en", "isParentAccount": 1}},
        {"collections": {"name": "Acme", "currency": "EUR", "language": "en", "creditLimit": True}},
        {"invoicing": {"name": "Acme"}},
        {"invoicing": {"name": "Acme", "billingAddress": {"address1": "1", "city": "B", "state": "C"}}},
        {"combined": {"name": "Acme", "products": None}},
        {"combined": {"name": "Acme", "products": ["BILLING"]}},
        {"combined": {"name": "Acme", "customFields": [{"key": "a", "value": {"text": "x", "number": 1}}]}},
        {"combined": {"name": "Acme", "customFields": [{"key": "a", "value": {}}]}},
        {"combined": {"name": "Acme", "customFields": [None]}},
    ],
    ids=lambda body: json.dumps(body)[:60],
)
async def test_what_the_types_refuse_is_refused_as_a_whole_and_not_written(acme: Client, body: Any) -> None:
    assert set(await acme.error_codes(CREATE, input=body)) == {"BAD_USER_INPUT"}
    assert await acme.query("{ accounts { totalCount } }") == {"accounts": {"totalCount": 0}}


async def test_a_required_field_missing_in_the_text_itself_fails_validation(acme: Client) -> None:
    text = 'mutation { createAccount(accountNumber: "A-1", input: {openBalance: {}}) { created } }'
    assert await acme.error_codes(text) == ["GRAPHQL_VALIDATION_FAILED"]
