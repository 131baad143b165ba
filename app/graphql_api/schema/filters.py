"""Filters: their input types, and from what a caller sent to a condition. A null inside of one never means
'everything'."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from app.domain.fields import MONEY_PLACES
from app.domain.resources import DocumentStatus, Resource
from app.domain.values import Fault, check_digits, is_storable, levels
from app.graphql_api.schema.type_registry import Slot, input_type
from app.reads.selection import AllOf, AnyOf, Comparison, Condition, HasRelated, Not, Operator

# Filters within these fit what databases take: 32,766 values a statement, which may state its filter many times over,
# and on SQLite expressions of 1,000 levels, where each member of `or` is a level of its own.
LONGEST_LIST = 1_000  # values of one `in`, and of a filter in all
MOST_COMPARISONS = 200
DEEPEST_FILTER = 20
MOST_PARTS = 30_000  # names and values of a filter, counted before anything is made of them


ADVICE = "Filter by less at once, in several operations."


class BadFilter(Exception):
    """What a filter says cannot be meant."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One field of a filter: compared by `comparison`, or true and false with a meaning of their own."""

    name: str  # snake_case, as the schema shows it in camelCase
    comparison: str
    description: str
    column: str = ""
    means: Callable[[date], Condition] | None = None  # from the present day

    @property
    def shown(self) -> str:
        return to_camel_case(self.name)


EQUALITY = ("eq", "in")
RANGE = ("eq", "in", "lt", "lte", "gt", "gte")
TEXT = ("eq", "in", "startsWith", "contains")
OPERATORS = {
    "eq": Operator.EQ,
    "in": Operator.IN,
    "lt": Operator.LT,
    "lte": Operator.LTE,
    "gt": Operator.GT,
    "gte": Operator.GTE,
    "startsWith": Operator.STARTS_WITH,
    "contains": Operator.CONTAINS,
    "isNull": Operator.IS_NULL,
}
MEANINGS = {
    "eq": "Equal to it.",
    "in": f"Equal to one of these, at most {LONGEST_LIST}; of none, nothing matches.",
    "lt": "Less than it.",
    "lte": "Less than it, or equal.",
    "gt": "Greater than it.",
    "gte": "Greater than it, or equal.",
    "startsWith": "Begins with it; case counts, % and _ are themselves.",
    "contains": "Contains it; case does not count, % and _ are themselves.",
    "isNull": "Whether the value is missing.",
}
COMPARISONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "StringFilter": ("str", TEXT),
    "DecimalFilter": ("Decimal", RANGE),
    "DateFilter": ("Date", RANGE),
    "DateTimeFilter": ("DateTime", RANGE),
    "CurrencyCodeFilter": ("CurrencyCode", EQUALITY),
    "DocumentTypeFilter": ("DocumentType", EQUALITY),
    "DocumentStatusFilter": ("DocumentStatus", EQUALITY),
    "ProductFilter": ("Product", EQUALITY),
}
WITHOUT_NULL = {"DocumentTypeFilter", "DocumentStatusFilter", "ProductFilter"}


def text(name: str, description: str) -> Filter:
    return Filter(name, "StringFilter", description, column=name)


def times() -> tuple[Filter, ...]:
    return (
        Filter("created_at", "DateTimeFilter", "When it was created.", column="created_at"),
        Filter("updated_at", "DateTimeFilter", "When it was last written.", column="updated_at"),
    )


def is_open(today: date) -> Condition:
    return Comparison("status", Operator.EQ, str(DocumentStatus.OPEN))


def is_overdue(today: date) -> Condition:
    """What is open with an amount above zero, past its due date: a credit note never is."""
    owed = Comparison("open_amount", Operator.GT, Decimal(0))
    return AllOf((is_open(today), Comparison("due_date", Operator.LT, today), owed))


PRODUCT = Filter("product", "ProductFilter", "The products it was declared for.", column="products")

