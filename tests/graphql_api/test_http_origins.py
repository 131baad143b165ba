"""Pages of other origins: what a browser lets them read is set by GATEWAY_CORS_ORIGINS, and nothing that a browser
sends for them unasked ever runs."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.gateway import Client, Gateway

APP = "https://app.example.com"
OTHER = "https://evil.example.net"
NAME = {"query": "{ tenant { name } }"}
CREATE = json.dumps(
    {"query": 'mutation { createAccount(accountNumber: "A-1", input: {openBalance: {name: "A"}}) { created } }'}
)
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
    assert {"x-api-key", "content-type"} <= set(allowed["access-control-allow-headers"].lower().split(", "))
    assert response.headers[ALLOW_ORIGIN] == origin
    assert response.headers["access-control-expose-headers"] == "X-Request-Id, Content-Disposition, Content-Range, ETag"
    assert "Origin" in response.headers["vary"]
    assert "access-control-allow-credentials" not in response.headers


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


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_what_a_page_may_post_without_asking_is_refused_even_with_a_key(
    closed: Client, content_type: str
) -> None:
    headers = {"origin": OTHER, "content-type": content_type, **closed.headers}
    response = await closed.gateway.http.post("/graphql", content=CREATE, headers=headers)

    assert response.status_code == 415
    assert await closed.only('{ account(accountNumber: "A-1") { id } }') is None


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
