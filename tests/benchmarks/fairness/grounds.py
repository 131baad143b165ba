"""What the attackers and the other tenant meet on: a database with both, and a server on it, of this checkout or
another, of which nothing is used but its command line and what it answers over HTTP."""

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import sqlalchemy as sa

from app.domain.caller import Caller
from app.domain.enums import CurrencyModel, Product
from app.storage.database.engine import Database
from app.storage.tables import TENANTS
from app.storage.writes.locking import LockingWrite
from tests.benchmarks.driver import NUMBER
from tests.benchmarks.fairness.attackers import INVOICES, LINES, READER, WRITER, Call, form_with, invoice_name
from tests.benchmarks.grounds import SETTINGS, compact, with_database
from tests.benchmarks.ledger import Size, insert, tables
from tests.benchmarks.processes import GONE, processor_seconds
from tests.benchmarks.shapes import shapes
from tests.benchmarks.targets import SLOWEST_START
from tests.pdfs import as_sent, made
from tests.postgres import LaunchedPostgres, open_postgres
from tests.servers import COMMAND, RunningServer, ServerError

ROOT = "/api/v1/ingest"
TURNS = 500
NEW_TEXT = 10  # one request in so many has a text that is new
RATES = {"S": 20.0, "invoices": 1.0, "uploads": 1.0, "bodies": 1.0}  # a second
ATTACKER, OTHER = "attacker", "other"  # tenants

Turns = list[list[str]]


@dataclass(frozen=True, slots=True)
class Ground:
    """A database with both tenants. `keys`: reader and writer of the attacker, and the other tenant's."""

    database: str
    url: str
    keys: dict[str, str]
    folder: Path
    program: Sequence[str]
    stored_in: Path  # the files of the database
    postgres: LaunchedPostgres | None

    @contextmanager
    def running(self) -> Iterator["Running"]:
        """A new server of one worker with default settings."""
        env = {"GATEWAY_DATABASE_URL": self.url, "GATEWAY_BLOB_URL": f"file://{self.folder}/blobs-{self.database}"}
        settings = env | {"GATEWAY_LOG_LEVEL": "error"}
        with RunningServer(settings, self.folder, program=self.program, seconds=SLOWEST_START) as server:
            try:
                yield Running(self, server.port, server.pid)
            finally:
                server.kill()  # it may be busy with what nobody waits for any more
                asyncio.run(with_database(self.url, end_statements))

    def stored(self) -> float:
        """The size of the database's files, in mebibytes."""
        size = 0
        for file in self.stored_in.rglob("*"):
            with suppress(*GONE):
                size += file.stat().st_size
        return size / 2**20


