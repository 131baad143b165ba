"""Products in REST: a write declares none and is held to the endpoint's own rules alone; what the tenant's active
products would need is told by readiness."""

from typing import Any

import pytest

from app.domain.enums import Product
from tests.gateway import Client, Gateway
from tests.rest_api.client import Body, Rest
from tests.rest_api.conftest import numbers
from tests.rest_api.world import ACCOUNT, BASIC, DOCUMENT, EXTENDED

READ_ACCOUNT = '{ account(accountNumber: "A") { products readiness { product ready problems { field } } } }'
READ_DOCUMENT = '{ document(documentNumber: "D") { products readiness { product ready problems { field } } } }'
DECLARED = """mutation($number: String!, $input: DocumentInput!) {
  createDocument(documentNumber: $number, input: $input) { document { products } userErrors { code field } } }"""
INVOICED = {"invoiceDate": "2026-05-12", "dueDate": "2026-06-11", "accountNumber": "ACCT-001"}


async def tenant(gateway: Gateway, *products: Product) -> tuple[Client, Rest]:
    """A new tenant with these active products, on both facades."""
    graph = await gateway.tenant(f"products {next(numbers)}", products)
    rest = Rest.of(graph)
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    return graph, rest


def lacking(resource: dict[str, Any]) -> dict[str, list[str]]:
    """The fields that each product still needs, or may need."""
    assert all(entry["ready"] or entry["problems"] for entry in resource["readiness"])
    return {entry["product"]: [p["field"] for p in entry["problems"]] for entry in resource["readiness"]}


async def test_an_account_needs_a_name_alone_and_readiness_tells_the_rest(rest: Rest, graph: Client) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    account = await graph.only(READ_ACCOUNT)
    assert account["products"] == []
    assert lacking(account) == {
        "COLLECTIONS": ["currency", "language"],
        "INVOICING": ["billingAddress"],
        "OPEN_BALANCE": [],
        "CASH_APP": [],
    }
    await rest.patch("accounts", "A", body={"currency": "USD", "language": "en", "billing_address": {"zip": "1"}})
    account = await graph.only(READ_ACCOUNT)
    assert account["products"] == []
    needed = ["billingAddress.address1", "billingAddress.city", "billingAddress.state"]
    assert lacking(account) == {"COLLECTIONS": [], "INVOICING": needed, "OPEN_BALANCE": [], "CASH_APP": []}


async def test_a_document_needs_its_account_and_dates_alone(rest: Rest, graph: Client) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    await rest.post("documents", "D", body=DOCUMENT)
    document = await graph.only(READ_DOCUMENT)
    assert document["products"] == []
    told = lacking(document)
    assert told["COLLECTIONS"] == ["currency", "originalDenomination", "denomination"]
    assert "invoiceNum" in told["CASH_APP"]
    await rest.patch("documents", "D", body=BASIC | {"invoice_num": "I-1"})
    told = lacking(await graph.only(READ_DOCUMENT))
    assert (told["COLLECTIONS"], told["CASH_APP"]) == ([], [])


async def test_what_graphql_declared_stays_declared_and_is_told_when_rest_takes_it_away(
    rest: Rest, graph: Client
) -> None:
    text = """mutation($input: AccountInput!) { createAccount(accountNumber: "A", input: $input) {
      account { products } userErrors { field } } }"""
    made = await graph.only(text, input={"collections": {"name": "A", "currency": "USD", "language": "en"}})
    assert made == {"account": {"products": ["COLLECTIONS"]}, "userErrors": []}
    for answer in (
        await rest.patch("accounts", "A", body={"language": None}),
        await rest.put("accounts", "A", body=ACCOUNT),
    ):
        assert "language" not in answer
        account = await graph.only(READ_ACCOUNT)
        assert account["products"] == ["COLLECTIONS"]
        assert lacking(account)["COLLECTIONS"] == ["language"]


