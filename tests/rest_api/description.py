"""The OpenAPI description as tests read it: its operations, its schemas as validators, its examples."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from jsonschema_rs import Draft202012Validator

from app.rest_api.openapi.document import openapi

Json = dict[str, Any]
DESCRIPTION = openapi()
SCHEMAS: Json = DESCRIPTION["components"]["schemas"]
SENT = ("Body", "Patch")  # how the names of what requests hold end


class Operation(NamedTuple):
    """One method on one path."""

    method: str
    path: str
    described: Json


def operations(description: Json = DESCRIPTION) -> Iterator[Operation]:
    for path, item in description["paths"].items():
        for method, described in item.items():
            if method != "parameters":
                yield Operation(method.upper(), path, described)


def resolved(node: Json, description: Json = DESCRIPTION) -> Json:
    """What a reference leads to; anything else is itself."""
    while "$ref" in node:
        target: Any = description
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def validator(schema: Json, description: Json = DESCRIPTION) -> Draft202012Validator:
    """A judge of values; references lead into the description."""
    return Draft202012Validator({**schema, "components": description["components"]})


def sealed() -> Json:
    """The description with answers that may hold nothing but what it names."""
    description = deepcopy(DESCRIPTION)
    for name, schema in description["components"]["schemas"].items():
        if not name.endswith(SENT):
            seal(schema)
    for operation in operations(description):
        seal(operation.described["responses"])
    seal(description["components"]["responses"])
    return description


def seal(node: Any) -> None:
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        seal(inner)
    if isinstance(node, dict) and isinstance(node.get("properties"), dict) and node.get("type") == "object":
        node.setdefault("additionalProperties", False)


def examples(media: Json) -> Iterator[Any]:
    """The examples of a body, the usual one first."""
    if "example" in media:
        yield media["example"]
    yield from (example["value"] for example in media.get("examples", {}).values())
