"""The one place where the parts are joined: settings in, ASGI application out."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from app.auth.rate_limits import RateLimiter
from app.auth.signed_urls import SignedUrls
from app.caching import CacheBudget
from app.commands.files import Files
from app.concurrency.offloading import Offloader
from app.graphql_api.endpoint import ADDRESS, Endpoint, graphql_routes, refusal
from app.graphql_api.endpoint import failed as graphql_error_response
from app.graphql_api.execution.executor import Executor
from app.graphql_api.execution.limits import Limits
from app.graphql_api.json_filters import read_filter
from app.graphql_api.manifest_reloading import ManifestReloader, load_at_start
from app.graphql_api.manifests import signature
from app.graphql_api.uploads import UploadLimits
from app.middleware.body_memory_limit import BodyMemoryLimiter
from app.middleware.cors import AllowedOrigins, GatewayCORSMiddleware, OriginReportMiddleware
from app.middleware.idempotency import IdempotencyMiddleware
from app.middleware.request_context import RequestContextMiddleware
from app.middleware.requests import header
from app.observability.instrumentation import Instrumentation
from app.observability.metrics import Metrics
from app.observability.metrics_endpoint import MetricsEndpoint
from app.pages.page import asset_routes
from app.pdf.validation_processes import PdfValidator, validation_pool
from app.rest_api.bulk.slots import BulkLimits
from app.rest_api.docs import docs_routes
from app.rest_api.errors import RestError
from app.rest_api.names import ROOT
from app.rest_api.paths import RawMount
from app.rest_api.router import failed as rest_error_response
from app.rest_api.router import rest_routes, unrouted
from app.server.health import health_routes
from app.server.http_protocol import SEND_SECONDS
from app.server.process_tuning import tune_process
from app.settings import Settings
from app.storage.blobs.store import Blobs
from app.storage.database.engine import Database, Timeouts
from app.storage.database.identity import Identity
from app.storage.database.statement_events import on_statement

MAX_LARGE_BODIES = 4  # of the largest allowed size, in memory at once; of smaller ones more
ADDRESSES = {"graphql": "/graphql", "rest": ROOT, "docs": "/docs", "openapi": "/openapi.json"}


def make_application(settings: Settings) -> FastAPI:
    """The application over the database of the settings, whose schema must be current."""
    parts = Parts(settings)
    app = FastAPI(
        title="Ingest gateway",
        lifespan=parts.lifespan,
        middleware=parts.middleware_stack(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it would look for listeners at every request
    )
    app.add_exception_handler(HTTPException, unrouted)
    app.state.database = parts.database
    app.state.files = parts.executor.files
    app.router.routes.extend(parts.routes())
    return app


class Parts:
    """The parts of one application, made from its settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = make_database(settings)
        self.executor = make_executor(settings, self.database)
        self.instrumentation = make_instrumentation(settings, self.database, self.executor)
        self.metrics_endpoint = make_metrics_endpoint(settings, self.instrumentation)
        self.origins = AllowedOrigins(settings.origins)
        self.uploads = UploadLimits(settings.max_body_bytes, settings.max_pdf_bytes)
        self.manifest_signature = signature(settings.manifests)  # taken first, so that no change meanwhile is missed
        self.operations = load_at_start(settings.manifests, only=settings.trusted_only)
        self.endpoint = Endpoint(
            self.database,
            self.executor,
            self.uploads,
            settings.public_url,
            self.origins,
            self.operations,
            CacheBudget(settings.cache_bytes),
        )
        self.rest_routes = self.make_rest_routes()

    def make_rest_routes(self) -> Sequence[RawMount]:
        executor, settings, metrics = self.executor, self.settings, self.instrumentation.metrics
        return rest_routes(
            self.database,
            settings.max_body_bytes,
            executor.files,
            executor.signed_urls,
            executor.rate_limiter,
            executor.offloader,
            BulkLimits(settings.max_bulk, settings.send_seconds),
            read_filter,
            metrics.bulk if metrics else None,
        )

    def middleware_stack(self) -> list[Middleware]:
        """The middleware, from the outermost, which sees a request first, to the innermost."""
        settings = self.settings
        cors = [Middleware(GatewayCORSMiddleware, origins=self.origins)] if settings.origins else []
        memory = MAX_LARGE_BODIES * settings.max_body_bytes
        return [
            Middleware(RequestContextMiddleware, error_response=error_response, instrumentation=self.instrumentation),
            *cors,
            Middleware(
                BodyMemoryLimiter,
                max_bytes=memory,
                max_file_bytes=memory + MAX_LARGE_BODIES * settings.max_pdf_bytes,
                max_wait_seconds=settings.max_wait_seconds,
            ),
            Middleware(
                IdempotencyMiddleware,
                database=self.database,
                max_bytes=self.uploads.text + self.uploads.files,
                rate_limiter=self.executor.rate_limiter,
                refuse=refuse,
                set_route=self.set_route,
            ),
            Middleware(OriginReportMiddleware, origins=self.origins),  # sees what no preflight was answered for
        ]

    def routes(self) -> list[BaseRoute]:
        return [
            *graphql_routes(self.endpoint),
            *asset_routes(),
            *docs_routes(),
            *(self.metrics_endpoint.routes() if self.metrics_endpoint else ()),
            *health_routes(self.database),
            Route("/", front_page, methods=["GET"]),
            *self.rest_routes,
        ]

    def set_route(self, scope: Scope) -> None:
        """Writes the route of a request into its scope before a router sees the request."""
        for facade in (self.endpoint,) if scope["path"] == ADDRESS else self.rest_routes:
            facade.locate(scope)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[dict[str, Any]]:
        """What runs beside the requests, from the start of the server to its end. Yields what the server's protocol is
        told."""
        tune_process()
        logging.captureWarnings(capture=True)  # so that warnings of libraries are log records like all others
        heartbeat = self.metrics_endpoint.heartbeat() if self.metrics_endpoint else nullcontext()
        async with heartbeat, self.manifest_reloading():
            yield {SEND_SECONDS: self.settings.send_seconds}
        await self.close()

    def manifest_reloading(self) -> AbstractAsyncContextManager[None]:
        if not self.settings.manifests:
            return nullcontext()
        return ManifestReloader(self.settings.manifests, self.operations, self.manifest_signature).running()

    async def close(self) -> None:
        await self.executor.files.close()
        await self.database.dispose()
        if self.instrumentation.traces:
            await self.instrumentation.traces.close()


