"""Every operation of the facade: what it is for, what it takes and answers."""

from itertools import pairwise
from typing import Any

from app.commands.representatives import LINKS
from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from app.domain.values import Fault
from app.rest_api.errors import already_closed, already_exists, not_found, nowhere
from app.rest_api.names import ADDRESSED, address
from app.rest_api.openapi import examples
from app.rest_api.openapi.headers import SENT, as_written, conditions, with_version
from app.rest_api.openapi.problems import error, response, shared, wrong_query
from app.rest_api.openapi.values import Schema, ref
from app.rest_api.resources import MOST_LISTED, MOST_PAGES

Operation = dict[str, Any]
Paths = dict[str, dict[str, Any]]

# Each resource, and after it those that lie under it.
IN_ORDER = sorted(Resource, key=lambda each: ADDRESSED.index(RESOURCES[each].owner or each))
TAGS = {
    **{each.plural.capitalize(): RESOURCES[each].about for each in IN_ORDER},
    "PDFs": "The PDF of a document: pushed, or generated from `invoicing_detail`.",
}
WRITE = (400, 401, 403, 412, 413, 415, 422, 429, 500, 503)
READ = (401, 429, 500, 503)
STATUS_RULES = """
The server decides over `status`; one that is sent is ignored. An open amount of zero closes the document, and one
that is not zero opens a closed document again. A write that says nothing of the open amount leaves the status alone.

Amounts come in one of two models, and the first document with amounts decides for the tenant: `currency`,
`original_denomination` and `denomination` together, or the six fields of the two-currency model together.
""".strip()


def paths() -> Paths:
    found: Paths = {}
    for resource in ADDRESSED:
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


def path_item(path: str, **operations: Operation) -> Paths:
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
    schema = error(*(f"{resource}_not_found" for resource in resources), "not_found")
    text = f"There is no such {' or '.join(resources)}." if resources else "The address holds no key."
    return {"404": response(text, schema, (not_found(resources[0]) if resources else nowhere()).body)}


def taken(resource: Resource) -> Operation:
    """409 of a create whose key is there already."""
    schema = error(f"{resource}_already_exists", **{RESOURCES[resource].key: {"type": "string"}})
    example = already_exists(resource, examples.KEYS[resource]).body
    return {"409": response(f"The {resource} exists already; nothing was changed.", schema, example)}


def resource_paths(resource: Resource) -> Paths:
    title, tag = resource.capitalize(), resource.plural.capitalize()
    rules = {"description": STATUS_RULES} if resource is Resource.DOCUMENT else {}
    body = takes(f"{title}Body", examples.CREATED[resource], examples.OTHERS.get(resource))
    new = as_written(ok(201, f"The {resource} was created.", title, examples.created(resource)))
    replaced = as_written(ok(200, f"The {resource} was replaced.", title, examples.created(resource)))
    changed = as_written(ok(200, f"The {resource} after the change.", title, examples.patched(resource)))
    shown = {Resource.ACCOUNT: "AccountWithNotes", Resource.REPRESENTATIVE: "RepresentativeWithLinks"}
    found = with_version(ok(200, f"The {resource}.", shown.get(resource, title), examples.found(resource)))
    return path_item(
        address(resource),
        post=operation(
            f"create{title}",
            tag,
            f"Create {resource.with_article}",
            new | missing() | taken(resource) | shared(*WRITE),
            parameters=conditions(),
            requestBody=body,
            **rules,
        ),
        put=operation(
            f"replace{title}",
            tag,
            f"Create or replace {resource.with_article}",
            new | replaced | missing() | shared(*WRITE),
            description="\n\n".join([REPLACE_RULES[resource], *rules.values()]),
            parameters=conditions(),
            requestBody=body,
        ),
        patch=operation(
            f"patch{title}",
            tag,
            f"Change some fields of {resource.with_article}",
            changed | missing(resource) | shared(*WRITE),
            description="\n\n".join([PATCH_RULES, *rules.values()]),
            parameters=conditions(),
            requestBody=takes(f"{title}Patch", examples.PATCHED[resource]),
        ),
        get=operation(f"get{title}", tag, f"Get {resource.with_article}", found | missing(resource) | shared(*READ)),
    )


REPLACED = (
    "Fields that are left out become empty, custom fields aside. Sent again, it changes nothing, nor does it count a "
    "version."
)
REPLACE_RULES = dict.fromkeys(Resource, REPLACED) | {
    Resource.ACCOUNT: f"{REPLACED} The currency stays, too: once set it is fixed."
}
PATCH_RULES = (
    "Fields that are left out stay as they are, and null empties one. Lists are replaced whole; addresses, "
    "`invoicing_detail` and custom fields are merged key by key."
)


