"""Health checks: /healthz tells whether the process runs, /readyz whether it can answer requests."""

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from app.storage.database.availability import Outage, outage, writes_refused
from app.storage.database.engine import Database
from app.storage.database.time_limits import TimeLimit
from app.storage.migrations.revision import NEWEST, revision_of

TIMEOUT_SECONDS = 5  # a load balancer would not wait any longer
OLD_SCHEMA = "the database's schema is not current: run ingest-gateway migrate"
NEW_SCHEMA = "the database's schema is of a newer release: start that one in the place of this"


def health_routes(database: Database) -> list[BaseRoute]:
    async def healthz(_: Request) -> JSONResponse:
        """The process runs."""
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> JSONResponse:
        """The database answers and its schema is current. Still ready where it refuses writes, since reads work."""
        try:
            async with TimeLimit(TIMEOUT_SECONDS):
                return await readiness(database)
        except (SQLAlchemyError, OSError) as error:
            return unavailable((outage(error) or Outage.UNREACHABLE).fact)

    # Not path operations: those take the query and other parts of a request apart, whoever sends it.
    return [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]


async def readiness(database: Database) -> JSONResponse:
    revision = await revision_of(database)
    if revision != NEWEST:
        return unavailable(NEW_SCHEMA if revision and revision > NEWEST else OLD_SCHEMA)
    if database.damaged:
        return unavailable(Outage.DAMAGED.fact)
    refused = await writes_refused(database)
    return JSONResponse({"status": "read-only", "reason": refused.fact} if refused else {"status": "ok"})


def unavailable(reason: str) -> JSONResponse:
    return JSONResponse({"status": "unavailable", "reason": reason}, 503)
