"""The servers that are measured, each in a process of its own, and how each is asked."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests.benchmarks.driver import NUMBER, Job, Outcome
from tests.benchmarks.ledger import Size
from tests.benchmarks.shapes import Shape, shapes
from tests.servers import COMMAND, RunningServer, ServerError, free_port

BODIES = 2_000  # different requests of a shape
SLOWEST_START = 120  # seconds, on a machine that others use as well
LIMIT, OURS, OURS_SQLITE, PEER = "limit", "gateway", "gateway on SQLite", "Strawberry + DataLoader"
TARGETS = (LIMIT, OURS, OURS_SQLITE, PEER)


@dataclass(frozen=True, slots=True)
class Target:
    """A running server. `path` is where it takes a shape."""

    name: str
    port: int
    pid: int
    path: str
    headers: dict[str, str]
    shapes: dict[str, Shape]
    on_postgres: bool = True

    def address(self, shape: Shape) -> str:
        return self.path.format(shape=shape.name)

    def body(self, shape: Shape, n: int, salt: str) -> str:
        return orjson.dumps({"query": shape.text, "variables": shape.variables(n, salt)}).decode()

    def answer(self, shape: Shape) -> dict[str, Any]:
        """The data of one answer. Raises ServerError where it holds an error."""
        body = self.body(shape, 0, f"probe{time.time_ns()}").replace(NUMBER, "00000000")
        headers = {"Content-Type": "application/json", **self.headers}
        url = f"http://127.0.0.1:{self.port}{self.address(shape)}"
        response = httpx.post(url, content=body, headers=headers, timeout=60, trust_env=False)
        failed = {"errors": response.text}
        sent: dict[str, Any] = response.json() if response.status_code == httpx.codes.OK else failed
        if "errors" in sent:
            raise ServerError(f"{self.name}, {shape.name}: {str(sent['errors'])[:1000]}")
        data: dict[str, Any] = sent["data"]
        return data

    def drive(self, shape: Shape, seconds: float, connections: int) -> Outcome:
        """Load by a client in a process of its own."""
        salt = format(time.time_ns(), "x")
        bodies = list(dict.fromkeys(self.body(shape, n, salt) for n in range(BODIES)))
        job = Job(self.port, self.address(shape), self.headers, bodies, seconds, connections)
        command = [sys.executable, "-m", "tests.benchmarks.driver"]
        done = subprocess.run(command, input=orjson.dumps(job), capture_output=True, check=False, timeout=seconds + 60)
        if done.returncode:
            raise ServerError(f"the client of {self.name}, {shape.name} failed:\n{done.stderr.decode()}")
        return Outcome(**orjson.loads(done.stdout))


@contextmanager
def started(module: str, address: str, folder: Path) -> Iterator[tuple[int, int]]:
    """A server of this folder in a process of its own: its port and process id."""
    port = free_port()
    with (folder / f"{module}.log").open("wb") as log:
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", address, str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(port, process, folder / f"{module}.log")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=2, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise ServerError(f"the server did not start:\n{log.read_text()[-4000:]}")


@contextmanager
def gateway(
    name: str,
    url: str,
    key: str,
    size: Size,
    folder: Path,
    on_postgres: bool,
    workers: int = 1,
    program: Sequence[str] = COMMAND,
) -> Iterator[Target]:
    env = {"GATEWAY_DATABASE_URL": url, "GATEWAY_LOG_LEVEL": "warning", "GATEWAY_BLOB_URL": f"file://{folder}/blobs"}
    headers = {"X-API-Key": key}
    arguments = ("--workers", str(workers))
    with RunningServer(env, folder, *arguments, program=program, seconds=SLOWEST_START) as server:
        cursor = cursor_of(server.url, headers)
        yield Target(name, server.port, server.pid, "/graphql", headers, shapes(size, cursor), on_postgres)


def cursor_of(url: str, headers: dict[str, str]) -> Any:
    """Asks a gateway for the cursor of a document."""
    text = (
        "query($n: String!) { documents(first: 1, filter: { documentNumber: { eq: $n } }) { pageInfo { endCursor } } }"
    )

    def cursor(number: str) -> str:
        sent = {"query": text, "variables": {"n": number}}
        found = httpx.post(f"{url}/graphql", json=sent, headers=headers, timeout=60, trust_env=False).json()
        return str(found["data"]["documents"]["pageInfo"]["endCursor"])

    return cursor


def start(
    stack: ExitStack, names: list[str], urls: dict[str, str], keys: dict[str, str], size: Size, folder: Path
) -> list[Target]:
    """Starts the named servers; they end with the stack. `urls` and `keys` are those of the databases."""
    found: list[Target] = []
    postgres = urls["postgres"]
    for name in names:
        if name in (OURS, OURS_SQLITE):
            database = "postgres" if name == OURS else "sqlite"
            running = gateway(name, urls[database], keys[database], size, folder, name == OURS)
            found.append(stack.enter_context(running))
            continue
        module, address, path = (
            ("limit", postgres.replace("+asyncpg", ""), "/{shape}") if name == LIMIT else ("peer", postgres, "/graphql")
        )
        port, pid = stack.enter_context(started(module, address, folder))
        found.append(Target(name, port, pid, path, {}, shapes(size)))
    return found
