"""A store of each kind, empty; S3 is a real server on this machine."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from app.storage.blobs.store import Blobs
from app.storage.database.engine import Database
from tests.storage.backup.backed_up import MANY, Ledger

BLOB_KINDS = ("file", "memory", "s3")
numbers = count(1)


async def identity() -> str:
    return "0123456789abcdef" * 2


async def another() -> str:
    return "fedcba9876543210" * 2


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_url(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket, and the environment that gives access to it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "someone",
        "AWS_SECRET_ACCESS_KEY": "something",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    bucket = f"bucket-{next(numbers)}"
    httpx.put(f"{s3_endpoint}/{bucket}", trust_env=False).raise_for_status()
    return f"s3://{bucket}/some/prefix"


@pytest.fixture(params=BLOB_KINDS)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "s3":
        return Blobs(request.getfixturevalue("s3_url"), identity, request.getfixturevalue("s3_endpoint"))
    url = {"file": (tmp_path / "made when missing").as_uri(), "memory": "memory:///"}[request.param]
    return Blobs(url, identity)


@pytest.fixture
async def ledger(sqlite_url: str, blobs: Blobs, tmp_path: Path) -> AsyncIterator[Ledger]:
    """Over a store of each kind."""
    database = Database(sqlite_url, administers=True)
    made = Ledger(database, blobs, tmp_path)
    await made.fill(MANY)
    yield made
    await database.dispose()


@pytest.fixture
async def in_folder(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Ledger]:
    """Over a folder."""
    database = Database(sqlite_url, administers=True)

    async def nobody() -> str:
        return ""

    made = Ledger(database, Blobs((tmp_path / "blobs").as_uri(), nobody), tmp_path)
    await made.fill(MANY)
    yield made
    await database.dispose()
