"""Imports: each line is written and answered as a single REST write would be, in order."""

import gzip
import json
from typing import Any

import pytest

from tests.gateway import Client, Gateway
from tests.rest_api.bulk.importing import (
    IMPORTS,
    Line,
    account,
    document,
    envelope,
    get,
    ndjson,
    run_import,
    told,
)

HELD = """{ accounts { nodes { accountNumber name products version } } documents { nodes { documentNumber status
  products version closure { reason closedAt notes } } } notes: account(accountNumber: "A-1") { notes { nodes {
  reference body } } representatives { nodes { reference } } } }"""
CLOSED = {"closure_reason": "paid", "closure_date": "2026-03-01T00:00:00Z", "notes": "By cheque."}


async def test_one_file_mixes_resources_and_is_applied_in_its_order(acme: Client) -> None:
    lines = [
        document("D-1"),
        account(),
        document("D-1"),
        document("D-1", po_number="PO-1"),
        envelope("document", "D-1", "close", closure_reason="paid"),
        envelope("document", "D-1", "close", closure_reason="paid"),
        envelope("note", "N-1", account_number="A-1", body="Called."),
        envelope("note", "N-1", account_number="A-1", body="Called."),
        envelope("representative", "R-1", name="Rita"),
        envelope("representative", "R-1", "link", account_number="A-1"),
        envelope("representative", "R-1", "link", account_number="A-1"),
        envelope("representative", "R-1", "link", document_number="D-9"),
        envelope("contact", "C-1", "create", account_number="A-1", name="Cora"),
        account(verb="create"),
        account(verb="patch", name="Beech"),
        account(verb="patch", name="Beech"),
        envelope("contact", "C-9", "patch", name="Cora"),
    ]
    answer = await run_import(acme, lines)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert told(answer.lines) == [
        (1, 422, "not_found account_number"),
        (2, 201),
        (3, 201),
        (4, 200),
        (5, 200),
        (6, 409, "document_already_closed"),
        (7, 201),
        (8, 409, "note_already_exists"),
        (9, 201),
        (10, 200),
        (11, 200),
        (12, 404, "document_not_found"),
        (13, 201),
        (14, 409, "account_already_exists"),
        (15, 200),
        (16, 200),
        (17, 404, "contact_not_found"),
    ]
    versions = [line.get("version") for line in answer.lines]
    assert versions == [None, 1, 1, 2, 3, None, 1, None, 1, None, None, None, 1, None, 2, 2, None]
    assert answer.end == {
        "state": "completed_with_errors",
        "lines": 17,
        "created": 5,
        "replaced": 1,
        "patched": 1,
        "closed": 1,
        "linked": 1,
        "unchanged": 2,
        "failed": 6,
    }
    assert answer.lines[3] == {"line": 4, "resource": "document", "key": "D-1", "status": 200, "version": 2}


async def test_a_document_comes_with_its_closure_and_a_second_import_changes_nothing(acme: Client) -> None:
    lines = [
        account(),
        document("D-1", closure=CLOSED),
        document("D-2", denomination=0, closure=CLOSED),
        document("D-3", closure={"closure_reason": "lost"}),
    ]
    first, second = await run_import(acme, lines), await run_import(acme, lines)
    assert told(first.lines) == [(1, 201), (2, 201), (3, 201), (4, 422, "invalid closure.closure_reason")]
    assert told(second.lines) == [(1, 200), (2, 200), (3, 200), (4, 422, "invalid closure.closure_reason")]
    assert second.end == {"state": "completed_with_errors", "lines": 4, "unchanged": 3, "failed": 1}
    held = await acme.query(HELD)
    closure = {"reason": "PAID", "closedAt": "2026-03-01T00:00:00.000Z", "notes": "By cheque."}
    assert [(each["status"], each["closure"], each["version"]) for each in held["documents"]["nodes"]] == [
        ("CLOSED", closure, 1),
        ("CLOSED", closure, 1),
    ]


async def test_lines_are_bare_bodies_where_the_import_says_what_they_are(acme: Client) -> None:
    await run_import(acme, [account("A-1"), account("A-2")])
    lines = [
        {"account_number": "A-1", "name": "Beech"},
        {"name": "Cedar"},
        {"account_number": 7},
        account("A-2", name="Dogwood"),
        {"account_number": "A-3", "name": "Elm", "products": ["invoicing"], "accountNumber": "A-4", "colour": "red"},
    ]
    answer = await run_import(acme, lines, resource="accounts", verb="patch", products="collections,open_balance")
    assert told(answer.lines) == [
        (1, 200),
        (2, 422, "required account_number"),
        (3, 422, "invalid account_number"),
        (4, 200),
        (5, 404, "account_not_found"),
    ]
    assert answer.lines[1]["key"] is None
    accounts = (await acme.query(HELD))["accounts"]["nodes"]
    assert accounts == [
        {"accountNumber": "A-1", "name": "Beech", "products": ["COLLECTIONS", "OPEN_BALANCE"], "version": 2},
        {"accountNumber": "A-2", "name": "Dogwood", "products": ["COLLECTIONS", "OPEN_BALANCE"], "version": 2},
    ]


