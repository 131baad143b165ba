"""The time for which a read has held a connection is charged to its key's budget afterwards: it depends on the size of
the tenant's tables, which the text of a read does not tell."""

from math import ceil

from app.auth.costs import FREE_SECONDS, SECOND
from app.auth.rate_limits import RateLimiter
from app.domain.caller import Caller


def charge_time(rate_limiter: RateLimiter | None, caller: Caller, connection_seconds: float) -> int:
    """The points of the time beyond that which is free, taken from the budget, if there is one."""
    if connection_seconds <= FREE_SECONDS:
        return 0
    points = ceil((connection_seconds - FREE_SECONDS) * SECOND)
    if rate_limiter:
        rate_limiter.charge_used(caller, points)
    return points
