"""The enums of the schema: the domain's vocabularies, described in the domain's words."""

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


def to_enum(words: type[DescribedEnum], name: str = "") -> None:
    """Makes a GraphQL enum of one of the domain's, which knows nothing of Strawberry."""
    description = str(words.__doc__).partition("\n")[0]
    made: Any = strawberry.enum(words, name=name or words.__name__, description=description)
    for value in made.__strawberry_definition__.values:
        value.description = words[value.name].meaning


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
    to_enum(_words)
to_enum(ChangedResource, "Resource")  # one enum for clients: what callers write is a part of it
to_enum(Code, "UserErrorCode")
