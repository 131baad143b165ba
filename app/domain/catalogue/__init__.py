"""The field catalogue: every field of every resource, written once as literal data.

Validation, input types, REST bodies, schema descriptions and the guide's tables are built from it;
it knows none of them.
"""

from app.domain.catalogue.account import ACCOUNT
from app.domain.catalogue.document import DOCUMENT
from app.domain.catalogue.note import NOTE
from app.domain.catalogue.people import CONTACT, REPRESENTATIVE
from app.domain.enums import Resource
from app.domain.fields import Field

CATALOGUE: dict[Resource, tuple[Field, ...]] = {
    Resource.ACCOUNT: ACCOUNT,
    Resource.DOCUMENT: DOCUMENT,
    Resource.NOTE: NOTE,
    Resource.REPRESENTATIVE: REPRESENTATIVE,
    Resource.CONTACT: CONTACT,
}

KEY_FIELD: dict[Resource, str] = {
    Resource.ACCOUNT: "account_number",
    Resource.DOCUMENT: "document_number",
    Resource.NOTE: "reference",
    Resource.REPRESENTATIVE: "reference",
    Resource.CONTACT: "reference",
}

_BY_NAME = {(resource, field.name): field for resource, fields in CATALOGUE.items() for field in fields}


def field(resource: Resource, name: str) -> Field:
    """The resource's field of that name; KeyError where there is none."""
    return _BY_NAME[resource, name]
