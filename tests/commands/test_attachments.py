"""Attaching a PDF: what is stored, what is refused and what stays then, whoever attaches at once, even when killed."""

import asyncio
import hashlib
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.commands.attachments import attach_pdf, blob_of
from app.commands.files import Files
from app.commands.transaction import Forbidden, Write, Written
from app.domain.caller import Caller
from app.domain.problems import Code, WriteRefused
from app.storage.blobs.leases import sweep
from app.storage.blobs.store import Blob, Blobs
from app.storage.database.identity import Identity
from app.storage.tables import ATTACHMENTS, BLOB_CLAIMS
from tests.commands.pushing import DOCUMENTS, done
from tests.gateway import Client, Gateway
from tests.pdfs import HARMED, UNFIT, labels_of, pdf
from tests.servers import gateway_cli

ACCOUNT = """mutation($n: String!) {
  createAccount(accountNumber: $n, input: {combined: {name: "Acme"}}) { userErrors { message } }
}"""
DOCUMENT = """mutation($n: String!) {
  createDocument(documentNumber: $n, input: {combined: {
    accountNumber: "A", invoiceDate: "2026-05-12", dueDate: "2026-06-11"
  }}) { userErrors { message } }
}"""
NUMBER = "INV-0"
ROUNDS = 4


@dataclass
class Desk:
    """Where PDFs are attached in a test."""

    gateway: Gateway
    folder: Path
    files: Files
    caller: Caller = field(default_factory=lambda: Caller(1, (), read_only=False))
    pushes: int = 0

    async def push(
        self, content: bytes, *, append: bool = False, dry_run: bool = False, number: str = NUMBER
    ) -> Written:
        self.pushes += 1
        path = self.folder / f"pushed {self.pushes}"
        path.write_bytes(content)
        write = Write(self.gateway.database, self.caller, done, dry_run=dry_run)
        return await attach_pdf(write, self.files, number, path, append=append)

    async def refused(self, content: bytes, **options: Any) -> list[tuple[Code, str]]:
        with pytest.raises(WriteRefused) as refusal:
            await self.push(content, **options)
        return [(problem.code, problem.message) for problem in refusal.value.problems]

    async def rows(self) -> list[dict[str, Any]]:
        async with self.gateway.database.reading() as connection:
            return [dict(row) for row in (await connection.execute(sa.select(ATTACHMENTS))).mappings()]

    async def stored(self) -> bytes:
        """The bytes of the one attachment."""
        (row,) = await self.rows()
        return await self.bytes_of(row)

    async def bytes_of(self, row: dict[str, Any]) -> bytes:
        blob = Blob(row["tenant_id"], row["sha256"])
        return b"".join([chunk async for chunk in await self.files.blobs.open(blob, 0, row["file_size"])])

    async def blobs(self) -> set[str]:
        return {blob.sha256 async for blob in self.files.blobs.list()}


@pytest.fixture
async def acme(gateway: Gateway) -> Client:
    """A tenant on a database that the test has to itself, as it does with the blobs."""
    return await gateway.tenant("acme")


@pytest.fixture
async def desk(gateway: Gateway, acme: Client, tmp_path: Path) -> AsyncIterator[Desk]:
    await acme.query(ACCOUNT, n="A")
    for number in DOCUMENTS:
        await acme.query(DOCUMENT, n=number)
    files = Files(
        Blobs((tmp_path / "blobs").as_uri(), Identity(gateway.database).load), most_bytes=20_000, most_pages=5
    )
    yield Desk(gateway, tmp_path, files)
    await files.close()


async def test_a_pushed_pdf_is_stored_byte_for_byte(desk: Desk) -> None:
    content = pdf("one", "two")

    written = await desk.push(content)

    assert written.created
    (row,) = await desk.rows()
    assert (row["document_number"], row["source"], row["file_size"]) == (NUMBER, "pushed", len(content))
    assert (row["page_count"], row["sha256"]) == (2, hashlib.sha256(content).hexdigest())
    assert await desk.stored() == content


async def test_another_push_replaces_it_under_a_new_id_and_removes_the_former_bytes(desk: Desk) -> None:
    await desk.push(pdf("one"))
    (former,) = await desk.rows()

    await desk.push(pdf("two"))

    (row,) = await desk.rows()
    assert row["attachment_id"] != former["attachment_id"]
    assert labels_of(await desk.stored()) == ["two"]
    assert await desk.blobs() == {row["sha256"]}


