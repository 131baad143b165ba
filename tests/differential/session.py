"""A run of random operations over the ledger, each answered in both ways."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from tests.differential.judge import BY_LEVELS, Difference, Judge
from tests.differential.ledger import build
from tests.differential.operations import Operations
from tests.differential.pools import Pools, learned
from tests.differential.shrink import shrunk
from tests.gateway import Gateway


@dataclass(slots=True)
class Session:
    """A ledger, and what is known of it."""

    judge: Judge
    pools: Pools

    @property
    def outcomes(self) -> Counter[str]:
        return self.judge.outcomes

    @property
    def asked(self) -> int:
        """How many runs there were."""
        return self.outcomes.total() - self.outcomes[BY_LEVELS]

    async def ask(self, seed: int) -> Difference | None:
        """The difference that the operation of a seed shows, made small."""
        random = Random(seed)
        drawn = Operations(random, self.pools).draw()
        found = await self.judge.difference(drawn)
        for answer in self.judge.last:
            self.pools.learn(json.loads(answer), random)
        return await shrunk(self.judge, found) if found else None


async def opened(gateway: Gateway, seed: int = 1) -> Session:
    """A session over a new ledger in the gateway's empty database."""
    owners = await build(gateway, seed)
    return Session(Judge(gateway, [owner.access for owner in owners]), await learned(owners[0].client, Random(seed)))


def seeds(first: int, seconds: float, fewest: int) -> Iterator[int]:
    """One after the other until the time is over, and so many at least."""
    end = time.monotonic() + seconds
    for seed in count(first):
        if seed - first >= fewest and time.monotonic() > end:
            return
        yield seed


def told(found: Difference, seed: int) -> str:
    """A difference in words."""
    before = [f"run before: {run}\n" for run in found.drawn.runs[: found.run]]
    return (
        f"seed {seed}, as tenant {found.caller.last_caller}\n{found.drawn.text}\n"
        f"{''.join(before)}variables: {found.drawn.runs[found.run]}\n"
        f"planned:  {found.planned.decode()}\nexecuted: {found.executed.decode()}\n"
    )
