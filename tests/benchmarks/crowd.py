"""Clients of a running server, in a process of their own: some honest, some abusive, each with one request at a time.

It reads a `Crowd` as JSON from its input and prints what came of it as JSON.
"""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
import uvloop

from tests.servers import ServerError

NUMBER = b"NUMBER__"


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many clients send which requests, in turn. NUMBER in one is another each time it is sent. It ends after so
    many seconds, or where `abuses` is given, when so many abusive ones are answered."""

    port: int
    key: str
    honest: list[str]
    honest_clients: int
    abusive: list[str] = field(default_factory=list)
    abusive_clients: int = 0
    abusive_key: str = ""
    seconds: float = 10.0
    abuses: int = 0
    stop: str = ""  # a file that ends it when it appears


@dataclass(slots=True)
class Met:
    """What a crowd met with. Times in milliseconds; wrong are honest requests that were not answered with data."""

    seconds: float = 0.0
    honest: int = 0
    p50: float = 0.0
    p99: float = 0.0
    wrong: int = 0
    first_wrong: str = ""
    abuses: int = 0
    answers: dict[str, int] = field(default_factory=dict)


def request(key: str, body: bytes) -> bytes:
    lines = ("POST /graphql HTTP/1.1", "Host: a", "Content-Type: application/json", f"X-API-Key: {key}",
             f"Content-Length: {len(body)}")  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Run:
    """One crowd while it is there."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.met = Met()
        self.times: list[float] = []
        self.answers: Counter[str] = Counter()
        self.sent = 0
        self.began = time.perf_counter()

    @property
    def over(self) -> bool:
        if self.crowd.abuses:
            return self.met.abuses >= self.crowd.abuses
        if self.crowd.stop:
            return Path(self.crowd.stop).exists()
        return time.perf_counter() - self.began > self.crowd.seconds

    async def exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str, body: bytes
    ) -> bytes:
        """The status line's number and the body, as one."""
        self.sent += 1
        writer.write(request(key, body.replace(NUMBER, b"%08d" % self.sent, 3)))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return head[9:12] + b" " + await reader.readexactly(length)

    async def be_honest(self, bodies: Sequence[bytes], first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.crowd.port, limit=2**26)
        turn = first
        while not self.over:
            started = time.perf_counter()
            found = await self.exchange(reader, writer, self.crowd.key, bodies[turn % len(bodies)])
            self.times.append(time.perf_counter() - started)
            if not found.startswith(b'200 {"data":') or b'"userErrors":[{' in found[:2_000]:
                self.met.wrong += 1
                self.met.first_wrong = self.met.first_wrong or found[:500].decode(errors="replace")
            turn += 1
        writer.close()

    async def abuse(self, bodies: Sequence[bytes], first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.crowd.port, limit=2**26)
        turn = first
        while not self.over:
            found = await self.exchange(reader, writer, self.crowd.abusive_key, bodies[turn % len(bodies)])
            self.answers[told(found)] += 1
            self.met.abuses += 1
            turn += 1
        writer.close()

    async def met_with(self) -> Met:
        honest, abusive = ([body.encode() for body in bodies] for bodies in (self.crowd.honest, self.crowd.abusive))
        clients = [self.be_honest(honest, n * 7) for n in range(self.crowd.honest_clients)]
        clients += [self.abuse(abusive, n * len(abusive) // 2) for n in range(self.crowd.abusive_clients)]
        await asyncio.gather(*clients)
        self.met.seconds = time.perf_counter() - self.began
        self.met.honest, times = len(self.times), sorted(self.times) or [0.0]
        self.met.p50, self.met.p99 = (times[int(len(times) * part)] * 1e3 for part in (0.5, 0.99))
        self.met.answers = dict(self.answers.most_common())
        return self.met


def told(answer: bytes) -> str:
    """Status and code."""
    code = answer.partition(b'"code":"')[2].partition(b'"')[0] if b'"errors":[' in answer[:20] else b"data"
    return f"{answer[:3].decode()} {code.decode()}"


def met(crowd: Crowd) -> Met:
    """What a crowd meets with, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.crowd"]
    done = subprocess.run(command, input=orjson.dumps(asdict(crowd)), capture_output=True, check=False, timeout=7_200)
    if done.returncode:
        raise ServerError(f"the crowd failed:\n{done.stderr.decode()[-2_000:]}")
    return Met(**orjson.loads(done.stdout))


def main() -> None:
    crowd = Crowd(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(Run(crowd).met_with()))))


if __name__ == "__main__":
    main()