def note_paths() -> Paths:
    created = as_written(ok(201, "The note was created.", "Note", examples.NOTE_ANSWER))
    found = with_version(ok(200, "The note.", "Note", examples.NOTE_ANSWER))
    return path_item(
        f"{address(Resource.ACCOUNT)}/notes",
        post=operation(
            "createNote",
            "Notes",
            "Add a note to an account",
            created | missing("account") | taken(Resource.NOTE) | shared(*WRITE),
            description="Its reference must be new within the tenant, on whichever account.",
            requestBody=takes("NoteBody", examples.NOTE),
        ),
    ) | path_item(
        address(Resource.NOTE),
        get=operation(
            "getNote", "Notes", "Get a note of an account", found | missing("account", "note") | shared(*READ)
        ),
    )


def closure_paths() -> Paths:
    closed = as_written(ok(200, "The document is closed.", "Closure", examples.CLOSED))
    number = examples.KEYS[Resource.DOCUMENT]
    schema = error("document_already_closed", document_number={"type": "string"})
    example = already_closed(number, f"Document '{number}' is already closed.").body
    already = {"409": response("The document is closed already; nothing was changed.", schema, example)}
    return path_item(
        f"{address(Resource.DOCUMENT)}/closure",
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
    for resource in LINKS:
        title, listing = resource.plural.capitalize(), f"{address(Resource.REPRESENTATIVE)}/{resource.plural}"
        linked = ok(200, "They are linked.", f"{resource.capitalize()}Link", examples.link(resource))
        page = ok(200, "A page of numbers, in order.", f"Linked{title}", examples.listing(resource))
        found |= path_item(
            f"{listing}/{{{RESOURCES[resource].key}}}",
            put=operation(
                f"linkRepresentativeTo{resource.capitalize()}",
                "Representatives",
                f"Link a representative to {resource.with_article}",
                linked | missing("representative", resource) | shared(401, 403, 412, 429, 500, 503),
                description="Linking again changes nothing.",
            ),
        )
        found |= path_item(
            listing,
            get=operation(
                f"listRepresentative{title}",
                "Representatives",
                f"List the {resource.plural} of a representative",
                page | missing("representative") | wrong_page() | shared(*READ),
                parameters=[{"$ref": "#/components/parameters/Page"}, {"$ref": "#/components/parameters/Limit"}],
            ),
        )
    return found


def wrong_page() -> Operation:
    message = Fault(f"must be a whole number from 1 to {MOST_LISTED}").about("limit", "0")
    return wrong_query("limit", message, "The listing has faults.")


def key_component(resource: Resource) -> str:
    """What the parameter of a key is called among the components: AccountNumber, ContactReference."""
    return resource.capitalize() + RESOURCES[resource].key.removeprefix(f"{resource}_").capitalize()


def key(resource: Resource) -> Schema:
    text = f"Key of the {resource}. Type it here as it is; in a program's requests percent-encode it, a slash too."
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return path_parameter(RESOURCES[resource].key, text, schema, examples.KEYS[resource])


def path_parameter(name: str, text: str, schema: Schema, example: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema, "example": example}


def number_from_one(name: str, most: int, default: int, text: str) -> Schema:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": name, "in": "query", "description": text, "schema": schema}


# The segment before a key -> the parameter it is.
PARAMETERS: dict[str, tuple[str, Schema]] = {
    "pdf": (
        "ConnectionId",
        path_parameter(
            "connection_id",
            "The tenant's connection; whoever made the tenant was told it.",
            {"type": "string", "format": "uuid"},
            examples.CONNECTION_ID,
        ),
    ),
    "ingest_documents": (key_component(Resource.DOCUMENT), key(Resource.DOCUMENT)),
    "attachments": (
        "AttachmentId",
        path_parameter(
            "id",
            "From the list; that of a former version is a 404.",
            {"type": "string", "pattern": "^[0-9a-f]{24}$"},
            examples.ATTACHMENT_ID,
        ),
    ),
    **{each.plural: (key_component(each), key(each)) for each in IN_ORDER},
}
LISTING = {
    "Page": number_from_one("page", MOST_PAGES, 1, "Which page; the first is 1."),
    "Limit": number_from_one("limit", MOST_LISTED, MOST_LISTED, "Numbers on a page."),
}


def components() -> dict[str, Schema]:
    return dict(PARAMETERS.values()) | LISTING | SENT
