"""The OpenAPI description: it is well formed, and says of every address and every field what the code says."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from app.domain.bodies import read_body
from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import PRODUCT_TITLES, Product, Requirement, Resource
from app.domain.fields import Field
from app.domain.requirements import is_empty
from app.domain.resources import RESOURCES
from app.middleware.requests import parse_json
from app.rest_api.answers import rest_name
from app.rest_api.names import ADDRESSED
from app.rest_api.openapi.bodies import OBJECTS
from app.rest_api.paths import RawMount, RawRouter
from tests.gateway import Gateway
from tests.rest_api.description import DESCRIPTION, SCHEMAS, Json, examples, operations, resolved, validator

# JSON of every type, of every form that some field takes, and of forms near them.
POOL = """
null "" " " "x" 0 1 2 3 4 -1 1.5 true false "true" [] {} [{}] [1] {"a": 1} [null]
"USD" "usd" "US" "UK" "en" "EN" "2026-05-12" "12.05.2026" "2026-05-12T14:00:00Z" "2026-05-12T14:00:00.5+02:00" "14:00"
"1.5" "1,5" "-0001.50000" "1.23456" "1.234" "1e3" "+1" "123456789012345" "1234567890123456" 1234567890123456 "0001234"
2147483648 "invoice" "credit_note" "Invoice" "Credit Memo" "E" "X" "paid" "lost" "a@b.example" "a@b" "a b@c.example"
{"collections":{}} {"collections":null} {"collections":1} {"collections":{"a":1,"b":true,"c":"","d":"2026-05-12"}}
{"collections":{"a":[]}} {"collections":{"":1}} {"collections":{"a":1234567890123456}} {"other":1}
"""
LENGTHS = (15, 16, 30, 31, 45, 46, 50, 51, 100, 101, 200, 201, 254, 255, 256, 10_000, 10_001)


def pool() -> Iterator[str]:
    decoder, text = json.JSONDecoder(), POOL.strip()
    while text:
        _, end = decoder.raw_decode(text)
        yield text[:end]
        text = text[end:].lstrip()
    for length in LENGTHS:
        yield json.dumps("x" * length)
        yield json.dumps("x" * (length - 12) + "@example.com")
    yield json.dumps({"collections": {"a": "x" * 255, "b" * 255: 1}})
    yield json.dumps({"collections": {"a": "x" * 256}})
    yield json.dumps({"collections": {"b" * 256: 1}})


def sent_fields() -> Iterator[tuple[str, Field]]:
    """Every field of every body, with the schema that holds it."""
    for resource in ADDRESSED:
        for field in RESOURCES[resource].fields:
            if field.name != RESOURCES[resource].key:
                yield f"{resource.capitalize()}Body", field
                yield f"{resource.capitalize()}Patch", field
                yield from inner_fields(field)
    yield from (("NoteBody", field) for field in RESOURCES[Resource.NOTE].fields)
    yield from (("ClosureBody", field) for field in CLOSURE)


def inner_fields(owner: Field) -> Iterator[tuple[str, Field]]:
    for field in owner.parts:
        yield f"{OBJECTS[owner.name]}Body", field
        yield from inner_fields(field)


def test_it_is_an_openapi_3_1_document() -> None:
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(DESCRIPTION)] == []
    for schema in SCHEMAS.values():
        jsonschema_rs.meta.validate(schema)
        validator(schema)


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    text = json.dumps(DESCRIPTION)
    for kind in ("schemas", "responses", "parameters", "headers"):
        for name in DESCRIPTION["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, name
    for reference in set(references(DESCRIPTION)):
        assert resolved({"$ref": reference}), reference


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict) and "$ref" in node:
        yield node["$ref"]
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from references(inner)


async def test_every_address_is_described_and_nothing_else(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        mounts = [route for route in gateway.app.routes if isinstance(route, RawMount) and route.first == "api"]
    routers = [mount.app for mount in mounts]
    routes = {
        (route.method, route.path) for router in routers if isinstance(router, RawRouter) for route in router.routes
    }

    assert len(routes) >= 26
    assert {(operation.method, operation.path) for operation in operations()} == routes


def test_each_operation_says_what_it_is_for_and_how_it_can_end() -> None:
    described = [operation.described for operation in operations()]
    tags = {tag["name"] for tag in DESCRIPTION["tags"]}

    assert len({operation["operationId"] for operation in described}) == len(described)
    for operation in described:
        assert operation["summary"]
        assert set(operation["tags"]) < tags
        assert {"401", "404", "500", "503"} < set(operation["responses"])
        assert ("requestBody" in operation) == ("413" in operation["responses"])
    assert DESCRIPTION["security"] == [{"ApiKey": []}]
    assert DESCRIPTION["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"


def test_each_write_of_a_resource_ends_as_the_contract_says() -> None:
    shared = {"400", "401", "403", "404", "412", "413", "415", "422", "429", "500", "503"}
    ends = {"POST": {"201", "409"}, "PUT": {"200", "201"}, "PATCH": {"200"}}
    for resource in ADDRESSED:
        path = f"/api/v1/ingest/{resource.plural}/{{{RESOURCES[resource].key}}}"
        found = {
            operation.method: set(operation.described["responses"])
            for operation in operations()
            if operation.path == path
        }
        assert found == {
            **{method: own | shared for method, own in ends.items()},
            "GET": {"200", "401", "404", "429", "500", "503"},
        }


def test_bodies_hold_every_field_of_the_catalogue_and_no_other() -> None:
    for resource in ADDRESSED:
        names = [rest_name(field) for field in RESOURCES[resource].fields if field.name != RESOURCES[resource].key]
        assert list(SCHEMAS[f"{resource.capitalize()}Body"]["properties"]) == names
        assert list(SCHEMAS[f"{resource.capitalize()}Patch"]["properties"]) == names
        assert "required" not in SCHEMAS[f"{resource.capitalize()}Patch"]
        assert set(names) < set(SCHEMAS[resource.capitalize()]["properties"])
    assert {name: SCHEMAS[f"{name}Body"]["required"] for name in ("Account", "Document", "Note", "Closure")} == {
        "Account": ["name"],
        "Document": ["account_number", "invoice_date", "due_date"],
        "Note": ["reference", "body"],
        "Closure": ["closure_reason"],
    }
    assert "required" not in SCHEMAS["RepresentativeBody"]
    assert "required" not in SCHEMAS["ContactBody"]
    assert len(SCHEMAS["InvoicingDetail"]["properties"]) == len(SCHEMAS["InvoicingDetailBody"]["properties"]) == 100


def test_each_field_tells_its_meaning_its_condition_and_what_each_product_makes_of_it() -> None:
    for owner, field in sent_fields():
        text = SCHEMAS[owner]["properties"][rest_name(field)]["description"]
        readers = {PRODUCT_TITLES[product] for product in Product if field.use(product) is not Requirement.NOT_READ}
        assert text.startswith(field.meaning), text
        assert {title for title in PRODUCT_TITLES.values() if title in text.removeprefix(field.meaning)} == readers, (
            text
        )
    properties = SCHEMAS["DocumentBody"]["properties"]
    assert properties["applies_to_invoice"]["description"].endswith(
        " Required when document_type is credit_note. Collections, Invoicing, Open Balance and CashApp AR need it then."
    )
    assert properties["branch_name"]["description"].endswith(
        " Invoicing and Open Balance need it when the seller bills as more than one entity."
    )


@pytest.mark.parametrize("owner", sorted({owner for owner, _ in sent_fields()}))
@pytest.mark.slow
def test_a_field_takes_what_the_server_takes_and_nothing_else(owner: str) -> None:
    fields = [field for name, field in sent_fields() if name == owner]
    judges = [(field, validator(SCHEMAS[owner]["properties"][rest_name(field)])) for field in fields]
    for text in pool():
        for field, judge in judges:
            required = field.base is Requirement.REQUIRED
            value = parse_json(text.encode())
            taken = not read_body((field,), {field.name: value})[1] and not (required and is_empty(value))
            assert judge.is_valid(json.loads(text)) == taken, (field.name, text[:80])


def test_every_example_is_valid() -> None:
    count = 0
    for operation in operations():
        parts = [operation.described.get("requestBody", {}), *map(resolved, operation.described["responses"].values())]
        for media in (media for part in parts for media in part.get("content", {}).values()):
            for example in examples(media):
                assert [error.message for error in validator(media["schema"]).iter_errors(example)] == [], operation
                count += 1
    for parameter in DESCRIPTION["components"]["parameters"].values():
        if parameter["in"] == "header":  # a page would fill in an example, and so make each write conditional
            assert "example" not in parameter
            continue
        assert validator(parameter["schema"]).is_valid(parameter.get("example", parameter["schema"].get("default")))
    assert count > 200


def test_every_json_body_has_an_example() -> None:
    for operation in operations():
        parts: list[Json] = [operation.described.get("requestBody", {})]
        parts += map(resolved, operation.described["responses"].values())
        for part in parts:
            for media_type, media in part.get("content", {}).items():
                assert media_type != "application/json" or list(examples(media)), operation


async def test_anyone_may_have_it_and_nobody_gets_a_stale_one(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        answer = await gateway.http.get("/openapi.json")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (answer.headers["cache-control"], answer.headers["content-encoding"]) == ("no-cache", "gzip")
    assert answer.json() == json.loads(json.dumps(DESCRIPTION))
