"""A front end of another origin in a real Chromium: what it may send and read where its origin is named, and what the
log says where it is not."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.graphql_api.test_csrf_in_a_browser import other_origin
from tests.server.conftest import new_tenant
from tests.servers import RunningServer

# What tracing and client libraries add to a request, beside what this gateway takes.
CALL = """async ([url, key, path, sent]) => {
    const headers = {
        'x-api-key': key, 'content-type': 'application/json', 'authorization': 'Bearer a', 'cache-control': 'no-cache',
        'traceparent': '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'baggage': 'a=b',
        'sentry-trace': '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1', 'apollo-require-preflight': 'true',
        'apollographql-client-name': 'shop', 'apollographql-client-version': '1.0', 'x-apollo-operation-name': 'Name',
        'idempotency-key': 'page-1', 'if-none-match': '"1"', 'x-gateway-cost': 'true',
    };
    try {
        const answer = await fetch(url + path, { headers, ...sent });
        const shown = Object.fromEntries(answer.headers.entries());
        return { status: answer.status, body: await answer.json(), headers: shown };
    } catch (error) { return String(error); }
}"""
CREATE = 'mutation { createAccount(accountNumber: "A", input: {openBalance: {name: "A"}}) { created } }'
Call = Callable[..., Awaitable[Any]]


@asynccontextmanager
async def front_end(chromium: Browser, url: str, folder: Path, named: str) -> AsyncIterator[tuple[RunningServer, Call]]:
    """A server that names origins so, and what calls it from a page of another origin on 127.0.0.1."""
    env = {"GATEWAY_DATABASE_URL": url, "GATEWAY_CORS_ORIGINS": named}
    key = await new_tenant(env)
    with other_origin() as origin, RunningServer(env, folder) as server:
        context = await chromium.new_context()
        page = await context.new_page()
        await page.goto(origin)

        async def call(path: str, **sent: Any) -> Any:
            return await page.evaluate(CALL, [server.url, key, path, sent])

        yield server, call
        await context.close()


@pytest.mark.browser
async def test_a_page_of_a_named_origin_sends_any_header_and_reads_what_it_needs(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    post = {"method": "POST", "body": json.dumps({"query": CREATE})}
    async with front_end(chromium, sqlite_url, tmp_path, "http://127.0.0.1:*") as (server, call):
        first, again = await call("/graphql", **post), await call("/graphql", **post)
        put = await call("/api/v1/ingest/accounts/A", method="PUT", body='{"name": "B"}')
        got = await call("/graphql?documentId=AccountNotes&variables=%7B%22accountNumber%22:%22A%22%7D")
        assert "may not call" not in server.log

    assert first["body"]["data"] == {"createAccount": {"created": True}}
    assert (again["body"], again["headers"]["idempotent-replayed"]) == (first["body"], "true")
    assert (put["status"], put["body"]["error"]) == (422, "idempotency_key_reused")
    assert (got["status"], got["headers"]["etag"][:3]) == (200, 'W/"')
    assert all(len(answer["headers"]["x-request-id"]) == 16 for answer in (first, again, put, got))


@pytest.mark.browser
async def test_a_page_of_another_origin_is_told_nothing_and_logged_once(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    post = {"method": "POST", "body": json.dumps({"query": CREATE})}
    async with front_end(chromium, sqlite_url, tmp_path, "http://localhost:*") as (server, call):
        answers = [await call("/graphql", **post) for _ in range(3)]
        lines = [line for line in server.log.splitlines() if "may not call" in line]

    assert answers == ["TypeError: Failed to fetch"] * 3
    assert len(lines) == 1
    assert "Pages of the origin 'http://127.0.0.1:" in lines[0]
    assert "GATEWAY_CORS_ORIGINS does not name it." in lines[0]
