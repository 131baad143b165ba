"""The unit of work of a chunk: many writes, one after the other, on rows that were all read before. It asks nothing of
the database, so that commands can be run in a thread; what they write is collected, and written at once when all have
run. A command that asks for a row that was not read raises NotLoaded; it is run again when the row is there.

Each write sees what those before it have made. One that fails is undone alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.domain.caller import Caller
from app.domain.changes import Change
from app.domain.enums import Product
from app.storage.database.exact_json import dump_json, load_json
from app.storage.tables import TENANTS
from app.storage.types import ProductSet
from app.storage.writes.change_log import log_entry
from app.storage.writes.unit_of_work import Lookup, NeedsLocks, Values

Key = tuple[Any, ...]  # the values of a primary key, the tenant's apart
Place = tuple[sa.Table, Key]


@dataclass(frozen=True, slots=True)
class LineLookup:
    """A row, and all rows that it leads to: the one whose key its column `parent` holds, and so on."""

    table: sa.Table
    parent: str
    key: Key


TENANT_LOCK = "tenant lock"
Wanted = Lookup | LineLookup | str  # str: TENANT_LOCK


class NotLoaded(Exception):
    """A command asks for what was not read yet."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self.wanted = wanted


@dataclass(frozen=True, slots=True)
class Savepoint:
    """How much had been done at some moment."""

    steps: int
    log_entries: int


@dataclass(frozen=True, slots=True)
class ChunkPart:
    """What some of a chunk's writes have made, which is to be written now: new rows in their order, changed rows as
    they are stored and as they are to be, and entries of the change log."""

    tenant_id: int
    inserted: list[tuple[sa.Table, Values]]
    updated: list[tuple[sa.Table, Values, Values]]
    log_entries: list[Values]


