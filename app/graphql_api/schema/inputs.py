"""Input types of the writes, made from the catalogue: each product's demands exactly what the product demands."""

from collections.abc import Iterator, Sequence

from app.domain.amounts import FIELDS as MODELS
from app.domain.amounts import INVOICED
from app.domain.catalogue import CATALOGUE, KEY_FIELD
from app.domain.catalogue.closure import CLOSURE
from app.domain.fields import Field, Kind
from app.domain.requirements import is_amount
from app.domain.resources import PRODUCT_TITLES, CurrencyModel, Product, Requirement, Resource
from app.graphql_api.schema.connections import type_name, with_article
from app.graphql_api.schema.output_fields import ANNOTATIONS, described
from app.graphql_api.schema.type_registry import SLOTS, Slot, input_type

PRODUCT_NAMES = {  # in the names of types
    Product.COLLECTIONS: "Collections",
    Product.INVOICING: "Invoicing",
    Product.OPEN_BALANCE: "OpenBalance",
    Product.CASH_APP: "CashApp",
}
DECLARED = (Resource.ACCOUNT, Resource.DOCUMENT)  # the others belong to Collections alone
COMBINED = "combined"  # the member of a @oneOf input that takes every field


def slot(field: Field, product: Product | None, *, optional: bool) -> Slot:
    """An input field; required where the product, or the endpoint itself, requires it."""
    demanded = field.base is Requirement.REQUIRED or (
        product is not None and field.use(product) is Requirement.REQUIRED
    )
    suffix = "" if demanded and not optional else " | None"
    return Slot(field.name, input_annotation(field, product, optional=optional) + suffix, described(field))


def input_annotation(field: Field, product: Product | None, *, optional: bool) -> str:
    if field.kind is Kind.CUSTOM_FIELDS:
        return "list[CustomFieldInput]"
    if field.kind is Kind.LIST:
        return f"list[{part_type(field)}]"
    if field.kind is Kind.OBJECT:
        return part_type(field, None if optional else product)
    return ANNOTATIONS[field.kind]


def part_type(field: Field, product: Product | None = None) -> str:
    """The input type of an object field, made at first need; a product has its own where it differs."""
    general = f"{field.part_type}Input"
    if general not in SLOTS:
        input_type(general, f"{field.meaning}", [slot(part, None, optional=True) for part in field.parts])
    if product is None or field.part_type != "Address":
        return general
    read = [part for part in field.parts if part.use(product) is not Requirement.NOT_READ]
    slots = [slot(part, product, optional=False) for part in read]
    if [s.type for s in slots] == [s.type for s in SLOTS[general].values()]:
        return general
    name = f"{PRODUCT_NAMES[product]}AddressInput"
    if name not in SLOTS:
        input_type(name, f"A postal address as {PRODUCT_TITLES[product]} reads it.", slots)
    return name


def body_fields(resource: Resource) -> Iterator[Field]:
    """The fields of a body: all but the key."""
    return (field for field in CATALOGUE[resource] if field.name != KEY_FIELD[resource])


def product_slots(resource: Resource, product: Product) -> list[Slot]:
    return [
        slot(field, product, optional=False)
        for field in body_fields(resource)
        if not is_amount(resource, field)
        and (field.use(product) is not Requirement.NOT_READ or field.base is Requirement.REQUIRED)
    ]


def amounts_type(prefix: str, names: dict[CurrencyModel, Sequence[str]]) -> str:
    """A @oneOf of the two models, each with all of its amounts."""
    fields = {field.name: field for field in CATALOGUE[Resource.DOCUMENT]}
    members = []
    for model in CurrencyModel:
        held = [Slot(name, ANNOTATIONS[fields[name].kind], fields[name].meaning) for name in names[model]]
        member = input_type(f"{prefix}{model.capitalize()}AmountsInput", model.meaning, held)
        members.append(Slot(model, f"{member} | None", model.meaning))
    return input_type(f"{prefix}AmountsInput", "Amounts in one of the two currency models.", members, one_of=True)


