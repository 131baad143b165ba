"""From a field of the catalogue to the column that keeps it, on both databases."""

from typing import Any

import sqlalchemy as sa

from app.domain.fields import EMAIL_LENGTH, FREE_TEXT_LENGTH, KEY_LENGTH, PRECISE_PLACES, TEXT_LENGTH, Field, Kind
from app.domain.resources import Requirement
from app.storage.types import Amount, PreciseDecimal, Text, Timestamp

CODE_LENGTH = 20  # room for the longest word of a closed vocabulary

COLUMN_TYPES: dict[Kind, Any] = {
    Kind.KEY: Text(KEY_LENGTH),
    Kind.TEXT: Text(TEXT_LENGTH),
    Kind.FREE_TEXT: Text(FREE_TEXT_LENGTH),
    Kind.EMAIL: Text(EMAIL_LENGTH),
    Kind.CURRENCY: Text(3),
    Kind.LANGUAGE: Text(2),
    Kind.COUNTRY: Text(2),
    Kind.DECIMAL: Amount(),
    Kind.BOOLEAN: sa.Boolean(create_constraint=False),
    Kind.DATE: sa.Date(),
    Kind.DATETIME: Timestamp(),
    Kind.DOCUMENT_TYPE: Text(CODE_LENGTH),
    Kind.ROUTING: Text(1),
    Kind.CLOSURE_REASON: Text(CODE_LENGTH),
    Kind.OBJECT: sa.JSON(none_as_null=True),
    Kind.LIST: sa.JSON(none_as_null=True),
    Kind.JSON: sa.JSON(none_as_null=True),
    Kind.CUSTOM_FIELDS: sa.JSON(none_as_null=True),
}


def catalogue_column(field: Field) -> sa.Column[Any]:
    return sa.Column(field.name, column_type(field), nullable=field.base is not Requirement.REQUIRED)


def column_type(field: Field) -> Any:
    precise = field.kind is Kind.DECIMAL and field.places == PRECISE_PLACES
    return PreciseDecimal() if precise else COLUMN_TYPES[field.kind]
