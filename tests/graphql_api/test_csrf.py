"""What a browser sends for a page of any origin without asking first: no such request changes anything.

Two things stand in the way, and each is enough. The key comes in a header of its own, which no browser adds by itself
and no page may add without a preflight. And where something else adds the key, a proxy that knows its users, every
request that writes still needs a method or a media type that is preflighted; the one that does not, the multipart
request, must not come from a page of another origin. So the requests below are sent with a key, as after such a proxy.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.gateway import Client, Gateway
from tests.rest_api.client import ROOT, Rest
from tests.rest_api.test_attachments import connection, push_path
from tests.rest_api.world import held, ledger

APP = "https://app.example.com"
OTHER = "https://evil.example.net"
FOREIGN = {"origin": OTHER, "sec-fetch-site": "cross-site"}
WRITE = {"query": 'mutation { createAccount(accountNumber: "A-1", input: {openBalance: {name: "A"}}) { created } }'}
CREATED = {"data": {"createAccount": {"created": True}}}
# the media types that need no preflight, or that a lenient server could take for JSON
UNASKED = [
    "text/plain",
    "text/plain; charset=application/json",
    "text/plain;application/json",
    "text/plain, application/json",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; x=application/json",
    "multipart/mixed",
    "application/json, text/plain",
    "application/json text/plain",
    "application/json/",
    "application\\json",
    '"application/json"',
    "*/*",
    "",
    None,
]
# every address that takes a POST, with a body that it would take as JSON
POSTS = [
    (f"{ROOT}/accounts/A-1", {"name": "A"}),
    (f"{ROOT}/accounts/ACCT-001/notes", {"reference": "N-1", "body": "Calls."}),
    (f"{ROOT}/documents/D-1", {"account_number": "ACCT-001", "invoice_date": "2026-05-12", "due_date": "2026-06-11"}),
    (f"{ROOT}/documents/INV-001/closure", {"closure_reason": "paid"}),
    (f"{ROOT}/representatives/R-1", {"name": "Rita"}),
    (f"{ROOT}/contacts/C-1", {"name": "Carl"}),
]


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Client]:
    """A caller whose tenant has a small ledger, of a gateway whose origins are left at the default."""
    async with Gateway(sqlite_url) as gateway:
        client = await gateway.tenant()
        await ledger(Rest.of(client))
        yield client


async def sent(acme: Client, path: str, body: Any, content_type: str | None) -> httpx.Response:
    """A POST of a page of another origin, with the key that a proxy added."""
    typed = {} if content_type is None else {"content-type": content_type}
    headers = {**FOREIGN, **typed, **acme.headers}
    return await acme.gateway.http.post(path, content=json.dumps(body).encode(), headers=headers)


async def form(client: Client, operation: Any, headers: dict[str, str]) -> httpx.Response:
    """An operation as a multipart request, which any page may send by a form."""
    parts = {"operations": (None, json.dumps(operation)), "map": (None, "{}")}
    return await client.gateway.http.post("/graphql", files=parts, headers={**client.headers, **headers})


@pytest.mark.parametrize("content_type", UNASKED)
async def test_a_media_type_that_needs_no_preflight_is_refused_wherever_a_post_writes(
    acme: Client, content_type: str | None
) -> None:
    before = await held(acme)
    for path, body in [("/graphql", WRITE), *POSTS]:
        assert (await sent(acme, path, body, content_type)).status_code == 415, path
    assert await held(acme) == before


@pytest.mark.parametrize("content_type", UNASKED)
async def test_a_pdf_is_taken_under_its_own_media_type_alone(acme: Client, content_type: str | None) -> None:
    response = await sent(acme, push_path(await connection(acme)), "%PDF-1.7", content_type)

    assert (response.status_code, response.json()["message"]) == (400, "Send the PDF as application/pdf.")


async def test_the_same_posts_are_taken_as_json(acme: Client) -> None:
    statuses = [(await sent(acme, path, body, "application/json")).status_code for path, body in POSTS]

    assert statuses == [201, 201, 201, 200, 201, 201]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_no_address_writes_by_itself(acme: Client, method: str) -> None:
    before = await held(acme)
    for path, _ in [("/graphql", None), *POSTS]:
        response = await acme.gateway.http.request(method, path, params=WRITE, headers={**FOREIGN, **acme.headers})
        assert response.status_code in (404, 405), path
    assert await held(acme) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": OTHER, "sec-fetch-site": "cross-site"},
        {"origin": "http://gateway:8080", "sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "rubbish"},
        {"origin": OTHER},
        {"origin": "null"},
        {"origin": "http://gateway:8080"},
        {"origin": "http://gateway.evil.example.net"},
        {"origin": "http://gateway@evil.example.net"},
        {"origin": "http://["},
        {"origin": ""},
    ],
)
async def test_a_multipart_request_of_a_page_of_another_origin_is_refused(
    acme: Client, headers: dict[str, str]
) -> None:
    response = await form(acme, WRITE, headers)

    error = {"message": "Pages of this origin may not send files.", "extensions": {"code": "FORBIDDEN"}}
    assert (response.status_code, response.json()) == (403, {"errors": [error]})
    assert await acme.only('{ account(accountNumber: "A-1") { id } }') is None


@pytest.mark.parametrize(
    "headers",
    [
        {},  # a program
        {"origin": "http://gateway", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://gateway"},  # of a browser too old to tell more
        {"origin": "https://gateway"},  # TLS ends before the gateway
    ],
)
async def test_a_multipart_request_of_a_program_or_of_a_page_of_this_server_is_taken(
    acme: Client, headers: dict[str, str]
) -> None:
    assert (await form(acme, WRITE, headers)).json() == CREATED


@pytest.mark.parametrize("origins", [APP, f"http://localhost:3000, {APP}", "*"])
async def test_a_multipart_request_of_an_origin_that_may_call_is_taken(sqlite_url: str, origins: str) -> None:
    async with Gateway(sqlite_url, cors_origins=origins) as gateway:
        acme = await gateway.tenant()
        response = await form(acme, WRITE, {"origin": APP, "sec-fetch-site": "cross-site"})
        other = await form(acme, WRITE, FOREIGN)

    assert (response.status_code, response.json()) == (200, CREATED)
    assert other.status_code == (200 if origins == "*" else 403)


async def test_without_a_key_every_one_of_them_is_a_strangers(acme: Client) -> None:
    stranger = acme.gateway.stranger()
    answers = [await sent(stranger, path, body, "text/plain") for path, body in [("/graphql", WRITE), *POSTS]]
    answers += [await form(stranger, WRITE, FOREIGN)]
    answers += [await acme.gateway.http.get("/graphql", params=WRITE)]

    assert {answer.status_code for answer in answers} == {401}
