"""Honest clients of a running server, in a process of their own: so many requests a second, whatever becomes of those
before (open loop), so that a server that stands still is not spared the requests of that time.

It reads a `Load` as JSON from its input and prints what came of it as JSON. Time is taken from when a request is due.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle

import orjson
import uvloop

from tests.benchmarks.driver import FAULTS, NUMBER
from tests.benchmarks.fairness.exchange import Connection, Reply

PATIENCE = 60.0  # seconds, after which a request counts as an error


@dataclass(frozen=True, slots=True)
class Load:
    """Turns that are taken one after the other: whole requests, of which the last is measured and those before it
    prepare it; bytes as Latin-1. NUMBER in one is another each time it is sent, of as many characters."""

    port: int
    turns: list[list[str]]
    rate: float  # turns a second
    seconds: float


@dataclass(frozen=True, slots=True)
class Served:
    """What a load was answered; times in milliseconds."""

    requests: int
    p50: float
    p99: float
    errors: int
    first_error: str = ""


class Run:
    """One load while it runs."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.idle: list[Connection] = []
        self.times: list[float] = []
        self.failures: list[str] = []

    async def served(self) -> Served:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        tasks = []
        for number, turn in zip(
            range(int(self.load.rate * self.load.seconds)), numbered(self.load.turns), strict=False
        ):
            due = began + number / self.load.rate
            await asyncio.sleep(due - time.perf_counter())
            tasks.append(loop.create_task(self.take(turn, due)))
        await asyncio.gather(*tasks)
        times = sorted(self.times) or [0.0]
        p50, p99 = (times[int(len(times) * part)] * 1e3 for part in (0.5, 0.99))
        return Served(len(self.times), p50, p99, len(self.failures), (self.failures or [""])[0])

    async def take(self, turn: list[bytes], due: float) -> None:
        *before, measured = turn
        try:
            async with asyncio.timeout(PATIENCE):
                for request in before:
                    await self.ask(request)
                    due = time.perf_counter()
                reply = await self.ask(measured)
        except (OSError, TimeoutError) as failure:
            self.failures.append(repr(failure))
        else:
            if reply.status != "200" or any(fault in reply.start or fault in reply.end for fault in FAULTS):
                self.failures.append(reply.start.decode(errors="replace") or reply.status)
        self.times.append(time.perf_counter() - due)

    async def ask(self, request: bytes) -> Reply:
        """By a connection that is idle, or a new one."""
        while self.idle and self.idle[-1].closed:  # as servers close what was idle for long
            self.idle.pop()
        connection = self.idle.pop() if self.idle else await Connection.open(self.load.port)
        try:
            reply = await connection.ask(request)
        except BaseException:
            connection.close()
            raise
        if not connection.closed:
            self.idle.append(connection)
        return reply


def numbered(turns: list[list[str]]) -> Iterator[list[bytes]]:
    """The turns again and again. Numbers differ from those of every other load, too."""
    ready = cycle([[request.encode("latin-1") for request in turn] for turn in turns])
    start = time.time_ns() // 1_000_000
    mark = NUMBER.encode()
    for number, turn in enumerate(ready, start):
        yield [request.replace(mark, b"%08x" % (number & 0xFFFFFFFF)) for request in turn]


def main() -> None:
    load = Load(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(Run(load).served()))))


if __name__ == "__main__":
    main()
