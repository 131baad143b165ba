"""A refused write tells all that is wrong with it: its key, the version it expects, and its body, however deep."""

from typing import Any

import pytest

from tests.commands.verbs import (
    DATED,
    KEYS,
    LEAST,
    account,
    close,
    create,
    faults,
    note,
    read,
    refused,
    replace,
    write,
)
from tests.gateway import Client

DEEP: dict[str, Any] = {
    "lineItems": [{}, {"unitPrice": "1.00000000001"}],
    "thickBilling": {"detail": [{"uomCol": "x" * 256}]},
}
# Bodies with faults of form, of reference and of requirement; where each fault lies in `input` and in `patch`.
WRONG: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "Account": (
        {"name": " ", "currency": "usd", "billingAddress": {"country": "Germany"}},
        [("INVALID", "currency"), ("INVALID", "billingAddress.country"), ("REQUIRED", "name")],
    ),
    "Document": (
        {"accountNumber": "nowhere", "invoiceDate": "2026-01-05", "dueDate": "2026-02-04", "routing": "E",
         "destEmailAddress": "a@x.com; b@y.com", **DEEP},
        [
            ("INVALID", "destEmailAddress"),
            ("INVALID", "lineItems.1.unitPrice"),
            ("TOO_LONG", "thickBilling.detail.0.uomCol"),
            ("NOT_FOUND", "accountNumber"),
        ],
    ),
    "Representative": (
        {"email": "no", "supervisorRepresentativeReference": "nobody"},
        [("INVALID", "email"), ("NOT_FOUND", "supervisorRepresentativeReference")],
    ),
    "Contact": (
        {"accountNumber": "nowhere", "name": "A B", "firstName": "A", "country": "XX"},
        [("INVALID", "country"), ("NOT_FOUND", "accountNumber"), ("INVALID", "name")],
    ),
}  # fmt: skip
RESOURCES = tuple(WRONG)
BAD_KEYS = {
    "": "REQUIRED",
    " \n": "REQUIRED",
    "x" * 256: "TOO_LONG",
    "a\0b": "INVALID",
    "..": "INVALID",
    "a ": "INVALID",
}


def whole(resource: str) -> tuple[dict[str, Any], str]:
    """The wrong body of a create or a replace, and where its fields lie."""
    wrong = WRONG[resource][0]
    return ({"combined": wrong}, "input.combined") if resource in ("Account", "Document") else (wrong, "input")


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("verb", ["create", "replace"])
async def test_a_faulty_key_hides_nothing_of_what_is_wrong_with_the_body(
    acme: Client, resource: str, verb: str
) -> None:
    body, place = whole(resource)
    expected = sorted((code, f"{place}.{path}") for code, path in WRONG[resource][1])
    for key, code in BAD_KEYS.items():
        found = await refused(acme, verb, resource, key, body)
        assert found[0] == (code, KEYS[resource])
        assert sorted(found[1:]) == expected, key
    text = f"{{ {resource.lower()}s {{ totalCount }} }}"
    assert await acme.only(text) == {"totalCount": 0}


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("key", ["", "absent"])
async def test_a_patch_of_nothing_is_told_what_is_wrong_with_its_body_but_not_what_it_lacks(
    acme: Client, resource: str, key: str
) -> None:
    body, expected = WRONG[resource]
    told = sorted((code, f"patch.{path}") for code, path in expected if path not in ("name",))
    found = await refused(acme, "patch", resource, key, body)
    assert found[0] == ("NOT_FOUND" if key else "REQUIRED", KEYS[resource])
    assert sorted(found[1:]) == told


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("key", ["", "A ", "absent"])
async def test_a_replace_of_nothing_at_an_expected_version_is_told_all_of_it(
    acme: Client, resource: str, key: str
) -> None:
    body, place = whole(resource)
    found = await refused(acme, "replace", resource, key, body, version=3)
    head = {"": [("REQUIRED", KEYS[resource])], "A ": [("INVALID", KEYS[resource])], "absent": []}[key]
    conflict = ("VERSION_CONFLICT", "expectedVersion")
    assert found[: len(head) + 1] == [conflict, *head]
    assert sorted(found[len(head) + 1 :]) == sorted((code, f"{place}.{path}") for code, path in WRONG[resource][1])


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_conflict_of_versions_hides_nothing_either(acme: Client, resource: str) -> None:
    await account(acme)
    await replace(acme, resource, "1", LEAST[resource])
    body, expected = WRONG[resource]
    before = await read(acme, resource, "1", "version updatedAt")

    found = await refused(acme, "patch", resource, "1", body, version=9)

    assert found[0] == ("VERSION_CONFLICT", "expectedVersion")
    assert sorted(found[1:]) == sorted((code, f"patch.{path}") for code, path in expected)
    assert await read(acme, resource, "1", "version updatedAt") == before


async def test_a_closure_is_told_of_its_document_its_version_and_its_fields_at_once(acme: Client) -> None:
    await account(acme)
    await create(acme, "Document", "D-1", LEAST["Document"])
    wrong = {"closureReason": "PAID", "closureDate": "2026-01-05", "notes": "x" * 10_001}
    notes = ("TOO_LONG", "input.notes")

    assert faults(await close(acme, "absent", wrong)) == [("NOT_FOUND", "documentNumber"), notes]
    assert faults(await close(acme, "a\0", wrong)) == [("NOT_FOUND", "documentNumber"), notes]
    assert faults(await close(acme, "D-1", wrong, version=5)) == [("VERSION_CONFLICT", "expectedVersion"), notes]
    assert await read(acme, "Document", "D-1", "version status") == {"version": 1, "status": "OPEN"}


async def test_a_note_is_told_of_its_account_its_key_and_its_body_at_once(acme: Client) -> None:
    wrong = {"reference": "N\u200b1", "body": " ", "subject": "x" * 256}
    told = [("INVALID", "input.reference"), ("TOO_LONG", "input.subject"), ("REQUIRED", "input.body")]

    absent = await note(acme, "absent", wrong | {"reference": ""})
    assert sorted(faults(absent)) == sorted(
        [("NOT_FOUND", "accountNumber"), ("REQUIRED", "input.reference"), *told[1:]]
    )
    await account(acme)
    assert sorted(faults(await note(acme, "A-1", wrong))) == sorted(told)


async def test_what_is_there_already_is_told_alone_since_another_verb_is_meant(acme: Client) -> None:
    await account(acme)
    await create(acme, "Document", "D-1", {"combined": {"accountNumber": "A-1", **DATED}})
    body, _ = whole("Document")
    assert await refused(acme, "create", "Document", "D-1", body) == [("ALREADY_EXISTS", "documentNumber")]
    await close(acme, "D-1", {"closureReason": "PAID"})
    again = await close(acme, "D-1", {"closureReason": "PAID", "notes": "x" * 10_001}, version=9)
    assert faults(again) == [("ALREADY_CLOSED", "documentNumber")]


async def test_a_key_that_cannot_be_and_a_good_body_are_one_fault(acme: Client) -> None:
    payload = await write(acme, "create", "Account", "ACME\u200b", LEAST["Account"], "version")
    message = "accountNumber must not contain invisible characters: character 5 is U+200B ZERO WIDTH SPACE."
    assert payload == {
        "account": None,
        "created": False,
        "userErrors": [{"code": "INVALID", "message": message, "field": ["accountNumber"]}],
    }
