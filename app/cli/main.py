"""ingest-gateway: the command line of the gateway."""

import json
import shlex
import signal
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.auth import api_keys as access
from app.cli.audit import audit
from app.cli.backup import backup_command, restore_command
from app.cli.console import Json, Stopped, blobs_of, err, migrate_schema, opened, out, prepare, with_database
from app.cli.preflight import check_documents, check_store, check_traces, row_level_security_notice
from app.cli.tenants import as_object, show_tenant, tenants
from app.demo import tenants_and_keys as demonstration
from app.demo.plan import Plan
from app.observability.log_formats import log_config
from app.observability.multiprocess import shared_metrics_folder
from app.server.http_protocol import LimitedHttpProtocol
from app.server.sockets import CannotListen, browser_address, claimed
from app.server.supervisor import run_workers
from app.settings import Settings, WrongSetting, load_settings
from app.storage.blobs.leases import LEASE_SECONDS, sweep
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.database.statistics_sqlite import estimate

cli = typer.Typer(
    no_args_is_help=True, help="A GraphQL gateway for accounts receivable.", pretty_exceptions_enable=False
)
blobs = typer.Typer(no_args_is_help=True, help="The stored bytes of PDFs.")
keys = typer.Typer(no_args_is_help=True, help="API keys of tenants.")
cli.add_typer(tenants, name="tenants")
cli.add_typer(keys, name="keys")
cli.add_typer(blobs, name="blobs")
cli.add_typer(audit, name="audit")
cli.command("backup")(backup_command)
cli.command("restore")(restore_command)
# Seconds: a worker that has not answered for so long is taken for dead, and on a busy machine even a start takes some.
SLOWEST_START = 60


def main() -> None:
    """Runs the command line; what is expected to go wrong ends in a sentence and exit code 1."""
    try:
        cli()
    except (WrongSetting, CannotListen, Stopped) as reason:
        err.print(str(reason).encode(errors="replace").decode(), markup=False)  # arguments may hold any bytes
        raise SystemExit(1) from None


async def prepare_to_serve(database: Database) -> None:
    """The schema as `prepare` brings it, and on SQLite the sizes that it is told, which an ANALYZE has replaced."""
    await prepare(database)
    if database.is_sqlite:
        async with database.writing() as connection:
            await connection.run_sync(estimate)


