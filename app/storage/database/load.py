"""How busy a database's connections are."""

from dataclasses import dataclass

from sqlalchemy.pool import QueuePool

from app.storage.database.compat_sqlalchemy import waiting_for
from app.storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class Load:
    """Connections in use of at most so many, who waits for one, and the writers of SQLite who wait for their turn."""

    in_use: int
    most: int
    waiting: int
    waiting_writers: int


def load_of(database: Database) -> Load:
    """The load of this moment; costs those who use the database nothing."""
    pools = [engine.sync_engine.pool for engine in {database.reader, database.writer}]
    queues = [pool for pool in pools if isinstance(pool, QueuePool)]
    return Load(
        sum(pool.checkedout() for pool in queues),
        sum(pool.size() for pool in queues),
        sum(waiting_for(pool) for pool in queues),
        database.group_commit.waiting if database.group_commit else 0,
    )