@dataclass(frozen=True, slots=True)
class Running:
    """A server on a ground."""

    ground: Ground
    port: int
    pid: int

    def spent(self) -> tuple[float, float]:
        """Processor seconds of the server and of its database, where that is another process."""
        database = self.ground.postgres.pid if self.ground.postgres else None
        return processor_seconds(self.pid), processor_seconds(database) if database else 0.0

    def honest(self, kind: str) -> tuple[Turns, float]:
        """Another tenant's requests of a kind, whole, and how many a second."""
        return [[self.request(call) for call in turn] for turn in HONEST[kind]()], RATES[kind]

    def request(self, call: Call) -> str:
        """In Latin-1, in which any bytes are a text."""
        lines = [f"{call.method} {call.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"Content-Type: {call.content_type}", f"X-API-Key: {self.ground.keys[OTHER]}"]
        return "\r\n".join([*lines, f"Content-Length: {len(call.body)}", "", ""]) + call.body.decode("latin-1")


def small_reads() -> Iterator[list[Call]]:
    """One account's page each; of some the text is new."""
    shape = shapes(Size(4, 2))["S"]
    for n in range(TURNS):
        text = shape.text if n % NEW_TEXT else shape.text.replace("query S", f"query S{NUMBER}", 1)
        yield [Call(orjson.dumps({"query": text, "variables": shape.variables(n, "")}))]


def small_invoices() -> Iterator[list[Call]]:
    """Invoices of one page, each of which has to be rendered, since its account has just changed."""
    name = invoice_name(0)
    renamed = Call(f'{{"name": "{NUMBER}"}}'.encode(), "PATCH", f"{ROOT}/accounts/{name}")
    yield [renamed, Call(method="GET", path=f"{ROOT}/documents/{name}/attachments")]


def small_uploads() -> Iterator[list[Call]]:
    """PDFs of one page."""
    yield [form_with(as_sent(made(NUMBER)), "INV-00000001")]


def large_bodies() -> Iterator[list[Call]]:
    """Small reads in bodies that are too large to be kept in memory without asking."""
    shape = shapes(Size(4, 2))["S"]
    variables = {**shape.variables(1, ""), "unused": "x" * 100_000}
    yield [Call(orjson.dumps({"query": shape.text, "variables": variables}))]


HONEST = {"S": small_reads, "invoices": small_invoices, "uploads": small_uploads, "bodies": large_bodies}


@contextmanager
def grounds(databases: Sequence[str], checkout: Path | None, folder: Path, size: Size) -> Iterator[list[Ground]]:
    """Those databases, filled."""
    program = (str(checkout / ".venv/bin/ingest-gateway"),) if checkout else COMMAND
    with ExitStack() as stack:
        found = []
        for database in databases:
            postgres = stack.enter_context(launched()) if database == "postgres" else None
            home = folder / database
            home.mkdir()
            sqlite = f"sqlite+aiosqlite:///{home}/gateway.db"
            url = asyncio.run(postgres.create_database("fairness")) if postgres else sqlite
            keys = filled(url, program, size)
            found.append(Ground(database, url, keys, home, program, postgres.data if postgres else home, postgres))
            put_invoices(found[-1])
        yield found


@contextmanager
def launched() -> Iterator[LaunchedPostgres]:
    with open_postgres(SETTINGS) as postgres:
        if not isinstance(postgres, LaunchedPostgres):
            raise ServerError("the processor time of a Postgres that is given by address cannot be read")
        yield postgres


def filled(url: str, program: Sequence[str], size: Size) -> dict[str, str]:
    """Makes the schema and both tenants, with their ledgers; their keys."""
    run(url, program, "migrate")
    keys = {WRITER: new_tenant(url, program, ATTACKER), OTHER: new_tenant(url, program, OTHER)}
    keys[READER] = run(url, program, "keys", "create", "--tenant", ATTACKER, "--read-only").strip()
    small = Size(size.accounts // 5, min(size.documents_per_account, 20))
    asyncio.run(with_database(url, lambda database: insert_ledger(database, ATTACKER, size)))
    asyncio.run(with_database(url, lambda database: insert_ledger(database, OTHER, small)))
    asyncio.run(with_database(url, compact))
    return keys


def run(url: str, program: Sequence[str], *words: str) -> str:
    """What a command prints. Raises CalledProcessError where it fails."""
    env = {"GATEWAY_DATABASE_URL": url, "PATH": ""}
    command = [*program, *words]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=300).stdout


def new_tenant(url: str, program: Sequence[str], tenant: str) -> str:
    """The key of a new tenant."""
    return str(orjson.loads(run(url, program, "tenants", "create", tenant, "--json"))["apiKey"])


async def insert_ledger(database: Database, tenant: str, size: Size) -> None:
    async with database.writing() as connection:
        found = await connection.execute(sa.select(TENANTS.c.tenant_id).where(TENANTS.c.name == tenant))
        scope = LockingWrite(connection, Caller(found.scalar_one(), tuple(Product), read_only=False))
        await scope.update(TENANTS, {}, {"currency_model": str(CurrencyModel.BASIC)})
        for table, rows in tables(size):
            await insert(scope, table, rows)


async def end_statements(database: Database) -> None:
    """Ends what the database still does for a server that is gone, or it would be there beside the next one."""
    if database.is_sqlite:
        return
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    async with database.writer.connect() as connection:
        await connection.execute(sa.text(f"{others} pg_backend_pid()"))


def put_invoices(ground: Ground) -> None:
    """Documents of both tenants that have an invoice: a long one of the attacker, a short one of the other."""
    with (
        ground.running() as running,
        httpx.Client(base_url=f"http://127.0.0.1:{running.port}{ROOT}", timeout=60, trust_env=False) as http,
    ):
        for key, lines in ((WRITER, LINES), (OTHER, 3)):
            for name in map(invoice_name, range(INVOICES)):
                headers = {"X-API-Key": ground.keys[key]}
                for path, body in (("accounts", {"name": name}), ("documents", invoice(name, lines))):
                    http.put(f"/{path}/{name}", json=body, headers=headers).raise_for_status()


def invoice(name: str, lines: int) -> dict[str, object]:
    detail = [{"DESC_COL": f"Part {n * 7919}, as ordered", "NET_AMOUNT_COL": f"{n}.50"} for n in range(lines)]
    dates = {"account_number": name, "invoice_date": "2026-01-05", "due_date": "2026-02-04"}
    return {**dates, "invoicing_detail": {"DETAIL": detail}}
