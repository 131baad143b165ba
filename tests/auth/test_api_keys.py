"""API keys: who may ask at all, who may only read, and that changes count in a running gateway at once."""

import logging
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from graphql import GraphQLInputObjectType, get_named_type

from app.auth.api_keys import create_key, create_tenant, list_keys, revoke_key
from app.domain.enums import Product
from app.graphql_api.schema.schema import CORE
from app.rest_api.names import ROOT
from app.storage.database.engine import Database
from tests.gateway import Client, Gateway
from tests.ledger import Ledger

NAME = {"query": "{ tenant { name } }"}
STRANGERS = ("", "x", "igk_", "igk_" + "A" * 43, " ", "null", "'; DROP TABLE api_keys; --", "x" * 50_000)


async def answer(client: Client, **headers: str) -> tuple[int, Any]:
    response = await client.post(NAME, **headers)
    return response.status_code, response.json()


async def assert_unknown(client: Client, message: str) -> None:
    for accept in ("application/json", "application/graphql-response+json", "*/*"):
        status, body = await answer(client, Accept=accept)
        assert status == 401
        assert body == {"errors": [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]}


async def test_without_a_key_nothing_is_answered(gateway: Gateway) -> None:
    await gateway.tenant()
    gateway.statements.texts.clear()
    await assert_unknown(gateway.stranger(), "Send an API key as X-API-Key.")
    assert len(gateway.statements) == 0


async def test_a_key_that_nobody_made_is_no_key(gateway: Gateway, acme: Client) -> None:
    assert acme.api_key
    gateway.statements.texts.clear()
    near = (acme.api_key[:-1], acme.api_key + "x", acme.api_key.upper(), acme.api_key[4:])
    for key in (*STRANGERS[1:], *near):
        await assert_unknown(gateway.stranger(key), "The X-API-Key header holds no key of this server.")
    assert len(gateway.statements) == 0


async def test_a_key_of_odd_bytes_is_no_key(gateway: Gateway) -> None:
    for key in (b"\xff\xfe", "ключ".encode(), b"a\x7fb"):
        response = await gateway.http.post("/graphql", json=NAME, headers={b"X-API-Key": key})
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_of_two_keys_the_first_counts_to_both_facades(gateway: Gateway, acme: Client) -> None:
    other = await gateway.tenant("other")
    assert acme.api_key
    assert other.api_key
    for first, second, name in ((acme, other, "acme"), (other, acme, "other")):
        keys = [("X-API-Key", str(first.api_key)), ("x-api-key", str(second.api_key))]
        found = await gateway.http.post("/graphql", json=NAME, headers=keys)
        assert (found.status_code, found.json()) == (200, {"data": {"tenant": {"name": name}}})
    keys = [("X-API-Key", "nobody's"), ("X-API-Key", acme.api_key)]
    for path in ("/graphql?query={tenant{name}}", f"{ROOT}/accounts/A"):
        assert (await gateway.http.get(path, headers=keys)).status_code == 401


async def test_who_is_unknown_learns_nothing_about_what_else_is_wrong(gateway: Gateway) -> None:
    wrong: tuple[Any, ...] = ({"query": "{"}, {"query": "{ nothing }"}, [], {}, {"query": "mutation { x }"})
    for body in wrong:
        response = await gateway.stranger("unknown").post(body)
        assert response.status_code == 401
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["UNAUTHENTICATED"]


async def test_a_key_works_for_get_as_well(gateway: Gateway, acme: Client) -> None:
    found = await gateway.http.get("/graphql", params=NAME, headers=acme.headers)
    assert (found.status_code, found.json()) == (200, {"data": {"tenant": {"name": "acme"}}})
    unknown = await gateway.http.get("/graphql", params=NAME)
    assert unknown.status_code == 401


async def test_a_revoked_key_ends_at_once_and_others_of_the_tenant_do_not(gateway: Gateway, acme: Client) -> None:
    other = Client(gateway, await create_key(gateway.database, "acme", read_only=False))
    assert (await answer(acme))[0] == (await answer(other))[0] == 200
    assert acme.api_key
    assert await revoke_key(gateway.database, acme.api_key) == 1
    await assert_unknown(acme, "The X-API-Key header holds no key of this server.")
    assert (await answer(other))[0] == 200
    assert await revoke_key(gateway.database, acme.api_key) == 0


async def test_a_key_can_be_revoked_by_the_id_in_the_listing(gateway: Gateway, acme: Client) -> None:
    (key,) = await list_keys(gateway.database)
    assert acme.api_key
    assert key.id not in acme.api_key
    assert await revoke_key(gateway.database, key.id) == 1
    assert await list_keys(gateway.database) == []
    await assert_unknown(acme, "The X-API-Key header holds no key of this server.")


