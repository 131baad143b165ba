"""Writes of one tenant on Postgres that come while others are under way are done together: one statement, one commit
and one step of the tenant's change log serve all of them, and none shares another's fate.

They would go one after another anyhow, at the end of the log. So a tenant takes one connection for its writing however
many write, and a write costs the less the more there are.
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
from app.storage.database.driver_errors import of_one_row
from app.storage.database.exact_json import dump_json

MAX_BATCH = 16  # writes of a batch
ROWS, NUMBER = "rows", "n"
MOST = 2**31 - 1  # that an integer of Postgres holds


@dataclass(frozen=True, slots=True, eq=False)
class BatchStatement:
    """A statement that does several writes of one kind. Its parameter ROWS is a JSON list with an object for each: its
    NUMBER, and the values that `columns` names, each with what is made of it. It answers with the numbers of the writes
    that were done, and what each came to."""

    statement: CompiledStatement
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def row(self, number: int, values: Values) -> str:
        """The JSON of one write."""
        made = {
            name: values[name] if process is None or values[name] is None else process(values[name])
            for name, process in self.columns
        }
        return dump_json({NUMBER: number, **made})


@dataclass(slots=True, eq=False)
class PendingWrite:
    """A write that is to be done: its row, and the values that it must have in common with all of its batch."""

    number: int
    kind: BatchStatement
    common: Values
    row: str
    answer: asyncio.Future[int | None]

    def goes_with(self, other: "PendingWrite") -> bool:
        return self.kind is other.kind and self.common == other.common


@dataclass(slots=True)
class WriteBatcher:
    """The batches of one database's tenants. `lent` gives the driver's connection for one; whoever waits longer than
    `wait` seconds for those before it is told so."""

    lent: Callable[[], AbstractAsyncContextManager[Any]]
    wait: float
    queues: dict[int, deque[PendingWrite]] = field(default_factory=dict)  # of the tenants that write just now
    numbers: Iterator[int] = field(default_factory=count)
    running: set[asyncio.Task[None]] = field(default_factory=set)  # one for each of them

    async def write(self, tenant_id: int, kind: BatchStatement, common: Values, values: Values) -> int | None:
        """What a write comes to, when it is committed; None where it was not done. Raises TimeoutError, and the
        driver's errors."""
        loop = asyncio.get_running_loop()
        number = next(self.numbers) & MOST
        waiting = PendingWrite(number, kind, common, kind.row(number, values), loop.create_future())
        queue = self.queues.get(tenant_id)
        if queue is None:
            queue = self.queues[tenant_id] = deque((waiting,))
            task = loop.create_task(self.run(tenant_id, queue), context=Context())  # of no request: it serves all
            self.running.add(task)
            task.add_done_callback(self.running.discard)
            return await waiting.answer
        queue.append(waiting)
        giving_up = loop.call_later(self.wait, give_up, queue, waiting)
        try:
            return await waiting.answer
        finally:
            giving_up.cancel()

    async def run(self, tenant_id: int, queue: deque[PendingWrite]) -> None:
        """Batch after batch, for as long as somebody waits."""
        batch: list[PendingWrite] = []
        try:
            while queue:
                batch = next_batch(queue)
                await self.do(batch)
        finally:
            del self.queues[tenant_id]
            for waiting in (*batch, *queue):
                waiting.answer.cancel()  # the process ends in the middle of it

    async def do(self, batch: Sequence[PendingWrite]) -> None:
        """Does the writes of a batch, and tells each what it came to."""
        try:
            written = await self.send(batch)
        except Exception as failure:
            if len(batch) == 1 or not of_one_row(failure):
                refuse(batch, failure)
                return
        else:
            for waiting in batch:
                if not waiting.answer.done():  # it has given up
                    waiting.answer.set_result(written.get(waiting.number))
            return
        for waiting in batch:  # nothing was written: whose fault it was comes out where each is alone
            await self.do([waiting])

    async def send(self, batch: Sequence[PendingWrite]) -> dict[int, int]:
        """What the writes that were done came to, by their numbers."""
        first = batch[0]
        rows = f"[{','.join([waiting.row for waiting in batch])}]"
        arguments = first.kind.statement.arguments({**first.common, ROWS: rows})
        async with self.lent() as driver:
            return dict(await driver.fetch(first.kind.statement.text, *arguments))


def next_batch(queue: deque[PendingWrite]) -> list[PendingWrite]:
    """The next batch: whoever has waited longest, and those that go with it."""
    batch: list[PendingWrite] = []
    others: list[PendingWrite] = []
    while queue and len(batch) < MAX_BATCH:
        waiting = queue.popleft()
        if waiting.answer.done():  # it has given up
            continue
        fits = not batch or waiting.goes_with(batch[0])
        (batch if fits else others).append(waiting)
    queue.extendleft(reversed(others))
    return batch


def give_up(queue: deque[PendingWrite], waiting: PendingWrite) -> None:
    """Ends the wait for a batch that has not begun."""
    if waiting in queue:
        refuse([waiting], TimeoutError())


def refuse(batch: Sequence[PendingWrite], failure: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(failure)
