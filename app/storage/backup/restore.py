"""A backup becomes a database and its blobs again: all of the archive is read and found sound before anything is
written that stays, then the blobs are put, and at last, when every one of them is there, the database gets its name.

The restored database is the one that was backed up, in all that it is known by: its identity, under which its blobs
lie, what links are signed with, and its keys.
"""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.storage.backup.archive import DATABASE, Damaged, Manifest, Reader
from app.storage.backup.backup import AT_ONCE, counts_of, folder_beside, member_for, put_in_place
from app.storage.backup.sqlite_file import (
    SIDES,
    Named,
    Unsound,
    check_sound,
    identity_of,
    is_empty,
    named_blobs,
    opened,
    revision_of,
)
from app.storage.blobs.store import KEY, Blob, Blobs
from app.storage.migrations.revision import REVISIONS, UnknownSchema

Store = Callable[[Callable[[], Awaitable[str]]], Blobs]  # the blobs of the database with that identity


class CannotRestore(Exception):
    """Nothing can be restored there; the message says why."""


async def restore(source: Path, target: Path, store: Store) -> Manifest:
    """Makes the SQLite file `target`, and puts its blobs. Whatever goes wrong, nothing is left behind. Raises
    CannotRestore, Damaged, StoreAway and UnknownSchema."""
    check_free(target)
    with folder_beside(target) as folder:
        copy = folder / DATABASE
        manifest, identity, named = verified(source, copy)

        async def known() -> str:
            return identity

        async with Putting(store(known), folder).all_or_nothing() as putting:
            with source.open("rb") as file:
                reader = Reader(file)
                reader.skip(manifest.database)
                await putting.all_blobs(reader, named)
            await putting.check(named)
            check_free(target)
            clear_away(target)
            put_in_place(copy, target)
    return manifest


def check_free(target: Path) -> None:
    """Raises CannotRestore unless there is no database at all, or one without any schema."""
    if not target.parent.is_dir():
        raise CannotRestore(f"There is no folder {target.parent}.")
    if target.exists():
        try:
            with opened(target) as connection:
                empty = is_empty(connection)
        except sqlite3.Error as reason:
            raise CannotRestore(f"{target} is there already, and is no empty database: {reason}.") from None
        if not empty:
            raise CannotRestore(
                f"There is a database {target} already, and a restore overwrites none: move it away, or name another "
                "in GATEWAY_DATABASE_URL."
            )
    elif left := [side for side in SIDES if Path(f"{target}{side}").exists()]:
        raise CannotRestore(
            f"{target}{left[0]} is there without its database, and would be taken for part of this one."
        )


def clear_away(target: Path) -> None:
    """Removes an empty database with what lies beside it, unless somebody has it open."""
    if not target.exists():
        return
    try:
        with opened(target) as connection:
            connection.execute("PRAGMA busy_timeout=0")
            connection.execute("PRAGMA journal_mode=DELETE")  # fails while another has it open
    except sqlite3.Error as reason:
        raise CannotRestore(f"The empty database {target} is in use: {reason}.") from None
    target.unlink()


def verified(source: Path, copy: Path) -> tuple[Manifest, str, list[Named]]:
    """Reads all of the archive. Its database, now in `copy`, with what its blobs lie under and which they are."""
    with source.open("rb") as file:
        reader = Reader(file)
        reader.save(reader.manifest.database, copy)
        for member in reader.manifest.blobs:
            reader.skip(member)
        reader.finish()
    if reader.manifest.schema_revision not in REVISIONS:
        raise UnknownSchema
    return (reader.manifest, *database_in(copy, reader.manifest))


def database_in(copy: Path, manifest: Manifest) -> tuple[str, list[Named]]:
    """The identity of a sound database and the blobs that it names, which are those of the manifest."""
    try:
        with opened(copy) as connection:
            check_sound(connection)
            identity, named = identity_of(connection), named_blobs(connection)
            agreed = (
                all(KEY.fullmatch(place) for place in places(identity, named))
                and manifest.database.name == DATABASE
                and manifest.schema_revision == revision_of(connection)
                and manifest.blobs == [member_for(one) for one in named]
                and manifest.counts == counts_of(connection, len(named))
            )
    except (Unsound, sqlite3.Error, ValueError) as reason:
        raise Damaged(str(reason)) from None
    if not identity or not agreed:
        raise Damaged("Its manifest does not tell what its database holds.")
    return identity, named


def places(identity: str | None, named: Sequence[Named]) -> list[str]:
    """Where in the store the blobs would lie, and one that is always asked about: a database may be forged, too."""
    return [f"{identity}/{blob.key}" for blob in (Blob(0, "0" * 64), *(one.blob for one in named))]


@dataclass(slots=True)
class Putting:
    """The way of the blobs from the archive to the store."""

    blobs: Blobs
    folder: Path
    added: list[Blob] = field(default_factory=list)

    @asynccontextmanager
    async def all_or_nothing(self) -> AsyncIterator["Putting"]:
        """Removes what was put where the work fails; what was there before stays."""
        try:
            yield self
        except BaseException:
            for blob in self.added:
                with suppress(Exception):  # the failure itself is what is to be told
                    await self.blobs.delete(blob)
            raise

    async def all_blobs(self, reader: Reader, named: Sequence[Named]) -> None:
        paths = [self.folder / str(place) for place in range(AT_ONCE)]
        for start in range(0, len(named), AT_ONCE):
            some = named[start : start + AT_ONCE]
            for one, path in zip(some, paths, strict=False):
                path.unlink(missing_ok=True)
                reader.save(member_for(one), path)
            putting = (self.put(one, path) for one, path in zip(some, paths, strict=False))
            for outcome in await asyncio.gather(*putting, return_exceptions=True):  # none is left writing
                if outcome:
                    raise outcome

    async def put(self, named: Named, path: Path) -> None:
        """Puts a blob. One that is there stays where its bytes are the same, and else makes room."""
        size = await self.blobs.size(named.blob)
        if size is None:
            self.added.append(named.blob)
        elif size == named.size and await self.digest(named) == named.blob.sha256:
            return
        else:
            await self.blobs.delete(named.blob)
        await self.blobs.put(named.blob, path)

    async def digest(self, named: Named) -> str:
        digest = hashlib.sha256()
        async for chunk in await self.blobs.open(named.blob, 0, named.size):
            digest.update(chunk)
        return digest.hexdigest()

    async def check(self, named: Sequence[Named]) -> None:
        """Asks the store for each blob again. Raises CannotRestore."""
        for one in named:
            if await self.blobs.size(one.blob) != one.size:
                raise CannotRestore(f"The store {self.blobs.url} does not keep what it is given: {one.blob.key}.")
