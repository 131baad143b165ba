"""What the contract says of every field that can be written, stated a second time and independently of the catalogue:
its type in GraphQL, what the endpoint demands, what each product makes of it, and a value to write.

A field that the catalogue has beyond the contract is no part of this statement. It is tested with the others, as what
the catalogue says that it is.
"""

from dataclasses import dataclass
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from app.domain.enums import Resource
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES

PRODUCTS = {"collections": "Collections", "invoicing": "Invoicing", "openBalance": "OpenBalance", "cashApp": "CashApp"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A field. `uses` holds a letter for each product: R required, C conditional, O optional, - not read."""

    name: str
    type: str
    base: str
    uses: str

    @property
    def readers(self) -> list[str]:
        """The members of the resource's input that can say the field, the combined one apart."""
        return [member for member, use in zip(PRODUCTS, self.uses, strict=True) if use != "-" or self.base == "R"]

    def demanded_by(self, member: str) -> bool:
        return self.base == "R" or dict(zip(PRODUCTS, self.uses, strict=True)).get(member) == "R"


def facts(text: str) -> dict[str, Fact]:
    """A line for each field; `field1..5` are five fields."""
    found = {}
    for line in text.strip().splitlines():
        name, type_, base, uses = line.split()
        stem, _, last = name.partition("1..")
        for one in [f"{stem}{n}" for n in range(1, int(last) + 1)] if last else [name]:
            found[one] = Fact(one, type_, base, uses)
    return found


CONTRACT = {
    "Account": facts("""
        name String R RRRR
        displayReference String O OO-O
        currency CurrencyCode O R---
        language LanguageCode O R---
        billingAddress AddressInput O OR-O
        remitTo AddressInput O ----
        phone String O O---
        mobilePhone String O O---
        fax String O O---
        email String O O---
        paymentTerms String O ----
        creditLimit Decimal O O---
        accountGroup String O O---
        parentAccountNumber String O O--O
        isParentAccount Boolean C C---
        branchName String O -O--
        description String O O---
        vat String O O---
        companyRegistrationNumber String O O---
        dataProviders JSON O O---
        customFields [CustomFieldInput!] O O---
    """),
    "Document": facts("""
        accountNumber String R RRRR
        documentType DocumentType O OOOO
        appliesToInvoice String C CCCC
        invoiceNum String O OCCR
        invoiceDate Date R RRRR
        dueDate Date R RR--
        poNumber String O -OOO
        pdfName String O -C--
        description String O O---
        comment String O O---
        branchName String O -CC-
        shipToAccountNum String O -OO-
        shipToAddressStreet String O -O--
        shipToAddressSuite String O -O--
        shipToAddressCity String O -O--
        shipToAddressState String O -O--
        shipToAddressZip String O -O--
        shipToAddressCountry CountryCode O -O--
        discountDate Date O -OOO
        discountAmount Decimal O -OOO
        freightAmount Decimal O ---O
        routing RoutingCode O -O--
        destEmailAddress String O -O--
        destFaxNumber String O -O--
        shipFromZip String O -O--
        dutyAmt Decimal O -O--
        merchantName String O -O--
        partNumber String O -O--
        commodityCode String O -O--
        taxRate Decimal O -O--
        udp1..5 String O -OO-
        fabricatedRecord Boolean O --O-
        templateId String O --C-
        matchField1..22 String O ---O
        lineItems [LineItemInput!] O -O--
        thickBilling ThickBillingInput O -O--
        customFields [CustomFieldInput!] O O---
    """),
    "Note": facts("""
        reference String R R---
        body String R R---
        subject String O O---
        noteType String O O---
        effectiveDate DateTime O O---
    """),
    "Representative": facts("""
        name String O O---
        email String O O---
        phone String O O---
        mobilePhone String O O---
        fax String O O---
        language LanguageCode O O---
        title String O O---
        department String O O---
        representativeType String O O---
        supervisorRepresentativeReference String O O---
        extraInfo String O O---
        customFields [CustomFieldInput!] O O---
    """),
    "Contact": facts("""
        accountNumber String O R---
        name String O O---
        firstName String O O---
        lastName String O O---
        function String O O---
        email String O O---
        phone String O O---
        mobilePhone String O O---
        fax String O O---
        title String O O---
        department String O O---
        contactType String O O---
        language LanguageCode O O---
        address1 String O O---
        address2 String O O---
        city String O O---
        state String O O---
        zip String O O---
        country CountryCode O O---
        notes String O O---
        isPrimary Boolean O O---
        customFields [CustomFieldInput!] O O---
    """),
}
BASIC_AMOUNTS = {"currency": "CurrencyCode", "originalDenomination": "Decimal", "denomination": "Decimal"}
EXTENDED_AMOUNTS = {
    "originalCurrency": "CurrencyCode",
    "baseCurrency": "CurrencyCode",
    "originalDenominationInOriginalCurrency": "Decimal",
    "originalDenominationInBaseCurrency": "Decimal",
    "denominationInOriginalCurrency": "Decimal",
    "denominationInBaseCurrency": "Decimal",
}

TYPES = {
    Kind.CURRENCY: "CurrencyCode",
    Kind.LANGUAGE: "LanguageCode",
    Kind.COUNTRY: "CountryCode",
    Kind.DECIMAL: "Decimal",
    Kind.INTEGER: "Int",
    Kind.BOOLEAN: "Boolean",
    Kind.DATE: "Date",
    Kind.DATETIME: "DateTime",
    Kind.ROUTING: "RoutingCode",
    Kind.JSON: "JSON",
}


def is_stated(resource: Resource, field: Field) -> bool:
    """Whether the contract has the field."""
    name = to_camel_case(field.name)
    stated = {*CONTRACT.get(resource.title(), ()), to_camel_case(RESOURCES[resource].key)}
    return name in stated or (resource is Resource.DOCUMENT and name in BASIC_AMOUNTS | EXTENDED_AMOUNTS)


def added(resource: Resource) -> dict[str, Fact]:
    """The fields that the catalogue has beyond the contract, as it says itself."""
    found = [fact_of(field) for field in RESOURCES[resource].fields if not is_stated(resource, field)]
    return {fact.name: fact for fact in found}


def added_of(kind: Kind, resource: str) -> list[str]:
    """Of these fields, those of a kind."""
    of = Resource(resource.lower())
    return [
        to_camel_case(field.name) for field in RESOURCES[of].fields if field.kind is kind and not is_stated(of, field)
    ]


def fact_of(field: Field) -> Fact:
    return Fact(to_camel_case(field.name), TYPES.get(field.kind, "String"), field.use_codes[0], field.use_codes[2:])


def all_facts(resource: Resource) -> dict[str, Fact]:
    """Of the contract's fields and those beyond it, in the catalogue's order, in which problems are told."""
    known = CONTRACT.get(resource.title(), {}) | added(resource)
    names = [to_camel_case(field.name) for field in RESOURCES[resource].fields]
    return {name: known[name] for name in names if name in known} | known


FIELDS = {resource.title(): all_facts(resource) for resource in Resource}

ADDRESS = {"address1": "1 Rue Ü", "address2": "2e", "city": "Lyon", "state": "ARA", "zip": "69001", "country": "FR"}
CUSTOM_FIELDS = [
    {"key": "a", "value": {"text": "EMEA"}},
    {"key": "b", "value": {"number": "7.25"}},
    {"key": "c", "value": {"date": "2026-05-12"}},
    {"key": "d", "value": {"boolean": False}},
]
CUSTOM_FIELDS_READ = [
    {"key": "a", "text": "EMEA", "number": None, "date": None, "boolean": None},
    {"key": "b", "text": None, "number": "7.25", "date": None, "boolean": None},
    {"key": "c", "text": None, "number": None, "date": "2026-05-12", "boolean": None},
    {"key": "d", "text": None, "number": None, "date": None, "boolean": False},
]
OF_TYPE: dict[str, Any] = {
    "CurrencyCode": "CHF",
    "LanguageCode": "de",
    "CountryCode": "AT",
    "Decimal": "12.3456",
    "Boolean": True,
    "Int": 7,
    "Date": "2026-03-01",
    "DateTime": "2026-03-01T09:30:00.250Z",
    "DocumentType": "OTHER",
    "RoutingCode": "E",
    "AddressInput": ADDRESS,
    "JSON": {"experian": {"score": 71, "ids": ["a", None, True]}, "n": 12345678901234567890123.0625},
    "[CustomFieldInput!]": CUSTOM_FIELDS,
    "[LineItemInput!]": [{"description": "First", "unitPrice": "0.0001"}, {"description": "Second"}],
    "ThickBillingInput": {"branchNumber": "7", "detail": [{"descCol": "First", "qtyShipCol": "1.5"}]},
}
OF_NAME: dict[str, Any] = {
    "fabricatedRecord": False,  # true would demand a templateId
    "email": "a.b@example.com",
    "destEmailAddress": "a.b@example.com",
    "accountNumber": "A-1",
    "supervisorRepresentativeReference": "BOSS",
}
PARTS = {
    "[CustomFieldInput!]": "key text number date boolean",
    "AddressInput": " ".join(ADDRESS),
    "[LineItemInput!]": "description unitPrice",
    "ThickBillingInput": "branchNumber detail { descCol qtyShipCol }",
}


def sample(fact: Fact) -> Any:
    """A value to write, the same as it is read unless it is custom fields."""
    other = "a.b@example.com" if fact.name.lower().endswith("email") else f"{fact.name} ü"
    return OF_NAME.get(fact.name, OF_TYPE.get(fact.type, other))


def read_back(fact: Fact) -> Any:
    """The sample as it is read."""
    if fact.type == "[LineItemInput!]":
        return [{"description": "First", "unitPrice": "0.0001"}, {"description": "Second", "unitPrice": None}]
    return CUSTOM_FIELDS_READ if fact.type == "[CustomFieldInput!]" else sample(fact)


def empty(fact: Fact) -> Any:
    """What is read of the field when it is empty; a document is an invoice where nothing is said."""
    if fact.type.startswith("["):
        return []
    return "INVOICE" if fact.type == "DocumentType" else None


def asked(fact: Fact) -> str:
    """The selection that reads the field."""
    return f"{fact.name} {{ {PARTS[fact.type]} }}" if fact.type in PARTS else fact.name
