"""What a filter, an order and a page mean, said again in plain Python over rows as the schema shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from strawberry.utils.str_converters import to_camel_case

Row = dict[str, Any]
Filter = dict[str, Any]
Term = dict[str, str]  # field and direction, as in the schema

DEFAULT_ORDERS = {
    "Account": "ACCOUNT_NUMBER",
    "Document": "DOCUMENT_NUMBER",
    "Note": "CREATED_AT",
    "Representative": "REFERENCE",
    "Contact": "REFERENCE",
}
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, operand: value == operand,
    "in": lambda value, operand: value in operand,
    "lt": lambda value, operand: value < operand,
    "lte": lambda value, operand: value <= operand,
    "gt": lambda value, operand: value > operand,
    "gte": lambda value, operand: value >= operand,
    "startsWith": lambda value, operand: value.startswith(operand),
    "contains": lambda value, operand: folded(operand) in folded(value),
}


def folded(text: str) -> str:
    return text.lower().replace("ς", "σ")


def holds(stated: Filter, row: Row) -> bool:
    """Whether a filter takes the row. A missing value meets no comparison, and `not` takes all that is not taken."""
    return all(member(name, value, row) for name, value in stated.items())


def member(name: str, stated: Any, row: Row) -> bool:
    if name == "and":
        return all(holds(part, row) for part in stated)
    if name == "or":
        return any(holds(part, row) for part in stated)
    if name == "not":
        return not holds(stated, row)
    if isinstance(stated, bool):
        return bool(row[name] == stated)
    if name == "product":
        return all(any(p in row["products"] for p in ([o] if op == "eq" else o)) for op, o in stated.items())
    return all(compared(row[name], operator, operand) for operator, operand in stated.items())


def compared(value: Any, operator: str, operand: Any) -> bool:
    if operator == "isNull":
        return (value is None) is operand
    if isinstance(value, Decimal):
        operand = [Decimal(o) for o in operand] if isinstance(operand, list) else Decimal(operand)
    return value is not None and OPERATORS[operator](value, operand)


def ordered(rows: Sequence[Row], type_: str, terms: Sequence[Term] = ()) -> list[Row]:
    """The rows in an order: by each term, rows without the value last in both directions, ties by csrId."""
    result = sorted(rows, key=lambda row: int(row["csrId"]))
    for term in reversed(terms or [{"field": DEFAULT_ORDERS[type_]}]):
        name = to_camel_case(term["field"].lower())
        having = [row for row in result if row[name] is not None]
        having.sort(key=lambda row: row[name], reverse=term.get("direction") == "DESC")
        result = having + [row for row in result if row[name] is None]
    return result


@dataclass(frozen=True, slots=True)
class Slice:
    """What a page holds of an ordered list, and whether the list goes on to either side."""

    rows: list[Row]
    earlier: bool
    later: bool


def sliced(
    rows: Sequence[Row],
    *,
    first: int | None = None,
    last: int | None = None,
    after: int = -1,
    before: int | None = None,
) -> Slice:
    """The page of these arguments; `after` and `before` are positions in the list."""
    end = len(rows) if before is None else before
    inside = list(range(after + 1, end))
    if last is None:
        taken = inside[: 20 if first is None else first]
        return Slice([rows[n] for n in taken], after >= 0, len(taken) < len(inside) or end < len(rows))
    taken = inside[len(inside) - min(last, len(inside)) :]
    return Slice([rows[n] for n in taken], len(taken) < len(inside) or after >= 0, end < len(rows))
