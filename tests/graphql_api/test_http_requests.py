"""GraphQL over HTTP, the requests: which are taken, which refused, with which status and words."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.gateway import Client, Gateway

NAME = "{ tenant { name } }"
NAMED = {"data": {"tenant": {"name": "acme"}}}
CREATE = 'mutation { createAccount(accountNumber: "A-1", input: {openBalance: {name: "A"}}) { created } }'
TWO = "query One { tenant { name } } query Two { tenant { products } }"


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_url: str) -> str:
    """Transport is the same on every database; what a database does to answers has its own tests."""
    return sqlite_url


async def sent(acme: Client, content: bytes, **headers: str) -> httpx.Response:
    """A POST of these very bytes."""
    all_headers = {"content-type": "application/json", **acme.headers} | headers
    return await acme.gateway.http.post("/graphql", content=content, headers=all_headers)


async def got(acme: Client, **parameters: str) -> httpx.Response:
    return await acme.gateway.http.get("/graphql", params=parameters, headers=acme.headers)


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of a request that was refused for one reason."""
    answer = response.json()
    assert set(answer) == {"errors"}, answer
    (error,) = answer["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


async def test_a_query_is_taken_by_post(acme: Client) -> None:
    response = await acme.post({"query": NAME})

    assert (response.status_code, response.json()) == (200, NAMED)


async def test_a_query_is_taken_by_get(acme: Client) -> None:
    response = await got(acme, query=NAME)

    assert (response.status_code, response.json()) == (200, NAMED)


async def test_variables_and_the_operation_name_come_with_post(acme: Client) -> None:
    text = "query A($is: Boolean!) { tenant { name @include(if: $is) products @skip(if: $is) } } query B { __typename }"
    response = await acme.post({"query": text, "operationName": "A", "variables": {"is": True}})

    assert response.json() == NAMED


async def test_variables_and_the_operation_name_come_with_get(acme: Client) -> None:
    text = "query A($is: Boolean!) { tenant { name @include(if: $is) products @skip(if: $is) } } query B { __typename }"
    response = await got(acme, query=text, operationName="A", variables='{"is": true}', extensions="{}")

    assert response.json() == NAMED


@pytest.mark.parametrize("empty", [{"operationName": None}, {"variables": None}, {"extensions": None}, {"unknown": 1}])
async def test_parameters_that_are_null_or_unknown_are_as_good_as_absent(acme: Client, empty: dict[str, Any]) -> None:
    assert (await acme.post({"query": NAME, **empty})).json() == NAMED


async def test_an_empty_operation_name_is_as_good_as_none(acme: Client) -> None:
    assert (await acme.post({"query": NAME, "operationName": ""})).json() == NAMED


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The request is no JSON."),
        (b"{", "The request is no JSON."),
        (b'{"query": "{ tenant { name } }",}', "The request is no JSON."),
        (b"{'query': '{ tenant { name } }'}", "The request is no JSON."),
        (b'\xef\xbb\xbf\xef\xbb\xbf{"query": "{ tenant { name } }"}', "The request is no JSON."),
        (b'{"query": "{ tenant { name } }"}\xef\xbb\xbf', "The request is no JSON."),
        (b'{"query": "{ tenant { name } }", "variables": {"n": NaN}}', "The request is no JSON."),
        (b'{"query": "{ tenant { name } }", "variables": {"n": -Infinity}}', "The request is no JSON."),
        (b"[" * 100_000, "The request is no JSON."),
        (b'{"a":' * 100_000, "The request is no JSON."),
        (b"[" * 101 + b"]" * 101, "The request is nested deeper than 100 levels."),
        (b'{"variables": {"n": 1e9999999999999999999}}', "A number in the request has an exponent of too many digits."),
        (b'{"query": "\xff"}', "The body is not UTF-8."),
        ('{"query": "{ tenant { name } }"}'.encode("utf-16"), "The body is not UTF-8."),
        (b"null", "The request must be one JSON object; batches are not taken."),
        (b'"x"', "The request must be one JSON object; batches are not taken."),
        (b"1", "The request must be one JSON object; batches are not taken."),
        (b"true", "The request must be one JSON object; batches are not taken."),
        (b"[]", "The request must be one JSON object; batches are not taken."),
        (b'[{"query": "{ tenant { name } }"}]', "The request must be one JSON object; batches are not taken."),
        (b"{}", "The request needs a 'query': the text of an operation."),
        (b'{"query": null}', "The request needs a 'query': the text of an operation."),
        (b'{"query": 1}', "The request needs a 'query': the text of an operation."),
        (b'{"query": ["{ tenant { name } }"]}', "The request needs a 'query': the text of an operation."),
        (b'{"query": " \\n "}', "The request needs a 'query': the text of an operation."),
        (b'{"query": "{ tenant { name } }", "variables": []}', "'variables' must be an object."),
        (b'{"query": "{ tenant { name } }", "variables": 0}', "'variables' must be an object."),
        (b'{"query": "{ tenant { name } }", "variables": "{}"}', "'variables' must be an object."),
        (b'{"query": "{ tenant { name } }", "operationName": 0}', "'operationName' must be a string."),
        (b'{"query": "{ tenant { name } }", "operationName": ["a"]}', "'operationName' must be a string."),
        (b'{"query": "{ tenant { name } }", "extensions": 0}', "'extensions' must be an object."),
        (b'{"query": "{ tenant { name } }", "extensions": false}', "'extensions' must be an object."),
        (b'{"query": "{ tenant { name } }", "extensions": "{}"}', "'extensions' must be an object."),
    ],
)
async def test_a_body_that_is_no_graphql_request_is_refused_with_the_reason(
    acme: Client, body: bytes, message: str
) -> None:
    assert refusal(await sent(acme, body)) == (400, "BAD_REQUEST", message)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "The request needs a 'query': the text of an operation."),
        ({"query": ""}, "The request needs a 'query': the text of an operation."),
        ({"query": NAME, "variables": "x"}, "'variables': The request is no JSON."),
        ({"query": NAME, "variables": "[]"}, "'variables' must be an object."),
        ({"query": NAME, "variables": "1e9999999999999999999"},
         "'variables': A number in the request has an exponent of too many digits."),
        ({"query": NAME, "extensions": "1"}, "'extensions' must be an object."),
    ],
)  # fmt: skip
async def test_an_address_that_is_no_graphql_request_is_refused_with_the_reason(
    acme: Client, parameters: dict[str, str], message: str
) -> None:
    assert refusal(await got(acme, **parameters)) == (400, "BAD_REQUEST", message)


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        ("text/plain", "Send the request as application/json, not as 'text/plain'."),
        ("application/x-www-form-urlencoded", "Send the request as application/json, not as "
         "'application/x-www-form-urlencoded'."),
        ("application/graphql", "Send the request as application/json, not as 'application/graphql'."),
        ("application/graphql-response+json", "Send the request as application/json, not as "
         "'application/graphql-response+json'."),
        ("", "Send the request as application/json, not as ''."),
        ("application/json; charset=utf-16", "Send the request in UTF-8, not in 'utf-16'."),
        ('application/json; charset="latin-1"', "Send the request in UTF-8, not in 'latin-1'."),
    ],
)  # fmt: skip
async def test_any_other_content_type_is_refused(acme: Client, content_type: str, message: str) -> None:
    response = await sent(acme, json.dumps({"query": NAME}).encode(), **{"content-type": content_type})

    assert refusal(response) == (415, "BAD_REQUEST", message)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
