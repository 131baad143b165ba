"""From a field of the catalogue to the column that keeps it, on both databases."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import create_model
from sqlmodel import Field, SQLModel

from app.domain.enums import Requirement, Resource
from app.domain.fields import EMAIL_LENGTH, FREE_TEXT_LENGTH, KEY_LENGTH, PRECISE_PLACES, TEXT_LENGTH, Kind
from app.domain.fields import Field as CatalogueField
from app.domain.resources import RESOURCES
from app.storage.types import Amount, PreciseDecimal, Text, Timestamp

CODE_LENGTH = 20  # room for the longest word of a closed vocabulary

# What SQLModel's `Field(sa_type=…)` takes: it is typed for classes, and takes instances as well.
KEY: Any = Text(KEY_LENGTH)
TEXT: Any = Text(TEXT_LENGTH)
FREE_TEXT: Any = Text(FREE_TEXT_LENGTH)
CODE: Any = Text(CODE_LENGTH)
CURRENCY: Any = Text(3)
SHA256: Any = Text(64)
JSON: Any = sa.JSON(none_as_null=True)

COLUMN_TYPES: dict[Kind, Any] = {
    Kind.KEY: KEY,
    Kind.TEXT: TEXT,
    Kind.FREE_TEXT: FREE_TEXT,
    Kind.EMAIL: Text(EMAIL_LENGTH),
    Kind.CURRENCY: CURRENCY,
    Kind.LANGUAGE: Text(2),
    Kind.COUNTRY: Text(2),
    Kind.DECIMAL: Amount(),
    Kind.INTEGER: sa.Integer(),
    Kind.BOOLEAN: sa.Boolean(create_constraint=False),
    Kind.DATE: sa.Date(),
    Kind.DATETIME: Timestamp(),
    Kind.DOCUMENT_TYPE: CODE,
    Kind.ROUTING: Text(1),
    Kind.CLOSURE_REASON: CODE,
    Kind.OBJECT: JSON,
    Kind.LIST: JSON,
    Kind.JSON: JSON,
    Kind.CUSTOM_FIELDS: JSON,
}
# What a row's attribute is in Python where it is no text.
PYTHON_TYPES: dict[Kind, Any] = {
    Kind.DECIMAL: Decimal,
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.DATE: date,
    Kind.DATETIME: datetime,
    Kind.OBJECT: dict[str, Any],
    Kind.LIST: list[Any],
    Kind.JSON: dict[str, Any],
    Kind.CUSTOM_FIELDS: dict[str, Any],
}


class Row(SQLModel):
    """A row of any table."""

    model_config = {"defer_build": True}  # rows are not validated: whoever writes them has done so


def catalogue_columns(resource: Resource, *, without: str = "") -> type[Row]:
    """A base for the table of a resource: a column for each of its fields, but for one that the table writes itself."""
    columns: dict[str, Any] = {
        field.name: catalogue_column(field) for field in RESOURCES[resource].fields if field.name != without
    }
    return create_model(f"{resource.title()}Columns", __base__=Row, **columns)


def catalogue_column(field: CatalogueField) -> tuple[Any, Any]:
    """The type and the SQLModel field of an attribute."""
    kind = PYTHON_TYPES.get(field.kind, str)
    if field.base is Requirement.REQUIRED:
        return kind, Field(sa_type=column_type(field))
    return kind | None, Field(default=None, sa_type=column_type(field))


def column_type(field: CatalogueField) -> Any:
    if field.kind is Kind.DECIMAL and field.places == PRECISE_PLACES:
        return PreciseDecimal()
    return Text(field.max_length) if field.max_length else COLUMN_TYPES[field.kind]
