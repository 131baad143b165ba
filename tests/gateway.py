"""The gateway inside a test: the application over a database of its own, asked through its HTTP surface, with every
SQL statement on record."""

import asyncio
import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from fastapi import FastAPI
from sqlalchemy import event
from starlette.types import Receive, Scope, Send

from app.auth.api_keys import create_key, create_tenant
from app.domain.enums import Product
from app.main import create_app
from app.settings import Settings
from app.storage.database.engine import Database
from app.storage.database.statement_events import TRANSACTION_WORDS
from tests.wording import check_words

KEY_LOOK_UP = "api_keys"


@dataclass(slots=True)
class Statements:
    """The SQL statements of the last operation, transaction words and the key's look-up apart."""

    texts: list[str] = field(default_factory=list)

    def record(self, _connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if not text.startswith(TRANSACTION_WORDS) and KEY_LOOK_UP not in text:
            self.texts.append(text)

    def hear(self, text: str, _arguments: Any) -> None:
        if "FROM tenants JOIN api_keys" not in text.partition("EXISTS")[0]:
            self.texts.append(text)

    def __len__(self) -> int:
        return len(self.texts)


class Client:
    """A caller with a key."""

    def __init__(self, gateway: "Gateway", api_key: str | None) -> None:
        self.gateway = gateway
        self.api_key = api_key

    async def post(self, body: Any, **headers: str) -> httpx.Response:
        """Any request body, as JSON; bytes are sent as they are."""
        sent = {**self.headers, "Content-Type": "application/json", **headers}
        # In ASCII, so that a half of a surrogate pair can be sent, as other clients may.
        content = body if isinstance(body, bytes) else json.dumps(body)
        return await self.gateway.http.post("/graphql", content=content, headers=sent)

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.api_key} if self.api_key else {}

    async def run(self, text: str, **variables: Any) -> dict[str, Any]:
        """The whole answer of an operation, errors and all; `gateway.statements` then holds its SQL."""
        self.gateway.statements.texts.clear()
        response = await self.post({"query": text, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    async def query(self, text: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that must not fail."""
        answer = await self.run(text, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def only(self, text: str, **variables: Any) -> Any:
        """The value of the one root field of an operation that must not fail."""
        (value,) = (await self.query(text, **variables)).values()
        return value

    async def refused(self, text: str, **variables: Any) -> list[tuple[str, str]]:
        """Code and dotted path of every user error of a mutation that must be refused."""
        payload = await self.only(text, **variables)
        assert payload["userErrors"], payload
        for error in payload["userErrors"]:
            if "message" in error:
                check_words(error["message"])
        return [(error["code"], ".".join(error["field"])) for error in payload["userErrors"]]

    async def error_codes(self, text: str, **variables: Any) -> list[str]:
        """The codes of the errors of an operation that must be refused as a whole."""
        answer = await self.run(text, **variables)
        assert answer.get("data") is None, answer
        return [error["extensions"]["code"] for error in answer["errors"]]


def leave_unsynchronised(connection: Any, _record: Any) -> None:
    """Has SQLite not wait for the disk at a commit: only a power cut could tell, and none happens inside a test."""
    connection.execute("PRAGMA synchronous=OFF")


class Gateway:
    """The application, its database and its tenants: `serving` is the database as the application sees it, `database`
    as its owner does."""

    suffix = ""  # of the names of its tenants

    def __init__(self, database_url: str, **settings: Any) -> None:
        settings.setdefault("blob_url", "memory:///")
        self.app: FastAPI = create_app(Settings(database_url=database_url, **settings))
        self.serving: Database = self.app.state.database
        self.database = self.serving if self.serving.is_sqlite else Database(database_url, administers=True)
        self.statements = Statements()
        for engine in {self.serving.reader.sync_engine, self.serving.writer.sync_engine}:
            event.listen(engine, "before_cursor_execute", self.statements.record)
            if self.serving.is_sqlite:
                event.listen(engine, "connect", leave_unsynchronised)
        self.serving.statement_listeners.append(self.statements.hear)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.serve), base_url="http://gateway")

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request in a task of its own, as servers do: what it sets in its context ends with it."""
        await asyncio.create_task(self.app(scope, receive, send))

    def with_own_tenants(self, suffix: str) -> Self:
        """The same gateway for one more test, whose tenants are none of the others'."""
        shared = copy.copy(self)
        shared.suffix = suffix
        return shared

    def named(self, tenant: str) -> str:
        """The name of a tenant in the database."""
        return tenant + self.suffix

    async def tenant(self, name: str = "acme", products: Sequence[Product] = tuple(Product)) -> Client:
        """A new tenant's client, which may write."""
        _, key = await create_tenant(self.database, self.named(name), products)
        return Client(self, key)

    async def reader(self, tenant: str = "acme") -> Client:
        """A client of the tenant that may only read."""
        return Client(self, await create_key(self.database, self.named(tenant), read_only=True))

    def stranger(self, api_key: str | None = None) -> Client:
        """A client without a key, or with one that nobody made."""
        return Client(self, api_key)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()
        await self.app.state.files.close()
        await self.serving.dispose()
        await self.database.dispose()
