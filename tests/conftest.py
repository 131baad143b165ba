"""Databases, gateways and running servers for every test; each test has a database of its own, on both kinds."""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser
from sqlalchemy.engine import make_url

from app.storage.database.engine import Database
from app.storage.database.row_level_security import ROLE
from app.storage.migrations.migrate import migrate
from tests.browser import NO_CHROMIUM, open_chromium
from tests.gateway import Client, Gateway
from tests.migration import ADVICE, difference_of_new
from tests.postgres import PostgresServer, open_postgres
from tests.servers import RunningServer, gateway_cli

# Folders and files whose tests take long by their nature: servers in processes, kills, random operations, whole
# databases, PDFs, the largest operations that are taken, and every header in every combination. `make quick` leaves
# them out.
SLOW = (
    "attacks", "audits", "benchmarks", "cli", "commands/in_bulk", "commands/test_attachments.py",
    "commands/test_payload_time_limit.py", "demo", "differential", "faults", "fuzz",
    "graphql_api/execution/test_event_loop.py", "graphql_api/execution/test_explain.py",
    "graphql_api/test_attachments.py", "graphql_api/test_csrf.py", "graphql_api/test_http_answers.py",
    "graphql_api/test_http_origins.py", "graphql_api/test_http_requests.py", "graphql_api/test_manifests.py",
    "graphql_api/test_persisted_operations.py", "graphql_api/test_schema_fuzzing.py",
    "middleware/test_idempotency_files.py", "middleware/test_large_requests.py",
    "middleware/test_request_context.py", "observability/test_logging.py", "observability/test_secrets.py",
    "observability/test_tracing.py", "observability/test_workers.py", "operations", "pdf",
    "rest_api/test_attachments.py", "rest_api/test_event_loop.py", "rest_api/test_openapi_fuzzing.py", "scenarios",
    "server", "storage/backup", "storage/blobs", "storage/migrations", "test_postgres_launcher.py",
)  # fmt: skip
TESTS = Path(__file__).parent
KINDS = ("sqlite", "postgres")
TEMPLATE = "gateway_template"
DEMO_TENANT = "Northwind Supply"
OTHER_DEMO_TENANT = "Contoso Industrial"
numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as slow what `make quick` leaves out, beside the tests that are marked themselves."""
    for item in items:
        if is_slow(item):
            item.add_marker(pytest.mark.slow)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Does not even import slow files where none of their tests is to run, which takes a third of the time."""
    return True if config.getoption("markexpr") == "not slow" and in_slow_place(collection_path) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says at the end of a run that browser tests were skipped, which a line of dots would hide."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if NO_CHROMIUM in str(report.longrepr)]
    if skipped:
        terminalreporter.section("WARNING", yellow=True, bold=True)
        terminalreporter.line(f"{NO_CHROMIUM}: {len(skipped)} tests of pages WERE NOT RUN. Install a Chromium.")


def is_slow(item: pytest.Item) -> bool:
    """Whether a test lies in a slow place, needs a browser, or runs on Postgres: SQLite runs the same test."""
    fixtures, kinds = getattr(item, "fixturenames", ()), re.split(r"[\[\]-]", item.name)
    on_postgres = "postgres" in kinds or "postgres" in fixtures or "postgres_url" in fixtures
    return on_postgres or in_slow_place(item.path) or item.get_closest_marker("browser") is not None


@cache
def in_slow_place(path: Path) -> bool:
    return any(path.is_relative_to(TESTS / place) for place in SLOW)


async def migrated(url: str) -> None:
    """Makes the current schema. Where the migrations do not make the tables of the code, every test that needs a
    database fails of that, at once and in these words."""
    if difference := await difference_of_new(url):
        pytest.fail(f"{ADVICE}\n{difference}", pytrace=False)
    database = Database(url, administers=True)
    await migrate(database)
    await database.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The Postgres server of the test run; its template database has the current schema."""
    with open_postgres() as server:
        yield server


@pytest.fixture(scope="session")
async def postgres_template(postgres: PostgresServer) -> str:
    name = f"{TEMPLATE}_{next(numbers)}"
    await migrated(await postgres.create_database(name))
    return name


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the current schema, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    await migrated(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A new, empty SQLite database with the current schema."""
    shutil.copy(sqlite_template, tmp_path / "gateway.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'gateway.db'}"


@pytest.fixture
async def postgres_url(postgres: PostgresServer, postgres_template: str) -> AsyncIterator[str]:
    """A new, empty Postgres database with the current schema."""
    name = f"test_{next(numbers)}"
    yield await postgres.create_database(name, postgres_template)
    await postgres.drop_database(name)


@pytest.fixture
async def server_url(postgres_url: str) -> AsyncIterator[str]:
    """The address of the same database for a login that may serve, and nothing else."""
    login = f"web_{make_url(postgres_url).database}"
    owner = Database(postgres_url, administers=True)
    async with owner.writing() as connection:
        await connection.execute(sa.text(f"CREATE ROLE {login} LOGIN PASSWORD 'secret' IN ROLE {ROLE}"))
    yield make_url(postgres_url).set(username=login, password="secret").render_as_string(hide_password=False)
    async with owner.writing() as connection:
        await connection.execute(sa.text(f"DROP ROLE {login}"))
    await owner.dispose()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, empty database: on SQLite in one run of the test, on Postgres in the other."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def gateway(database_url: str) -> AsyncIterator[Gateway]:
    """The gateway over a database of its own."""
    async with Gateway(database_url) as made:
        yield made


@pytest.fixture(scope="session")
async def shared_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("shared") / "gateway.db")
    async with Gateway(f"sqlite+aiosqlite:///{path}") as gateway:
        yield gateway


@pytest.fixture(scope="session")
async def shared_postgres(postgres: PostgresServer, postgres_template: str) -> AsyncIterator[Gateway]:
    name = f"shared_{next(numbers)}"
    async with Gateway(await postgres.create_database(name, postgres_template)) as gateway:
        yield gateway
    await postgres.drop_database(name)


@pytest.fixture(params=KINDS)
def shared_gateway(request: pytest.FixtureRequest) -> Gateway:
    """A gateway that other tests use, too, each with tenants of its own, which are made in a moment: a new gateway has
    to compile every statement anew."""
    gateway: Gateway = request.getfixturevalue(f"shared_{request.param}")
    return gateway.with_own_tenants(f" {next(numbers)}")


@pytest.fixture
async def acme(gateway: Gateway) -> Client:
    """A tenant with all four products, through a key that may write."""
    return await gateway.tenant("acme")


@dataclass(frozen=True, slots=True)
class DemoServer:
    """A running server with the demonstration ledger."""

    url: str
    api_key: str
    other_key: str  # of another tenant


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A real server in a process of its own, on SQLite, with a small demonstration ledger."""
    folder = tmp_path_factory.mktemp("demo")
    env = {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'demo.db'}"}
    gateway_cli("demo", "--accounts", "20", "--documents-per-account", "10", env=env, folder=folder)
    keys = [
        gateway_cli("keys", "create", "--tenant", tenant, env=env, folder=folder).strip()
        for tenant in (DEMO_TENANT, OTHER_DEMO_TENANT)
    ]
    with RunningServer(env, folder) as server:
        yield DemoServer(server.url, *keys)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with open_chromium() as browser:
        yield browser
