"""From the data of an invoice to the bytes of its PDF, in threads of their own: the event loop never waits for one.

The template sees nothing but the data: no file beyond its folder, no package, no network.
"""

import asyncio
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import typst

from app.invoices.measures import measures

PAGES = Path(__file__).with_name("invoice.typ")
BLANK = Path(__file__).with_name("blank.typ")
# One core stays with the event loop.
THREADS = max(1, min(4, (os.cpu_count() or 2) - 1))
POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="invoices")

# Typst keeps what it worked out for its last ten compilations: 80 MB of an invoice of 1,000 lines. After one whose data
# has more characters than this, so many blank pages make it let go.
LARGE = 20_000
KEPT = 11

_own = threading.local()  # a Compiler serves one thread


@cache
def fonts() -> typst.Fonts:
    """Typst's own fonts and the system's, looked up once."""
    return typst.Fonts()


def compiler(template: Path) -> typst.Compiler:
    """This thread's compiler of the template."""
    if not hasattr(_own, template.stem):
        setattr(_own, template.stem, typst.Compiler(template, root=template.parent, font_paths=fonts()))
    return getattr(_own, template.stem)  # type: ignore[no-any-return]


def render(data: dict[str, Any], issued_at: datetime) -> bytes:
    """The PDF of an invoice: the same bytes for the same data and time. Text in a script that no font of this server
    has leaves gaps, which PDF/A-2a does not allow: the file is then a plain PDF."""
    inputs = {"data": json.dumps(data), "measures": json.dumps(measures(data))}
    try:
        return compiled(inputs, issued_at, "a-2a")
    except typst.TypstError:
        return compiled(inputs, issued_at, "1.7")
    finally:
        if len(inputs["data"]) > LARGE:
            POOL.submit(forget)


def compiled(inputs: dict[str, str], issued_at: datetime, standard: Literal["a-2a", "1.7"]) -> bytes:
    made = compiler(PAGES).compile(sys_inputs=inputs, pdf_standards=standard, timestamp=issued_at)
    return cast(bytes, made)  # a list for pictures alone


def forget() -> None:
    for turn in range(KEPT):
        compiler(BLANK).compile(sys_inputs={"turn": str(turn)})


async def render_off_loop(data: dict[str, Any], issued_at: datetime) -> bytes:
    """`render`, for the event loop to await."""
    return await asyncio.get_running_loop().run_in_executor(POOL, render, data, issued_at)
