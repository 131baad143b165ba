"""The command line as operators and scripts use it. What is asked of every command in a process of its own is asked
of one; the others, to save a second each, run their command inside the test."""

import asyncio
import json
import os
import re
import socket
import sys
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.cli import main
from app.storage.engine import Database
from app.storage.schema import is_current
from tests.gateway import Client, Gateway
from tests.postgres import PostgresServer
from tests.servers import ServerError, gateway_cli

KEY = r"igk_[\w-]{43}"
OLD = "The schema of the Postgres database is not current. Run: ingest-gateway migrate"
NEW = "The schema of the database is of a newer release than this program: update the program."


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"GATEWAY_DATABASE_URL": database_url}


@dataclass
class CommandLine:
    """`ingest-gateway` inside the test."""

    monkeypatch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def run(self, env: dict[str, str], *command: str) -> tuple[int, str, str]:
        """Exit code, output and complaints."""
        with self.monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["ingest-gateway", *command])
            for name, value in env.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = self.captured.readouterr()
        return int(ended.value.code or 0), out, err

    def printed(self, env: dict[str, str], *command: str) -> str:
        """What a command prints that must not fail."""
        code, out, err = self.run(env, *command)
        assert code == 0, err
        return out

    def made(self, env: dict[str, str], *command: str) -> dict[str, Any]:
        """The one JSON object that a command prints."""
        out = self.printed(env, *command, "--json")
        assert out.count("\n") == 1, out
        made: dict[str, Any] = json.loads(out)
        return made

    def refusal(self, env: dict[str, str], *command: str) -> str:
        """What a command that must be refused says: one sentence, no stack."""
        code, out, err = self.run(env, *command)
        assert (code, out) == (1, "")
        (sentence,) = err.splitlines()
        return sentence


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(name)
    return CommandLine(monkeypatch, capsys)


def asked(env: dict[str, str], key: str, text: str) -> dict[str, Any]:
    """What the gateway answers to a caller with the key."""

    async def ask() -> dict[str, Any]:
        async with Gateway(env["GATEWAY_DATABASE_URL"]) as gateway:
            return await Client(gateway, key).run(text)

    return asyncio.run(ask())


def new_database(postgres: PostgresServer, name: str) -> str:
    """A database without any schema."""
    return asyncio.run(postgres.create_database(name))


def test_a_new_tenant_has_a_name_a_key_that_works_and_a_connection(cli: CommandLine, env: dict[str, str]) -> None:
    made = cli.made(env, "tenants", "create", "acme")

    assert list(made) == ["name", "apiKey", "connectionId"]
    assert made["name"] == "acme"
    assert re.fullmatch(KEY, made["apiKey"])
    assert str(uuid.UUID(made["connectionId"])) == made["connectionId"]
    assert asked(env, made["apiKey"], "{ tenant { name connectionId products } }") == {
        "data": {
            "tenant": {
                "name": "acme",
                "connectionId": made["connectionId"],
                "products": ["COLLECTIONS", "INVOICING", "OPEN_BALANCE", "CASH_APP"],
            }
        }
    }
    assert asked(env, made["apiKey"], 'mutation { createRepresentative(reference: "R", input: {}) { created } }') == {
        "data": {"createRepresentative": {"created": True}}
    }


def test_every_command_works_in_a_process_of_its_own(env: dict[str, str]) -> None:
    assert gateway_cli("migrate", env=env) == "The schema is current.\n"
    tenant = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=env))
    key = json.loads(gateway_cli("keys", "create", "--tenant", "acme", "--read-only", "--json", env=env))
    assert (set(tenant), set(key)) == ({"name", "apiKey", "connectionId"}, {"apiKey"})
    assert gateway_cli("tenants", "list", env=env).startswith(f"acme\t{tenant['connectionId']}\t")
    assert gateway_cli("keys", "revoke", key["apiKey"], env=env) == "The key is revoked.\n"
    assert gateway_cli("keys", "list", env=env).count("\n") == 1


def test_a_person_reads_the_same_in_lines(cli: CommandLine, env: dict[str, str]) -> None:
    printed = cli.printed(env, "tenants", "create", "Böhm & Söhne [Wien]")

    assert re.fullmatch(
        rf"name           Böhm & Söhne \[Wien\]\nAPI key        {KEY}\nconnection id  [0-9a-f-]{{36}}\n", printed
    )


