"""The operations of imports."""

from typing import Any

from app.domain.imports import ImportState, LineOutcome
from app.rest_api.bulk.imports import IMPORTS
from app.rest_api.bulk.parameters import DELIMITERS, VERBS, known_products
from app.rest_api.openapi.bulk_exports import TAG
from app.rest_api.openapi.operations import Operation, Paths, operation, path_parameter
from app.rest_api.openapi.problems import error, response, shared, wrong_query
from app.rest_api.openapi.values import Schema, full_object, ref

IMPORT_ID = "6f1c2b8e-4a57-4a0e-9c1d-2f8b7d3e5a90"
TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean", "default": False}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}
RULES = """
The body is a file of any length, plain or as gzip. It is written while it comes, in the order of its lines, in chunks
of some 500 lines that are one transaction each; one bad line undoes nothing of the others. The answer comes at the same
time: a line for each line of the file, numbered from 1 (of CSV, from the first below the header), with the status that
a single write of it would have had, and a last one `{"end": …}` that counts them. Without that last line the import is
interrupted: send the rest to its own address.

A line of NDJSON is `{"resource", "verb", "key", "data", "products"}`, where `data` is the body of a single write; that
of a note or a link holds `account_number` (or `document_number`). With `resource` in the query, a line may be the bare
body with its key inside. A document may hold a `closure`, and is written and closed in one. CSV has a header of the
same names, with dots for what is nested; an empty cell is left out, `\\N` is null and `\\E` the empty text.

A line costs 10 points of the key's budget, for which the import waits. A client that sends or takes nothing for a
minute is cut off.
""".strip()
RESUME_RULES = """
The rest of the file, from `Upload-Offset` on, without the header of CSV. It takes over from an older connection that is
still there. No line is lost, and none is done twice.
""".strip()


