"""The transaction of a request that is sent under an Idempotency-Key: all that the request writes, and the answer that
is kept for it, is committed together or not at all."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


class RetryRequest(BaseException):
    """Ends a run of a request that is to be run again from its start. It is no Exception, so that nobody on the way
    takes it for a failure and answers it."""


class Rollback(Exception):
    """Rolls a transaction back."""


@dataclass(slots=True)
class RequestTransaction:
    """It begins with the first write of the request: until then the request holds nothing that others wait for.
    `open_transaction` opens it, and `on_begin` is done in it before anything else.

    Work that takes long is not to be done inside. Where it is found to be needed there, the transaction is rolled back,
    the work is done, its outcome is kept in `results`, and the request is run again."""

    open_transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    on_begin: Callable[[AsyncConnection], Awaitable[None]]
    connection: AsyncConnection | None = None
    rolled_back: bool = False  # in this run, after it had begun
    runs: int = 1
    results: dict[Any, Any] = field(default_factory=dict)  # of work outside the transaction; kept from run to run
    cleanup: AsyncExitStack = field(default_factory=AsyncExitStack)  # for when all is committed, or never will be
    transaction: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def begin(self) -> AsyncConnection:
        """The connection inside the transaction, which begins here unless it has begun. Raises RetryRequest where it
        was rolled back, so that no part of a run is ever kept without the rest."""
        if self.rolled_back:
            raise RetryRequest
        if self.connection is None:
            connection = await self.transaction.enter_async_context(self.open_transaction())
            await self.on_begin(connection)
            self.connection = connection
        return self.connection

    async def rollback(self) -> None:
        """Rolls back what the run has written, if anything."""
        self.rolled_back = self.rolled_back or self.connection is not None
        self.connection, transaction, self.transaction = None, self.transaction, AsyncExitStack()
        reason = Rollback()
        await transaction.__aexit__(Rollback, reason, None)

    async def restart(self) -> None:
        """Rolls back, for the next run."""
        await self.rollback()
        self.rolled_back = False
        self.runs += 1

    async def commit(self) -> None:
        self.connection, transaction, self.transaction = None, self.transaction, AsyncExitStack()
        await transaction.aclose()
