"""What filters are asked with: every operator of every field of every filter in the schema, with a value that few rows
have, one that most have, and one that none has. The values are those of the tables, so a new filter is asked, too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from graphql import GraphQLInputObjectType, GraphQLNonNull, get_named_type, is_enum_type, is_list_type

from app.domain.enums import Product, Resource
from app.domain.values import moment_text, shortest_notation
from app.graphql_api.schema.filter_conditions import FIELDS
from app.graphql_api.schema.filters import OPERATORS
from app.graphql_api.schema.names import type_name
from app.graphql_api.schema.schema import CORE
from app.storage.database.engine import Database
from app.storage.tables import TABLES
from tests.benchmarks.ledger import TENANT_ID
from tests.benchmarks.scale.ledger import FEW, RARE_PRODUCTS, USUAL_PRODUCTS
from tests.benchmarks.scale.reads import Choice

ABSENT, ABSENT_CURRENCY = "zqxjv", "JPY"  # in no text of the ledger
SHORT_PART = "qj"  # of a text; no index of parts of texts serves so few characters
FEW_ROWS, HALF, MOST_ROWS, NO_ROWS, SHORT = "few rows", "half the rows", "most rows", "no rows", "a short part"
BY_PRODUCT = {
    FEW_ROWS: RARE_PRODUCTS[1].name,
    MOST_ROWS: USUAL_PRODUCTS[0].name,
    NO_ROWS: Product.OPEN_BALANCE.name,
}

Filter = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskedFilter:
    """A filter of one field and one operator, and how many rows it takes."""

    field: str
    operator: str
    takes: str
    filter: Filter

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.field, self.operator, self.takes)))


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """Values of a column: that of most rows and that of fewest, and those in its order: the first, the one after FEW
    rows, the middle one, the one before the last FEW rows, the last."""

    most: Any
    fewest: Any
    first: Any
    after_few: Any
    middle: Any
    before_few: Any
    last: Any


async def column_values(database: Database, resource: Resource, name: str) -> ColumnValues:
    table = TABLES[resource]
    column = table.c[name]
    own = sa.select(column).where(table.c.tenant_id == TENANT_ID, column.is_not(None))
    count = sa.select(sa.func.count()).select_from(own.subquery())
    grouped = own.group_by(column)
    async with database.reading() as connection:
        if not database.is_sqlite:  # servers have it off
            await connection.execute(sa.text("SET LOCAL enable_seqscan = on"))
        rows = (await connection.execute(count)).scalar_one()
        statements = (
            grouped.order_by(sa.func.count().desc(), column),
            grouped.order_by(sa.func.count(), column.desc()),
            own.order_by(column),
            own.order_by(column).offset(FEW),
            own.order_by(column).offset(rows // 2),
            own.order_by(column.desc()).offset(FEW),
            own.order_by(column.desc()),
        )
        return ColumnValues(*[(await connection.execute(each.limit(1))).scalar() for each in statements])


async def filters_of(database: Database, resource: Resource, choice: Choice) -> list[AskedFilter]:
    """Every field of the resource's filter alone."""
    fields: Any = CORE.type_map[f"{type_name(resource)}Filter"]
    found: list[AskedFilter] = []
    for name, known in FIELDS[resource].items():
        if not choice.may_begin(f"filter {resource.plural} {name} "):
            continue
        compared = get_named_type(fields.fields[name].type)
        if known.means:
            found += [AskedFilter(name, "", word, {name: word == "true"}) for word in ("true", "false")]
        elif known.column == "products":
            found += [AskedFilter(name, "eq", takes, {name: {"eq": word}}) for takes, word in BY_PRODUCT.items()]
        elif isinstance(compared, GraphQLInputObjectType):
            found += asked_of(name, compared, await column_values(database, resource, known.column))
    return found


def asked_of(field: str, compared: GraphQLInputObjectType, values: ColumnValues) -> Iterator[AskedFilter]:
    """Each operator, with each value once."""
    for operator in OPERATORS:
        seen: list[Any] = []
        if operator not in compared.fields:
            continue
        for takes, value in operands(operator, compared, values):
            if value not in seen:
                seen.append(value)
                yield AskedFilter(field, operator, takes, {field: {operator: value}})


def operands(operator: str, compared: GraphQLInputObjectType, values: ColumnValues) -> Iterator[tuple[str, Any]]:
    """What an operator compares with, as JSON, and how many rows that takes."""
    operand: Any = compared.fields[operator].type
    if operator == "isNull":
        yield from (("missing", True), ("present", False))
        return
    for takes, value in OPERANDS[operator](values):
        if value is None or (is_enum_type(get_named_type(operand)) and takes == NO_ROWS):
            continue
        sent = written(value, get_named_type(operand))
        yield takes, [sent] if is_list(operand) else sent


def is_list(kind: Any) -> bool:
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)


def written(value: Any, kind: Any) -> Any:
    """A column's value as GraphQL takes it."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return shortest_notation(value)
    if kind.name == "CurrencyCode" and value == ABSENT:
        return ABSENT_CURRENCY
    return value.upper() if is_enum_type(kind) else value


Operands = list[tuple[str, Any]]


def equals(values: ColumnValues) -> Operands:
    return [(FEW_ROWS, values.fewest), (MOST_ROWS, values.most), (NO_ROWS, beyond(values.last, 1))]


def above(values: ColumnValues) -> Operands:
    return [
        (FEW_ROWS, values.before_few),
        (HALF, values.middle),
        (MOST_ROWS, values.after_few),
        (NO_ROWS, beyond(values.last, 1)),
    ]


def below(values: ColumnValues) -> Operands:
    return [
        (FEW_ROWS, values.after_few),
        (HALF, values.middle),
        (MOST_ROWS, values.before_few),
        (NO_ROWS, beyond(values.first, -1)),
    ]


def beginnings(values: ColumnValues) -> Operands:
    return [(FEW_ROWS, values.fewest), (MOST_ROWS, values.most and values.most[:1]), (NO_ROWS, ABSENT)]


def parts(values: ColumnValues) -> Operands:
    return [
        (FEW_ROWS, values.fewest and values.fewest[-7:]),
        (MOST_ROWS, values.most and values.most[:3]),
        (NO_ROWS, ABSENT),
        (SHORT, SHORT_PART),
    ]


OPERANDS = {
    "eq": equals,
    "in": equals,
    "lt": below,
    "lte": below,
    "gt": above,
    "gte": above,
    "startsWith": beginnings,
    "contains": parts,
}


def beyond(value: Any, steps: int) -> Any:
    """A value past an end of the column's."""
    if isinstance(value, date):  # a datetime is one
        return value + timedelta(days=400 * steps)
    if isinstance(value, Decimal):
        return value + 1_000_000 * steps
    return ABSENT
