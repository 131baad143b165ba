"""The one place where the parts are joined: settings in, ASGI application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.graphql_api.execution import Executor
from app.graphql_api.limits import Limits
from app.graphql_api.router import graphql_routes
from app.settings import Settings, load_settings
from app.storage.engine import Database
from app.storage.schema import is_current


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over the database that the settings name, whose schema must be current."""
    chosen = settings or load_settings()
    database = Database(chosen.database_url, chosen.pool_size)
    limits = Limits(chosen.max_tokens, chosen.max_depth, chosen.max_fields, chosen.max_rows)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.dispose()

    app = FastAPI(title="Ingest gateway", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.database = database
    app.router.routes.extend(graphql_routes(database, Executor(database, limits), chosen.max_body_bytes))
    if chosen.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=chosen.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["X-API-Key", "Content-Type"],
            expose_headers=["X-Request-Id"],
        )

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        """The process lives."""
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    async def readyz(_: Request) -> JSONResponse:
        """The database answers and its schema is current."""
        try:
            current = await is_current(database)
        except (SQLAlchemyError, OSError):
            return JSONResponse({"status": "unavailable", "reason": "the database does not answer"}, 503)
        if not current:
            reason = "the database's schema is not current: run ingest-gateway migrate"
            return JSONResponse({"status": "unavailable", "reason": reason}, 503)
        return JSONResponse({"status": "ok"})

    return app