async def test_the_same_push_again_changes_nothing_and_leaves_no_claim(desk: Desk) -> None:
    await desk.push(pdf("one"))
    before = await desk.rows()

    written = await desk.push(pdf("one"))

    assert not written.created
    assert await desk.rows() == before
    assert await desk.blobs() == {before[0]["sha256"]}
    async with desk.gateway.database.reading(desk.caller.tenant_id) as connection:
        assert (await connection.execute(sa.select(BLOB_CLAIMS))).all() == []


async def test_the_same_push_again_puts_back_bytes_that_the_store_has_lost(desk: Desk) -> None:
    await desk.push(pdf("one"))
    (before,) = await desk.rows()
    await desk.files.blobs.delete(blob_of(before))

    await desk.push(pdf("one"))

    assert await desk.rows() == [before]
    assert labels_of(await desk.stored()) == ["one"]


async def test_the_same_pages_appended_again_are_added_again(desk: Desk) -> None:
    await desk.push(pdf("one"))
    await desk.push(pdf("one"), append=True)

    assert labels_of(await desk.stored()) == ["one", "one"]


async def test_appended_pages_come_last_or_alone_where_there_were_none(desk: Desk) -> None:
    await desk.push(pdf("one"), append=True)
    await desk.push(pdf("two", "three"), append=True)

    assert labels_of(await desk.stored()) == ["one", "two", "three"]
    assert [row["page_count"] for row in await desk.rows()] == [3]
    assert len(await desk.blobs()) == 1


async def test_appends_at_once_are_all_kept(desk: Desk) -> None:
    await asyncio.gather(*(desk.push(pdf(label), append=True) for label in "abcde"))

    assert sorted(labels_of(await desk.stored())) == list("abcde")
    assert len(await desk.blobs()) == 1


async def test_appends_of_several_processes_at_once_are_all_kept(desk: Desk) -> None:
    others = [Desk(desk.gateway, desk.folder, Files(desk.files.blobs), pushes=100 * n) for n in range(1, 4)]

    await asyncio.gather(*(other.push(pdf(label), append=True) for label, other in zip("abc", others, strict=True)))

    assert sorted(labels_of(await desk.stored())) == list("abc")
    assert len(await desk.blobs()) == 1
    for other in others:
        await other.files.close()


async def test_documents_with_the_same_bytes_share_them_until_the_last_gives_them_up(desk: Desk) -> None:
    await desk.push(pdf("shared"), number="INV-0")
    await desk.push(pdf("shared"), number="INV-1")
    await desk.push(pdf("other"), number="INV-0")

    assert {label for row in await desk.rows() for label in labels_of(await desk.bytes_of(row))} == {"shared", "other"}
    await desk.push(pdf("other"), number="INV-1")
    assert len(await desk.blobs()) == 1


@pytest.mark.parametrize("kind", UNFIT)
@pytest.mark.parametrize("append", [False, True])
async def test_what_is_unfit_is_refused_and_what_was_stored_stays(desk: Desk, kind: str, append: bool) -> None:
    make, reason = UNFIT[kind]
    await desk.push(pdf("kept"))
    before = await desk.rows()

    assert await desk.refused(make(), append=append) == [(Code.INVALID, reason)]

    assert await desk.rows() == before
    assert await desk.blobs() == {before[0]["sha256"]}
    assert labels_of(await desk.stored()) == ["kept"]


@pytest.mark.parametrize("kind", HARMED)
async def test_what_would_harm_a_file_is_not_appended_and_what_was_stored_stays(desk: Desk, kind: str) -> None:
    make, reason = HARMED[kind]
    harmed = make()
    for stored, pushed, which in ((harmed, pdf("more"), "stored"), (pdf("kept"), harmed, "pushed")):
        await desk.push(stored)
        before = await desk.rows()

        ((code, message),) = await desk.refused(pushed, append=True)

        assert (code, message.startswith(f"The {which} PDF {reason} ")) == (Code.INVALID, True)
        assert await desk.rows() == before
        assert await desk.stored() == stored
        assert await desk.blobs() == {before[0]["sha256"]}


@pytest.mark.parametrize("kind", HARMED)
async def test_what_would_be_harmed_is_stored_as_it_is_where_nothing_was(desk: Desk, kind: str) -> None:
    content = HARMED[kind][0]()

    await desk.push(content, append=True)

    assert await desk.stored() == content


