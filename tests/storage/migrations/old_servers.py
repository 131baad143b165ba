"""Servers of old releases, as a database meets them: the statements that they read with, sent again.

`released_reads` has them, a file for each release that reads in a way of its own. They were taken from the driver while
the server of that release answered: GraphQL for an account's page, a list of documents and notes, and REST for an
account and a document. Each was asked for twice, and taken the second time, on the ledger of `test_upgrades`. "$KEY"
stands for the hash of the caller's key; "connecting" is what a new connection is told first. Nobody changes these
files: a new release adds its own.
"""

import json
import re
import sqlite3
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import make_url

from app.storage.database.sqlite_functions import FUNCTIONS

FOLDER = Path(__file__).parent / "released_reads"
CONNECTING = "connecting"
Statement = tuple[str, Sequence[Any]]
Answers = dict[str, list[list[tuple[Any, ...]]]]


def reads_of(release: str, kind: str) -> dict[str, list[Statement]]:
    """The statements of each request to a server of that release."""
    newest = max(path.stem for path in FOLDER.glob("*.json") if path.stem <= release)
    found: dict[str, list[Statement]] = json.loads((FOLDER / f"{newest}.json").read_text("utf-8"))[kind]
    return found


class OldServer:
    """A server of a release with one connection to the database, which it keeps; `refused` are the requests that it had
    to answer with an error."""

    def __init__(self, url: str, release: str, key: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.reads = reads_of(release, self.url.get_backend_name())
        self.refused: list[str] = []
        self.key_hash = sha256(key.encode()).hexdigest()

    async def __aenter__(self) -> Self:
        if self.is_sqlite:
            self.sqlite = sqlite3.connect(str(self.url.database), isolation_level=None)
            for name, function in FUNCTIONS.items():
                self.sqlite.create_function(name, -1, function, deterministic=True)
            self.sqlite.execute("PRAGMA query_only = ON")
        else:
            address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
            self.postgres = await asyncpg.connect(address)
        await self.answer(self.reads.pop(CONNECTING, ()))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.is_sqlite:
            self.sqlite.close()
        else:
            await self.postgres.close()

    async def answers(self) -> Answers:
        """The rows of every statement of every request."""
        return {request: await self.asked(request, statements) for request, statements in self.reads.items()}

    async def asked(self, request: str, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
        """The rows of a request, at the second try where a statement in a transaction shows a column that has another
        type since it was prepared: no server notices that before Postgres tells, and then it prepares all anew."""
        try:
            return await self.answer(statements)
        except asyncpg.InvalidCachedStatementError:
            self.refused.append(request)
            await self.postgres.execute("ROLLBACK")
            return await self.answer(statements)

    async def answer(self, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
        rows = [await self.fetch(text, [self.given(value) for value in values]) for text, values in statements]
        if self.is_sqlite:
            self.sqlite.rollback()
        return rows

    async def fetch(self, text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        if self.is_sqlite:
            if text == "BEGIN":
                self.sqlite.rollback()  # the end of the transaction before, which is no statement there
            return self.sqlite.execute(text, values).fetchall()
        return [tuple(row) for row in await self.postgres.fetch(text, *values)]

    def given(self, value: Any) -> Any:
        """A parameter as the driver takes it."""
        if isinstance(value, dict):
            return date.fromisoformat(value["day"])
        return self.key_hash if value == "$KEY" else value


def shown(answers: Answers) -> set[str]:
    """Words that only the right answers have, for a test that nothing was compared with nothing."""
    return set(re.findall(r"Alder & Finch|INV-1001-\d\d|Spoke with", str(answers)))
