"""What is administered is told by the tenant's change log, in one chain with what its callers write; so is a generated
PDF. No key and no hash of one is ever in it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.auth.api_keys import (
    TenantExists,
    UnknownTenant,
    create_key,
    create_tenant,
    hash_key,
    list_keys,
    revoke_key,
)
from app.demo.plan import Plan
from app.demo.tenants_and_keys import make_demonstration, reopen_demonstration
from app.domain.enums import Product
from app.storage.database.clock import now
from app.storage.tables import CHANGES
from app.storage.writes.change_log import AuditResult, audit
from tests.gateway import Client, Gateway
from tests.pdfs import pdf
from tests.servers import gateway_cli

LOG = """{ changes(first: 100) {
  nodes { sequence resource key verb version before after keyId requestId } } }"""
ACCOUNT = 'mutation { createAccount(accountNumber: "A", input: {combined: {name: "Acme"}}) { created } }'
DOCUMENT = """mutation { createDocument(documentNumber: "D", input: {combined: {accountNumber: "A",
  invoiceDate: "2026-05-12", dueDate: "2026-06-11", thickBilling: {terms: "Net 30"},
  amounts: {basic: {currency: "EUR", originalDenomination: "5", denomination: "5"}}}}) { userErrors { code } } }"""
LIST = "/api/v1/ingest/documents/D/attachments"

Row = dict[str, Any]


async def log(client: Client) -> list[Row]:
    found: list[Row] = (await client.only(LOG))["nodes"]
    return found


async def told(client: Client, *resources: str) -> list[tuple[str, str, str]]:
    return [(c["resource"], c["key"], c["verb"]) for c in await log(client) if c["resource"] in resources]


async def sound(gateway: Gateway) -> dict[str, int]:
    """The rows of each tenant's log, which all are sound."""
    found = [one async for one in audit(gateway.database)]
    assert {one.fault for one in found} == {None}
    return {one.tenant: one.rows for one in found}


def id_of(key: str | None) -> str:
    return hash_key(key or "")[:12]


async def test_a_log_begins_with_the_tenant_and_its_first_key(gateway: Gateway) -> None:
    tenant, key = await create_tenant(gateway.database, "acme", (Product.INVOICING,))
    made, opened = await log(Client(gateway, key))
    untold = {"version": None, "before": None, "keyId": None, "requestId": None}
    assert made == {
        **untold,
        "sequence": 1,
        "resource": "TENANT",
        "key": "acme",
        "verb": "CREATE",
        "after": {"name": "acme", "connection_id": tenant.connection_id, "products": ["invoicing"]},
    }
    assert opened == {
        **untold,
        "sequence": 2,
        "resource": "API_KEY",
        "key": id_of(key),
        "verb": "CREATE",
        "after": {"read_only": False},
    }
    assert await sound(gateway) == {"acme": 2}


async def test_keys_are_told_when_they_are_made_and_when_they_end_by_the_id_that_listings_show(acme: Client) -> None:
    database = acme.gateway.database
    reader = await create_key(database, "acme", read_only=True)
    assert await revoke_key(database, id_of(reader)) == 1
    made, ended = (await log(acme))[2:]
    assert (made["key"], made["verb"], made["after"]) == (id_of(reader), "CREATE", {"read_only": True})
    assert (ended["key"], ended["verb"], ended["before"]) == (id_of(reader), "REVOKE", {})
    assert list(ended["after"]) == ["revoked_at"]
    assert [key.id for key in await list_keys(database)] == [id_of(acme.api_key)]
    assert await sound(acme.gateway) == {"acme": 4}


async def test_what_is_refused_or_changes_nothing_is_not_told(acme: Client) -> None:
    database = acme.gateway.database
    with pytest.raises(TenantExists):
        await create_tenant(database, "acme", tuple(Product))
    with pytest.raises(UnknownTenant):
        await create_key(database, "nobody", read_only=False)
    reader = await create_key(database, "acme", read_only=True)
    assert [await revoke_key(database, key) for key in (reader, reader, "0" * 12, "")] == [1, 0, 0, 0]
    assert await sound(acme.gateway) == {"acme": 4}


async def test_a_key_that_two_operators_end_at_once_ends_once(acme: Client) -> None:
    reader = await create_key(acme.gateway.database, "acme", read_only=True)
    ended = await asyncio.gather(*(revoke_key(acme.gateway.database, reader) for _ in range(5)))
    assert sorted(ended) == [0, 0, 0, 0, 1]
    assert [verb for _, key, verb in await told(acme, "API_KEY") if key == id_of(reader)] == ["CREATE", "REVOKE"]


async def test_a_key_whose_change_cannot_be_logged_is_not_made(acme: Client) -> None:
    async with acme.gateway.database.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE changes RENAME TO lost_changes"))
    with pytest.raises(DBAPIError):
        await create_key(acme.gateway.database, "acme", read_only=True)
    assert [key.id for key in await list_keys(acme.gateway.database)] == [id_of(acme.api_key)]


async def test_operators_and_callers_write_one_chain_at_once(acme: Client) -> None:
    await acme.query(ACCOUNT)
    patch = 'mutation($v: String!) { patchAccount(accountNumber: "A", patch: {vat: $v}) { userErrors { code } } }'
    writing = [acme.query(patch, v=str(n)) for n in range(10)]
    making = [create_key(acme.gateway.database, "acme", read_only=True) for _ in range(5)]
    await asyncio.gather(*writing, *making)
    assert [c["sequence"] for c in await log(acme)] == list(range(1, 19))
    assert await sound(acme.gateway) == {"acme": 18}


