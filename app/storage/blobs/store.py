"""The bytes of PDFs, in a folder, in memory or in S3: each under the hash of what it holds, so that a blob never
changes and putting one twice is putting it once. Databases may share a store: each has its blobs under an identity of
its own and sees no others. Which blobs are needed is for `app.storage.blobs.leases` to say.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

SMALL = 5 << 20  # up to here in one request; the store takes larger ones in parts of this size
CHUNK = 64 << 10  # what a download holds in memory
KEY = re.compile(r"[0-9a-f]{32}/(\d+)/[0-9a-f]{2}/([0-9a-f]{64})")
UNFINISHED = re.compile(r"[0-9a-f]{64}#\d+")  # what the folder store writes to, before it gives the file its name


class NoSuchBlob(Exception):
    """A blob that is not there."""


class StoreAway(Exception):
    """The store cannot be reached, does not let us in or has no room; the message says why, for a log."""


@contextmanager
def answering() -> Iterator[None]:
    """Tells every failure of the store as StoreAway, but that something is not there, or is there already."""
    try:
        yield
    except (FileNotFoundError, AlreadyExistsError):
        raise
    except (BaseError, OSError) as reason:
        raise StoreAway(getattr(reason, "strerror", None) or str(reason).partition("\n")[0]) from reason


@dataclass(frozen=True, slots=True)
class Blob:
    """The name of a blob among those of its database: whose it is and the SHA-256 of its bytes."""

    tenant_id: int
    sha256: str

    @property
    def key(self) -> str:
        return f"{self.tenant_id}/{self.sha256[:2]}/{self.sha256}"


class Blobs:
    """One database's blobs in the store behind a URL: file:///, memory:/// or s3://. It is opened, and a folder made,
    when first needed. `identity` tells whose blobs they are."""

    def __init__(self, url: str, identity: Callable[[], Awaitable[str]], endpoint: str = "") -> None:
        self.url = url
        self.identity = identity
        self.endpoint = endpoint

    @cached_property
    def store(self) -> ObjectStore:
        parts = urlsplit(self.url)
        if parts.scheme == "memory":
            return MemoryStore()
        try:
            with answering():
                if parts.scheme == "s3":
                    return S3Store(parts.netloc, prefix=parts.path.strip("/") or None, **s3_options(self.endpoint))
                folder = Path(unquote(parts.path))
                folder.mkdir(parents=True, exist_ok=True)
                return LocalStore(folder)
        except FileNotFoundError as reason:  # a folder that cannot be made, such as one below /proc
            raise StoreAway(reason.strerror) from reason

    def check(self) -> None:
        """Raises StoreAway where the store cannot be opened, or its folder not be written to."""
        assert self.store  # noqa: S101 -- opens it
        if self.folder:
            with answering():
                tempfile.TemporaryFile(dir=self.folder).close()

    @property
    def folder(self) -> Path | None:
        """The folder of a store on the file system."""
        parts = urlsplit(self.url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    async def put(self, blob: Blob, source: Path) -> None:
        """Keeps the bytes of a file. A blob that is there already has the same ones."""
        size, path = await asyncio.to_thread(lambda: source.stat().st_size), await self.path(blob)
        with answering():
            if size <= SMALL:
                try:
                    await obstore.put_async(self.store, path, source, mode="create")
                except AlreadyExistsError:
                    return
            elif await self.size(blob) != size:
                await obstore.put_async(
                    self.store, path, source, use_multipart=True, chunk_size=SMALL, max_concurrency=2
                )
            if self.folder:
                await asyncio.to_thread(make_durable, self.folder, path)

    async def path(self, blob: Blob) -> str:
        """Where in the store the blob lies."""
        return f"{await self.identity()}/{blob.key}"

    async def size(self, blob: Blob) -> int | None:
        """Its size in bytes; None where there is none."""
        path = await self.path(blob)
        try:
            with answering():
                return (await obstore.head_async(self.store, path))["size"]
        except FileNotFoundError:
            return None

    async def open(self, blob: Blob, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, in chunks. Raises NoSuchBlob before the first."""
        return chunks(await self.get(blob, {"range": (start, end)}))

    async def save(self, blob: Blob, target: Path) -> None:
        """Copies a blob into a file. Raises NoSuchBlob."""
        found = await self.get(blob, {})
        with await asyncio.to_thread(target.open, "wb") as file:
            async for chunk in chunks(found):
                await asyncio.to_thread(file.write, chunk)

    async def get(self, blob: Blob, options: Any) -> Any:
        path = await self.path(blob)
        try:
            with answering():
                return await obstore.get_async(self.store, path, options=options)
        except FileNotFoundError:
            raise NoSuchBlob(blob.key) from None

    async def delete(self, blob: Blob) -> None:
        """Removes a blob; nothing happens where there is none."""
        path = await self.path(blob)
        with suppress(FileNotFoundError), answering():
            await obstore.delete_async(self.store, path)

    async def list(self) -> AsyncIterator[Blob]:
        """Every blob of the database that is there. What lies beside them under other names is not ours."""
        prefix = await self.identity()
        with answering():
            async for page in obstore.list(self.store, prefix=prefix):
                names = [KEY.fullmatch(found["path"]) for found in page]
                for named in filter(None, names):
                    yield Blob(int(named[1]), named[2])

    async def remove_unfinished(self, before: float) -> int:
        """Removes what puts that were cut off before that time left behind, which a folder alone does not do by itself.
        The number of files."""
        if not self.folder:
            return 0
        return await asyncio.to_thread(remove_unfinished, self.folder / await self.identity(), before)


def s3_options(endpoint: str) -> dict[str, Any]:
    """What differs for an S3 service of someone else's: its address, and buckets named in the path."""
    if not endpoint:
        return {}
    allowed = {"allow_http": endpoint.startswith("http://")}
    return {"endpoint": endpoint, "virtual_hosted_style_request": False, "client_options": allowed}


async def chunks(found: Any) -> AsyncIterator[bytes]:
    with answering():
        async for chunk in found.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)


def make_durable(folder: Path, path: str) -> None:
    """Brings a file and its name to the disk: the row that will name it is committed to the disk, too."""
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened
    for item in (folder / path, *(folder / parent for parent in Path(path).parents)):
        handle = os.open(item, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_unfinished(folder: Path, before: float) -> int:
    left = [p for p in folder.glob("*/*/*#*") if UNFINISHED.fullmatch(p.name) and p.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)
