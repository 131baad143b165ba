"""What is cached of SQL: statements that SQLAlchemy has compiled, and those that the connections of the drivers keep
prepared. Both are made from what clients ask, so both are bounded in bytes."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from cachetools import LRUCache
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.caching import ENTRY_BYTES, MAX_ENTRY_SHARE

# As measured at most: bytes that SQLAlchemy takes of a compiled statement, for each of its parameters, and for each
# character.
COMPILED_BYTES, PARAMETER_BYTES, CHARACTER_BYTES = 30_000, 1_700, 40
# Bytes that a connection takes for each character of a prepared statement, and for each statement.
SQLITE_BYTES, POSTGRES_BYTES, PREPARED_ENTRY_BYTES = 13, 2, 4_000

PREPARED_KEY = "prepared"  # where a pooled connection keeps what it has prepared


class CompiledCache(LRUCache[Hashable, Any]):
    """The cache of compiled statements that an engine of SQLAlchemy is given in place of its own, which is bounded by
    their number alone."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes, getsizeof=weight_of)

    def __setitem__(self, key: Hashable, compiled: Any) -> None:
        if weight_of(compiled) <= self.maxsize // MAX_ENTRY_SHARE:
            super().__setitem__(key, compiled)


def weight_of(compiled: Any) -> int:  # DDL has no parameters, and is not cached
    parameters, characters = len(compiled.binds), len(compiled.string)
    return ENTRY_BYTES + COMPILED_BYTES + PARAMETER_BYTES * parameters + CHARACTER_BYTES * characters


@dataclass(slots=True)
class PreparedTexts:
    """The statements that a connection has prepared since it was opened. The drivers bound their number alone, and have
    no way to forget one: a connection that `is_full` is replaced."""

    together: "PreparedStatements"
    texts: set[str] = field(default_factory=set)
    size: int = 0

    @property
    def is_full(self) -> bool:
        """Whether it has more than its equal part, and all connections have more than they may: those that are hardly
        used leave theirs to the few that are."""
        return self.size > self.together.equal_part and self.together.size > self.together.max_bytes

    def note(self, text: str) -> None:
        if text not in self.texts:
            self.texts.add(text)
            self.size += PREPARED_ENTRY_BYTES + self.together.character_bytes * len(text)


class PreparedStatements:
    """What all connections of one database have prepared. They take at most twice `max_bytes`: that, while one has more
    than its equal part, and as much again in equal parts."""

    def __init__(self, max_bytes: int, connections: int, *, is_sqlite: bool) -> None:
        self.max_bytes, self.equal_part = max_bytes, max_bytes // connections
        self.character_bytes = SQLITE_BYTES if is_sqlite else POSTGRES_BYTES
        self.by_driver: WeakKeyDictionary[Any, PreparedTexts] = WeakKeyDictionary()

    @property
    def size(self) -> int:
        """The bytes of all connections that are open."""
        return sum(texts.size for texts in self.by_driver.values())

    def watch(self, engine: Engine, *, replaces: bool) -> None:
        """Notes what SQLAlchemy runs on the engine; statements that go straight to the driver are noted by those who
        run them. `replaces`: full connections are replaced before their next use, since nobody else does that."""

        @event.listens_for(engine, "connect")
        def connected(connection: Any, entry: ConnectionPoolEntry) -> None:
            texts = PreparedTexts(self)
            self.by_driver[connection.driver_connection] = entry.info[PREPARED_KEY] = texts

        @event.listens_for(engine, "before_cursor_execute")
        def executing(connection: Any, _cursor: Any, text: str, *_: Any) -> None:
            self.note(connection.connection.driver_connection, text)

        if replaces:

            @event.listens_for(engine, "checkin")
            def returned(_connection: Any, entry: ConnectionPoolEntry) -> None:
                if is_full(entry.info):
                    entry.invalidate(soft=True)

    def note(self, driver: Any, text: str) -> None:
        """The driver's connection is to run a statement."""
        self.by_driver[driver].note(text)


def is_full(info: Mapping[Any, Any]) -> bool:
    """Whether a pooled connection is to be replaced, whose `info` this is."""
    texts: PreparedTexts | None = info.get(PREPARED_KEY)  # none of one that was lost meanwhile
    return texts is not None and texts.is_full
