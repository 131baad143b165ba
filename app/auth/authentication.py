"""Who asks: the caller behind the API key of a request."""

from dataclasses import dataclass

from starlette.requests import Request

from app.auth.api_keys import authenticate
from app.domain.caller import Caller
from app.middleware.requests import header
from app.storage.database.engine import Database

KEY_HEADER = b"x-api-key"


class Unauthenticated(Exception):
    """No key, or one that is not known."""


@dataclass(slots=True)
class Authenticator:
    """Who may stand behind a request's key: `known` was behind it when it was last looked up."""

    database: Database
    key: str
    known: Caller | None
    request_id: str = ""

    async def caller(self) -> Caller:
        """Who is behind the key now. Raises Unauthenticated."""
        found = await authenticate(self.database, self.key)
        if found is None:
            raise Unauthenticated("The X-API-Key header holds no key of this server.")
        self.known = found
        return found


async def caller_of(request: Request, database: Database) -> Caller:
    """The caller behind the request's key. Raises Unauthenticated."""
    return await Authenticator(database, key_of(request), None).caller()


def key_of(request: Request) -> str:
    key = header(request, KEY_HEADER)
    if not key:
        raise Unauthenticated("Send an API key as X-API-Key.")
    return key
