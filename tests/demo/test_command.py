"""`ingest-gateway demo` and `serve --demo`, as their users run them."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from app.auth.api_keys import create_tenant, list_tenants
from app.cli.main import cli
from app.demo.plan import Plan
from app.demo.tenants_and_keys import make_demonstration, open_demonstration, reopen_demonstration
from app.storage.database.engine import Database
from tests.demo.ledgers import AS_OF
from tests.servers import COMMAND, RunningServer, ServerError, gateway_cli

ADDRESS = re.compile(r"^  (.+?) +(http://127\.0\.0\.1:\d+/graphql)#key=(\S+)$", re.MULTILINE)
SMALL = ("demo", "--accounts", "4", "--documents-per-account", "5")


@pytest.fixture
def env(sqlite_url: str) -> dict[str, str]:
    return {"GATEWAY_DATABASE_URL": sqlite_url}


def asked(url: str, key: str, text: str = "{ tenant { name } documents { totalCount } }") -> httpx.Response:
    return httpx.post(url, json={"query": text}, headers={"X-API-Key": key}, trust_env=False, timeout=10)


def test_demo_prints_a_key_of_each_tenant_once_and_is_refused_the_second_time(env: dict[str, str]) -> None:
    made = json.loads(gateway_cli(*SMALL, "--as-of", "2026-01-31", "--json", env=env))
    names = [tenant["name"] for tenant in made["tenants"]]

    assert names == ["Northwind Supply", "Contoso Industrial"]
    assert all(re.fullmatch(r"igk_[\w-]{43}", tenant["apiKey"]) for tenant in made["tenants"])
    with pytest.raises(ServerError, match="There is a tenant named 'Northwind Supply' already, so nothing was made"):
        gateway_cli("demo", env=env)


def test_demo_says_what_comes_next_and_shows_no_bar_to_a_file(env: dict[str, str]) -> None:
    done = subprocess.run(
        [*COMMAND, *SMALL], env={**os.environ, **env}, capture_output=True, text=True, check=True, timeout=60
    )

    assert re.findall(r"^name           (.+)$", done.stdout, re.MULTILINE) == ["Northwind Supply", "Contoso Industrial"]
    assert len(re.findall(r"^API key        igk_", done.stdout, re.MULTILINE)) == 2
    assert done.stderr == (
        "The keys are shown this once: keep them. Next, start the server with: "
        f"GATEWAY_DATABASE_URL={env['GATEWAY_DATABASE_URL']} ingest-gateway serve\n"
        "and open http://127.0.0.1:8000/graphql in a browser.\n"
    )


def test_demo_repeats_no_password_and_leaves_out_a_database_that_is_the_default(
    postgres_url: str, tmp_path: Path
) -> None:
    for env, command in (
        ({"GATEWAY_DATABASE_URL": postgres_url}, "GATEWAY_DATABASE_URL=… ingest-gateway serve"),
        ({}, "ingest-gateway serve"),
    ):
        done = subprocess.run(
            [*COMMAND, *SMALL],
            env={**{name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}, **env},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stderr.splitlines()[0] == (
            f"The keys are shown this once: keep them. Next, start the server with: {command}"
        )


def test_demo_shows_a_bar_on_a_terminal_and_keeps_it_out_of_the_output(env: dict[str, str]) -> None:
    terminal, screen = pty.openpty()
    environment = {**os.environ, **env, "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(
        [*COMMAND, *SMALL], env=environment, stdout=subprocess.PIPE, stderr=screen, text=True, check=True, timeout=60
    )
    os.close(screen)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)

    assert "Writing documents" in shown
    assert "Writing" not in done.stdout


def test_demo_on_a_postgres_without_the_schema_says_which_command_to_run(postgres_empty_url: str) -> None:
    with pytest.raises(
        ServerError, match=r"schema of the Postgres database is not current. Run: ingest-gateway migrate"
    ):
        gateway_cli("demo", env={"GATEWAY_DATABASE_URL": postgres_empty_url})


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--accounts", "1"), "accounts"),
        (("--documents-per-account", "0"), "documents-per-account"),
        (("--as-of", "31.1.2026"), "as-of"),
    ],
)
def test_demo_refuses_sizes_and_days_that_make_no_ledger(arguments: tuple[str, str], reason: str) -> None:
    done = CliRunner().invoke(cli, ["demo", *arguments])

    assert done.exit_code == 2
    assert f"Invalid value for '--{reason}'" in done.output


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_each_start_of_serve_demo_prints_keys_that_work_and_ends_the_former_ones(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    env = {"GATEWAY_DATABASE_URL": request.getfixturevalue(f"{kind}_url")}
    with RunningServer(env, tmp_path, "--demo") as server:
        first = ADDRESS.findall(server.log)
        assert [name for name, _, _ in first] == ["Northwind Supply", "Contoso Industrial"]
        for (name, url, key), count in zip(first, (450, 150), strict=True):
            assert url == f"{server.url}/graphql"
            assert asked(url, key).json()["data"] == {"tenant": {"name": name}, "documents": {"totalCount": count}}
    with RunningServer(env, tmp_path, "--demo") as server:
        again = ADDRESS.findall(server.log)
        assert [asked(url, key).status_code for _, url, key in again] == [200, 200]
        assert [asked(f"{server.url}/graphql", key).status_code for _, _, key in first] == [401, 401]


async def test_serve_demo_leaves_a_database_with_tenants_as_it_is(
    sqlite_url: str, env: dict[str, str], tmp_path: Path
) -> None:
    database = Database(sqlite_url, administers=True)
    await create_tenant(database, "acme", ())
    with RunningServer(env, tmp_path, "--demo") as server:
        assert "The database has tenants of its own, so no demonstration ledger is made." in server.log
        assert f"GraphiQL: {server.url}/graphql" in server.log
        assert f"The REST API is described at {server.url}/docs" in server.log
        assert ADDRESS.findall(server.log) == []
    assert [tenant.name for tenant in await list_tenants(database)] == ["acme"]
    await database.dispose()


def test_a_start_that_fails_on_a_taken_port_leaves_the_keys_of_the_running_server(
    env: dict[str, str], tmp_path: Path
) -> None:
    with RunningServer(env, tmp_path, "--demo") as server:
        keys = ADDRESS.findall(server.log)
        with pytest.raises(ServerError, match=rf"Cannot listen on 127.0.0.1, port {server.port}: .*Try another --port"):
            gateway_cli("serve", "--demo", "--port", str(server.port), env=env)
        assert [asked(url, key).status_code for _, url, key in keys] == [200, 200]


async def test_keys_are_listed_with_what_they_are_for(sqlite_url: str, env: dict[str, str]) -> None:
    database = Database(sqlite_url, administers=True)
    await make_demonstration(database, Plan(AS_OF, 2, 1))
    await open_demonstration(database)
    await reopen_demonstration(database)
    await database.dispose()

    lines = gateway_cli("keys", "list", env=env).splitlines()
    assert [line.split("\t")[1:] for line in lines] == [
        ["Contoso Industrial", "writing"],
        ["Contoso Industrial", "writing", "serve --demo"],
        ["Northwind Supply", "writing"],
        ["Northwind Supply", "writing", "serve --demo"],
    ]


def test_serve_on_port_0_prints_the_port_it_took(env: dict[str, str], tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--demo", "--port", "0"],
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = ADDRESS.search("".join(process.stdout.readline() for _ in range(3)))
        assert found is not None
        transport = httpx.HTTPTransport(retries=8)  # connections alone, until it listens
        with httpx.Client(transport=transport, timeout=10) as client:
            answer = client.post(found[2], json={"query": "{ __typename }"}, headers={"X-API-Key": found[3]})
        assert answer.json() == {"data": {"__typename": "Query"}}
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()