async def test_no_key_and_no_hash_is_in_the_log(acme: Client) -> None:
    made = [acme.api_key or "", await create_key(acme.gateway.database, "acme", read_only=True)]
    await revoke_key(acme.gateway.database, made[1])
    async with acme.gateway.database.reading() as connection:
        rows = [str(dict(row)) for row in (await connection.execute(sa.select(CHANGES))).mappings()]
    assert len(rows) == 4
    for key in made:
        assert not any(key in row or hash_key(key) in row or hash_key(key)[12:] in row for row in rows)


async def test_another_tenant_sees_none_of_it(acme: Client, gateway: Gateway) -> None:
    await create_key(gateway.database, "acme", read_only=True)
    globex = await gateway.tenant("globex")
    assert await told(globex, "TENANT", "API_KEY") == [
        ("TENANT", "globex", "CREATE"),
        ("API_KEY", id_of(globex.api_key), "CREATE"),
    ]


async def test_the_first_amounts_change_the_tenant_too_and_later_ones_do_not(acme: Client) -> None:
    await acme.query(ACCOUNT)
    for number in ("D", "E"):
        await acme.query(DOCUMENT.replace('"D"', f'"{number}"'))
    fixed = [c for c in await log(acme) if c["resource"] == "TENANT"][1:]
    assert [(c["key"], c["verb"], c["before"], c["after"]) for c in fixed] == [
        ("acme", "PATCH", {}, {"currency_model": "basic"})
    ]
    assert fixed[0]["keyId"] == id_of(acme.api_key)


async def test_a_demonstration_is_told_and_so_are_the_keys_of_each_start(gateway: Gateway) -> None:
    await make_demonstration(gateway.database, Plan(now().date(), accounts=2, documents_per_account=1))
    first, *_ = await reopen_demonstration(gateway.database)
    second, *_ = await reopen_demonstration(gateway.database)
    client = Client(gateway, second.key)
    (made, name, _), *_ = await told(client, "TENANT")
    assert (made, name) == ("TENANT", second.tenant.name)
    found = await client.only("{ changes(last: 3) { nodes { key verb after } } }")
    assert [(c["key"], c["verb"]) for c in found["nodes"]] == [
        (id_of(first.key), "CREATE"),
        (id_of(first.key), "REVOKE"),
        (id_of(second.key), "CREATE"),
    ]
    assert found["nodes"][2]["after"] == {"label": "serve --demo", "read_only": False}
    await sound(gateway)


@pytest.mark.slow
async def test_a_generated_pdf_is_told_once_a_version_whoever_asks_and_however_often(
    acme: Client, gateway: Gateway
) -> None:
    await acme.query(ACCOUNT)
    await acme.query(DOCUMENT)
    reader = await gateway.reader()
    asked = [gateway.http.get(LIST, headers={**reader.headers, "X-Request-Id": f"r-{n}"}) for n in range(6)]
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
    (made,) = [c for c in await log(acme) if c["verb"] == "ATTACH"]
    (shown,) = (await gateway.http.get(LIST, headers=acme.headers)).json()["attachments"]
    assert (made["resource"], made["key"], made["before"]) == ("DOCUMENT", "D", {})
    assert made["after"].pop("sha256")
    assert made["after"] == {"attachment_id": shown["id"], "source": "generated", "file_size": shown["fileSize"]}
    assert made["keyId"] == id_of(reader.api_key)
    assert made["requestId"] in {f"r-{n}" for n in range(6)}
    await acme.query('mutation { patchDocument(documentNumber: "D", patch: {comment: "x"}) { userErrors { code } } }')
    for _ in range(2):
        await gateway.http.get(LIST, headers=acme.headers)
    first, second = [c for c in await log(acme) if c["verb"] == "ATTACH"]
    assert second["before"] == first["after"]
    await sound(gateway)


async def test_a_pushed_pdf_tells_which_generated_one_it_took_the_place_of(acme: Client, gateway: Gateway) -> None:
    await acme.query(ACCOUNT)
    await acme.query(DOCUMENT)
    await gateway.http.get(LIST, headers=acme.headers)
    connection = (await acme.only("{ tenant { connectionId } }"))["connectionId"]
    path = f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/D"
    headers = {**acme.headers, "Content-Type": "application/pdf"}
    assert (await gateway.http.post(path, content=pdf("one"), headers=headers)).status_code == 200
    made, pushed = [c for c in await log(acme) if c["verb"] == "ATTACH"]
    assert (pushed["before"], pushed["after"]["source"]) == (made["after"], "pushed")


@pytest.mark.slow
def test_the_commands_tell_and_the_audit_reads_it_all(database_url: str, tmp_path: Path) -> None:
    env = {"GATEWAY_DATABASE_URL": database_url}
    gateway_cli("tenants", "create", "acme", env=env, folder=tmp_path)
    key = gateway_cli("keys", "create", "--tenant", "acme", env=env, folder=tmp_path).strip()
    gateway_cli("keys", "revoke", key, env=env, folder=tmp_path)
    audited = gateway_cli("audit", "verify", env=env, folder=tmp_path)
    assert audited == "acme: 4 changes, all sound.\nVerified 4 changes of one tenant.\n"


async def test_what_is_told_of_a_key_cannot_be_altered_unseen(acme: Client) -> None:
    database = acme.gateway.database
    async with database.writing() as connection:
        if database.is_sqlite:
            await connection.execute(sa.text("DROP TRIGGER changes_append_only_update"))
        else:
            await connection.execute(sa.text("ALTER TABLE changes DISABLE TRIGGER USER"))
        await connection.execute(sa.text("UPDATE changes SET key = 'x' WHERE sequence = 2"))
    (found,) = [one async for one in audit(database)]
    assert found == AuditResult("acme", 1, "row 2 was altered, or is not the one that was written")
