"""What each key may spend in a minute: points that come back evenly, as many as a minute brings at most.

On SQLite one process serves, and keeps count. On Postgres the workers share a table, from which each takes a slice at a
time, so that few requests ask it. Only keys that were found valid are spent from.
"""

import asyncio
from dataclasses import dataclass, field
from math import ceil, floor
from time import monotonic

import sqlalchemy as sa

from app.domain.caller import Caller
from app.storage.database.engine import Database

MINUTE = 60.0  # seconds
SLICES = 20  # in a budget


class RateLimited(Exception):
    """The key must wait for so many seconds."""

    def __init__(self, budget: int, seconds: float) -> None:
        self.seconds = max(ceil(seconds), 1)
        wait = "1 second" if self.seconds == 1 else f"{self.seconds} seconds"
        super().__init__(f"The key's budget of {budget} points a minute is spent up: try again in {wait}.")


@dataclass(slots=True)
class TokenBucket:
    """A key's budget, as this process knows it. What is spent is told as time: the budget will be whole again at the
    moment `spent_until`, which others may have moved meanwhile. `left` are points of a slice: nobody else's now."""

    spent_until: float = 0.0  # by the monotonic clock
    left: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class RateLimiter:
    """The budgets of all keys, each of so many points."""

    database: Database
    points: int
    buckets: dict[str, TokenBucket] = field(default_factory=dict)  # by the key's hash

    async def spend(self, caller: Caller, cost: int) -> None:
        """Takes the cost of a request from the budget of the caller's key, once however often it is run. Raises
        SpentUp."""
        if (held := self.database.current_transaction.get()) and held.runs > 1:
            return
        purse = self.buckets.get(caller.key_hash) or self.buckets.setdefault(caller.key_hash, TokenBucket())
        if purse.left < cost:
            async with purse.lock:  # or all that wait would take a slice each
                if purse.left < cost:
                    await self.take(purse, caller, cost - purse.left)
        purse.left -= cost

    async def take(self, purse: TokenBucket, caller: Caller, needed: int) -> None:
        """Adds what is needed to what is left, and on Postgres the rest of a slice. Raises SpentUp."""
        taken = needed
        if self.room(purse) < needed:  # others can only have left less
            taken = 0
        elif self.database.is_sqlite:
            purse.spent_until = max(purse.spent_until, monotonic()) + self.seconds(needed)
        else:
            taken = await self.take_shared(purse, caller, needed)
        if not taken:
            raise RateLimited(self.points, self.seconds(needed - self.room(purse)))
        purse.left += taken

    async def take_shared(self, purse: TokenBucket, caller: Caller, needed: int) -> int:
        """What the table grants: a slice, or what is there of one, or nothing where that is less than needed."""
        values = {
            "tenant_id": caller.tenant_id,
            "key_hash": caller.key_hash,
            "needed": needed,
            "wanted": max(needed, self.points // SLICES),
            "points": self.points,
        }
        # Whatever becomes of the request, its points are spent; and what it is to do in one transaction has not begun.
        with self.database.apart():
            async with self.database.writing(caller.tenant_id) as connection:
                row = (await connection.execute(TAKE, values)).one()
        purse.spent_until = monotonic() + row.ahead
        return int(row.taken)

    def remaining(self, caller: Caller) -> int:
        """What the caller can still spend, as far as this process knows."""
        purse = self.buckets.get(caller.key_hash) or TokenBucket()
        return purse.left + max(floor(self.room(purse)), 0)

    def room(self, purse: TokenBucket) -> float:
        """The points that nobody has taken."""
        ahead = max(purse.spent_until - monotonic(), 0)
        return (MINUTE - ahead) * self.points / MINUTE

    def seconds(self, points: float) -> float:
        """How long it takes until so many points are back."""
        return points * MINUTE / self.points


# By the database's clock, which all workers share. `taken` is kept for the statement itself to tell.
TAKE = sa.text("""
INSERT INTO budgets AS kept (tenant_id, key_hash, spent_until, taken)
VALUES (:tenant_id, :key_hash, now() + :wanted * interval '1 minute' / :points, :wanted)
ON CONFLICT (tenant_id, key_hash) DO UPDATE SET (spent_until, taken) = (
    SELECT start + granted * interval '1 minute' / :points, granted
    FROM (SELECT greatest(kept.spent_until, now()) AS start) AS a,
        LATERAL (SELECT floor(extract(epoch FROM now() + interval '1 minute' - start) * :points / 60) AS room) AS b,
        LATERAL (SELECT CASE WHEN room >= :needed THEN least(:wanted, room) ELSE 0 END AS granted) AS c)
RETURNING taken, extract(epoch FROM spent_until - now())::float AS ahead
""").bindparams(
    *(sa.bindparam(name, type_=sa.Integer) for name in ("tenant_id", "needed", "wanted", "points")),
    sa.bindparam("key_hash", type_=sa.String),
)
