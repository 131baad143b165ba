"""`ingest-gateway backup` and `restore`, beside servers that write."""

import asyncio
import hashlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.auth.api_keys import create_tenant
from app.domain.enums import Product
from app.storage.backup.restore import restore
from app.storage.blobs.store import Blobs
from app.storage.database.engine import Database
from app.storage.migrations.revision import NEWEST
from tests.cli.command_line import CommandLine
from tests.gateway import Client, Gateway
from tests.pdfs import labels_of, pdf
from tests.servers import RunningServer, gateway_cli

DOCUMENTS = 5
NOW = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"
BREATH = 0.04  # between two writes of a caller, so that the machine has time for the backup, too
CREATE_ACCOUNT = 'mutation { createAccount(accountNumber: "A", input: { combined: { name: "A" } }) { created } }'
CREATE = """mutation($n: String!) { createDocument(documentNumber: $n, input: { combined: { accountNumber: "A",
  invoiceDate: "2026-05-12", dueDate: "2026-06-11", amounts: { basic: { currency: "USD", originalDenomination: 100,
  denomination: 40 } } } }) { document { version } userErrors { message } } }"""
PATCH = """mutation($n: String!, $amount: Decimal!) { patchDocument(documentNumber: $n,
  patch: { denomination: $amount }) { document { version } userErrors { message } } }"""
STILL = '{ document(documentNumber: "STILL") { attachments { url } } }'
READ = """{ documents(first: 50) { nodes { documentNumber version status statusHistory { status }
  attachments { id fileSize url } } } }"""


@dataclass
class Load:
    """Callers that write to a running server, and what was acknowledged to them."""

    http: httpx.AsyncClient
    connection: str
    versions: Counter[str] = field(default_factory=Counter)
    pushed: dict[str, int] = field(default_factory=dict)  # the number in the document's last acknowledged PDF
    link: str = ""  # to the PDF of a document that nobody writes to
    running: bool = True

    async def run(self, text: str, **variables: Any) -> Any:
        answer = (await self.http.post("/graphql", json={"query": text, "variables": variables})).json()
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        assert not payload.get("userErrors"), payload
        return payload

    async def patch_on(self, number: str) -> None:
        """Every write moves the status: an amount of zero closes a document, another opens it again."""
        while self.running:
            amount = "0" if self.versions[number] % 2 else "40"
            payload = await self.run(PATCH, n=number, amount=amount)
            self.versions[number] = payload["document"]["version"]
            await asyncio.sleep(BREATH)

    async def push(self, number: str, count: int) -> None:
        path = f"/api/v1/pdf-ingestion/pdf/{self.connection}/ingest_documents/{number}"
        answer = await self.http.post(path, content=content(number, count), headers={"Content-Type": "application/pdf"})
        assert answer.status_code == 200, answer.text
        self.pushed[number] = count

    async def push_on(self, number: str) -> None:
        while self.running:
            await self.push(number, self.pushed[number] + 1)
            await asyncio.sleep(BREATH)


def content(number: str, count: int) -> bytes:
    return pdf(f"{number} {count}")


def counted(found: bytes, number: str) -> int:
    """The number that was put in a PDF of the document."""
    (label,) = labels_of(found)
    assert label.startswith(f"{number} ")
    return int(label.removeprefix(number))


def store(folder: Path) -> str:
    return (folder / "blobs").as_uri()