@pytest.mark.parametrize(
    ("products", "kept"),
    [
        ("collections,invoicing,open_balance,cash_app", "collections,invoicing,open_balance,cash_app"),
        (" cash_app , collections, cash_app", "collections,cash_app"),
        ("invoicing", "invoicing"),
    ],
)
def test_a_tenant_has_the_products_that_were_named_in_their_own_order(
    cli: CommandLine, sqlite_url: str, products: str, kept: str
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    made = cli.made(env, "tenants", "create", "acme", "--products", products)

    assert cli.printed(env, "tenants", "list") == f"acme\t{made['connectionId']}\t{kept}\n"


@pytest.mark.parametrize("products", ["", " ", ",", " , "])
def test_a_tenant_of_no_product_is_refused(cli: CommandLine, sqlite_url: str, products: str) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}

    assert cli.refusal(env, "tenants", "create", "acme", "--products", products) == (
        "The tenant needs a product: choose from collections, invoicing, open_balance, cash_app."
    )
    assert cli.printed(env, "tenants", "list") == ""


def test_an_unknown_product_is_refused_and_no_tenant_made(cli: CommandLine, sqlite_url: str) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}

    assert cli.refusal(env, "tenants", "create", "acme", "--products", "collections,Invoicing") == (
        "Unknown product 'Invoicing': choose from collections, invoicing, open_balance, cash_app."
    )
    assert cli.printed(env, "tenants", "list") == ""


@pytest.mark.parametrize(
    "name", ["", "  ", "a\tb", "a\nb", "\x1b[31mred", "x" * 256, b"\xff".decode(errors="surrogateescape")]
)
def test_a_name_that_no_list_could_show_is_refused(cli: CommandLine, sqlite_url: str, name: str) -> None:
    sentence = cli.refusal({"GATEWAY_DATABASE_URL": sqlite_url}, "tenants", "create", "--", name)

    assert sentence == "The tenant needs a name of 1 to 255 printable characters."


def test_a_second_tenant_of_the_same_name_is_refused_and_the_first_stays(cli: CommandLine, env: dict[str, str]) -> None:
    first = cli.made(env, "tenants", "create", "acme")

    assert cli.refusal(env, "tenants", "create", "acme") == "There is a tenant named 'acme' already."
    assert cli.printed(env, "tenants", "list").split("\t")[:2] == ["acme", first["connectionId"]]
    assert cli.printed(env, "keys", "list").count("\n") == 1


def test_of_two_that_make_a_tenant_of_one_name_at_once_one_is_told_that_it_is_there(env: dict[str, str]) -> None:
    def create(_: int) -> str:
        try:
            return "made" if gateway_cli("tenants", "create", "acme", env=env) else ""
        except ServerError as stopped:
            return str(stopped).splitlines()[-1]

    with ThreadPoolExecutor(3) as pool:
        outcomes = sorted(pool.map(create, range(3)))
    assert outcomes == ["There is a tenant named 'acme' already."] * 2 + ["made"]


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


def test_schema_prints_what_is_committed(cli: CommandLine) -> None:
    committed = Path(__file__).parents[1] / "schema.graphql"

    assert cli.printed({}, "schema") == committed.read_text(encoding="utf-8")


def test_help_names_every_command(cli: CommandLine) -> None:
    printed = cli.printed({}, "--help")

    assert all(f" {word} " in printed for word in ("serve", "migrate", "tenants", "keys", "demo", "schema"))


def is_migrated(url: str) -> bool:
    async def ask() -> bool:
        database = Database(url)
        try:
            return await is_current(database)
        finally:
            await database.dispose()

    return asyncio.run(ask())


def test_migrate_brings_an_empty_database_up_to_date_and_may_be_run_again(
    cli: CommandLine, tmp_path: Path, postgres: PostgresServer
) -> None:
    for url in (f"sqlite+aiosqlite:///{tmp_path}/new.db", new_database(postgres, "migrated_twice")):
        assert not is_migrated(url)
        for _ in range(2):
            assert cli.printed({"GATEWAY_DATABASE_URL": url}, "migrate") == "The schema is current.\n"
            assert is_migrated(url)


def migrated_in_a_process(url: str) -> str:
    return gateway_cli("migrate", env={"GATEWAY_DATABASE_URL": url})


def test_several_may_migrate_at_once(tmp_path: Path, postgres: PostgresServer) -> None:
    for url in (f"sqlite+aiosqlite:///{tmp_path}/new.db", new_database(postgres, "migrated_by_three")):
        with ThreadPoolExecutor(3) as pool:
            printed = list(pool.map(migrated_in_a_process, [url] * 3))
        assert printed == ["The schema is current.\n"] * 3
        assert is_migrated(url)


