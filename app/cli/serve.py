"""`ingest-gateway serve`: checks the settings and the database, then runs uvicorn."""

import signal
from typing import Annotated, Any

import typer
import uvicorn

from app.cli.console import CommandFailed, ensure_schema, open_database, out, run_with_database
from app.cli.demo import ready_demonstration, show_demonstration
from app.cli.preflight import check_blob_store, check_tracing, check_trusted_operations, row_level_security_notice
from app.observability.logging_config import logging_config
from app.observability.multiprocess import shared_metrics_folder
from app.server.sockets import browser_address, check_port
from app.server.supervisor import run_workers
from app.settings import Settings, load_settings
from app.storage.database.engine import Database
from app.storage.database.statistics import write_estimates

# Seconds after which a worker that does not answer counts as dead: on a busy machine even its start takes long.
WORKER_HEALTH_TIMEOUT = 60


def serve_command(
    host: Annotated[str | None, typer.Option(help="Address to listen on; GATEWAY_HOST where left out.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; GATEWAY_PORT where left out.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Server processes; GATEWAY_WORKERS where left out.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Make a demonstration ledger in an empty database.")] = False,
) -> None:
    """Serves the gateway. On SQLite the schema is brought up to date first."""
    settings = load_settings()
    database = open_database(settings)
    count = workers or settings.workers
    check_workers(settings, database, count)
    check_tracing(settings)
    host = host or settings.host
    port = check_port(host, settings.port if port is None else port)
    check_blob_store(settings, database)
    check_trusted_operations(settings, count)
    run_with_database(prepare_database(database), database)
    announce(settings, database, browser_address(host, port), demo=demo)
    handle_signals(settings)
    run_server(settings, uvicorn_options(settings, host, port, count))


def check_workers(settings: Settings, database: Database, count: int) -> None:
    if count > 1 and database.is_sqlite:
        raise CommandFailed(
            "Several workers need Postgres: SQLite has one writer. Set GATEWAY_DATABASE_URL or --workers 1."
        )
    if count > 1 and settings.blobs.startswith("memory:"):
        raise CommandFailed("Several workers cannot share PDFs in memory. Set GATEWAY_BLOB_URL or --workers 1.")


async def prepare_database(database: Database) -> None:
    """Brings the schema up to date; on SQLite also writes the statistics for its planner, which an ANALYZE of the
    operator would have replaced."""
    await ensure_schema(database)
    if database.is_sqlite:
        async with database.writing() as connection:
            await connection.run_sync(write_estimates)


def announce(settings: Settings, database: Database, address: str, *, demo: bool) -> None:
    """Prints the addresses, the keys of the demonstration, and what the operator should know."""
    if demo:
        show_demonstration(run_with_database(ready_demonstration(database), database), f"{address}/graphql")
    elif not settings.trusted_only:
        out.print(f"GraphiQL: {address}/graphql")
    if settings.trusted_only:
        out.print("GATEWAY_OPERATIONS=trusted: GraphiQL is off, and only trusted documents run.")
    out.print(f"The REST API is described at {address}/docs")
    if notice := run_with_database(row_level_security_notice(database), database):
        out.print(notice)


def handle_signals(settings: Settings) -> None:
    signal.signal(signal.SIGTERM, exit_without_error)
    if settings.manifests and hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the process that serves handles it


def exit_without_error(*_: object) -> None:
    """Ends with exit code 0: uvicorn shuts down in good order on a signal, and then sends it to itself once more."""
    raise SystemExit(0)


def run_server(settings: Settings, options: dict[str, Any]) -> None:
    if options["workers"] == 1:
        uvicorn.run(**options)
        return
    with shared_metrics_folder():
        run_workers(uvicorn.Config(**options), reload=bool(settings.manifests))


def uvicorn_options(settings: Settings, host: str, port: int, workers: int) -> dict[str, Any]:
    return {
        "app": "app.main:create_app",
        "factory": True,
        "host": host,
        "port": port,
        "http": "app.server.http_protocol:LimitedHttpProtocol",
        "ws": "none",  # the application has no WebSockets, whatever is installed
        "workers": workers,
        "log_level": settings.log_level,
        "log_config": logging_config(settings.log_level, settings.log_format),
        "access_log": False,  # it would show queries sent by GET and signed links; our own log of requests does not
        "timeout_keep_alive": settings.keep_alive_seconds,
        "timeout_graceful_shutdown": settings.shutdown_seconds,
        "timeout_worker_healthcheck": WORKER_HEALTH_TIMEOUT,
        "server_header": False,
    }
