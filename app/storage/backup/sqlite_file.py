"""What an SQLite file holds, read from the file itself: a copy of a database that no engine has opened, and maybe of an
older schema than the tables in the code."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.storage.blobs.store import Blob

SIDES = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database that is in use


class Unsound(Exception):
    """The file is no whole database; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Named:
    """A blob that a row names, with the size that the row tells."""

    blob: Blob
    size: int


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, which is not made where there is none. Nothing in its schema may run code that is not SQLite's own."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=10)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        yield connection


def is_empty(connection: sqlite3.Connection) -> bool:
    return not has(connection, "SELECT 1 FROM sqlite_master")


def revision_of(connection: sqlite3.Connection) -> str | None:
    """The revision that the schema is at; None where there is none."""
    return only(connection, "alembic_version", "version_num")


def identity_of(connection: sqlite3.Connection) -> str | None:
    """What the database's blobs lie under; None where its schema is older than that."""
    return only(connection, "database_identity", "value")


def only(connection: sqlite3.Connection, table: str, column: str) -> str | None:
    if not has(connection, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table):
        return None
    found = connection.execute(f"SELECT {column} FROM {table}").fetchone()  # noqa: S608 -- both are ours
    return str(found[0]) if found else None


def named_blobs(connection: sqlite3.Connection) -> list[Named]:
    """Every blob that a row names, in a fixed order."""
    rows = connection.execute("SELECT DISTINCT tenant_id, sha256, file_size FROM attachments ORDER BY 1, 2, 3")
    return [Named(Blob(tenant_id, sha256), size) for tenant_id, sha256, size in rows]


def naming(connection: sqlite3.Connection, blob: Blob) -> str:
    """A document that the blob is the PDF of, for a sentence."""
    number, tenant = connection.execute(
        "SELECT document_number, name FROM attachments JOIN tenants USING (tenant_id) "
        "WHERE tenant_id = ? AND sha256 = ?",
        (blob.tenant_id, blob.sha256),
    ).fetchone()
    return f"document {number!r} of tenant {tenant!r}"


def count(connection: sqlite3.Connection, table: str) -> int:
    found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 -- one of ours
    return found


def check_sound(connection: sqlite3.Connection) -> None:
    """Raises Unsound where SQLite finds a fault in the file, or a row without the one that it refers to."""
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise Unsound(f"SQLite finds the database damaged: {found}")
    if lost := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise Unsound(f"A row of {lost[0]} refers to one of {lost[2]} that is not there.")


def has(connection: sqlite3.Connection, statement: str, *arguments: str) -> bool:
    return connection.execute(statement, arguments).fetchone() is not None
