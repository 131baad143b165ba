"""The time for which a read has held a connection is charged to its key's budget afterwards: it depends on the size of
the tenant's tables, which the text of a read does not tell."""

from math import ceil

from app.auth.costs import FREE_SECONDS, SECOND
from app.auth.rate_limits import RateLimiter
from app.domain.caller import Caller


def charge_time(rate_limiter: RateLimiter | None, caller: Caller, connection_seconds: float) -> None:
    """Charges what goes beyond the time that is free."""
    if rate_limiter and connection_seconds > FREE_SECONDS:
        rate_limiter.charge_used(caller, ceil((connection_seconds - FREE_SECONDS) * SECOND))
