"""The present, as times are kept."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present in whole milliseconds, UTC."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
