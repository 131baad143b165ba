"""`ingest-gateway keys`: API keys of tenants are created, listed and revoked."""

import json
from typing import Annotated

import typer

from app.auth import api_keys
from app.cli.console import AsJson, CommandFailed, ensure_administration, open_database, out, run_with_database
from app.cli.tenants import unknown_tenant
from app.settings import load_settings

keys = typer.Typer(no_args_is_help=True, help="API keys of tenants.")


@keys.command("create")
def create_key(
    tenant: Annotated[str, typer.Option(help="Name of the tenant.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="The key may not write.")] = False,
    as_json: AsJson = False,
) -> None:
    """Makes another key of a tenant, which is shown this once."""
    database = open_database(load_settings())

    async def work() -> str:
        await ensure_administration(database)
        return await api_keys.create_key(database, tenant, read_only=read_only)

    try:
        key = run_with_database(work(), database)
    except api_keys.UnknownTenant:
        raise unknown_tenant(tenant) from None
    typer.echo(json.dumps({"apiKey": key}) if as_json else key)


@keys.command("list")
def list_keys() -> None:
    """Lists the keys that are not revoked, each by an id that is not secret."""
    database = open_database(load_settings())

    async def work() -> list[api_keys.ApiKey]:
        await ensure_administration(database)
        return await api_keys.list_keys(database)

    for key in run_with_database(work(), database):
        label = f"\t{key.label}" if key.label else ""
        typer.echo(f"{key.id}\t{key.tenant}\t{'read-only' if key.read_only else 'writing'}{label}")


@keys.command("revoke")
def revoke_key(key: Annotated[str, typer.Argument(help="The key itself, or its id from 'keys list'.")]) -> None:
    """Ends a key at once, in running servers too."""
    database = open_database(load_settings())

    async def work() -> int:
        await ensure_administration(database)
        return await api_keys.revoke_key(database, key)

    if not run_with_database(work(), database):
        raise CommandFailed("There is no such key, or it is revoked already. List them with: ingest-gateway keys list")
    out.print("The key is revoked.")
