"""Pushed PDFs are judged in processes of their own: what is unfit is told in words, bombs end within bounds."""

import asyncio
import hashlib
import json
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from app.pdf.refusals import PdfRefused, RefusalReason
from app.pdf.validation_processes import TOO_MUCH_WORK, PdfValidator
from tests.benchmarks.fairness.attackers import pdf_of
from tests.pdfs import BOMBS, FIT, UNFIT, labels_of, pdf

PAGES = 100
TENANT = 1
PARAGRAPH = b"<</Type/StructElem/S/P/P 1 0 R/Pg 3 0 R/K 7/Lang(en-US)/ActualText(%s)>>" % (b"x" * 160)
TOO_MUCH_MEMORY = "The PDF takes too much memory to check. Make it anew with fewer or smaller objects, and send that."
DEAR: dict[str, tuple[Callable[[], bytes], str, RefusalReason, int]] = {
    "many objects": (
        lambda: pdf_of(b"<</A 1>>", 150_100),
        "The PDF has more than 150,000 objects. Make it anew with fewer, and send that.",
        RefusalReason.LIMIT,
        60,
    ),
    "large arrays": (lambda: pdf_of(b"[%s]" % (b"1 " * 490_000), 10), TOO_MUCH_MEMORY, RefusalReason.FILE, 280),
}


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


@pytest.mark.parametrize("kind", DEAR)
def test_a_file_that_takes_much_memory_is_refused_before_it_takes_more_than_a_process_may(
    tmp_path: Path, kind: str
) -> None:
    make, message, reason, mebibytes = DEAR[kind]
    (tmp_path / "pushed.pdf").write_bytes(make())

    answer, peak_mebibytes = checked_alone(tmp_path / "pushed.pdf")

    assert (answer["refused"], answer["reason"]) == (message, reason)
    assert peak_mebibytes < mebibytes


def test_a_sound_file_of_25_megabytes_and_100_000_objects_is_taken(tmp_path: Path) -> None:
    content = pdf_of(PARAGRAPH, 100_000)
    (tmp_path / "pushed.pdf").write_bytes(content)

    answer, peak_mebibytes = checked_alone(tmp_path / "pushed.pdf")

    assert len(content) > 25_000_000
    assert (answer["size"], answer["pages"]) == (len(content), 1)
    assert peak_mebibytes < 256


def checked_alone(path: Path) -> tuple[dict[str, Any], int]:
    """What a process that is used for nothing else answers, and the most memory that it has taken, in mebibytes."""
    program = [sys.executable, "-P", "-m", "app.pdf.worker", "1000"]
    request = json.dumps({"action": "check", "arguments": [str(path), PAGES], "seconds": 60}) + "\n"
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(request)
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        most = peak(process.pid)
        process.stdin.close()
    return answer, most


async def test_a_file_that_is_searched_again_and_again_takes_a_few_seconds_of_processor_time_at_most(
    validator: PdfValidator, tmp_path: Path
) -> None:
    (tmp_path / "pushed.pdf").write_bytes(pdf_of(b"<</Length 5>>stream\n\nendstream", 60_000))
    before = processor_time_of_children()

    with pytest.raises(PdfRefused) as refusal:
        await validator.check(TENANT, tmp_path / "pushed.pdf", PAGES)

    assert (str(refusal.value), refusal.value.reason) == (TOO_MUCH_WORK, RefusalReason.FILE)
    assert processor_time_of_children() - before < 6


def processor_time_of_children() -> float:
    """The processor time of all processes that this one has started and that have ended, in seconds."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


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
