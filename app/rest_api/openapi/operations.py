"""Every operation of the facade: what it is for, what it takes and answers."""

from itertools import pairwise
from typing import Any

from app.domain.catalogue import KEY_FIELD
from app.domain.enums import Resource
from app.domain.values import Fault
from app.rest_api.openapi import examples
from app.rest_api.openapi.headers import SENT, as_written, conditions, with_version
from app.rest_api.openapi.problems import error, response, shared, wrong_query
from app.rest_api.openapi.values import Schema, ref
from app.rest_api.resources import LINKED, MOST_LISTED, MOST_PAGES

Operation = dict[str, Any]
Paths = dict[str, dict[str, Any]]

ROOT = "/api/v1/ingest"
TAGS = {
    "Accounts": "Customers that owe money; everything else belongs to one.",
    "Notes": "Remarks on accounts. They are kept as evidence: no call changes or removes one.",
    "Documents": "Invoices, credit notes and other receivables.",
    "Representatives": "People on the seller's side to whom work escalates. Collections alone reads them.",
    "Contacts": "People on the customer's side. Collections alone reads them.",
    "PDFs": "The PDF of a document: pushed, or generated from `invoicing_detail`.",
}
WRITE = (400, 401, 403, 412, 413, 415, 422, 429, 500, 503)
READ = (401, 429, 500, 503)
NO_KEY = "The address holds no key."
STATUS_RULES = """
The server decides over `status`; one that is sent is ignored. An open amount of zero closes the document, and one
that is not zero opens a closed document again. A write that says nothing of the open amount leaves the status alone.

Amounts come in one of two models, and the first document with amounts decides for the tenant: `currency`,
`original_denomination` and `denomination` together, or the six fields of the two-currency model together.
""".strip()


def paths() -> Paths:
    found: Paths = {}
    for resource in (Resource.ACCOUNT, Resource.DOCUMENT, Resource.REPRESENTATIVE, Resource.CONTACT):
        found |= resource_paths(resource)
        found |= {Resource.ACCOUNT: note_paths, Resource.DOCUMENT: closure_paths}.get(resource, dict)()
    return found | link_paths()


def operation(name: str, tag: str, summary: str, answers: Operation, **more: Any) -> Operation:
    return {"operationId": name, "tags": [tag], "summary": summary, **more, "responses": dict(sorted(answers.items()))}


def key_parameters(path: str) -> list[Schema]:
    """The parameters that stand in braces; what a key names is told by the segment before it."""
    segments = path.split("/")
    owners = [before for before, segment in pairwise(segments) if segment.startswith("{")]
    return [{"$ref": f"#/components/parameters/{PARAMETERS[owner][0]}"} for owner in owners]


def address(path: str, **operations: Operation) -> Paths:
    return {path: {"parameters": key_parameters(path), **operations}}


def takes(schema: str, example: Any, others: dict[str, Any] | None = None) -> Operation:
    """A JSON body; where there are several examples, each under what it shows."""
    named = {"Usual": example, **(others or {})}
    shown = {"examples": {name: {"value": body} for name, body in named.items()}} if others else {"example": example}
    return {"required": True, "content": {"application/json": {"schema": ref(schema), **shown}}}


def ok(status: int, description: str, schema: str, example: Any) -> Operation:
    return {str(status): response(description, ref(schema), example)}


def missing(*resources: str) -> Operation:
    """404 where one of them does not exist for the caller, or the address is none."""
    names = " or ".join(resources)
    schema = error(*(f"{resource}_not_found" for resource in resources), "not_found")
    text = f"There is no such {names}." if resources else NO_KEY
    words = f"{resources[0]}_not_found" if resources else "not_found"
    message = f"There is no such {resources[0]}." if resources else "There is nothing at this address."
    return {"404": response(text, schema, {"error": words, "message": message})}


