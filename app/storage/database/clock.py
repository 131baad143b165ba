"""The present, as times are kept."""

from datetime import UTC, datetime, timedelta
from time import monotonic


def now() -> datetime:
    """The present in whole milliseconds, UTC."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


STARTED = now(), monotonic()


def span() -> tuple[datetime, datetime]:
    """The earliest and the latest that it may be, if the clock was set since the process began: what it tells, and what
    it told then with the time that has gone by. Whatever is to be kept for a time is kept from the latest on, and until
    the earliest."""
    moment, at = STARTED
    told, counted = now(), moment + timedelta(milliseconds=int((monotonic() - at) * 1000))
    return min(told, counted), max(told, counted)
