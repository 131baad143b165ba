"""Names that REST has of its own: invoicing_detail with its upper-case elements, and the answers' mixed case."""

import re
from typing import Any

from app.domain.enums import Resource
from app.domain.fields import Field
from app.domain.problems import Path
from app.domain.resources import RESOURCES

THICK_BILLING, INVOICING_DETAIL = "thick_billing", "invoicing_detail"
ELEMENTS = RESOURCES[Resource.DOCUMENT].field(THICK_BILLING)
# What answers call the keys: they spell them in camelCase.
SHOWN_KEYS = {each: re.sub("_([a-z])", lambda found: found[1].upper(), known.key) for each, known in RESOURCES.items()}
ROOT = "/api/v1/ingest"
ADDRESSED = tuple(each for each, known in RESOURCES.items() if not known.owner)  # directly below the root


def address(resource: Resource) -> str:
    """Where one of the resource lies: keys in braces."""
    known = RESOURCES[resource]
    return f"{address(known.owner) if known.owner else ROOT}/{resource.plural}/{{{known.key}}}"


def ingest_body(resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
    """A body under the catalogue's names."""
    if resource is not Resource.DOCUMENT or INVOICING_DETAIL not in body:
        return {name: value for name, value in body.items() if name != THICK_BILLING}
    named = {name: value for name, value in body.items() if name not in (INVOICING_DETAIL, THICK_BILLING)}
    return {**named, THICK_BILLING: from_elements(ELEMENTS, body[INVOICING_DETAIL])}


def from_elements(owner: Field, sent: Any) -> Any:
    """Elements under the catalogue's names; anything but an object is left for the judge to refuse."""
    if not isinstance(sent, dict):
        return sent
    known = {part.element: part for part in owner.parts}
    return {known[name].name: inner(known[name], value) for name, value in sent.items() if name in known}


def inner(part: Field, value: Any) -> Any:
    return [from_elements(part, item) for item in value] if part.parts and isinstance(value, list) else value


def shown_path(path: Path) -> Path:
    """A problem's path under the names that REST uses."""
    if path[0] != THICK_BILLING:
        return path
    shown: list[str | int] = [INVOICING_DETAIL]
    owner = ELEMENTS
    for part in path[1:]:
        if isinstance(part, str):
            owner = owner.part(part)
        shown.append(owner.element if isinstance(part, str) else part)
    return tuple(shown)