async def test_json_may_name_its_character_set(acme: Client, content_type: str) -> None:
    response = await sent(acme, json.dumps({"query": NAME}).encode(), **{"content-type": content_type})

    assert response.json() == NAMED


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "deflate", "zstd", "identity, gzip", "x" * 300])
async def test_a_compressed_body_is_refused_with_the_name_of_its_coding(acme: Client, coding: str) -> None:
    files = {"operations": (None, json.dumps({"query": CREATE})), "map": (None, "{}")}
    headers = {**acme.headers, "content-encoding": coding}
    for response in (
        await sent(acme, gzip.compress(json.dumps({"query": CREATE}).encode()), **headers),
        await sent(acme, json.dumps({"query": CREATE}).encode(), **headers),
        await acme.gateway.http.post("/graphql", files=files, headers=headers),
    ):
        taken = f"The body has the Content-Encoding '{coding[:100]}', which is not taken: send it uncompressed."
        assert refusal(response) == (415, "BAD_REQUEST", taken)
        assert response.headers["accept-encoding"] == "identity"
    assert await acme.only('{ account(accountNumber: "A-1") { id } }') is None


@pytest.mark.parametrize("coding", ["identity", "Identity", "", " identity , identity"])
async def test_a_body_that_is_sent_as_it_is_may_say_so(acme: Client, coding: str) -> None:
    response = await sent(acme, json.dumps({"query": NAME}).encode(), **{"content-encoding": coding})

    assert response.json() == NAMED