async def test_keys_and_tenants_that_another_process_makes_or_ends_count_at_once(
    gateway: Gateway, acme: Client, database_url: str
) -> None:
    assert (await answer(acme))[0] == 200  # the gateway is warm
    elsewhere = Database(database_url, administers=True)
    _, key = await create_tenant(elsewhere, "newcomer", (Product.CASH_APP,))
    newcomer = Client(gateway, key)
    text = "{ tenant { name products } }"
    assert await newcomer.only(text) == {"name": "newcomer", "products": ["CASH_APP"]}
    reader = Client(gateway, await create_key(elsewhere, "newcomer", read_only=True))
    assert await reader.only(text) == {"name": "newcomer", "products": ["CASH_APP"]}
    await revoke_key(elsewhere, key)
    await elsewhere.dispose()
    assert ((await answer(newcomer))[0], (await answer(reader))[0]) == (401, 200)


def files(folder: Path) -> list[Path]:
    """An SQLite database's file and what lies beside it."""
    return list(folder.glob("gateway.db*"))


async def test_no_key_lies_in_the_database_as_it_is(gateway: Gateway, acme: Client, tmp_path: Path) -> None:
    key = acme.api_key or ""
    secret = key.removeprefix("igk_")
    assert len(secret) >= 43  # 256 bits
    assert (await answer(acme))[0] == 200
    if gateway.database.is_sqlite:
        kept = b"".join(path.read_bytes() for path in files(tmp_path))
        assert b"acme" in kept
        assert secret.encode() not in kept
        return
    async with gateway.database.reading() as connection:
        for table in ("api_keys", "tenants"):
            rows = (await connection.execute(sa.text(f"SELECT t::text FROM {table} t"))).scalars().all()
            assert rows
            assert not any(secret in row for row in rows)


async def test_no_key_comes_into_the_log(gateway: Gateway, acme: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await answer(acme)
    await answer(gateway.stranger("igk_guess"))
    assert acme.api_key
    assert acme.api_key not in caplog.text
    assert "igk_guess" not in caplog.text


VALUES = {
    "String": "A",
    "Int": 1,
    "Boolean": False,
    "Date": "2026-01-01",
    "ClosureReason": "PAID",
    "BulkErrorPolicy": "STOP",
}


def least(type_: Any) -> Any:
    """The least value that a mutation's argument takes."""
    named = get_named_type(type_)
    if not isinstance(named, GraphQLInputObjectType):
        return VALUES.get(named.name)
    if named.is_one_of:
        name, field = list(named.fields.items())[-1]
        return {name: least(field.type)}
    required = {name: field for name, field in named.fields.items() if str(field.type).endswith("!")}
    return {
        name: least(field.type) for name, field in required.items() if field.default_value is None or name != "products"
    }


async def test_a_read_only_key_reads_and_every_mutation_is_forbidden_to_it(gateway: Gateway, acme: Client) -> None:
    ledger = Ledger(acme)
    await ledger.account("A")
    reader = await gateway.reader()
    everything = (
        "{ accounts { nodes { accountNumber name version } } representatives { totalCount } documents { totalCount } }"
    )
    before = await reader.query(everything)
    assert before["accounts"]["nodes"] == [{"accountNumber": "A", "name": "A", "version": 1}]
    assert CORE.mutation_type
    for name, field in CORE.mutation_type.fields.items():
        if name == "attachPdf":  # a file goes another way
            continue
        for dry_run in (False, True):
            given = {argument: least(definition.type) for argument, definition in field.args.items()}
            given |= {"dryRun": dry_run}
            declared = ", ".join(f"${argument}: {definition.type}" for argument, definition in field.args.items())
            passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
            found = await reader.run(f"mutation({declared}) {{ {name}({passed}) {{ __typename }} }}", **given)
            assert found["data"] == {name: None}, found
            assert [error["extensions"]["code"] for error in found["errors"]] == ["FORBIDDEN"], name
            assert found["errors"][0]["path"] == [name]
            assert len(gateway.statements) == 0
    assert await acme.query(everything) == before


async def test_a_key_that_is_known_is_looked_at_by_the_statement_that_reads(acme: Client) -> None:
    heard: list[str] = []
    acme.gateway.serving.statement_listeners.append(lambda text, _: heard.append(text))
    for statements in (2, 1, 1):
        heard.clear()
        await acme.query("{ a: tenant { name } b: accounts { nodes { name } } c: documents { totalCount } }")
        assert len(heard) == statements
        assert all("api_keys" in text for text in heard)
