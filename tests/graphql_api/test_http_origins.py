"""Pages of other origins: what a browser lets them read is set by GATEWAY_CORS_ORIGINS, and nothing that a browser
sends for them unasked ever runs: tests/graphql_api/test_csrf.py."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway import Client, Gateway

APP = "https://app.example.com"
OTHER = "https://evil.example.net"
NAME = {"query": "{ tenant { name } }"}
# What tracing, client libraries and their developers send along.
SENT = (
    "x-api-key,content-type,authorization,traceparent,tracestate,baggage,sentry-trace,apollographql-client-name,"
    "apollographql-client-version,apollo-require-preflight,x-apollo-operation-name,cache-control,if-match,if-none-match,"
    "idempotency-key,x-gateway-cost,x-request-id,range,x-datadog-trace-id,x-of-our-own"
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
    assert allowed["access-control-allow-headers"] == "x-api-key,content-type"
    assert response.headers[ALLOW_ORIGIN] == origin
    assert (
        response.headers["access-control-expose-headers"]
        == "X-Request-Id, Content-Disposition, Content-Encoding, Content-Range, Accept-Ranges, ETag, Retry-After, "
        "X-Ignored-Fields, X-Import-Id, X-Change-Cursor, Idempotent-Replayed"
    )
    assert "access-control-allow-credentials" not in {**allowed, **response.headers}


@pytest.mark.parametrize("path", ["/graphql", "/api/v1/ingest/accounts/A"])
@pytest.mark.parametrize("headers", [SENT, *SENT.split(",")])
async def test_an_allowed_origin_may_send_each_header_that_its_preflight_asks_for(
    opened: Client, path: str, headers: str
) -> None:
    asked = {"origin": APP, "access-control-request-method": "POST", "access-control-request-headers": headers}
    response = await opened.gateway.http.options(path, headers=asked)

    assert (response.status_code, response.headers[ALLOW_ORIGIN]) == (200, APP)
    assert response.headers["access-control-allow-headers"] == headers


async def test_an_allowed_origin_may_call_a_private_network(opened: Client) -> None:
    asked = {"origin": APP, "access-control-request-method": "POST", "access-control-request-private-network": "true"}
    response = await opened.gateway.http.options("/graphql", headers=asked)

    assert (response.status_code, response.headers["access-control-allow-private-network"]) == (200, "true")


async def test_an_allowed_origin_is_refused_a_method_that_nothing_here_takes(opened: Client) -> None:
    asked = {"origin": APP, "access-control-request-method": "DELETE", "access-control-request-headers": SENT}
    response = await opened.gateway.http.options("/graphql", headers=asked)

    assert (response.status_code, response.text) == (400, "Disallowed CORS method")
    assert response.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH"


LOCAL = "http://localhost:*, http://127.0.0.1:*, http://[::1]:*, https://app.localhost:*"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:5173", True),
        ("http://localhost:1", True),
        ("http://localhost", True),
        ("http://127.0.0.1:3000", True),
        ("http://[::1]:3000", True),
        ("http://[::1]", True),
        ("https://app.localhost:4443", True),
        ("https://localhost:5173", False),
        ("http://localhost:5173/", False),
        ("http://localhost:port", False),
        ("http://localhost:", False),
        ("http://localhost:*", True),  # no browser sends it
        ("http://localhost.example.net:5173", False),
        ("http://evil.example.net:80", False),
        ("http://app.localhost:4443", False),
        ("http://127.0.0.2:3000", False),
        ("null", False),
        ("", False),
    ],
)
async def test_any_port_of_localhost_may_be_allowed(sqlite_url: str, origin: str, allowed: bool) -> None:
    async with Gateway(sqlite_url, cors_origins=LOCAL) as gateway:
        acme = await gateway.tenant()
        answered = (await acme.post(NAME, origin=origin)).headers.get(ALLOW_ORIGIN)
        preflighted = (await preflight(acme, origin)).get(ALLOW_ORIGIN)

    assert (answered, preflighted) == ((origin, origin) if allowed else (None, None))


def reports(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "app.middleware.cors"]


@pytest.mark.parametrize("path", ["/graphql", "/api/v1/ingest/accounts/A", "/nowhere"])
@pytest.mark.parametrize("cors", ["", APP])
async def test_an_origin_that_is_refused_is_logged_once_with_the_setting_that_names_origins(
    sqlite_url: str, cors: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = "https://shop.example.org"
    async with Gateway(sqlite_url, cors_origins=cors) as gateway:
        for origin in (OTHER, other, OTHER, "null", "null"):
            asked = {"origin": origin, "access-control-request-method": "POST"}
            await gateway.http.options(path, headers=asked)
        await gateway.http.get(path, headers={"origin": other, "sec-fetch-site": "cross-site"})

    assert reports(caplog) == [
        f"Pages of the origin '{OTHER}' may not call: GATEWAY_CORS_ORIGINS does not name it.",
        f"Pages of the origin '{other}' may not call: GATEWAY_CORS_ORIGINS does not name it.",
        "A page without an origin, such as one opened from a file, may not call: GATEWAY_CORS_ORIGINS cannot name it. "
        "Serve the page from an address.",
    ]


async def test_a_page_that_only_reads_an_open_address_is_logged_too(
    closed: Client, caplog: pytest.LogCaptureFixture
) -> None:
    await closed.gateway.http.get("/openapi.json", headers={"origin": OTHER})

    assert reports(caplog) == [f"Pages of the origin '{OTHER}' may not call: GATEWAY_CORS_ORIGINS does not name it."]


@pytest.mark.parametrize("cors", ["", APP])
async def test_nothing_is_logged_of_programs_of_own_pages_and_of_origins_that_are_named(
    sqlite_url: str, cors: str, caplog: pytest.LogCaptureFixture
) -> None:
    own = {"origin": "https://gateway", "sec-fetch-site": "same-origin"}
    named = {"origin": APP, "sec-fetch-site": "cross-site", "access-control-request-method": "POST"}
    async with Gateway(sqlite_url, cors_origins=cors) as gateway:
        for path in ("/graphql", "/openapi.json", "/api/v1/ingest/accounts/A"):
            for headers in ({}, {"origin": "http://gateway"}, own, *([named] if cors else [])):
                await gateway.http.get(path, headers=headers)
                await gateway.http.options(path, headers=headers)

    assert reports(caplog) == []


async def test_strangers_cannot_fill_the_log_with_origins(closed: Client, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(150):
        await closed.gateway.http.options("/graphql", headers={"origin": f"https://{number}{'x' * 300}"})

    assert len(reports(caplog)) == 100
    assert max(map(len, reports(caplog))) < 300


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