@pytest.mark.parametrize(
    "command", [("serve", "--port", "0"), ("tenants", "create", "x"), ("tenants", "list"), ("keys", "list")]
)
def test_on_postgres_a_schema_that_is_not_current_is_refused_with_the_command_to_run(
    cli: CommandLine, postgres: PostgresServer, command: Sequence[str]
) -> None:
    url = new_database(postgres, f"not_migrated_{uuid.uuid4().hex}")

    assert cli.refusal({"GATEWAY_DATABASE_URL": url}, *command) == OLD
    assert not is_migrated(url)


def test_a_schema_of_a_newer_release_is_refused(cli: CommandLine, env: dict[str, str]) -> None:
    async def advance() -> None:
        database = Database(env["GATEWAY_DATABASE_URL"])
        async with database.writing() as connection:
            await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        await database.dispose()

    asyncio.run(advance())
    on_sqlite = env["GATEWAY_DATABASE_URL"].startswith("sqlite")
    assert cli.refusal(env, "migrate") == NEW
    assert cli.refusal(env, "serve", "--port", "0") == (NEW if on_sqlite else OLD)


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("migrate",), ("tenants", "list")])
def test_a_database_that_cannot_be_reached_is_named_without_its_password(
    cli: CommandLine, command: Sequence[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"postgresql+asyncpg://user:secret@127.0.0.1:{taken.getsockname()[1]}/name"
        sentence = cli.refusal({"GATEWAY_DATABASE_URL": address}, *command)

    shown = address.replace("secret", "***")
    assert sentence.startswith(f"The database {shown} does not answer: ")
    assert "Connect call failed" in sentence


def test_a_database_that_does_not_exist_or_is_none_is_told_too(
    cli: CommandLine, postgres: PostgresServer, tmp_path: Path
) -> None:
    (tmp_path / "text.db").write_text("This is no database. " * 100)
    for url, reason in (
        (postgres.url("nobody_made_it"), 'database "nobody_made_it" does not exist'),
        (f"sqlite+aiosqlite:///{tmp_path}/no/folder/x.db", "unable to open database file"),
        (f"sqlite+aiosqlite:///{tmp_path}/text.db", "file is not a database"),
    ):
        assert cli.refusal({"GATEWAY_DATABASE_URL": url}, "migrate").endswith(f" does not answer: {reason}")


def test_several_workers_on_sqlite_are_refused(cli: CommandLine, sqlite_url: str) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    sentence = "Several workers need Postgres: SQLite has one writer. Set GATEWAY_DATABASE_URL or --workers 1."

    assert cli.refusal(env, "serve", "--workers", "2") == sentence
    assert cli.refusal({**env, "GATEWAY_WORKERS": "2"}, "serve") == sentence


@pytest.mark.parametrize(
    ("option", "value"), [("--port", "65536"), ("--port", "-1"), ("--port", "x"), ("--workers", "0")]
)
def test_an_option_out_of_range_is_named(cli: CommandLine, sqlite_url: str, option: str, value: str) -> None:
    code, out, err = cli.run({"GATEWAY_DATABASE_URL": sqlite_url}, "serve", option, value)

    assert (code, out) == (2, "")
    assert f"Invalid value for '{option}'" in err


def test_a_port_in_use_is_told_and_nothing_is_made(cli: CommandLine, tmp_path: Path) -> None:
    env = {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/new.db"}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.refusal(env, "serve", "--port", str(port)) == (
            f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Try another --port, or --host."
        )
        assert cli.refusal({**env, "GATEWAY_PORT": str(port)}, "serve").startswith("Cannot listen on 127.0.0.1")
    assert cli.refusal({**env, "GATEWAY_HOST": "no such host"}, "serve", "--port", "0").startswith(
        "Cannot listen on no such host, port 0: "
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "reason"), [("/proc/nope", "No such file or directory"), ("/dev/null/blobs", "Not a directory")]
)
def test_a_folder_that_pdfs_cannot_be_kept_in_is_refused_at_start_before_anything_is_made(
    cli: CommandLine, tmp_path: Path, folder: str, reason: str
) -> None:
    env = {
        "GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/new.db",
        "GATEWAY_BLOB_URL": f"file://{folder}",
    }

    assert cli.refusal(env, "serve", "--port", "0") == (
        f"GATEWAY_BLOB_URL='file://{folder}': no PDF can be kept there: {reason}."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_of_a_store_that_does_not_answer_names_the_store(cli: CommandLine, sqlite_url: str) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url, "GATEWAY_BLOB_URL": "file:///proc/nope"}

    assert cli.refusal(env, "blobs", "sweep") == (
        "The store of the PDFs, named by GATEWAY_BLOB_URL, does not answer: No such file or directory"
    )
