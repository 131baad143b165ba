"""Pages of other origins: what a browser lets them read is set by GATEWAY_CORS_ORIGINS, and nothing that a browser
sends for them unasked ever runs: tests/access/test_unasked.py."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway import Client, Gateway

APP = "https://app.example.com"
OTHER = "https://evil.example.net"
NAME = {"query": "{ tenant { name } }"}
SAFELISTED = {"accept", "accept-language", "content-language"}  # a browser sends these to anyone
ALLOW_ORIGIN = "access-control-allow-origin"


@pytest.fixture
async def closed(sqlite_url: str) -> AsyncIterator[Client]:
    """A caller of a gateway whose origins are left at the default."""
    async with Gateway(sqlite_url) as gateway:
        yield await gateway.tenant()


@pytest.fixture
async def opened(sqlite_url: str) -> AsyncIterator[Client]:
    """A caller of a gateway that two origins may call."""
    async with Gateway(sqlite_url, cors_origins=f"{APP}, http://localhost:3000") as gateway:
        yield await gateway.tenant()


async def preflight(client: Client, origin: str, headers: str = "x-api-key,content-type") -> dict[str, str]:
    """The CORS headers of the answer to a browser that asks whether it may send a POST."""
    asked = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": headers}
    response = await client.gateway.http.options("/graphql", headers=asked)
    return {name: value for name, value in response.headers.items() if name.startswith("access-control")}


async def test_no_other_origin_may_read_answers_by_default(closed: Client) -> None:
    response = await closed.post(NAME, origin=APP)

    assert response.json()["data"] == {"tenant": {"name": "acme"}}  # the key is what counts; the browser keeps it back
    assert [name for name in response.headers if name.startswith("access-control")] == []
    assert await preflight(closed, APP) == {}


@pytest.mark.parametrize("origin", [APP, "http://localhost:3000"])
async def test_an_allowed_origin_may_send_a_key_and_read_the_answer(opened: Client, origin: str) -> None:
    allowed = await preflight(opened, origin)
    response = await opened.post(NAME, origin=origin)

    assert allowed[ALLOW_ORIGIN] == origin
    assert allowed["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH"
    assert set(allowed["access-control-allow-headers"].lower().split(", ")) == SAFELISTED | {
        "x-api-key", "content-type", "if-none-match", "range", "x-request-id", "x-gateway-cost",
        "idempotency-key",
    }  # fmt: skip
    assert response.headers[ALLOW_ORIGIN] == origin
    assert (
        response.headers["access-control-expose-headers"]
        == "X-Request-Id, Content-Disposition, Content-Range, ETag, Retry-After, Idempotent-Replayed"
    )
    assert "access-control-allow-credentials" not in {**allowed, **response.headers}


@pytest.mark.parametrize(
    ("method", "headers", "reason"),
    [
        ("DELETE", "x-api-key", "method"),
        ("POST", "x-api-key,authorization", "headers"),
        ("POST", "cookie", "headers"),
        ("DELETE", "x-evil", "method, headers"),
    ],
)
async def test_an_allowed_origin_is_refused_methods_and_headers_that_nothing_here_takes(
    opened: Client, method: str, headers: str, reason: str
) -> None:
    asked = {"origin": APP, "access-control-request-method": method, "access-control-request-headers": headers}
    response = await opened.gateway.http.options("/graphql", headers=asked)

    assert (response.status_code, response.text) == (400, f"Disallowed CORS {reason}")
    assert response.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH"


@pytest.mark.parametrize("origin", [APP, OTHER, None])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/graphql", "/openapi.json", "/pages/assets/none.js", "/nowhere"])
async def test_no_cache_gives_one_origin_the_answer_to_another(
    opened: Client, origin: str | None, method: str, path: str
) -> None:
    asked = {} if origin is None else {"origin": origin, "access-control-request-method": "GET"}
    response = await opened.gateway.http.request(method, path, headers=asked)

    assert "Origin" in response.headers["vary"].split(", ")


async def test_a_preflights_answer_has_an_id_and_the_headers_of_every_answer(opened: Client) -> None:
    asked = {"origin": APP, "access-control-request-method": "POST"}
    response = await opened.gateway.http.options("/graphql", headers=asked)

    assert (response.status_code, response.headers["x-content-type-options"]) == (200, "nosniff")
    assert len(response.headers["x-request-id"]) == 16


@pytest.mark.parametrize("origin", [OTHER, f"{APP}.evil.example.net", "http://app.example.com", "null", f"{APP}:8443"])
async def test_an_origin_that_is_not_named_is_told_nothing(opened: Client, origin: str) -> None:
    response = await opened.post(NAME, origin=origin)

    assert ALLOW_ORIGIN not in await preflight(opened, origin)
    assert ALLOW_ORIGIN not in response.headers


async def test_an_allowed_origin_may_read_refusals_too(opened: Client) -> None:
    stranger = opened.gateway.stranger()
    response = await stranger.post(NAME, origin=APP)

    assert (response.status_code, response.headers[ALLOW_ORIGIN]) == (401, APP)


async def test_every_origin_may_be_allowed_and_still_needs_a_key(sqlite_url: str) -> None:
    async with Gateway(sqlite_url, cors_origins="*") as gateway:
        acme = await gateway.tenant()
        response = await acme.post(NAME, origin=OTHER)

        assert response.headers[ALLOW_ORIGIN] == "*"
        assert "access-control-allow-credentials" not in response.headers
        assert (await gateway.stranger().post(NAME, origin=OTHER)).status_code == 401


@pytest.mark.parametrize("carrier", ["cookie", "authorization", "query", "body"])
async def test_a_key_counts_in_its_own_header_alone_which_no_page_sends_unasked(closed: Client, carrier: str) -> None:
    key = str(closed.api_key)
    headers = {
        "cookie": {"cookie": f"X-API-Key={key}"},
        "authorization": {"authorization": f"Bearer {key}"},
    }.get(carrier, {})
    response = await closed.gateway.http.post(
        "/graphql",
        json={**NAME, **({"X-API-Key": key} if carrier == "body" else {})},
        params={"X-API-Key": key} if carrier == "query" else {},
        headers=headers,
    )

    assert response.status_code == 401


async def test_a_page_cannot_query_by_an_address_alone(closed: Client) -> None:
    response = await closed.gateway.http.get("/graphql", params=NAME, headers={"origin": OTHER})

    assert response.status_code == 401
