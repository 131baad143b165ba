"""The bytes of PDFs, in a folder, in memory or in S3: each under the hash of what it holds, so that a blob never
changes and putting one twice is putting it once. Which blobs are needed is for `app.storage.claims` to say.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

SMALL = 5 << 20  # up to here in one request; the store takes larger ones in parts of this size
CHUNK = 64 << 10  # what a download holds in memory
KEY = re.compile(r"(\d+)/[0-9a-f]{2}/([0-9a-f]{64})")
UNFINISHED = re.compile(r"[0-9a-f]{64}#\d+")  # what the folder store writes to, before it gives the file its name


class NoSuchBlob(Exception):
    """A blob that is not there."""


@dataclass(frozen=True, slots=True)
class Blob:
    """The name of a blob: whose it is and the SHA-256 of its bytes."""

    tenant_id: int
    sha256: str

    @property
    def key(self) -> str:
        return f"{self.tenant_id}/{self.sha256[:2]}/{self.sha256}"


class Blobs:
    """The store behind a URL: file:///, memory:/// or s3://. It is opened, and a folder made, when first needed."""

    def __init__(self, url: str, endpoint: str = "") -> None:
        self.url = url
        self.endpoint = endpoint

    @cached_property
    def store(self) -> ObjectStore:
        parts = urlsplit(self.url)
        if parts.scheme == "memory":
            return MemoryStore()
        if parts.scheme == "s3":
            return S3Store(parts.netloc, prefix=parts.path.strip("/") or None, **s3_options(self.endpoint))
        return LocalStore(self.folder, mkdir=True)

    @property
    def folder(self) -> Path | None:
        """The folder of a store on the file system."""
        parts = urlsplit(self.url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    async def put(self, blob: Blob, source: Path) -> None:
        """Keeps the bytes of a file. A blob that is there already has the same ones."""
        size = await asyncio.to_thread(lambda: source.stat().st_size)
        if size <= SMALL:
            try:
                await obstore.put_async(self.store, blob.key, source, mode="create")
            except AlreadyExistsError:
                return
        elif await self.size(blob) != size:
            await obstore.put_async(
                self.store, blob.key, source, use_multipart=True, chunk_size=SMALL, max_concurrency=2
            )
        if self.folder:
            await asyncio.to_thread(make_durable, self.folder / blob.key)

    async def size(self, blob: Blob) -> int | None:
        """Its size in bytes; None where there is none."""
        try:
            return (await obstore.head_async(self.store, blob.key))["size"]
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
        try:
            return await obstore.get_async(self.store, blob.key, options=options)
        except FileNotFoundError:
            raise NoSuchBlob(blob.key) from None

    async def delete(self, blob: Blob) -> None:
        """Removes a blob; nothing happens where there is none."""
        try:
            await obstore.delete_async(self.store, blob.key)
        except FileNotFoundError:
            return

    async def list(self) -> AsyncIterator[Blob]:
        """Every blob that is there. What lies beside them under other names is not ours."""
        async for page in obstore.list(self.store):
            for found in page:
                named = KEY.fullmatch(found["path"])
                if named:
                    yield Blob(int(named[1]), named[2])

    async def remove_unfinished(self, before: float) -> int:
        """Removes what puts that were cut off before that time left behind, which a folder alone does not do by itself.
        The number of files."""
        return await asyncio.to_thread(remove_unfinished, self.folder, before) if self.folder else 0


def s3_options(endpoint: str) -> dict[str, Any]:
    """What differs for an S3 service of someone else's: its address, and buckets named in the path."""
    if not endpoint:
        return {}
    allowed = {"allow_http": endpoint.startswith("http://")}
    return {"endpoint": endpoint, "virtual_hosted_style_request": False, "client_options": allowed}


async def chunks(found: Any) -> AsyncIterator[bytes]:
    async for chunk in found.stream(min_chunk_size=CHUNK):
        yield bytes(chunk)


def make_durable(path: Path) -> None:
    """Brings a file and its name to the disk: the row that will name it is committed to the disk, too."""
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened
    for item in (path, path.parent, path.parent.parent):
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
