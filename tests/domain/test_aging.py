"""From a due date and a day to days past due, and to one bucket."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.aging import BUCKETS, days_past_due

DUE = date(2026, 2, 28)


@pytest.mark.parametrize(
    ("as_of", "days"),
    [
        (date(2026, 2, 27), 0),
        (date(2026, 2, 28), 0),
        (date(2026, 3, 1), 1),
        (date(2026, 3, 31), 31),
        (date(2027, 2, 28), 365),
        (date.min, 0),
        (date.max, (date.max - DUE).days),
    ],
)
def test_a_document_is_late_from_the_day_after_it_is_due(as_of: date, days: int) -> None:
    assert days_past_due(DUE, as_of) == days


def test_a_leap_day_counts() -> None:
    assert days_past_due(date(2024, 2, 28), date(2024, 3, 1)) == 2


def bucket_of(days: int) -> list[str]:
    """The names of the buckets that a number of days lies in."""
    return [
        bucket.name
        for bucket in BUCKETS
        if (bucket.first is None or bucket.first <= days) and (bucket.last is None or days <= bucket.last)
    ]


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (0, "current"),
        (1, "days_1_to_30"),
        (30, "days_1_to_30"),
        (31, "days_31_to_60"),
        (60, "days_31_to_60"),
        (61, "days_61_to_90"),
        (90, "days_61_to_90"),
        (91, "over_90"),
        (10_000, "over_90"),
    ],
)
def test_each_bucket_begins_and_ends_here(days: int, name: str) -> None:
    assert bucket_of(days) == [name]


@given(st.dates(), st.dates())
def test_every_document_is_in_one_bucket_and_never_early(due: date, as_of: date) -> None:
    days = days_past_due(due, as_of)
    assert len(bucket_of(days)) == 1
    assert (days == 0) == (as_of <= due)
    assert days == 0 or due + timedelta(days=days) == as_of
