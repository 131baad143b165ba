"""What a change costs: processor time of server and database for a request, and the server's memory, of two checkouts
in interleaved rounds: `python -m tests.benchmarks.versions OLD NEW`. Prints a table; nothing here passes or fails.

Each checkout runs in its own virtual environment, on databases of its own with the same ledger, loaded over REST: of a
checkout nothing is used but its command line and what it answers over HTTP.
"""

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import fmean, median, stdev
from urllib.parse import quote

import httpx
import orjson

from tests.benchmarks import ledger
from tests.benchmarks.grounds import SETTINGS, compact, take_away, with_database
from tests.benchmarks.leaves import MOMENT, leaves
from tests.benchmarks.ledger import Row, Size
from tests.benchmarks.processes import memory, processor_seconds
from tests.benchmarks.targets import Target, gateway
from tests.postgres import LaunchedPostgres, PostgresServer, open_postgres
from tests.servers import RunningServer, ServerError

SHAPES = ("S", "M", "L", "W")
DATABASES = ("postgres", "sqlite")
WARM_UP = 0.7  # seconds: plans are made, caches filled
LOADERS = 8
SET_BY_SERVER = {"products", "version", "created_at", "updated_at", "status", "closed_at", "closure_reason"}
DERIVED = {"invoice_key", "currency_model", "open_amount", "open_currency"}


@dataclass(slots=True)
class Version:
    """A checkout, with an address and a key of each of its databases."""

    name: str
    checkout: Path
    urls: dict[str, str]
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def program(self) -> tuple[str, ...]:
        return (str(self.checkout / ".venv/bin/ingest-gateway"),)

    def command(self, database: str, *words: str) -> str:
        """What a command prints. Raises CalledProcessError where it fails."""
        env = {"GATEWAY_DATABASE_URL": self.urls[database], "PATH": ""}
        command = [*self.program, *words]
        return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=300).stdout


@dataclass(frozen=True, slots=True)
class Turn:
    """A version under a shape for a while: processor time of a request in microseconds, memory in mebibytes."""

    server: float
    database: float
    memory: float

    @property
    def total(self) -> float:
        return self.server + self.database


Turns = dict[tuple[str, str, str], list[Turn]]  # by database, shape and version


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.versions", description=__doc__)
    known.add_argument("old", type=Path, help="a checkout")
    known.add_argument("new", type=Path, help="another")
    known.add_argument("--rounds", type=int, default=10, help="each with new servers (%(default)s)")
    known.add_argument("--seconds", type=float, default=2.0, help="of a shape in a round (%(default)s)")
    known.add_argument("--connections", type=int, default=8)
    known.add_argument("--accounts", type=int, default=500)
    known.add_argument("--documents-per-account", type=int, default=20)
    known.add_argument("--databases", default=",".join(DATABASES), help="by commas (%(default)s)")
    return known.parse_args()


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def load(version: Version, database: str, size: Size, folder: Path) -> None:
    """Makes the schema and the tenant, and loads the ledger over REST."""
    version.command(database, "migrate")
    made = orjson.loads(version.command(database, "tenants", "create", "benchmark", "--json"))
    version.keys[database] = made["apiKey"]
    with server(version, database, folder) as running, ThreadPoolExecutor(LOADERS) as threads:
        headers = {"X-API-Key": version.keys[database], "Content-Type": "application/json"}
        limits = httpx.Limits(max_connections=LOADERS)
        base = f"{running.url}/api/v1/ingest"
        with httpx.Client(base_url=base, headers=headers, timeout=60, limits=limits, trust_env=False) as client:
            for requests in stages(size):
                for answer in threads.map(
                    lambda request: client.request(request[0], request[1], content=request[2]), requests
                ):
                    answer.raise_for_status()


@contextmanager
def server(version: Version, database: str, folder: Path) -> Iterator[RunningServer]:
    env = {"GATEWAY_DATABASE_URL": version.urls[database], "GATEWAY_BLOB_URL": f"file://{folder}/blobs"}
    with RunningServer(env | {"GATEWAY_LOG_LEVEL": "warning"}, folder, program=version.program) as running:
        yield running


Request = tuple[str, str, bytes]


def stages(size: Size) -> Iterator[list[Request]]:
    """Method, path and body of all requests: those of a stage in any order, after those of the stages before."""
    numbers = range(1, size.accounts + 1)
    turns = [(turn, n) for turn in range(size.documents_per_account) for n in numbers]
    yield [put("representatives", "reference", ledger.representative(n)) for n in range(1, size.representatives + 1)]
    yield [put("accounts", "account_number", ledger.account(n)) for n in numbers]
    yield [put("documents", "document_number", ledger.document(turn * size.accounts + n, n, turn)) for turn, n in turns]
    yield [note_of(ledger.note(n, turn)) for turn in range(size.notes_per_account) for n in numbers]
    yield [link(ledger.link(n, turn, size)) for turn in range(size.representatives_per_account) for n in numbers]


def put(resource: str, key: str, row: Row) -> Request:
    return "PUT", f"/{resource}/{quote(row[key])}", body(row, {key})


def note_of(row: Row) -> Request:
    return "POST", f"/accounts/{quote(row['account_number'])}/notes", body(row, {"account_number"})


