"""The processes that work on PDFs: tenants share them fairly, and they may do less than the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.pdf.invoices.rendering_processes import InvoiceRenderer
from app.pdf.processes import ProcessEnded, ProcessPool
from app.pdf.validation_processes import PdfValidator, validation_pool
from tests.pdf.invoices.pages import pages
from tests.pdf.invoices.samples import ACCOUNT, INVOICE, ISSUED_AT
from tests.pdf.test_validation_processes import runs
from tests.pdfs import pdf

CROWD, OTHER = 1, 2
MOST_BYTES = 50_000


@pytest.fixture
async def validator() -> AsyncIterator[PdfValidator]:
    made = PdfValidator(validation_pool(MOST_BYTES), wall_clock_factor=100)
    yield made
    await made.close()


async def rendered(renderer: InvoiceRenderer, tenant_id: int, path: Path) -> bytes:
    async with renderer.turn(tenant_id):
        await renderer.render(INVOICE, ACCOUNT, ISSUED_AT, path)
    return await asyncio.to_thread(path.read_bytes)


async def test_a_tenant_that_uses_all_it_may_does_not_make_another_wait(
    renderer: InvoiceRenderer, tmp_path: Path
) -> None:
    async with AsyncExitStack() as crowd:
        for _ in range(renderer.pool.processes):
            await crowd.enter_async_context(renderer.turn(CROWD))
        waiting = [asyncio.create_task(rendered(renderer, CROWD, tmp_path / f"{n}.pdf")) for n in range(3)]
        await asyncio.sleep(0)

        assert len(pages(await rendered(renderer, OTHER, tmp_path / "other.pdf"))) == 1
        assert [task.done() for task in waiting] == [False] * 3
    assert [len(pages(made)) for made in await asyncio.gather(*waiting)] == [1] * 3


async def test_a_waiting_tenant_goes_before_one_that_has_been_served(renderer: InvoiceRenderer) -> None:
    served: list[int] = []

    async def serve(tenant_id: int) -> None:
        async with renderer.turn(tenant_id):
            served.append(tenant_id)
            await asyncio.sleep(0)

    async with AsyncExitStack() as everything:
        for tenant_id in (CROWD, *range(3, 3 + renderer.pool.processes)):
            await everything.enter_async_context(renderer.turn(tenant_id))
        tasks = [asyncio.create_task(serve(tenant_id)) for tenant_id in (*[CROWD] * 5, OTHER)]
        await asyncio.sleep(0)
        assert served == []
    await asyncio.gather(*tasks)
    assert served.index(OTHER) < renderer.pool.processes + 1


async def test_the_process_that_other_tenants_needed_ends_when_it_is_not_needed_any_more(
    validator: PdfValidator, tmp_path: Path
) -> None:
    (tmp_path / "pushed.pdf").write_bytes(pdf("page"))
    tenants = range(validator.pool.processes + 1)
    await asyncio.gather(*(validator.check(tenant, tmp_path / "pushed.pdf", 1) for tenant in tenants))

    kept = [process.pid for process in validator.pool.idle]
    assert len(kept) == validator.pool.processes
    assert all(runs(pid) for pid in kept)


async def test_a_process_that_has_taken_much_memory_is_replaced() -> None:
    pool = ProcessPool(("-c", 'input(); print(\'{"n": 1, "retires": true}\', flush=True); input()'), 1)

    async with pool.turn(CROWD):
        assert await pool.exchange({}, 30) == {"n": 1}
        assert pool.idle == []
        assert await pool.exchange({}, 30) == {"n": 1}


async def test_the_processes_know_neither_the_database_nor_any_other_secret_of_the_server(
    renderer: InvoiceRenderer, validator: PdfValidator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql+asyncpg://gateway:secret@localhost/gateway")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for pid in await started(renderer, validator, tmp_path):
        known = variables(pid)
        assert known["TMPDIR"] == str(tmp_path)
        assert not [name for name in known if name.startswith(("GATEWAY_", "AWS_", "PG", "OTEL_"))]
        assert "secret" not in "".join(known.values())


async def test_the_processes_may_neither_gain_privileges_nor_fill_a_disk_nor_leave_core_dumps(
    renderer: InvoiceRenderer, validator: PdfValidator, tmp_path: Path
) -> None:
    found = [limits(pid) for pid in await started(renderer, validator, tmp_path)]

    assert [each["Max core file size"] for each in found] == [("0", "0")] * 2
    assert [each["Max file size"] for each in found] == [(str(256 << 20),) * 2, (str(2 * MOST_BYTES),) * 2]
    assert [each["NoNewPrivs"] for each in found] == [("1",)] * 2
    assert [each["Max data size"] for each in found] == [("unlimited", "unlimited"), (str(256 << 20),) * 2]


async def test_a_file_over_the_limit_of_a_process_is_not_written(tmp_path: Path) -> None:
    target = tmp_path / "large"
    program = f"""
from app.pdf.confinement import confine
confine(1000)
input()
open({str(target)!r}, "wb").write(bytes(2000))
"""
    pool = ProcessPool(("-c", program), 1)

    async with pool.turn(CROWD):
        with pytest.raises(ProcessEnded):
            await pool.exchange({}, 30)
    assert target.stat().st_size <= 1000


async def started(renderer: InvoiceRenderer, validator: PdfValidator, folder: Path) -> list[int]:
    """A process of each kind that has answered."""
    (folder / "pushed.pdf").write_bytes(pdf("page"))
    await rendered(renderer, CROWD, folder / "rendered.pdf")
    await validator.check(CROWD, folder / "pushed.pdf", 1)
    return [pool.idle[0].pid for pool in (renderer.pool, validator.pool)]


def variables(pid: int) -> dict[str, str]:
    """The environment of a process."""
    lines = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {name: value for name, _, value in (line.partition("=") for line in lines if line)}


def limits(pid: int) -> dict[str, tuple[str, ...]]:
    """What the system limits a process to: soft and hard limits by their names, and whether it may gain privileges."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    found: dict[str, tuple[str, ...]] = {line[:26].strip(): tuple(line[26:].split()[:2]) for line in lines}
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return found | {"NoNewPrivs": (status["NoNewPrivs"].strip(),)}
