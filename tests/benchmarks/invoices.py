"""How long an invoice takes to render, and what it does to the event loop beside it.

`python -m tests.benchmarks.invoices` tells; nothing here passes or fails.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from app.invoices.invoice import invoice
from app.invoices.render import render, render_off_loop
from tests.invoices.samples import ACCOUNT, ISSUED_AT, LINES, fullest, with_lines

TURNS = 7


def different(count: int, turn: int) -> dict[str, Any]:
    """An invoice of so many lines, of which none was rendered before: typst remembers what it was given."""
    lines = [
        {
            **LINES[n % len(LINES)],
            "line_num_col": str(n + 1),
            "item_code_col": f"NW-{turn}-{n}",
            "desc_col": f"Part {n * 7919 + turn}, as ordered",
            "net_amount_col": str(n + turn),
        }
        for n in range(count)
    ]
    return {**with_lines(lines), "invoice_num": f"{turn}-{count}"}


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def timed(document: dict[str, Any]) -> tuple[float, float, int]:
    wall, processor = time.perf_counter(), time.process_time()
    pdf = render(invoice(document, ACCOUNT), ISSUED_AT)
    return time.perf_counter() - wall, time.process_time() - processor, len(pdf)


def report(name: str, document: Callable[[int], dict[str, Any]]) -> None:
    found = [timed(document(turn)) for turn in range(TURNS)]
    wall, processor = (sorted(one[at] for one in found) for at in (0, 1))
    tell(
        f"{name:24} wall {wall[0] * 1000:6.0f} ms at best, {statistics.median(wall) * 1000:6.0f} in the middle; "
        f"processor {processor[0] * 1000:6.0f} ms; {found[0][2] / 1000:6.0f} kB"
    )


async def lateness(work: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """How late the loop's turns come while the work is awaited: the 99th of 100, and the latest, in milliseconds."""
    task = asyncio.ensure_future(work())
    late = []
    while not task.done():
        before = time.perf_counter()
        await asyncio.sleep(0.002)
        late.append((time.perf_counter() - before - 0.002) * 1000)
    await task
    return sorted(late)[int(len(late) * 0.99) - 1], max(late)


async def beside() -> None:
    data = [invoice(different(1000, 100 + turn), ACCOUNT) for turn in range(4)]

    async def rendering() -> None:
        await asyncio.gather(*(render_off_loop(one, ISSUED_AT) for one in data))

    other = "import time\nend = time.time() + 4\nwhile time.time() < end: pass"

    async def elsewhere() -> None:
        await (await asyncio.create_subprocess_exec(sys.executable, "-c", other)).wait()

    for name, work in (("idle", lambda: asyncio.sleep(3)), ("load elsewhere", elsewhere), ("rendering", rendering)):
        usual, latest = await lateness(work)
        tell(f"turns of the loop, {name:16} p99 {usual:6.1f} ms late, at worst {latest:6.1f}")


def main() -> None:
    tell(f"{'the first of all':24} wall {timed(different(3, 99))[0] * 1000:6.0f} ms, fonts looked up")
    report("one page, 3 lines", lambda turn: different(3, turn))
    report("100 lines", lambda turn: different(100, turn))
    report("1,000 lines", lambda turn: different(1000, turn))
    report("every element, 3 lines", lambda turn: {**fullest(), "invoice_num": str(turn)})
    asyncio.run(beside())


if __name__ == "__main__":
    main()
