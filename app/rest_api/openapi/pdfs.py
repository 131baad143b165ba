"""The operations of documents' PDFs: push, list and download."""

from typing import Any

from app.domain.enums import Resource
from app.pdf.invoices.limits import MAX_CHARACTERS, MAX_LINES
from app.rest_api.attachments import LIST, PUSH
from app.rest_api.downloads import PDF
from app.rest_api.openapi import examples
from app.rest_api.openapi.operations import Operation, Paths, missing, ok, operation, path_item
from app.rest_api.openapi.problems import error, response, shared, wrong_query
from app.rest_api.openapi.values import Schema, ref

FILE: Schema = {"type": "string", "format": "binary", "contentMediaType": PDF}
PUSH_RULES = """
The file takes the place of the document's PDF, be it pushed or generated, and is kept byte for byte. Whatever a PDF
reader opens is taken: scans, forms, signatures, embedded files, encryption that needs no password, and faults that
readers mend in passing.

With `append=true` its pages are added to the end of a pushed PDF. Form fields, embedded files, bookmarks and layers of
both files live on; what has a name that is taken is renamed, so that a second `factur-x.xml` becomes
`factur-x (2).xml`. A file that is signed or encrypted would be harmed, so it is refused, the stored and the sent one.

A file that is refused leaves the stored one as it was; so does the same file sent again without `append`.
""".strip()
LIST_RULES = """
A document has at most one PDF. Where none was pushed, and Invoicing is active, `pdf_name` is empty and there is
`invoicing_detail`, one is generated; it is made anew, under a new id, after the document or its account has changed.
""".strip()
HEADERS = {
    "Content-Disposition": "The name to keep the file under: `pdf_name`, or the document number with `.pdf`.",
    "ETag": "Changes with the bytes; send it back as If-None-Match, or as If-Range beside Range.",
    "Accept-Ranges": "Always `bytes`.",
}


def paths() -> Paths:
    return push_path() | list_path() | download_path()


def push_path() -> Paths:
    stored = ok(200, "The PDF is stored.", "Attachment", examples.ATTACHMENT)
    append = {
        "name": "append",
        "in": "query",
        "description": "Whether the pages are added instead of taking the place of what is there.",
        "schema": {"type": "boolean", "default": False},
    }
    invalid = response(
        "The Content-Type is another, or the body is empty, no PDF, has no page, needs a password, or cannot be "
        "opened. The message says which, and what to do.",
        error("invalid_pdf"),
        {"error": "invalid_pdf", "message": "The file is no PDF. Send one that a PDF reader opens."},
    )
    harmed = response(
        "Adding pages would harm one of the two files: it is signed or encrypted. The message says which, and what to "
        "do.",
        error("pdf_cannot_be_extended"),
        {
            "error": "pdf_cannot_be_extended",
            "message": "The stored PDF is signed, and adding pages would break the signature. Push one file with all "
            "pages, without append, to take its place.",
        },
    )
    too_large = response(
        "The file is larger than this server accepts, or has too many pages.",
        ref("BodyTooLarge"),
        {"error": "body_too_large", "message": "The PDF is larger than 67108864 bytes."},
    )
    return path_item(
        PUSH,
        post=operation(
            "pushPdf",
            "PDFs",
            "Push the PDF of a document",
            stored
            | {"400": invalid, "409": harmed, "413": too_large}
            | missing("connection", "document")
            | wrong_query(
                "append",
                'append must be true or false, found: "perhaps".',
                "The request has faults; nothing was stored.",
            )
            | shared(401, 403, 412, 415, 429, 500, 503),
            description=PUSH_RULES,
            parameters=[append],
            requestBody={"required": True, "content": {PDF: {"schema": FILE}}},
        ),
    )


def list_path() -> Paths:
    number = examples.KEYS[Resource.DOCUMENT]
    listed = {"document_number": number, "attachments": [examples.ATTACHMENT]}
    found = ok(200, "What is told of the PDF, if there is one.", "Attachments", listed)
    return path_item(
        LIST,
        get=operation(
            "listAttachments",
            "PDFs",
            "List the PDFs of a document",
            found | missing("document") | too_long() | shared(401, 429, 500, 503),
            description=LIST_RULES,
        ),
    )


def download_path() -> Paths:
    gone = missing("document", "attachment")
    none = {"description": "The client has this version already.", "headers": headers("ETag")}
    beyond = {"description": "The file has no such part.", "headers": headers("ETag", "Content-Range")}
    return path_item(
        f"{LIST}/{{id}}",
        get=operation(
            "downloadAttachment",
            "PDFs",
            "Download a PDF",
            file(200, "The whole file.")
            | file(206, "The part that was asked for.", "Content-Range")
            | {"304": none, "416": beyond}
            | gone
            | too_long()
            | shared(401, 429, 500, 503),
            parameters=[
                header("Range", "The part that is wanted: `bytes=0-1023`.", "bytes=0-1023"),
                header("If-Range", "The ETag of the version that the part is wanted of; of another, all comes."),
                header("If-None-Match", "ETags of versions that are there already."),
            ],
        ),
    )


def too_long() -> Operation:
    text = f"The invoice has more than {MAX_LINES} lines or {MAX_CHARACTERS} characters: no PDF is made of it."
    message = f"The invoice has 20000 lines; a PDF is made of at most {MAX_LINES}."
    example = {"error": "invoice_too_long", "message": message}
    return {"422": response(text, error("invoice_too_long"), example)}


def file(status: int, description: str, *more: str) -> Operation:
    return {
        str(status): {
            "description": description,
            "headers": headers(*HEADERS, *more),
            "content": {PDF: {"schema": FILE}},
        }
    }


def headers(*names: str) -> dict[str, Any]:
    more = {"Content-Range": "Which bytes these are, and of how many."}
    return {
        name: {"description": (HEADERS | more)[name], "schema": {"type": "string"}, "required": True} for name in names
    }


def header(name: str, description: str, example: str = "") -> Schema:
    shown = {"example": example} if example else {}
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}, **shown}
