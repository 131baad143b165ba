"""What commands do about databases, settings and folders that are not as they should be."""

import asyncio
import socket
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.storage.database.engine import Database
from app.storage.migrations.revision import is_current
from tests.cli.command_line import CommandLine
from tests.postgres import PostgresServer
from tests.servers import gateway_cli

OLD = "The schema of the Postgres database is not current. Run: ingest-gateway migrate"
NEW = "The schema of the database is of a newer release than this program: update the program."


def new_database(postgres: PostgresServer, name: str) -> str:
    """A database without any schema."""
    return asyncio.run(postgres.create_database(name))


def test_schema_prints_what_is_committed(cli: CommandLine) -> None:
    committed = Path(__file__).parents[2] / "schema.graphql"

    assert cli.printed({}, "schema") == committed.read_text(encoding="utf-8")


def test_help_names_every_command(cli: CommandLine) -> None:
    printed = cli.printed({}, "--help")

    assert all(f" {word} " in printed for word in ("serve", "migrate", "tenants", "keys", "demo", "schema"))


def test_help_of_blobs_names_the_command_by_its_new_name_alone(cli: CommandLine) -> None:
    printed = cli.printed({}, "blobs", "--help")

    assert (" gc " in printed, "sweep" in printed) == (True, False)


def test_version_prints_that_of_the_package(cli: CommandLine) -> None:
    assert cli.printed({}, "--version") == f"ingest-gateway {version('ingest-gateway')}\n"


def is_migrated(url: str) -> bool:
    async def ask() -> bool:
        database = Database(url, administers=True)
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
        database = Database(env["GATEWAY_DATABASE_URL"], administers=True)
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


@pytest.mark.parametrize("name", ["gc", "sweep"])
def test_a_collection_in_a_store_that_does_not_answer_names_the_store_under_the_former_name_too(
    cli: CommandLine, sqlite_url: str, name: str
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url, "GATEWAY_BLOB_URL": "file:///proc/nope"}

    assert cli.refusal(env, "blobs", name) == (
        "The store of the PDFs, named by GATEWAY_BLOB_URL, does not answer: No such file or directory"
    )
