"""Renders invoices, in processes of their own."""

import asyncio
import os
import pickle
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.pdf.invoices.limits import InvoiceTooLong
from app.pdf.processes import ProcessPool

# For one tenant, who leaves one core to the event loop. The spare process of other tenants shares the cores.
PROCESSES = max(1, min(4, (os.cpu_count() or 2) - 1))
TIMEOUT_SECONDS = 120.0  # the longest invoice that is allowed takes 16 on a core of its own
TOO_MUCH_WORK = "The invoice takes too much work to render."


def rendering_pool() -> ProcessPool:
    # -P: modules in the working folder must not shadow ours. PYTHONPATH still counts.
    return ProcessPool(("-P", "-m", "app.pdf.invoices.worker"), PROCESSES)


@dataclass(frozen=True, slots=True)
class InvoiceRenderer:
    """Renders invoices, one at a time in each of its processes; tenants take turns."""

    pool: ProcessPool = field(default_factory=rendering_pool)
    timeout_seconds: float = TIMEOUT_SECONDS

    def turn(self, tenant_id: int) -> AbstractAsyncContextManager[None]:
        """The tenant's turn to have an invoice rendered."""
        return self.pool.turn(tenant_id)

    async def render(
        self, document: Mapping[str, Any], account: Mapping[str, Any], issued_at: datetime, result: Path
    ) -> tuple[int, str]:
        """Writes the PDF of a document and its account; returns its size and hash. For the tenant whose turn it is.
        Raises InvoiceTooLong."""
        facts = result.with_suffix(".facts")
        await asyncio.to_thread(facts.write_bytes, pickle.dumps((document, account, issued_at)))
        try:
            answer = await self.pool.exchange({"facts": str(facts), "result": str(result)}, self.timeout_seconds)
        except TimeoutError:
            raise InvoiceTooLong(TOO_MUCH_WORK) from None
        if "too_long" in answer:
            raise InvoiceTooLong(answer["too_long"])
        return answer["size"], answer["sha256"]

    async def close(self) -> None:
        """Ends all processes."""
        await self.pool.close()