async def test_a_stranger_is_told_so_before_the_coding_of_a_body(acme: Client) -> None:
    stranger = acme.gateway.stranger()
    response = await sent(stranger, gzip.compress(b"{}"), **{"content-encoding": "gzip"})

    assert refusal(response)[:2] == (401, "UNAUTHENTICATED")


async def test_a_byte_order_mark_before_json_is_skipped(acme: Client) -> None:
    mark = "\ufeff"
    text = "query($a: String!) { account(accountNumber: $a) { name } }"
    whole = json.dumps({"query": text, "variables": {"a": f"{mark}A"}}, ensure_ascii=False)
    answers = [
        await sent(acme, f"{mark}{whole}".encode()),
        await sent(acme, f"{mark} \n{whole}".encode(), **{"content-type": "application/json; charset=utf-8"}),
        await got(acme, query=f"{mark}{text}", variables=f'{mark}{{"a": "A"}}', extensions=f"{mark}{{}}"),
        await acme.gateway.http.post(
            "/graphql",
            files={"operations": (None, f"{mark}{whole}"), "map": (None, f"{mark}{{}}")},
            headers=acme.headers,
        ),
    ]

    assert [answer.json() for answer in answers] == [{"data": {"account": None}}] * 4


async def test_a_body_of_the_largest_size_is_taken_and_one_byte_more_is_not(sqlite_url: str) -> None:
    async with Gateway(sqlite_url, max_body_bytes=1024) as gateway:
        acme = await gateway.tenant()
        largest = json.dumps({"query": NAME}).encode().ljust(1024)

        assert (await sent(acme, largest)).json() == NAMED
        assert refusal(await sent(acme, largest + b" ")) == (
            413,
            "BAD_REQUEST",
            "The body is larger than 1024 bytes: send less at once.",
        )


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_mutation_that_comes_by_another_method_than_post_is_refused_and_does_not_run(
    acme: Client, method: str
) -> None:
    response = await acme.gateway.http.request(method, "/graphql", params={"query": CREATE}, headers=acme.headers)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert await acme.only('{ account(accountNumber: "A-1") { id } }') is None


async def test_a_mutation_by_get_is_told_to_use_post(acme: Client) -> None:
    assert refusal(await got(acme, query=CREATE)) == (
        405,
        "BAD_REQUEST",
        "A GET request may only query: send mutations by POST.",
    )


async def test_the_query_of_a_text_that_holds_a_mutation_too_may_come_by_get(acme: Client) -> None:
    text = f"query Name {NAME} {CREATE.replace('mutation', 'mutation Create', 1)}"

    assert (await got(acme, query=text, operationName="Name")).json() == NAMED
    assert (await got(acme, query=text, operationName="Create")).status_code == 405
    assert await acme.only('{ account(accountNumber: "A-1") { id } }') is None


async def test_of_several_operations_one_must_be_named(acme: Client) -> None:
    assert (await acme.post({"query": TWO, "operationName": "One"})).json() == NAMED
    assert await acme.error_codes(TWO) == ["BAD_USER_INPUT"]
    assert (await acme.run(TWO))["errors"][0]["message"] == (
        "The text holds no operation, or several: then operationName must say which."
    )


async def test_an_operation_name_that_is_not_in_the_text_is_refused(acme: Client) -> None:
    response = await acme.post({"query": TWO, "operationName": "Three"})

    assert refusal(response) == (200, "BAD_USER_INPUT", "There is no operation named 'Three' in the text.")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_not_allowed(acme: Client, method: str) -> None:
    response = await acme.gateway.http.request(method, "/graphql", json={"query": NAME}, headers=acme.headers)

    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("path", ["/graphql/x", "/graphq", "/redoc", "/api/graphql", "/%FF"])
async def test_nothing_else_is_there(acme: Client, path: str) -> None:
    for method in ("GET", "POST"):
        response = await acme.gateway.http.request(method, path, json={"query": NAME}, headers=acme.headers)
        assert (response.status_code, response.json()) == (
            404,
            {"error": "not_found", "message": "There is nothing at this address."},
        )
