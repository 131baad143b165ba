"""The processes in which pushed PDFs are judged and joined."""

from dataclasses import dataclass, field
from pathlib import Path

from app.pdf.processes import WorkerEnded, Workers
from app.pdf.refusals import Fault, Unfit

WORKERS = 2
SECONDS = 1.0  # processor time for a file of no size
SECONDS_A_MEBIBYTE = 1.0
PATIENCE = 5  # how much longer than its processor time a request may take on a busy machine
MOST_PATIENCE = 300.0
TOO_MUCH_WORK = "The PDF takes too much work to check."


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that holds a sound PDF."""

    size: int
    sha256: str
    pages: int


def checkers() -> Workers:
    # The working folder may hide no module of ours; PYTHONPATH may name the place where they are.
    return Workers(("-P", "-m", "app.pdf.worker"), WORKERS)


@dataclass(frozen=True, slots=True)
class PdfWorkers:
    """Judges PDFs, one after another in each of its processes."""

    workers: Workers = field(default_factory=checkers)

    async def check(self, pushed: Path, most_pages: int) -> Checked:
        """Raises Unfit."""
        return await self.ask("check", [pushed], most_pages)

    async def append(self, stored: Path, pushed: Path, result: Path, most_pages: int) -> Checked:
        """Writes a file with the pages of both. Raises Unfit."""
        return await self.ask("append", [stored, pushed, result], most_pages)

    async def ask(self, work: str, files: list[Path], most_pages: int) -> Checked:
        seconds = SECONDS + SECONDS_A_MEBIBYTE * sum(map(size_of, files)) / 2**20
        request = {"work": work, "arguments": [*map(str, files), most_pages], "seconds": seconds}
        try:
            answer = await self.workers.answer(request, min(SECONDS + seconds * PATIENCE, MOST_PATIENCE))
        except (TimeoutError, WorkerEnded):
            raise Unfit(TOO_MUCH_WORK) from None
        if "unfit" in answer:
            raise Unfit(answer["unfit"], Fault(answer["fault"]))
        return Checked(**answer)

    async def close(self) -> None:
        """Ends the processes."""
        await self.workers.close()


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
