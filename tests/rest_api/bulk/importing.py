"""Imports inside a test: a file in one go, or a connection that the test itself feeds."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.types import Message

from tests.gateway import Client
from tests.wording import check_words

IMPORTS = "/api/v1/bulk/imports"
NDJSON, CSV = "application/x-ndjson", "text/csv"
COUNTS = ("created", "replaced", "patched", "closed", "linked", "unchanged", "failed")
DATED = {"invoice_date": "2026-01-05", "due_date": "2026-02-04"}
AMOUNTS = {"currency": "EUR", "original_denomination": 100, "denomination": 40}

Line = dict[str, Any]


def account(key: str = "A-1", verb: str = "replace", **data: Any) -> Line:
    return {"resource": "account", "verb": verb, "key": key, "data": {"name": "Alder"} | data}


def document(key: str, verb: str = "replace", **data: Any) -> Line:
    return {
        "resource": "document",
        "verb": verb,
        "key": key,
        "data": {"account_number": "A-1"} | DATED | AMOUNTS | data,
    }


def envelope(resource: str, key: str, verb: str | None = None, **data: Any) -> Line:
    said = {"verb": verb} if verb else {}
    return {"resource": resource, **said, "key": key, "data": data}


def ndjson(lines: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request of an import was answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def id(self) -> str:
        return self.headers["x-import-id"]

    @property
    def all(self) -> list[Line]:
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def lines(self) -> list[Line]:
        """The answers of lines."""
        return [line for line in self.all if "end" not in line]

    @property
    def end(self) -> Line:
        """The last line, without the import's id and what is zero."""
        last = self.all[-1]["end"]
        assert list(last) == ["import", "state", "lines", *COUNTS]
        assert last["lines"] == sum(last[name] for name in COUNTS)
        return {name: value for name, value in last.items() if value and name != "import"}

    @property
    def refusal(self) -> Line:
        refused: Line = json.loads(self.body)
        check_words(refused["message"])
        return refused

    @property
    def faults(self) -> list[tuple[str, str]]:
        return [(each["code"], each["field"]) for each in self.refusal["details"]]


def told(lines: Iterable[Line]) -> list[Any]:
    """An answer in short: its line and status, with the error of one that was refused and its faults."""
    return [short(line) for line in lines]


def short(line: Line) -> Any:
    if "error" not in line:
        return (line["line"], line["status"])
    check_words(line["message"])
    for fault in line.get("details", ()):
        check_words(fault["message"])
    faults = [f"{fault['code']} {fault['field']}" for fault in line.get("details", ())]
    return (line["line"], line["status"], *(faults or [line["error"]]))


async def run_import(
    client: Client, body: bytes | Iterable[Any], path: str = IMPORTS, type: str = NDJSON, **options: Any
) -> Answer:
    """Sends a file. Options that begin with a capital are headers, others parameters."""
    headers = {name.replace("_", "-"): value for name, value in options.items() if name[0].isupper()}
    query = {name: value for name, value in options.items() if not name[0].isupper()}
    content = body if isinstance(body, bytes) else ndjson(body)
    address = f"{path}?{urlencode(query)}" if query else path
    sent = {**client.headers, "Content-Type": type, **headers}
    response = await client.gateway.http.post(address, content=content, headers=sent)
    return Answer(response.status_code, response.content, dict(response.headers))


async def run_csv(client: Client, text: str | bytes, **options: Any) -> Answer:
    return await run_import(client, text if isinstance(text, bytes) else text.encode(), type=CSV, **options)


async def get(client: Client, path: str = "") -> Any:
    response = await client.gateway.http.get(IMPORTS + path, headers=client.headers)
    if response.headers["content-type"] != "application/json":
        assert response.status_code == 200
        return response.content
    return response.json()


@dataclass(slots=True)
class OpenImport:
    """A connection whose client sends as the test says."""

    client: Client
    path: str = IMPORTS
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    answer: dict[str, str] = field(default_factory=dict)  # headers
    received: bytearray = field(default_factory=bytearray)
    messages: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    scope: dict[str, Any] = field(default_factory=dict)
    task: "asyncio.Task[None] | None" = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> "OpenImport":
        parts = urlsplit(self.path)
        headers = {"x-api-key": self.client.api_key or "", "content-type": NDJSON, **self.headers}
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("gateway", 80),
        }
        self.task = asyncio.create_task(self.client.gateway.app(self.scope, self.messages.get, self.take))
        self.task.add_done_callback(lambda _: self.changed.set())
        return self

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answer = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.received += message.get("body", b"")
        self.changed.set()

    def send(self, body: bytes | Iterable[Any], *, last: bool = False) -> None:
        content = body if isinstance(body, bytes) else ndjson(body)
        self.messages.put_nowait({"type": "http.request", "body": content, "more_body": not last})

    def hang_up(self) -> None:
        self.messages.put_nowait({"type": "http.disconnect"})

    @property
    def all(self) -> list[Line]:
        return [json.loads(line) for line in bytes(self.received).splitlines()]

    async def lines(self, count: int) -> list[Line]:
        """The first so many lines of the answer."""
        while len(self.all) < count:
            assert self.task is not None
            assert not self.task.done(), bytes(self.received)
            self.changed.clear()
            await self.changed.wait()
        return self.all[:count]

    async def ended(self) -> list[Line]:
        """All lines of the answer."""
        assert self.task is not None
        await self.task
        return self.all
