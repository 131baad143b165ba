"""What a revision has done beside readers and writers, because it may take long: indexes that are built or dropped, and
rows that are filled. The revision lists it as `online`, in the order in which it is done after its `upgrade()`:

    online = (
        Backfill("accounts of the log", "changes", ("tenant_id", "sequence"), fill_accounts, seconds=20),
        BuildIndex("ix_changes_…", "changes", ["tenant_id", "account_number", "sequence"], seconds=2),
        DropIndex("ix_changes_…", "changes"),
    )

`seconds` is what it takes for a million rows, as measured; `migrate` says so beforehand. On Postgres every index and
every batch of rows is a transaction of its own. A migration that was killed goes on from there the next time. The
schema counts as current only when all is done, and until then servers of the former release serve on: `upgrade()` must
leave them a schema that they can read and write, with triggers where rows that they write have to be filled, too.

In a database without rows, and on SQLite, which has one writer at a time, all of it is part of the one transaction.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

# Rows that are filled at once, and that others who would change them wait for: a tenth of a second or two.
BATCH = 5_000
STATE = sa.text("""
SELECT indisvalid AND indisready AND indislive FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid WHERE relname = :name AND relnamespace = current_schema()::regnamespace""")

Place = list[int | str]  # values of the columns of a key


def always(_connection: sa.Connection) -> bool:
    return True


def on_postgres(connection: sa.Connection) -> bool:
    return connection.dialect.name == "postgresql"


def on_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


class Step(ABC):
    """One of a revision's steps."""

    table: str
    seconds: float  # for a million rows

    @property
    @abstractmethod
    def title(self) -> str:
        """What is done, for the operator."""

    @abstractmethod
    def apply(self, connection: sa.Connection) -> None:
        """Does all of it in the connection's transaction."""

    @abstractmethod
    def advance(self, connection: sa.Connection, place: Place | None) -> Place | None:
        """Does the next part of it on Postgres, after the place that the part before has returned; None where nothing
        is left. In a transaction, unless the step is `outside_transactions`."""

    outside_transactions = False


@dataclass(frozen=True)
class BuildIndex(Step):
    """Builds an index. The arguments are those of Alembic's `op.create_index`, and so are the options, such as
    `unique=True` and `postgresql_using="gin"`; `when` says on which databases, such as `on_postgres`.

    On Postgres without keeping writers waiting. One that another migration has left half built is built anew, one that
    is there already is left as it is."""

    name: str
    table: str
    columns: Sequence[str | sa.TextClause | sa.ColumnElement[Any]]
    seconds: float
    options: dict[str, Any] = field(default_factory=dict)
    when: Callable[[sa.Connection], bool] = always
    outside_transactions = True

    @property
    def title(self) -> str:
        return f"Building the index {self.name}"

    def apply(self, connection: sa.Connection) -> None:
        if self.when(connection):
            self.create(connection)

    def create(self, connection: sa.Connection, **options: Any) -> None:
        operations = Operations(MigrationContext.configure(connection))
        operations.create_index(self.name, self.table, list(self.columns), **self.options, **options)

    def advance(self, connection: sa.Connection, place: Place | None) -> Place | None:
        if self.when(connection):
            is_whole = connection.scalar(STATE, {"name": self.name})
            if is_whole is False:
                drop_concurrently(connection, self.name)
            if not is_whole:
                self.create(connection, postgresql_concurrently=True)
        return None


@dataclass(frozen=True)
class DropIndex(Step):
    """Drops an index, without keeping anybody waiting, where it is there."""

    name: str
    table: str
    seconds: float = 0
    outside_transactions = True

    @property
    def title(self) -> str:
        return f"Dropping the index {self.name}"

    def apply(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {self.name}")

    def advance(self, connection: sa.Connection, place: Place | None) -> Place | None:
        drop_concurrently(connection, self.name)
        return None


def drop_concurrently(connection: sa.Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a table whose keys lie behind one place, if any, and not behind another."""

    key: Sequence[str]
    after: Place | None
    upto: Place

    def of(self, table: sa.FromClause) -> sa.ColumnElement[bool]:
        """The condition that a row of the table, or of an alias of it, is one of them."""
        columns = sa.tuple_(*(table.c[name] for name in self.key))
        upto = columns <= sa.tuple_(*self.upto)
        return upto if self.after is None else sa.and_(columns > sa.tuple_(*self.after), upto)


@dataclass(frozen=True)
class Backfill(Step):
    """Fills the rows of a table, batch after batch in the order of a unique key whose columns are integers or texts.

    `fill(connection, batch)` is called in a transaction of its own for each batch, and does its work for the rows that
    `batch.of(table)` is the condition of. It may find rows that are filled already, by triggers or by a batch whose
    transaction was undone. Rows that are written meanwhile are walked, too, where their key is not passed yet."""

    name: str
    table: str
    key: Sequence[str]
    fill: Callable[[sa.Connection, Batch], None]
    seconds: float
    batch: int = BATCH
    when: Callable[[sa.Connection], bool] = always

    @property
    def title(self) -> str:
        return f"Filling {self.name}"

    def apply(self, connection: sa.Connection) -> None:
        place = self.advance(connection, None)
        while place is not None:
            place = self.advance(connection, place)

    def advance(self, connection: sa.Connection, place: Place | None) -> Place | None:
        if not self.when(connection) or (upto := self.end_of_batch(connection, place)) is None:
            return None
        self.fill(connection, Batch(self.key, place, upto))
        return upto

    def end_of_batch(self, connection: sa.Connection, place: Place | None) -> Place | None:
        """The key of the last row of the next batch."""
        rows = sa.table(self.table, *map(sa.column, self.key))
        columns = [rows.c[name] for name in self.key]
        following = sa.select(*columns).order_by(*columns).limit(self.batch)
        if place is not None:
            following = following.where(sa.tuple_(*columns) > sa.tuple_(*place))
        keys = following.subquery("keys")
        last = sa.select(*keys.c).order_by(*(column.desc() for column in keys.c)).limit(1)
        row = connection.execute(last).one_or_none()
        return None if row is None else list(row)


def steps_of(revision: Any) -> Sequence[Step]:
    """The steps of Alembic's script of a revision."""
    steps: Sequence[Step] = getattr(revision.module, "online", ())
    return steps