def link(row: Row) -> Request:
    return "PUT", f"/representatives/{quote(row['reference'])}/accounts/{quote(row['account_number'])}", b""


def body(row: Row, besides: set[str]) -> bytes:
    left_out = SET_BY_SERVER | DERIVED | besides
    return orjson.dumps({name: value for name, value in row.items() if name not in left_out}, default=str)


@contextmanager
def target(version: Version, database: str, size: Size, folder: Path) -> Iterator[Target]:
    url, key = version.urls[database], version.keys[database]
    with gateway(version.name, url, key, size, folder, database == "postgres", program=version.program) as running:
        yield running


def compare(versions: list[Version], database: str, size: Size, folder: Path) -> None:
    """Notes where the versions answer differently; of a change that means to, this says what it changed."""
    answers: list[dict[str, list[str]]] = []
    for version in versions:
        with target(version, database, size, folder) as running:
            answers.append({name: values(running, name) for name in SHAPES if name != "W"})
    for name, old in answers[0].items():
        differing = sorted(set(old) ^ set(answers[1][name]))
        note(
            f"{database}, {name}: {len(old)} leaf values, "
            + (f"which differ: {differing[:6]}" if differing else "equal")
        )


def values(running: Target, name: str) -> list[str]:
    """The leaf values of an answer, without the times, which are those of the loading."""
    return [value for value in leaves(running.answer(running.shapes[name])) if not MOMENT.match(value)]


def turn(running: Target, name: str, postgres: int, options: argparse.Namespace) -> Turn:
    shape = running.shapes[name]
    running.drive(shape, WARM_UP, options.connections)
    before, of_database = processor_seconds(running.pid), processor_seconds(postgres)
    found = running.drive(shape, options.seconds, options.connections)
    if found.failed:
        raise ServerError(f"{running.name}, {shape.name}: {found.failed} requests failed: {found.first_failure}")
    spent = processor_seconds(postgres) - of_database if running.on_postgres else 0.0
    each = 1e6 / found.requests
    return Turn((processor_seconds(running.pid) - before) * each, spent * each, memory(running.pid))


def measure(versions: list[Version], postgres: int, size: Size, folder: Path, options: argparse.Namespace) -> Turns:
    """Servers are started anew in each round: what lies where in a process's memory makes a difference, too."""
    found: Turns = {}
    for round_ in range(options.rounds):
        for database in options.databases.split(","):
            with ExitStack() as stack:
                running = [stack.enter_context(target(version, database, size, folder)) for version in versions]
                for name, one in product(SHAPES, running[:: (-1) ** round_]):
                    found.setdefault((database, name, one.name), []).append(turn(one, name, postgres, options))
            for version in versions:
                asyncio.run(with_database(version.urls[database], take_away))
        note(f"round {round_ + 1} of {options.rounds} done")
    return found


def line(database: str, name: str, old: list[Turn], new: list[Turn]) -> str:
    ratios = [after.total / before.total for before, after in zip(old, new, strict=True)]
    error = stdev(ratios) / len(ratios) ** 0.5 if len(ratios) > 1 else 0.0
    cells = [name, database]
    for turns in (old, new):
        cells.append(f"{median(one.total for one in turns):,.0f} µs ({median(one.server for one in turns):,.0f})")
    cells += [f"{median(ratios):.3f}", f"{fmean(ratios):.3f} ± {error:.3f}"]
    cells.append(f"{median(one.memory for one in old):.0f}, {median(one.memory for one in new):.0f} MiB")
    return f"| {' | '.join(cells)} |"


def prepared(
    which: str, checkout: Path, postgres: PostgresServer, size: Size, folder: Path, databases: list[str]
) -> Version:
    """The checkout's environment as its `make` makes it, and its databases, loaded."""
    subprocess.run(["make", "--silent", "-C", str(checkout), ".venv/.ready"], check=True)
    asyncio.run(postgres.create_database(which))
    urls = {"postgres": postgres.url(which), "sqlite": f"sqlite+aiosqlite:///{folder / which}.db"}
    version = Version(which, checkout.resolve(), urls)
    for database in databases:
        note(f"loading {size.documents:,} documents: {which}, {database}")
        load(version, database, size, folder)
        asyncio.run(with_database(urls[database], compact))
    return version


def main() -> None:
    options = arguments()
    size, databases = Size(options.accounts, options.documents_per_account), options.databases.split(",")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the servers would outlive this process
    with tempfile.TemporaryDirectory() as name, open_postgres(SETTINGS) as postgres:
        folder, pid = Path(name), postgres.pid if isinstance(postgres, LaunchedPostgres) else None
        if pid is None:
            raise SystemExit("the processor time of a Postgres that is given by address cannot be read")
        checkouts = {"old": options.old, "new": options.new}
        versions = [prepared(which, path, postgres, size, folder, databases) for which, path in checkouts.items()]
        for database in databases:
            compare(versions, database, size, folder)
        found = measure(versions, pid, size, folder, options)
    tell("| | | old (server alone) | new (server alone) | median ratio | mean ratio | memory |")
    tell("|---|---|--:|--:|--:|--:|--:|")
    for database in databases:
        for shape in SHAPES:
            tell(line(database, shape, found[database, shape, "old"], found[database, shape, "new"]))


if __name__ == "__main__":
    main()
