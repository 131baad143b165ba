"""`ingest-gateway audit`: checks that the change log was not tampered with."""

import typer

from app.cli.console import CommandFailed, open_database, out, run_with_database
from app.settings import load_settings
from app.storage.migrations.revision import is_current
from app.storage.writes.change_log import AuditResult
from app.storage.writes.change_log import audit as read_logs

audit = typer.Typer(no_args_is_help=True, help="The change log.")


@audit.callback()
def audit_group() -> None:
    """The change log."""


@audit.command("verify")
def verify_command() -> None:
    """Reads every tenant's change log and finds rows that were altered, removed or added by hand."""
    database = open_database(load_settings())

    async def work() -> list[AuditResult]:
        if not await is_current(database):
            raise CommandFailed("The schema of the database is not current. Run: ingest-gateway migrate")
        return [audited async for audited in read_logs(database)]

    audits = run_with_database(work(), database)
    for one in audits:
        result = "all sound" if one.fault is None else f"sound, and then {one.fault}"
        out.print(f"{one.tenant}: {one.rows} changes, {result}.", markup=False)
    if any(one.fault for one in audits):
        raise CommandFailed("The change log is not what was written.")
