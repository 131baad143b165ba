"""JSON Schemas of whole bodies: what each verb takes, and what it answers, field by field from the catalogue."""

import re
from collections.abc import Iterable, Sequence

from app.commands.body import body_fields
from app.commands.representatives import LINKS
from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import PRODUCT_TITLES, DocumentStatus, Product, Requirement, Resource
from app.domain.fields import KEY_LENGTH, Field, Kind
from app.domain.resources import RESOURCES
from app.rest_api.answers import rest_name
from app.rest_api.names import ADDRESSED, SHOWN_KEYS
from app.rest_api.openapi.values import VALUES, Schema, full_object, ref, sent, shown
from app.rest_api.resources import MOST_LISTED

OBJECTS = {  # the component that an object, or each element of a list, is
    "billing_address": "BillingAddress",
    "remit_to": "RemittanceAddress",
    "line_items": "LineItem",
    "thick_billing": "InvoicingDetail",
    "detail": "InvoicingDetailLine",
}
FILLED = {"document_type", "effective_date"}  # by the server where the request leaves them out
VERBS = {  # what is said of each use of a field
    Requirement.REQUIRED: ("needs it", "need it"),
    Requirement.CONDITIONAL: ("needs it {when}", "need it {when}"),
    Requirement.OPTIONAL: ("reads it", "read it"),
}
CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
GRAPHQL_NAME = re.compile(r"\b[a-z]+(?:[A-Z][a-z]+)+\b|\b[A-Z]+_[A-Z]+\b")

CSR_ID: Schema = {"type": "integer", "format": "int64", "minimum": 1, "description": "Number given by the server."}
MOMENT = ref("MomentInUtc")


def components() -> dict[str, Schema]:
    """Every schema that the description names, errors aside."""
    schemas = dict(VALUES)
    for field in (field for resource in ADDRESSED for field in RESOURCES[resource].fields):
        schemas |= dict(object_schemas(field))
    for resource in ADDRESSED:
        title = resource.capitalize()
        schemas[f"{title}Body"] = body(resource, required=True)
        schemas[f"{title}Patch"] = body(resource, required=False)
        schemas[title] = answer(resource)
    notes: Schema = {"type": "array", "items": ref("EmbeddedNote"), "description": "All its notes, oldest first."}
    schemas["AccountWithNotes"] = answer(Resource.ACCOUNT, {"notes": notes})
    links = {resource.plural: linked(resource) for resource in LINKS}
    schemas["RepresentativeWithLinks"] = answer(Resource.REPRESENTATIVE, links)
    schemas |= {f"Linked{resource.plural.capitalize()}": listing(resource) for resource in LINKS}
    schemas |= {f"{resource.capitalize()}Link": link(resource) for resource in LINKS}
    return schemas | note_schemas() | closure_schemas() | attachment_schemas()


def object_schemas(field: Field) -> Iterable[tuple[str, Schema]]:
    """The object that a field holds, sent and shown, with the objects inside it."""
    if not field.parts:
        return
    for part in field.parts:
        yield from object_schemas(part)
    yield f"{OBJECTS[field.name]}Body", sent_object(field.parts, required=frozenset())
    yield (
        OBJECTS[field.name],
        {"type": "object", "properties": {rest_name(part): shown_field(part, inside=True) for part in field.parts}},
    )


def sent_object(fields: Sequence[Field], required: frozenset[str]) -> Schema:
    """An object of a request. `required` are those that must be there; what the endpoint demands is never empty."""
    properties = {rest_name(field): sent_field(field) for field in fields}
    demanded = [name for name in properties if name in required]
    return {"type": "object", **({"required": demanded} if demanded else {}), "properties": properties}


def sent_field(field: Field) -> Schema:
    text = {"description": described(field)}
    if field.kind is Kind.CUSTOM_FIELDS:
        return {**text, **ref("CustomFieldsBody")}
    if field.kind is Kind.OBJECT:
        return {**text, "anyOf": [ref(f"{OBJECTS[field.name]}Body"), {"type": "null"}]}
    if field.kind is Kind.LIST:
        return {**text, "type": ["array", "null"], "items": ref(f"{OBJECTS[field.name]}Body")}
    return {**text, **sent(field, required=field.base is Requirement.REQUIRED)}


def shown_field(field: Field, *, inside: bool = False) -> Schema:
    text = {"description": field.meaning}
    if field.kind is Kind.CUSTOM_FIELDS:
        return {**text, **ref("CustomFields")}
    if field.kind is Kind.OBJECT:
        return {**text, **ref(OBJECTS[field.name])}
    if field.kind is Kind.LIST:
        return {**text, "type": "array", "minItems": 1, "items": ref(OBJECTS[field.name])}
    return {**text, **shown(field, inside=inside)}


def described(field: Field) -> str:
    """What the field means, who makes what of it, and where a left-out element of an invoice comes from."""
    demand = f" Required when {rest_words(field.when)}." if field.base is Requirement.CONDITIONAL else ""
    return f"{field.meaning}{demand} {uses(field)}{fall_back(field)}"


def uses(field: Field) -> str:
    """What each product makes of the field, in a sentence."""
    condition = "then" if field.base is Requirement.CONDITIONAL else f"when {rest_words(field.when)}"
    groups = []
    for use, verbs in VERBS.items():
        users = [PRODUCT_TITLES[product] for product in Product if field.use(product) is use]
        if users:
            groups.append(f"{listed(users)} {verbs[len(users) > 1].format(when=condition)}")
    return f"{'; '.join(groups)}." if groups else "No product reads it."


def listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def rest_words(text: str) -> str:
    """A condition of the catalogue with the names and words that REST has for what it speaks of."""
    return GRAPHQL_NAME.sub(lambda found: CAMEL_CASE.sub("_", found[0]).lower(), text)


def fall_back(field: Field) -> str:
    if not field.falls_back_to:
        return ""
    source = "the number of lines shown" if field.falls_back_to == "lines" else f"`{field.falls_back_to}`"
    return f" Left out, the invoice takes {source}."


def body(resource: Resource, *, required: bool) -> Schema:
    """What a create or replace takes, or with nothing required a patch."""
    fields = body_fields(resource)
    demanded = frozenset(field.name for field in fields if required and field.base is Requirement.REQUIRED)
    return sent_object(fields, demanded)


def answer(resource: Resource, more: dict[str, Schema] | None = None) -> Schema:
    """What every verb but a closure answers of the resource; `more` is what GET alone adds."""
    fields = body_fields(resource)
    properties: dict[str, Schema] = {"csrId": CSR_ID, SHOWN_KEYS[resource]: key(resource)}
    properties |= {rest_name(field): shown_field(field) for field in fields}
    always = ["csrId", SHOWN_KEYS[resource], *(rest_name(field) for field in fields if is_filled(field))]
    if resource is Resource.DOCUMENT:
        properties |= status_properties()
        always.append("status")
    last = {"createdAt": MOMENT, "updatedAt": MOMENT, **(more or {})}
    return {"type": "object", "required": [*always, *last], "properties": properties | last}


def is_filled(field: Field) -> bool:
    return field.base is Requirement.REQUIRED or field.name in FILLED


def key(resource: Resource) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH, "description": f"Key of the {resource}."}


def status_properties() -> dict[str, Schema]:
    reason = {**ref("ClosureReason"), "description": "Why it was closed by request; empty where an amount closed it."}
    return {
        "status": {"type": "string", "enum": list(DocumentStatus), "description": "Decided by the server alone."},
        "closure_reason": reason,
        "closure_notes": {"type": "string", "minLength": 1, "description": "Remark kept with the closure."},
        "closedAt": {**MOMENT, "description": "When it was closed; there while it is closed."},
    }


def linked(resource: Resource) -> Schema:
    return {
        "type": "array",
        "items": key(resource),
        "maxItems": MOST_LISTED,
        "description": f"Numbers of the linked {resource.plural} in order, the first {MOST_LISTED} of them.",
    }


def listing(resource: Resource) -> Schema:
    """A page of linked numbers."""
    properties = {
        "reference": key(Resource.REPRESENTATIVE),
        "page": {"type": "integer", "minimum": 1},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_LISTED},
        "total": {"type": "integer", "minimum": 0, "description": "How many are linked in all."},
        resource.plural: {"type": "array", "items": key(resource), "maxItems": MOST_LISTED},
    }
    return full_object(properties)


def link(resource: Resource) -> Schema:
    return full_object({"reference": key(Resource.REPRESENTATIVE), RESOURCES[resource].key: key(resource)})


def note_schemas() -> dict[str, Schema]:
    """A note as it is sent, by itself, and inside its account, where two of its fields are spelt otherwise."""
    fields = RESOURCES[Resource.NOTE].fields
    demanded = frozenset(field.name for field in fields if field.base is Requirement.REQUIRED)
    own = {field.name: shown_field(field) for field in fields}
    spelt = {"Note": ("account_number", "created_at"), "EmbeddedNote": (SHOWN_KEYS[Resource.ACCOUNT], "createdAt")}
    shown_notes = {
        name: {
            "type": "object",
            "required": ["reference", account, "body", "effective_date", created],
            "properties": {**own, account: key(Resource.ACCOUNT), created: MOMENT},
        }
        for name, (account, created) in spelt.items()
    }
    return {"NoteBody": sent_object(fields, demanded), **shown_notes}


def closure_schemas() -> dict[str, Schema]:
    properties = {
        "csrId": CSR_ID,
        SHOWN_KEYS[Resource.DOCUMENT]: key(Resource.DOCUMENT),
        "status": {"type": "string", "const": DocumentStatus.CLOSED.value},
        "closure_reason": ref("ClosureReason"),
        "closedAt": MOMENT,
        "updatedAt": MOMENT,
    }
    demanded = frozenset(field.name for field in CLOSURE if field.base is Requirement.REQUIRED)
    return {"ClosureBody": sent_object(CLOSURE, demanded), "Closure": full_object(properties)}


def attachment_schemas() -> dict[str, Schema]:
    properties: dict[str, Schema] = {
        "id": {"type": "string", "pattern": "^[0-9a-f]{24}$", "description": "New for each stored version."},
        "csrId": {**CSR_ID, "description": "That of the document."},
        "documentNumber": key(Resource.DOCUMENT),
        "fileSize": {"type": "integer", "minimum": 1, "description": "Bytes of the file."},
        "uploadedAt": MOMENT,
    }
    items = {"type": "array", "items": ref("Attachment")}
    attachments = full_object({"document_number": key(Resource.DOCUMENT), "attachments": items})
    return {"Attachment": full_object(properties), "Attachments": attachments}