def taken(resource: Resource) -> Operation:
    """409 of a create whose key is there already."""
    name, key = KEY_FIELD[resource], examples.KEYS[resource]
    schema = error(f"{resource}_already_exists", **{name: {"type": "string"}})
    advice = "A note can never be changed." if resource is Resource.NOTE else "PUT replaces it, PATCH changes it."
    message = f"{resource.capitalize()} '{key}' already exists. {advice}"
    example = {"error": f"{resource}_already_exists", name: key, "message": message}
    return {"409": response(f"The {resource} exists already; nothing was changed.", schema, example)}


def resource_paths(resource: Resource) -> Paths:
    title, tag = resource.capitalize(), f"{resource.capitalize()}s"
    rules = {"description": STATUS_RULES} if resource is Resource.DOCUMENT else {}
    body = takes(f"{title}Body", examples.CREATED[resource], examples.OTHERS.get(resource))
    new = as_written(ok(201, f"The {resource} was created.", title, examples.created(resource)))
    replaced = as_written(ok(200, f"The {resource} was replaced.", title, examples.created(resource)))
    changed = as_written(ok(200, f"The {resource} after the change.", title, examples.patched(resource)))
    shown = {Resource.ACCOUNT: "AccountWithNotes", Resource.REPRESENTATIVE: "RepresentativeWithLinks"}
    found = with_version(ok(200, f"The {resource}.", shown.get(resource, title), examples.found(resource)))
    return address(
        f"{ROOT}/{resource}s/{{{KEY_FIELD[resource]}}}",
        post=operation(
            f"create{title}",
            tag,
            f"Create {one(resource)}",
            new | missing() | taken(resource) | shared(*WRITE),
            parameters=conditions(),
            requestBody=body,
            **rules,
        ),
        put=operation(
            f"replace{title}",
            tag,
            f"Create or replace {one(resource)}",
            new | replaced | missing() | shared(*WRITE),
            description="\n\n".join([REPLACE_RULES[resource], *rules.values()]),
            parameters=conditions(),
            requestBody=body,
        ),
        patch=operation(
            f"patch{title}",
            tag,
            f"Change some fields of {one(resource)}",
            changed | missing(resource) | shared(*WRITE),
            description="\n\n".join([PATCH_RULES, *rules.values()]),
            parameters=conditions(),
            requestBody=takes(f"{title}Patch", examples.PATCHED[resource]),
        ),
        get=operation(f"get{title}", tag, f"Get {one(resource)}", found | missing(resource) | shared(*READ)),
    )


def one(resource: Resource) -> str:
    return f"{'an' if resource[0] in 'aeiou' else 'a'} {resource}"


REPLACED = "Fields that are left out become empty, custom fields aside. Sent again, it changes nothing, nor "
"does it count a version."
REPLACE_RULES = dict.fromkeys(Resource, REPLACED) | {
    Resource.ACCOUNT: f"{REPLACED} The currency stays, too: once set it is fixed."
}
PATCH_RULES = (
    "Fields that are left out stay as they are, and null empties one. Lists are replaced whole; addresses, "
    "`invoicing_detail` and custom fields are merged key by key."
)


def note_paths() -> Paths:
    notes = f"{ROOT}/accounts/{{account_number}}/notes"
    created = as_written(ok(201, "The note was created.", "Note", examples.NOTE_ANSWER))
    found = with_version(ok(200, "The note.", "Note", examples.NOTE_ANSWER))
    return address(
        notes,
        post=operation(
            "createNote",
            "Notes",
            "Add a note to an account",
            created | missing("account") | taken(Resource.NOTE) | shared(*WRITE),
            description="Its reference must be new within the tenant, on whichever account.",
            requestBody=takes("NoteBody", examples.NOTE),
        ),
    ) | address(
        f"{notes}/{{reference}}",
        get=operation(
            "getNote", "Notes", "Get a note of an account", found | missing("account", "note") | shared(*READ)
        ),
    )