@dataclass(slots=True, eq=False)
class ChunkWrite:
    """One tenant's rows within a chunk. See UnitOfWork."""

    caller: Caller
    request_id: str
    rows: dict[Place, Values | None] = field(default_factory=dict)  # as they are now; None: there is none
    present: dict[Place, bool] = field(default_factory=dict)  # of rows of which no more is known
    found: dict[Lookup, Key | None] = field(default_factory=dict)  # as they were read, by other columns than the key
    lines: set[LineLookup] = field(default_factory=set)  # that were read
    tenant_row: Values = field(default_factory=dict)
    tenant_locked: bool = False
    inserted: dict[Place, Values] = field(default_factory=dict)  # in order; what the command gave
    updated: dict[Place, Values] = field(default_factory=dict)  # as they were before
    changed: dict[Place, None] = field(default_factory=dict)  # all that was ever inserted or updated here
    unread: set[Place] = field(default_factory=set)  # written here, and not in the form that a read gives
    log_entries: list[Values] = field(default_factory=list)
    steps: list[tuple[Any, Any, Any]] = field(default_factory=list)  # what each has replaced: see `put`

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        if table is TENANTS and not key:
            return self.tenant_row
        names = key_names(table)
        if key.keys() == set(names):
            return self.row((table, tuple(key[name] for name in names)))
        return self.find_by(Lookup(table, tuple(key.items())))

    def row(self, place: Place) -> Values | None:
        """The row of a key, in the form that a read gives."""
        try:
            row = self.rows[place]
        except KeyError:
            table, key = place
            raise NotLoaded(Lookup(table, tuple(zip(key_names(table), key, strict=True)))) from None
        if row is not None and place in self.unread:
            row = self.rows[place] = as_read(place[0], row)
            self.unread.discard(place)
        return row

    def find_by(self, lookup: Lookup) -> Values | None:
        """The row with these values, of which there is one at most."""
        for place in self.changed:
            if place[0] is lookup.table:
                row = self.rows.get(place)
                if row is not None and has(row, lookup):
                    return self.row(place)
        if lookup not in self.found:
            raise NotLoaded(lookup)
        key = self.found[lookup]
        row = None if key is None else self.row((lookup.table, key))
        return row if row is not None and has(row, lookup) else None

    async def exists(self, table: sa.Table, **key: Any) -> bool:
        names = key_names(table)
        if key.keys() != set(names):
            raise NeedsLocks
        place = table, tuple(key[name] for name in names)
        if place in self.rows:
            return self.rows[place] is not None
        if place not in self.present:
            raise NotLoaded(Lookup(table, tuple((name, key[name]) for name in names), whole=False))
        return self.present[place]

    async def ancestors(self, table: sa.Table, parent: str, key: str) -> set[str]:
        line: set[str] = set()
        following: str | None = key
        while following is not None and following not in line:
            place = table, (following,)
            if place not in self.rows:
                raise NotLoaded(LineLookup(table, parent, (following,)))
            row = self.rows[place]
            if row is None:
                break
            line.add(following)
            following = row.get(parent)
        return line

    async def insert(self, table: sa.Table, values: Values) -> None:
        place = table, tuple(values[name] for name in key_names(table))
        self.put(self.inserted, place, values)
        self.put(self.rows, place, dict(values))
        self.changed[place] = None
        self.unread.add(place)

    async def insert_once(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        if await self.exists(table, **{name: values[name] for name in key_names(table)}):
            return False
        await self.insert(table, dict(values))
        return True

    async def update(self, table: sa.Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        if table is TENANTS:
            if all(self.tenant_row[name] == value for name, value in where.items()):
                self.change((TENANTS, ()), self.tenant_row, values)
            return
        place = table, tuple(where[name] for name in key_names(table))
        row = self.row(place)
        if row is not None:
            self.change(place, row, values)

    def change(self, place: Place, row: Values, values: Mapping[str, Any]) -> None:
        if place not in self.inserted and place not in self.updated:
            self.put(self.updated, place, row)
        changed = {**row, **values}
        if place[0] is TENANTS:
            self.steps.append((self, "tenant_row", row))
            self.tenant_row = changed
            return
        self.put(self.rows, place, changed)
        self.changed[place] = None
        self.unread.add(place)

    async def delete(self, table: sa.Table, *conditions: sa.ColumnElement[bool], **where: Any) -> int:
        raise NeedsLocks

    async def lock_tenant(self) -> Values:
        if not self.tenant_locked:
            raise NotLoaded(TENANT_LOCK)
        return self.tenant_row

    def log(self, change: Change) -> None:
        self.log_entries.append(log_entry(self.caller, self.request_id, change))

    def put(self, into: dict[Place, Any], place: Place, value: Any) -> None:
        """Sets a value, in a way that can be undone."""
        self.steps.append((into, place, into.get(place, NOTHING)))
        into[place] = value

    def new_rows(self) -> list[tuple[Values, Values]]:
        """Rows that are to get a csrId, in their order: what a command gave for each, and the row as it is now."""
        return [(values, self.rows[place] or {}) for place, values in self.inserted.items() if "csr_id" in place[0].c]

    def take_part(self) -> ChunkPart:
        """What was made since the last part was taken; it counts as stored from now on."""
        inserted = [(place[0], self.rows[place] or {}) for place in self.inserted]
        updated = [(place[0], stored, self.current(place)) for place, stored in self.updated.items()]
        part = ChunkPart(self.caller.tenant_id, inserted, updated, self.log_entries)
        self.inserted, self.updated, self.log_entries, self.steps = {}, {}, [], []
        return part

    def current(self, place: Place) -> Values:
        return self.tenant_row if place[0] is TENANTS else self.rows[place] or {}

    def savepoint(self) -> Savepoint:
        return Savepoint(len(self.steps), len(self.log_entries))

    def has_logged_since(self, start: Savepoint) -> bool:
        return len(self.log_entries) > start.log_entries

    def roll_back(self, start: Savepoint) -> None:
        """Undoes what was done since."""
        del self.log_entries[start.log_entries :]
        while len(self.steps) > start.steps:
            into, place, former = self.steps.pop()
            if into is self:
                self.tenant_row = former
            elif former is NOTHING:
                del into[place]
            else:
                into[place] = former


NOTHING: Any = object()


def key_names(table: sa.Table) -> tuple[str, ...]:
    """The columns of a table's key, the tenant's apart."""
    names = KEY_NAMES.get(table)
    if names is None:
        names = KEY_NAMES[table] = tuple(c.name for c in table.primary_key if c.name != "tenant_id")
    return names


KEY_NAMES: dict[sa.Table, tuple[str, ...]] = {}
FORMS: dict[sa.Table, tuple[Values, tuple[str, ...], tuple[str, ...]]] = {}


def as_read(table: sa.Table, row: Values) -> Values:
    """A row that was written, in the form in which a read gives it: all columns, JSON with its numbers as they are
    kept, products in their order."""
    form = FORMS.get(table)
    if form is None:
        jsons = tuple(c.name for c in table.c if isinstance(c.type, sa.JSON))
        sets = tuple(c.name for c in table.c if isinstance(c.type, ProductSet))
        form = FORMS[table] = dict.fromkeys(table.c.keys()), jsons, sets
    nulls, jsons, sets = form
    read = nulls | row
    for name in jsons:
        if read[name] is not None:
            read[name] = load_json(dump_json(read[name]))
    for name in sets:
        read[name] = tuple(product for product in Product if product in read[name])
    return read


def has(row: Values, lookup: Lookup) -> bool:
    """Whether a row has the values of a look-up."""
    return all(row.get(name) == value for name, value in lookup.key)
