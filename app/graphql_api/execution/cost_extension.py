"""The cost of an operation: taken from the key's budget before it runs, and added to the answer if the client asks."""

from typing import Any

import orjson
from graphql import ExecutionResult

from app.auth.rate_limits import RateLimited, RateLimiter
from app.domain.caller import Caller
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, RequestError, error


async def spend(budgets: RateLimiter, caller: Caller, cost: int) -> None:
    """Raises RequestError where the budget is spent up."""
    try:
        await budgets.charge(caller, cost)
    except RateLimited as reason:
        raise RequestError([error(ErrorCode.RATE_LIMITED, str(reason))], 429, reason.headers) from None


def cost_extension(context: Context, limit: int, budgets: RateLimiter | None) -> dict[str, Any]:
    """What `extensions.cost` says: `limit` bounds what is requested, the budget pays what is charged."""
    budget = {"limit": budgets.points, "remaining": budgets.remaining(context.caller)} if budgets else None
    return {"requested": context.requested, "charged": context.charged, "limit": limit, "budget": budget}


def with_cost_extension(answer: ExecutionResult | bytes, extension: dict[str, Any]) -> ExecutionResult | bytes:
    """The answer with its cost; one that is JSON already is not read for it."""
    if isinstance(answer, bytes):
        return b'%s,"extensions":%s}' % (answer[:-1], orjson.dumps({"cost": extension}))
    answer.extensions = {"cost": extension}
    return answer
