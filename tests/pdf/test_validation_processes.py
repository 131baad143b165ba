"""Pushed PDFs are judged in processes of their own: what is unfit is told in words, bombs end within bounds."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.pdf.refusals import PdfRefused, RefusalReason
from app.pdf.validation_processes import TOO_MUCH_WORK, PdfValidator
from tests.pdfs import BOMBS, FIT, UNFIT, labels_of, pdf

PAGES = 100
TENANT = 1


@pytest.fixture
async def validator() -> AsyncIterator[PdfValidator]:
    made = PdfValidator(wall_clock_factor=100)  # however busy this machine is
    yield made
    await made.close()


def peak(pid: int) -> int:
    """The most memory that a process has taken, in mebibytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_sound_pdf_is_told_by_size_hash_and_pages(validator: PdfValidator, tmp_path: Path) -> None:
    content = pdf("one", "two")
    (tmp_path / "pushed.pdf").write_bytes(content)

    checked = await validator.check(TENANT, tmp_path / "pushed.pdf", PAGES)

    assert (checked.size, checked.pages) == (len(content), 2)
    assert checked.sha256 == hashlib.sha256(content).hexdigest()


async def test_appended_pages_come_after_those_that_were_there(validator: PdfValidator, tmp_path: Path) -> None:
    (tmp_path / "stored.pdf").write_bytes(pdf("one", "two"))
    (tmp_path / "pushed.pdf").write_bytes(pdf("three"))

    checked = await validator.append(
        TENANT, tmp_path / "stored.pdf", tmp_path / "pushed.pdf", tmp_path / "joined.pdf", 3
    )

    joined = (tmp_path / "joined.pdf").read_bytes()
    assert labels_of(joined) == ["one", "two", "three"]
    assert (checked.size, checked.sha256, checked.pages) == (len(joined), hashlib.sha256(joined).hexdigest(), 3)


@pytest.mark.parametrize("kind", FIT)
async def test_what_a_reader_opens_is_taken(validator: PdfValidator, tmp_path: Path, kind: str) -> None:
    content = FIT[kind]()
    (tmp_path / "pushed.pdf").write_bytes(content)

    checked = await validator.check(TENANT, tmp_path / "pushed.pdf", PAGES)

    assert (checked.size, checked.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert checked.pages == {"truncated": 3, "of more faults than fifty": 100}.get(kind, 1)


@pytest.mark.parametrize("kind", UNFIT)
async def test_an_unfit_file_is_refused_with_the_reason(validator: PdfValidator, tmp_path: Path, kind: str) -> None:
    make, reason = UNFIT[kind]
    (tmp_path / "pushed.pdf").write_bytes(make())

    with pytest.raises(PdfRefused) as refusal:
        await validator.check(TENANT, tmp_path / "pushed.pdf", PAGES)

    assert (str(refusal.value), refusal.value.reason) == (reason, RefusalReason.FILE)


async def test_pages_over_the_limit_are_refused_as_too_many(validator: PdfValidator, tmp_path: Path) -> None:
    (tmp_path / "stored.pdf").write_bytes(pdf("one", "two"))
    (tmp_path / "pushed.pdf").write_bytes(pdf("three", "four"))

    with pytest.raises(PdfRefused, match=r"^The PDF has 2 pages; at most 1 are taken\.$") as refusal:
        await validator.check(TENANT, tmp_path / "pushed.pdf", 1)
    assert refusal.value.reason is RefusalReason.LIMIT

    with pytest.raises(PdfRefused, match=r"^The PDF has 4 pages; at most 3 are taken\.$"):
        await validator.append(TENANT, tmp_path / "stored.pdf", tmp_path / "pushed.pdf", tmp_path / "joined.pdf", 3)
    assert not (tmp_path / "joined.pdf").exists()


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_is_refused_in_bounded_memory_and_well_within_its_processor_time(
    validator: PdfValidator, tmp_path: Path, bomb: Callable[[], bytes]
) -> None:
    (tmp_path / "warm.pdf").write_bytes(pdf("page"))
    (tmp_path / "bomb.pdf").write_bytes(bomb())
    await validator.check(TENANT, tmp_path / "warm.pdf", PAGES)
    pid, taken = validator.pool.idle[0].pid, []

    async def watch() -> None:
        while True:
            taken.append(peak(pid))
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    with pytest.raises(PdfRefused) as refusal:
        await validator.check(TENANT, tmp_path / "bomb.pdf", 10_000)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert max(taken) < 150
    assert str(refusal.value) != TOO_MUCH_WORK
    assert (await validator.check(TENANT, tmp_path / "warm.pdf", PAGES)).pages == 1
    assert validator.pool.idle[0].pid == pid, "the system ended the process"


async def test_no_more_processes_run_than_are_allowed_and_they_end_on_close(
    validator: PdfValidator, tmp_path: Path
) -> None:
    (tmp_path / "pushed.pdf").write_bytes(pdf("page"))

    await asyncio.gather(*(validator.check(TENANT, tmp_path / "pushed.pdf", PAGES) for _ in range(10)))
    running = [process.pid for process in validator.pool.idle]
    await validator.close()

    assert 1 <= len(running) <= 2
    assert not any(runs(pid) for pid in running)


async def test_a_process_that_was_killed_is_replaced(validator: PdfValidator, tmp_path: Path) -> None:
    (tmp_path / "pushed.pdf").write_bytes(pdf("page"))
    await validator.check(TENANT, tmp_path / "pushed.pdf", PAGES)
    validator.pool.idle[0].kill()
    await validator.pool.idle[0].wait()

    assert (await validator.check(TENANT, tmp_path / "pushed.pdf", PAGES)).pages == 1
