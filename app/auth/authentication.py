"""Authentication: from the API key of a request to the caller."""

from dataclasses import dataclass

from starlette.requests import Request

from app.auth.api_keys import authenticate
from app.domain.caller import Caller
from app.middleware.requests import KEY_HEADER, header
from app.storage.database.engine import Database


class Unauthenticated(Exception):
    """The request has no key, or no valid one."""


@dataclass(slots=True)
class Authenticator:
    """Looks up the caller of one request's key. `last_caller` is who it was at the last look-up, if there was one."""

    database: Database
    key: str
    last_caller: Caller | None
    request_id: str = ""

    async def caller(self) -> Caller:
        """The caller of the key, looked up now. Raises Unauthenticated."""
        caller = await authenticate(self.database, self.key)
        if caller is None:
            raise Unauthenticated("The X-API-Key header holds no key of this server.")
        self.last_caller = caller
        return caller


async def caller_of(request: Request, database: Database) -> Caller:
    """The caller of the request's key. Raises Unauthenticated."""
    return await Authenticator(database, key_of(request), None).caller()


def key_of(request: Request) -> str:
    key = header(request, KEY_HEADER)
    if not key:
        raise Unauthenticated("Send an API key as X-API-Key.")
    return key
