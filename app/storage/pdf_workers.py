"""The processes in which pushed PDFs are judged and joined: a few, started when first needed, replaced when one
dies."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("pdf.py")
WORKERS = 2
SECONDS = 1.0  # processor time for a file of no size
SECONDS_A_MEBIBYTE = 1.0
PATIENCE = 5  # how much longer than its processor time a request may take on a busy machine
MOST_PATIENCE = 300.0
TOO_MUCH_WORK = "The PDF takes too much work to check."


class Unfit(Exception):
    """A PDF that is not taken; the message says why. `limit`: it is sound, but too much."""

    def __init__(self, message: str, *, limit: bool = False) -> None:
        super().__init__(message)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that holds a sound PDF."""

    size: int
    sha256: str
    pages: int


@dataclass(slots=True)
class PdfWorkers:
    """Judges PDFs one after another in each of its processes."""

    idle: list[asyncio.subprocess.Process] = field(default_factory=list)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(WORKERS))

    async def check(self, pushed: Path, most_pages: int) -> Checked:
        """Raises Unfit."""
        return await self.ask("check", [pushed], most_pages)

    async def append(self, stored: Path, pushed: Path, result: Path, most_pages: int) -> Checked:
        """Writes a file with the pages of both. Raises Unfit."""
        return await self.ask("append", [stored, pushed, result], most_pages)

    async def ask(self, work: str, files: list[Path], most_pages: int) -> Checked:
        seconds = SECONDS + SECONDS_A_MEBIBYTE * sum(map(size_of, files)) / 2**20
        request = {"work": work, "arguments": [*map(str, files), most_pages], "seconds": seconds}
        async with self.turns:
            answer = await self.answered(request, min(SECONDS + seconds * PATIENCE, MOST_PATIENCE))
        if "unfit" in answer:
            raise Unfit(answer["unfit"], limit=answer["limit"])
        return Checked(**answer)

    async def answered(self, request: dict[str, Any], patience: float) -> dict[str, Any]:
        """The answer of an idle process, which is idle again afterwards unless the request was its end."""
        process = await self.take()
        try:
            line = await asyncio.wait_for(exchange(process, request), patience)
            if line:
                self.idle.append(process)
        except TimeoutError:
            line = b""
        finally:
            if process not in self.idle:
                await end(process)
        return dict(json.loads(line)) if line else {"unfit": TOO_MUCH_WORK, "limit": False}

    async def take(self) -> asyncio.subprocess.Process:
        while self.idle:
            process = self.idle.pop()
            if process.returncode is None:
                return process
        # Isolated: neither the working folder nor this package's own folder may hide a module of Python's.
        pipes: dict[str, Any] = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        return await asyncio.create_subprocess_exec(sys.executable, "-I", str(PROGRAM), **pipes)

    async def close(self) -> None:
        """Ends the processes."""
        while self.idle:
            await end(self.idle.pop())


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def exchange(process: asyncio.subprocess.Process, request: dict[str, Any]) -> bytes:
    """The answer's line; nothing where the process ended over the request."""
    if process.stdin is None or process.stdout is None:
        raise TypeError("both are pipes")
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
        return await process.stdout.readline()
    except (BrokenPipeError, ConnectionResetError):
        return b""


async def end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
