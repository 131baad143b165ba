"""The present time, as the database stores times."""

from datetime import UTC, datetime, timedelta
from time import monotonic


def now() -> datetime:
    """The present in whole milliseconds, UTC."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


STARTED = now(), monotonic()


def possible_moments() -> tuple[datetime, datetime]:
    """The earliest and the latest time that it may be, if the clock was set since the process began: what the clock
    says, and what it said at the start plus the time that has gone by. What is kept for some time is kept from the
    latest on, and until the earliest."""
    moment, at = STARTED
    by_clock, by_counting = now(), moment + timedelta(milliseconds=int((monotonic() - at) * 1000))
    return min(by_clock, by_counting), max(by_clock, by_counting)
