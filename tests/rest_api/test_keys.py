"""A key may hold any character that is seen: it is percent-encoded in an address, and comes back as it is."""

from typing import Any

import pytest

from tests.gateway import Client
from tests.rest_api.client import ROOT, Rest, address, exact
from tests.rest_api.world import ACCOUNT, DOCUMENT, NOTE, held

KEYS = [
    "a/b",
    "/",
    "a//b/",
    "a/../b",
    "../a",
    "...",
    "x y",
    "x\u00a0y\u2003z",
    "ü ß Ω",
    "日本",
    "😀",
    "e\u0301",
    "100%",
    "%2F",
    "%",
    "a?b=c",
    "#1",
    "a+b",
    "a&b=c;d",
    "a:b@c",
    "\"'\\",
    "<b>",
    "{account_number}",
    "*'()!~-_",
    "a",
    "A",
    "notes",
    "null",
    "x" * 255,
    "日" * 255,
]
HARD = ["a/b", "../a", "x\u00a0y", "日本 😀", "%2F", "a?b=c#d", "a+b&c", "closure"]
NO_UTF_8 = ["%FF", "%C3", "a%ED%A0%80", "%F5%80%80%80", "%C0%AF"]
IMPOSSIBLE = {
    "%2E": "invalid",
    "%2e%2E": "invalid",
    "%20%0A": "required",
    "a%00": "invalid",
    "x" * 256: "too_long",
    **dict.fromkeys(NO_UTF_8, "invalid"),
}


async def test_a_resource_under_any_key(rest: Rest, graph: Client) -> None:
    for key in KEYS:
        made = await rest.post("contacts", key, body={"city": key})
        assert (made["reference"], made["city"]) == (key, key)
        assert await rest.get("contacts", key) == made
        text = "query($k: String!) { contact(reference: $k) { reference } }"
        assert await graph.only(text, k=key) == {"reference": key}


async def test_accounts_and_notes_under_any_key(rest: Rest) -> None:
    for key in HARD:
        made = await rest.post("accounts", key, body=ACCOUNT)
        assert made["accountNumber"] == key
        note = await rest.post("accounts", key, "notes", body=NOTE | {"reference": key})
        assert (note["reference"], note["account_number"]) == (key, key)
        assert await rest.get("accounts", key, "notes", key) == note
        assert (await rest.patch("accounts", key, body={"vat": "V"}))["csrId"] == made["csrId"]
        read = await rest.get("accounts", key)
        assert (read["accountNumber"], [n["reference"] for n in read["notes"]]) == (key, [key])


async def test_documents_representatives_and_contacts_under_any_key_and_their_links(rest: Rest) -> None:
    for key in HARD:
        await rest.post("accounts", key, body=ACCOUNT)
        made = await rest.post("documents", key, body=DOCUMENT | {"account_number": key})
        assert (made["documentNumber"], made["account_number"]) == (key, key)
        assert (await rest.close(key, {"closure_reason": "other"}))["documentNumber"] == key
        assert (await rest.put("representatives", key, body={}, status=201))["reference"] == key
        assert (await rest.put("contacts", key, body={"account_number": key}, status=201))["reference"] == key
        assert (await rest.get("contacts", key))["account_number"] == key
        assert await rest.link(key, "accounts", key) == {"reference": key, "account_number": key}
        assert await rest.link(key, "documents", key) == {"reference": key, "document_number": key}
        assert (await rest.get("representatives", key))["accounts"] == [key]
        assert (await rest.get("representatives", key, "documents"))["documents"] == [key]


async def test_a_key_is_decoded_once_and_a_plus_is_a_plus(rest: Rest) -> None:
    ways = {"a+b": "a+b", "a%2Bb": "a+b", "a%20b": "a b", "%252F": "%2F", "%2541": "%41", "%61": "a", "%zz": "%zz"}
    for path, key in ways.items():
        response = await rest.send("PUT", f"{ROOT}/accounts/{path}", {"name": path})
        assert exact(response)["accountNumber"] == key, path
        assert (await rest.get("accounts", key))["name"] == path


