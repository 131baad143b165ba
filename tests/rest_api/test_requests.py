"""What a request is refused for before its content counts, and in which order: 401, 403, 413, 415, 400, then 404 or
409, then 422."""

import gzip
from typing import Any

from tests.gateway import Client, Gateway
from tests.rest_api.client import ROOT, Rest, exact
from tests.rest_api.conftest import MOST
from tests.rest_api.world import ACCOUNT, held, ledger

HUGE = b'{"name": "' + b"x" * MOST + b'"}'
FAULTY = {"name": "", "closure_reason": "", "account_number": "NOWHERE", "reference": "NOTE-001", "email": "x"}
# Addresses whose resource is there for a create and a closure, and is not for the others.
TAKEN = [
    ("POST", "accounts/ACCT-001", "account_already_exists"),
    ("POST", "accounts/ACCT-002/notes", "note_already_exists"),
    ("POST", "documents/INV-001", "document_already_exists"),
    ("POST", "documents/INV-002/closure", "document_already_closed"),
    ("POST", "representatives/REP-001", "representative_already_exists"),
    ("POST", "contacts/CON-001", "contact_already_exists"),
]
ABSENT = [
    ("PATCH", "accounts/NEW", "account_not_found"),
    ("POST", "accounts/NEW/notes", "account_not_found"),
    ("PATCH", "documents/NEW", "document_not_found"),
    ("POST", "documents/NEW/closure", "document_not_found"),
    ("PATCH", "representatives/NEW", "representative_not_found"),
    ("PATCH", "contacts/NEW", "contact_not_found"),
]
NO_OBJECTS: list[bytes] = [
    b"",
    b" ",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"name"',
    b"true",
    b'{"name": "A"} {}',
    b"{'name': 'A'}",
    b'{"name": "A",}',
    b"name=A",
    b'\xef\xbb\xbf\xef\xbb\xbf{"name": "A"}',
    b'{"name": "\xff"}',
    '{"name": "A"}'.encode("utf-16"),
    b'{"name": "A", "data_providers": ' + b'{"a":' * 200 + b"1" + b"}" * 201,
    b"[" * 100_000,
]
NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "+1", "01", "1.", ".5", "0x10", "1e", "1_000", "1e99999999999999999999"]


async def refused(rest: Rest, method: str, path: str, body: Any, **headers: str) -> tuple[int, str]:
    response = await rest.send(method, f"{ROOT}/{path}", body, **headers)
    return response.status_code, exact(response)["error"]


async def test_refusals_come_in_their_order(rest: Rest, reader: Rest, graph: Client) -> None:
    await ledger(rest)
    before = await held(graph)
    stranger = Rest(rest.gateway, "igk_nobody")
    text = {"content_type": "text/plain"}
    for method, path, error in TAKEN + ABSENT:
        assert await refused(stranger, method, path, HUGE, **text) == (401, "unauthenticated")
        assert await refused(reader, method, path, HUGE, **text) == (403, "forbidden")
        assert await refused(rest, method, path, HUGE, **text) == (413, "body_too_large")
        assert await refused(rest, method, path, b"{", **text) == (415, "unsupported_media_type")
        assert await refused(rest, method, path, b"{") == (400, "invalid_json")
        assert await refused(rest, method, path, FAULTY) == (409 if "already" in error else 404, error)
    assert await held(graph) == before


async def test_a_refusal_of_a_taken_key_names_it(rest: Rest) -> None:
    await ledger(rest)
    for path, error, name, key in (
        ("accounts/ACCT-001", "account_already_exists", "account_number", "ACCT-001"),
        ("accounts/ACCT-002/notes", "note_already_exists", "reference", "NOTE-001"),
        ("documents/INV-001", "document_already_exists", "document_number", "INV-001"),
        ("documents/INV-002/closure", "document_already_closed", "document_number", "INV-002"),
        ("representatives/REP-001", "representative_already_exists", "reference", "REP-001"),
        ("contacts/CON-001", "contact_already_exists", "reference", "CON-001"),
    ):
        answer = exact(await rest.send("POST", f"{ROOT}/{path}", FAULTY))
        assert list(answer) == ["error", name, "message"]
        assert (answer["error"], answer[name]) == (error, key)
        assert f"'{key}'" in answer["message"]


async def test_other_refusals_hold_an_error_and_a_message_alone(rest: Rest, reader: Rest) -> None:
    for caller, method, body, status in (
        (Rest(rest.gateway, None), "GET", None, 401),
        (reader, "PUT", ACCOUNT, 403),
        (rest, "PUT", HUGE, 413),
        (rest, "PUT", b"[]", 400),
        (rest, "GET", None, 404),
    ):
        response = await caller.send(method, f"{ROOT}/accounts/A", body)
        assert (response.status_code, list(exact(response))) == (status, ["error", "message"])


async def test_only_json_is_taken_whatever_its_parameters(rest: Rest, graph: Client) -> None:
    before = await held(graph)
    for wrong in ("text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", "text/json", ""):
        for method in ("POST", "PUT", "PATCH"):
            answer = await refused(rest, method, "accounts/A", ACCOUNT, content_type=wrong)
            assert answer == (415, "unsupported_media_type"), wrong
    assert await held(graph) == before
    for right in ("application/json; charset=utf-8", "Application/JSON", " application/json ;x=y"):
        response = await rest.send("PUT", f"{ROOT}/accounts/A", ACCOUNT, content_type=right)
        assert response.status_code in (200, 201), right


