"""A client that asks a running server everything it can be asked, over both facades, and reads what it is told."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import httpx

from app.storage.database.engine import Database
from app.storage.writes.change_log import audit
from tests.server.conftest import Caller

CREATE = """mutation($number: String!) {
  createAccount(accountNumber: $number, input: {combined: {name: "A"}}) { account { version } userErrors { code } } }"""
MADE = 2  # changes that a tenant's log begins with: it was made, and its key was
NUMBERS = """query($after: String) { changes(first: 1, resource: ACCOUNT) { totalCount }
  accounts(first: 1000, after: $after) { nodes { accountNumber version history { totalCount } }
    pageInfo { endCursor hasNextPage } } }"""
WRITES = ("graphql write", "graphql write under a key", "rest write", "rest write under a key")
READS = ("graphql read", "rest read")
EVERYTHING = (*READS, *WRITES)


class Asker(Caller):
    """Asks as its key's caller; every request comes over a connection of its own."""

    def client(self) -> httpx.AsyncClient:
        # No certificate is read: that takes longer than the whole request, which goes over plain HTTP.
        return httpx.AsyncClient(base_url=self.server.url, timeout=60, trust_env=False, verify=False)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        async with self.client() as client:
            return await client.request(method, path, json=body, headers={"X-API-Key": self.key, **headers})

    async def write(self, kind: str, number: str) -> httpx.Response:
        """Makes a new account in one of the ways of WRITES."""
        headers = {"Idempotency-Key": number} if kind.endswith("key") else {}
        if kind.startswith("rest"):
            return await self.send("POST", f"/api/v1/ingest/accounts/{number}", {"name": "A"}, **headers)
        return await self.send("POST", "/graphql", {"query": CREATE, "variables": {"number": number}}, **headers)

    async def read(self, kind: str) -> httpx.Response:
        if kind.startswith("rest"):
            return await self.send("GET", "/api/v1/ingest/accounts/here")
        return await self.post('{ account(accountNumber: "here") { name } }')

    async def everything(self, name: str, kinds: Iterable[str] = EVERYTHING) -> dict[str, httpx.Response]:
        """The answers to a request of each kind; what is written is called after its kind and the name."""
        return {kind: await self.ask(kind, name) for kind in kinds}

    async def ask(self, kind: str, name: str) -> httpx.Response:
        return await (self.read(kind) if kind in READS else self.write(kind, number_of(kind, name)))

    async def accounts(self) -> set[str]:
        """The numbers of all accounts, each of which was written once and whole, with its history and nothing else."""
        numbers: set[str] = set()
        after, more = None, True
        while more:
            found = (await self.post(NUMBERS, after=after)).json()["data"]
            nodes, page = found["accounts"]["nodes"], found["accounts"]["pageInfo"]
            assert {(node["version"], node["history"]["totalCount"]) for node in nodes} <= {(1, 1)}
            numbers |= {node["accountNumber"] for node in nodes}
            after, more = page["endCursor"], page["hasNextPage"]
        assert found["changes"]["totalCount"] == len(numbers)
        return numbers

    async def in_use(self) -> tuple[float, float]:
        """Database connections that are taken, and who waits for one."""
        lines = (await self.get("/metrics")).text.splitlines()
        told = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return float(told["gateway_database_connections_in_use"]), float(told["gateway_database_waiting"])


async def sound_changes(url: str) -> int:
    """How many changes are in the logs of all tenants, every one of which is sound."""
    database = Database(url, administers=True)
    found = [(one.rows, one.fault) async for one in audit(database)]
    await database.dispose()
    assert {fault for _, fault in found} == {None}
    return sum(rows for rows, _ in found)


def number_of(kind: str, name: str) -> str:
    return f"{kind} {name}".replace(" ", "-")


def numbers_of(name: str) -> set[str]:
    return {number_of(kind, name) for kind in WRITES}


def done(answers: Mapping[str, httpx.Response]) -> dict[str, int]:
    """The status of each answer, none of which may tell of errors."""
    assert not [answer.text for answer in answers.values() if "rror" in answer.text.replace('"userErrors":[]', "")]
    return {kind: answer.status_code for kind, answer in answers.items()}


DONE = {kind: 201 if kind.startswith("rest write") else 200 for kind in EVERYTHING}


def told(answer: httpx.Response) -> str:
    """The sentence of an answer that says, as it is documented, that something cannot be used; else the answer."""
    request_id = answer.headers["x-request-id"]
    found = answer.json()
    message = str(found.get("message") or found.get("errors", [{}])[0].get("message"))
    error = {"message": message, "extensions": {"code": "UNAVAILABLE", "requestId": request_id}}
    documented: dict[str, Any]
    if answer.request.url.path == "/graphql":
        documented = {"errors": [error]}
    else:
        documented = {"error": "unavailable", "request_id": request_id, "message": message}
    advice = f" Quote request {request_id} when you report it."
    if answer.status_code != 503 or found != documented or not message.endswith(advice):
        return f"{answer.status_code} {answer.text}"
    return message.removesuffix(advice)


def all_told(answers: Mapping[str, httpx.Response]) -> dict[str, str]:
    return {kind: told(answer) for kind, answer in answers.items()}


@asynccontextmanager
async def session(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of whoever runs the Postgres."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()
