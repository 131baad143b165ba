"""The answers to refused requests, as responses of the description."""

import re
from dataclasses import dataclass, field
from typing import Any

from app.domain.problems import Code
from app.domain.values import ONE_ADDRESS, Fault
from app.rest_api.openapi.values import Schema, full_object, ref

Response = dict[str, Any]
REQUEST_ID = {"type": "string", "description": "Quote it when you report the failure."}

# The codes of a 422; the others become statuses of their own.
FAULTS = [
    Code.REQUIRED,
    Code.INVALID,
    Code.TOO_LONG,
    Code.NOT_FOUND,
    Code.CURRENCY_LOCKED,
    Code.CURRENCY_MODEL_LOCKED,
]

DETAIL: Schema = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {
            "type": "string",
            "description": "Where the fault lies: `billing_address.zip`, `line_items[3].unit_price`.",
        },
        "code": {"type": "string", "enum": [code.value for code in FAULTS], "description": "Word to branch on."},
        "message": {"type": "string", "description": "Sentence for a person."},
    },
}


def error(*words: str, **more: Schema) -> Schema:
    """The body of an error that is one of the words, with what else it holds."""
    message = {"type": "string", "description": "Sentence for a person."}
    properties = {
        "error": {"type": "string", "enum": list(words), "description": "Word to branch on."},
        **more,
        "message": message,
    }
    return full_object(properties)


def response(description: str, schema: Schema, example: Any) -> Response:
    """A JSON response."""
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


def wrong_query(name: str, message: str, whole: str) -> dict[str, Response]:
    """422 where the address asks for what it cannot."""
    detail = {"field": name, "code": Code.INVALID.value, "message": message}
    example = {"error": "validation_failed", "message": whole, "details": [detail]}
    return {"422": response("The query has faults, all of which are listed.", ref("ValidationFailed"), example)}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that means the same wherever it occurs. Its error word is its name in snake case."""

    name: str
    description: str
    message: str
    more: Schema = field(default_factory=dict)  # the schemas of what else the body holds
    example: dict[str, Any] = field(default_factory=dict)  # the values of that

    @property
    def word(self) -> str:
        return re.sub("(?<=[a-z])(?=[A-Z])", "_", self.name).lower()

    def response(self) -> Response:
        example = {"error": self.word, **self.example, "message": self.message}
        return response(self.description, ref(self.name), example)


FAULTS_EXAMPLE = [
    {"field": "email", "code": "invalid", "message": Fault(ONE_ADDRESS).about("email", "nobody")},
    {"field": "name", "code": "required", "message": "name is required and must not be blank."},
]
REQUEST = "9c1f04be7a2d53e8"
QUOTE = f"Quote request {REQUEST} when you report it."

REFUSALS: dict[int, Refusal] = {
    400: Refusal("InvalidJson", "The body is no JSON object.", "The request is no JSON."),
    401: Refusal("Unauthenticated", "There is no API key, or one that is not known.", "Send an API key as X-API-Key."),
    403: Refusal("Forbidden", "The key may only read.", "This key may only read."),
    412: Refusal(
        "PreconditionFailed",
        "The resource is not at a version that If-Match names, or at one that If-None-Match excludes. Nothing was "
        "written.",
        "Account 'ACCT-001' is at version 4, not at the expected version \"3\". Nothing was written. Send a version as "
        'the ETag of an answer has it, such as "3".',
    ),
    413: Refusal(
        "BodyTooLarge",
        "The body is larger than this server accepts.",
        "The body is larger than 10485760 bytes: send less at once.",
    ),
    415: Refusal(
        "UnsupportedMediaType",
        "The body is of another media type, or compressed (the message then names the Content-Encoding).",
        "Send the body as application/json.",
    ),
    422: Refusal(
        "ValidationFailed",
        "The data has faults, all of which are listed. Nothing was written.",
        "The data has faults; nothing was written.",
        {"details": {"type": "array", "minItems": 1, "items": ref("Fault")}},
        {"details": FAULTS_EXAMPLE},
    ),
    429: Refusal(
        "RateLimited",
        "The key's budget does not suffice, on a server that sets one, or the tenant has used all Idempotency-Keys of "
        "a day. `Retry-After` says in how many seconds there is enough again.",
        "The request costs 12 points, and 0 are left of the key's budget of 1000 a minute: try again in 1 second.",
    ),
    500: Refusal(
        "InternalError",
        "The server failed.",
        f"The server failed. {QUOTE}",
        {"request_id": REQUEST_ID},
        {"request_id": REQUEST},
    ),
    503: Refusal(
        "Unavailable",
        "The database, or the store of the PDFs, cannot be used now. The message says what to do.",
        f"The database does not answer: try again. {QUOTE}",
        {"request_id": REQUEST_ID},
        {"request_id": REQUEST},
    ),
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
SCHEMAS: dict[str, Schema] = {
    "Fault": DETAIL,
    **{refusal.name: error(refusal.word, **refusal.more) for refusal in REFUSALS.values()},
}


def components() -> dict[str, Response]:
    found = {refusal.name: refusal.response() for refusal in REFUSALS.values()}
    found["RateLimited"]["headers"] = RETRY_AFTER
    return found


def shared(*statuses: int) -> dict[str, Response]:
    return {str(status): {"$ref": f"#/components/responses/{REFUSALS[status].name}"} for status in statuses}
