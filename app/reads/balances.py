"""Sums over open documents by currency and days past due: one statement for any number of accounts, or the tenant."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.domain.aging import BUCKETS
from app.domain.enums import DocumentStatus
from app.reads.by_level.level import START, LevelQuery, StartKeys
from app.reads.relations import Columns
from app.storage.types import exact_sum, summed

CURRENCY, BUCKET, COUNT = "open_currency", "bucket", "documents"
# Sums of all open amounts and of those below zero, each in two parts: see exact_sum.
HIGH, LOW, CREDITS_HIGH, CREDITS_LOW = "high", "low", "credits_high", "credits_low"
SUMS = (HIGH, LOW, CREDITS_HIGH, CREDITS_LOW)
COLUMNS = (CURRENCY, BUCKET, COUNT, *SUMS)
OPEN_AMOUNT, OVERDUE_AMOUNT, OPEN_DOCUMENTS, AGING = "open_amount", "overdue_amount", "open_documents", "aging"
OVERDUE_INVOICES, OPEN_CREDITS = "overdue_invoices", "open_credits"


def statement(level: LevelQuery, starts: StartKeys) -> sa.Select[Any]:
    """A row for each start, currency and bucket that has open documents."""
    start = level.start_rows(starts)
    target, rows, met = open_documents(level, level.keys(start))
    keys = (start.c[START], *group_columns(level, target))
    return (
        sa.select(*keys, *sum_columns(level, target))
        .select_from(start.join(rows, sa.and_(*met)))
        .group_by(start.c[START], target.c.open_currency, sa.literal_column(BUCKET))
        .order_by(start.c[START], target.c.open_currency, sa.literal_column(BUCKET))
    )


def sums(level: LevelQuery, keys: Columns) -> sa.Select[Any]:
    """The same for one start, whose keys are given."""
    target, rows, met = open_documents(level, keys)
    return (
        sa.select(*group_columns(level, target), *sum_columns(level, target))
        .select_from(rows)
        .where(*met)
        .group_by(target.c.open_currency, sa.literal_column(BUCKET))
        .order_by(target.c.open_currency, sa.literal_column(BUCKET))
    )


def open_documents(
    level: LevelQuery, keys: Columns
) -> tuple[sa.FromClause, sa.FromClause, list[sa.ColumnElement[bool]]]:
    target, rows, met = level.target_rows(keys, "target")
    is_open = target.c.status == str(DocumentStatus.OPEN)
    return target, rows, [*met, is_open, target.c.open_amount.is_not(None), target.c.open_currency.is_not(None)]


def group_columns(level: LevelQuery, target: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    bucket = bucket_of(target.c.due_date, level.traversal.as_of or date.max)
    return [target.c.open_currency.label(CURRENCY), bucket.label(BUCKET)]


def sum_columns(level: LevelQuery, target: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    amount = target.c.open_amount
    sums = (*exact_sum(amount, level.dialect), *exact_sum(amount, level.dialect, where=amount < Decimal(0)))
    return [sa.func.count().label(COUNT), *(part.label(name) for part, name in zip(sums, SUMS, strict=True))]


def bucket_of(due: sa.ColumnElement[date], as_of: date) -> sa.ColumnElement[int]:
    """The number of the bucket that a due date falls in."""
    bounds: list[Any] = [
        (due >= days_before(as_of, bucket.last), sa.literal_column(str(number)))
        for number, bucket in enumerate(BUCKETS)
        if bucket.last is not None
    ]
    return sa.case(*bounds, else_=sa.literal_column(str(len(BUCKETS) - 1)))


def days_before(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - date.min).days))


def exact_values(raw: Sequence[Any]) -> list[Any]:
    """The values of such a row, whose sums were written as text."""
    *keys, high, low, credits_high, credits_low = raw
    return [*keys, int(high), Decimal(low), int(credits_high), Decimal(credits_low)]


def balances_of_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The balances of one start, by currency, from the statement's rows."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        amount, credits_ = summed(row[HIGH], row[LOW]), summed(row[CREDITS_HIGH], row[CREDITS_LOW])
        sums = found.setdefault(row[CURRENCY], empty_balance(row[CURRENCY]))
        sums[OPEN_AMOUNT] += amount
        sums[OPEN_CREDITS] += credits_
        sums[OPEN_DOCUMENTS] += row[COUNT]
        sums[AGING][BUCKETS[row[BUCKET]].name] += amount
        if BUCKETS[row[BUCKET]].first is not None:
            sums[OVERDUE_AMOUNT] += amount
            sums[OVERDUE_INVOICES] += amount - credits_
    return list(found.values())


def empty_balance(currency: str) -> dict[str, Any]:
    zero = Decimal(0)
    return {
        "currency": currency,
        OPEN_AMOUNT: zero,
        OVERDUE_AMOUNT: zero,
        OVERDUE_INVOICES: zero,
        OPEN_CREDITS: zero,
        OPEN_DOCUMENTS: 0,
        AGING: {bucket.name: zero for bucket in BUCKETS},
    }
