"""The client of the benchmark, in a process of its own: keeps so many connections busy for a while, by raw HTTP/1.1.

It reads a `Job` as JSON from its input and prints what came of it as JSON: it shares the machine with what it measures,
so its requests are ready-made and of an answer it looks at no more than the head and the first bytes.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import cast

import orjson
import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
FAULTS = (b'"errors":[', b'"userErrors":[{')
NUMBER = "NUMBER__"
LOOKED_AT = 1_000  # bytes of an answer, from both of its ends


@dataclass(frozen=True, slots=True)
class Job:
    """Requests to one address. `bodies` are sent in turn; NUMBER in one is another each time it is sent."""

    port: int
    path: str
    headers: dict[str, str]
    bodies: list[str]
    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job came to; times in milliseconds."""

    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float
    first_failure: str = ""

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def requests(job: Job) -> Iterator[bytes]:
    lines = [f"POST {job.path} HTTP/1.1", f"Host: 127.0.0.1:{job.port}", "Content-Type: application/json"]
    lines += ["Accept: application/json", *(f"{name}: {value}" for name, value in job.headers.items())]
    head = "\r\n".join(lines)
    made = [f"{head}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode() for body in job.bodies]
    if NUMBER not in job.bodies[0]:
        return cycle(made)
    mark = NUMBER.encode()
    return (request.replace(mark, b"%08d" % number) for number, request in enumerate(cycle(made)))


class Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is whole."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.ended = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport
        self.received: list[bytes] = []
        self.missing: int | None = None  # bytes of the answer; unknown before its head is whole
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.send()

    def send(self) -> None:
        self.received = []
        self.missing = None
        self.sent_at = time.perf_counter()
        self.transport.write(next(self.run.requests))

    def data_received(self, data: bytes) -> None:
        self.received.append(data)
        if self.missing is None:
            self.received = [b"".join(self.received)]
            self.missing = missing_of(self.received[0])
        else:
            self.missing -= len(data)
        if self.missing == 0:
            self.answered()

    def answered(self) -> None:
        now = time.perf_counter()
        self.run.note(self.received, now - self.sent_at)
        if now < self.run.until:
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, reason: Exception | None) -> None:
        if reason is not None or time.perf_counter() < self.run.until:
            self.run.fail(repr(reason))
        self.ended.set_result(None)


def missing_of(data: bytes) -> int | None:
    """How many bytes of the answer are still to come; None while its head is not whole."""
    head, found, body = data.partition(HEAD_END)
    if not found:
        return None
    _, _, rest = head.lower().partition(LENGTH)
    return int(rest.partition(b"\r\n")[0]) - len(body)


class Run:
    """One job while it runs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.requests = requests(job)
        self.until = time.perf_counter() + job.seconds
        self.times: list[float] = []
        self.failed = 0
        self.first_failure = ""

    def note(self, received: list[bytes], seconds: float) -> None:
        self.times.append(seconds)
        first, last = received[0][:LOOKED_AT], received[-1][-LOOKED_AT:]
        if not first.startswith(b"HTTP/1.1 200") or any(fault in first or fault in last for fault in FAULTS):
            self.fail(first.decode(errors="replace"))

    def fail(self, reason: str) -> None:
        self.failed += 1
        self.first_failure = self.first_failure or reason

    async def outcome(self) -> Outcome:
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        made = [
            await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.job.port)
            for _ in range(self.job.connections)
        ]
        await asyncio.gather(*(connection.ended for _, connection in made))
        seconds, times = time.perf_counter() - started, sorted(self.times)
        p50, p99 = (times[int(len(times) * part)] * 1000 if times else 0.0 for part in (0.5, 0.99))
        return Outcome(len(times), self.failed, seconds, p50, p99, self.first_failure)


def main() -> None:
    job = Job(**orjson.loads(sys.stdin.buffer.read()))
    outcome = uvloop.run(Run(job).outcome())
    sys.stdout.buffer.write(orjson.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
