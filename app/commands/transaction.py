"""The transaction around every command: opened, answered from inside, committed, or undone for a dry run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.resources import Resource
from app.storage.engine import Database
from app.storage.scoped import Scoped

ATTEMPTS = 8
SERIALIZATION_FAILURES = {"40001", "40P01"}  # Postgres: serialization failure, deadlock

Answer = TypeVar("Answer")


class Forbidden(Exception):
    """A read-only key asked for a write."""


class Undo(Exception):
    """Rolls a dry run back."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a command wrote: the resources' keys, and whether the first was new."""

    keys: dict[Resource, str]
    created: bool = False


@dataclass(frozen=True, slots=True)
class Write(Generic[Answer]):
    """How a write is to be run: by whom, where, kept or not, and how its answer is read before the commit."""

    database: Database
    caller: Caller
    answer: Callable[[AsyncConnection, Written], Awaitable[Answer]]
    dry_run: bool = False

    async def run(self, command: Callable[[Scoped], Awaitable[Written]]) -> Answer:
        """Runs the command in a transaction of its own; Refused, and any other exception, undoes it whole."""
        if self.caller.read_only:
            raise Forbidden
        for _ in range(ATTEMPTS - 1):
            try:
                return await self.attempt(command)
            except DBAPIError as error:
                if not lost_a_race(error):
                    raise
        return await self.attempt(command)

    async def attempt(self, command: Callable[[Scoped], Awaitable[Written]]) -> Answer:
        try:
            async with self.database.writing() as connection:
                written = await command(Scoped(connection, self.caller))
                answer = await self.answer(connection, written)
                if self.dry_run:
                    raise Undo
        except Undo:
            pass
        return answer


def lost_a_race(error: DBAPIError) -> bool:
    """Whether another writer was faster: run again, the command sees what that one wrote and decides anew."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in SERIALIZATION_FAILURES