def closure_paths() -> Paths:
    closed = as_written(ok(200, "The document is closed.", "Closure", examples.CLOSED))
    number = examples.KEYS[Resource.DOCUMENT]
    schema = error("document_already_closed", document_number={"type": "string"})
    message = f"Document '{number}' is already closed."
    example = {"error": "document_already_closed", "document_number": number, "message": message}
    already = {"409": response("The document is closed already; nothing was changed.", schema, example)}
    return address(
        f"{ROOT}/documents/{{document_number}}/closure",
        post=operation(
            "closeDocument",
            "Documents",
            "Close a document for a reason",
            closed | missing("document") | already | shared(*WRITE),
            description="A document is also closed, without a reason, by an open amount of zero.",
            parameters=conditions(),
            requestBody=takes("ClosureBody", examples.CLOSURE),
        ),
    )


def link_paths() -> Paths:
    found: Paths = {}
    for resource, name in LINKED.items():
        title, listing = name.capitalize(), f"{ROOT}/representatives/{{reference}}/{name}"
        linked = ok(200, "They are linked.", f"{resource.capitalize()}Link", examples.link(resource))
        page = ok(200, "A page of numbers, in order.", f"Linked{title}", examples.listing(resource, name))
        found |= address(
            f"{listing}/{{{KEY_FIELD[resource]}}}",
            put=operation(
                f"linkRepresentativeTo{resource.capitalize()}",
                "Representatives",
                f"Link a representative to {one(resource)}",
                linked | missing("representative", resource) | shared(401, 403, 412, 429, 500, 503),
                description="Linking again changes nothing.",
            ),
        )
        found |= address(
            listing,
            get=operation(
                f"listRepresentative{title}",
                "Representatives",
                f"List the {name} of a representative",
                page | missing("representative") | wrong_page() | shared(*READ),
                parameters=[{"$ref": "#/components/parameters/Page"}, {"$ref": "#/components/parameters/Limit"}],
            ),
        )
    return found


def wrong_page() -> Operation:
    message = Fault(f"must be a whole number from 1 to {MOST_LISTED}").about("limit", "0")
    return wrong_query("limit", message, "The listing has faults.")


def key(name: str, resource: Resource) -> Schema:
    text = f"Key of the {resource}. Type it here as it is; in a program's requests percent-encode it, a slash too."
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    example = examples.KEYS[resource]
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema, "example": example}


def number_from_one(name: str, most: int, default: int, text: str) -> Schema:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": name, "in": "query", "description": text, "schema": schema}


# The segment before a key -> the parameter it is.
PARAMETERS: dict[str, tuple[str, Schema]] = {
    "pdf": (
        "ConnectionId",
        {
            "name": "connection_id",
            "in": "path",
            "required": True,
            "description": "The tenant's connection; whoever made the tenant was told it.",
            "schema": {"type": "string", "format": "uuid"},
            "example": examples.CONNECTION_ID,
        },
    ),
    "ingest_documents": ("DocumentNumber", key("document_number", Resource.DOCUMENT)),
    "attachments": (
        "AttachmentId",
        {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "From the list; that of a former version is a 404.",
            "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"},
            "example": examples.ATTACHMENT_ID,
        },
    ),
    "accounts": ("AccountNumber", key("account_number", Resource.ACCOUNT)),
    "documents": ("DocumentNumber", key("document_number", Resource.DOCUMENT)),
    "notes": ("NoteReference", key("reference", Resource.NOTE)),
    "representatives": ("RepresentativeReference", key("reference", Resource.REPRESENTATIVE)),
    "contacts": ("ContactReference", key("reference", Resource.CONTACT)),
}
LISTING = {
    "Page": number_from_one("page", MOST_PAGES, 1, "Which page; the first is 1."),
    "Limit": number_from_one("limit", MOST_LISTED, MOST_LISTED, "Numbers on a page."),
}


def components() -> dict[str, Schema]:
    return dict(PARAMETERS.values()) | LISTING | SENT
