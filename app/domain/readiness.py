"""Readiness: what a product would still need of a resource. It is reported, and refuses nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.elements import element_value
from app.domain.enums import CurrencyModel, Product, Requirement, Resource
from app.domain.problems import Path
from app.domain.requirements import RequirementContext, is_empty, unmet_requirements
from app.domain.resources import RESOURCES

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MissingField:
    """A field that is missing; `certain` where the product needs it, or else only the caller can tell."""

    field: Path
    message: str
    certain: bool = True


def missing_fields(
    resource: Resource,
    values: Values,
    product: Product,
    account: Values | None = None,
    locked: CurrencyModel | None = None,
) -> list[MissingField]:
    """Every field that the product would still need. `account`: the values of a document's account. `locked`: the
    currency model of the tenant's documents."""
    context = RequirementContext((product,), locked=locked)
    missing = [
        MissingField(problem.field, problem.message) for problem in unmet_requirements(resource, values, context)
    ]
    missing += unjudged_conditions(resource, values, product)
    if resource is Resource.DOCUMENT and product is Product.INVOICING:
        missing += missing_for_pdf(values, account or {})
    return missing


def unjudged_conditions(resource: Resource, values: Values, product: Product) -> Iterator[MissingField]:
    """The empty conditional fields whose condition the gateway cannot evaluate."""
    for known in RESOURCES[resource].fields:
        is_unjudged = known.name in CONDITIONS_OF_CALLERS and known.use(product) is Requirement.CONDITIONAL
        if is_unjudged and is_empty(values.get(known.name)):
            yield MissingField((known.name,), f"{known.name} is required when {known.when}.", certain=False)


CONDITIONS_OF_CALLERS = {"invoice_num", "branch_name"}


def missing_for_pdf(values: Values, account: Values) -> Iterator[MissingField]:
    """An invoice without a PDF of its own is rendered from thick billing data, which then must be there."""
    if not is_empty(values.get("pdf_name")):
        return
    if not values.get("thick_billing"):
        yield MissingField(
            ("pdf_name",), "pdf_name is required where there is no thick billing data: no invoice goes out."
        )
        return
    for element in RESOURCES[Resource.DOCUMENT].field("thick_billing").parts:
        required = element.use(Product.INVOICING) is Requirement.REQUIRED
        if required and is_empty(element_value(element, values, account)):
            yield MissingField(("thick_billing", element.name), f"{element.name} is required on a rendered invoice.")
