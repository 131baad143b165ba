"""Fields that hold more than one value: addresses and thick billing, line items, and data as it comes."""

import json
from typing import Any

import pytest

from tests.commands.verbs import DATED, LEAST, account, create, patch, read, refused, replace
from tests.gateway import Client

ADDRESS = {"address1": "1 Rue Ü", "address2": "2e", "city": "Lyon", "state": "ARA", "zip": "69001", "country": "FR"}
PARTS = " ".join(ADDRESS)
LINE: dict[str, Any] = {
    **{name: f"{name} ü" for name in (
        "lineNumber", "itemNumber", "itemCode", "description", "unitOfMeasure", "taxFlag", "taxCode", "comment",
        *(f"userDefine{n}" for n in range(1, 8)), *(f"commentUserDefine{n}" for n in range(1, 8)),
    )},
    "quantityOrdered": "3", "quantityShipped": "2.5", "quantityBackordered": "0.5", "unitPrice": "999999999999999.9999",
    "netUnitPrice": "-0.0001", "discountAmount": "0", "netAmount": "10.01", "taxAmount": "1.9",
}  # fmt: skip
TEXTS = """
    branchNumber branchName branchPhone invoiceNumber accountNumber terms discountMessage poNumber orderNumber orderBy
    releaseNumber salesperson shipVia writer shippingInstructions trackingNumber currency contractNumber supplierTaxId
    udp1 udp2 udp3 udp4 udp5 userDefinedData1 userDefinedData2 userDefinedData3 userDefinedData4 userDefinedData5
    userDefinedData6 userDefinedData7 headerMessage footerMessage emailSubjectBizName emailSubjectOverride
    billingAddress1 billingAddress2 billingAddress3 billingCity billingState billingProvince billingZip billingCountry
    remitAddressLine1 remitAddressLine2 remitAddressLine3 remitAddressCity remitAddressState remitAddressZip
    remitAddressCountry remitPhone remitFax shipToAcctNum shipToName shippingAddress2 shippingAddress3
    shippingAddressCity shippingAddressState shipToZip shippingCountry returnAddressLine1 returnAddressLine2
    returnAddressLine3 returnAddressCity returnAddressState returnAddressZip returnAddressCountry
"""
MONEY = """
    discountAmount subtotal freight handling salesTax miscTax1 miscTax2 paymentAmount totalDue serviceCharge miscCost
    totalParts totalLabor gstTax hstTax pstTax qstTax vatTax
"""
DETAIL_TEXTS = """
    lineNumCol itemNumberCol itemCodeCol descCol uomCol taxCol lineItemTaxCodeCol commentCol
    itmUserDefine1Col itmUserDefine2Col itmUserDefine3Col itmUserDefine4Col itmUserDefine5Col itmUserDefine6Col
    itmUserDefine7Col cmtUserDefine1Col cmtUserDefine2Col cmtUserDefine3Col cmtUserDefine4Col cmtUserDefine5Col
    cmtUserDefine6Col cmtUserDefine7Col
"""
DETAIL_AMOUNTS = """
    qtyOrderCol qtyShipCol qtyBoCol itemUnitPriceCol netUnitPriceCol discAmtCol netAmountCol lineItemTaxCol
"""
DETAIL: dict[str, Any] = {name: f"{name} ü" for name in DETAIL_TEXTS.split()} | {
    name: f"{n}.0001" for n, name in enumerate(DETAIL_AMOUNTS.split())
}
ELEMENTS: dict[str, Any] = {
    **{name: f"{name} ü" for name in TEXTS.split()},
    **{name: f"{n}.25" for n, name in enumerate(MONEY.split())},
    **dict.fromkeys(("invoiceDate", "dueDate", "discountDate", "orderDate", "shipDate", "serviceDate"), "2026-01-31"),
    **dict.fromkeys(("bpniEmail", "emailAddress", "emailReplyOverride"), "a@example.com"),
    "docType": "CREDIT_MEMO",
    "flagDuplicate": False,
    "lineItemCount": 2,
    "routing": "F",
    "faxNumber": "0049301234",
}
WHOLE = ELEMENTS | {"detail": [DETAIL, {"descCol": "Second"}]}
THICK = f"thickBilling {{ {' '.join(ELEMENTS)} detail {{ {' '.join(DETAIL)} }} }}"


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


def shown(elements: dict[str, Any]) -> dict[str, Any]:
    """Thick billing as it is read where it holds these elements."""
    lines = [dict.fromkeys(DETAIL) | line for line in elements.get("detail", [])]
    return {"thickBilling": dict.fromkeys(ELEMENTS) | elements | {"detail": lines}}


def document(**values: Any) -> dict[str, Any]:
    return {"combined": {"accountNumber": "A-1", **DATED, **values}}