@pytest.mark.parametrize("product", Product, ids=str)
async def test_fields_of_inactive_products_are_accepted_and_kept(shared_gateway: Gateway, product: Product) -> None:
    graph, rest = await tenant(shared_gateway, product)
    body: Body = {
        "match_field_22": "M",
        "udp5": "U",
        "po_number": "P",
        "template_id": "T",
        "comment": "C",
        "routing": "E",
        "freight_amount": "1.50",
        "line_items": [{"item_code": "I"}],
        "invoicing_detail": {"TERMS": "NET30"},
        "custom_fields": {"collections": {"region": "EMEA"}},
    }
    made = await rest.post("documents", "D", body=DOCUMENT | BASIC | body)
    assert {name: made[name] for name in body} == body | {"freight_amount": "1.5"}
    assert list(lacking(await graph.only(READ_DOCUMENT))) == [product.name]


@pytest.mark.parametrize(
    ("alone", "model"),
    [("original_denomination", BASIC), ("original_denomination_in_original_currency", EXTENDED)],
    ids=["basic", "extended"],
)
async def test_where_invoicing_alone_is_active_the_original_amount_is_enough_and_locks_the_model(
    shared_gateway: Gateway, alone: str, model: Body
) -> None:
    graph, rest = await tenant(shared_gateway, Product.INVOICING)
    made = await rest.post("documents", "D", body=DOCUMENT | {alone: 12.5})
    assert (float(made[alone]), made["status"]) == (12.5, "open")
    assert set(model) & set(made) == {alone}
    locked, other = ("BASIC", EXTENDED) if model is BASIC else ("EXTENDED", BASIC)
    assert await graph.only("{ tenant { currencyModel } }") == {"currencyModel": locked}
    assert await rest.faults("POST", "documents", "E", body=DOCUMENT | other) == [
        ("currency_model_locked", name) for name in other
    ]
    assert await rest.is_absent("documents", "E")


async def test_where_another_product_is_active_too_the_original_amount_is_not_enough(shared_gateway: Gateway) -> None:
    graph, rest = await tenant(shared_gateway, Product.INVOICING, Product.OPEN_BALANCE)
    body = DOCUMENT | {"original_denomination": 12.5}
    expected = [("required", "currency"), ("required", "denomination")]
    assert await rest.faults("POST", "documents", "D", body=body) == expected
    assert await rest.is_absent("documents", "D")
    assert await graph.only("{ tenant { currencyModel } }") == {"currencyModel": None}


async def test_a_document_declared_for_invoicing_alone_may_be_sent_with_the_original_amount_alone(
    shared_gateway: Gateway,
) -> None:
    graph, rest = await tenant(shared_gateway, Product.INVOICING, Product.COLLECTIONS)
    invoicing = {"invoicing": {**INVOICED, "amounts": {"basic": {"originalDenomination": "10"}}}}
    made = await graph.only(DECLARED, number="D", input=invoicing)
    assert made == {"document": {"products": ["INVOICING"]}, "userErrors": []}
    body = DOCUMENT | {"original_denomination": 20}
    for answer in (await rest.put("documents", "D", body=body), await rest.patch("documents", "D", body=body)):
        assert answer["original_denomination"] == 20
    assert (await graph.only(READ_DOCUMENT))["products"] == ["INVOICING"]


async def test_elements_that_an_invoice_lacks_are_told_and_refuse_nothing(rest: Rest, graph: Client) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    await rest.post("documents", "D", body=DOCUMENT | BASIC)
    assert "pdfName" in lacking(await graph.only(READ_DOCUMENT))["INVOICING"]
    await rest.patch("documents", "D", body={"invoicing_detail": {"BRANCH_NUMBER": "7"}})
    told = lacking(await graph.only(READ_DOCUMENT))["INVOICING"]
    assert {"thickBilling.branchName", "thickBilling.routing", "thickBilling.billingCity"} <= set(told)
    assert not {"thickBilling.branchNumber", "thickBilling.invoiceNumber", "thickBilling.billingAddress1"} & set(told)
