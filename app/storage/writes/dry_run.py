"""What a dry run of many chunks would have made so far. It lies in a temporary file, so that memory does not grow with
what is tried."""

import pickle
import sqlite3
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.storage.database.exact_json import dump_json
from app.storage.tables import CONTACTS, TENANTS
from app.storage.writes.chunk import ChunkWrite, Key, Place, as_read
from app.storage.writes.unit_of_work import Lookup, Values

# The columns, beside the key, by which rows of a table are looked up.
OTHER_KEYS = {CONTACTS: ("account_number", "is_primary")}
SCHEMA = """
CREATE TABLE made (place TEXT PRIMARY KEY, also TEXT, row BLOB) WITHOUT ROWID;
CREATE INDEX also ON made (also) WHERE also IS NOT NULL;
"""


def temporary_file() -> sqlite3.Connection:
    """A database of its own in a file that is gone when it is closed; SQLite keeps what is small in memory."""
    connection = sqlite3.connect("", check_same_thread=False, isolation_level=None)
    connection.executescript(SCHEMA)
    return connection


@dataclass(slots=True)
class DryRun:
    """Rows as they would be. One chunk at a time uses it, in whatever thread."""

    tenant: Values | None = None
    file: sqlite3.Connection = field(default_factory=temporary_file)

    def row(self, place: Place) -> Values | None:
        """The row as it would be; None where the run does not change it."""
        found = self.file.execute("SELECT row FROM made WHERE place = ?", [text_of(*place)]).fetchone()
        return None if found is None else loaded(place[0], found[0])

    def find(self, lookup: Lookup) -> tuple[Key, Values] | None:
        """A row that would have these values, which are not its key."""
        names = tuple(name for name, _ in lookup.key)
        if OTHER_KEYS.get(lookup.table) != names:
            return None
        sought = text_of(lookup.table, tuple(value for _, value in lookup.key))
        found = self.file.execute("SELECT row FROM made WHERE also = ?", [sought]).fetchone()
        if found is None:
            return None
        row = loaded(lookup.table, found[0])
        return tuple(row[c.name] for c in lookup.table.primary_key if c.name != "tenant_id"), row

    def remember(self, unit: ChunkWrite) -> None:
        """Keeps what a chunk would have written."""
        if any(table is TENANTS for table, _ in unit.updated):
            self.tenant = unit.tenant_row
        places = [place for place in (*unit.inserted, *unit.updated) if place[0] is not TENANTS]
        rows = ((table, key, unit.rows[table, key] or {}) for table, key in places)
        made = [(text_of(table, key), other_key(table, row), kept(row)) for table, key, row in rows]
        self.file.execute("BEGIN")
        self.file.executemany("INSERT OR REPLACE INTO made VALUES (?, ?, ?)", made)
        self.file.execute("COMMIT")

    def close(self) -> None:
        self.file.close()


def text_of(table: sa.Table, key: Key) -> str:
    return dump_json([table.name, *key])


def other_key(table: sa.Table, row: Values) -> str | None:
    names = OTHER_KEYS.get(table)
    return text_of(table, tuple(row.get(name) for name in names)) if names else None


def kept(row: Values) -> bytes:
    return pickle.dumps({name: value for name, value in row.items() if value is not None})


def loaded(table: sa.Table, stored: bytes) -> Values:
    row: dict[str, Any] = pickle.loads(stored)  # noqa: S301 -- written by this process, to a file that nobody else sees
    return as_read(table, row)