@pytest.mark.parametrize("name", ["billingAddress", "remitTo"])
async def test_a_patch_merges_an_address_key_by_key(acme: Client, name: str) -> None:
    ask = f"{name} {{ {PARTS} }}"
    await create(acme, "Account", "1", {"combined": {"name": "Acme", name: ADDRESS}})
    for part, value in ADDRESS.items():
        less = {name: ADDRESS | {part: None}}
        assert await patch(acme, "Account", "1", {name: {part: None}}, ask) == less
        assert await patch(acme, "Account", "1", {name: {}}, ask) == less
        assert await patch(acme, "Account", "1", {name: {part: value}}, ask) == {name: ADDRESS}
    assert await patch(acme, "Account", "1", {name: {"city": ""}}, ask) == {name: ADDRESS | {"city": None}}
    assert await patch(acme, "Account", "1", {name: None}, ask) == {name: None}
    assert await patch(acme, "Account", "1", {name: {"zip": "1"}}, ask) == {name: dict.fromkeys(ADDRESS) | {"zip": "1"}}
    assert await patch(acme, "Account", "1", {name: {"zip": None}}, ask) == {name: None}


@pytest.mark.parametrize("name", ["billingAddress", "remitTo"])
async def test_a_replace_takes_an_address_whole(acme: Client, name: str) -> None:
    ask = f"{name} {{ {PARTS} }}"
    await create(acme, "Account", "1", {"combined": {"name": "Acme", name: ADDRESS}})
    only_zip = {"combined": {"name": "Acme", name: {"zip": "1"}}}
    assert await replace(acme, "Account", "1", only_zip, ask) == {name: dict.fromkeys(ADDRESS) | {"zip": "1"}}
    nothings: list[Any] = [{}, dict.fromkeys(ADDRESS), {"city": ""}, None]
    for nothing in nothings:
        assert await replace(acme, "Account", "1", {"combined": {"name": "Acme", name: nothing}}, ask) == {name: None}


async def test_thick_billing_keeps_every_element_and_a_patch_merges_them_key_by_key(ledger: Client) -> None:
    assert await create(ledger, "Document", "1", document(thickBilling=WHOLE), THICK) == shown(WHOLE)
    restored: dict[str, Any] = {}
    for name in [*ELEMENTS, "detail"]:
        less = {key: value for key, value in WHOLE.items() if key != name}
        change = {"thickBilling": restored | {name: None}}
        assert await patch(ledger, "Document", "1", change, THICK) == shown(less)
        restored = {name: WHOLE[name]}
    assert await patch(ledger, "Document", "1", {"thickBilling": restored}, THICK) == shown(WHOLE)
    one = {"thickBilling": {"detail": [{"descCol": "Only"}]}}
    after = await patch(ledger, "Document", "1", one, THICK)
    assert after == shown(WHOLE | {"detail": [{"descCol": "Only"}]})
    assert await patch(ledger, "Document", "1", {"thickBilling": None}, "thickBilling { terms }") == {
        "thickBilling": None
    }


async def test_thick_billing_is_taken_through_the_invoicing_input(ledger: Client) -> None:
    body = document(thickBilling=WHOLE, amounts={"basic": {"originalDenomination": "1"}})["combined"]
    assert await create(ledger, "Document", "1", {"invoicing": body}, THICK) == shown(WHOLE)
    body["thickBilling"] = {"branchNumber": "8"}
    assert await replace(ledger, "Document", "1", {"invoicing": body}, THICK) == shown({"branchNumber": "8"})


async def test_line_items_keep_every_field_and_their_order(ledger: Client) -> None:
    ask = f"lineItems {{ {' '.join(LINE)} }}"
    lines = [LINE, {"description": "Second"}, {}]
    expected = {"lineItems": [dict.fromkeys(LINE) | line for line in lines]}
    assert await create(ledger, "Document", "1", document(lineItems=lines), ask) == expected
    assert await read(ledger, "Document", "1", ask) == expected


async def test_a_patch_replaces_line_items_whole(ledger: Client) -> None:
    ask = "lineItems { description itemCode }"
    await create(
        ledger, "Document", "1", document(lineItems=[{"description": "a", "itemCode": "1"}, {"itemCode": "2"}])
    )
    assert await patch(ledger, "Document", "1", {"lineItems": [{"description": "b"}]}, ask) == {
        "lineItems": [{"description": "b", "itemCode": None}]
    }
    nothings: list[Any] = [[], None]
    for nothing in nothings:
        await patch(ledger, "Document", "1", {"lineItems": [{"description": "b"}]})
        assert await patch(ledger, "Document", "1", {"lineItems": nothing}, ask) == {"lineItems": []}


