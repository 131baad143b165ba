"""A request that is done once: whatever it writes is one transaction with the answer that is kept for it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


class RetryRequest(BaseException):
    """Ends a run of a request that is to be run from its start again. It is no Exception: nobody on the way may take it
    for a failure and answer it."""


class Rollback(Exception):
    """Rolls a transaction back."""


@dataclass(slots=True)
class RequestTransaction:
    """The transaction of such a request. It begins with the first write, by `opened`, and `first` is done in it before
    anything else: until then the request holds nothing that others wait for.

    Work that takes long is not to be done inside. Where it is found to be needed there, the transaction is undone, the
    work done, its outcome left in `made`, and the request is run anew."""

    opened: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    first: Callable[[AsyncConnection], Awaitable[None]]
    connection: AsyncConnection | None = None
    undone: bool = False
    runs: int = 1
    made: dict[Any, Any] = field(default_factory=dict)  # outlives a run
    endings: AsyncExitStack = field(default_factory=AsyncExitStack)  # for when all is committed, or never will be
    transaction: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def begin(self) -> AsyncConnection:
        """The connection inside the transaction. Raises Anew where it was undone, so that nothing of a run is ever
        kept without the rest."""
        if self.undone:
            raise RetryRequest
        if self.connection is None:
            connection = await self.transaction.enter_async_context(self.opened())
            await self.first(connection)
            self.connection = connection
        return self.connection

    async def undo(self) -> None:
        """Undoes what the run has written, if anything."""
        self.undone = self.undone or self.connection is not None
        self.connection, transaction, self.transaction = None, self.transaction, AsyncExitStack()
        reason = Rollback()
        await transaction.__aexit__(Rollback, reason, None)

    async def again(self) -> None:
        """Before the next run."""
        await self.undo()
        self.undone = False
        self.runs += 1

    async def commit(self) -> None:
        """Keeps all of it."""
        self.connection, transaction, self.transaction = None, self.transaction, AsyncExitStack()
        await transaction.aclose()
