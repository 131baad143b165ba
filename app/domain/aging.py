"""How late a document is: from its due date and a day to days past due, and the aging buckets."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Bucket:
    """A range of days past the due date, both ends included; None is without end."""

    name: str
    first: int | None
    last: int | None


BUCKETS = (
    Bucket("current", None, 0),
    Bucket("days_1_to_30", 1, 30),
    Bucket("days_31_to_60", 31, 60),
    Bucket("days_61_to_90", 61, 90),
    Bucket("over_90", 91, None),
)


def days_past_due(due: date, as_of: date) -> int:
    """Whole days since the due date; 0 until the day after it."""
    return max(0, (as_of - due).days)
