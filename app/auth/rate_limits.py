"""Rate limits: how many points each API key may spend a minute. The points come back evenly.

On SQLite one process serves, and counts by itself. On Postgres the workers share a table, from which each takes a slice
of the budget at a time, so that few requests ask the database. Only valid keys are charged.
"""

import asyncio
from dataclasses import dataclass, field
from math import ceil, floor
from time import monotonic

import sqlalchemy as sa

from app.domain.caller import Caller
from app.storage.database.engine import Database

MINUTE = 60.0  # seconds
SLICES_PER_BUDGET = 20
MIN_WAIT = 0.05  # seconds between two attempts to take from a bucket
MAX_INTEGER = 2**31 - 1  # of the database


class RateLimited(Exception):
    """The key has too few points left. `headers` tell when it has enough, `seconds` more exactly."""

    def __init__(self, cost: int, left: int, budget: int, seconds: float) -> None:
        whole = max(ceil(seconds), 1)
        self.seconds = seconds
        self.headers = {"Retry-After": str(whole)}
        asked = "1 point" if cost == 1 else f"{cost} points"
        rest = "1 is" if left == 1 else f"{left} are"
        wait = "1 second" if whole == 1 else f"{whole} seconds"
        super().__init__(
            f"The request costs {asked}, and {rest} left of the key's budget of {budget} a minute: try again in {wait}."
        )


@dataclass(slots=True)
class TokenBucket:
    """The points of one key, as this process knows them. The shared part is kept as a time: `full_at`, when it would be
    full again if nothing more was spent. `tokens` were taken from it already, and belong to this process alone;
    fewer than 0 were used without having been taken."""

    full_at: float = 0.0  # by the monotonic clock
    tokens: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class RateLimiter:
    """The buckets of all keys, each of so many points a minute."""

    database: Database
    points: int
    buckets: dict[str, TokenBucket] = field(default_factory=dict)  # by the key's hash

    async def charge(self, caller: Caller, cost: int) -> None:
        """Takes the cost of a request from the bucket of the caller's key; only once for a request that is run again.
        Raises RateLimited."""
        if (transaction := self.database.current_transaction.get()) and transaction.runs > 1:
            return
        bucket = self.bucket(caller)
        if bucket.tokens < cost:
            async with bucket.lock:  # or every waiting request would take a slice
                if bucket.tokens < cost:
                    await self.refill(bucket, caller, cost)
        bucket.tokens -= cost

    async def charge_in_time(self, caller: Caller, cost: int) -> None:
        """Takes the cost, and waits until the bucket has so much: for work that goes on for long. A cost that is larger
        than a slice of the budget is taken slice by slice."""
        while cost > 0:
            part = min(cost, max(self.points // SLICES_PER_BUDGET, 1))
            try:
                await self.charge(caller, part)
                cost -= part
            except RateLimited as reason:
                await asyncio.sleep(max(reason.seconds, MIN_WAIT))

    def charge_used(self, caller: Caller, cost: int) -> None:
        """Takes from the bucket what a request has used already. Nothing is refused for it, so the budget may fall
        below zero: then the key's next request waits until it is paid. Asks no database; other workers learn of it when
        this one takes its next slice."""
        self.bucket(caller).tokens -= cost

    def bucket(self, caller: Caller) -> TokenBucket:
        return self.buckets.get(caller.key_hash) or self.buckets.setdefault(caller.key_hash, TokenBucket())

    async def refill(self, bucket: TokenBucket, caller: Caller, cost: int) -> None:
        """Pays what is owed, and adds so many tokens to the bucket that the cost can be paid. Raises RateLimited where
        there are not so many."""
        owed, needed, granted = max(-bucket.tokens, 0), cost - max(bucket.tokens, 0), 0
        # Other workers may have spent since the bucket was read, and never the other way round.
        if owed or self.available(bucket) >= needed:
            granted = await self.take(bucket, caller, needed, owed)
            bucket.tokens += owed + granted
        if not granted:
            wait = self.seconds_to_refill(needed - self.available(bucket))
            raise RateLimited(cost, self.remaining(caller), self.points, wait)

    async def take(self, bucket: TokenBucket, caller: Caller, needed: int, owed: int) -> int:
        """The tokens that are granted once `owed` are paid; 0 where fewer than needed are left."""
        if not self.database.is_sqlite:
            return await self.take_slice(bucket, caller, needed, owed)
        bucket.full_at = max(bucket.full_at, monotonic()) + self.seconds_to_refill(owed)
        if self.available(bucket) < needed:
            return 0
        bucket.full_at += self.seconds_to_refill(needed)
        return needed

    async def take_slice(self, bucket: TokenBucket, caller: Caller, needed: int, owed: int) -> int:
        """What the shared table grants: a slice, or what is left of the budget; 0 where that is less than needed."""
        values = {
            "tenant_id": caller.tenant_id,
            "key_hash": caller.key_hash,
            "owed": min(owed, MAX_INTEGER),
            "needed": needed,
            "wanted": max(needed, self.points // SLICES_PER_BUDGET),
            "points": self.points,
        }
        # In a transaction of its own: points stay spent even where the request's own transaction is rolled back.
        with self.database.outside_request_transaction():
            async with self.database.writing(caller.tenant_id) as connection:
                row = (await connection.execute(TAKE_SLICE, values)).one()
        bucket.full_at = monotonic() + row.ahead
        return int(row.taken)

    def remaining(self, caller: Caller) -> int:
        """The points that the caller can still spend, as far as this process knows."""
        bucket = self.buckets.get(caller.key_hash) or TokenBucket()
        return max(min(bucket.tokens + max(floor(self.available(bucket)), 0), self.points), 0)

    def available(self, bucket: TokenBucket) -> float:
        """The points that no worker has taken."""
        ahead = max(bucket.full_at - monotonic(), 0)
        return (MINUTE - ahead) * self.points / MINUTE

    def seconds_to_refill(self, points: float) -> float:
        return points * MINUTE / self.points


# Uses the clock of the database, which all workers share. The column `taken` is there to be returned.
TAKE_SLICE = sa.text("""
INSERT INTO budgets AS kept (tenant_id, key_hash, spent_until, taken)
SELECT :tenant_id, :key_hash, now() + (:owed + granted) * interval '1 minute' / :points, granted
FROM (SELECT CASE WHEN :points - :owed >= :needed THEN least(:wanted, :points - :owed) ELSE 0 END AS granted) AS a
ON CONFLICT (tenant_id, key_hash) DO UPDATE SET (spent_until, taken) = (
    SELECT start + granted * interval '1 minute' / :points, granted
    FROM (SELECT greatest(kept.spent_until, now()) + :owed * interval '1 minute' / :points AS start) AS a,
        LATERAL (SELECT floor(extract(epoch FROM now() + interval '1 minute' - start) * :points / 60) AS room) AS b,
        LATERAL (SELECT CASE WHEN room >= :needed THEN least(:wanted, room) ELSE 0 END AS granted) AS c)
RETURNING taken, extract(epoch FROM spent_until - now())::float AS ahead
""").bindparams(
    *(sa.bindparam(name, type_=sa.Integer) for name in ("tenant_id", "owed", "needed", "wanted", "points")),
    sa.bindparam("key_hash", type_=sa.String),
)
