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

PAUSE = 1.0  # seconds between looks at the files
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
class Reloading:
    """Adds to the trusted documents what the manifests come to hold."""

    manifests: Sequence[Path]
    trusted: PersistedOperations
    read: Signature  # of the files when they were read
    seen: Signature = ()  # of the files when they were looked at
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Meanwhile the files are looked at, and SIGHUP is heard."""
        loop = asyncio.get_running_loop()
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):  # Windows; not the main thread
            loop.add_signal_handler(signal.SIGHUP, self.asked.set)
        task = asyncio.create_task(self.look_again_and_again())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def look_again_and_again(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.asked.wait(), PAUSE)
            await self.look()

    async def look(self) -> None:
        """Reads the files if asked to, or if they have changed and not again since the last look: one that is being
        written is left alone until it is whole."""
        asked = self.asked.is_set()
        self.asked.clear()
        found = await asyncio.to_thread(signature, self.manifests)
        if asked or (found != self.read and found == self.seen):
            self.read = found
            await self.reload()
        self.seen = found

    async def reload(self) -> None:
        try:
            found = await asyncio.to_thread(load_persisted_operations, self.manifests, only=self.trusted.only)
        except BrokenDocumentError as reason:
            logger.error("A manifest of operations is broken, so the former documents stay. %s", reason)
        except Exception:
            logger.exception("The manifests of operations could not be read anew, so the former documents stay.")
        else:
            new = found.texts.keys() - self.trusted.texts.keys()
            self.trusted.texts.update(found.texts)
            logger.info("The manifests of operations are read anew: %s.", counted(len(new)))


def counted(ids: int) -> str:
    return "1 new id or hash" if ids == 1 else f"{ids} new ids and hashes"
