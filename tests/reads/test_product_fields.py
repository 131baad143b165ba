"""The field catalogue as a client reads it: which fields each product reads, and what it makes of them."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.gateway import Client, Gateway

# A field that the product requires has "!", one that it requires under a condition "?", {1-3} stands for 1, 2 and 3.
ADDRESS = "address1 address2 city state zip country"
MODELS = (
    "currency? originalDenomination? denomination? originalCurrency? baseCurrency? "
    "originalDenominationInOriginalCurrency? originalDenominationInBaseCurrency? denominationInOriginalCurrency? "
    "denominationInBaseCurrency?"
)
LINE_ITEM = (
    "lineNumber itemNumber itemCode description quantityOrdered quantityShipped quantityBackordered unitOfMeasure "
    "unitPrice netUnitPrice discountAmount netAmount taxFlag taxAmount taxCode userDefine{1-7} comment "
    "commentUserDefine{1-7}"
)
THICK_BILLING = (
    "branchNumber! branchName! branchPhone invoiceNumber! invoiceDate! docType accountNumber! terms dueDate "
    "discountAmount discountMessage discountDate poNumber orderNumber orderDate shipDate orderBy releaseNumber "
    "salesperson shipVia writer shippingInstructions trackingNumber subtotal freight handling salesTax miscTax{1-2} "
    "paymentAmount totalDue currency flagDuplicate contractNumber supplierTaxId serviceDate serviceCharge bpniEmail "
    "udp{1-5} userDefinedData{1-7} miscCost totalParts totalLabor gstTax hstTax pstTax qstTax vatTax headerMessage "
    "footerMessage lineItemCount routing! emailAddress emailReplyOverride emailSubjectBizName emailSubjectOverride "
    "faxNumber billingAddress1! billingAddress2! billingAddress3! billingCity! billingState! billingProvince "
    "billingZip! billingCountry! remitAddressLine{1-3} remitAddressCity remitAddressState remitAddressZip "
    "remitAddressCountry remitPhone remitFax shipToAcctNum shipToName shippingAddress{2-3} shippingAddressCity "
    "shippingAddressState shipToZip shippingCountry returnAddressLine{1-3} returnAddressCity returnAddressState "
    "returnAddressZip returnAddressCountry detail"
)
DETAIL = (
    "lineNumCol itemNumberCol itemCodeCol descCol qtyOrderCol qtyShipCol qtyBoCol uomCol itemUnitPriceCol "
    "netUnitPriceCol discAmtCol netAmountCol taxCol lineItemTaxCol lineItemTaxCodeCol itmUserDefine{1-7}Col "
    "commentCol cmtUserDefine{1-7}Col"
)


def inside(name: str, parts: str) -> str:
    return " ".join(f"{name}.{part}" for part in parts.split())


FACTS = {
    ("COLLECTIONS", "ACCOUNT"): (
        "accountNumber! name! displayReference currency! language! billingAddress "
        f"{inside('billingAddress', ADDRESS)} phone mobilePhone fax email creditLimit accountGroup "
        "parentAccountNumber isParentAccount? description vat companyRegistrationNumber dataProviders customFields"
    ),
    ("COLLECTIONS", "DOCUMENT"): (
        "documentNumber! accountNumber! documentType appliesToInvoice? invoiceNum invoiceDate! dueDate! description "
        f"comment {MODELS} customFields"
    ),
    ("COLLECTIONS", "NOTE"): "reference! body! subject noteType effectiveDate",
    ("COLLECTIONS", "REPRESENTATIVE"): (
        "reference! name email phone mobilePhone fax language title department representativeType "
        "supervisorRepresentativeReference extraInfo customFields"
    ),
    ("COLLECTIONS", "CONTACT"): (
        "reference! accountNumber! name firstName lastName function email phone mobilePhone fax title department "
        f"contactType language {ADDRESS} notes isPrimary customFields"
    ),
    ("INVOICING", "ACCOUNT"): (
        "accountNumber! name! displayReference billingAddress! "
        f"{inside('billingAddress', 'address1! address2 city! state! zip! country')} branchName"
    ),
    ("INVOICING", "DOCUMENT"): (
        "documentNumber! accountNumber! documentType appliesToInvoice? invoiceNum? invoiceDate! dueDate! poNumber "
        "pdfName? branchName? shipToAccountNum shipToAddressStreet shipToAddressSuite shipToAddressCity "
        "shipToAddressState shipToAddressZip shipToAddressCountry discountDate discountAmount routing "
        "destEmailAddress destFaxNumber shipFromZip dutyAmt merchantName partNumber commodityCode taxRate udp{1-5} "
        "originalDenomination? originalDenominationInOriginalCurrency? lineItems "
        f"{inside('lineItems', LINE_ITEM)} thickBilling {inside('thickBilling', THICK_BILLING)} "
        f"{inside('thickBilling.detail', DETAIL)}"
    ),
    ("OPEN_BALANCE", "ACCOUNT"): "accountNumber! name!",
    ("OPEN_BALANCE", "DOCUMENT"): (
        "documentNumber! accountNumber! documentType appliesToInvoice? invoiceNum? invoiceDate! poNumber branchName? "
        f"shipToAccountNum discountDate discountAmount udp{{1-5}} fabricatedRecord templateId? {MODELS}"
    ),
    ("CASH_APP", "ACCOUNT"): (
        "accountNumber! name! displayReference billingAddress "
        f"{inside('billingAddress', 'address1 address2 city state zip')} parentAccountNumber"
    ),
    ("CASH_APP", "DOCUMENT"): (
        "documentNumber! accountNumber! documentType appliesToInvoice? invoiceNum! invoiceDate! poNumber discountDate "
        f"discountAmount freightAmount matchField{{1-22}} {MODELS}"
    ),
}
PRODUCTS = ("COLLECTIONS", "INVOICING", "OPEN_BALANCE", "CASH_APP")
RESOURCES = ("ACCOUNT", "DOCUMENT", "NOTE", "REPRESENTATIVE", "CONTACT")
MARKS = {"REQUIRED": "!", "CONDITIONAL": "?", "OPTIONAL": ""}
TEXT = """query($product: Product!, $resource: Resource) { productFields(product: $product, resource: $resource) {
  resource name type requirement description } }"""


def expanded(facts: str) -> list[str]:
    """The facts one by one, numbered fields each on its own."""
    found: list[str] = []
    for fact in facts.split():
        pattern = re.search(r"\{(\d+)-(\d+)\}", fact)
        numbers = range(int(pattern[1]), int(pattern[2]) + 1) if pattern else [0]
        found += [fact.replace(pattern[0], str(n)) if pattern else fact for n in numbers]
    return found


@pytest.fixture
async def client(sqlite_url: str) -> AsyncIterator[Client]:
    """The catalogue lies in no database: one kind is enough to ask for it."""
    async with Gateway(sqlite_url) as gateway:
        yield await gateway.tenant()


async def test_each_product_reads_these_fields_of_each_resource(client: Client) -> None:
    for product in PRODUCTS:
        for resource in RESOURCES:
            found = await client.only(TEXT, product=product, resource=resource)
            shown = [field["name"] + MARKS[field["requirement"]] for field in found]
            assert shown == expanded(FACTS.get((product, resource), "")), (product, resource)
            assert {field["resource"] for field in found} <= {resource}
    assert len(client.gateway.statements) == 0


async def test_without_a_resource_all_are_told_in_their_order(client: Client) -> None:
    for product in PRODUCTS:
        everything = await client.only(TEXT, product=product)
        each = [await client.only(TEXT, product=product, resource=resource) for resource in RESOURCES]
        assert everything == [field for found in each for field in found]
        assert await client.only(TEXT, product=product, resource=None) == everything


async def test_a_field_tells_its_type_and_when_it_is_required(client: Client) -> None:
    fields = {field["name"]: field for field in await client.only(TEXT, product="INVOICING", resource="DOCUMENT")}
    assert {name: fields[name]["type"] for name in ("dueDate", "dutyAmt", "routing", "lineItems", "thickBilling")} == {
        "dueDate": "date",
        "dutyAmt": "decimal",
        "routing": "routing code",
        "lineItems": "LineItem",
        "thickBilling": "ThickBilling",
    }
    assert fields["branchName"]["description"].endswith("Required when the seller bills as more than one entity.")
    assert all(field["description"].strip() for field in fields.values())


async def test_two_products_can_be_asked_for_at_once(client: Client) -> None:
    text = """{ a: productFields(product: OPEN_BALANCE, resource: ACCOUNT) { name }
      b: productFields(product: COLLECTIONS, resource: NOTE) { name } }"""
    found = await client.query(text)
    assert [field["name"] for field in found["a"]] == ["accountNumber", "name"]
    assert [field["name"] for field in found["b"]] == ["reference", "body", "subject", "noteType", "effectiveDate"]
