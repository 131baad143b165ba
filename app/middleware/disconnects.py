"""Clients that go away: a read ends with the connection of its client, in the database too, since nobody would get the
answer. Writes are done to their end.

The server tells `client_gone`; a read that runs then is noted in the scope of its request.

A request that may run for hours knows better than the server for how long its client may be waited for, and is told
when the server is to stop."""

from collections.abc import Callable
from typing import Any, Self

from starlette.requests import ClientDisconnect
from starlette.types import Scope

from app.storage.database.time_limits import TimeLimit

LONG_RUN = "long_run"  # where the scope of such a request has what is to be called when the server is to stop
READ = "read"  # where a request's scope has the read that runs for it; None where the client has gone


class ClientRead(TimeLimit):
    """A read for the client of a request, within a time limit if there is one. Raises ClientDisconnect where the client
    has gone."""

    __slots__ = ("gone", "scope")

    def __init__(self, scope: Scope, seconds: float | None = None) -> None:
        super().__init__(seconds)
        self.scope = scope
        self.gone = False

    async def __aenter__(self) -> Self:
        if READ in self.scope:
            raise ClientDisconnect
        self.scope[READ] = self
        return await super().__aenter__()

    async def __aexit__(self, *raised: Any) -> None:
        if not self.gone:
            del self.scope[READ]
        try:
            await super().__aexit__(*raised)
        except TimeoutError:
            if self.gone:
                raise ClientDisconnect from None
            raise

    def end(self) -> None:
        """Ends what runs inside."""
        self.gone = True
        self.end_now()


def client_gone(scope: Scope) -> None:
    """The client of a request has gone, and has not had the whole answer."""
    read, scope[READ] = scope.get(READ), None
    if read is not None:
        read.end()


def begin_long_run(scope: Scope, stop: Callable[[], None]) -> None:
    """The request runs for as long as it needs, and bounds by itself for how long it waits for its client; `stop` is
    called when the server is to stop."""
    scope[LONG_RUN] = stop


def end_long_run(scope: Scope) -> None:
    scope.pop(LONG_RUN, None)


def is_long_run(scope: Scope) -> bool:
    return LONG_RUN in scope


def server_stops(scope: Scope) -> None:
    """The server is to stop, and a request is not answered yet."""
    if LONG_RUN in scope:
        scope[LONG_RUN]()
