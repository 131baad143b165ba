"""What a command sees of the database: one tenant's rows, within the transaction of one write.

There are two implementations, and a command does not know which of them it is given. `LockingWrite` locks the rows that
the command decides by. `OptimisticWrite` takes no lock: it finds out when it writes whether a row has changed since it
was read. It knows the common writes alone, and raises NeedsLocks where a command asks for more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.changes import Change

Values = dict[str, Any]


class NeedsLocks(Exception):
    """The command asks for what an optimistic write cannot do: it is run again, with locks."""


class CallerChanged(Exception):
    """The API key does not stand for the caller any more: it was revoked or may only read by now, or what is known of
    the tenant has changed. Nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "The API key was revoked or changed while the request ran. Nothing was written: send it again."
        )


@dataclass(frozen=True, slots=True)
class Guard:
    """The condition under which the caller may write at all, with its parameters. It is checked by the statement that
    reads, or at the beginning of a transaction with locks."""

    condition: sa.ColumnElement[bool]
    values: Values

    async def check(self, connection: AsyncConnection) -> None:
        """Raises CallerChanged where the condition does not hold."""
        if not await connection.scalar(sa.select(self.condition), self.values):
            raise CallerChanged


@dataclass(frozen=True, slots=True)
class Lookup:
    """A row that a command is going to look up: its table, the values that name the row there, and whether all of its
    columns are wanted, or only whether it exists. `expected` says whether the row must exist (True) or must not (False)
    for the command to succeed at all; None where both will do."""

    table: sa.Table
    key: tuple[tuple[str, Any], ...] = ()
    whole: bool = True
    expected: bool | None = field(default=None, compare=False)


class UnitOfWork(Protocol):
    """One tenant's rows within one write. What was written is committed, or rolled back, by whoever runs the command.

    Every method may raise NeedsLocks."""

    caller: Caller

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        """The row with these values, with all of its columns. With `lock`, nobody else changes it before the commit."""

    async def exists(self, table: sa.Table, **key: Any) -> bool: ...

    async def ancestors(self, table: sa.Table, parent: str, key: str) -> set[str]:
        """The keys of a row and of all rows that it leads to: the one whose key its column `parent` holds, and so on;
        empty where there is no such row."""

    async def insert(self, table: sa.Table, values: Values) -> None:
        """A new row. Where the table has csrIds, `values` gets the row's: now, or when it is written."""

    async def insert_once(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        """A new row, or nothing where its key is taken; whether it is new."""

    async def update(self, table: sa.Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Sets these columns of the rows with the values of `where`."""

    async def delete(self, table: sa.Table, *conditions: sa.ColumnElement[bool], **where: Any) -> int:
        """Removes the rows with these values; their number."""

    async def lock_tenant(self) -> Values:
        """The tenant's row, locked: writes that touch a rule of the whole tenant wait here for one another."""

    def log(self, change: Change) -> None:
        """Adds an entry to the change log. It is written after all else."""
