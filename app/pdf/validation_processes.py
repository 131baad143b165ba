"""Validates and joins pushed PDFs, in processes of their own."""

from dataclasses import dataclass, field
from pathlib import Path

from app.pdf.processes import ProcessEnded, ProcessPool
from app.pdf.refusals import PdfRefused, RefusalReason

PROCESSES = 1  # for one tenant: each may take 256 MiB, and checks an ordinary file faster than it is received
DEFAULT_MAX_BYTES = 64 << 20
# Of processor time. The largest sound files take less than a third of it; a damaged file that the parser searches again
# and again would take minutes.
BASE_SECONDS = 3.0
SECONDS_PER_MEBIBYTE = 0.2
WALL_CLOCK_FACTOR = 5  # a request may take so much longer than its processor time on a busy machine
MAX_WALL_CLOCK_SECONDS = 300.0
TOO_MUCH_WORK = "The PDF takes too much work to check."


@dataclass(frozen=True, slots=True)
class ValidPdf:
    """What is known of a file that holds a valid PDF."""

    size: int
    sha256: str
    pages: int


def validation_pool(max_bytes: int = DEFAULT_MAX_BYTES) -> ProcessPool:
    """Processes for files of at most so many bytes. They may write twice as many: what two such files are joined to is
    refused in words where it is too large."""
    # -P: modules in the working folder must not shadow ours. PYTHONPATH still counts.
    return ProcessPool(("-P", "-m", "app.pdf.worker", str(2 * max_bytes)), PROCESSES)


@dataclass(frozen=True, slots=True)
class PdfValidator:
    """Validates PDFs, one at a time in each of its processes; tenants take turns."""

    pool: ProcessPool = field(default_factory=validation_pool)
    wall_clock_factor: float = WALL_CLOCK_FACTOR

    async def check(self, tenant_id: int, pushed: Path, max_pages: int) -> ValidPdf:
        """Raises PdfRefused."""
        return await self.request(tenant_id, "check", [pushed], max_pages)

    async def append(self, tenant_id: int, stored: Path, pushed: Path, result: Path, max_pages: int) -> ValidPdf:
        """Writes the file `result` with the pages of both. Raises PdfRefused."""
        return await self.request(tenant_id, "append", [stored, pushed, result], max_pages)

    async def request(self, tenant_id: int, action: str, files: list[Path], max_pages: int) -> ValidPdf:
        seconds = BASE_SECONDS + SECONDS_PER_MEBIBYTE * sum(map(size_of, files)) / 2**20
        request = {"action": action, "arguments": [*map(str, files), max_pages], "seconds": seconds}
        wall_clock_seconds = min(BASE_SECONDS + seconds * self.wall_clock_factor, MAX_WALL_CLOCK_SECONDS)
        try:
            async with self.pool.turn(tenant_id):
                answer = await self.pool.exchange(request, wall_clock_seconds)
        except (TimeoutError, ProcessEnded):
            raise PdfRefused(TOO_MUCH_WORK) from None
        if "refused" in answer:
            raise PdfRefused(answer["refused"], RefusalReason(answer["reason"]))
        return ValidPdf(**answer)

    async def close(self) -> None:
        """Ends all processes."""
        await self.pool.close()


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
