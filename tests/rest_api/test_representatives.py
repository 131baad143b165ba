"""Representatives' links and their paged listings."""

import asyncio
from typing import Any

import pytest

from app.storage.tables import ACCOUNT_REPRESENTATIVES, ACCOUNTS, DOCUMENT_REPRESENTATIVES, DOCUMENTS
from tests.gateway import Client
from tests.rest_api.client import Rest, address, exact
from tests.rest_api.world import ACCOUNT, DOCUMENT, copy, link_all

TABLES_OF = {
    "accounts": (ACCOUNTS, ACCOUNT_REPRESENTATIVES, "account_number"),
    "documents": (DOCUMENTS, DOCUMENT_REPRESENTATIVES, "document_number"),
}
NUMBERS = [f"N-{n:03}" for n in range(1, 104)]


async def linked(rest: Rest, kind: str) -> None:
    """A representative linked to 103 accounts or documents, the last one first."""
    first, others = NUMBERS[-1], NUMBERS[-2::-1]
    await rest.put("representatives", "R", body={}, status=201)
    await rest.put("accounts", "ACCT-001", body=ACCOUNT, status=201)
    made = await rest.put(kind, first, body=ACCOUNT if kind == "accounts" else DOCUMENT, status=201)
    await rest.link("R", kind, first)
    table, links, key = TABLES_OF[kind]
    await copy(rest, table, made["csrId"], key, others)
    await link_all(rest, links, "R", key, others)


@pytest.mark.parametrize("kind", ["accounts", "documents"])
async def test_linked_numbers_are_listed_by_page_in_order_with_their_total(rest: Rest, kind: str) -> None:
    await linked(rest, kind)
    other = {"accounts": "documents", "documents": "accounts"}[kind]
    pages: list[tuple[dict[str, Any], int, int, list[str]]] = [
        ({}, 1, 100, NUMBERS[:100]),
        ({"page": 2}, 2, 100, NUMBERS[100:]),
        ({"page": 3}, 3, 100, []),
        ({"limit": 1}, 1, 1, NUMBERS[:1]),
        ({"limit": 1, "page": 103}, 103, 1, NUMBERS[102:]),
        ({"limit": 50, "page": 3}, 3, 50, NUMBERS[100:]),
        ({"page": 10_000_000, "limit": 100}, 10_000_000, 100, []),
    ]
    for query, page, limit, numbers in pages:
        listing = await rest.get("representatives", "R", kind, **query)
        assert listing == {"reference": "R", "page": page, "limit": limit, "total": 103, kind: numbers}
    whole = await rest.get("representatives", "R")
    assert (whole[kind], whole[other]) == (NUMBERS[:100], [])
    listing = await rest.get("representatives", "R", other)
    assert listing == {"reference": "R", "page": 1, "limit": 100, "total": 0, other: []}


async def test_a_page_or_limit_out_of_range_is_told_and_both_at_once(rest: Rest) -> None:
    await rest.put("representatives", "R", body={}, status=201)
    wrong = ("0", "-1", "1.5", "x", "", "%20", "%2B1", "1e1", "%D9%A1", "9" * 30)
    for kind in ("accounts", "documents"):
        for value in wrong:
            assert await faults(rest, kind, f"page={value}") == ["page"], value
            assert await faults(rest, kind, f"limit={value}") == ["limit"], value
            assert await faults(rest, kind, f"page={value}&limit={value}") == ["page", "limit"], value
        assert await faults(rest, kind, "limit=101") == ["limit"]


async def test_the_refusal_of_a_page_shows_what_was_sent_and_what_is_wanted(rest: Rest) -> None:
    await rest.put("representatives", "R", body={}, status=201)
    response = await rest.send("GET", address("representatives", "R", "accounts") + "?page=%00&limit=101")

    assert [fault["message"] for fault in exact(response)["details"]] == [
        r'page must be a whole number from 1 to 10000000, found: "\u0000".',
        'limit must be a whole number from 1 to 100, found: "101".',
    ]


async def faults(rest: Rest, kind: str, query: str) -> list[str]:
    response = await rest.send("GET", f"{address('representatives', 'R', kind)}?{query}")
    answer = exact(response)
    assert (response.status_code, answer["error"]) == (422, "validation_failed")
    assert {fault["code"] for fault in answer["details"]} == {"invalid"}
    return [fault["field"] for fault in answer["details"]]


async def test_an_unknown_representative_comes_before_a_wrong_page(rest: Rest) -> None:
    response = await rest.send("GET", address("representatives", "R", "accounts") + "?page=0")
    assert (response.status_code, exact(response)["error"]) == (404, "representative_not_found")


async def test_linking_again_changes_nothing_at_once_and_later(rest: Rest, graph: Client) -> None:
    await rest.put("representatives", "R", body={}, status=201)
    await rest.put("accounts", "ACCT-001", body=ACCOUNT, status=201)
    await rest.put("documents", "D", body=DOCUMENT, status=201)
    for _ in range(2):
        answers = await asyncio.gather(*(rest.link("R", "accounts", "ACCT-001") for _ in range(5)))
        assert answers == [{"reference": "R", "account_number": "ACCT-001"}] * 5
        assert await rest.link("R", "documents", "D") == {"reference": "R", "document_number": "D"}
    assert (await rest.get("representatives", "R", "accounts"))["total"] == 1
    read = await graph.only(
        '{ representative(reference: "R") { version accounts { totalCount } documents { nodes { documentNumber } } } }'
    )
    assert read == {
        "version": 1,
        "accounts": {"totalCount": 1},
        "documents": {"nodes": [{"documentNumber": "D"}]},
    }


async def test_many_representatives_share_an_account_and_a_replace_keeps_the_links(rest: Rest) -> None:
    await rest.put("accounts", "ACCT-001", body=ACCOUNT, status=201)
    for reference in ("R1", "R2"):
        await rest.put("representatives", reference, body={"name": "A"}, status=201)
        await rest.link(reference, "accounts", "ACCT-001")
    assert "name" not in await rest.put("representatives", "R1", body={})
    for reference in ("R1", "R2"):
        assert (await rest.get("representatives", reference))["accounts"] == ["ACCT-001"]


async def test_linked_numbers_are_embedded_by_get_alone(rest: Rest) -> None:
    for answer in (
        await rest.post("representatives", "R", body={}),
        await rest.put("representatives", "R", body={}),
        await rest.patch("representatives", "R", body={}),
    ):
        assert set(answer) == {"csrId", "reference", "createdAt", "updatedAt"}
    assert (await rest.get("representatives", "R"))["accounts"] == []


async def test_a_supervisor_exists_and_supervises_nobody_above(rest: Rest) -> None:
    supervisor = "supervisor_representative_reference"
    await rest.post("representatives", "TOP", body={})
    await rest.post("representatives", "MID", body={supervisor: "TOP"})
    assert (await rest.post("representatives", "LOW", body={supervisor: "MID"}))[supervisor] == "MID"
    for reference in ("LOW", "MID", "TOP"):
        assert await rest.faults("PATCH", "representatives", "TOP", body={supervisor: reference}) == [
            ("invalid", supervisor)
        ]
    assert await rest.faults("PUT", "representatives", "NEW", body={supervisor: "NOBODY"}) == [
        ("not_found", supervisor)
    ]
    assert supervisor not in await rest.get("representatives", "TOP")
    assert await rest.is_absent("representatives", "NEW")
