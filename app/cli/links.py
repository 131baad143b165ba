"""`ingest-gateway links`: the secret that links to PDFs are signed with."""

from typing import Annotated

import typer

from app.auth.signed_urls import LIFETIME_SECONDS, MAX_AGE_SECONDS, rotate_secret
from app.cli.console import ensure_administration, open_database, out, run_with_database
from app.settings import load_settings

links = typer.Typer(no_args_is_help=True, help="Signed links to PDFs.")


@links.callback()
def links_group() -> None:
    """Signed links to PDFs."""


@links.command("rotate")
def rotate_command(
    now: Annotated[bool, typer.Option("--now", help="End the links that were made before, too.")] = False,
) -> None:
    """Has links be signed with a new secret, on running servers too. Links that were made before live on for their ten
    minutes, unless --now ends them."""
    database = open_database(load_settings())

    async def work() -> None:
        await ensure_administration(database)
        await rotate_secret(database, keeps_links=not now)

    run_with_database(work(), database)
    former = "have ended" if now else f"end within {LIFETIME_SECONDS // 60} minutes"
    out.print(
        f"Links are signed with a new secret, and those made before {former}. "
        f"Running servers notice within {MAX_AGE_SECONDS} seconds."
    )
