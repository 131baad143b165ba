"""Names that REST has of its own: invoicing_detail with its upper-case elements, and the answers' mixed case."""

from typing import Any

from app.domain.catalogue import KEY_FIELD, field
from app.domain.enums import Resource
from app.domain.fields import Field
from app.domain.problems import Path

THICK_BILLING, INVOICING_DETAIL = "thick_billing", "invoicing_detail"
ELEMENTS = field(Resource.DOCUMENT, THICK_BILLING)
# The keys that answers spell in camelCase; references stay as they are.
SHOWN_KEYS = {Resource.ACCOUNT: "accountNumber", Resource.DOCUMENT: "documentNumber"}


def key_name(resource: Resource) -> str:
    """What an answer calls the resource's key."""
    return SHOWN_KEYS.get(resource, KEY_FIELD[resource])


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