async def test_links_and_notes_and_closures_are_bare_bodies_too(acme: Client) -> None:
    await run_import(acme, [account(), document("D-1"), envelope("representative", "R-1", name="Rita")])
    links = [
        {"reference": "R-1", "account_number": "A-1"},
        {"reference": "R-1", "document_number": "D-1"},
        {"reference": "R-1"},
        {"reference": "R-1", "document_number": "D-1", "account_number": "A-1"},
        {"document_number": "D-1"},
        {"reference": "R-2", "document_number": "D-1"},
    ]
    assert told((await run_import(acme, links, resource="links")).lines) == [
        (1, 200),
        (2, 200),
        (3, 422, "required account_number"),
        (4, 422, "invalid account_number"),
        (5, 422, "required reference"),
        (6, 404, "representative_not_found"),
    ]
    notes = [{"reference": "N", "account_number": "A-1", "body": "x"}, {"reference": "M", "body": "x"}]
    notes.append({"reference": "L", "account_number": "A-9"})
    answer = await run_import(acme, notes, resource="notes")
    assert told(answer.lines) == [(1, 201), (2, 422, "required account_number"), (3, 404, "account_not_found")]
    closures = [{"document_number": "D-1", "closure_reason": "contra", "customer": 1}]
    answer = await run_import(acme, closures, resource="documents", verb="close")
    assert answer.lines == [
        {"line": 1, "resource": "document", "key": "D-1", "status": 200, "version": 2, "ignored": ["customer"]}
    ]
    assert answer.end == {"state": "completed", "lines": 1, "closed": 1}


async def test_names_that_mean_nothing_are_told_of_written_and_of_refused_lines(acme: Client) -> None:
    lines = [account(nmae="x", billing_address={"zipp": 1}, csrId=7), account("A-2", name="", phnoe=1)]
    answer = await run_import(acme, lines)
    assert [line["ignored"] for line in answer.lines] == [["nmae", "billing_address.zipp"], ["phnoe"]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"resource": "accounts", "key": "A", "data": {}}, ["invalid resource"]),
        ({"key": "A", "data": {}}, ["required resource"]),
        ({"resource": "account", "verb": "close", "key": "A", "data": {}}, ["invalid verb"]),
        ({"resource": "note", "verb": "replace", "key": "A", "data": {}}, ["invalid verb"]),
        ({"resource": "account", "verb": 7, "key": 7, "data": []}, ["invalid verb", "invalid key", "invalid data"]),
        ({"resource": "account"}, ["required key", "required data"]),
        ({"resource": "account", "key": " ", "data": None, "dat": 1}, ["required key", "invalid data", "invalid dat"]),
        ({"resource": "account", "key": "A", "data": {"name": "x"}, "products": "all"}, ["invalid products"]),
        ({"resource": "account", "key": "A", "data": {"name": "x"}, "products": ["al"]}, ["invalid products"]),
        (envelope("contact", "A", reference="B", name=1), ["invalid reference", "invalid name"]),
        ({"resource": "account", "key": " A", "data": {"name": "x"}}, ["invalid account_number"]),
        ({"resource": "note", "key": "A", "data": {"account_number": 3}}, ["invalid account_number"]),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_an_envelope_is_told_with_every_fault(
    acme: Client, line: Line, expected: list[str]
) -> None:
    answer = await run_import(acme, [line])
    assert told(answer.lines) == [(1, 422, *expected)]
    assert answer.end == {"state": "completed_with_errors", "lines": 1, "failed": 1}


async def test_a_line_that_is_no_json_undoes_nothing_of_the_others(acme: Client) -> None:
    file = b"".join(
        [
            b"\xef\xbb\xbf",
            ndjson([account("A-1")]),
            b"\r\n  \t\n",
            b'{"resource": "account" "key": 1}\r\n',
            b"[]\r",
            ndjson([account("A-2")]).replace(b"\n", b"\r\n"),
            b'{"resource": "\xe4"}\n',
            b'{"resource": NaN}\n',
            b'{"a": ' * 200 + b"\n",
            b'{"a": "\0"}\n',
            ndjson([account("A-3")]).rstrip(),
        ]
    )
    answer = await run_import(acme, file)
    assert told(answer.lines) == [
        (1, 201),
        (4, 400, "invalid_json"),
        (5, 400, "invalid_json"),
        (6, 201),
        (7, 400, "invalid_json"),
        (8, 400, "invalid_json"),
        (9, 400, "invalid_json"),
        (10, 400, "invalid_json"),
        (11, 201),
    ]
    messages = [line["message"] for line in answer.lines if "message" in line]
    assert messages[0] == "The line is no JSON from column 24 on: expecting ',' delimiter."
    assert messages[2].startswith("The line is not UTF-8: the character in column 15 is written in another encoding.")
    assert answer.end == {"state": "completed_with_errors", "lines": 9, "created": 3, "failed": 6}
    kept = await get(acme, f"/{answer.id}")
    assert kept["offset"] == len(file)


