"""Headers of requests and answers: versions of resources, and names in a body that mean nothing."""

from typing import Any

from app.rest_api.ignored_fields import HEADER as IGNORED_FIELDS
from app.rest_api.ignored_fields import MOST_BYTES
from app.rest_api.openapi.values import Schema

Responses = dict[str, Any]

ANSWERED: dict[str, Schema] = {
    "ETag": {
        "description": 'The version of the resource in quotation marks, such as `"3"`: send it back as If-Match.',
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]*"$'},
        "required": True,
    },
    IGNORED_FIELDS: {
        "description": "The names in the body that were dropped because no product has such a field: one is perhaps "
        "misspelt. Comma-separated and percent-encoded, nested ones as in the `field` of a fault; of more than "
        f"{MOST_BYTES} bytes the end is `+` and how many are left out.",
        "schema": {"type": "string", "maxLength": MOST_BYTES},
    },
}
SENT: dict[str, Schema] = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": 'Does the write only if the resource is at one of these versions: ETags such as `"3"`, divided '
        "by commas, or `*` for any, but not for a key that is new. Otherwise 412, and nothing is written. Notes, links "
        "and PDFs have no versions that could be expected.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "`*`: does the write only if the key is new; otherwise 412. ETags exclude those versions.",
        "schema": {"type": "string"},
    },
}


def conditions() -> list[Schema]:
    """The parameters of a write that may depend on the version that is stored."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in SENT]


def with_version(responses: Responses) -> Responses:
    """The answers of one resource, which carry its version."""
    return with_headers(responses, "ETag")


def as_written(responses: Responses) -> Responses:
    """The answers to a body that was written: the version, and the names that were dropped."""
    return with_headers(responses, *ANSWERED)


def with_headers(responses: Responses, *names: str) -> Responses:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return {status: {**found, "headers": headers} for status, found in responses.items()}
