"""Sums over open documents by currency and days past due, from those that are kept: one statement for any number of
accounts, or the tenant."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.domain.aging import BUCKETS
from app.domain.enums import DocumentStatus
from app.reads.by_level.level import START, LevelQuery, StartKeys
from app.reads.kept_sums import sum_rows
from app.reads.pagination import inline_int
from app.reads.relations import Columns, ReachedRows
from app.storage.tables import ACCOUNT_SUMS, DOCUMENT_SUMS
from app.storage.types import summed

CURRENCY, BUCKET, COUNT = "open_currency", "bucket", "documents"
# Sums of all open amounts and of those below zero, each in two parts: see exact_parts.
HIGH, LOW, CREDITS_HIGH, CREDITS_LOW = "high", "low", "credits_high", "credits_low"
SUMS = (HIGH, LOW, CREDITS_HIGH, CREDITS_LOW)
COLUMNS = (CURRENCY, BUCKET, COUNT, *SUMS)
OPEN_AMOUNT, OVERDUE_AMOUNT, OPEN_DOCUMENTS, AGING = "open_amount", "overdue_amount", "open_documents", "aging"
OVERDUE_INVOICES, OPEN_CREDITS = "overdue_invoices", "open_credits"


def statement(level: LevelQuery, starts: StartKeys) -> sa.Select[Any]:
    """A row for each start, currency and bucket that has open documents."""
    start = level.start_rows(starts)
    rows, met = open_documents(level, level.keys(start))
    return (
        sa.select(start.c[START], *group_columns(level, rows), *sum_columns(rows))
        .select_from(start.join(rows, sa.and_(*met)))
        .group_by(start.c[START], rows.c.open_currency, sa.literal_column(BUCKET))
        .order_by(start.c[START], rows.c.open_currency, sa.literal_column(BUCKET))
    )


def sums(level: LevelQuery, keys: Columns) -> sa.Select[Any]:
    """The same for one start, whose keys are given."""
    rows, met = open_documents(level, keys)
    return (
        sa.select(*group_columns(level, rows), *sum_columns(rows))
        .select_from(rows)
        .where(*met)
        .group_by(rows.c.open_currency, sa.literal_column(BUCKET))
        .order_by(rows.c.open_currency, sa.literal_column(BUCKET))
    )


def open_documents(level: LevelQuery, keys: Columns) -> ReachedRows:
    """The kept sums of the documents that are open with an amount."""
    table = ACCOUNT_SUMS if level.relation.start_columns else DOCUMENT_SUMS
    rows, met = sum_rows(table, keys, "target", level.dialect, level.caller)
    is_open = rows.c.status == str(DocumentStatus.OPEN)
    return rows, [*met, is_open, rows.c.open_amount.is_not(None), rows.c.open_currency.is_not(None)]


def group_columns(level: LevelQuery, rows: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    bucket = bucket_of(rows.c.due_date, level.traversal.as_of or date.max)
    return [rows.c.open_currency.label(CURRENCY), bucket.label(BUCKET)]


def sum_columns(rows: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    is_credit = rows.c.open_amount < Decimal(0)
    parts = [rows.c.millions, rows.c.ten_thousandths]
    credits_ = [sa.func.coalesce(sa.func.sum(part).filter(is_credit), inline_int(0)) for part in parts]
    sums = (*map(sa.func.sum, parts), *credits_)
    documents = sa.cast(sa.func.sum(rows.c.documents), sa.BigInteger())
    return [documents.label(COUNT), *(part.label(name) for part, name in zip(sums, SUMS, strict=True))]


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
