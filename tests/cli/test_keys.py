"""Keys are made, listed and revoked by command."""

import re
from pathlib import Path

import pytest

from tests.cli.command_line import KEY, CommandLine, asked


def test_another_key_is_an_object_with_the_key_alone_and_opens_the_same_tenant(
    cli: CommandLine, env: dict[str, str]
) -> None:
    cli.made(env, "tenants", "create", "acme")
    made = cli.made(env, "keys", "create", "--tenant", "acme")

    assert list(made) == ["apiKey"]
    assert re.fullmatch(KEY, made["apiKey"])
    assert asked(env, made["apiKey"], "{ tenant { name } }") == {"data": {"tenant": {"name": "acme"}}}


def test_a_read_only_key_reads_and_does_not_write(cli: CommandLine, env: dict[str, str]) -> None:
    cli.made(env, "tenants", "create", "acme")
    key = cli.printed(env, "keys", "create", "--tenant", "acme", "--read-only").strip()

    assert re.fullmatch(KEY, key)
    assert asked(env, key, "{ tenant { name } }") == {"data": {"tenant": {"name": "acme"}}}
    answer = asked(env, key, 'mutation { createRepresentative(reference: "R", input: {}) { created } }')
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize("tenant", ["nobody", "", "ACME", b"\xff".decode(errors="surrogateescape")])
def test_a_key_for_an_unknown_tenant_is_refused_and_says_where_to_look(
    cli: CommandLine, sqlite_url: str, tenant: str
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    cli.made(env, "tenants", "create", "acme")
    sentence = cli.refusal(env, "keys", "create", "--tenant", tenant)

    assert re.fullmatch(r"There is no tenant named '.*'\. List them with: ingest-gateway tenants list", sentence)


@pytest.mark.parametrize("named_by", ["key", "id"])
def test_a_key_is_revoked_by_itself_or_by_its_id_and_only_once(
    cli: CommandLine, env: dict[str, str], named_by: str
) -> None:
    first = cli.made(env, "tenants", "create", "acme")["apiKey"]
    second = cli.made(env, "keys", "create", "--tenant", "acme")["apiKey"]
    ids = [line.split("\t")[0] for line in cli.printed(env, "keys", "list").splitlines()]
    assert all(re.fullmatch("[0-9a-f]{12}", shown) for shown in ids)
    name = first if named_by == "key" else ids[0]

    assert cli.printed(env, "keys", "revoke", name) == "The key is revoked.\n"
    assert (asked(env, first, "{ __typename }"))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert asked(env, second, "{ __typename }") == {"data": {"__typename": "Query"}}
    assert cli.printed(env, "keys", "list") == f"{ids[1]}\tacme\twriting\n"
    sentence = "There is no such key, or it is revoked already. List them with: ingest-gateway keys list"
    assert cli.refusal(env, "keys", "revoke", name) == sentence


@pytest.mark.parametrize("key", ["", "igk_nobody", "0" * 12, "%", b"\xff".decode(errors="surrogateescape")])
def test_a_key_that_is_not_there_cannot_be_revoked(cli: CommandLine, sqlite_url: str, key: str) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    cli.made(env, "tenants", "create", "acme")

    assert cli.refusal(env, "keys", "revoke", "--", key).startswith("There is no such key, or it is revoked already.")
    assert cli.printed(env, "keys", "list").count("\n") == 1


def test_a_key_is_nowhere_in_the_database_file(cli: CommandLine, sqlite_url: str) -> None:
    made = cli.made({"GATEWAY_DATABASE_URL": sqlite_url}, "tenants", "create", "acme")
    folder = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///")).parent

    kept = b"".join(path.read_bytes() for path in folder.glob("gateway.db*"))
    assert b"acme" in kept
    assert made["apiKey"].encode() not in kept
    assert made["apiKey"].removeprefix("igk_").encode() not in kept
