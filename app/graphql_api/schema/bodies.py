"""From a mutation's arguments to what a command takes, and from a command's problems back to paths of arguments."""

from collections.abc import Sequence
from typing import Any

from app.commands.body import Body
from app.domain.amounts import FIELDS as MODELS
from app.domain.bodies import COMPOSITE, CUSTOM_FIELD_OWNER, LIST, OBJECT, Entries
from app.domain.enums import CurrencyModel, Product, Resource
from app.domain.fields import Field
from app.domain.problems import Path, Problem, Where
from app.domain.requirements import AMOUNTS
from app.domain.resources import RESOURCES
from app.graphql_api.schema.inputs import COMBINED
from app.graphql_api.schema.names import shown_name, to_camel_case

# By the id of some fields, which are kept with it: the id of what is gone may be another's.
BY_SHOWN_NAME: dict[int, tuple[Sequence[Field], dict[str, Field]]] = {}
PRODUCTS = tuple(Product)
PRODUCTS_BY_MEMBER = {to_camel_case(product): product for product in Product}
Arguments = dict[str, Any]


def input_body(resource: Resource, sent: Arguments) -> Body:
    """The body of a create or replace from its `input`."""
    if not RESOURCES[resource].is_declared:
        return Body(ingest_values(RESOURCES[resource].fields, sent), (Product.COLLECTIONS,))
    ((member, data),) = sent.items()
    products = tuple(data["products"]) if member == COMBINED else (PRODUCTS_BY_MEMBER[member],)
    values = ingest_values(RESOURCES[resource].fields, data)
    for amounts in (data.get("amounts") or {}).values():
        values |= ingest_values(RESOURCES[resource].fields, amounts)
    return Body(values, in_order(products))


def patch_body(resource: Resource, sent: Arguments) -> Body:
    """The body of a patch from its `patch`; products that are null declare the resource for none."""
    products = in_order(sent["products"] or ()) if "products" in sent else None
    return Body(ingest_values(RESOURCES[resource].fields, sent), products)


def in_order(products: Sequence[Product]) -> tuple[Product, ...]:
    return tuple(product for product in PRODUCTS if product in products)


def ingest_values(fields: Sequence[Field], sent: Arguments) -> dict[str, Any]:
    """What was sent, under Ingest names, and nothing else."""
    kept = BY_SHOWN_NAME.get(id(fields))
    if kept is None:
        kept = BY_SHOWN_NAME[id(fields)] = fields, {to_camel_case(field.name): field for field in fields}
    found, known = {}, kept[1]
    for shown, value in sent.items():
        field = known.get(shown)
        if field is not None:
            found[field.name] = value if field.kind not in COMPOSITE or value is None else parted(field, value)
    return found


def parted(field: Field, value: Any) -> Any:
    if field.kind is OBJECT:
        return ingest_values(field.parts, value)
    if field.kind is LIST:
        return [ingest_values(field.parts, item) for item in value]
    return {CUSTOM_FIELD_OWNER: Entries((entry["key"], custom_value(entry.get("value"))) for entry in value)}


def custom_value(value: Arguments | None) -> Any:
    """The one value that is set; a date as the text that makes it one."""
    found: Any = next(iter(value.values())) if value else None
    return found.isoformat() if hasattr(found, "isoformat") else found


def argument_path(resource: Resource, problem: Problem, argument: str, sent: Arguments) -> list[str]:
    """The path of a problem from the mutation's arguments; `argument` is the one that holds the resource's body."""
    if problem.where is not Where.BODY:
        return [to_camel_case(str(problem.field[-1]))]
    path, data = [argument], sent.get(argument) or {}
    if argument == "input" and len(data) == 1 and is_member(next(iter(data))):
        ((member, data),) = data.items()
        path.append(member)
    return path + body_path(resource, problem.field, data, flat=argument == "patch")


def is_member(name: str) -> bool:
    return name == COMBINED or name in PRODUCTS_BY_MEMBER


def body_path(resource: Resource, field: Path, data: Arguments, *, flat: bool) -> list[str]:
    """The path inside a body: amounts lie under their model unless the body is flat, custom fields in a list."""
    head = str(field[0])
    if head == "custom_fields" and len(field) > 1:
        return ["customFields", str(field[-1])]
    names = [shown_name(part) for part in field]
    if resource is Resource.DOCUMENT and head in AMOUNTS and not flat:
        model = CurrencyModel.BASIC if head in MODELS[CurrencyModel.BASIC] else CurrencyModel.EXTENDED
        return ["amounts", model, *names] if model in (data.get("amounts") or {}) else ["amounts"]
    return names
