"""The enums of the schema: the domain's vocabularies, described in the domain's words."""

from enum import Enum
from typing import Any

import strawberry

from app.domain.changes import ChangedResource, ChangeVerb
from app.domain.described_enum import DescribedEnum
from app.domain.enums import (
    AttachmentSource,
    ClosureReason,
    CurrencyModel,
    DocumentStatus,
    DocumentType,
    InvoiceTitle,
    Product,
    Requirement,
    RoutingCode,
)
from app.domain.problems import Code

CODES = {
    "ALREADY_EXISTS": "A create found the key taken.",
    "NOT_FOUND": "Something that is named does not exist.",
    "ALREADY_CLOSED": "A closure found the document closed.",
    "REQUIRED": "A value is missing or blank.",
    "INVALID": "A value is not one of its field.",
    "TOO_LONG": "A text has too many characters, or a file too many bytes or pages.",
    "CURRENCY_LOCKED": "The account's currency was fixed by an earlier write.",
    "CURRENCY_MODEL_LOCKED": "The tenant's documents use the other currency model.",
    "VERSION_CONFLICT": "The resource is at another version than expected.",
}


def to_enum(words: type[Enum], name: str, description: str, meanings: dict[str, str]) -> None:
    """Makes a GraphQL enum of one of the domain's, which knows nothing of Strawberry."""
    made: Any = strawberry.enum(words, name=name, description=description)
    for value in made.__strawberry_definition__.values:
        value.description = meanings[value.name]


def to_described_enum(words: type[DescribedEnum], name: str = "") -> None:
    meanings = {word.name: word.meaning for word in words}
    to_enum(words, name or words.__name__, str(words.__doc__).partition("\n")[0], meanings)


for _words in (
    AttachmentSource,
    Product,
    DocumentType,
    DocumentStatus,
    ClosureReason,
    CurrencyModel,
    RoutingCode,
    InvoiceTitle,
    Requirement,
    ChangeVerb,
):
    to_described_enum(_words)
to_described_enum(ChangedResource, "Resource")  # one enum for clients: what callers write is a part of it
to_enum(Code, "UserErrorCode", "Why a write was refused.", CODES)