input_type(
    "CustomFieldValueInput",
    "The value of a custom field, under the name of its type.",
    [
        Slot("text", "str | None", "Text; empty text clears the field."),
        Slot("number", "Decimal | None", "A number."),
        Slot("date", "Date | None", "A date."),
        Slot("boolean", "bool | None", "True or false."),
    ],
    one_of=True,
)
input_type(
    "CustomFieldInput",
    "A field of the tenant's own making. Fields that are not named stay as they are.",
    [
        Slot("key", "str", "Name of the field."),
        Slot("value", "CustomFieldValueInput | None", "Its value; left out or null, the field is cleared."),
    ],
)
AMOUNT_TYPES = {
    product: amounts_type("Invoicing", dict(INVOICED)) if product is Product.INVOICING else "AmountsInput"
    for product in Product
}
amounts_type("", dict(MODELS))


def amounts_slot(resource: Resource, type_: str) -> list[Slot]:
    text = "The amounts, in the currency model that the tenant uses."
    return [Slot("amounts", type_, text)] if resource is Resource.DOCUMENT else []


def declare_resource(resource: Resource) -> None:
    """The inputs of a resource that data is declared for: one a product, one for several, and the patch."""
    name = type_name(resource)
    warning = (
        "As a replacement it empties every field that this type cannot say, custom fields and an account's currency "
        "aside."
    )
    members = []
    for product in Product:
        made = input_type(
            f"{PRODUCT_NAMES[product]}{name}Input",
            f"{with_article(resource).capitalize()} for {PRODUCT_TITLES[product]}. {warning}",
            product_slots(resource, product) + amounts_slot(resource, AMOUNT_TYPES[product]),
        )
        members.append(
            Slot(
                product,
                f"{made} | None",
                f"Data for {PRODUCT_TITLES[product]}.",
            )
        )
    general = [slot(f, None, optional=False) for f in body_fields(resource) if not is_amount(resource, f)]
    text = "The products that the data is for, whose demands it must meet; with none, the endpoint's alone."
    declared = Slot("products", "list[Product]", text, default=[])
    combined = input_type(
        f"Combined{name}Input",
        f"{with_article(resource).capitalize()} for several products at once, or for none in particular. As a "
        "replacement it empties every field that is left out, custom fields and an account's currency aside.",
        [declared, *general, *amounts_slot(resource, "AmountsInput | None")],
    )
    members.append(Slot(COMBINED, f"{combined} | None", "Data for several products, or for none in particular."))
    input_type(
        f"{name}Input", f"Data of one {resource}, declared for the product that it is for.", members, one_of=True
    )
    anew = Slot("products", "list[Product] | None", "Declares the products anew; left out, they stay.")
    input_type(f"{name}Patch", PATCH.format(with_article(resource)), [anew, *patch_slots(resource)])


def declare_plain(resource: Resource) -> None:
    """The inputs of a resource that belongs to Collections alone."""
    name = type_name(resource)
    key = [f for f in CATALOGUE[resource] if resource is Resource.NOTE and f.name == KEY_FIELD[resource]]
    slots = [slot(field, Product.COLLECTIONS, optional=False) for field in (*key, *body_fields(resource))]
    input_type(f"{name}Input", f"A {resource}, as Collections reads it.", slots)
    if resource is not Resource.NOTE:
        input_type(f"{name}Patch", PATCH.format(with_article(resource)), patch_slots(resource))


PATCH = "A change of {}: what is left out stays, null empties."


def patch_slots(resource: Resource) -> list[Slot]:
    return [slot(field, None, optional=True) for field in body_fields(resource)]


for _resource in Resource:
    if _resource in DECLARED:
        declare_resource(_resource)
    else:
        declare_plain(_resource)
input_type("ClosureInput", "Why and when a document is closed.", [slot(f, None, optional=False) for f in CLOSURE])
