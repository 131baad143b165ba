"""Rows that contain a part of a text, on SQLite: found by their trigrams where they are few, else on the way through a
list. SQLite knows neither how many there are nor, therefore, which way is the shorter; so the statement asks first."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app.domain.caller import Caller
from app.reads.pagination import inline_int
from app.reads.selection import AllOf, AnyOf, Comparison, Condition, Operator
from app.storage.database.sqlite_functions import fold
from app.storage.searches import CSR_ID_BITS, SEARCHED, TRIGRAM, search_name, sqlite_has_trigrams

# More rows than these are met soon enough on the way through a list: of a million, the first 20 after some 10,000.
FEW_ROWS = 2_000
# Trigrams of one part, its last ones: numbers begin alike. FTS5 reads the list of each, so further ones cost time.
MOST_TRIGRAMS = 10
HOLDS_PART = frozenset({Operator.CONTAINS, Operator.STARTS_WITH, Operator.EQ})  # the text has what it is compared with
MOST_PARTS = 20  # of a filter: its parser takes only so many


class Search:
    """A search of a table for rows that may meet a condition: a list of their csrIds that ends when it is long."""

    def __init__(self, table: str, expression: str, caller: Caller) -> None:
        rowid, name = sa.literal_column("rowid", sa.BigInteger()), search_name(table)
        first = sa.bindparam("tenant", caller.tenant_id, unique=False).op("<<")(inline_int(CSR_ID_BITS))
        largest = inline_int(2**CSR_ID_BITS - 1)
        matches = sa.literal_column(name, sa.Text()).op("MATCH")(sa.literal(expression, sa.Text()))
        met = (matches, rowid.between(first, first.op("+")(largest)))
        found = sa.select(rowid.op("&")(largest).label("csr_id")).select_from(sa.table(name)).where(*met)
        self.found = found.limit(inline_int(FEW_ROWS + 1)).cte().prefix_with("MATERIALIZED")

    def is_short(self) -> sa.ColumnElement[bool]:
        """Whether the list is complete."""
        return sa.select(sa.func.count() <= inline_int(FEW_ROWS)).select_from(self.found).scalar_subquery()

    def among(self, target: sa.FromClause) -> sa.ColumnElement[bool]:
        """The condition that a row of the target is on the list."""
        return target.c.csr_id.in_(sa.select(self.found.c.csr_id))

    def count(self, target: sa.FromClause, counted: sa.Select[Any]) -> sa.ColumnElement[Any]:
        """The number of rows of the target that a statement counts."""
        listed = counted.where(self.among(target))
        return sa.case((self.is_short(), listed.scalar_subquery()), else_=counted.scalar_subquery())


def search_for(wanted: Condition | None, table: str, caller: Caller, dialect: str) -> Search | None:
    """The search that finds every row which meets the condition, if there is one."""
    if wanted is None or dialect != "sqlite" or table not in SEARCHED or not sqlite_has_trigrams():
        return None
    parts = list(compared_texts(wanted, table))
    if len(parts) > MOST_PARTS or not any(part.operator is Operator.CONTAINS for part in parts):
        return None
    expression = expression_of(wanted, table)
    return Search(table, expression, caller) if expression else None


def compared_texts(wanted: Condition, table: str) -> Iterator[Comparison]:
    """The comparisons of a condition that trigrams help with."""
    match wanted:
        case Comparison(column, operator) if operator in HOLDS_PART and column in SEARCHED[table]:
            yield wanted
        case AllOf(conditions) | AnyOf(conditions):
            for part in conditions:
                yield from compared_texts(part, table)


def expression_of(wanted: Condition, table: str) -> str | None:
    """The expression of FTS5 that every row which meets the condition matches; None where there is none."""
    match wanted:
        case Comparison(column, operator, value) if operator in HOLDS_PART and column in SEARCHED[table]:
            return every_trigram(fold(value) or "")
        case AllOf(conditions):
            return joined(" AND ", [made for part in conditions if (made := expression_of(part, table))])
        case AnyOf(conditions):
            either = [expression_of(part, table) for part in conditions]
            return joined(" OR ", [made for made in either if made]) if all(either) else None
    return None


def every_trigram(part: str) -> str | None:
    """The expression that a text with this part matches; None where the part is too short for one."""
    end = part[-(MOST_TRIGRAMS + TRIGRAM - 1) :]
    trigrams = dict.fromkeys(end[place : place + TRIGRAM] for place in range(len(end) - TRIGRAM + 1))
    return joined(" AND ", [f'"{each.replace(chr(34), chr(34) * 2)}"' for each in trigrams])


def joined(word: str, expressions: Sequence[str]) -> str | None:
    return f"({word.join(expressions)})" if expressions else None
