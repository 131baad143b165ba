"""Every answer of every address has a request id, and headers that keep a browser from guessing, keeping, framing or
passing on what it is not meant to."""

import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.middleware.request_context import IDS_PER_CALL, RequestContextMiddleware
from app.observability.instrumentation import Instrumentation
from app.rest_api.names import ROOT
from tests.gateway import Client, Gateway

PAGE = {"accept": "text/html"}
QUERY = {"query": "{ tenant { name } }"}
WRITE = {"query": 'mutation { createAccount(accountNumber: "A", input: {openBalance: {name: "A"}}) { created } }'}
CAREFUL = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; worker-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FRESH = {"cache-control": "no-cache"}
EDITOR = FRESH | {"content-security-policy": POLICY.format(styles=" 'unsafe-inline'")}
DOCS = FRESH | {"content-security-policy": POLICY.format(styles="")}
# a request, the status of its answer, and the headers that this answer sets by itself
ANSWERS: list[tuple[str, str, dict[str, Any], int, dict[str, str]]] = [
    ("GET", "/", {}, 200, {}),
    ("GET", "/", {"headers": PAGE}, 307, {}),
    ("HEAD", "/", {}, 200, {}),
    ("GET", "/healthz", {}, 200, {}),
    ("GET", "/readyz", {}, 200, {}),
    ("HEAD", "/healthz", {}, 200, {}),
    ("HEAD", "/readyz", {}, 200, {}),
    ("POST", "/readyz", {}, 405, {}),
    ("GET", "/nowhere", {}, 404, {}),
    ("GET", "/%FF", {}, 404, {}),
    ("GET", "/graphql", {"headers": PAGE}, 200, EDITOR),
    ("HEAD", "/graphql", {"headers": PAGE}, 200, EDITOR),
    ("GET", "/graphql/", {}, 307, {}),
    ("GET", "/graphql", {"params": QUERY}, 200, {}),
    ("GET", "/graphql", {"params": WRITE}, 405, {}),
    ("GET", "/graphql", {"params": QUERY, "headers": {"X-API-Key": ""}}, 401, {}),
    ("POST", "/graphql", {"json": QUERY}, 200, {}),
    ("POST", "/graphql", {"json": {}}, 400, {}),
    ("POST", "/graphql", {"content": b"{}"}, 415, {}),
    ("POST", "/graphql", {"content": b" " * 2000, "headers": {"content-type": "application/json"}}, 413, {}),
    ("PUT", "/graphql", {}, 405, {}),
    ("OPTIONS", "/graphql", {}, 405, {}),
    ("GET", "/graphql/examples.json", {}, 200, FRESH),
    ("GET", "/docs", {}, 200, DOCS),
    ("PUT", "/docs", {}, 405, {}),
    ("GET", "/openapi.json", {}, 200, FRESH),
    ("GET", "/pages/assets/none.js", {}, 404, {}),
    ("PUT", f"{ROOT}/accounts/A", {"json": {"name": "A"}}, 201, {}),
    ("GET", f"{ROOT}/accounts/A", {}, 404, {}),
    ("GET", f"{ROOT}/accounts/A", {"headers": {"X-API-Key": ""}}, 401, {}),
    ("POST", f"{ROOT}/accounts/A", {"json": {}}, 422, {}),
    ("POST", f"{ROOT}/accounts/A", {"content": b"{}"}, 415, {}),
    ("DELETE", f"{ROOT}/accounts/A", {}, 405, {}),
    ("GET", "/api/nowhere", {}, 404, {}),
    ("GET", "/files/1/2/3", {}, 403, {}),
    ("POST", "/files/1/2/3", {}, 405, {}),
]
MADE = "[0-9a-f]{16}"


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Client]:
    """A caller of a gateway that takes small bodies; what a database holds makes no difference to any of this."""
    async with Gateway(sqlite_url, max_body_bytes=1024) as gateway:
        yield await gateway.tenant()


async def sent(acme: Client, method: str, path: str, request: dict[str, Any], **headers: str) -> httpx.Response:
    both = {**acme.headers, **request.get("headers", {}), **headers}
    return await acme.gateway.http.request(method, path, **{**request, "headers": both})


@pytest.mark.parametrize(("method", "path", "request_", "status", "own"), ANSWERS)
async def test_every_answer_has_an_id_and_the_careful_headers_each_once(
    acme: Client, method: str, path: str, request_: dict[str, Any], status: int, own: dict[str, str]
) -> None:
    response = await sent(acme, method, path, request_)

    assert response.status_code == status
    assert {name: response.headers.get(name) for name in CAREFUL} == CAREFUL | own
    assert re.fullmatch(MADE, response.headers["x-request-id"])
    names = [name for name, _ in response.headers.raw]
    assert sorted(names) == sorted(set(names))
    assert "server" not in response.headers