@cli.command()
def serve(
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
    database = opened(settings)
    count = workers or settings.workers
    if count > 1 and database.is_sqlite:
        raise Stopped("Several workers need Postgres: SQLite has one writer. Set GATEWAY_DATABASE_URL or --workers 1.")
    if count > 1 and settings.blobs.startswith("memory:"):
        raise Stopped("Several workers cannot share PDFs in memory. Set GATEWAY_BLOB_URL or --workers 1.")
    check_traces(settings)
    host = host or settings.host
    port = claimed(host, settings.port if port is None else port)
    check_store(settings, database)
    check_documents(settings, count)
    with_database(prepare_to_serve(database), database)
    address = browser_address(host, port)
    if demo:
        show_demonstration(with_database(ready_demonstration(database), database), f"{address}/graphql")
    elif not settings.trusted_only:
        out.print(f"GraphiQL: {address}/graphql")
    if settings.trusted_only:
        out.print("GATEWAY_OPERATIONS=trusted: GraphiQL is off, and only trusted documents run.")
    out.print(f"The REST API is described at {address}/docs")
    if notice := with_database(row_level_security_notice(database), database):
        out.print(notice)
    signal.signal(signal.SIGTERM, end)
    if settings.manifests and hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the process that serves hears it
    options = server_options(settings, host, port, count)
    if count == 1:
        uvicorn.run(**options)
        return
    with shared_metrics_folder():
        run_workers(uvicorn.Config(**options), reload=bool(settings.manifests))


def server_options(settings: Settings, host: str, port: int, workers: int) -> dict[str, Any]:
    """How uvicorn serves."""
    return {
        "app": "app.main:create_app",
        "factory": True,
        "host": host,
        "port": port,
        "http": LimitedHttpProtocol,
        "ws": "none",  # the application has no WebSockets, whatever is installed
        "workers": workers,
        "log_level": settings.log_level,
        "log_config": log_config(settings.log_level, settings.log_format),
        "access_log": False,  # it would show what comes by GET and signed links; ours does not
        "timeout_keep_alive": settings.keep_alive_seconds,
        "timeout_graceful_shutdown": settings.shutdown_seconds,
        "timeout_worker_healthcheck": SLOWEST_START,
        "server_header": False,
    }


def end(*_: object) -> None:
    """Ends the process well: uvicorn, asked to stop, stops in good order and then sends itself the signal again."""
    raise SystemExit(0)


async def ready_demonstration(database: Database) -> Sequence[demonstration.Opened]:
    """New keys of the demonstration, which is made first in a database without tenants; nothing in one with others."""
    if not await access.list_tenants(database):
        await demonstration.make_demonstration(database, Plan(now().date()))
    try:
        return await demonstration.reopen_demonstration(database)
    except access.UnknownTenant:
        return ()


def show_demonstration(opened: Sequence[demonstration.Opened], address: str) -> None:
    if not opened:
        out.print(f"The database has tenants of its own, so no demonstration ledger is made. GraphiQL: {address}")
        return
    out.print("Explore the demonstration ledger in GraphiQL (the keys are good until the next start with --demo):")
    for one in opened:
        out.print(f"  {one.tenant.name:<20}{address}#key={one.key}", markup=False)


@cli.command("demo")
def demo_command(
    accounts: Annotated[int, typer.Option(min=2, help="Accounts of both tenants together.")] = Plan.accounts,
    documents_per_account: Annotated[
        int, typer.Option(min=1, help="Documents of an account on average.")
    ] = Plan.documents_per_account,
    seed: Annotated[int, typer.Option(help="The same seed makes the same ledger.")] = Plan.seed,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which documents are as late as they are meant; today."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Makes two tenants with a demonstration ledger, and a key for each, which is shown this once."""
    plan = Plan((as_of or now()).date(), accounts, documents_per_account, seed)
    settings = load_settings()
    database = opened(settings)
    try:
        made = with_database(filled_demonstration(database, plan), database)
    except access.TenantExists as taken:
        message = f"There is a tenant named '{taken}' already, so nothing was made. List them with: "
        raise Stopped(message + "ingest-gateway tenants list") from None
    if as_json:
        typer.echo(json.dumps({"tenants": [as_object(one.tenant, one.key) for one in made]}))
        return
    for one in made:
        show_tenant(one.tenant, one.key)
    err.print("The keys are shown this once: keep them. Next, start the server with:", same_database(settings))
    err.print(f"and open {browser_address(settings.host, settings.port)}/graphql in a browser.")


def same_database(settings: Settings) -> str:
    """The command that serves the database of this one; an address with a password is not for a screen."""
    if "database_url" not in settings.model_fields_set:
        return "ingest-gateway serve"
    known = opened(settings).is_sqlite
    return f"GATEWAY_DATABASE_URL={shlex.quote(settings.database_url) if known else '…'} ingest-gateway serve"


async def filled_demonstration(database: Database, plan: Plan) -> list[demonstration.Opened]:
    await prepare(database)
    columns = (TextColumn("Writing documents"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("", total=plan.documents)
        await demonstration.make_demonstration(database, plan, lambda documents: progress.advance(task, documents))
    return await demonstration.open_demonstration(database)


@cli.command("migrate")
def migrate_command() -> None:
    """Brings the database's schema to the newest revision."""
    database = opened(load_settings())
    with_database(migrate_schema(database), database)
    out.print("The schema is current.")


@cli.command("schema")
def schema_command() -> None:
    """Prints the GraphQL schema."""
    from app.graphql_api.schema.schema import sdl  # noqa: PLC0415 - other commands need not wait for the schema to be built

    typer.echo(sdl(), nl=False)


@cli.command("explain")
def explain_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that holds one query.")],
    key: Annotated[str, typer.Option(help="The API key of whoever asks.")],
    variables: Annotated[str, typer.Option(help="Its variables, as a JSON object.")] = "{}",
) -> None:
    """Shows how a query is answered: its plan, its SQL, the database's EXPLAIN, and the time of each part."""
    from app.application import make_executor  # noqa: PLC0415 - as for `schema`
    from app.graphql_api.execution import explain  # noqa: PLC0415 - as for `schema`

    settings = load_settings()
    database = opened(settings, administers=False)

    async def work() -> str:
        await prepare(database)
        return await explain.explain_text(make_executor(settings, database), file.read_text("utf-8"), variables, key)

    try:
        typer.echo(with_database(work(), database))
    except explain.CannotExplain as reason:
        raise Stopped(str(reason)) from None


@blobs.command("sweep")
def sweep_command(
    grace: Annotated[
        int, typer.Option(min=0, help="Seconds for which a push that is under way keeps its file from being removed.")
    ] = int(LEASE_SECONDS.total_seconds()),
) -> None:
    """Removes what no document needs: what pushes that were cut off have left. Servers may be running meanwhile."""
    settings = load_settings()
    database = opened(settings)
    store = blobs_of(settings, database)

    async def work() -> tuple[int, int]:
        await prepare(database)
        return await sweep(database, store, timedelta(seconds=grace))

    removed, kept = with_database(work(), database)
    out.print(f"{removed} removed, {kept} kept.")


@keys.command("create")
def create_key(
    tenant: Annotated[str, typer.Option(help="Name of the tenant.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="The key may not write.")] = False,
    as_json: Json = False,
) -> None:
    """Makes another key of a tenant, which is shown this once."""
    database = opened(load_settings())

    async def work() -> str:
        await prepare(database)
        return await access.create_key(database, tenant, read_only=read_only)

    try:
        key = with_database(work(), database)
    except access.UnknownTenant:
        raise Stopped(f"There is no tenant named '{tenant}'. List them with: ingest-gateway tenants list") from None
    typer.echo(json.dumps({"apiKey": key}) if as_json else key)


@keys.command("list")
def list_keys() -> None:
    """Lists the keys that are not revoked, each by an id that is not secret."""
    database = opened(load_settings())

    async def work() -> list[access.Key]:
        await prepare(database)
        return await access.list_keys(database)

    for key in with_database(work(), database):
        label = f"\t{key.label}" if key.label else ""
        typer.echo(f"{key.id}\t{key.tenant}\t{'read-only' if key.read_only else 'writing'}{label}")


@keys.command("revoke")
def revoke_key(key: Annotated[str, typer.Argument(help="The key itself, or its id from 'keys list'.")]) -> None:
    """Ends a key at once, in running servers too."""
    database = opened(load_settings())

    async def work() -> int:
        await prepare(database)
        return await access.revoke_key(database, key)

    if not with_database(work(), database):
        raise Stopped("There is no such key, or it is revoked already. List them with: ingest-gateway keys list")
    out.print("The key is revoked.")


if __name__ == "__main__":
    main()
