"""`ingest-gateway tenants`: tenants are created, listed and changed."""

import json
from typing import Annotated

import typer

from app.auth import api_keys
from app.cli.console import AsJson, CommandFailed, ensure_administration, err, open_database, out, run_with_database
from app.domain.enums import Product
from app.domain.fields import TEXT_LENGTH
from app.domain.time_zones import UTC, known_zones, similar_zones
from app.settings import load_settings

tenants = typer.Typer(no_args_is_help=True, help="Tenants: the owners of data.")


@tenants.command("create")
def create_tenant(
    name: Annotated[str, typer.Argument(help="Name of the tenant, unique.")],
    products: Annotated[str, typer.Option(help="Its active products, separated by commas.")] = ",".join(Product),
    time_zone: Annotated[str, typer.Option(help="The time zone that its days begin in, by IANA name.")] = UTC,
    as_json: AsJson = False,
) -> None:
    """Makes a tenant with a key, which is shown this once."""
    if not name.strip() or not name.isprintable() or len(name) > TEXT_LENGTH:
        raise CommandFailed(f"The tenant needs a name of 1 to {TEXT_LENGTH} printable characters.")
    chosen = chosen_products(products)
    check_time_zone(time_zone)
    database = open_database(load_settings())

    async def work() -> tuple[api_keys.Tenant, str]:
        await ensure_administration(database)
        return await api_keys.create_tenant(database, name, chosen, time_zone)

    try:
        tenant, key = run_with_database(work(), database)
    except api_keys.TenantExists:
        raise CommandFailed(f"There is a tenant named '{name}' already.") from None
    if as_json:
        typer.echo(json.dumps(as_object(tenant, key)))
        return
    show_tenant(tenant, key)
    err.print("The key is shown this once: keep it.")


def unknown_tenant(name: str) -> CommandFailed:
    return CommandFailed(f"There is no tenant named '{name}'. List them with: ingest-gateway tenants list")


def as_object(tenant: api_keys.Tenant, key: str) -> dict[str, str]:
    return {"name": tenant.name, "apiKey": key, "connectionId": tenant.connection_id}


def show_tenant(tenant: api_keys.Tenant, key: str) -> None:
    out.print(f"name           {tenant.name}", markup=False)
    out.print(f"API key        {key}", markup=False)
    out.print(f"connection id  {tenant.connection_id}")


def chosen_products(text: str) -> tuple[Product, ...]:
    names = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [name for name in names if name not in set(Product)]
    if unknown:
        raise CommandFailed(f"Unknown product '{unknown[0]}': choose from {', '.join(Product)}.")
    if not names:
        raise CommandFailed(f"The tenant needs a product: choose from {', '.join(Product)}.")
    return tuple(product for product in Product if product in names)


def check_time_zone(name: str) -> None:
    if name in known_zones():
        return
    close = similar_zones(name)
    advice = f"did you mean {' or '.join(close)}?" if close else "name one of IANA's, such as Europe/Berlin."
    raise CommandFailed(f"Unknown time zone '{name}': {advice}")


@tenants.command("time-zone")
def change_time_zone(
    name: Annotated[str, typer.Argument(help="Name of the tenant.")],
    zone: Annotated[str, typer.Argument(help="The time zone, by IANA name, such as America/New_York.")],
) -> None:
    """Has a tenant's days begin in another time zone, on running servers from their next request on."""
    check_time_zone(zone)
    database = open_database(load_settings())

    async def work() -> None:
        await ensure_administration(database)
        await api_keys.change_time_zone(database, name, zone)

    try:
        run_with_database(work(), database)
    except api_keys.UnknownTenant:
        raise unknown_tenant(name) from None
    out.print(f"The days of '{name}' begin in {zone}.", markup=False)


@tenants.command("list")
def list_tenants() -> None:
    """Lists the tenants."""
    database = open_database(load_settings())

    async def work() -> list[api_keys.Tenant]:
        await ensure_administration(database)
        return await api_keys.list_tenants(database)

    for tenant in run_with_database(work(), database):
        typer.echo(f"{tenant.name}\t{tenant.connection_id}\t{','.join(tenant.products)}\t{tenant.time_zone}")
