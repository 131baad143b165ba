"""The one place where the parts are joined: settings in, ASGI application out."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Scope

from app.auth.rate_limits import RateLimiter
from app.auth.signed_urls import SignedUrls
from app.commands.files import Files
from app.graphql_api.endpoint import ADDRESS, Endpoint, graphql_routes, refusal
from app.graphql_api.endpoint import failed as graphql_failed
from app.graphql_api.execution.executor import Executor
from app.graphql_api.execution.limits import Limits
from app.graphql_api.manifest_reloading import ManifestReloader, load_at_start
from app.graphql_api.manifests import signature
from app.graphql_api.uploads import UploadLimits
from app.middleware.body_memory_limit import BodyMemoryLimiter
from app.middleware.cors import Cors, Origins, ReportOrigins
from app.middleware.idempotency import IdempotencyMiddleware
from app.middleware.request_context import RequestContextMiddleware
from app.middleware.requests import header
from app.observability.instrumentation import Instrumentation
from app.observability.metrics import Metrics
from app.observability.metrics_endpoint import MetricsEndpoint
from app.pages.page import asset_routes
from app.rest_api.docs import docs_routes
from app.rest_api.errors import RestError
from app.rest_api.paths import RawMount
from app.rest_api.router import ROOT, rest_routes, unrouted
from app.rest_api.router import failed as rest_failed
from app.server.health import health_routes
from app.server.process_tuning import tune
from app.settings import Settings
from app.storage.blobs.store import Blobs
from app.storage.database.engine import Database, Timeouts
from app.storage.database.identity import Identity
from app.storage.database.statement_events import on_statement

BODIES_AT_ONCE = 4  # of the largest that are taken; of smaller ones more
ADDRESSES = {"graphql": "/graphql", "rest": ROOT, "docs": "/docs", "openapi": "/openapi.json"}


def make_executor(settings: Settings, database: Database) -> Executor:
    """What runs GraphQL operations on the database."""
    limits = Limits(
        settings.max_tokens,
        settings.max_depth,
        settings.max_fields,
        settings.max_aliases,
        settings.max_directives,
        min(settings.max_cost, settings.budget or settings.max_cost),  # what no budget could ever pay is too complex
        settings.max_seconds,
        settings.max_characters,
    )
    budgets = RateLimiter(database, settings.budget) if settings.budget else None
    blobs = Blobs(settings.blobs, Identity(database).load, settings.blob_endpoint)
    files = Files(blobs, settings.max_pdf_bytes, settings.max_pdf_pages)
    return Executor(database, limits, files, SignedUrls(database), budgets, settings.trusted_only)


def make_watch(settings: Settings, database: Database, executor: Executor) -> Instrumentation:
    """What sees the requests, and the statements that are run for them."""
    metrics = None if settings.metrics == "off" else Metrics(database)
    traces = None
    if settings.traces_endpoint:
        from app.observability.tracing import Tracing  # noqa: PLC0415 - an extra that may not be installed

        traces = Tracing(settings.traces_endpoint, "sqlite" if database.is_sqlite else "postgresql")
    watch = Instrumentation(settings.slow_seconds, executor.queries.outline, settings.log_requests, metrics, traces)
    on_statement(database, watch.ran)
    return watch


def refuse(request: Request, status: int, word: str, message: str) -> Response:
    """A refusal in the words of the facade that the request is for."""
    if request.url.path == ADDRESS:
        return refusal(status, message)
    return rest_failed(request, RestError(status, word, message))


def locate(endpoint: Endpoint, rest: Sequence[RawMount], scope: Scope) -> None:
    """Has the scope of a request tell its route before a router sees it."""
    for facade in (endpoint,) if scope["path"] == ADDRESS else rest:
        facade.locate(scope)


def failed(request: Request, raised: Exception) -> Response:
    """The answer to what no facade has answered, in the words of the one that the request is for."""
    return graphql_failed(request, raised) if request.url.path == ADDRESS else rest_failed(request, raised)


def assemble(settings: Settings) -> FastAPI:
    """The application over the database that the settings name, whose schema must be current."""
    patience = Timeouts(settings.max_wait_seconds, settings.max_seconds + settings.max_wait_seconds)
    database = Database(settings.database_url, settings.pool_size, patience)
    executor = make_executor(settings, database)
    files, links = executor.files, executor.signed_urls
    uploads = UploadLimits(settings.max_body_bytes, settings.max_pdf_bytes)
    watch = make_watch(settings, database, executor)
    scrape = MetricsEndpoint(watch.metrics, settings.metrics == "all") if watch.metrics else None
    origins = Origins(settings.origins)
    looked_at = signature(settings.manifests)  # before they are read, or a change meanwhile would be missed
    trusted = load_at_start(settings.manifests, only=settings.trusted_only)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tune()
        logging.captureWarnings(capture=True)  # or a library's would be no record among the others of the log
        reloading = ManifestReloader(settings.manifests, trusted, looked_at) if settings.manifests else None
        async with (
            scrape.heartbeat() if scrape else nullcontext(),
            reloading.running() if reloading else nullcontext(),
        ):
            yield
        await files.close()
        await database.dispose()
        if watch.traces:
            await watch.traces.close()

    app = FastAPI(
        title="Ingest gateway",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it would look for listeners at every request
    )
    app.state.database = database
    app.state.files = files
    endpoint = Endpoint(database, executor, uploads, settings.public_url, origins, trusted)
    app.router.routes.extend(graphql_routes(endpoint))
    app.router.routes.extend([*asset_routes(), *docs_routes(), *(scrape.routes() if scrape else ())])
    app.router.routes.extend(health_routes(database))
    rest = rest_routes(database, settings.max_body_bytes, files, links, executor.rate_limiter)
    app.router.routes.extend(rest)
    app.add_middleware(ReportOrigins, origins=origins)
    most_bytes, located = uploads.text + uploads.files, partial(locate, endpoint, rest)
    app.add_middleware(IdempotencyMiddleware, database=database, most_bytes=most_bytes, refuse=refuse, locate=located)
    app.add_middleware(
        BodyMemoryLimiter, most=BODIES_AT_ONCE * settings.max_body_bytes, seconds=settings.max_wait_seconds
    )
    if settings.origins:
        app.add_middleware(Cors, origins=origins)
    app.add_middleware(RequestContextMiddleware, failed=failed, watch=watch)  # around all that answers, CORS too
    app.add_exception_handler(HTTPException, unrouted)

    @app.api_route("/", methods=["GET", "HEAD"])
    async def front(request: Request) -> Response:
        """Browsers are led to GraphiQL, and programs told what there is."""
        if "text/html" in header(request, b"accept"):
            return RedirectResponse("/graphql", headers={"Vary": "Accept"})
        return JSONResponse(ADDRESSES, headers={"Vary": "Accept"})

    return app
