"""`ingest-gateway call`: runs a GraphQL operation on a running gateway."""

import sys
from typing import Annotated, Literal

import typer

from app.cli.bulk import KeyFile, Url

REFUSED = 3  # the exit code where a mutation has user errors


AnswerFormat = Literal["table", "json", "ndjson"]


def operation_names(incomplete: str) -> list[tuple[str, str]]:
    """Completes the name of an operation, with what it is for."""
    from app.graphql_api.operation_documents import load_documents  # noqa: PLC0415 - loads GraphQL

    return [(each.name, each.description) for each in load_documents() if each.name.startswith(incomplete)]


def variable_names(context: typer.Context, incomplete: str) -> list[str]:
    """Completes the name of a variable of the operation that stands before it."""
    from app.cli.client.calls import find_call  # noqa: PLC0415 - loads GraphQL

    # an option without its value ends the parsing, and leaves the operation among the rest
    operation = context.params.get("operation") or next(iter(context.args), "")
    try:
        names = find_call(operation).types
    except typer.BadParameter:
        return []
    return [f"{name}=" for name in names if name.startswith(incomplete)]


def call_command(
    operation: Annotated[
        str,
        typer.Argument(
            help="The name of an operation of graphql/, or a file that holds one.",
            metavar="OPERATION|FILE",
            autocompletion=operation_names,
        ),
    ],
    var: Annotated[
        list[str] | None,
        typer.Option(help="A variable as name=value; lists and objects as JSON.", autocompletion=variable_names),
    ] = None,
    format: Annotated[
        AnswerFormat | None, typer.Option(help="How it is printed; json where left out, on a terminal table.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="All pages of the list, one after another.")] = False,
    url: Url = None,
    key_file: KeyFile = None,
) -> None:
    """Runs a GraphQL operation. Ends with 3 where a mutation was refused."""
    from app.cli.client.calls import find_call, run, variables_of  # noqa: PLC0415 - servers need no HTTP client
    from app.cli.client.connection import Gateway  # noqa: PLC0415 - as above

    found = find_call(operation)
    variables = variables_of(found, var or [])
    form = format or ("table" if sys.stdout.isatty() else "json")
    if not run(Gateway.of(url, key_file), found, variables, form, every=all):
        raise typer.Exit(REFUSED)