def parameter(name: str, text: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": text, "schema": schema}


def one_of(*words: str, default: str | None = None) -> Schema:
    return {"type": "string", "enum": list(words)} | ({"default": default} if default else {})


PARAMETERS = [
    parameter("resource", "What the lines are; needed for CSV.", one_of(*VERBS)),
    parameter(
        "verb",
        "What is done where a line says nothing else; `replace` by default, of notes `create`, of links `link`.",
        one_of(*dict.fromkeys(verb for verbs in VERBS.values() for verb in verbs)),
    ),
    parameter(
        "products",
        f"The products that lines without their own are declared for, by commas: {', '.join(known_products())}.",
        TEXT,
    ),
    parameter("on_error", "Whether it ends at the first line that fails.", one_of("continue", "stop")),
    parameter("dry_run", "Judges all lines, as those before them would have been written, and writes none.", TRUTH),
    parameter(
        "answer",
        "Which lines are answered. Clients that send all before they read take `end`.",
        one_of("all", "failed", "end", default="all"),
    ),
]
CSV_PARAMETERS = [
    parameter("delimiter", "What divides the cells of CSV.", one_of(*DELIMITERS, default=",")),
    parameter(
        "date_format",
        "How CSV writes dates, and those of times: `%m/%d/%Y`. Known are %Y %y %m %d %b %B; as in JSON by default.",
        TEXT,
    ),
    parameter("decimal", "The decimal mark of CSV.", one_of("point", "comma", default="point")),
    parameter("thousands", "The separator of thousands in CSV.", one_of("comma", "point", "space", "apostrophe")),
    parameter("trim", "Cuts white space around cells off.", TRUTH),
]
ID = parameter("id", "The import's id, of your choice: a UUID.", {"type": "string", "format": "uuid"})
OFFSET: Schema = {
    "name": "Upload-Offset",
    "in": "header",
    "required": True,
    "description": "Where the rest begins: bytes of the decompressed file from its start, as the import tells them.",
    "schema": {"type": "integer", "minimum": 0},
}
RESUMING = [OFFSET, *PARAMETERS, *CSV_PARAMETERS]
PAGES = [{"$ref": f"#/components/parameters/{name}"} for name in ("Page", "Limit")]
EXAMPLE = {
    "id": IMPORT_ID,
    "state": "interrupted",
    "offset": 73402,
    "lines": 500,
    "created": 480,
    "replaced": 12,
    "patched": 0,
    "closed": 0,
    "linked": 0,
    "unchanged": 5,
    "failed": 3,
    "format": "ndjson",
    "started_at": "2026-05-12T14:00:00.000Z",
    "updated_at": "2026-05-12T14:00:01.250Z",
}
FILE_EXAMPLE = '{"resource": "account", "key": "ACCT-001", "data": {"name": "Acme Corp"}}\n'
CSV_EXAMPLE = "account_number,name\nACCT-001,Acme Corp\n"
FILES = f"NDJSON:\n```\n{FILE_EXAMPLE}```\nCSV, with `resource=accounts`:\n```\n{CSV_EXAMPLE}```"
ANSWER_EXAMPLE = (
    '{"line":1,"resource":"account","key":"ACCT-001","status":201,"version":1}\n'
    f'{{"end":{{"import":"{IMPORT_ID}","state":"completed","lines":1,"created":1,"replaced":0,"patched":0,"closed":0,'
    '"linked":0,"unchanged":0,"failed":0}}\n'
)


def schemas() -> dict[str, Schema]:
    counts = {outcome.value: COUNT for outcome in LineOutcome}
    optional = {
        "format": {"type": "string", "enum": ["ndjson", "csv"]},
        "resource": one_of(*VERBS),
        "verb": TEXT,
        "dry_run": {"type": "boolean"},
    }
    known = {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": [str(state) for state in ImportState]},
        "offset": COUNT,
        "lines": COUNT,
        **counts,
        "started_at": TIME,
        "updated_at": TIME,
    }
    shown = full_object(known)
    shown["properties"] = {**known, **optional}
    listed = {"page": COUNT, "limit": COUNT, "total": COUNT, "imports": {"type": "array", "items": ref("Import")}}
    return {"Import": shown, "Imports": full_object(listed), **column_fault()}


def paths() -> Paths:
    one = f"{IMPORTS}/{{id}}"
    own = [path_parameter("id", "The import.", {"type": "string", "format": "uuid"}, IMPORT_ID)]
    return {
        IMPORTS: {
            "post": sending("beginImport", "Import a file", RULES, [*PARAMETERS, ID, *CSV_PARAMETERS], {}),
            "get": reading("listImports", "List the imports of the last week, the newest first", listing(), PAGES),
        },
        one: {
            "parameters": own,
            "post": sending(
                "resumeImport",
                "Send the rest of a file",
                RESUME_RULES,
                [OFFSET, *PARAMETERS, *CSV_PARAMETERS],
                unknown(),
            ),
            "get": reading("getImport", "Tell how far an import has come", found() | unknown()),
        },
        f"{one}/results": {
            "parameters": own,
            "get": reading(
                "getImportResults",
                "What the lines of an import were answered",
                lines("The answers of the lines, as far as they are kept.")
                | unknown()
                | wrong_query("only", "only must be failed, or be left out.", "The query has faults."),
                [parameter("only", "Those alone that failed.", one_of("failed"))],
            ),
        },
        f"{one}/rejects": {
            "parameters": own,
            "get": reading(
                "getImportRejects",
                "The lines of an import that failed, as they were sent",
                lines("The lines, of CSV below its header: to be mended and sent again.", "text/csv") | unknown(),
            ),
        },
    }


def sending(name: str, summary: str, rules: str, parameters: list[Schema], more: Operation) -> Operation:
    content = {
        "application/x-ndjson": {"schema": TEXT},
        "text/csv": {"schema": TEXT},
    }
    return operation(
        name,
        TAG,
        summary,
        nowhere()
        | shared(401, 403, 413, 415, 422, 500, 503)
        | answered()
        | bad_file()
        | conflict()
        | too_many()
        | more,
        description=rules,
        parameters=parameters,
        requestBody={"required": True, "description": FILES, "content": content},
    )


def reading(name: str, summary: str, answers: Operation, parameters: list[Schema] | None = None) -> Operation:
    more = {"parameters": parameters} if parameters else {}
    return operation(name, TAG, summary, nowhere() | answers | shared(401, 429, 500, 503), **more)


def answered() -> Operation:
    text = "A line for each line of the file while it comes, and a last one with `end`."
    header = {"description": "The import's id.", "schema": {"type": "string", "format": "uuid"}, "required": True}
    found: dict[str, Any] = lines(text)["200"]
    found["content"]["application/x-ndjson"]["example"] = ANSWER_EXAMPLE
    return {"200": {**found, "headers": {"X-Import-Id": header}}}


def lines(text: str, *more: str) -> Operation:
    media = ("application/x-ndjson", *more)
    return {"200": {"description": text, "content": {each: {"schema": dict(TEXT)} for each in media}}}


def bad_file() -> Operation:
    words = (
        *("invalid_encoding", "invalid_csv", "unknown_column", "duplicate_column", "missing_column"),
        *("upload_offset_required", "idempotency_key_not_allowed"),
    )
    schema = error(*words)
    schema["properties"]["details"] = {"type": "array", "items": ref("ColumnFault")}
    message = "There is no column 'acount_number': did you mean 'account_number'?"
    detail = {"field": "acount_number", "code": "unknown_column", "message": message}
    body = {"error": "unknown_column", "details": [detail], "message": message}
    text = "The file is no UTF-8 or its header does not do, or a header of the request is missing or not taken."
    return {"400": response(f"{text} Nothing was written.", schema, body)}


def column_fault() -> dict[str, Schema]:
    codes = one_of("unknown_column", "duplicate_column", "missing_column")
    return {"ColumnFault": full_object({"field": TEXT, "code": codes, "message": TEXT})}


def conflict() -> Operation:
    words = ("import_exists", "offset_mismatch", "parameter_mismatch", "import_ended")
    message = "The import goes on at the offset 73402: send the file from there on."
    body = {"error": "offset_mismatch", "offset": 73402, "message": message}
    return {"409": response("The file does not go on where the import is.", error(*words, offset=COUNT), body)}


def too_many() -> Operation:
    message = "The tenant runs 4 imports and exports already: try again when one has ended."
    body = {"error": "too_many_imports", "message": message}
    text = "The tenant runs as many imports and exports as it may."
    return {"429": response(text, error("too_many_imports"), body)}


def nowhere() -> Operation:
    body = {"error": "not_found", "message": "There is nothing at this address."}
    return {"404": response("The address is none.", error("not_found"), body)}


def unknown() -> Operation:
    body = {"error": "import_not_found", "message": "There is no such import; they are kept for 7 days."}
    return {"404": response("There is no such import.", error("import_not_found", "not_found"), body)}


def found() -> Operation:
    return {"200": response("The import.", ref("Import"), EXAMPLE)}


def listing() -> Operation:
    body = {"page": 1, "limit": 100, "total": 1, "imports": [EXAMPLE]}
    message = 'limit must be a whole number from 1 to 100, found: "0".'
    wrong = wrong_query("limit", message, "The listing has faults.")
    return {"200": response("A page of the imports.", ref("Imports"), body)} | wrong
