"""The operations of exports."""

from typing import Any

from app.reads.relations import CHANGE
from app.rest_api.bulk.export_formats import MEDIA_TYPES, NDJSON
from app.rest_api.bulk.export_requests import ROOT, SOURCES
from app.rest_api.openapi.operations import Operation, Paths, missing, operation
from app.rest_api.openapi.problems import error, response, shared, wrong_query
from app.rest_api.openapi.values import Schema

TAG = "Bulk"
ABOUT = "Everything of the tenant, streamed."
RULES = """
Rows of one moment, however long they take, in the order of their keys: representatives after their supervisors. Each is
a line as an import takes it: the bare body with its key inside, `products`, and `closure` of what was closed for a
reason; links are link lines. Amounts are exact. PDFs are not among them.

A row costs 1 point as it is sent, and waits where the key's budget is spent. A stream that ends without the end of its
chunked encoding is not whole: throw it away and ask again.
""".strip()
CHANGE_RULES = "The change log, with the columns that GraphQL's `Change` has, in the order of the commits."
CURSOR = (
    "The place in the change log from which on `changes` lists all that these rows do not show; none where the log is "
    "empty."
)
BOOLEAN: Schema = {"type": "boolean", "default": False}
TEXT: Schema = {"type": "string"}


def parameter(name: str, text: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": text, "schema": schema}


COMMON = [
    parameter(
        "format",
        "NDJSON where none is named. Arrow IPC streams and Parquet files have decimals, dates and times in UTC, and "
        "what is nested as JSON text; they need the server's extra `bulk`.",
        {"type": "string", "enum": list(MEDIA_TYPES), "default": NDJSON},
    ),
    parameter(
        "fields",
        "The columns wanted, by Ingest name and divided by commas, with dots for what is nested: "
        "`document_number,account.name,closure.notes`. They are flat in the answer, and in that order.",
        TEXT,
    ),
    parameter(
        "end", "Adds a last line that counts the rows, with the SHA-256 of all before it. NDJSON alone.", BOOLEAN
    ),
    parameter("safe", "Has a `'` before text that a spreadsheet would run. CSV alone.", BOOLEAN),
]
FILTER = parameter("filter", "Which rows: the filter of the list in GraphQL, as JSON.", TEXT)
OF_CHANGES = [
    parameter("after", "A cursor: those after it alone.", TEXT),
    parameter("resource", "Those of one kind of resource alone, such as `document`.", TEXT),
    parameter("key", "Those of what has this key alone.", TEXT),
    parameter("account_number", "Those of this account alone; of what moved to another, of both.", TEXT),
]
FILTERED = [name for name, source in SOURCES.items() if source not in ("link", CHANGE)]


def paths() -> Paths:
    return {f"{ROOT}/{name}": {"get": export(name)} for name in SOURCES}


def export(name: str) -> Operation:
    is_log = name == "changes"
    parameters = [*COMMON, *(OF_CHANGES if is_log else [FILTER] if name in FILTERED else [])]
    message = 'resource must be one of: account, document, found: "x".' if is_log else "fields: 'nam' is no field."
    where = "resource" if is_log else "fields"
    return operation(
        f"export{name.capitalize()}",
        TAG,
        f"Export all {name}",
        streamed()
        | not_acceptable()
        | too_many()
        | missing()
        | wrong_query(where, message, "The export has faults.")
        | shared(401, 500, 503),
        description=CHANGE_RULES if is_log else RULES,
        parameters=parameters,
    )


def streamed() -> Operation:
    content: dict[str, Any] = {media.partition(";")[0]: {"schema": TEXT} for media in MEDIA_TYPES.values()}
    headers = {"X-Change-Cursor": {"description": CURSOR, "schema": TEXT}}
    return {"200": {"description": "The rows, streamed.", "content": content, "headers": headers}}


def not_acceptable() -> Operation:
    body = {
        "error": "not_acceptable",
        "message": "This server has no format 'arrow': its extra 'bulk' is not installed. Ask for ndjson or csv.",
    }
    return {"406": response("The format needs an extra that is not installed.", error("not_acceptable"), body)}


def too_many() -> Operation:
    body = {
        "error": "too_many_exports",
        "message": "The tenant runs 4 imports and exports already: try again when one has ended.",
    }
    text = "The tenant runs as many imports and exports as it may, or the key's budget does not suffice."
    return {"429": response(text, error("too_many_exports", "rate_limited"), body)}
