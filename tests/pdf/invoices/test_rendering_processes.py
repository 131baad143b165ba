"""Invoices are rendered in processes of their own: the server neither waits for them nor keeps what they take."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.pdf.invoices import rendering_processes as rendering
from app.pdf.invoices.invoice import invoice
from app.pdf.invoices.limits import InvoiceTooLong
from app.pdf.invoices.render import render
from app.pdf.invoices.rendering_processes import InvoiceRenderer
from app.pdf.processes import ProcessEnded
from tests.pdf.invoices.pages import pages
from tests.pdf.invoices.samples import ACCOUNT, INVOICE, ISSUED_AT, many_lines, with_lines

TENANT = 1


async def rendered(renderer: InvoiceRenderer, document: dict[str, Any], path: Path) -> bytes:
    async with renderer.turn(TENANT):
        await renderer.render(document, ACCOUNT, ISSUED_AT, path)
    return await asyncio.to_thread(path.read_bytes)


async def test_many_at_once_are_each_what_they_are_alone(renderer: InvoiceRenderer, tmp_path: Path) -> None:
    documents = [{**INVOICE, "invoice_num": f"N{n}"} for n in range(6)]

    made = await asyncio.gather(
        *(rendered(renderer, document, tmp_path / f"{n}.pdf") for n, document in enumerate(documents))
    )

    assert made == [render(invoice(document, ACCOUNT), ISSUED_AT) for document in documents]
    assert 1 <= len(renderer.pool.idle) <= rendering.PROCESSES


async def test_the_event_loop_goes_on_while_a_long_invoice_is_rendered(
    renderer: InvoiceRenderer, tmp_path: Path
) -> None:
    asked = asyncio.create_task(rendered(renderer, with_lines(many_lines(1000)), tmp_path / "long.pdf"))
    turns = 0
    while not asked.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert len(pages(await asked)) == 27
    assert turns > 10  # a blocked loop would have had one turn


async def test_one_that_is_too_long_is_told_in_words_and_the_next_is_rendered(
    renderer: InvoiceRenderer, tmp_path: Path
) -> None:
    with pytest.raises(InvoiceTooLong, match=r"^The invoice has 5001 lines; a PDF is made of at most 5000\.$"):
        await rendered(renderer, with_lines(many_lines(5001)), tmp_path / "long.pdf")
    assert not (tmp_path / "long.pdf").exists()
    (process,) = renderer.pool.idle
    assert len(pages(await rendered(renderer, INVOICE, tmp_path / "next.pdf"))) == 1
    assert renderer.pool.idle == [process]


async def test_one_that_takes_too_long_is_given_up_and_the_next_is_rendered(
    renderer: InvoiceRenderer, tmp_path: Path
) -> None:
    impatient = InvoiceRenderer(renderer.pool, timeout_seconds=0.01)
    with pytest.raises(InvoiceTooLong, match=r"^The invoice takes too much work to render\.$"):
        await rendered(impatient, INVOICE, tmp_path / "slow.pdf")
    assert renderer.pool.idle == []
    assert len(pages(await rendered(renderer, INVOICE, tmp_path / "next.pdf"))) == 1


async def test_a_process_that_ends_over_an_invoice_is_no_fault_of_the_invoice(
    renderer: InvoiceRenderer, tmp_path: Path
) -> None:
    with pytest.raises(ProcessEnded):
        await renderer.pool.exchange({"facts": str(tmp_path / "missing"), "result": ""}, 30)
    assert len(pages(await rendered(renderer, INVOICE, tmp_path / "next.pdf"))) == 1