def rows(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def environment(folder: Path) -> dict[str, str]:
    return {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/gateway.db"}


async def command(env: dict[str, str], *words: str) -> str:
    return await asyncio.to_thread(lambda: gateway_cli(*words, env=env))


async def check_restored(folder: Path, key: str, load: Load, versions: Counter[str], pushed: dict[str, int]) -> None:
    """The restored ledger answers with all that was acknowledged before, and with nothing that is half there."""
    async with Gateway(environment(folder)["GATEWAY_DATABASE_URL"], blob_url=store(folder)) as gateway:
        answer = await Client(gateway, key).only(READ)
        found = {node["documentNumber"]: node for node in answer["nodes"]}
        assert (await gateway.http.get(load.link)).content == content(found.pop("STILL")["documentNumber"], 0)
        assert set(found) == set(versions)
        for number, node in found.items():
            assert node["version"] >= versions[number]
            assert len(node["statusHistory"]) == node["version"]
            assert node["status"] == node["statusHistory"][-1]["status"]
            (attachment,) = node["attachments"]
            download = await gateway.http.get(attachment["url"])
            assert download.status_code == 200
            assert len(download.content) == attachment["fileSize"]
            assert counted(download.content, number) >= pushed[number]
    digests = {row[0] for row in rows(folder / "gateway.db", "SELECT sha256 FROM attachments")}
    files = [path for path in (folder / "blobs").rglob("*") if path.is_file()]
    assert {hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == digests


async def test_a_server_that_is_written_to_is_backed_up_and_each_backup_is_a_whole_ledger(
    sqlite_url: str, tmp_path: Path
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    database = Database(sqlite_url, administers=True)
    tenant, key = await create_tenant(database, "acme", tuple(Product))
    await database.dispose()
    limits, seen = httpx.Limits(max_connections=20), []
    with RunningServer(env, tmp_path) as server:
        async with httpx.AsyncClient(
            base_url=server.url, headers={"X-API-Key": key}, timeout=60, limits=limits, trust_env=False
        ) as http:
            load = Load(http, tenant.connection_id)
            await load.run(CREATE_ACCOUNT)
            for number in ("STILL", *(f"D{n}" for n in range(1, DOCUMENTS))):
                load.versions[number] = (await load.run(CREATE, n=number))["document"]["version"]
                await load.push(number, 0)
            load.link = httpx.URL((await load.run(STILL))["attachments"][0]["url"]).raw_path.decode()
            del load.versions["STILL"]
            writing = [asyncio.create_task(load.patch_on(number)) for number in load.versions]
            writing += [asyncio.create_task(load.push_on(number)) for number in load.versions]
            for n in range(3):
                before = load.versions.copy(), dict(load.pushed)
                printed = await command(env, "backup", str(tmp_path / f"{n}.tar"))
                assert printed.startswith(f"Backed up 1 tenants, {DOCUMENTS} documents and {DOCUMENTS} PDFs of ")
                assert load.pushed != before[1]  # it was written to meanwhile
                seen.append(before)
            load.running = False
            await asyncio.gather(*writing)
        assert "locked" not in server.log
    assert rows(tmp_path / "gateway.db", "SELECT count(*) FROM blob_claims") == [(0,)]
    assert len([path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]) == DOCUMENTS
    for n, (versions, pushed) in enumerate(seen):
        folder = tmp_path / f"restored {n}"
        folder.mkdir()
        put = partial(Blobs, store(folder))
        await restore(tmp_path / f"{n}.tar", folder / "gateway.db", put)
        await check_restored(folder, key, load, versions, pushed)


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """The commands take signals for themselves, which are the test run's own again afterwards."""
    kept = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT)]
    yield
    for number, handler in kept:
        signal.signal(number, handler)


def ledger(cli: CommandLine, folder: Path) -> dict[str, str]:
    """A database with a tenant."""
    env = environment(folder)
    cli.made(env, "tenants", "create", "acme")
    return env


def test_a_restored_database_has_its_keys_its_secret_and_its_identity(cli: CommandLine, tmp_path: Path) -> None:
    env, other = ledger(cli, tmp_path), {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/other.db"}
    cli.printed(env, "backup", "x.tar")
    printed = cli.printed(other, "restore", "x.tar")
    held = f"1 tenants, 0 documents and 0 PDFs of {NOW}, schema {NEWEST}"
    assert re.fullmatch(f"Restored {held}: {tmp_path}/other.db\n", printed)

    for table in ("api_keys", "signing_secret", "database_identity"):
        found = rows(tmp_path / "other.db", f"SELECT * FROM {table}")
        assert found == rows(tmp_path / "gateway.db", f"SELECT * FROM {table}") != []
    assert cli.printed(other, "keys", "list") == cli.printed(env, "keys", "list")


def test_what_cannot_be_done_is_told_in_a_sentence(cli: CommandLine, tmp_path: Path) -> None:
    env = ledger(cli, tmp_path)
    none = {"GATEWAY_DATABASE_URL": "sqlite+aiosqlite:///./none.db"}
    nowhere = {"GATEWAY_DATABASE_URL": "sqlite+aiosqlite:///./nowhere/gateway.db"}
    postgres = {"GATEWAY_DATABASE_URL": "postgresql+asyncpg://u:p@h/n"}
    cli.printed(env, "backup", "x.tar")
    before = set(os.listdir(tmp_path))

    on_postgres = "is for SQLite. On Postgres use pg_dump, and copy the store of the PDFs: "
    on_postgres += "see Backups in app/guide/running-it.md."
    for given, words, sentence in (
        (env, ("backup", "x.tar"), "x.tar is there already, and a backup overwrites nothing."),
        (env, ("backup", "no/x.tar"), "There is no folder no."),
        (none, ("backup", "y.tar"), "There is no database none.db. GATEWAY_DATABASE_URL names the one to back up."),
        (postgres, ("backup", "y.tar"), f"ingest-gateway backup {on_postgres}"),
        (postgres, ("restore", "x.tar"), f"ingest-gateway restore {on_postgres}"),
        (nowhere, ("restore", "x.tar"), "There is no folder nowhere."),
        (none, ("restore", "gateway.db"), "gateway.db cannot be restored. It is no backup of an ingest gateway."),
        (
            env,
            ("restore", "x.tar"),
            f"There is a database {tmp_path}/gateway.db already, and a restore overwrites none: move it away, or name "
            "another in GATEWAY_DATABASE_URL.",
        ),
        (
            env | {"GATEWAY_BLOB_URL": "memory:///"},
            ("backup", "y.tar"),
            "GATEWAY_BLOB_URL='memory:///' keeps PDFs in the memory of the one process that runs: no other can copy "
            "them.",
        ),
    ):
        assert cli.refusal(given, *words) == sentence
    assert set(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_backup_that_is_cut_off_is_never_taken_for_one(
    cli: CommandLine, tmp_path: Path, sign: signal.Signals
) -> None:
    env = ledger(cli, tmp_path)
    before = set(os.listdir(tmp_path))
    slow = "import time; from app.storage.backup import backup as b; "
    slow += "b.check_sound = lambda _: (print('now', flush=True), time.sleep(60)); "
    running = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{slow}import sys; sys.argv[1:] = ['backup', 'x.tar']; import app.cli.main; app.cli.main.main()",
        ],
        cwd=tmp_path,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == b"now\n"
    running.send_signal(sign)
    assert running.wait(20) != 0
    running.stdout.close()

    left = {name for name in set(os.listdir(tmp_path)) - before if not name.startswith("gateway.db-")}
    assert "x.tar" not in left
    assert bool(left) == (sign == signal.SIGKILL)
    assert all(name.startswith(".x.tar.") for name in left)
    assert cli.printed(env, "backup", "x.tar").startswith("Backed up 1 tenants, 0 documents and 0 PDFs of ")
    assert rows(tmp_path / "gateway.db", "SELECT count(*) FROM blob_claims") == [(0,)]
