"""`ingest-gateway demo`, and `serve --demo`: the demonstration ledger and its keys."""

import json
import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.auth import api_keys
from app.cli.console import (
    AsJson,
    CommandFailed,
    ensure_administration,
    err,
    open_database,
    out,
    require_all_rows,
    run_with_database,
)
from app.cli.tenants import as_object, show_tenant
from app.demo import tenants_and_keys as demonstration
from app.demo.plan import Plan
from app.server.sockets import browser_address
from app.settings import Settings, load_settings
from app.storage.database.clock import now
from app.storage.database.engine import Database


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
    as_json: AsJson = False,
) -> None:
    """Makes two tenants with a demonstration ledger, and a key for each, which is shown this once."""
    plan = Plan((as_of or now()).date(), accounts, documents_per_account, seed)
    settings = load_settings()
    database = open_database(settings)
    try:
        made = run_with_database(make_with_progress(database, plan), database)
    except api_keys.TenantExists as existing:
        message = f"There is a tenant named '{existing}' already, so nothing was made. List them with: "
        raise CommandFailed(message + "ingest-gateway tenants list") from None
    if as_json:
        typer.echo(json.dumps({"tenants": [as_object(opened.tenant, opened.key) for opened in made]}))
        return
    for opened in made:
        show_tenant(opened.tenant, opened.key)
    err.print("The keys are shown this once: keep them. Next, start the server with:", serve_command_line(settings))
    err.print(f"and open {browser_address(settings.host, settings.port)}/graphql in a browser.")


def serve_command_line(settings: Settings) -> str:
    """The command that serves the same database. A Postgres URL is left out: it may hold a password."""
    if "database_url" not in settings.model_fields_set:
        return "ingest-gateway serve"
    is_sqlite = open_database(settings).is_sqlite
    return f"GATEWAY_DATABASE_URL={shlex.quote(settings.database_url) if is_sqlite else '…'} ingest-gateway serve"


async def make_with_progress(database: Database, plan: Plan) -> list[demonstration.Opened]:
    await ensure_administration(database)
    columns = (TextColumn("Writing documents"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("", total=plan.documents)
        await demonstration.make_demonstration(database, plan, lambda documents: progress.advance(task, documents))
    return await demonstration.open_demonstration(database)


async def ready_demonstration(database: Database) -> Sequence[demonstration.Opened]:
    """New keys of the demonstration, which is first made in a database without tenants. Nothing where the database has
    tenants of its own."""
    await require_all_rows(database)
    if not await api_keys.list_tenants(database):
        await demonstration.make_demonstration(database, Plan(now().date()))
    try:
        return await demonstration.reopen_demonstration(database)
    except api_keys.UnknownTenant:
        return ()


def show_demonstration(opened: Sequence[demonstration.Opened], address: str) -> None:
    if not opened:
        out.print(f"The database has tenants of its own, so no demonstration ledger is made. GraphiQL: {address}")
        return
    out.print("Explore the demonstration ledger in GraphiQL (the keys are good until the next start with --demo):")
    for each in opened:
        out.print(f"  {each.tenant.name:<20}{address}#key={each.key}", markup=False)
