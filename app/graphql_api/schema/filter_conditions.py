"""From what a caller sent as a filter to a condition. A null inside of one never means 'everything'."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.auth.costs import COMPARISONS, CONTAINS, FREE_COMPARISONS, IN_VALUES
from app.domain.described_enum import DescribedEnum
from app.domain.enums import Resource
from app.domain.fields import MONEY_PLACES
from app.domain.values import Fault, check_digits, is_storable, levels
from app.graphql_api.schema.filters import FILTERS, LONGEST_LIST, OPERATORS, Filter
from app.graphql_api.schema.names import to_camel_case
from app.reads.selection import AllOf, AnyOf, Comparison, Condition, Not, Operator

# Filters within these fit what databases take: 32,766 values a statement, which may state its filter many times over,
# and on SQLite expressions of 1,000 levels, where each member of `or` is a level of its own.
MOST_COMPARISONS = 200
DEEPEST_FILTER = 20
MOST_PARTS = 30_000  # names and values of a filter, counted before anything is made of them

ADVICE = "Filter by less at once, in several operations."


class BadFilter(Exception):
    """What a filter says cannot be meant."""


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field of a filter: what it compares, and whether it can be asked for what is missing."""

    column: str
    means: Callable[[date], Condition] | None
    nullable: bool


def filter_fields(filter_: Any) -> dict[str, FilterField]:
    """The fields of a filter that compare something, by GraphQL name."""
    return {
        to_camel_case(field.python_name): filter_field(field, field.metadata["filter"])
        for field in filter_.__strawberry_definition__.fields
        if "filter" in field.metadata
    }


def filter_field(field: Any, compared: Filter) -> FilterField:
    nullable = hasattr(field.type.of_type, "is_null")
    return FilterField(compared.column or field.python_name, compared.means, nullable)


FIELDS = {resource: filter_fields(filter_) for resource, filter_ in FILTERS.items()}


def to_condition(resource: Resource, sent: dict[str, Any], today: date) -> Condition:
    """The condition that a filter states; `{}` is everything. Raises BadFilter."""
    parts = sum(map(len, levels(sent)))
    if parts > MOST_PARTS:
        raise BadFilter(f"filter has {parts} names and values; at most {MOST_PARTS} are allowed. {ADVICE}")
    stated = all_of(resource, sent, today, "filter")
    size = measured(stated)
    if size.values > LONGEST_LIST:
        raise BadFilter(f"filter has {size.values} values in all; at most {LONGEST_LIST} are allowed. {ADVICE}")
    if size.comparisons > MOST_COMPARISONS:
        raise BadFilter(f"filter has {size.comparisons} comparisons; at most {MOST_COMPARISONS} are allowed. {ADVICE}")
    if size.depth // 2 > DEEPEST_FILTER:  # every filter object is a condition, and so is the word that it lies under
        deep = f"filter is nested {size.depth // 2} levels deep"
        raise BadFilter(f"{deep}; at most {DEEPEST_FILTER} are allowed. {ADVICE}")
    return stated


@dataclass(frozen=True, slots=True)
class Size:
    """How much a condition asks of the database."""

    comparisons: int
    values: int
    depth: int


def measured(stated: Condition) -> Size:
    if isinstance(stated, Comparison):
        return Size(1, len(stated.value) if isinstance(stated.value, list) else 1, 0)
    inner = stated.conditions if isinstance(stated, AllOf | AnyOf) else (stated.condition,)
    parts = [measured(part) for part in inner]
    deepest = max((part.depth for part in parts), default=0)
    return Size(sum(part.comparisons for part in parts), sum(part.values for part in parts), deepest + 1)


def filter_cost(stated: Condition) -> int:
    """What it costs, in points, to choose from a list by a condition."""
    further = comparison_count(stated) - FREE_COMPARISONS
    return max(-(-further // COMPARISONS), 0)


def comparison_count(stated: Condition) -> int:
    """The comparisons of a condition, as they are priced."""
    if isinstance(stated, Comparison):
        if stated.operator is Operator.CONTAINS:
            return CONTAINS
        return max(len(stated.value) // IN_VALUES, 1) if isinstance(stated.value, list) else 1
    if isinstance(stated, AllOf | AnyOf):
        return sum(map(comparison_count, stated.conditions))
    return comparison_count(stated.condition)


def all_of(resource: Resource, sent: dict[str, Any], today: date, path: str) -> Condition:
    """What a filter or a part of it states: all of its members."""
    return AllOf(tuple(member(resource, name, value, today, f"{path}.{name}") for name, value in sent.items()))


def member(resource: Resource, name: str, value: Any, today: date, path: str) -> Condition:
    if value is None:
        raise null_in(FIELDS[resource].get(name), path)
    if name in ("and", "or"):
        if not value:
            raise BadFilter(f"{path} is empty, which means nothing: leave it out.")
        parts = tuple(all_of(resource, part, today, f"{path}.{n}") for n, part in enumerate(value))
        return AllOf(parts) if name == "and" else AnyOf(parts)
    if name == "not":
        return Not(all_of(resource, value, today, path))
    field = FIELDS[resource][name]
    if field.means:
        return field.means(today) if value else Not(field.means(today))
    if not value:
        raise BadFilter(f"{path} compares with nothing: give it an operator, or leave it out.")
    return AllOf(tuple(compared(field, operator, operand, f"{path}.{operator}") for operator, operand in value.items()))


def null_in(field: FilterField | None, path: str) -> BadFilter:
    """The refusal of a null; it tells of isNull where there is one."""
    has_null = field is not None and field.nullable
    advice = "leave it out, or use isNull" if has_null else "leave it out"
    return BadFilter(f"{path} is null, which means nothing: {advice}.")


def compared(field: FilterField, operator: str, value: Any, path: str) -> Condition:
    if value is None:
        raise null_in(field, path)
    values = value if isinstance(value, list) else [value]
    if len(values) > LONGEST_LIST:
        raise BadFilter(f"{path} has {len(values)} values; at most {LONGEST_LIST} are allowed. {ADVICE}")
    for operand in values:
        check_operand(operand, path)
    if field.column == "products":
        return AnyOf(tuple(Comparison("products", Operator.HAS_PRODUCT, product) for product in dict.fromkeys(values)))
    plain = [str(v) if isinstance(v, DescribedEnum) else v for v in values]
    return Comparison(field.column, OPERATORS[operator], plain if isinstance(value, list) else plain[0])


def check_operand(operand: Any, path: str) -> None:
    """Refuses what no column can hold."""
    if isinstance(operand, str) and not is_storable(operand):
        raise BadFilter(f"{path} must not contain NUL or unpaired surrogates.")
    if isinstance(operand, Decimal):
        try:
            check_digits(operand, MONEY_PLACES)
        except Fault as fault:
            raise BadFilter(fault.about(path, operand)) from None