async def test_what_is_over_a_limit_is_refused_and_what_was_stored_stays(desk: Desk) -> None:
    await desk.push(pdf("one", "two", "three"))
    before = await desk.rows()

    assert await desk.refused(pdf(*"abcdef")) == [(Code.TOO_LONG, "The PDF has 6 pages; at most 5 are taken.")]
    assert await desk.refused(pdf(*"abc"), append=True) == [
        (Code.TOO_LONG, "The PDF has 6 pages; at most 5 are taken.")
    ]
    assert await desk.refused(bytes(20_001)) == [
        (Code.TOO_LONG, "The PDF comes to 20001 bytes; at most 20000 are taken.")
    ]
    assert await desk.rows() == before
    assert await desk.blobs() == {before[0]["sha256"]}


async def test_a_dry_run_answers_what_would_be_and_keeps_nothing(desk: Desk) -> None:
    assert (await desk.push(pdf("one"), dry_run=True)).created
    assert await desk.rows() == []
    assert await desk.blobs() == set()

    await desk.push(pdf("one"))
    before = await desk.rows()
    assert not (await desk.push(pdf("two"), append=True, dry_run=True)).created
    assert await desk.refused(b"", dry_run=True) == [(Code.INVALID, UNFIT["empty"][1])]
    assert await desk.rows() == before
    assert await desk.blobs() == {before[0]["sha256"]}


async def test_a_key_that_may_only_read_attaches_nothing(desk: Desk) -> None:
    desk.caller = Caller(1, (), read_only=True)

    with pytest.raises(Forbidden):
        await desk.push(pdf("one"))

    assert (await desk.rows(), await desk.blobs()) == ([], set())


@pytest.mark.parametrize("number", ["absent", "with\0nul"])
async def test_a_document_that_is_not_there_is_told(desk: Desk, number: str) -> None:
    ((code, _),) = await desk.refused(pdf("one"), number=number)

    assert code is Code.NOT_FOUND
    assert (await desk.rows(), await desk.blobs()) == ([], set())


async def test_another_tenants_document_is_not_there(desk: Desk) -> None:
    await desk.gateway.tenant("globex")
    desk.caller = Caller(2, (), read_only=False)

    ((code, _),) = await desk.refused(pdf("one"))

    assert code is Code.NOT_FOUND


async def test_after_a_kill_at_any_moment_every_row_has_its_bytes_and_a_sweep_removes_the_rest(
    desk: Desk, database_url: str
) -> None:
    folder = desk.folder / "blobs"
    for _ in range(ROUNDS):
        await killed_while_pushing(database_url, folder, seconds=random.uniform(0.05, 0.6))
        await every_row_has_its_bytes(desk)

    swept = gateway_cli(
        "blobs", "gc", "--grace", "0",
        env={"GATEWAY_DATABASE_URL": database_url, "GATEWAY_BLOB_URL": folder.as_uri()},
    )  # fmt: skip

    assert await desk.blobs() == {row["sha256"] for row in await desk.rows()} != set()
    assert swept.endswith(f" removed, {len(await desk.blobs())} kept.\n")
    assert left_over(folder) == []
    assert await sweep(desk.gateway.database, desk.files.blobs) == (0, len(await desk.blobs()))
    await every_row_has_its_bytes(desk)


async def killed_while_pushing(url: str, folder: Path, seconds: float) -> None:
    """Kills a process that pushes, so many seconds after its first push was stored."""
    process = await asyncio.to_thread(started, url, folder)
    try:
        before = newest(folder)
        for _ in range(600):
            await asyncio.sleep(0.02)
            if process.poll() is not None or newest(folder) != before:
                break
        await asyncio.sleep(seconds)
        assert process.poll() is None, "it ended by itself"
    finally:
        process.kill()
        process.wait()


def started(url: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.commands.pushing", url, str(folder)])


def newest(folder: Path) -> float:
    return max((path.stat().st_mtime for path in folder.glob("*/*")), default=0)


def left_over(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*#*") if path.is_file()]


async def every_row_has_its_bytes(desk: Desk) -> None:
    for row in await desk.rows():
        content = await desk.bytes_of(row)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row["file_size"], row["sha256"])
        assert len(labels_of(content)) == row["page_count"]
