"""The answers to refused requests, as responses of the description."""

from typing import Any

from app.domain.problems import Code
from app.domain.values import ONE_ADDRESS, Fault
from app.rest_api.openapi.values import Schema, ref

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
    return {"type": "object", "required": list(properties), "properties": properties}


SCHEMAS: dict[str, Schema] = {
    "Fault": DETAIL,
    "InvalidJson": error("invalid_json"),
    "Unauthenticated": error("unauthenticated"),
    "Forbidden": error("forbidden"),
    "PreconditionFailed": error("precondition_failed"),
    "BodyTooLarge": error("body_too_large"),
    "UnsupportedMediaType": error("unsupported_media_type"),
    "ValidationFailed": error("validation_failed", details={"type": "array", "minItems": 1, "items": ref("Fault")}),
    "RateLimited": error("rate_limited"),
    "InternalError": error("internal_error", request_id=REQUEST_ID),
    "Unavailable": error("unavailable", request_id=REQUEST_ID),
}


def response(description: str, schema: Schema, example: Any) -> Response:
    """A JSON response."""
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


def wrong_query(name: str, message: str, whole: str) -> dict[str, Response]:
    """422 where the address asks for what it cannot."""
    detail = {"field": name, "code": Code.INVALID.value, "message": message}
    example = {"error": "validation_failed", "message": whole, "details": [detail]}
    return {"422": response("The query has faults, all of which are listed.", ref("ValidationFailed"), example)}


FAULT_EXAMPLE = {
    "error": "validation_failed",
    "message": "The data has faults; nothing was written.",
    "details": [
        {"field": "email", "code": "invalid", "message": Fault(ONE_ADDRESS).about("email", "nobody")},
        {"field": "name", "code": "required", "message": "name is required and must not be blank."},
    ],
}

SHARED: dict[int, tuple[str, Response]] = {  # answers that mean the same wherever they occur
    400: (
        "InvalidJson",
        response(
            "The body is no JSON object.",
            ref("InvalidJson"),
            {"error": "invalid_json", "message": "The request is no JSON."},
        ),
    ),
    401: (
        "Unauthenticated",
        response(
            "There is no API key, or one that is not known.",
            ref("Unauthenticated"),
            {"error": "unauthenticated", "message": "Send an API key as X-API-Key."},
        ),
    ),
    403: (
        "Forbidden",
        response(
            "The key may only read.",
            ref("Forbidden"),
            {"error": "forbidden", "message": "This key may only read."},
        ),
    ),
    412: (
        "PreconditionFailed",
        response(
            "The resource is not at a version that If-Match names, or at one that If-None-Match excludes. Nothing was "
            "written.",
            ref("PreconditionFailed"),
            {
                "error": "precondition_failed",
                "message": "Account 'ACCT-001' is at version 4, not at the expected version \"3\". Nothing was "
                'written. Send a version as the ETag of an answer has it, such as "3".',
            },
        ),
    ),
    413: (
        "BodyTooLarge",
        response(
            "The body is larger than this server accepts.",
            ref("BodyTooLarge"),
            {"error": "body_too_large", "message": "The body is larger than 10485760 bytes: send less at once."},
        ),
    ),
    415: (
        "UnsupportedMediaType",
        response(
            "The body is of another media type, or compressed (the message then names the Content-Encoding).",
            ref("UnsupportedMediaType"),
            {"error": "unsupported_media_type", "message": "Send the body as application/json."},
        ),
    ),
    422: (
        "ValidationFailed",
        response(
            "The data has faults, all of which are listed. Nothing was written.",
            ref("ValidationFailed"),
            FAULT_EXAMPLE,
        ),
    ),
    429: (
        "RateLimited",
        response(
            "The key's budget does not suffice, on a server that sets one, or the tenant has used all "
            "Idempotency-Keys of a day. `Retry-After` says in how many seconds there is enough again.",
            ref("RateLimited"),
            {
                "error": "rate_limited",
                "message": "The request costs 12 points, and 0 are left of the key's budget of 1000 a minute: try "
                "again in 1 second.",
            },
        )
        | {"headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}},
    ),
    500: (
        "InternalError",
        response(
            "The server failed.",
            ref("InternalError"),
            {
                "error": "internal_error",
                "request_id": "9c1f04be7a2d53e8",
                "message": "The server failed. Quote request 9c1f04be7a2d53e8 when you report it.",
            },
        ),
    ),
    503: (
        "Unavailable",
        response(
            "The database, or the store of the PDFs, cannot be used now. The message says what to do.",
            ref("Unavailable"),
            {
                "error": "unavailable",
                "request_id": "9c1f04be7a2d53e8",
                "message": "The database does not answer: try again. Quote request 9c1f04be7a2d53e8 when you "
                "report it.",
            },
        ),
    ),
}


def components() -> dict[str, Response]:
    return dict(SHARED.values())


def shared(*statuses: int) -> dict[str, Response]:
    return {str(status): {"$ref": f"#/components/responses/{SHARED[status][0]}"} for status in statuses}
