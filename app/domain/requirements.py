"""Requirements on the values of a resource as a whole: required fields, conditions, amounts.

Writes are refused by them, and readiness reports them for a product.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.domain import amounts
from app.domain.enums import PRODUCT_TITLES, CurrencyModel, DocumentType, Product, Requirement, Resource
from app.domain.fields import Field
from app.domain.notation import in_json
from app.domain.problems import Code, Path, Problem
from app.domain.resources import RESOURCES

Values = dict[str, Any]

# The conditions that writes must meet. Other conditional fields are only reported by readiness.
CONDITIONS: dict[str, Callable[[Values], bool]] = {
    "applies_to_invoice": lambda v: v.get("document_type") == DocumentType.CREDIT_NOTE,
    "is_parent_account": lambda v: v.get("parent_account_number") is not None,
    "template_id": lambda v: v.get("fabricated_record") is True,
}
REQUIRED, NOT_READ = Requirement.REQUIRED, Requirement.NOT_READ  # looked up for many fields in every write
ADDRESS = "Address"  # the one type of object whose parts are required one by one
AMOUNTS = frozenset(name for names in amounts.FIELDS.values() for name in names)


@dataclass(frozen=True, slots=True)
class RequirementContext:
    """What decides which requirements apply: the declared products (where there are none, only the endpoint's own
    apply), the tenant's active products, and the currency model that its documents are locked to."""

    products: Collection[Product]
    active: Collection[Product] = ()
    locked: CurrencyModel | None = None


def unmet_requirements(resource: Resource, values: Values, context: RequirementContext) -> list[Problem]:
    """Every requirement that the values do not meet."""
    problems = [
        Problem(Code.REQUIRED, path, message)
        for field in possibly_required(resource, tuple(context.products))
        for path, message in missing_parts(field, values, context.products)
    ]
    if resource is Resource.DOCUMENT:
        problems += unmet_amounts(values, context)
    if resource is Resource.CONTACT:
        problems += name_conflicts(values)
    return problems


@cache  # every write needs this, and of a document's hundred fields only ten can be required
def possibly_required(resource: Resource, products: tuple[Product, ...]) -> tuple[Field, ...]:
    """The fields that can be required, amounts aside."""
    return tuple(
        field
        for field in RESOURCES[resource].fields
        if not is_amount(resource, field)
        and (
            field.base is REQUIRED
            or field.name in CONDITIONS
            or field.part_type == ADDRESS
            or any(field.use(product) is REQUIRED for product in products)
        )
    )


def missing_parts(field: Field, values: Values, products: Collection[Product]) -> Iterator[tuple[Path, str]]:
    """The field's path, or those of its parts, where it is required and missing."""
    value: Any = values.get(field.name)
    if is_empty(value):
        if reason := requirement_reason(field, values, products):
            yield (field.name,), f"{field.name} is required{reason}."
    elif field.part_type == ADDRESS:
        for part in field.parts:
            for path, message in missing_parts(part, value, products):
                yield (field.name, *path), message


def requirement_reason(field: Field, values: Values, products: Collection[Product]) -> str:
    """Why the field is required, as the end of a sentence; "" where it is not."""
    if field.base is REQUIRED:
        return " and must not be blank"
    condition = CONDITIONS.get(field.name)
    if condition and condition(values):
        readers = [product for product in products if field.use(product) is not NOT_READ]
        if readers or not products:
            return f" when {field.when}"
    requiring = [product for product in products if field.use(product) is REQUIRED]
    return f" for {' and '.join(PRODUCT_TITLES[product] for product in requiring)}" if requiring else ""


def is_amount(resource: Resource, field: Field) -> bool:
    """Whether the field is one of a document's amounts, which are checked together: see unmet_amounts."""
    return resource is Resource.DOCUMENT and field.name in AMOUNTS


def unmet_amounts(values: Values, context: RequirementContext) -> list[Problem]:
    missing = amounts.missing_amounts(values, context.products, context.active, context.locked)
    return [
        Problem(Code.REQUIRED, (name,), f"{name} is required: a document states all amounts of its currency model.")
        for name in missing
    ] + [
        Problem(Code.INVALID, (name,), f"{name} of a credit note must be below zero, found: {in_json(values[name])}.")
        for name in amounts.wrongly_signed(values)
    ]


def name_conflicts(values: Values) -> list[Problem]:
    if is_empty(values.get("name")) or (is_empty(values.get("first_name")) and is_empty(values.get("last_name"))):
        return []
    return [Problem(Code.INVALID, ("name",), "name must not be given together with a first or last name.")]


def is_empty(value: Any) -> bool:
    """Whether a required field with this value is as good as missing."""
    return value is None or (isinstance(value, str) and not value.strip())


def newly_unmet(before: list[Problem], after: list[Problem]) -> list[Problem]:
    """The problems that a patch caused: it is not refused for what was missing before, nor for a part of that."""
    known = {(p.code, p.field) for p in before}
    return [p for p in after if not any((p.code, p.field[:end]) in known for end in range(1, len(p.field) + 1))]