async def test_a_body_that_is_no_json_object_is_400(rest: Rest, graph: Client) -> None:
    await rest.put("accounts", "A", body=ACCOUNT, status=201)
    before = await held(graph)
    for body in NO_OBJECTS:
        for method in ("POST", "PUT", "PATCH"):
            assert await refused(rest, method, "accounts/A", body) == (400, "invalid_json"), body[:40]
    for path in ("accounts/A/notes", "documents/D/closure"):
        assert await refused(rest, "POST", path, b"[]") == (400, "invalid_json")
    assert await held(graph) == before


async def test_numbers_that_json_does_not_know_are_400_wherever_they_stand(rest: Rest, graph: Client) -> None:
    await rest.put("accounts", "A", body=ACCOUNT, status=201)
    before = await held(graph)
    for number in NO_NUMBERS:
        for body in (
            f'{{"name": "A", "credit_limit": {number}}}',
            f'{{"name": "A", "data_providers": {{"a": [{number}]}}}}',
            f'{{"name": "A", "custom_fields": {{"collections": {{"a": {number}}}}}}}',
            f'{{"name": "A", "unknown": {number}}}',
            number,
        ):
            assert await refused(rest, "PUT", "accounts/A", body.encode()) == (400, "invalid_json"), body
        text = f'{{"query": "{{ __typename }}", "variables": {{"a": {number}}}}}'
        response = await rest.send("POST", "/graphql", text.encode())
        assert response.status_code == 400, text
    assert await held(graph) == before


async def test_a_body_of_the_largest_size_is_taken_and_one_byte_more_is_not(database_url: str) -> None:
    async with Gateway(database_url, max_body_bytes=2048) as gateway:
        rest = Rest.of(await gateway.tenant())
        body = b'{"name": "A"}'
        assert (await rest.send("PUT", f"{ROOT}/accounts/A", body.ljust(2048))).status_code == 201
        assert await refused(rest, "PUT", "accounts/B", body.ljust(2049)) == (413, "body_too_large")
        assert await rest.is_absent("accounts", "B")


async def test_unknown_and_server_set_fields_are_dropped_without_a_word(rest: Rest) -> None:
    await ledger(rest)
    extra: dict[str, Any] = {
        "status": "closed",
        "csrId": 1,
        "products": ["collections"],
        "version": 99,
        "createdAt": "1999-01-01T00:00:00Z",
        "updated_at": 5,
        "tenant_id": 1,
        "notes_count": [{}],
        "closedAt": "1999-01-01T00:00:00Z",
        "closure_reason": "paid",
        "thick_billing": {"terms": "NET30"},
        "open_amount": "x",
        "": None,
    }
    for kind, key in (
        ("accounts", "ACCT-001"),
        ("documents", "INV-001"),
        ("representatives", "REP-001"),
        ("contacts", "CON-001"),
    ):
        before = await rest.get(kind, key)
        answer = await rest.patch(kind, key, body=extra)
        after = await rest.get(kind, key)
        assert after == before | {"updatedAt": after["updatedAt"]}
        assert answer.items() <= after.items()


async def test_unknown_parts_of_objects_and_lines_are_dropped_too(rest: Rest) -> None:
    await ledger(rest)
    account = await rest.patch("accounts", "ACCT-001", body={"remit_to": {"city": "Bonn", "planet": "Earth"}})
    assert account["remit_to"] == {"city": "Bonn"}
    body = {
        "line_items": [{"comment": "c", "COMMENT_COL": "x"}],
        "invoicing_detail": {"TERMS": "NET30", "terms": "x", "WHAT": 1, "DETAIL": [{"UOM_COL": "EA", "comment": "x"}]},
    }
    document = await rest.patch("documents", "INV-001", body=body)
    assert document["line_items"] == [{"comment": "c"}]
    assert document["invoicing_detail"] == {"TERMS": "NET30", "DETAIL": [{"UOM_COL": "EA"}]}


async def test_a_compressed_body_is_refused_with_the_name_of_its_coding_and_nothing_is_written(
    rest: Rest, reader: Rest, graph: Client
) -> None:
    await ledger(rest)
    before = await held(graph)
    for method, path, _ in TAKEN + ABSENT:
        for coding in ("gzip", "br", "identity, deflate"):
            sent = {"content_encoding": coding}
            response = await rest.send(method, f"{ROOT}/{path}", gzip.compress(b'{"name": "A"}'), **sent)
            message = f"The body has the Content-Encoding '{coding}', which is not taken: send it uncompressed."
            assert (response.status_code, exact(response)) == (
                415,
                {"error": "unsupported_media_type", "message": message},
            )
            assert response.headers["accept-encoding"] == "identity"
        assert await refused(reader, method, path, b"{", content_encoding="gzip") == (403, "forbidden")
        assert await refused(rest, method, path, HUGE, content_encoding="gzip") == (413, "body_too_large")
        assert await refused(rest, method, path, b"{", content_encoding="identity") == (400, "invalid_json")
    assert await held(graph) == before


async def test_a_byte_order_mark_before_json_is_skipped(rest: Rest) -> None:
    mark = b"\xef\xbb\xbf"
    for method, status in (("POST", 201), ("PUT", 200), ("PATCH", 200)):
        response = await rest.send(method, f"{ROOT}/accounts/MARKED", mark + b'{"name": "A"}')
        assert (response.status_code, exact(response)["name"]) == (status, "A")
