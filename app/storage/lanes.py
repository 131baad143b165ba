"""How many writers of one tenant Postgres is given at once.

They go one after another anyhow, at the end of their tenant's change log. Those that would only wait there, each with a
connection of its own, wait here: the database is spared a third of its work, and the connections are left to others.
"""

import asyncio
from weakref import WeakValueDictionary

WRITERS = 5  # enough that a flush serves several


class Lanes:
    """The lanes of a database's tenants; whoever waits longer than `wait` seconds for one is told so."""

    def __init__(self, wait: float) -> None:
        self.wait = wait
        self.lanes: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()

    async def entered(self, tenant_id: int) -> asyncio.Semaphore:
        """The tenant's lane, which the caller is to release. Raises TimeoutError."""
        lane = self.lanes.get(tenant_id)
        if lane is None:
            lane = self.lanes[tenant_id] = asyncio.Semaphore(WRITERS)
        if lane.locked():
            async with asyncio.timeout(self.wait):
                await lane.acquire()
        else:
            await lane.acquire()  # at once
        return lane
