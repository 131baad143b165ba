"""`ingest-gateway audit`: whether the change log is what was written."""

import typer

from app.cli.console import Stopped, opened, out, with_database
from app.settings import load_settings
from app.storage.migrations.revision import is_current
from app.storage.writes.change_log import AuditResult
from app.storage.writes.change_log import audit as read_logs

audit = typer.Typer(no_args_is_help=True, help="The change log.")


@audit.callback()
def audited() -> None:
    """The change log."""


@audit.command("verify")
def verify_command() -> None:
    """Reads every tenant's change log and finds rows that were altered, removed or added by hand."""
    database = opened(load_settings())

    async def work() -> list[AuditResult]:
        if not await is_current(database):
            raise Stopped("The schema of the database is not current. Run: ingest-gateway migrate")
        return [found async for found in read_logs(database)]

    found = with_database(work(), database)
    for one in found:
        said = "all sound" if one.fault is None else f"sound, and then {one.fault}"
        out.print(f"{one.tenant}: {one.rows} changes, {said}.", markup=False)
    if any(one.fault for one in found):
        raise Stopped("The change log is not what was written.")
