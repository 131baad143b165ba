"""Reads the manifests of operations anew while the server runs: when a file changes, and on SIGHUP.

What was known stays known until the process ends, so that pages which were opened before a deployment go on working.
"""

import asyncio
import logging
import multiprocessing
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.graphql_api.manifests import Signature, signature
from app.graphql_api.operation_documents import BrokenDocumentError
from app.graphql_api.persisted_operations import PersistedOperations, load_persisted_operations

CHECK_INTERVAL = 1.0  # seconds between looks at the files
logger = logging.getLogger(__name__)


def load_at_start(manifests: Sequence[Path], *, only: bool) -> PersistedOperations:
    """The trusted documents that a process starts with. Raises BrokenDocumentError; but not in a worker: the parent has
    looked at the manifests before it started the first, and one that takes the place of a worker which ended must serve
    whatever has become of a file meanwhile."""
    try:
        return load_persisted_operations(manifests, only=only)
    except BrokenDocumentError as reason:
        if multiprocessing.parent_process() is None:
            raise
        logger.error("This worker starts without the manifests of operations, one of which is broken. %s", reason)
        return load_persisted_operations((), only=only)


@dataclass(slots=True)
class ManifestReloader:
    """Adds to the trusted documents what the manifests come to hold."""

    manifests: Sequence[Path]
    persisted_operations: PersistedOperations
    read: Signature  # of the files when they were read
    last_seen: Signature = ()  # of the files when they were looked at
    reload_requested: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Inside, the files are checked for changes, and SIGHUP reloads them."""
        loop = asyncio.get_running_loop()
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):  # Windows; not the main thread
            loop.add_signal_handler(signal.SIGHUP, self.reload_requested.set)
        task = asyncio.create_task(self.watch_files())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def watch_files(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.reload_requested.wait(), CHECK_INTERVAL)
            await self.check_files()

    async def check_files(self) -> None:
        """Reads the files if asked to, or if they have changed and not again since the last look: one that is being
        written is left alone until it is whole."""
        reload_requested = self.reload_requested.is_set()
        self.reload_requested.clear()
        found = await asyncio.to_thread(signature, self.manifests)
        if reload_requested or (found != self.read and found == self.last_seen):
            self.read = found
            await self.reload()
        self.last_seen = found

    async def reload(self) -> None:
        try:
            found = await asyncio.to_thread(
                load_persisted_operations, self.manifests, only=self.persisted_operations.only
            )
        except BrokenDocumentError as reason:
            logger.error("A manifest of operations is broken, so the former documents stay. %s", reason)
        except Exception:
            logger.exception("The manifests of operations could not be read anew, so the former documents stay.")
        else:
            new = found.texts.keys() - self.persisted_operations.texts.keys()
            self.persisted_operations.texts.update(found.texts)
            logger.info("The manifests of operations are read anew: %s.", counted(len(new)))


def counted(ids: int) -> str:
    return "1 new id or hash" if ids == 1 else f"{ids} new ids and hashes"
