"""A pool of worker processes. Requests and answers are lines of JSON. A process is started when it is first needed, and
replaced when it dies. Their memory and CPU time are not the server's, and they can be killed."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any


class ProcessEnded(Exception):
    """The process ended while it worked on the request."""


@dataclass(slots=True)
class ProcessPool:
    """At most `max_processes` of one program, given as arguments of Python. Each handles one request at a time."""

    program: tuple[str, ...]
    max_processes: int
    idle: list[asyncio.subprocess.Process] = field(default_factory=list)
    slots: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.slots = asyncio.Semaphore(self.max_processes)

    async def exchange(self, request: dict[str, Any], timeout_seconds: float) -> dict[str, Any]:
        """The answer to a request. Raises ProcessEnded; and TimeoutError, after which the process is killed."""
        async with self.slots:
            process = await self.checkout()
            try:
                line = await asyncio.wait_for(send_request(process, request), timeout_seconds)
                self.idle.append(process)
            finally:
                if process not in self.idle:
                    await end_process(process)
        return dict(json.loads(line))

    async def checkout(self) -> asyncio.subprocess.Process:
        while self.idle:
            process = self.idle.pop()
            if process.returncode is None:
                return process
        pipes: dict[str, Any] = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        return await asyncio.create_subprocess_exec(sys.executable, *self.program, **pipes)

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
