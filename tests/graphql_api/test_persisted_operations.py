"""Trusted documents run by name or hash; a server may run nothing else, and then tells nothing of its schema."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.auth.api_keys import create_key
from app.graphql_api.operation_documents import load_documents
from tests.gateway import Client, Gateway
from tests.graphql_api.manifest import CREATE, FIND, MANIFEST, NAME, NAMED, sha256, written


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_url: str) -> str:
    """What a request means is the same on every database."""
    return sqlite_url


@pytest.fixture
async def open_client(database_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    """A tenant of a gateway that runs trusted documents beside others."""
    async with Gateway(database_url, operations_manifest=written(tmp_path, MANIFEST)) as gateway:
        yield await gateway.tenant()


@pytest.fixture
async def locked(database_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    """A tenant of a gateway that runs nothing else."""
    manifest = written(tmp_path, MANIFEST)
    async with Gateway(database_url, operations="trusted", operations_manifest=manifest) as gateway:
        yield await gateway.tenant("locked")


async def got(client: Client, headers: dict[str, str] | None = None, **parameters: str) -> httpx.Response:
    return await client.gateway.http.get("/graphql", params=parameters, headers={**client.headers, **(headers or {})})


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


IDS: dict[str, dict[str, Any]] = {
    "the manifest's own id": {"documentId": "3f2a"},
    "a hash": {"documentId": f"sha256:{sha256(NAME)}"},
    "a bare hash": {"documentId": sha256(NAME)},
    "Apollo's hash": {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(NAME)}}},
    "an id beside an empty query": {"documentId": "3f2a", "query": None},
}


@pytest.mark.parametrize("kind", IDS)
async def test_a_document_runs_by(open_client: Client, locked: Client, kind: str) -> None:
    for client in (open_client, locked):
        response = await client.post(IDS[kind])
        assert response.json()["data"].keys() == {"tenant"}
        by_get = {k: v if isinstance(v, str) else json.dumps(v) for k, v in IDS[kind].items() if v}
        assert (await got(client, None, **by_get)).json() == response.json()


async def test_operation_documents_run_by_the_name_of_their_file_and_by_hash(locked: Client) -> None:
    (document,) = (document for document in load_documents() if document.name == "AccountNotes")
    variables = {"accountNumber": "nobody"}
    for document_id in (document.name, f"sha256:{sha256(document.text)}"):
        response = await locked.post({"documentId": document_id, "variables": variables})
        assert response.json() == {"data": {"account": None}}


async def test_a_mutation_runs_by_post_and_not_by_get(locked: Client) -> None:
    asked = {"documentId": "create", "variables": {"number": "A"}}
    found = await got(locked, documentId="create", variables='{"number": "A"}')
    assert refusal(found) == (405, "BAD_REQUEST", "A GET request may only query: send mutations by POST.")
    assert found.headers["allow"] == "POST"
    assert (await locked.post(asked)).json() == {"data": {"createAccount": {"created": True}}}


def persisted(document_hash: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": document_hash}}}


async def test_an_unknown_hash_is_told_in_the_words_by_which_clients_know_to_send_the_text(open_client: Client) -> None:
    asked = persisted(sha256("{ tenant { name } }"))
    told = (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    found = await open_client.post(asked)
    assert refusal(found) == told
    assert refusal(await got(open_client, extensions=json.dumps(asked["extensions"]))) == told
    modern = await open_client.post(asked, Accept="application/graphql-response+json")
    assert refusal(modern) == (400, *told[1:])
    assert "etag" not in (await got(open_client, documentId="nothing")).headers
    sent_again = await open_client.post({**asked, "query": "{ tenant { name } }"})
    assert sent_again.json() == NAMED
    assert refusal(await open_client.post(asked)) == told  # nothing is registered


@pytest.mark.parametrize("document_id", ["nothing", f"sha256:{'0' * 64}"])
async def test_an_unknown_id_is_named(open_client: Client, document_id: str) -> None:
    told = (200, "PERSISTED_QUERY_NOT_FOUND", f"This server knows no document '{document_id}'.")
    assert refusal(await open_client.post({"documentId": document_id})) == told


async def test_where_no_text_runs_no_client_is_told_to_send_it(locked: Client) -> None:
    unknown = sha256("{ tenant { name } }")
    message = f"This server knows no document '{unknown}'. It runs trusted documents alone."
    for asked in (persisted(unknown), {"documentId": unknown}):
        assert refusal(await locked.post(asked)) == (200, "PERSISTED_QUERY_NOT_FOUND", message)


OTHER_HASHES = {
    "another known document's": sha256(FIND),
    "an unknown one": sha256("{ tenant { id } }"),
    "of the text with a line more": sha256(f"{NAME}\n"),
    "in capitals": sha256(NAME).upper(),
    "with a prefix": f"sha256:{sha256(NAME)}",
    "half": sha256(NAME)[:32],
    "empty": "",
}


@pytest.mark.parametrize("kind", OTHER_HASHES)
async def test_a_hash_that_is_not_that_of_the_text_beside_it_is_refused(open_client: Client, kind: str) -> None:
    message = (
        "'extensions.persistedQuery.sha256Hash' is not the SHA-256 hash of 'query', in lower-case hexadecimal digits."
    )
    asked = persisted(OTHER_HASHES[kind])
    form = {"operations": (None, json.dumps({**asked, "query": NAME})), "map": (None, "{}")}
    for response in (
        await open_client.post({**asked, "query": NAME}),
        await got(open_client, query=NAME, extensions=json.dumps(asked["extensions"])),
        await open_client.gateway.http.post("/graphql", files=form, headers=open_client.headers),
    ):
        assert refusal(response) == (200, "BAD_USER_INPUT", message)


async def test_a_mutation_under_another_hash_writes_nothing(open_client: Client) -> None:
    asked = {**persisted(sha256(NAME)), "query": CREATE, "variables": {"number": "A"}}
    assert refusal(await open_client.post(asked))[1] == "BAD_USER_INPUT"
    found = await open_client.post({"documentId": "find"})
    assert found.json() == {"data": {"accounts": {"nodes": []}}}


async def test_a_text_beside_its_own_hash_runs(open_client: Client) -> None:
    for text in (NAME, "{ tenant { name } }", "{ tenant { name } } # \u00e9\U0001f600"):
        assert (await open_client.post({**persisted(sha256(text)), "query": text})).json() == NAMED
    assert (await open_client.post({"query": NAME, "extensions": {"persistedQuery": None}})).json() == NAMED


async def test_half_of_a_surrogate_pair_in_a_text_beside_a_hash_is_no_failure(open_client: Client) -> None:
    asked = {**persisted(sha256(NAME)), "query": '{ account(accountNumber: "\ud800") { name } }'}
    assert refusal(await open_client.post(asked))[1] == "BAD_USER_INPUT"


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "both": ({"query": NAME, "documentId": "3f2a"}, "Send a 'query' or a 'documentId', not both."),
    "an id that is no text": ({"documentId": 7}, "'documentId' must be a string."),
    "a hash that is no text": (
        {"extensions": {"persistedQuery": {"sha256Hash": None}}},
        "'extensions.persistedQuery.sha256Hash' must be a string.",
    ),
    "a hash that is missing": (
        {"extensions": {"persistedQuery": 1}},
        "'extensions.persistedQuery.sha256Hash' must be a string.",
    ),
    "a hash beside a text that is no text": (
        {"query": NAME, "extensions": {"persistedQuery": {"sha256Hash": 7}}},
        "'extensions.persistedQuery.sha256Hash' must be a string.",
    ),
    "no object": ({"documentId": "3f2a", "extensions": []}, "'extensions' must be an object."),
    "neither": ({}, "The request needs a 'query': the text of an operation."),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_request_is_refused_with(open_client: Client, mistake: str) -> None:
    body, message = MISTAKES[mistake]
    assert refusal(await open_client.post(body)) == (400, "BAD_REQUEST", message)


async def test_an_answer_to_get_by_id_has_a_version_that_is_not_sent_twice(open_client: Client) -> None:
    first = await got(open_client, documentId="find", variables='{"first": 5}')
    assert (first.status_code, first.json()) == (200, {"data": {"accounts": {"nodes": []}}})
    assert first.headers["etag"] == f'W/"{sha256(first.text)}"'
    kept = {"cache-control": "private, no-cache", "vary": "X-API-Key, X-Gateway-Cost, Accept, Accept-Encoding"}
    assert {name: first.headers[name] for name in kept} == kept
    again = await got(open_client, {"If-None-Match": first.headers["etag"]}, documentId="find", variables="{}")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert {name: again.headers[name] for name in kept} == kept
    await open_client.post({"documentId": "create", "variables": {"number": "A"}})
    changed = await got(open_client, {"If-None-Match": first.headers["etag"]}, documentId="find")
    assert (changed.status_code, changed.json()) == (200, {"data": {"accounts": {"nodes": [{"accountNumber": "A"}]}}})


async def test_only_answers_to_get_by_id_have_a_version(open_client: Client) -> None:
    for response in (
        await got(open_client, query=NAME),
        await open_client.post({"documentId": "3f2a"}),
        await got(open_client, documentId="find", variables='{"first": -1}'),
    ):
        assert ("etag" in response.headers, response.headers["cache-control"]) == (False, "no-store")


async def test_a_version_is_no_way_past_the_key(open_client: Client) -> None:
    known = (await got(open_client, documentId="3f2a")).headers["etag"]
    stranger = open_client.gateway.stranger("igk_nobody")
    assert (await got(stranger, {"If-None-Match": known}, documentId="3f2a")).status_code == 401
    assert (await got(stranger, {"If-None-Match": "*"}, documentId="3f2a")).status_code == 401


# What clairvoyance asks to recover a schema without introspection: guessed names, and what errors say of them.
PROBES = [
    "query { FUZZ }",
    "query { acounts account tenat documents { nodes } }",
    "query { accounts { FUZZ } }",
    "query { accounts { nodes { nam } } }",
    "query { account(FUZZ: 7) { name } }",
    "query { account(accountNumbr: 7) { name } }",
    "query { accounts(filter: 7) { totalCount } }",
    "query { accounts(filter: {FUZZ: 7}) { totalCount } }",
    "mutation { createAcount }",
    "subscription { FUZZ }",
    "query { imwrongfield }",
    "{ __typename }",
    "query { __typename @FUZZ }",
    "{ ... on FUZZ { id } }",
    "query($a: FUZZ) { __typename }",
    "{ __schema { types { name } } }",
    '{ __type(name: "Account") { fields { name } } }',
    "{",
    "",
    NAME,
]
LOCKED = (
    403,
    "FORBIDDEN",
    "This server runs trusted documents alone: send the 'documentId' of one that it knows, and no 'query'.",
)


@pytest.mark.parametrize("probe", PROBES)
async def test_a_text_is_refused_in_the_same_words_whatever_it_says(locked: Client, probe: str) -> None:
    hash_ = {"persistedQuery": {"version": 1, "sha256Hash": sha256(probe)}}
    form = {"operations": (None, json.dumps({"query": probe})), "map": (None, "{}")}
    before = len(locked.gateway.statements)
    for response in (
        await locked.post({"query": probe}),
        await locked.post({"query": probe, "operationName": "FUZZ", "variables": {"a": 1}}),
        await locked.post({"query": probe, "extensions": hash_}),
        await locked.post({"query": probe}, Accept="application/graphql-response+json"),
        await got(locked, query=probe),
        await locked.gateway.http.post("/graphql", files=form, headers=locked.headers),
    ):
        assert refusal(response) == LOCKED
    assert len(locked.gateway.statements) <= before + 6  # who asks


@pytest.mark.parametrize("body", [{}, {"query": 7}, {"variables": {}}, {"query": [NAME]}], ids=str)
async def test_a_request_without_an_id_is_refused_likewise(locked: Client, body: dict[str, Any]) -> None:
    assert refusal(await locked.post(body)) == LOCKED


@pytest.mark.parametrize(
    "guess", [{"FUZZ": 7}, {"acountNumber": {}}, {"accountNumber": {"eqq": "1"}}, 7, [[]]], ids=str
)
async def test_variables_are_refused_without_a_word_of_the_schema(locked: Client, guess: Any) -> None:
    response = await locked.post({"documentId": "find", "variables": {"filter": guess, "first": "many"}})
    assert response.json()["errors"] == [
        {"message": f"{name} is missing, or not what the document takes.", "extensions": {"code": "BAD_USER_INPUT"}}
        for name in ("$filter", "$first")
    ]


async def test_other_servers_say_what_is_wrong_with_variables(open_client: Client) -> None:
    response = await open_client.post({"documentId": "find", "variables": {"filter": {"acountNumber": {}}}})
    assert "Did you mean" in response.json()["errors"][0]["message"]


async def test_a_stranger_is_told_that_he_is_one_before_anything_else(locked: Client) -> None:
    stranger = locked.gateway.stranger()
    for body in ({"query": NAME}, {"documentId": "3f2a"}, {"documentId": "nothing"}):
        assert refusal(await stranger.post(body))[:2] == (401, "UNAUTHENTICATED")


async def test_a_browser_is_told_why_there_is_no_editor_and_examples_are_not_served(locked: Client) -> None:
    page = await locked.gateway.http.get("/graphql", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "This server has no query editor" in page.text
    assert "make ui" not in page.text
    assert (await locked.gateway.http.get("/graphql/examples.json")).status_code == 404


async def test_rest_is_as_before(locked: Client) -> None:
    key = await create_key(locked.gateway.database, "locked", read_only=False)
    found = await locked.gateway.http.get("/api/v1/ingest/accounts/A", headers={"X-API-Key": key})
    assert (found.status_code, found.json()["error"]) == (404, "account_not_found")
