"""GraphQL over HTTP, the answers: media type, status, headers, and the shape of errors."""

from typing import Any

import httpx
import pytest

from tests.gateway import Client

MODERN = "application/graphql-response+json"
PLAIN = "application/json"
NAME = "{ tenant { name } }"
NAMED = {"data": {"tenant": {"name": "acme"}}}
# what is refused as a whole: the request, the code, and its status in the newer media type
REFUSED_GRAPHQL = [
    ({"query": "{ tenant { name }"}, "GRAPHQL_PARSE_FAILED"),
    ({"query": "{ tenant { nom } }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "subscription { tenant }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "query A { __typename } query B { __typename }"}, "BAD_USER_INPUT"),
    ({"query": NAME, "operationName": "Nobody"}, "BAD_USER_INPUT"),
    ({"query": "query($n: Int!) { accounts(first: $n) { totalCount } }"}, "BAD_USER_INPUT"),
    ({"query": "{ accounts(first: 100000) { totalCount } }"}, "BAD_USER_INPUT"),
    ({"query": "{" + " ".join(f"n{n}: __typename" for n in range(1_001)) + "}"}, "QUERY_TOO_COMPLEX"),
]


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_url: str) -> str:
    """Transport is the same on every database; what a database does to answers has its own tests."""
    return sqlite_url


async def asked(acme: Client, accept: str | None, body: Any = None) -> httpx.Response:
    headers = {} if accept is None else {"accept": accept}
    request = acme.gateway.http.build_request(
        "POST", "/graphql", json=body or {"query": NAME}, headers={**acme.headers, **headers}
    )
    if accept is None:
        del request.headers["accept"]  # httpx's own
    return await acme.gateway.http.send(request)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, PLAIN),
        ("", PLAIN),
        ("*/*", PLAIN),
        ("application/*", PLAIN),
        (PLAIN, PLAIN),
        (MODERN, MODERN),
        (MODERN.upper(), MODERN),
        (f"{MODERN}; charset=utf-8", MODERN),
        (f"{MODERN}, {PLAIN};q=0.9, */*;q=0.8", MODERN),
        (f"{PLAIN}, {MODERN}", MODERN),
        (f"{PLAIN}, {MODERN};q=0.5", PLAIN),
        (f"{PLAIN};q=0.1, {MODERN};q=0.5", MODERN),
        (f"{MODERN};q=0", PLAIN),
        (f"{MODERN};q=rubbish", MODERN),
        ("image/png", PLAIN),
        ("text/html", PLAIN),
    ],
)
async def test_the_answer_comes_in_the_media_type_that_is_wanted_most(
    acme: Client, accept: str | None, expected: str
) -> None:
    response = await asked(acme, accept)

    assert response.headers["content-type"] == f"{expected}; charset=utf-8"
    assert response.json() == NAMED


@pytest.mark.parametrize(("body", "code"), REFUSED_GRAPHQL)
async def test_refused_graphql_is_400_in_the_newer_media_type_and_200_in_plain_json(
    acme: Client, body: dict[str, str], code: str
) -> None:
    newer, plain = await asked(acme, MODERN, body), await asked(acme, PLAIN, body)

    assert (newer.status_code, plain.status_code) == (400, 200)
    assert newer.json() == plain.json()
    assert [error["extensions"] for error in plain.json()["errors"]] == [{"code": code}]
    assert "data" not in plain.json()


@pytest.mark.parametrize("accept", [PLAIN, MODERN, "*/*"])
@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"content": b"{"}, 400, "BAD_REQUEST"),
        ({"content": b"[]"}, 400, "BAD_REQUEST"),
        ({"content": b'{"query": "{ __typename }"}', "headers": {"content-type": "text/plain"}}, 415, "BAD_REQUEST"),
        ({"content": b" " * (10 * 2**20 + 1)}, 413, "BAD_REQUEST"),
        ({"content": b'{"query": "{ __typename }"}', "headers": {"x-api-key": "igk_nobody"}}, 401, "UNAUTHENTICATED"),
        ({"content": b"rubbish", "headers": {"x-api-key": ""}}, 401, "UNAUTHENTICATED"),
    ],
)
async def test_a_refused_request_has_its_status_in_every_media_type(
    acme: Client, accept: str, sent: dict[str, Any], status: int, code: str
) -> None:
    headers = {"content-type": PLAIN, "accept": accept, "x-api-key": str(acme.api_key), **sent.get("headers", {})}
    response = await acme.gateway.http.post("/graphql", content=sent["content"], headers=headers)

    assert response.status_code == status
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == [code]