async def test_a_line_that_is_too_long_is_refused_and_reading_goes_on(database_url: str) -> None:
    async with Gateway(database_url, max_body_bytes=2_000) as gateway:
        acme = await gateway.tenant("acme")
        exactly = json.dumps(account("A-2"))
        exactly += " " * (2_000 - len(exactly))
        file = b"\n".join(
            [json.dumps(account("A-1", description="x" * 2_000)).encode(), exactly.encode(), b"x" * 900_000, b""]
        )
        answer = await run_import(acme, file + ndjson([account("A-3")]))
        assert told(answer.lines) == [(1, 413, "body_too_large"), (2, 201), (3, 413, "body_too_large"), (4, 201)]
        assert answer.lines[0]["key"] is None


async def test_the_answer_may_be_of_failed_lines_or_the_end_alone(acme: Client) -> None:
    lines = [account("A-1"), account("A-2", name=""), account("A-3")]
    failed = await run_import(acme, lines, answer="failed")
    assert told(failed.lines) == [(2, 422, "required name")]
    end = await run_import(acme, lines, answer="end")
    assert end.lines == []
    assert end.end == {"state": "completed_with_errors", "lines": 3, "unchanged": 2, "failed": 1}


async def test_an_import_may_stop_at_its_first_failure(acme: Client) -> None:
    lines = [account("A-1"), account("A-2", name=""), account("A-3")]
    answer = await run_import(acme, lines, on_error="stop")
    assert told(answer.lines) == [(1, 201), (2, 422, "required name")]
    assert answer.end == {"state": "stopped", "lines": 2, "created": 1, "failed": 1}
    kept = await get(acme, f"/{answer.id}")
    assert (kept["state"], kept["offset"]) == ("stopped", len(ndjson(lines[:2])))
    malformed = ndjson([account("A-4")]) + b"{\n" + ndjson([account("A-5")])
    answer = await run_import(acme, malformed, on_error="stop")
    assert told(answer.lines) == [(1, 201), (2, 400, "invalid_json")]
    accounts = (await acme.query(HELD))["accounts"]["nodes"]
    assert [each["accountNumber"] for each in accounts] == ["A-1", "A-4"]


async def test_a_dry_run_judges_lines_by_those_before_them_and_writes_nothing(acme: Client) -> None:
    lines = [account(), *(document(f"D-{n}") for n in range(1_200)), document("D-7", "create"), document("D-1")]
    answer = await run_import(acme, lines, dry_run="true", answer="failed")
    assert told(answer.lines) == [(1202, 409, "document_already_exists")]
    assert answer.end == {
        "state": "completed_with_errors", "lines": 1203, "created": 1201, "unchanged": 1, "failed": 1
    }  # fmt: skip
    assert (await acme.query(HELD))["accounts"]["nodes"] == []
    assert (await get(acme, f"/{answer.id}"))["dry_run"] is True


async def test_a_file_may_come_as_gzip_of_several_members(acme: Client) -> None:
    file = gzip.compress(ndjson([account("A-1")])[:10]) + gzip.compress(ndjson([account("A-1")])[10:])
    answer = await run_import(acme, file, Content_Encoding="gzip")
    assert answer.end == {"state": "completed", "lines": 1, "created": 1}


async def test_of_a_gzip_that_is_cut_short_the_whole_lines_are_done(acme: Client) -> None:
    lines = [account(f"A-{n}", description=str(n) * 50) for n in range(1_000)]
    packed = gzip.compress(ndjson(lines))
    answer = await run_import(acme, packed[: len(packed) // 2], Content_Encoding="gzip")
    assert answer.status == 200
    done = len(answer.all)
    assert 100 < done < 1_000
    assert [line["status"] for line in answer.all] == [201] * done
    kept = await get(acme, f"/{answer.id}")
    assert (kept["state"], kept["lines"]) == ("interrupted", done)
    assert kept["offset"] == len(ndjson(lines[:done]))
    rest = gzip.compress(ndjson(lines)[kept["offset"] :])
    answer = await run_import(
        acme, rest, f"{IMPORTS}/{answer.id}", Content_Encoding="gzip", Upload_Offset=str(kept["offset"])
    )
    assert answer.lines[0]["line"] == done + 1
    assert answer.end == {"state": "completed", "lines": 1_000, "created": 1_000}


async def test_an_empty_file_ends_with_no_line(acme: Client) -> None:
    for options in ({}, {"type": "text/csv", "resource": "accounts"}, {"Content_Encoding": "gzip"}):
        answer = await run_import(acme, b"", **options)
        assert answer.end == {"state": "completed"}


async def test_lines_that_are_written_are_in_the_change_log_under_the_request(acme: Client) -> None:
    await run_import(acme, [account("A-1"), account("A-1", name="Beech")], X_Request_Id="load-7")
    text = "{ changes(first: 10) { nodes { key verb requestId after } } }"
    changes: list[Any] = [each for each in (await acme.only(text))["nodes"] if each["key"] == "A-1"]
    assert [(each["verb"], each["requestId"]) for each in changes] == [("CREATE", "load-7"), ("REPLACE", "load-7")]
