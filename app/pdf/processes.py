"""A pool of worker processes. Requests and answers are lines of JSON. A process is started when it is first needed, and
replaced when it dies. Their memory and CPU time are not the server's, and they can be killed."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from app.concurrency.fair_semaphore import FairSemaphore

SPARE_PROCESSES = 1  # beyond those that one key may use, so that another key does not wait for it
# What Python, temporary files and fonts are found by. Everything else, such as the address of the database, a program
# that reads a hostile file must not know.
INHERITED_VARIABLES = (
    *("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT"),
    *("HOME", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "LC_CTYPE"),
    *("FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_DATA_HOME", "XDG_CONFIG_HOME"),
)


class ProcessEnded(Exception):
    """The process ended while it worked on the request."""


@dataclass(slots=True)
class ProcessPool:
    """Processes of one program, given as arguments of Python. Each handles one request at a time. A key (a tenant) uses
    at most `processes` of them at once, and all keys together one more. A process that says in its answer that it
    `retires` is replaced."""

    program: tuple[str, ...]
    processes: int
    idle: list[asyncio.subprocess.Process] = field(default_factory=list)
    slots: FairSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self.slots = FairSemaphore(self.processes + SPARE_PROCESSES, max_per_key=self.processes)

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """Waits until it is the key's turn to use one of the processes, and keeps that for as long as it lasts."""
        await self.slots.acquire(key)
        started = perf_counter()
        try:
            yield
        finally:
            self.slots.release(key, perf_counter() - started)

    async def exchange(self, request: dict[str, Any], timeout_seconds: float) -> dict[str, Any]:
        """The answer to a request, for whoever has a turn. Raises ProcessEnded; and TimeoutError, after which the
        process is killed."""
        process, answer = await self.checkout(), {"retires": True}
        try:
            line = await asyncio.wait_for(send_request(process, request), timeout_seconds)
            answer = dict(json.loads(line))
        finally:
            if answer.pop("retires", False) or len(self.idle) >= self.processes:
                await end_process(process)
            else:
                self.idle.append(process)
        return answer

    async def checkout(self) -> asyncio.subprocess.Process:
        while self.idle:
            process = self.idle.pop()
            if process.returncode is None:
                return process
        environment = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
        pipes: dict[str, Any] = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        return await asyncio.create_subprocess_exec(sys.executable, *self.program, **pipes, env=environment)

    async def close(self) -> None:
        """Ends all processes."""
        while self.idle:
            await end_process(self.idle.pop())


async def send_request(process: asyncio.subprocess.Process, request: dict[str, Any]) -> bytes:
    """Sends the request; the line of its answer. Raises ProcessEnded."""
    if process.stdin is None or process.stdout is None:
        raise TypeError("both are pipes")
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
    except (BrokenPipeError, ConnectionResetError):
        line = b""
    if not line:
        raise ProcessEnded
    return line


async def end_process(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
