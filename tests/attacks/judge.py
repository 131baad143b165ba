"""The judge of all attacks: each is answered as it is documented, costs the server little time and memory, and an
honest request right after it is answered rightly."""

import http.client
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import memory, processor_seconds
from tests.servers import RunningServer

MOST_SECONDS = 3.0  # of processor time, for one attack
MOST_GROWTH = 150.0  # mebibytes above what the server had before it, of which ten are the largest body itself
HONEST = {"query": "query Honest { tenant { name } }"}
ANSWER = b'{"data":{"tenant":{"name":"acme"}}}'


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def refusal(self) -> tuple[int, str, str]:
        """Status, code and message of a GraphQL request that was refused for one reason."""
        (error,) = json.loads(self.body)["errors"]
        return self.status, error["extensions"]["code"], error["message"]


@dataclass(frozen=True, slots=True)
class Target:
    """A server under attack, and a key of its tenant `acme`."""

    server: RunningServer
    key: str

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request over a connection of its own; underscores in names of headers stand for hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        sent = {"X-API-Key": self.key, "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def post(self, body: bytes, **headers: str) -> Answer:
        return self.ask("POST", "/graphql", body, **headers)

    def run(self, text: str, **variables: Any) -> Answer:
        return self.post(operation(text, **variables))

    def answers_honestly(self) -> None:
        found = self.post(json.dumps(HONEST).encode())
        assert (found.status, found.body) == (200, ANSWER)

    def bounded(self, attack: Callable[[], Answer]) -> Answer:
        """What an attack is answered, after it was found to be cheap and to disturb nobody."""
        before, spent = memory(self.server.pid), processor_seconds(self.server.pid)
        forget_peak(self.server.pid)
        found = attack()
        spent = processor_seconds(self.server.pid) - spent
        grown = peak(self.server.pid) - before
        self.answers_honestly()
        assert spent < MOST_SECONDS
        assert grown < MOST_GROWTH
        return found


def operation(text: str, **variables: Any) -> bytes:
    return json.dumps({"query": text, "variables": variables}).encode()


def forget_peak(pid: int) -> None:
    with suppress(OSError):  # where it is not allowed, the peak of all attacks so far is judged
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak(pid: int) -> float:
    """The most resident memory that a process has had, in mebibytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
