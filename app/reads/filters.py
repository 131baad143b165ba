"""Conditions to SQL: the same rows on both databases, whatever they make of case, code points and missing values."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.domain.caller import Caller
from app.domain.enums import Product
from app.reads.kept_sums import sum_rows, sums_of
from app.reads.pagination import CLOSED_VOCABULARIES, word_sql
from app.reads.relations import RELATIONS, SOURCES, aliased
from app.reads.selection import AllOf, AnyOf, Comparison, Condition, HasRelated, Not, Operator
from app.reads.without_index import without_index
from app.storage.database.sqlite_functions import fold
from app.storage.searches import SEARCHED, folded_text, searched_texts
from app.storage.types import bit

LAST_CODE_POINT = 0x10FFFF
LONGEST_FOLD = 2  # characters that one character is at most in small letters
RANGES_AND_LISTS = frozenset(Operator) - {Operator.EQ, Operator.IS_NULL, Operator.HAS_PRODUCT}
EQUAL_COLUMNS = {"invoice_num": "invoice_key"}  # which is the document's number where there is no invoice number
CURRENCIES = frozenset({"currency", "open_currency"})
BY_VALUE = frozenset({Operator.EQ, Operator.IN, Operator.STARTS_WITH})
SURROGATES = range(0xD800, 0xE000)  # code points that no text holds


def condition_sql(
    wanted: Condition, source: str, target: sa.FromClause, caller: Caller, dialect: str
) -> sa.ColumnElement[bool]:
    """The SQL of a condition on rows of `target`."""
    match wanted:
        case Comparison():
            if wanted.by_index:
                return comparison_sql(wanted, target, dialect)
            return compare(without_index(target.c[wanted.column]), wanted.operator, wanted.value, dialect)
        case AllOf():
            return sa.and_(sa.true(), *(condition_sql(c, source, target, caller, dialect) for c in wanted.conditions))
        case AnyOf():
            return sa.or_(sa.false(), *(condition_sql(c, source, target, caller, dialect) for c in wanted.conditions))
        case Not():
            return condition_sql(wanted.condition, source, target, caller, dialect).is_not(sa.true())
        case HasRelated():
            return has_related(wanted, source, target, caller, dialect)


def conjuncts(wanted: Condition) -> Iterator[Condition]:
    """The conditions that must all hold."""
    if isinstance(wanted, AllOf):
        for part in wanted.conditions:
            yield from conjuncts(part)
    else:
        yield wanted


def asked_of_found_rows(wanted: Condition, but: frozenset[str] = frozenset()) -> Condition:
    """The same condition, by which no rows are found; but those that compare certain columns and must hold."""
    match wanted:
        case Comparison():
            return wanted if wanted.column in but else replace(wanted, by_index=False)
        case AllOf():
            return AllOf(tuple(asked_of_found_rows(part, but) for part in wanted.conditions))
        case AnyOf():
            return AnyOf(tuple(asked_of_found_rows(part) for part in wanted.conditions))
        case Not():
            return Not(asked_of_found_rows(wanted.condition))
    return wanted


def comparison_sql(wanted: Comparison, target: sa.FromClause, dialect: str) -> sa.ColumnElement[bool]:
    """The SQL of a comparison; of a column without an index, with that of one which is equal to it where there is any
    value."""
    met = compare(target.c[wanted.column], wanted.operator, wanted.value, dialect)
    if (indexed := of_indexed_column(wanted)) is wanted:
        return met
    return sa.and_(compare(target.c[indexed.column], indexed.operator, indexed.value, dialect), met)


def of_indexed_column(wanted: Comparison) -> Comparison:
    """The comparison of a column that has an index, which every row meets that meets the one that is wanted."""
    indexed = EQUAL_COLUMNS.get(wanted.column) if wanted.operator in BY_VALUE else None
    return replace(wanted, column=indexed) if indexed else wanted


def depends_on_values(wanted: Condition) -> bool:
    """Whether how many rows meet a condition depends on the values that it compares with: on where a range lies and how
    long a list is. As many rows as any other have a key, but not a currency."""
    match wanted:
        case Comparison():
            return wanted.operator in RANGES_AND_LISTS or wanted.column in CURRENCIES
        case AllOf() | AnyOf():
            return any(map(depends_on_values, wanted.conditions))
        case Not() | HasRelated():
            return depends_on_values(wanted.condition)


MANY_VALUES = 10  # in a condition
STAND_IN = "stand_in"  # the name of the table in the SQL of a condition that is going to be used for several


@dataclass(slots=True)
class RepeatedConditions:
    """The SQL of the conditions of one statement. A large one that several tables must meet, as where many fields share
    a filter, is made once: to make it takes longer than all else that a statement is made of."""

    dialect: str
    parts: dict[tuple[int, str], tuple[sa.ColumnElement[bool], list[Condition]]] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)  # in values, by the condition's identity
    rewritten: dict[tuple[int, frozenset[str]], Condition] = field(default_factory=dict)

    def found(self, wanted: Condition, but: frozenset[str] = frozenset()) -> Condition:
        """The condition as asked of rows that are found already, and always the same: conditions are known by their
        identity here."""
        if (id(wanted), but) not in self.rewritten:
            self.rewritten[id(wanted), but] = asked_of_found_rows(wanted, but)
        return self.rewritten[id(wanted), but]

    def sql(self, wanted: Condition, source: str, target: sa.FromClause, caller: Caller) -> sa.ColumnElement[bool]:
        """The SQL of a condition on rows of `target`."""
        if self.size(wanted) < MANY_VALUES or not isinstance(wanted, AllOf | AnyOf | Not):
            return condition_sql(wanted, source, target, caller, self.dialect)
        if isinstance(wanted, Not):
            return self.sql(wanted.condition, source, target, caller).is_not(sa.true())
        same, leading = self.split(wanted, source, caller)
        join: Any = sa.and_ if isinstance(wanted, AllOf) else sa.or_
        return join(ConditionOf(same, target), *(self.sql(part, source, target, caller) for part in leading))  # type: ignore[no-any-return]

    def size(self, wanted: Condition) -> int:
        """The number of values that it compares with."""
        if isinstance(wanted, Comparison):
            return len(wanted.value) if isinstance(wanted.value, list) else 1
        if id(wanted) not in self.sizes:
            inner = wanted.conditions if isinstance(wanted, AllOf | AnyOf) else (wanted.condition,)
            self.sizes[id(wanted)] = sum(map(self.size, inner))
        return self.sizes[id(wanted)]

    def split(
        self, wanted: AllOf | AnyOf, source: str, caller: Caller
    ) -> tuple[sa.ColumnElement[bool], list[Condition]]:
        """What a condition says of the rows by themselves, as SQL on the stand-in; and the rest."""
        known = self.parts.get((id(wanted), source))
        if known is None:
            stand_in = aliased(SOURCES[source], STAND_IN)
            own = type(wanted)(tuple(part for part in wanted.conditions if not leads_on(part)))
            leading = [part for part in wanted.conditions if leads_on(part)]
            known = condition_sql(own, source, stand_in, caller, self.dialect), leading
            self.parts[id(wanted), source] = known
        return known


def leads_on(wanted: Condition) -> bool:
    """Whether a condition asks for rows of other tables."""
    if isinstance(wanted, AllOf | AnyOf):
        return any(map(leads_on, wanted.conditions))
    return isinstance(wanted, HasRelated) or (isinstance(wanted, Not) and leads_on(wanted.condition))


class ConditionOf(sa.ColumnElement[bool]):
    """A condition on the stand-in, of another alias of the same table."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, condition: sa.ColumnElement[bool], target: Any) -> None:
        self.condition = condition
        self.alias: str = target.name

    def self_group(self, against: Any = None) -> "ConditionOf":
        return self


