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


class UserErrorCode(DescribedEnum):
    """Why a write was refused."""

    _ignore_ = ["members", "code"]  # noqa: RUF012 -- as the enum module has it
    members = vars()
    for code in Code:
        members[code.name] = code.value, code.meaning
    SKIPPED = (
        "skipped",
        "Nothing is wrong with this write of several: it was left out or undone because another failed.",
    )
    INTERNAL_ERROR = "internal_error", "The server failed at this write of several; its log says why."


to_enum(UserErrorCode)
