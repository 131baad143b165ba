"""A semaphore whose slots are shared fairly between keys: what one key asks for does not make another wait for it all.

Start-time fair queueing (Goyal, Vin, Cheng: SIGCOMM 1996) of what a process has few of: the thread for long
computations, connections to the database, rendering processes. A key is whoever has a share: an API key, a tenant.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Flow:
    """The requests of one key."""

    held: int = 0  # slots
    finish: float = 0.0  # the virtual time by which the key has had its share
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class FairSemaphore:
    """At most `slots` are held at a time, and by one key at most `max_per_key`. A slot that becomes free goes to the
    waiting key that holds the fewest, and among those to the one that has been served least. Whoever waits no longer
    than a bound puts `asyncio.timeout` around `acquire`."""

    def __init__(self, slots: int, max_per_key: int | None = None) -> None:
        self.slots = self.free = slots
        self.max_per_key = slots if max_per_key is None else max_per_key
        self.flows: dict[Hashable, Flow] = {}
        self.virtual_time = 0.0
        self.waiting = 0

    def try_acquire(self, key: Hashable) -> bool:
        """Takes a slot if there is one for the key. Overtakes nobody: while a slot is free, all who wait hold as many
        as they may."""
        flow = self.flow(key)
        if not self.free or flow.held >= self.max_per_key:
            return False
        self.take(flow)
        return True

    async def acquire(self, key: Hashable) -> None:
        """Takes a slot as soon as it is the key's turn."""
        if self.try_acquire(key):
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        flow = self.flow(key)
        flow.waiting.append(turn)
        self.waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # its turn came in the same moment
                self.release(key, 0)
            elif turn in flow.waiting:  # or it was passed over
                flow.waiting.remove(turn)
                self.waiting -= 1
            raise

    def release(self, key: Hashable, service: float) -> None:
        """Gives a slot back. `service` is what was done with it, in any unit, the same for all keys: seconds, say."""
        flow = self.flows[key]
        flow.held -= 1
        self.free += 1
        if not self.waiting and self.free == self.slots:  # nothing is shared any more: all begin anew
            self.flows.clear()
            self.virtual_time = 0.0
            return
        flow.finish = max(flow.finish, self.virtual_time) + service
        while self.free and self.waiting and (following := self.next_flow()):
            turn = following.waiting.popleft()
            self.waiting -= 1
            if not turn.cancelled():  # by a task that has not run since
                self.virtual_time = max(self.virtual_time, following.finish)
                self.take(following)
                turn.set_result(None)

    def flow(self, key: Hashable) -> Flow:
        return self.flows.get(key) or self.flows.setdefault(key, Flow())

    def take(self, flow: Flow) -> None:
        flow.held += 1
        self.free -= 1

    def next_flow(self) -> Flow | None:
        """Whose turn it is; None where nobody waits who may hold one more."""
        waiting = [flow for flow in self.flows.values() if flow.waiting and flow.held < self.max_per_key]
        return min(waiting, key=lambda flow: (flow.held, flow.finish), default=None)