FILTERS: dict[Resource, tuple[Filter, ...]] = {
    Resource.ACCOUNT: (
        text("account_number", "Its key."),
        text("name", "Name of the customer."),
        text("display_reference", "Its short reference."),
        Filter("currency", "CurrencyCodeFilter", "Its currency.", column="currency"),
        text("account_group", "The group that it is shown in."),
        text("parent_account_number", "The key of its parent."),
        text("email", "Address of its reminders."),
        text("branch_name", "Its branch."),
        PRODUCT,
        *times(),
        Filter(
            "has_open_documents",
            "Boolean",
            "Whether any of its documents is open.",
            means=lambda today: HasRelated("documents", is_open(today)),
        ),
    ),
    Resource.DOCUMENT: (
        text("document_number", "Its key."),
        text("invoice_num", "Its invoice number."),
        text("account_number", "The key of its account."),
        Filter("document_type", "DocumentTypeFilter", "What kind of receivable it is.", column="document_type"),
        Filter("status", "DocumentStatusFilter", "Open or closed.", column="status"),
        Filter("invoice_date", "DateFilter", "Day of issue.", column="invoice_date"),
        Filter("due_date", "DateFilter", "Day by which it is to be paid.", column="due_date"),
        Filter(
            "open_amount",
            "DecimalFilter",
            "What is still open, as in `openAmount`: of a closed document zero.",
            column="open_amount",
        ),
        Filter(
            "currency",
            "CurrencyCodeFilter",
            "The currency of the open amount, whatever the currency model.",
            column="open_currency",
        ),
        text("po_number", "Number of the customer's purchase order."),
        text("applies_to_invoice", "The invoice number that a credit note lowers."),
        PRODUCT,
        *times(),
        Filter(
            "overdue",
            "Boolean",
            "Whether it is open with an amount above zero and past its due date, today in the tenant's time zone; a "
            "credit note never is.",
            means=is_overdue,
        ),
    ),
    Resource.NOTE: (
        text("reference", "Its key."),
        text("subject", "Its subject."),
        text("note_type", "Its classification."),
        text("body", "Its text."),
        Filter("effective_date", "DateTimeFilter", "When it took effect.", column="effective_date"),
        times()[0],
    ),
    Resource.REPRESENTATIVE: (
        text("reference", "Its key."),
        text("name", "The representative's name."),
        text("email", "E-mail address."),
        text("department", "Department."),
        text("representative_type", "Classification."),
        text("supervisor_representative_reference", "The key of the supervisor."),
        *times(),
    ),
    Resource.CONTACT: (
        text("reference", "Its key."),
        text("account_number", "The key of its account."),
        text("name", "The contact's name."),
        text("last_name", "The contact's last name."),
        text("email", "E-mail address."),
        text("contact_type", "Classification."),
        Filter(
            "is_primary",
            "Boolean",
            "Whether it is the account's primary contact.",
            means=lambda today: Comparison("is_primary", Operator.EQ, True),
        ),
        *times(),
    ),
}

for _name, (_type, _operators) in COMPARISONS.items():
    input_type(
        _name,
        f"How a {_type.removeprefix('str') or 'text'} is compared; what is given must all hold.",
        [
            Slot(
                {"in": "in_"}.get(operator, operator),
                f"list[{_type}] | None" if operator == "in" else f"{_type} | None",
                MEANINGS[operator],
                graphql_name=operator,
            )
            for operator in _operators
        ]
        + ([] if _name in WITHOUT_NULL else [Slot("is_null", "bool | None", MEANINGS["isNull"])]),
    )
for _resource, _filters in FILTERS.items():
    _shown = f"{_resource.capitalize()}Filter"
    input_type(
        _shown,
        f"Which {_resource}s to list; what is given must all hold.",
        [
            Slot(f.name, f"{'bool' if f.comparison == 'Boolean' else f.comparison} | None", f.description)
            for f in _filters
        ]
        + [
            Slot("and_", f"list[{_shown}] | None", "Every one of these must hold.", graphql_name="and"),
            Slot("or_", f"list[{_shown}] | None", "At least one of these must hold.", graphql_name="or"),
            Slot("not_", f"{_shown} | None", "This must not hold.", graphql_name="not"),
        ],
    )
BY_SHOWN = {resource: {f.shown: f for f in filters} for resource, filters in FILTERS.items()}


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


def all_of(resource: Resource, sent: dict[str, Any], today: date, path: str) -> Condition:
    """What a filter or a part of it states: all of its members."""
    return AllOf(tuple(member(resource, name, value, today, f"{path}.{name}") for name, value in sent.items()))


def member(resource: Resource, name: str, value: Any, today: date, path: str) -> Condition:
    if value is None:
        raise null_in(BY_SHOWN[resource].get(name), path)
    if name in ("and", "or"):
        if not value:
            raise BadFilter(f"{path} is empty, which means nothing: leave it out.")
        parts = tuple(all_of(resource, part, today, f"{path}.{n}") for n, part in enumerate(value))
        return AllOf(parts) if name == "and" else AnyOf(parts)
    if name == "not":
        return Not(all_of(resource, value, today, path))
    field = BY_SHOWN[resource][name]
    if field.means:
        return field.means(today) if value else Not(field.means(today))
    if not value:
        raise BadFilter(f"{path} compares with nothing: give it an operator, or leave it out.")
    return AllOf(tuple(compared(field, operator, operand, f"{path}.{operator}") for operator, operand in value.items()))


def null_in(field: Filter | None, path: str) -> BadFilter:
    """The refusal of a null; it tells of isNull where there is one."""
    has_null = field is not None and not field.means and field.comparison not in WITHOUT_NULL
    advice = "leave it out, or use isNull" if has_null else "leave it out"
    return BadFilter(f"{path} is null, which means nothing: {advice}.")


def compared(field: Filter, operator: str, value: Any, path: str) -> Condition:
    if value is None:
        raise null_in(field, path)
    values = value if isinstance(value, list) else [value]
    if len(values) > LONGEST_LIST:
        raise BadFilter(f"{path} has {len(values)} values; at most {LONGEST_LIST} are allowed. {ADVICE}")
    for operand in values:
        check_operand(operand, path)
    if field.column == "products":
        return AnyOf(tuple(Comparison("products", Operator.HAS_PRODUCT, product) for product in dict.fromkeys(values)))
    plain = [str(v) if field.comparison.startswith("Document") else v for v in values]
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
