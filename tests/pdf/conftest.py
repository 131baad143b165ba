"""What the tests of PDFs share."""

from collections.abc import AsyncIterator

import pytest

from app.pdf.invoices.rendering_processes import InvoiceRenderer


@pytest.fixture
async def renderer() -> AsyncIterator[InvoiceRenderer]:
    """Processes that render, which end with the test."""
    made = InvoiceRenderer()
    yield made
    await made.close()