def make_database(settings: Settings) -> Database:
    timeouts = Timeouts(settings.max_wait_seconds, settings.max_seconds + settings.max_wait_seconds)
    caches = CacheBudget(settings.cache_bytes)
    return Database(settings.database_url, settings.pool_size, timeouts, caches=caches)


def make_executor(settings: Settings, database: Database) -> Executor:
    """Runs GraphQL operations on the database."""
    limits = Limits(
        settings.max_tokens,
        settings.max_depth,
        settings.max_fields,
        settings.max_aliases,
        settings.max_directives,
        min(settings.max_cost, settings.budget or settings.max_cost),  # no budget could ever pay for more
        settings.max_seconds,
        settings.max_characters,
    )
    rate_limiter = RateLimiter(database, settings.budget) if settings.budget else None
    blobs = Blobs(settings.blobs, Identity(database).load, settings.blob_endpoint)
    validator = PdfValidator(validation_pool(settings.max_pdf_bytes))
    files = Files(blobs, settings.max_pdf_bytes, settings.max_pdf_pages, validator)
    return Executor(
        database,
        limits,
        files,
        SignedUrls(database),
        rate_limiter,
        settings.trusted_only,
        Offloader(settings.max_wait_seconds),
        caches=CacheBudget(settings.cache_bytes),
    )


def make_instrumentation(settings: Settings, database: Database, executor: Executor) -> Instrumentation:
    """Observes the requests, and the SQL statements that are run for them."""
    metrics = None if settings.metrics == "off" else Metrics(database)
    traces = None
    if settings.traces_endpoint:
        from app.observability.tracing import Tracing  # noqa: PLC0415 - an extra that may not be installed

        traces = Tracing(settings.traces_endpoint, "sqlite" if database.is_sqlite else "postgresql")
    instrumentation = Instrumentation(
        settings.slow_seconds, executor.queries.outline, settings.log_requests, metrics, traces
    )
    on_statement(database, instrumentation.on_statement)
    return instrumentation


def make_metrics_endpoint(settings: Settings, instrumentation: Instrumentation) -> MetricsEndpoint | None:
    metrics = instrumentation.metrics
    return MetricsEndpoint(metrics, is_public=settings.metrics == "all") if metrics else None


def refuse(request: Request, status: int, word: str, message: str) -> Response:
    """A refusal in the form of the facade that the request is for."""
    if request.url.path == ADDRESS:
        return refusal(status, message)
    return rest_error_response(request, RestError(status, word, message))


def error_response(request: Request, error: Exception) -> Response:
    """The answer to an exception that nothing else has answered, in the form of the facade that the request is for."""
    facade = graphql_error_response if request.url.path == ADDRESS else rest_error_response
    return facade(request, error)


async def front_page(request: Request) -> Response:
    """Sends browsers on to GraphiQL, and gives programs the list of addresses."""
    if "text/html" in header(request, b"accept"):
        return RedirectResponse("/graphql", headers={"Vary": "Accept"})
    return JSONResponse(ADDRESSES, headers={"Vary": "Accept"})
