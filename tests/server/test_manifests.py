"""Manifests of operations are read anew by a running server, and what was known before stays known."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.conftest import new_tenant
from tests.server.test_life import started_workers
from tests.servers import RunningServer

NAME, PRODUCTS, ZONE = ("query Q { tenant { name } }", "query Q { tenant { products } }", "{ tenant { connectionId } }")
PATIENCE = 60  # seconds that a slow machine may take


class Shop:
    """A front end whose build writes the manifest."""

    def __init__(self, server: RunningServer, key: str, manifest: Path) -> None:
        self.server = server
        self.key = key
        self.manifest = manifest

    def write(self, content: Any, path: Path | None = None) -> None:
        """Puts a manifest in the place of the former, as builds and deployments do."""
        path = path or self.manifest
        new = path.with_suffix(".new")
        new.write_text(content if isinstance(content, str) else json.dumps(content))
        new.replace(path)

    async def knows(self, document_id: str) -> bool:
        """Whether the server runs the document; another worker may be asked each time."""
        async with httpx.AsyncClient(base_url=self.server.url, timeout=60, trust_env=False) as client:
            answer = await client.post("/graphql", json={"documentId": document_id}, headers={"X-API-Key": self.key})
        found: dict[str, Any] = answer.json()
        return "data" in found

    async def learns(self, document_id: str, times: int = 1) -> None:
        """Waits until the server knows the document, so many times in a row."""
        deadline = time.monotonic() + PATIENCE
        while not all([await self.knows(document_id) for _ in range(times)]):
            assert time.monotonic() < deadline, self.server.log
            await asyncio.sleep(0.1)

    async def logged(self, words: str) -> str:
        """The first line of the log with the words, once there is one."""
        deadline = time.monotonic() + PATIENCE
        while not (lines := [line for line in self.server.log.splitlines() if words in line]):
            assert time.monotonic() < deadline, self.server.log
            await asyncio.sleep(0.1)
        return lines[0]


@asynccontextmanager
async def shop(url: str, folder: Path, *arguments: str, named: str = "") -> AsyncIterator[Shop]:
    manifest = folder / "documents.json"
    manifest.write_text(json.dumps({"name": NAME}))
    env = {"GATEWAY_DATABASE_URL": url, "GATEWAY_OPERATIONS_MANIFEST": named or str(manifest)}
    env["GATEWAY_OPERATIONS"] = "trusted"
    key = await new_tenant(env)
    with RunningServer(env, folder, *arguments) as server:
        yield Shop(server, key, manifest)


async def test_a_changed_manifest_is_read_anew_and_the_former_documents_stay_known(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with shop(sqlite_url, tmp_path) as front:
        assert (await front.knows("name"), await front.knows("products")) == (True, False)
        front.write({"products": PRODUCTS})
        await front.learns("products")
        front.manifest.write_text(json.dumps({"zone": ZONE}))  # in its place
        await front.learns("zone")
        assert [await front.knows(document) for document in ("name", "products", "zone")] == [True] * 3
        assert "The manifests of operations are read anew: 2 new ids and hashes." in front.server.log


async def test_a_broken_manifest_is_logged_once_and_the_former_stays_until_it_is_mended(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with shop(sqlite_url, tmp_path) as front:
        front.write({"products": "{ tenat { name } }"})
        line = await front.logged("A manifest of operations is broken, so the former documents stay.")
        problem = "'products': Cannot query field 'tenat' on type 'Query'. Did you mean 'tenant'?"
        assert line.endswith(f"{front.manifest}: {problem}")
        await asyncio.sleep(3)
        assert front.server.log.count("is broken") == 1
        front.manifest.unlink()
        await front.logged(f"{front.manifest}: cannot be read: No such file or directory")
        assert (await front.knows("name"), await front.knows("products")) == (True, False)
        front.write({"products": PRODUCTS})
        await front.learns("products")
        assert await front.knows("name")


async def test_on_sighup_a_manifest_is_read_even_where_nothing_tells_that_it_has_changed(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with shop(sqlite_url, tmp_path) as front:
        before = front.manifest.stat()
        same_size = json.dumps({"nome": NAME})
        front.manifest.write_text(same_size)
        os.utime(front.manifest, ns=(before.st_atime_ns, before.st_mtime_ns))
        await asyncio.sleep(3)
        assert not await front.knows("nome")
        os.kill(front.server.pid, signal.SIGHUP)
        await front.learns("nome")
        assert await front.knows("name")


async def test_a_file_that_appears_in_a_folder_is_read(sqlite_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "shop.json").write_text(json.dumps({"products": PRODUCTS}))
    async with shop(sqlite_url, tmp_path, named=f"{tmp_path / 'documents.json'},{folder}") as front:
        assert (await front.knows("name"), await front.knows("products")) == (True, True)
        front.write({"zone": ZONE}, folder / "portal.json")
        await front.learns("zone")
        (folder / "shop.json").unlink()
        await front.logged("read anew: 0 new ids and hashes")
        assert [await front.knows(document) for document in ("name", "products", "zone")] == [True] * 3


Change = Callable[[Shop], None]


def touch(front: Shop) -> None:
    front.write({"products": PRODUCTS})


def hang_up(front: Shop) -> None:
    touch(front)
    os.kill(front.server.pid, signal.SIGHUP)


@pytest.mark.parametrize("change", [touch, hang_up])
async def test_all_workers_read_it_anew_and_none_is_replaced(postgres_url: str, tmp_path: Path, change: Change) -> None:
    async with shop(postgres_url, tmp_path, "--workers", "2") as front:
        workers = await started_workers(front.server, 2)
        change(front)
        await front.learns("products", times=30)
        assert all([await front.knows("name") for _ in range(30)])
        assert re.findall(r"Started server process \[(\d+)\]", front.server.log) == [str(pid) for pid in workers]


async def test_a_worker_that_takes_the_place_of_another_serves_beside_a_manifest_that_broke(
    postgres_url: str, tmp_path: Path
) -> None:
    async with shop(postgres_url, tmp_path, "--workers", "2") as front:
        first, _ = await started_workers(front.server, 2)
        front.write("{")
        await front.logged("A manifest of operations is broken")
        os.kill(first, signal.SIGKILL)
        line = await front.logged("This worker starts without the manifests of operations, one of which is broken.")
        assert str(front.manifest) in line
        await started_workers(front.server, 3)
        front.write({"name": NAME, "products": PRODUCTS})
        await front.learns("products", times=30)
        assert all([await front.knows("name") for _ in range(30)])
