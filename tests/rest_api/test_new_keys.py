"""Nobody is given a key whose twin looks the same; who has one already keeps it, by both facades."""

from typing import Any

import pytest

from app.domain.enums import Resource
from app.storage.tables import TABLES
from tests.commands.verbs import faults, note, patch, read, refused
from tests.gateway import Client
from tests.rest_api.client import Rest, exact
from tests.rest_api.client import address as path_of
from tests.rest_api.world import ACCOUNT, DOCUMENT, NOTE, copy, held, ledger

TWINS = ["ACME ", " ACME", "ACME\u00a0", "ACME\u3000", "ACME\t", "AC\nME", "AC\u200bME", "\ufeffACME", "AC\u00adME",
         "AC\u200dME", "AC\u2028ME", "ACME\u2029", "AC\u202eME", "AC\x7fME", "AC\x85ME", "AC\U000e0041ME"]  # fmt: skip
KINDS = {
    "accounts": "account_number",
    "documents": "document_number",
    "representatives": "reference",
    "contacts": "reference",
}
BODIES: dict[str, dict[str, Any]] = {
    "accounts": ACCOUNT,
    "documents": DOCUMENT,
    "representatives": {"name": "Rita"},
    "contacts": {"account_number": "ACCT-001"},
}
GRAPH: dict[str, tuple[str, Any]] = {
    "accounts": ("Account", {"combined": {"name": "Acme"}}),
    "documents": (
        "Document",
        {"combined": {"accountNumber": "ACCT-001", "invoiceDate": "2026-05-12", "dueDate": "2026-06-11"}},
    ),
    "representatives": ("Representative", {"name": "Rita"}),
    "contacts": ("Contact", {"accountNumber": "ACCT-001"}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
async def test_no_create_and_no_replace_gives_such_a_key(rest: Rest, graph: Client, kind: str) -> None:
    await ledger(rest)
    before = await held(graph)
    resource, body = GRAPH[kind]
    name = {"account_number": "accountNumber", "document_number": "documentNumber"}.get(KINDS[kind], KINDS[kind])
    for key in TWINS:
        for method in ("POST", "PUT"):
            assert await rest.faults(method, kind, key, body=BODIES[kind]) == [("invalid", KINDS[kind])], ascii(key)
        for verb in ("create", "replace"):
            assert await refused(graph, verb, resource, key, body) == [("INVALID", name)], ascii(key)
        assert (await rest.send("PATCH", path_of(kind, key), {})).status_code == 404
    assert await held(graph) == before


async def test_no_note_is_given_such_a_key(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    before = await held(graph)
    for key in TWINS:
        body = NOTE | {"reference": key}
        assert await rest.faults("POST", "accounts", "ACCT-001", "notes", body=body) == [("invalid", "reference")]
        assert faults(await note(graph, "ACCT-001", body)) == [("INVALID", "input.reference")]
    assert await held(graph) == before


async def test_the_refusal_says_which_character_it_is_and_where(rest: Rest) -> None:
    for key, told in {
        "ACME\u200b": "must not contain invisible characters: character 5 is U+200B ZERO WIDTH SPACE.",
        "ACME ": "must neither begin nor end with white space: it ends with U+0020 SPACE.",
        "AC\tME": "must not contain invisible characters: character 3 is U+0009 TAB.",
    }.items():
        answer = await rest.write("PUT", "accounts", key, body=ACCOUNT, status=422)
        assert answer["details"] == [
            {"field": "account_number", "code": "invalid", "message": f"account_number {told}"}
        ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["OLD ", "O\u200bLD", "OLD\t"], ids=ascii)
@pytest.mark.slow
async def test_what_has_such_a_key_already_is_read_and_written_as_ever(
    rest: Rest, graph: Client, kind: str, key: str
) -> None:
    await ledger(rest)
    made = await rest.put(kind, "OLD", body=BODIES[kind], status=201)
    resource = Resource(kind.removesuffix("s"))
    await copy(rest, TABLES[resource], made["csrId"], KINDS[kind], [key])
    old = await rest.get(kind, key)
    assert old[next(name for name in ("accountNumber", "documentNumber", "reference") if name in old)] == key

    assert (await rest.patch(kind, key, body={}))["csrId"] == old["csrId"]
    assert (await rest.put(kind, key, body=BODIES[kind]))["csrId"] == old["csrId"]
    again = await rest.send("POST", path_of(kind, key), BODIES[kind])
    assert (again.status_code, exact(again)["error"]) == (409, f"{resource}_already_exists")
    name, _ = GRAPH[kind]
    assert await read(graph, name, key, "csrId") == {"csrId": old["csrId"]}
    assert await patch(graph, name, key, {}, "csrId") == {"csrId": old["csrId"]}
    assert await refused(graph, "create", name, key, GRAPH[kind][1])
    assert len((await graph.only(f"{{ {kind}(first: 100) {{ nodes {{ id }} }} }}"))["nodes"]) >= 2


async def test_what_belongs_to_an_account_or_a_document_with_such_a_key_is_written_as_ever(
    rest: Rest, graph: Client
) -> None:
    await ledger(rest)
    account = await rest.get("accounts", "ACCT-001")
    await copy(rest, TABLES[Resource.ACCOUNT], account["csrId"], "account_number", ["ACCT-001 "])
    document = await rest.get("documents", "INV-001")
    await copy(rest, TABLES[Resource.DOCUMENT], document["csrId"], "document_number", ["INV-001 "])

    await rest.post("documents", "NEW", body=DOCUMENT | {"account_number": "ACCT-001 "})
    await rest.post("contacts", "NEW", body={"account_number": "ACCT-001 "})
    await rest.post("accounts", "ACCT-001 ", "notes", body=NOTE | {"reference": "N-2"})
    await rest.link("REP-001", "accounts", "ACCT-001 ")
    await rest.link("REP-001", "documents", "INV-001 ")
    assert (await rest.close("INV-001 ", {"closure_reason": "paid"}))["status"] == "closed"
    assert (await rest.get("documents", "NEW"))["account_number"] == "ACCT-001 "
    assert await rest.faults("POST", "documents", "D", body=DOCUMENT | {"account_number": "ACCT-002 "}) == [
        ("not_found", "account_number")
    ]


async def test_the_parent_of_an_account_need_not_exist_and_may_be_any_text(rest: Rest) -> None:
    body = ACCOUNT | {"parent_account_number": "OLD ", "is_parent_account": False}
    assert (await rest.post("accounts", "A", body=body))["parent_account_number"] == "OLD "
