"""Writes of one tenant on Postgres that arrive while others are under way are done together: one statement and one
commit serve all of them. Where one of them fails, the others are done all the same.

They would wait for one another anyhow, at the end of the tenant's change log. So a tenant needs one connection for its
writes, however many there are, and the more there are at once the less each of them costs.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from app.storage.database.compiled_statement import CompiledStatement, Values
from app.storage.database.driver_errors import may_be_of_one_row
from app.storage.database.exact_json import dump_json

MAX_BATCH = 16  # writes of a batch
ROWS, NUMBER = "rows", "n"
MAX_NUMBER = 2**31 - 1  # that an integer of Postgres holds


@dataclass(frozen=True, slots=True, eq=False)
class BatchStatement:
    """A statement that does several writes of one kind. Its parameter ROWS is a JSON list with an object for each: its
    NUMBER, and the values that `columns` names, each with the function that encodes it, if any. It answers with the
    numbers and the results of the writes that were done."""

    compiled: CompiledStatement
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def row(self, number: int, values: Values) -> str:
        """The JSON of one write."""
        encoded = {
            name: values[name] if encode is None or values[name] is None else encode(values[name])
            for name, encode in self.columns
        }
        return dump_json({NUMBER: number, **encoded})


@dataclass(slots=True, eq=False)
class PendingWrite:
    """A write that is to be done: its row, and the values that all writes of a batch must have in common."""

    tenant_id: int
    number: int
    statement: BatchStatement
    common: Values
    row: str
    result: asyncio.Future[int | None]

    def fits_with(self, other: "PendingWrite") -> bool:
        return self.statement is other.statement and self.common == other.common


@dataclass(slots=True)
class WriteBatcher:
    """The batches of one database's tenants. `checkout` gives the driver's connection for a tenant's batch; a write
    fails that waits for its batch for longer than `wait` seconds."""

    checkout: Callable[[int], AbstractAsyncContextManager[Any]]
    wait: float
    note: Callable[[Any, str], None]  # what a driver's connection is to run
    queues: dict[int, deque[PendingWrite]] = field(default_factory=dict)  # by tenant, while it writes
    numbers: Iterator[int] = field(default_factory=count)
    running: set[asyncio.Task[None]] = field(default_factory=set)  # one for each queue

    async def write(self, tenant_id: int, statement: BatchStatement, common: Values, values: Values) -> int | None:
        """The result of a write, once it is committed; None where it was not done. Raises TimeoutError, and the errors
        of the driver."""
        loop = asyncio.get_running_loop()
        number = next(self.numbers) & MAX_NUMBER
        row = statement.row(number, values)
        pending = PendingWrite(tenant_id, number, statement, common, row, loop.create_future())
        queue = self.queues.get(tenant_id)
        if queue is None:
            queue = self.queues[tenant_id] = deque((pending,))
            task = loop.create_task(self.run(tenant_id, queue), context=Context())  # of no request: it serves all
            self.running.add(task)
            task.add_done_callback(self.running.discard)
            return await pending.result
        queue.append(pending)
        giving_up = loop.call_later(self.wait, give_up, queue, pending)
        try:
            return await pending.result
        finally:
            giving_up.cancel()

    async def run(self, tenant_id: int, queue: deque[PendingWrite]) -> None:
        """Does batch after batch, until nobody waits."""
        batch: list[PendingWrite] = []
        try:
            while queue:
                batch = next_batch(queue)
                await self.execute(batch)
        finally:
            del self.queues[tenant_id]
            for pending in (*batch, *queue):
                pending.result.cancel()  # the process ends in the middle of it

    async def execute(self, batch: Sequence[PendingWrite]) -> None:
        """Does the writes of a batch, and gives each its result."""
        try:
            written = await self.send(batch)
        except Exception as failure:
            if len(batch) == 1 or not may_be_of_one_row(failure):
                fail(batch, failure)
                return
        else:
            for pending in batch:
                if not pending.result.done():  # it has given up
                    pending.result.set_result(written.get(pending.number))
            return
        for pending in batch:  # nothing was written: alone, only the one that is at fault fails
            await self.execute([pending])

    async def send(self, batch: Sequence[PendingWrite]) -> dict[int, int]:
        """The results of the writes that were done, by their numbers."""
        first = batch[0]
        rows = f"[{','.join([pending.row for pending in batch])}]"
        arguments = first.statement.compiled.arguments({**first.common, ROWS: rows})
        async with self.checkout(first.tenant_id) as driver:
            self.note(driver, first.statement.compiled.text)
            return dict(await driver.fetch(first.statement.compiled.text, *arguments))


async def write_alone(driver: Any, statement: BatchStatement, common: Values, values: Values) -> int | None:
    """The result of a write that is done in the transaction of the driver's connection; None where it was not done."""
    arguments = statement.compiled.arguments({**common, ROWS: f"[{statement.row(0, values)}]"})
    return dict(await driver.fetch(statement.compiled.text, *arguments)).get(0)


def next_batch(queue: deque[PendingWrite]) -> list[PendingWrite]:
    """The next batch: the write that has waited longest, and those that fit with it."""
    batch: list[PendingWrite] = []
    others: list[PendingWrite] = []
    while queue and len(batch) < MAX_BATCH:
        pending = queue.popleft()
        if pending.result.done():  # it has given up
            continue
        fits = not batch or pending.fits_with(batch[0])
        (batch if fits else others).append(pending)
    queue.extendleft(reversed(others))
    return batch


def give_up(queue: deque[PendingWrite], pending: PendingWrite) -> None:
    """Fails a write whose batch has not begun."""
    if pending in queue:
        fail([pending], TimeoutError())


def fail(batch: Sequence[PendingWrite], failure: Exception) -> None:
    for pending in batch:
        if not pending.result.done():
            pending.result.set_exception(failure)