@pytest.mark.parametrize("kind", ["accounts", "documents", "representatives", "contacts"])
async def test_a_key_that_cannot_be_is_refused_in_a_create_and_absent_in_a_read(
    rest: Rest, graph: Client, kind: str
) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    before = await held(graph)
    name = {"accounts": "account_number", "documents": "document_number"}.get(kind, "reference")
    body = ACCOUNT if kind == "accounts" else ACCOUNT | DOCUMENT
    for key, code in IMPOSSIBLE.items():
        path = f"{ROOT}/{kind}/{key}"
        for method in ("POST", "PUT", "PATCH"):
            response = await rest.send(method, path, body)
            assert response.status_code == 422, key
            assert [(d["code"], d["field"]) for d in exact(response)["details"]] == [(code, name)]
        assert (await rest.send("GET", path)).status_code == 404
    assert await held(graph) == before


async def test_an_address_that_is_no_utf_8_but_in_its_keys_is_none(rest: Rest, graph: Client) -> None:
    before = await held(graph)
    for wrong in NO_UTF_8:
        for method in ("GET", "PUT"):
            for path in (f"{ROOT}/{wrong}/A", f"{ROOT}/accounts/A/{wrong}", f"/api/{wrong}"):
                response = await rest.send(method, path, ACCOUNT if method != "GET" else None)
                assert (response.status_code, exact(response)["error"]) == (404, "not_found"), path
    assert await held(graph) == before


async def test_a_key_that_cannot_be_is_absent_in_links_closures_and_notes(rest: Rest) -> None:
    await rest.put("representatives", "R", body={}, status=201)
    await rest.put("accounts", "A", body=ACCOUNT, status=201)
    for key in ("%2E", "%00", "x" * 256, *NO_UTF_8):
        for method, path, body in (
            ("PUT", f"representatives/R/accounts/{key}", None),
            ("PUT", f"representatives/{key}/accounts/A", None),
            ("GET", f"representatives/{key}/documents", None),
            ("POST", f"documents/{key}/closure", {"closure_reason": "paid"}),
            ("POST", f"accounts/{key}/notes", NOTE),
            ("GET", f"accounts/A/notes/{key}", None),
        ):
            response = await rest.send(method, f"{ROOT}/{path}", body)
            assert (response.status_code, exact(response)["error"].endswith("_not_found")) == (404, True), path


async def test_the_reference_of_a_note_is_held_to_the_same(rest: Rest) -> None:
    await rest.post("accounts", "A", body=ACCOUNT)
    wrong = {
        "": "required",
        " \n": "required",
        ".": "invalid",
        "..": "invalid",
        "a\0": "invalid",
        "x" * 256: "too_long",
    }
    for reference, code in wrong.items():
        body = NOTE | {"reference": reference}
        assert await rest.faults("POST", "accounts", "A", "notes", body=body) == [(code, "reference")]
    no_texts: list[tuple[Any, str]] = [(None, "required"), (1, "invalid"), (True, "invalid"), (["N"], "invalid")]
    for value, code in no_texts:
        body = NOTE | {"reference": value}
        assert await rest.faults("POST", "accounts", "A", "notes", body=body) == [(code, "reference")]
    assert (await rest.get("accounts", "A"))["notes"] == []


async def test_the_key_in_the_address_counts_and_may_be_repeated_in_the_body(rest: Rest) -> None:
    body = ACCOUNT | {"account_number": "A", "accountNumber": "A", "csrId": 7}
    made = await rest.post("accounts", "A", body=body)
    assert made["accountNumber"] == "A"
    assert set(made) == {"csrId", "accountNumber", "name", "createdAt", "updatedAt"}
    assert exact(await rest.send("GET", address("accounts", "A")))["csrId"] == made["csrId"]
