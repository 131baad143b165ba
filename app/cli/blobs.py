"""`ingest-gateway blobs`: the stored bytes of PDFs."""

from datetime import timedelta
from typing import Annotated

import typer

from app.cli.console import blob_store, ensure_administration, open_database, out, run_with_database
from app.settings import load_settings
from app.storage.blobs.leases import LEASE_DURATION, sweep

blobs = typer.Typer(no_args_is_help=True, help="The stored bytes of PDFs.")


@blobs.command("gc")
@blobs.command("sweep", hidden=True)  # its former name
def gc_command(
    grace: Annotated[
        int, typer.Option(min=0, help="Seconds for which a push that is under way keeps its file from being removed.")
    ] = int(LEASE_DURATION.total_seconds()),
) -> None:
    """Removes what no document needs: what pushes that were cut off have left. Servers may be running meanwhile."""
    settings = load_settings()
    database = open_database(settings)
    store = blob_store(settings, database)

    async def collect_garbage() -> tuple[int, int]:
        await ensure_administration(database)
        return await sweep(database, store, timedelta(seconds=grace))

    removed, kept = run_with_database(collect_garbage(), database)
    out.print(f"{removed} removed, {kept} kept.")