@pytest.mark.parametrize("request_id", ["7", "0f8b2c6e-7d4b-4c1e-9a43-0e9f3d2f5a11", "Root=1-67/a+b:c_d.e", "a" * 128])
@pytest.mark.parametrize(("method", "path", "request_", "status", "own"), ANSWERS[:10])
async def test_a_client_may_name_its_request_anywhere(
    acme: Client,
    method: str,
    path: str,
    request_: dict[str, Any],
    status: int,
    own: dict[str, str],
    request_id: str,
) -> None:
    response = await sent(acme, method, path, request_, **{"x-request-id": request_id})

    assert response.headers["x-request-id"] == request_id


@pytest.mark.parametrize(
    "request_id", ["", " ", "a" * 129, "a b", "a,b", "<script>", "a\tb", 'a"b', "{}", "%0d%0a", "é", "\x7f"]
)
async def test_a_name_that_is_no_sane_id_is_replaced_and_not_repeated(acme: Client, request_id: str) -> None:
    headers = [(b"x-request-id", request_id.encode())]
    response = await acme.gateway.http.get("/healthz", headers=headers)

    assert re.fullmatch(MADE, response.headers["x-request-id"])


@pytest.mark.parametrize(("ids", "used"), [(("a", "b"), "a"), (("a", "b c"), "a"), (("a b", "c"), None)])
async def test_of_two_names_the_first_one_counts(acme: Client, ids: tuple[str, str], used: str | None) -> None:
    response = await acme.gateway.http.get("/healthz", headers=[("x-request-id", each) for each in ids])

    assert re.fullmatch(used or MADE, response.headers["x-request-id"])


async def test_every_request_without_a_name_has_an_id_of_its_own(acme: Client) -> None:
    asked = 2 * IDS_PER_CALL
    ids = {(await acme.gateway.http.get("/healthz")).headers["x-request-id"] for _ in range(asked)}

    assert len(ids) == asked


@pytest.mark.parametrize("facade", ["GraphQL", "REST"])
async def test_a_failure_is_told_and_logged_under_the_name_that_the_client_gave(
    acme: Client, caplog: pytest.LogCaptureFixture, facade: str
) -> None:
    async with acme.gateway.database.writing() as connection:
        await connection.execute(sa.text("DROP TABLE contacts"))
    requests: dict[str, tuple[str, str, dict[str, Any]]] = {
        "GraphQL": ("POST", "/graphql", {"json": {"query": "{ contacts { nodes { name } } }"}}),
        "REST": ("GET", f"{ROOT}/contacts/Ada", {}),
    }
    method, path, request = requests[facade]
    response = await sent(acme, method, path, request, **{"x-request-id": "shop-42"})

    assert (response.status_code, response.headers["x-request-id"]) == (500, "shop-42")
    assert "Quote request shop-42 when you report it." in response.text
    assert errors(caplog) == ["request shop-42 failed"]


async def test_a_failure_outside_the_facades_is_told_as_one_of_rest_and_logged_once(
    acme: Client, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise RuntimeError("inside")

    acme.gateway.app.add_api_route("/broken", broken)
    response = await sent(acme, "GET", "/broken", {}, **{"x-request-id": "probe-1"})

    assert (response.status_code, response.json()) == (
        500,
        {
            "error": "internal_error",
            "request_id": "probe-1",
            "message": "The server failed. Quote request probe-1 when you report it.",
        },
    )
    assert {name: response.headers.get(name) for name in CAREFUL} == CAREFUL
    assert errors(caplog) == ["request probe-1 failed"]


async def test_a_failure_in_the_middle_of_an_answer_is_logged_and_leaves_the_answer_unfinished(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError("inside")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(half())(scope, receive, send)

    messages = await told(RequestContextMiddleware(app, unexpected, Instrumentation(60, outline=lambda *_: ())))

    assert [message["type"] for message in messages] == ["http.response.start", "http.response.body"]
    assert (messages[-1]["body"], messages[-1]["more_body"]) == (b"half", True)
    assert errors(caplog) == ["request r-1: /file failed in the middle of its answer"]
    assert "RuntimeError: inside" in caplog.text


def unexpected(_request: Request, raised: Exception) -> Response:
    raise AssertionError("this answer has begun") from raised


async def told(envelope: RequestContextMiddleware) -> list[Any]:
    """What the server is given to send."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/file", "headers": [(b"x-request-id", b"r-1")]}
    await envelope({**scope, "asgi": {"spec_version": "2.4"}}, receive, send)
    return messages


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
