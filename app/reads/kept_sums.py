"""Counts and sums that the database keeps (see `app.storage.tables.sums`): which lists they tell about, and how they
are read. Their rows have the columns of the documents that they stand for, so a filter is asked of them as it is of
documents."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from app.domain.caller import Caller
from app.domain.enums import DocumentStatus, Resource
from app.reads.relations import CHANGE, DOCUMENT, Columns, ReachedRows, Relation, aliased
from app.reads.selection import AllOf, AnyOf, Comparison, Condition, HasRelated, Not, Operator
from app.storage.tables import ACCOUNT_SUMS, CHANGES_END, DOCUMENT_SUMS, ROW_COUNTS
from app.storage.tables.sums import NO_AMOUNT, NO_CURRENCY
from app.storage.types import ordered_text
from app.storage.writes.tenant_rows import owned

COUNTED = {str(each) for each in (Resource.ACCOUNT, Resource.DOCUMENT, Resource.REPRESENTATIVE, Resource.CONTACT)}
OF_TENANT = {"document_type", "status", "open_currency", "due_date"}
OF_ACCOUNT = {"account_number", "status", "open_currency", "due_date"}
EVERYTHING = AllOf(())


def count_of_all(relation: Relation, condition: Condition | None, caller: Caller) -> sa.ScalarSelect[Any] | None:
    """The number of a tenant's rows of a kind, where a list has all of them; None of any other list."""
    if relation.start_columns or list(comparisons(condition or EVERYTHING)):
        return None
    if relation.target == CHANGE:  # they count from 1 without a gap
        end = aliased(CHANGES_END, "log_end")
        return sa.select(end.c.sequence).where(owned(end, caller)).scalar_subquery()
    if relation.target not in COUNTED:
        return None
    counts = aliased(ROW_COUNTS, "row_count")
    kind: sa.ColumnElement[str] = sa.literal_column(f"'{relation.target}'")
    return sa.select(counts.c.total).where(owned(counts, caller), counts.c.resource == kind).scalar_subquery()


def sums_of(relation: Relation, condition: Condition | None) -> sa.Table | None:
    """The sums that tell about the documents of a list that meet the condition; None where none of them does."""
    wanted = condition or EVERYTHING
    if relation.target != DOCUMENT:
        return None
    if relation.start_columns == ("account_number",):
        return ACCOUNT_SUMS if are_told_of_account(wanted) else None
    if relation.start_columns:
        return None
    if all(is_told(each, OF_TENANT) for each in comparisons(wanted)):
        return DOCUMENT_SUMS
    return ACCOUNT_SUMS if requires(wanted, "account_number") and are_told_of_account(wanted) else None


def are_told_of_account(wanted: Condition) -> bool:
    """Whether the sums of accounts tell about a condition: of closed documents they know the number alone."""
    asked = list(comparisons(wanted))
    if not all(is_told(each, OF_ACCOUNT) for each in asked):
        return False
    numbers = all(each is not None and each.column in ("account_number", "status") for each in asked)
    return numbers or requires(wanted, "status", str(DocumentStatus.OPEN))


def comparisons(wanted: Condition) -> Iterator[Comparison | None]:
    """All comparisons of a condition; None for one with rows of other tables."""
    match wanted:
        case Comparison():
            yield wanted
        case AllOf() | AnyOf():
            for part in wanted.conditions:
                yield from comparisons(part)
        case Not():
            yield from comparisons(wanted.condition)
        case HasRelated():
            yield None


def is_told(asked: Comparison | None, columns: set[str]) -> bool:
    """Whether sums with these columns tell about a comparison: of amounts they know the signs alone."""
    if asked is None:
        return False
    if asked.column == "open_amount":
        return asked.operator is Operator.IS_NULL or (asked.operator is not Operator.IN and asked.value == 0)
    return asked.column in columns


def requires(wanted: Condition, column: str, value: str | None = None) -> bool:
    """Whether rows meet the condition only where the column has a certain value: this one, if it is given."""
    match wanted:
        case Comparison():
            return wanted.column == column and wanted.operator is Operator.EQ and value in (None, wanted.value)
        case AllOf():
            return any(requires(part, column, value) for part in wanted.conditions)
    return False


def sum_rows(table: sa.Table, keys: Columns, alias: str, dialect: str, caller: Caller) -> ReachedRows:
    """The rows of sums that stand for the documents of a list, and the conditions that they are of the list."""
    kept = aliased(table, f"{alias}_kept")
    no_amount = str(NO_AMOUNT) if dialect == "postgresql" else f"'{ordered_text(NO_AMOUNT)}'"
    plain = [column for column in kept.c if column.name not in ("open_currency", "open_amount")]
    currency = sa.case((kept.c.open_currency != sa.literal_column(f"'{NO_CURRENCY}'"), kept.c.open_currency))
    amount = sa.case((kept.c.open_amount != sa.literal_column(no_amount), kept.c.open_amount))
    rows = sa.select(*plain, currency.label("open_currency"), amount.label("open_amount")).subquery(alias)
    met = [owned(rows, caller)]
    if keys:
        met.append(rows.c.account_number == keys[0])
    return rows, met