@pytest.mark.parametrize("accept", [PLAIN, MODERN])
async def test_without_a_key_the_answer_is_401_and_says_what_to_send(acme: Client, accept: str) -> None:
    stranger = acme.gateway.stranger()
    response = await stranger.post({"query": NAME}, accept=accept)

    assert (response.status_code, response.json()) == (
        401,
        {"errors": [{"message": "Send an API key as X-API-Key.", "extensions": {"code": "UNAUTHENTICATED"}}]},
    )


@pytest.mark.parametrize("key", ["igk_nobody", "x" * 10_000, "é", "' OR 1=1 --"])
async def test_an_unknown_key_is_401_and_is_not_repeated(acme: Client, key: str) -> None:
    response = await acme.gateway.http.post("/graphql", json={"query": NAME}, headers=[(b"x-api-key", key.encode())])

    message = "The X-API-Key header holds no key of this server."
    assert (response.status_code, response.json()["errors"][0]["message"]) == (401, message)
    assert key not in response.text


@pytest.mark.parametrize("accept", [PLAIN, MODERN])
async def test_a_read_only_key_gets_200_forbidden_at_the_field_that_would_write(acme: Client, accept: str) -> None:
    reader = await acme.gateway.reader()
    text = 'mutation { made: createAccount(accountNumber: "A-1", input: {openBalance: {name: "A"}}) { created } }'
    response = await reader.post({"query": text}, accept=accept)

    assert (response.status_code, response.json()) == (
        200,
        {
            "data": {"made": None},
            "errors": [
                {
                    "message": "This key may only read.",
                    "locations": [{"line": 1, "column": 12}],
                    "path": ["made"],
                    "extensions": {"code": "FORBIDDEN"},
                }
            ],
        },
    )
    assert await reader.only('{ account(accountNumber: "A-1") { id } }') is None


async def test_an_error_tells_where_in_the_text_and_where_in_the_answer(acme: Client) -> None:
    answer = await acme.run("query {\n  all: accounts(first: 5, last: 5) { totalCount }\n}")

    assert answer == {
        "errors": [
            {
                "message": "first and last exclude each other: ask for a page from one end.",
                "locations": [{"line": 2, "column": 3}],
                "path": ["all"],
                "extensions": {"code": "BAD_USER_INPUT"},
            }
        ]
    }


async def test_every_fault_of_a_text_is_told_at_once(acme: Client) -> None:
    assert await acme.error_codes("{ tenant { a b c } nobody }") == ["GRAPHQL_VALIDATION_FAILED"] * 4


async def test_every_fault_of_the_variables_is_told_at_once(acme: Client) -> None:
    text = "query($n: Int!, $f: AccountFilter) { accounts(first: $n, filter: $f) { totalCount } }"

    assert await acme.error_codes(text, n="5", f={"name": {"eq": 5}, "nom": {}}) == ["BAD_USER_INPUT"] * 3


async def test_every_fault_of_arguments_is_told_at_once(acme: Client) -> None:
    text = "{ a: accounts(first: -1) { totalCount } b: accounts { nodes { notes(last: 1001) { totalCount } } } }"
    answer = await acme.run(text)

    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["a"], "BAD_USER_INPUT"),
        (["b", "nodes", "notes"], "BAD_USER_INPUT"),
    ]


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"])
async def test_a_browser_that_opens_the_address_gets_the_page_without_a_key(acme: Client, accept: str) -> None:
    response = await acme.gateway.http.get("/graphql", headers={"accept": accept})

    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert response.headers["vary"] == "Accept"
    assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_a_query_in_the_address_is_run_whatever_the_browser_accepts(acme: Client) -> None:
    headers = {"accept": "text/html", **acme.headers}
    response = await acme.gateway.http.get("/graphql", params={"query": NAME}, headers=headers)

    assert (response.headers["content-type"], response.json()) == (f"{PLAIN}; charset=utf-8", NAMED)


async def test_a_post_never_gets_the_page(acme: Client) -> None:
    assert (await acme.post({"query": NAME}, accept="text/html")).json() == NAMED


async def test_a_head_request_is_answered_like_a_get_without_the_body(acme: Client) -> None:
    http = acme.gateway.http
    page = await http.head("/graphql", headers={"accept": "text/html"})
    answer = await http.head("/graphql", params={"query": NAME}, headers=acme.headers)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{PLAIN}; charset=utf-8")


async def test_answers_are_utf_8(acme: Client) -> None:
    name = "Ünïcødé 漢字 🧾 \u2028"
    await acme.query(
        'mutation($n: String!) { createAccount(accountNumber: "A-1", input: {openBalance: {name: $n}}) { created } }',
        n=name,
    )
    response = await acme.post({"query": '{ account(accountNumber: "A-1") { name } }'})

    assert name.encode() in response.content
    assert response.json() == {"data": {"account": {"name": name}}}
