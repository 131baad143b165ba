"""ETag, If-Match and If-None-Match: what was read is what is changed, and nothing that others have written since."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.gateway import Client
from tests.pdfs import pdf
from tests.rest_api.client import ROOT, Rest, exact
from tests.rest_api.world import ACCOUNT, BASIC, CONTACT, DOCUMENT, NOTE, held, ledger

# The four kinds that are written whole: an address that is there, a body for it, and what changes it.
KINDS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "accounts": ("accounts/ACCT-001", ACCOUNT, {"phone": "1"}),
    "documents": ("documents/INV-001", DOCUMENT | BASIC, {"comment": "1"}),
    "representatives": ("representatives/REP-001", {"name": "Rita Rep"}, {"phone": "1"}),
    "contacts": ("contacts/CON-001", CONTACT, {"phone": "1"}),
}


async def sent(rest: Rest, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    return await rest.send(method, f"{ROOT}/{path}", body, **headers)


async def failed(rest: Rest, graph: Client, method: str, path: str, body: Any = None, **headers: str) -> str:
    """The message of a write whose precondition must not hold and that changes nothing."""
    before = await held(graph)
    response = await sent(rest, method, path, body, **headers)
    assert (response.status_code, exact(response)["error"]) == (412, "precondition_failed"), response.text
    assert list(exact(response)) == ["error", "message"]
    assert await held(graph) == before
    return str(exact(response)["message"])


@pytest.mark.parametrize("kind", KINDS)
async def test_answers_of_one_resource_carry_its_version_as_their_etag(rest: Rest, kind: str) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    path, body, change = KINDS[kind]
    tags = [
        (await sent(rest, method, path, sent_body)).headers["etag"]
        for method, sent_body in (("PUT", body), ("GET", None), ("PATCH", change), ("PATCH", change), ("HEAD", None))
    ]
    assert tags == ['"1"', '"1"', '"2"', '"2"', '"2"']
    created = await sent(rest, "POST", f"{path}-NEW", body)
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')


async def test_closures_and_notes_carry_one_too_and_links_and_lists_none(rest: Rest) -> None:
    await ledger(rest)
    note = await sent(rest, "POST", "accounts/ACCT-001/notes", NOTE | {"reference": "N"})
    assert note.headers["etag"] == '"1"'
    assert (await sent(rest, "GET", "accounts/ACCT-001/notes/N")).headers["etag"] == '"1"'
    closed = await sent(rest, "POST", "documents/INV-001/closure", {"closure_reason": "paid"})
    assert closed.headers["etag"] == '"2"' == (await sent(rest, "GET", "documents/INV-001")).headers["etag"]
    for method, path in (
        ("PUT", "representatives/REP-001/accounts/ACCT-001"),
        ("GET", "representatives/REP-001/accounts"),
        ("GET", "documents/INV-001/attachments"),
        ("GET", "accounts/nobody"),
    ):
        assert "etag" not in (await sent(rest, method, path)).headers, path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_an_old_write_does_not_overwrite_a_newer_one(rest: Rest, graph: Client, kind: str, method: str) -> None:
    await ledger(rest)
    path, body, change = KINDS[kind]
    tag = (await sent(rest, "GET", path)).headers["etag"]
    old = {**body, **change}
    assert (await sent(rest, method, path, old, if_match=tag)).headers["etag"] == '"2"'
    newer = await sent(rest, "PATCH", path, dict.fromkeys(change, "new"))
    assert newer.headers["etag"] == '"3"'
    for body_sent in (old, dict.fromkeys(change, "new") | body):
        message = await failed(rest, graph, method, path, body_sent, if_match=tag)
        assert f"is at version 3, not at the expected version {tag}." in message


@pytest.mark.parametrize("held_by", ['"1"', 'W/"1"', "*", '"7", "1"', '"a,b" , W/"1"', ',"1",,', '"1","1"'])
async def test_a_precondition_that_holds_lets_the_write_pass(rest: Rest, held_by: str) -> None:
    await ledger(rest)
    response = await sent(rest, "PATCH", "accounts/ACCT-001", {"phone": "1"}, if_match=held_by)
    assert (response.status_code, response.headers["etag"]) == (200, '"2"')


@pytest.mark.parametrize(
    "broken_by", ['"2"', 'W/"2"', '"01"', "1", '"1', "'1'", 'w/"1"', '"2", "3"', "", "None", '* , "1"', '"1" x']
)
@pytest.mark.slow
async def test_one_that_does_not_hold_changes_nothing_nor_does_one_that_cannot_be_read(
    rest: Rest, graph: Client, broken_by: str
) -> None:
    await ledger(rest)
    for method, path, body in (
        ("PATCH", "accounts/ACCT-001", {"phone": "1"}),
        ("PUT", "accounts/ACCT-001", {"name": "Other"}),
        ("PUT", "accounts/absent", ACCOUNT),
        ("POST", "accounts/absent", ACCOUNT),
        ("POST", "documents/INV-001/closure", {"closure_reason": "paid"}),
    ):
        message = await failed(rest, graph, method, path, body, if_match=broken_by)
        assert '"3"' in message
        assert "None," not in message


async def test_several_headers_are_one_list(rest: Rest) -> None:
    await ledger(rest)
    headers = [("X-API-Key", str(rest.api_key)), ("Content-Type", "application/json")]
    for tags, status in ((['"5"', '"1"'], 200), (['"5"', '"6"'], 412)):
        more = [("If-Match", tag) for tag in tags]
        response = await rest.gateway.http.patch(
            f"{ROOT}/contacts/CON-001", content=b'{"phone": "1"}', headers=[*headers, *more]
        )
        assert response.status_code == status, tags


async def test_a_key_that_is_absent_meets_no_expectation_in_a_put(rest: Rest, graph: Client) -> None:
    for value in ("*", '"1"'):
        message = await failed(rest, graph, "PUT", "accounts/A", ACCOUNT, if_match=value)
        assert message.startswith("Account 'A' does not exist")


async def test_what_is_absent_or_there_already_is_told_before_a_precondition(rest: Rest) -> None:
    await ledger(rest)
    for method, path, body, status in (
        ("PATCH", "accounts/absent", {"phone": "1"}, 404),
        ("POST", "documents/absent/closure", {"closure_reason": "paid"}, 404),
        ("POST", "accounts/absent/notes", NOTE | {"reference": "N"}, 404),
        ("PUT", "representatives/absent/accounts/ACCT-001", None, 404),
        ("POST", "accounts/ACCT-001", ACCOUNT, 409),
        ("POST", "documents/INV-002/closure", {"closure_reason": "paid"}, 409),
        ("POST", "accounts/ACCT-001/notes", NOTE, 409),
    ):
        response = await sent(rest, method, path, body, if_match='"9"')
        assert (path, response.status_code) == (path, status)


async def test_the_order_of_refusals_around_a_precondition(rest: Rest, reader: Rest, graph: Client) -> None:
    await ledger(rest)
    path, faulty = "accounts/ACCT-001", {"name": ""}
    stranger = Rest(rest.gateway, None)
    old = {"if_match": '"9"'}
    assert (await sent(stranger, "PUT", path, faulty, **old)).status_code == 401
    assert (await sent(reader, "PUT", path, faulty, **old)).status_code == 403
    assert (await sent(rest, "PUT", path, b" " * (2**20 + 1), **old)).status_code == 413
    assert (await sent(rest, "PUT", path, faulty, content_type="text/plain", **old)).status_code == 415
    assert (await sent(rest, "PUT", path, b"{", **old)).status_code == 400
    await failed(rest, graph, "PUT", path, faulty, **old)
    assert (await sent(rest, "PUT", path, faulty, if_match='"1"')).status_code == 422


@pytest.mark.parametrize("kind", KINDS)
async def test_a_put_that_is_to_create_refuses_a_key_that_is_there(rest: Rest, graph: Client, kind: str) -> None:
    await ledger(rest)
    path, body, change = KINDS[kind]
    message = await failed(rest, graph, "PUT", path, {**body, **change}, if_none_match="*")
    assert "exists already, at version 1." in message
    await failed(rest, graph, "PUT", path, body, if_none_match="*")  # although it would change nothing
    await failed(rest, graph, "POST", path, body, if_none_match="*")
    created = await sent(rest, "PUT", f"{path}-NEW", body, if_none_match="*")
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')


async def test_versions_can_be_excluded_and_what_cannot_be_read_refuses_every_write(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    await failed(rest, graph, "PATCH", "accounts/ACCT-001", {"phone": "1"}, if_none_match='"3", W/"1"')
    for path in ("accounts/ACCT-001", "accounts/NEW"):
        message = await failed(rest, graph, "PUT", path, ACCOUNT | {"phone": "1"}, if_none_match="1")
        assert message.startswith("If-None-Match is 1, which is neither * nor a list of ETags.")
    assert (await sent(rest, "PATCH", "accounts/ACCT-001", {"phone": "1"}, if_none_match='"3"')).status_code == 200


async def test_a_closure_is_done_at_the_version_that_was_read(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    closure, path = {"closure_reason": "paid"}, "documents/INV-001/closure"
    await rest.patch("documents", "INV-001", body={"comment": "1"})
    await failed(rest, graph, "POST", path, closure, if_match='"1"')
    assert (await sent(rest, "POST", path, closure, if_match='"2"')).headers["etag"] == '"3"'


async def test_notes_links_and_pdfs_meet_no_expectation(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    connection = (await graph.only("{ tenant { connectionId } }"))["connectionId"]
    push = f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/INV-001"
    for value in ("*", '"1"', "x"):
        await failed(rest, graph, "POST", "accounts/ACCT-001/notes", {"reference": "N", "body": ""}, if_match=value)
        await failed(rest, graph, "PUT", "representatives/REP-001/accounts/ACCT-001", if_match=value)
        response = await rest.send("POST", push, pdf("one"), content_type="application/pdf", if_match=value)
        assert (response.status_code, exact(response)["error"]) == (412, "precondition_failed")
    assert (await rest.get("documents", "INV-001", "attachments"))["attachments"] == []


async def test_a_get_is_answered_whole_whatever_the_client_has(rest: Rest) -> None:
    await ledger(rest)
    for value in ('"1"', "*", 'W/"1"'):
        for path in ("accounts/ACCT-001", "documents/INV-001", "accounts/ACCT-001/notes/NOTE-001"):
            response = await sent(rest, "GET", path, if_none_match=value)
            assert (response.status_code, response.headers["etag"]) == (200, '"1"')
            assert response.content


@pytest.mark.parametrize("kind", KINDS)
async def test_of_writers_at_once_that_have_read_the_same_version_one_wins(rest: Rest, kind: str) -> None:
    await ledger(rest)
    path, _, change = KINDS[kind]
    (name,) = change
    answers = await asyncio.gather(
        *(sent(rest, "PATCH", path, {name: f"{n}"}, if_match='"1"') for n in range(8)),
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    (won,) = [answer for answer in answers if answer.status_code == 200]
    found = await rest.get(*path.split("/"))
    assert found[name] == exact(won)[name]
    assert won.headers["etag"] == '"2"'


@pytest.mark.parametrize("kind", KINDS)
async def test_of_writers_at_once_that_are_to_create_a_key_one_wins(rest: Rest, kind: str) -> None:
    await ledger(rest)
    path, body, _ = KINDS[kind]
    answers = await asyncio.gather(*(sent(rest, "PUT", f"{path}-NEW", body, if_none_match="*") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 5


async def test_a_write_that_changes_nothing_is_held_to_its_precondition(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    held_to = await sent(rest, "PUT", "accounts/ACCT-001", ACCOUNT, if_match='"1"')
    assert (held_to.status_code, held_to.headers["etag"]) == (200, '"1"')
    await failed(rest, graph, "PUT", "accounts/ACCT-001", ACCOUNT, if_match='"2"')
