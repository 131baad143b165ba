"""`ingest-gateway import` and `export`: many rows into a running gateway and out of it, over HTTP."""

from pathlib import Path
from typing import Annotated, Literal

import typer

ImportedResource = Literal["accounts", "documents", "notes", "representatives", "contacts", "links"]
ExportedResource = Literal["accounts", "documents", "notes", "representatives", "contacts", "links", "changes"]
ImportVerb = Literal["create", "replace", "patch", "close"]
ExportFormat = Literal["ndjson", "csv", "arrow", "parquet"]
DecimalMark = Literal["point", "comma"]
ThousandsMark = Literal["comma", "point", "space", "apostrophe"]
Url = Annotated[str | None, typer.Option(help="Address of the gateway; GATEWAY_URL where left out.")]
KeyFile = Annotated[
    Path | None, typer.Option(help="A file that holds the API key, which is GATEWAY_API_KEY where left out.")
]


def export_command(
    resource: Annotated[ExportedResource, typer.Argument(help="Whose rows.")],
    format: Annotated[ExportFormat, typer.Option(help="How it is written.")] = "ndjson",
    fields: Annotated[str, typer.Option(help="The columns wanted, divided by commas; all where left out.")] = "",
    filter: Annotated[str, typer.Option(help="Which rows: the filter of the GraphQL list, as JSON.")] = "",
    after: Annotated[str, typer.Option(help="Of changes: those after this cursor alone.")] = "",
    safe: Annotated[bool, typer.Option("--safe", help="CSV that a spreadsheet opens without running it.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to; standard output where left out.")
    ] = None,
    url: Url = None,
    key_file: KeyFile = None,
) -> None:
    """Exports all rows of a resource, as they are at one moment. A file is there only when it is whole."""
    from app.cli.client.connection import Gateway  # noqa: PLC0415 - servers need no HTTP client
    from app.cli.client.exporting import export  # noqa: PLC0415 - as above

    asked = {"format": format, "fields": fields, "filter": filter, "after": after, "safe": "true" if safe else ""}
    export(Gateway.of(url, key_file), resource, {name: text for name, text in asked.items() if text}, output)


def import_command(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="NDJSON or CSV files, also as .gz; - is standard input.", metavar="FILE…|-"),
    ] = None,
    resource: Annotated[
        ImportedResource | None,
        typer.Option(help="What the rows are; else the file's name says so, as in accounts-2026.csv."),
    ] = None,
    verb: Annotated[ImportVerb | None, typer.Option(help="What is done with them; replace where left out.")] = None,
    delimiter: Annotated[str, typer.Option(help="Between the cells of CSV: comma, semicolon, pipe or tab.")] = "",
    date_format: Annotated[str, typer.Option(help="How dates in CSV are written, such as %m/%d/%Y.")] = "",
    decimal: Annotated[DecimalMark | None, typer.Option(help="The decimal mark of CSV.")] = None,
    thousands: Annotated[ThousandsMark | None, typer.Option(help="What divides thousands in CSV.")] = None,
    trim: Annotated[bool, typer.Option("--trim", help="Take white space off the ends of CSV cells.")] = False,
    products: Annotated[str, typer.Option(help="Products of rows without their own, divided by commas.")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="Stop at the first line that fails.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge all lines, and write nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where to write the lines that failed, to be mended.")] = None,
    resume: Annotated[str, typer.Option(help="The id of an import to go on with, from the same file.")] = "",
    pdfs: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A folder whose PDFs to push to their documents.")
    ] = None,
    url: Url = None,
    key_file: KeyFile = None,
) -> None:
    """Imports files, accounts first. Where the connection breaks it goes on by itself. Ends with 0 where all lines were
    written, 3 where some failed, 1 where it is not complete."""
    from app.cli.client.connection import Gateway  # noqa: PLC0415 - servers need no HTTP client
    from app.cli.client.importing import Importer, input_files  # noqa: PLC0415 - as above
    from app.cli.client.pdfs import push_folder  # noqa: PLC0415 - as above

    if not files and not pdfs:
        raise typer.BadParameter("Name a file to import, - for standard input, or a folder with --pdfs.")
    given = {
        "verb": verb or "",
        "delimiter": delimiter,
        "date_format": date_format,
        "decimal": decimal or "",
        "thousands": thousands or "",
        "trim": "true" if trim else "",
        "products": products,
        "on_error": "stop" if stop else "",
        "dry_run": "true" if dry_run else "",
    }
    inputs = input_files(files or [], resource or "", resume)
    importer = Importer(Gateway.of(url, key_file), {name: text for name, text in given.items() if text}, rejects)
    fine = importer.run(inputs, resume) if inputs else True
    if pdfs:
        fine = push_folder(importer.gateway, pdfs, dry_run=dry_run) and fine
    if not fine:
        raise typer.Exit(SOME_FAILED)


SOME_FAILED = 3
