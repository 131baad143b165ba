"""`ingest-gateway`, the command line: joins the commands, and turns expected errors into a sentence and exit code 1."""

from importlib.metadata import version
from typing import Annotated

import typer

from app.cli.audit import audit
from app.cli.backup import backup_command, restore_command
from app.cli.blobs import blobs
from app.cli.bulk import export_command, import_command
from app.cli.call import call_command
from app.cli.console import CommandFailed, err
from app.cli.demo import demo_command
from app.cli.keys import keys
from app.cli.links import links
from app.cli.migrate import migrate_command
from app.cli.operations import explain_command, schema_command
from app.cli.serve import serve_command
from app.cli.tenants import tenants
from app.server.sockets import CannotListen
from app.settings import InvalidSetting

cli = typer.Typer(
    no_args_is_help=True, help="A GraphQL gateway for accounts receivable.", pretty_exceptions_enable=False
)
cli.command("serve")(serve_command)
cli.command("demo")(demo_command)
cli.command("migrate")(migrate_command)
cli.command("schema")(schema_command)
cli.command("explain")(explain_command)
cli.command("import")(import_command)
cli.command("export")(export_command)
cli.command("call")(call_command)
cli.command("backup")(backup_command)
cli.command("restore")(restore_command)
cli.add_typer(tenants, name="tenants")
cli.add_typer(keys, name="keys")
cli.add_typer(blobs, name="blobs")
cli.add_typer(links, name="links")
cli.add_typer(audit, name="audit")


def show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"ingest-gateway {version('ingest-gateway')}")
        raise typer.Exit


@cli.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A GraphQL gateway for accounts receivable."""


def main() -> None:
    """Runs the command line."""
    try:
        cli()
    except (InvalidSetting, CannotListen, CommandFailed) as reason:
        err.print(str(reason).encode(errors="replace").decode(), markup=False)  # arguments may hold any bytes
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
