"""The file of a backup: a tar of regular files, written from front to back and never held in memory. First a manifest
that names every member with its size and SHA-256, then the database, then the blobs, at last the manifest's own digest.

It is read back as it was written, byte for byte: each header, the padding and the end must be what `Writer` makes of
the manifest. So no name inside an archive is ever followed, and whatever was cut off, damaged, added or put elsewhere
is found by comparison.
"""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORMAT = 1
MANIFEST, DATABASE, SEAL = "manifest.json", "gateway.db", "manifest.json.sha256"
END = bytes(2 * tarfile.BLOCKSIZE)
PIECE = 1 << 20
NO_BACKUP = "It is no backup of an ingest gateway."


class Damaged(Exception):
    """The archive is not what a backup wrote; the message says where."""


class Member(BaseModel):
    """A file in the archive."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Counts(BaseModel):
    """What the backup holds, for people."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    tenants: int
    documents: int
    blobs: int


class Manifest(BaseModel):
    """What the archive holds: the database first, then the blobs in their order."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    format: int = FORMAT
    schema_revision: str
    taken_at: str
    counts: Counts
    members: list[Member] = Field(min_length=1)

    @property
    def database(self) -> Member:
        return self.members[0]

    @property
    def blobs(self) -> list[Member]:
        return self.members[1:]


def header(name: str, size: int) -> bytes:
    """A member's head. All that a file has beside name and size is always the same."""
    made = tarfile.TarInfo(name)
    made.size, made.mode = size, 0o600
    return made.tobuf(tarfile.GNU_FORMAT)


def padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def seal(manifest: bytes) -> bytes:
    """As `sha256sum --check` reads it."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()


def pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """So many bytes of a file, in pieces; fewer where it ends before."""
    while size and (piece := file.read(min(size, PIECE))):
        size -= len(piece)
        yield piece


def member_of(path: Path, name: str) -> Member:
    """What a file is as a member of that name."""
    with path.open("rb") as file:
        return Member(name=name, size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


class Writer:
    """Writes an archive; `add` is called for each member of the manifest in turn, then `finish`."""

    def __init__(self, file: BinaryIO, manifest: Manifest) -> None:
        self.file = file
        self.manifest = json.dumps(manifest.model_dump(), indent=1).encode()
        self.add_bytes(MANIFEST, self.manifest)

    def add_bytes(self, name: str, content: bytes) -> None:
        self.file.write(header(name, len(content)) + content + padding(len(content)))

    def add(self, member: Member, path: Path) -> None:
        """Copies a file. Raises Damaged where it is not the one that the manifest names."""
        digest = hashlib.sha256()
        self.file.write(header(member.name, member.size))
        with path.open("rb") as source:
            for piece in pieces(source, member.size):
                digest.update(piece)
                self.file.write(piece)
            if digest.hexdigest() != member.sha256 or source.read(1):
                raise Damaged(member.name)
        self.file.write(padding(member.size))

    def finish(self) -> None:
        self.add_bytes(SEAL, seal(self.manifest))
        self.file.write(END)


class Reader:
    """Reads an archive: the manifest at once, then each of its members in turn, then the end. Raises Damaged."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.content = self.first()
        self.manifest = parsed(self.content)

    def first(self) -> bytes:
        size = -1
        head = self.file.read(tarfile.BLOCKSIZE)
        with suppress(tarfile.HeaderError):
            size = tarfile.TarInfo.frombuf(head, "utf-8", "strict").size
        if size < 0 or head != header(MANIFEST, size):
            raise Damaged(NO_BACKUP)
        content = b"".join(pieces(self.file, size))
        self.expect(padding(size), MANIFEST)
        return content

    def expect(self, wanted: bytes, name: str) -> None:
        found = self.file.read(len(wanted))
        if len(found) < len(wanted):
            raise Damaged(f"It ends at {name}: it was cut off.")
        if found != wanted:
            raise Damaged(f"It holds something else where {name} should be{shown(found)}.")

    def read(self, member: Member) -> Iterator[bytes]:
        """The bytes of the member that comes next; only behind the last of them it is known that they are sound."""
        self.expect(header(member.name, member.size), member.name)
        digest, left = hashlib.sha256(), member.size
        for piece in pieces(self.file, member.size):
            digest.update(piece)
            left -= len(piece)
            yield piece
        if left:
            raise Damaged(f"It ends at {member.name}: it was cut off.")
        if digest.hexdigest() != member.sha256:
            raise Damaged(f"The SHA-256 of {member.name} is not the one in the manifest.")
        self.expect(padding(member.size), f"the end of {member.name}")

    def save(self, member: Member, target: Path) -> None:
        with target.open("xb") as file:
            for piece in self.read(member):
                file.write(piece)

    def skip(self, member: Member) -> None:
        """Reads a member for its digest alone."""
        for _ in self.read(member):
            pass

    def finish(self) -> None:
        last = seal(self.content)
        self.expect(header(SEAL, len(last)) + last + padding(len(last)) + END, SEAL)
        if self.file.read(1):
            raise Damaged("It goes on where it should end.")


def parsed(content: bytes) -> Manifest:
    """The manifest in these bytes. Raises Damaged."""
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(content)
    if isinstance(found, dict) and isinstance(found.get("format"), int) and found["format"] > FORMAT:
        raise Damaged("It was made by a newer release than this program: update the program.")
    try:
        return Manifest.model_validate(found)
    except ValidationError:
        raise Damaged("Its manifest is damaged.") from None


def shown(found: bytes) -> str:
    """The name in a header that should not be there, for a sentence."""
    try:
        return f": {tarfile.TarInfo.frombuf(found[: tarfile.BLOCKSIZE], 'utf-8', 'replace').name!r}"
    except tarfile.HeaderError:
        return ""
