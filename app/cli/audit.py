"""`ingest-gateway audit`: checks that the change log was not tampered with, and that what is kept of the rows is so."""

import typer

from app.cli.console import CommandFailed, open_database, out, require_all_rows, run_with_database
from app.settings import load_settings
from app.storage.kept_sums import SumsAudit, audit_sums
from app.storage.migrations.revision import is_current
from app.storage.writes.change_log import AuditResult
from app.storage.writes.change_log import audit as read_logs

audit = typer.Typer(no_args_is_help=True, help="The change log.")


@audit.callback()
def audit_group() -> None:
    """The change log."""


@audit.command("verify")
def verify_command() -> None:
    """Reads every tenant's change log and finds rows that were altered, removed or added by hand. Counts and sums up
    all rows, and finds kept counts and sums that differ."""
    database = open_database(load_settings())

    async def work() -> tuple[list[AuditResult], list[SumsAudit]]:
        if not await is_current(database):
            raise CommandFailed("The schema of the database is not current. Run: ingest-gateway migrate")
        await require_all_rows(database)
        logs = [audited async for audited in read_logs(database)]
        return logs, [audited async for audited in audit_sums(database) if audited.wrong]

    logs, wrong_sums = run_with_database(work(), database)
    for one in logs:
        result = "all sound" if one.fault is None else f"sound, and then {one.fault}"
        out.print(f"{one.tenant}: {one.rows} changes, {result}.", markup=False)
    for sums in wrong_sums:
        differ = f"{sums.wrong} kept counts and sums are not those of its rows. The first lacks {sums.example}."
        out.print(f"{sums.tenant}: {differ}", markup=False)
    if not logs:
        raise CommandFailed("The database has no tenants, so there was nothing to verify.")
    of_tenants = "one tenant" if len(logs) == 1 else f"{len(logs)} tenants"
    out.print(f"Verified {sum(one.rows for one in logs)} changes of {of_tenants}.")
    if any(one.fault for one in logs):
        raise CommandFailed("The change log is not what was written.")
    if wrong_sums:
        raise CommandFailed("Kept counts and sums are wrong, and so are totalCount and balances that are read of them.")