@compiles(ConditionOf)
def condition_of_sql(element: ConditionOf, compiler: SQLCompiler, **options: Any) -> str:
    """The SQL of the condition, with its parameters, from the first time that the statement has it."""
    texts: dict[int, str] = compiler.__dict__.setdefault("condition_texts", {})
    text = texts.get(id(element.condition))
    if text is None:
        text = texts[id(element.condition)] = compiler.process(element.condition.self_group(), **options)
    return f"({text})".replace(f"{STAND_IN}.", f"{element.alias}.")


def has_related(
    wanted: HasRelated, source: str, target: sa.FromClause, caller: Caller, dialect: str
) -> sa.ColumnElement[bool]:
    relation = RELATIONS[source, wanted.relation]
    keys = [target.c[name] for name in relation.start_columns]
    sums = sums_of(relation, wanted.condition)
    if sums is None:
        other = aliased(SOURCES[relation.target], "related")
        rows, reached = relation.reach(other, keys, caller)
    else:
        rows, reached = sum_rows(sums, keys, "related", dialect, caller)
        other = rows
    met = condition_sql(wanted.condition, relation.target, other, caller, dialect)
    first = (
        sa.select(sa.literal(1).label("found"))
        .select_from(rows)
        .where(*reached, met)
        .correlate(target)
        .limit(sa.literal_column("1"))
    )
    return sa.exists(
        sa.select(first.subquery())
    )  # without LIMIT Postgres may gather the rows of all to ask about a few


