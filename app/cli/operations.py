"""`ingest-gateway schema` and `explain`: the GraphQL schema, and how a query is answered."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import CommandFailed, ensure_schema, open_database, run_with_database
from app.settings import load_settings


def schema_command() -> None:
    """Prints the GraphQL schema."""
    from app.graphql_api.schema.schema import sdl  # noqa: PLC0415 - builds the schema, which takes time

    typer.echo(sdl(), nl=False)


def explain_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that holds one query.")],
    key: Annotated[str, typer.Option(help="The API key of whoever asks.")],
    variables: Annotated[str, typer.Option(help="Its variables, as a JSON object.")] = "{}",
) -> None:
    """Shows how a query is answered: its plan, its SQL, the database's EXPLAIN, and the time of each part."""
    from app.application import make_executor  # noqa: PLC0415 - as for `schema`
    from app.graphql_api.execution import explain  # noqa: PLC0415 - as for `schema`

    settings = load_settings()
    database = open_database(settings, administers=False)

    async def work() -> str:
        await ensure_schema(database)
        return await explain.explain_text(make_executor(settings, database), file.read_text("utf-8"), variables, key)

    try:
        typer.echo(run_with_database(work(), database))
    except explain.CannotExplain as reason:
        raise CommandFailed(str(reason)) from None
