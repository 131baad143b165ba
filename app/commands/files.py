"""What commands on PDFs work with: the store of the bytes, the processes that validate and render them, limits, and
locks."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakValueDictionary

from app.pdf.invoices.rendering_processes import InvoiceRenderer
from app.pdf.validation_processes import DEFAULT_MAX_BYTES, PdfValidator
from app.storage.blobs.store import Blobs


@dataclass(frozen=True, slots=True)
class Files:
    """The PDFs of all documents."""

    blobs: Blobs
    most_bytes: int = DEFAULT_MAX_BYTES
    most_pages: int = 10_000
    workers: PdfValidator = field(default_factory=PdfValidator)
    renderers: InvoiceRenderer = field(default_factory=InvoiceRenderer)
    locks: WeakValueDictionary[tuple[int, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @asynccontextmanager
    async def document_lock(self, tenant_id: int, document_number: str) -> AsyncIterator[None]:
        """In this process one at a time works on a document's PDF, so that no work is done twice. What other processes
        do meanwhile is noticed in the transactions."""
        lock = self.locks.setdefault((tenant_id, document_number), asyncio.Lock())
        async with lock:
            yield

    async def close(self) -> None:
        await self.workers.close()
        await self.renderers.close()


@asynccontextmanager
async def workspace() -> AsyncIterator[Path]:
    """A folder for the files of one command."""
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="gateway-")
    try:
        yield Path(folder.name)
    finally:
        await asyncio.to_thread(folder.cleanup)
