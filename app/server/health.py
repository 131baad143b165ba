"""Health checks: /healthz tells whether the process runs, /readyz whether it can answer requests."""

import asyncio
from dataclasses import dataclass

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


State = tuple[dict[str, str], int]  # body and status of an answer


def health_routes(database: Database) -> list[BaseRoute]:
    # Not path operations: those take the query and other parts of a request apart, whoever sends it.
    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", Readiness(database).readyz, methods=["GET"]),
    ]


async def healthz(_: Request) -> JSONResponse:
    """The process runs."""
    return JSONResponse({"status": "ok"})


@dataclass(slots=True)
class Readiness:
    """Whether the database answers and its schema is current. One check runs at a time, and requests that come
    meanwhile get its answer: they need no key, and so may not use more than one connection together."""

    database: Database
    running: asyncio.Task[State] | None = None

    async def readyz(self, _: Request) -> JSONResponse:
        if self.running is None or self.running.done():
            self.running = asyncio.create_task(self.check())
        return JSONResponse(*await asyncio.shield(self.running))

    async def check(self) -> State:
        """Ready where the database refuses writes, too, since reads work."""
        try:
            async with TimeLimit(TIMEOUT_SECONDS):
                return await readiness(self.database)
        except (SQLAlchemyError, OSError) as error:
            return unavailable((outage(error) or Outage.UNREACHABLE).fact)


async def readiness(database: Database) -> State:
    revision = await revision_of(database)
    if revision != NEWEST:
        return unavailable(NEW_SCHEMA if revision and revision > NEWEST else OLD_SCHEMA)
    if database.damaged:
        return unavailable(Outage.DAMAGED.fact)
    refused = await writes_refused(database)
    return ({"status": "read-only", "reason": refused.fact} if refused else {"status": "ok"}), 200


def unavailable(reason: str) -> State:
    return {"status": "unavailable", "reason": reason}, 503