def compare(column: Any, operator: Operator, value: Any, dialect: str) -> sa.ColumnElement[bool]:
    return COMPARISONS[operator](column, value, dialect)


def starts_with(column: Any, prefix: str, dialect: str) -> sa.ColumnElement[bool]:
    """As a range of code points, which an index serves and in which % and _ are themselves."""
    end = successor(prefix)
    return sa.and_(column >= prefix, sa.true() if end is None else column < end)


def successor(prefix: str) -> str | None:
    """The least text above every text that begins with the prefix; None where there is none."""
    while prefix:
        following = ord(prefix[-1]) + 1
        if following <= LAST_CODE_POINT:
            return prefix[:-1] + chr(SURROGATES.stop if following in SURROGATES else following)
        prefix = prefix[:-1]
    return None


def one_of(column: Any, values: list[Any], dialect: str) -> sa.ColumnElement[bool]:
    """With a parameter for each value: SQLAlchemy would leave a list for the moment when the statement runs."""
    return OneOf(column, *(value_sql(column, value) for value in values)) if values else sa.false()


def equals(column: Any, value: Any, dialect: str) -> sa.ColumnElement[bool]:
    return column == value_sql(column, value)  # type: ignore[no-any-return]


def value_sql(column: Any, value: Any) -> sa.ColumnElement[Any]:
    """A value to compare a column with: in the text of the statement where the column knows few words, as a parameter
    anywhere else. Only so do the databases see that an index on the rows of one word serves."""
    if value in CLOSED_VOCABULARIES.get(getattr(column, "name", ""), ()):
        return word_sql(value)
    return sa.literal(value, column.type)


def has_product(column: Any, product: Product, dialect: str) -> sa.ColumnElement[bool]:
    """By all sets that have the product: these an index serves."""
    sets = (bits for bits in range(1 << len(Product)) if bits & bit(product))
    return OneOf(column, *(sa.literal_column(str(bits)) for bits in sets))


class OneOf(FunctionElement[Any]):
    """Whether the first value is among the others."""

    type = sa.types.NULLTYPE  # of a Boolean, SQLAlchemy would ask whether it equals 1, which no index serves
    inherit_cache = True


@compiles(OneOf)
def one_of_sql(element: OneOf, compiler: SQLCompiler, **options: Any) -> str:
    value, *others = (compiler.process(part, **options) for part in element.clauses)
    return f"{value} IN ({', '.join(others)})"


def contains(column: Any, part: str, dialect: str) -> sa.ColumnElement[bool]:
    folded = fold(part) or ""
    if len(folded) > LONGEST_FOLD * column.type.length:
        return sa.false()
    if dialect == "sqlite":
        # SQLite folds a text that is ASCII by itself: our function is Python's, whose calls keep all others waiting.
        is_ascii = sa.func.length(column) == sa.func.length(sa.cast(column, sa.LargeBinary()))
        return sa.func.instr(sa.case((is_ascii, sa.func.lower(column)), else_=sa.func.fold(column)), folded) > 0
    pattern = f"%{escaped(folded)}%"
    found = folded_text(column).like(pattern)
    rows = getattr(column, "table", None)
    table = getattr(rows.element if isinstance(rows, sa.Alias) else rows, "name", "")
    if rows is None or column.name not in SEARCHED.get(table, ()):
        return found
    return sa.and_(searched_texts(rows, table).like(pattern), found)


def escaped(text: str) -> str:
    """The text in a pattern of LIKE, where it stands for itself."""
    return re.sub(r"[\\%_]", r"\\\g<0>", text)


COMPARISONS: dict[Operator, Callable[[Any, Any, str], sa.ColumnElement[bool]]] = {
    Operator.EQ: equals,
    Operator.IN: one_of,
    Operator.LT: lambda column, value, dialect: column < value,
    Operator.LTE: lambda column, value, dialect: column <= value,
    Operator.GT: lambda column, value, dialect: column > value,
    Operator.GTE: lambda column, value, dialect: column >= value,
    Operator.STARTS_WITH: starts_with,
    Operator.CONTAINS: contains,
    Operator.IS_NULL: lambda column, value, dialect: column.is_(None) if value else column.is_not(None),
    Operator.HAS_PRODUCT: has_product,
}
