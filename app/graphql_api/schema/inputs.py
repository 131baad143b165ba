"""Input types of the writes, made from the catalogue: each product's demands exactly what the product demands.

All of them are taken as they were sent, since a write tells what was left out from what is null.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import strawberry

from app.domain.amounts import FIELDS as MODELS
from app.domain.amounts import INVOICED
from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import PRODUCT_TITLES, CurrencyModel, Product, Requirement, Resource
from app.domain.fields import Field, Kind
from app.domain.requirements import is_amount
from app.domain.resources import RESOURCES
from app.graphql_api.compat_strawberry import taken_as_sent
from app.graphql_api.schema import enums  # noqa: F401 -- makes enums of those of the domain
from app.graphql_api.schema.catalogue_fields import TYPES, Fields, described, with_fields
from app.graphql_api.schema.names import type_name
from app.graphql_api.schema.planned_fields import list_of
from app.graphql_api.schema.scalars import Date

COMBINED = "combined"  # the member of a @oneOf input that takes every field
MADE: set[str] = set()  # names of input types
REPLACES = "As a replacement it empties every field that"


def made_input(name: str, description: str, fields: Fields, *, one_of: bool = False) -> Any:
    """The input type of these fields. Its name must be new: of two with one name Strawberry would take the first."""
    if name in MADE:
        raise ValueError(f"there are two input types named {name}")
    MADE.add(name)
    cls = with_fields(type(name, (), {"__module__": __name__}), fields)
    return taken_as_sent(strawberry.input(cls, description=description, one_of=one_of))


def required(type_: Any, description: str) -> tuple[Any, Any]:
    return type_, strawberry.field(description=description)


def optional(type_: Any, description: str) -> tuple[Any, Any]:
    return type_ | None, strawberry.field(default=strawberry.UNSET, description=description)


def product_fields(fields: Sequence[Field], product: Product | None) -> Fields:
    """Input fields; required is what the product, or the endpoint itself, requires."""
    return {field.name: product_field(field, product) for field in fields}


def product_field(field: Field, product: Product | None) -> tuple[Any, Any]:
    demanded = field.base is Requirement.REQUIRED or (product and field.use(product) is Requirement.REQUIRED)
    return (required if demanded else optional)(input_type(field, product), described(field))


def patch_fields(fields: Sequence[Field]) -> Fields:
    return {field.name: optional(input_type(field, None), described(field)) for field in fields}


def input_type(field: Field, product: Product | None) -> Any:
    if field.kind is Kind.CUSTOM_FIELDS:
        return list_of(CustomFieldInput)
    if field.kind is Kind.LIST:
        return list_of(part_input(field.part_type))
    if field.kind is Kind.OBJECT:
        return address_input(product) if field.part_type == ADDRESS.part_type else part_input(field.part_type)
    return TYPES[field.kind]


@cache
def part_input(name: str) -> Any:
    """The input type of an object or list of the catalogue, by the name of its parts."""
    field = PARTS[name]
    return made_input(f"{name}Input", field.meaning, patch_fields(field.parts))


@cache
def address_input(product: Product | None) -> Any:
    """An address as the product reads it: a type of its own where that differs."""
    if product is None or {part.use(product) for part in ADDRESS.parts} <= READ_BY_CHOICE:
        return part_input(ADDRESS.part_type)
    read = [part for part in ADDRESS.parts if part.use(product) is not Requirement.NOT_READ]
    text = f"A postal address as {PRODUCT_TITLES[product]} reads it."
    return made_input(f"{type_name(product)}AddressInput", text, product_fields(read, product))


def body_fields(resource: Resource) -> list[Field]:
    """The fields of a body: all but the key, and but amounts, which stand under their currency model."""
    return [f for f in RESOURCES[resource].fields if f.name != RESOURCES[resource].key and not is_amount(resource, f)]


def read_by(product: Product, resource: Resource) -> list[Field]:
    """The fields of a body that the product reads, or the endpoint itself requires."""
    return [
        field
        for field in body_fields(resource)
        if field.base is Requirement.REQUIRED or field.use(product) is not Requirement.NOT_READ
    ]


def product_input(resource: Resource, product: Product) -> Any:
    """The data of a resource for one product."""
    name, title = f"{type_name(product)}{type_name(resource)}Input", PRODUCT_TITLES[product]
    text = f"{resource.with_article.capitalize()} for {title}. {REPLACES} this type cannot say, custom fields and an "
    fields = product_fields(read_by(product, resource), product)
    return made_input(name, f"{text}account's currency aside.", fields | amounts(resource, product))


def combined_input(resource: Resource) -> Any:
    """The data of a resource for several products, or none."""
    text = "The products that the data is for, whose demands it must meet; with none, the endpoint's alone."
    products = {"products": (list[Product], strawberry.field(default_factory=list, description=text))}
    text = (
        f"{resource.with_article.capitalize()} for several products at once, or for none in particular. {REPLACES} is "
        "left out, custom fields and an account's currency aside."
    )
    fields = products | product_fields(body_fields(resource), None) | amounts(resource, None)
    return made_input(f"Combined{type_name(resource)}Input", text, fields)


def declared_input(resource: Resource, *inputs: Any) -> Any:
    """The input that says for which product its data is. `inputs` are those of the products in their order, and the
    combined one."""
    *of_products, combined = inputs
    members = {
        str(product): optional(input_, f"Data for {PRODUCT_TITLES[product]}.")
        for product, input_ in zip(Product, of_products, strict=True)
    }
    members[COMBINED] = optional(combined, "Data for several products, or for none in particular.")
    text = f"Data of one {resource}, declared for the product that it is for."
    return made_input(f"{type_name(resource)}Input", text, members, one_of=True)


def plain_input(resource: Resource) -> Any:
    """The data of a resource that belongs to Collections alone; what lies under another brings its key along."""
    key = RESOURCES[resource].fields[:1] if RESOURCES[resource].owner else ()
    fields = product_fields([*key, *body_fields(resource)], Product.COLLECTIONS)
    return made_input(f"{type_name(resource)}Input", f"A {resource}, as Collections reads it.", fields)


def patch_input(resource: Resource) -> Any:
    """A change of a resource."""
    text = "Declares the products anew; left out, they stay."
    products = {"products": optional(list[Product], text)} if RESOURCES[resource].is_declared else {}
    fields = [field for field in RESOURCES[resource].fields if field.name != RESOURCES[resource].key]
    text = f"A change of {resource.with_article}: what is left out stays, null empties."
    return made_input(f"{type_name(resource)}Patch", text, products | patch_fields(fields))


def amounts_input(prefix: str, names: dict[CurrencyModel, Sequence[str]]) -> Any:
    """A @oneOf of the two currency models, each with all of its amounts."""
    members = {}
    for model in CurrencyModel:
        fields = [RESOURCES[Resource.DOCUMENT].field(name) for name in names[model]]
        demanded = {field.name: required(TYPES[field.kind], field.meaning) for field in fields}
        input_ = made_input(f"{prefix}{model.capitalize()}AmountsInput", model.meaning, demanded)
        members[str(model)] = optional(input_, model.meaning)
    text = "Amounts in one of the two currency models."
    return made_input(f"{prefix}AmountsInput", text, members, one_of=True)


def amounts(resource: Resource, product: Product | None) -> Fields:
    """The amounts of a document; the product demands them."""
    if resource is not Resource.DOCUMENT:
        return {}
    text = "The amounts, in the currency model that the tenant uses."
    if product is None:
        return {"amounts": optional(AmountsInput, text)}
    return {"amounts": required(InvoicingAmountsInput if product is Product.INVOICING else AmountsInput, text)}


ADDRESS = RESOURCES[Resource.ACCOUNT].field("billing_address")
READ_BY_CHOICE = {Requirement.OPTIONAL, Requirement.CONDITIONAL}
THICK_BILLING = RESOURCES[Resource.DOCUMENT].field("thick_billing")
LINE_ITEMS = RESOURCES[Resource.DOCUMENT].field("line_items")
PARTS = {field.part_type: field for field in (ADDRESS, LINE_ITEMS, THICK_BILLING, THICK_BILLING.part("detail"))}


@taken_as_sent
@strawberry.input(one_of=True, description="The value of a custom field, under the name of its type.")
class CustomFieldValueInput:
    text: str | None = strawberry.field(default=strawberry.UNSET, description="Text; empty text clears the field.")
    number: Decimal | None = strawberry.field(default=strawberry.UNSET, description="A number.")
    date: Date | None = strawberry.field(default=strawberry.UNSET, description="A date.")
    boolean: bool | None = strawberry.field(default=strawberry.UNSET, description="True or false.")


@taken_as_sent
@strawberry.input(description="A field of the tenant's own making. Fields that are not named stay as they are.")
class CustomFieldInput:
    key: str = strawberry.field(description="Name of the field.")
    value: CustomFieldValueInput | None = strawberry.field(
        default=strawberry.UNSET, description="Its value; left out or null, the field is cleared."
    )


AmountsInput = amounts_input("", dict(MODELS))
InvoicingAmountsInput = amounts_input("Invoicing", dict(INVOICED))

CollectionsAccountInput = product_input(Resource.ACCOUNT, Product.COLLECTIONS)
InvoicingAccountInput = product_input(Resource.ACCOUNT, Product.INVOICING)
OpenBalanceAccountInput = product_input(Resource.ACCOUNT, Product.OPEN_BALANCE)
CashAppAccountInput = product_input(Resource.ACCOUNT, Product.CASH_APP)
CombinedAccountInput = combined_input(Resource.ACCOUNT)
AccountInput = declared_input(
    Resource.ACCOUNT,
    CollectionsAccountInput,
    InvoicingAccountInput,
    OpenBalanceAccountInput,
    CashAppAccountInput,
    CombinedAccountInput,
)
AccountPatch = patch_input(Resource.ACCOUNT)

CollectionsDocumentInput = product_input(Resource.DOCUMENT, Product.COLLECTIONS)
InvoicingDocumentInput = product_input(Resource.DOCUMENT, Product.INVOICING)
OpenBalanceDocumentInput = product_input(Resource.DOCUMENT, Product.OPEN_BALANCE)
CashAppDocumentInput = product_input(Resource.DOCUMENT, Product.CASH_APP)
CombinedDocumentInput = combined_input(Resource.DOCUMENT)
DocumentInput = declared_input(
    Resource.DOCUMENT,
    CollectionsDocumentInput,
    InvoicingDocumentInput,
    OpenBalanceDocumentInput,
    CashAppDocumentInput,
    CombinedDocumentInput,
)
DocumentPatch = patch_input(Resource.DOCUMENT)

NoteInput = plain_input(Resource.NOTE)
RepresentativeInput = plain_input(Resource.REPRESENTATIVE)
RepresentativePatch = patch_input(Resource.REPRESENTATIVE)
ContactInput = plain_input(Resource.CONTACT)
ContactPatch = patch_input(Resource.CONTACT)
ClosureInput = made_input("ClosureInput", "Why and when a document is closed.", product_fields(CLOSURE, None))
