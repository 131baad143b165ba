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
        return f"{int(value * UNIT) + SHIFT:020d}"

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None or dialect.name == "postgresql":
            return value  # type: ignore[no-any-return]  # the driver's Decimal
        return Decimal(int(value) - SHIFT) / UNIT


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


ExactSum = tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]


def exact_sum(column: sa.ColumnElement[Any], dialect: str, where: sa.ColumnElement[bool] | None = None) -> ExactSum:
    """The exact sum of an OrderedAmount, or of those that meet a condition, in two numbers: millions, and
    ten-thousandths beside them. On SQLite each sums ten digits, so that no number of rows can overflow its integers."""
    if dialect == "postgresql":
        return sa.literal_column("0"), total(column, where) * sa.literal_column(str(UNIT))
    text = sa.type_coerce(column, sa.String)
    high = sa.cast(sa.func.substr(text, 1, 10), sa.BigInteger) - sa.literal_column(str(SHIFT // 10**10))
    return total(high, where), total(sa.cast(sa.func.substr(text, 11), sa.BigInteger), where)


def total(values: sa.ColumnElement[Any], where: sa.ColumnElement[bool] | None) -> sa.ColumnElement[Any]:
    """The sum of a group, which has rows; where only some of them count, perhaps of none."""
    added = sa.func.sum(values)
    return added if where is None else sa.func.coalesce(added.filter(where), sa.literal_column("0"))


def summed(millions: int, ten_thousandths: int | Decimal) -> Decimal:
    """The sum that exact_sum has asked for."""
    return Decimal(millions) * 1_000_000 + Decimal(ten_thousandths) / UNIT
