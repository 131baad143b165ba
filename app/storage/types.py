"""Column types that mean the same on SQLite and Postgres: exact amounts, UTC milliseconds, text in code-point order."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.domain.enums import Product
from app.domain.fields import MONEY_PLACES
from app.domain.values import shortest_notation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

# 19 digits do not fit SQLite's 64-bit integers, and its REAL would round them: amounts that are ordered and summed
# are kept there as text of fixed width, shifted above zero, so that text order is numeric order.
SHIFT = 10**19
UNIT: int = 10**MONEY_PLACES


class Text(TypeDecorator[str]):
    """Text of limited length, ordered by code point on both databases."""

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(sa.String(self.length, collation=collation))


class Amount(TypeDecorator[Decimal]):
    """An exact decimal of 15 digits before the point and 4 after. Not ordered on SQLite: see OrderedAmount."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(sa.Numeric(19, 4) if dialect.name == "postgresql" else sa.String(21))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else shortest_notation(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class PreciseDecimal(Amount):
    """An exact decimal of 15 digits before the point and 10 after: a unit price, a quantity or a rate. Its digits are
    counted before it is stored. SQLite keeps text of any length, whatever length a column was declared with."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return sa.Numeric() if dialect.name == "postgresql" else super().load_dialect_impl(dialect)


class OrderedAmount(TypeDecorator[Decimal]):
    """An exact decimal that can also be compared, ordered and summed by the database."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(sa.Numeric(19, 4) if dialect.name == "postgresql" else sa.String(20))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return ordered_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None or dialect.name == "postgresql":
            return value  # type: ignore[no-any-return]  # the driver's Decimal
        return Decimal(int(value) - SHIFT) / UNIT


def ordered_text(value: Decimal) -> str:
    """An OrderedAmount as SQLite keeps it."""
    return f"{int(value * UNIT) + SHIFT:020d}"


class Timestamp(TypeDecorator[datetime]):
    """A moment in UTC, in whole milliseconds, so that a cursor on it is exact."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value if dialect.name == "postgresql" else EPOCH + value * MILLISECOND
        if moment.tzinfo is None:  # asyncpg keeps the calendar's first moment as -infinity, which has no zone
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)


class ProductSet(TypeDecorator[tuple[Product, ...]]):
    """Products as bits of an integer, in enum order."""

    impl = sa.SmallInteger
    cache_ok = True

    def process_bind_param(self, value: tuple[Product, ...] | None, dialect: Dialect) -> int:
        return sum(bit(product) for product in set(value or ()))

    def process_result_value(self, value: int | None, dialect: Dialect) -> tuple[Product, ...]:
        return products_of(value or 0)


def products_of(bits: int) -> tuple[Product, ...]:
    """The products that the bits of a ProductSet column stand for."""
    return tuple(product for product in Product if bits & bit(product))


def bit(product: Product) -> int:
    """The bit that stands for the product in a ProductSet column."""
    return BITS[product]


BITS = {product: 1 << place for place, product in enumerate(Product)}


ExactParts = tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]


def exact_parts(column: sa.ColumnElement[Any], dialect: str) -> ExactParts:
    """An OrderedAmount in two whole numbers: millions, and the ten-thousandths above them. No number of rows can
    overflow the sums of either on any database."""
    if dialect == "postgresql":
        millions: sa.ColumnElement[Any] = sa.func.floor(column / sa.literal_column("1000000"))
        return millions, (column - millions * sa.literal_column("1000000")) * sa.literal_column(str(UNIT))
    text = sa.type_coerce(column, sa.String)
    millions = sa.cast(sa.func.substr(text, 1, 10), sa.BigInteger) - sa.literal_column(str(SHIFT // 10**10))
    return millions, sa.cast(sa.func.substr(text, 11), sa.BigInteger)


def summed(millions: int, ten_thousandths: int | Decimal) -> Decimal:
    """The sum of amounts from the sums of their parts."""
    return Decimal(millions) * 1_000_000 + Decimal(ten_thousandths) / UNIT
