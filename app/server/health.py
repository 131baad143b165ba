"""How the server is, for those who watch over it: whether it lives, and whether it can work."""

from collections.abc import Callable

from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from app.storage.database.availability import Outage, outage
from app.storage.database.engine import Database
from app.storage.database.state import writes_refused
from app.storage.database.time_limits import TimeLimit
from app.storage.migrations.revision import NEWEST, revision_of

SECONDS = 5  # after which whoever asks has given up
OLD_SCHEMA = "the database's schema is not current: run ingest-gateway migrate"
NEW_SCHEMA = "the database's schema is of a newer release: start that one in the place of this"


def health_routes(database: Database) -> list[BaseRoute]:
    async def healthz(_: Request) -> JSONResponse:
        """The process lives."""
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> JSONResponse:
        """The database answers and its schema is current; where it takes no writes, reads go on."""
        try:
            async with TimeLimit(SECONDS):
                return await readiness(database)
        except (SQLAlchemyError, OSError) as error:
            return unavailable((outage(error) or Outage.AWAY).fact)

    answers: dict[str, Callable[[Request], object]] = {"/healthz": healthz, "/readyz": readyz}
    return [APIRoute(path, answer, methods=["GET", "HEAD"]) for path, answer in answers.items()]


async def readiness(database: Database) -> JSONResponse:
    found = await revision_of(database)
    if found != NEWEST:
        return unavailable(NEW_SCHEMA if found and found > NEWEST else OLD_SCHEMA)
    if database.damaged:
        return unavailable(Outage.DAMAGED.fact)
    refused = await writes_refused(database)
    return JSONResponse({"status": "read-only", "reason": refused.fact} if refused else {"status": "ok"})


def unavailable(reason: str) -> JSONResponse:
    return JSONResponse({"status": "unavailable", "reason": reason}, 503)
