"""The client that attacks a running server, in a process of its own. It is the last to get a processor (niceness 10),
so that its own work delays neither the server nor the clients whose times are measured.

It reads an `Attack` as JSON from its input and prints what came of it as JSON.
"""

import asyncio
import os
import re
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import orjson
import uvloop

from tests.benchmarks.driver import NUMBER
from tests.benchmarks.fairness.attackers import ATTACKERS, Attacker, Call, Manner
from tests.benchmarks.fairness.exchange import Connection, Reply

NICENESS = 10
PAUSE = 0.2  # seconds after a connection was refused or closed
CODE = re.compile(rb'"(?:code|error)":"([^"]{1,60})"')
POINTS = re.compile(rb'"(?:charged|requested)":(\d+)')
CONNECTION = b"CONNECTION__"


@dataclass(frozen=True, slots=True)
class Attack:
    """Who attacks, by the names of `ATTACKERS`, and with which keys."""

    port: int
    names: list[str]
    keys: dict[str, str]
    seconds: float


@dataclass(slots=True)
class Done:
    """What attackers did: requests, the points that answers told, and how many answers of each kind there were."""

    requests: int = 0
    points: int = 0
    answers: dict[str, int] = field(default_factory=dict)


class Run:
    """One attack while it runs."""

    def __init__(self, attack: Attack) -> None:
        self.attack = attack
        self.done = Done()
        self.answers: Counter[str] = Counter()
        self.number = time.time_ns()  # those of another run are others
        self.until = time.perf_counter() + attack.seconds

    async def finished(self) -> Done:
        tasks = []
        for name in self.attack.names:
            attacker = ATTACKERS[name]
            calls = [head_and_body(call, self.attack.keys.get(attacker.key, "")) for call in attacker.calls()]
            tasks += [
                asyncio.create_task(self.attack_by(attacker, calls, number)) for number in range(attacker.connections)
            ]
        self.until = time.perf_counter() + self.attack.seconds
        await asyncio.wait(tasks, timeout=self.attack.seconds)
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
        self.done.answers = dict(self.answers.most_common(8))
        return self.done

    async def attack_by(self, attacker: Attacker, calls: list[bytes], number: int) -> None:
        """One connection after the other, until the time is over."""
        while time.perf_counter() < self.until:
            try:
                connection = await Connection.open(self.attack.port)
            except OSError:
                await asyncio.sleep(PAUSE)
                continue
            try:
                await MANNERS[attacker.manner](self, attacker, [mark(call, number) for call in calls], connection)
            finally:
                connection.close()

    def numbered(self, call: bytes) -> bytes:
        self.number += 1
        self.done.requests += 1
        return call.replace(NUMBER.encode(), b"%016x" % self.number)

    def note(self, reply: Reply) -> None:
        code = CODE.search(reply.start + reply.end)
        self.answers[f"{reply.status} {code[1].decode()}" if code else reply.status] += 1
        points = POINTS.findall(reply.end)
        self.done.points += max(map(int, points), default=0)

    async def answered(self, _: Attacker, calls: list[bytes], connection: Connection) -> None:
        while not connection.closed:
            for call in calls:
                self.note(await connection.ask(self.numbered(call)))
        await asyncio.sleep(PAUSE)

    async def abandoned(self, attacker: Attacker, calls: list[bytes], connection: Connection) -> None:
        for call in calls:
            with suppress(TimeoutError):
                self.note(await asyncio.wait_for(connection.ask(self.numbered(call)), attacker.patience))

    async def unread(self, attacker: Attacker, calls: list[bytes], connection: Connection) -> None:
        connection.stop_reading()
        for call in calls:
            connection.send(self.numbered(call))
        await asyncio.sleep(attacker.patience)

    async def unfinished(self, _: Attacker, calls: list[bytes], connection: Connection) -> None:
        for call in calls:
            self.note(await connection.ask(self.numbered(call)))


MANNERS = {
    Manner.ANSWERED: Run.answered,
    Manner.ABANDONED: Run.abandoned,
    Manner.UNREAD: Run.unread,
    Manner.UNFINISHED: Run.unfinished,
}


def head_and_body(call: Call, key: str) -> bytes:
    """The request as it is sent. NUMBER stands for 16 characters and CONNECTION for 2."""
    body, grown = call.body, (16 - len(NUMBER)) * call.body.count(NUMBER.encode())
    lines = [f"{call.method} {call.path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {call.content_type}"]
    lines += [f"X-API-Key: {key}"] if key else []
    lines += ["X-Gateway-Cost: true", *call.headers]
    lines.append(f"Content-Length: {len(body) + grown + call.withheld}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def mark(call: bytes, number: int) -> bytes:
    """The call of one connection."""
    return call.replace(CONNECTION, b"%012d" % number)


def main() -> None:
    os.nice(NICENESS)
    attack = Attack(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(Run(attack).finished()))))


if __name__ == "__main__":
    main()