async def test_every_fault_in_lines_and_elements_has_its_position(ledger: Client) -> None:
    body = document(
        lineItems=[
            {},
            {"unitPrice": "1.23456789012", "taxFlag": "x" * 256},
            {"description": "x" * 10_001, "comment": "\0"},
            {"quantityOrdered": "1" + "0" * 15},
        ],
        thickBilling={
            "subtotal": "1.005",
            "invoiceNumber": "x" * 51,
            "billingAddress1": "x" * 46,
            "accountNumber": "x" * 31,
            "discountMessage": "x" * 201,
            "remitAddressLine3": "x" * 101,
            "billingCountry": "x" * 31,
            "faxNumber": "12a",
            "bpniEmail": "no",
            "detail": [{}, {"qtyShipCol": "0.12345678901", "descCol": "x" * 10_001}],
        },
    )
    place = "input.combined"
    assert sorted(await refused(ledger, "create", "Document", "1", body)) == [
        ("INVALID", f"{place}.lineItems.1.unitPrice"),
        ("INVALID", f"{place}.lineItems.2.comment"),
        ("INVALID", f"{place}.lineItems.3.quantityOrdered"),
        ("INVALID", f"{place}.thickBilling.bpniEmail"),
        ("INVALID", f"{place}.thickBilling.detail.1.qtyShipCol"),
        ("INVALID", f"{place}.thickBilling.faxNumber"),
        ("INVALID", f"{place}.thickBilling.subtotal"),
        ("TOO_LONG", f"{place}.lineItems.1.taxFlag"),
        ("TOO_LONG", f"{place}.lineItems.2.description"),
        ("TOO_LONG", f"{place}.thickBilling.accountNumber"),
        ("TOO_LONG", f"{place}.thickBilling.billingAddress1"),
        ("TOO_LONG", f"{place}.thickBilling.billingCountry"),
        ("TOO_LONG", f"{place}.thickBilling.detail.1.descCol"),
        ("TOO_LONG", f"{place}.thickBilling.discountMessage"),
        ("TOO_LONG", f"{place}.thickBilling.invoiceNumber"),
        ("TOO_LONG", f"{place}.thickBilling.remitAddressLine3"),
    ]
    assert await read(ledger, "Document", "1", "version") is None
    await create(ledger, "Document", "1", LEAST["Document"])
    assert await refused(ledger, "patch", "Document", "1", {"lineItems": [{}, {"unitPrice": "0.00000000001"}]}) == [
        ("INVALID", "patch.lineItems.1.unitPrice")
    ]


EXACT = (
    '{"z":1,"a":[1.10,-0.0,12345678901234567890123456789.0625,0.1e-7,1E400,[],{},null,true,""],'
    '"\\u00fc":"\\ud83d\\ude00","":{"deep":[[[{"n":9007199254740993}]]]}}'
)


async def posted(client: Client, text: str, variables: str) -> str:
    """The answer's text, for a request whose variables are written out."""
    response = await client.gateway.http.post(
        "/graphql",
        content=f'{{"query": {json.dumps(text)}, "variables": {variables}}}',
        headers={**client.headers, "Content-Type": "application/json"},
    )
    return response.text


async def test_data_providers_are_kept_as_they_are_to_the_last_digit(acme: Client) -> None:
    text = (
        'mutation($data: JSON) { createAccount(accountNumber: "1", input: {combined: {name: "Acme", '
        "dataProviders: $data}}) { account { dataProviders } userErrors { code } } }"
    )
    answer = await posted(acme, text, f'{{"data": {EXACT}}}')
    kept = (
        EXACT.replace("\\u00fc", "ü")
        .replace("\\ud83d\\ude00", "😀")
        .replace("0.1e-7", "1E-8")
        .replace("1E400", "1E+400")
    )
    assert f'"dataProviders":{kept}' in answer
    again = await posted(acme, '{ account(accountNumber: "1") { dataProviders } }', "{}")
    assert f'"dataProviders":{kept}' in again


async def test_data_providers_written_in_the_text_are_exact_too(acme: Client) -> None:
    text = (
        'mutation { createAccount(accountNumber: "1", input: {combined: {name: "Acme", '
        'dataProviders: {a: 1.10, b: [12345678901234567890123.5, null, true, "s"], c: {}}}}) '
        "{ account { dataProviders } } }"
    )
    answer = await posted(acme, text, "{}")
    assert '"dataProviders":{"a":1.10,"b":[12345678901234567890123.5,null,true,"s"],"c":{}}' in answer


async def test_data_providers_are_replaced_whole_by_a_patch(acme: Client) -> None:
    await create(acme, "Account", "1", {"combined": {"name": "Acme", "dataProviders": {"a": 1, "b": {"c": 2}}}})
    for data in ({"b": {"d": 3}}, {}, {"a": None}):
        assert await patch(acme, "Account", "1", {"dataProviders": data}, "dataProviders") == {"dataProviders": data}
    assert await patch(acme, "Account", "1", {"vat": "1"}, "dataProviders") == {"dataProviders": {"a": None}}
    assert await patch(acme, "Account", "1", {"dataProviders": None}, "dataProviders") == {"dataProviders": None}


@pytest.mark.parametrize("wrong", [[], "text", "", 5, True, {"a": "\0"}, {"\ud800": 1}, {"a": [{"b": "\udc00"}]}])
async def test_data_providers_are_an_object_of_text_that_can_be_kept(acme: Client, wrong: Any) -> None:
    body = {"combined": {"name": "Acme", "dataProviders": wrong}}
    assert await refused(acme, "create", "Account", "1", body) == [("INVALID", "input.combined.dataProviders")]
    assert await read(acme, "Account", "1", "version") is None
