"""The processes in which invoices are rendered."""

import asyncio
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.pdf.invoices.limits import TooLong
from app.pdf.processes import Workers

# One core stays with the event loop.
WORKERS = max(1, min(4, (os.cpu_count() or 2) - 1))
PATIENCE = 120.0  # seconds: the longest invoice that is allowed takes 16 on a core of its own
TOO_MUCH_WORK = "The invoice takes too much work to render."


def renderers() -> Workers:
    # The working folder may hide no module of ours; PYTHONPATH may name the place where they are.
    return Workers(("-P", "-m", "app.pdf.invoices.worker"), WORKERS)


@dataclass(frozen=True, slots=True)
class InvoiceWorkers:
    """Renders invoices, one after another in each of its processes."""

    workers: Workers = field(default_factory=renderers)

    async def render(
        self, document: Mapping[str, Any], account: Mapping[str, Any], issued_at: datetime, result: Path
    ) -> tuple[int, str]:
        """Writes the PDF of a document and its account, as they are stored; its size and hash. Raises TooLong."""
        facts = result.with_suffix(".facts")
        await asyncio.to_thread(facts.write_bytes, pickle.dumps((document, account, issued_at)))
        try:
            answer = await self.workers.answer({"facts": str(facts), "result": str(result)}, PATIENCE)
        except TimeoutError:
            raise TooLong(TOO_MUCH_WORK) from None
        if "too_long" in answer:
            raise TooLong(answer["too_long"])
        return answer["size"], answer["sha256"]

    async def close(self) -> None:
        """Ends the processes."""
        await self.workers.close()
