"""Processes that work for the server, a request and an answer a line of JSON: a few, started when first needed,
replaced when one dies. What they take of memory and of Python's lock is not the server's, and they can be stopped."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any


class WorkerEnded(Exception):
    """The process ended over its request."""


@dataclass(slots=True)
class Workers:
    """So many processes at most of one program, told as the arguments of Python. Each works one request after
    another."""

    program: tuple[str, ...]
    most: int
    idle: list[asyncio.subprocess.Process] = field(default_factory=list)
    turns: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.turns = asyncio.Semaphore(self.most)

    async def answer(self, request: dict[str, Any], patience: float) -> dict[str, Any]:
        """Raises WorkerEnded; and TimeoutError after so many seconds, the process ended."""
        async with self.turns:
            process = await self.take()
            try:
                line = await asyncio.wait_for(exchange(process, request), patience)
                self.idle.append(process)
            finally:
                if process not in self.idle:
                    await end(process)
        return dict(json.loads(line))

    async def take(self) -> asyncio.subprocess.Process:
        while self.idle:
            process = self.idle.pop()
            if process.returncode is None:
                return process
        pipes: dict[str, Any] = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        return await asyncio.create_subprocess_exec(sys.executable, *self.program, **pipes)

    async def close(self) -> None:
        """Ends the processes."""
        while self.idle:
            await end(self.idle.pop())


async def exchange(process: asyncio.subprocess.Process, request: dict[str, Any]) -> bytes:
    """The answer's line. Raises WorkerEnded."""
    if process.stdin is None or process.stdout is None:
        raise TypeError("both are pipes")
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
    except (BrokenPipeError, ConnectionResetError):
        line = b""
    if not line:
        raise WorkerEnded
    return line


async def end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
