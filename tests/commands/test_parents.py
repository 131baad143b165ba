"""The parent of an account: any other account, be it there or not, and never itself."""

from typing import Any

import pytest

from tests.commands.verbs import create, patch, read, refused, write
from tests.gateway import Client

PARENT = "parentAccountNumber"
OWN = {PARENT: "A-1", "isParentAccount": True}
IN_INGEST = {"parent_account_number": "A-1", "is_parent_account": True}
REST = "/api/v1/ingest/accounts/A-1"


@pytest.mark.parametrize("product", ["combined", "collections", "cashApp"])
@pytest.mark.parametrize("verb", ["create", "replace"])
async def test_an_account_is_not_its_own_parent(acme: Client, verb: str, product: str) -> None:
    declared = {"currency": "EUR", "language": "en"} if product == "collections" else {}
    family = OWN if product != "cashApp" else {PARENT: "A-1"}
    body = {product: {"name": "Acme", **declared, **family}}
    assert await refused(acme, verb, "Account", "A-1", body) == [("INVALID", f"input.{product}.{PARENT}")]
    assert await read(acme, "Account", "A-1", "version") is None


async def test_nor_does_a_patch_make_it_so(acme: Client) -> None:
    await create(acme, "Account", "A-1", {"combined": {"name": "Acme", PARENT: "B", "isParentAccount": False}})
    payload = await write(acme, "patch", "Account", "A-1", {PARENT: "A-1", "email": "x"}, "version")
    assert [(error["field"], error["message"]) for error in payload["userErrors"]] == [
        (["patch", "email"], 'email must be one e-mail address such as jane@example.com, found: "x".'),
        (["patch", PARENT], "An account cannot be its own parent."),
    ]
    assert await read(acme, "Account", "A-1", f"version {PARENT}") == {"version": 1, PARENT: "B"}
    assert await patch(acme, "Account", "A-1", {PARENT: "a-1"}) == {"version": 2}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_so_it_is_over_rest(acme: Client, method: str) -> None:
    if method == "PATCH":
        await create(acme, "Account", "A-1", {"combined": {"name": "Acme"}})
    body: dict[str, Any] = {"name": "Acme", **IN_INGEST}
    response = await acme.gateway.http.request(method, REST, json=body, headers=acme.headers)
    assert response.status_code == 422
    assert response.json()["details"] == [
        {"field": "parent_account_number", "code": "invalid", "message": "An account cannot be its own parent."}
    ]
    stored = await read(acme, "Account", "A-1", f"version {PARENT}")
    assert stored == ({"version": 1, PARENT: None} if method == "PATCH" else None)
