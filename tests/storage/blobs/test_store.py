"""The store keeps bytes under their hash, in a folder, in memory and in S3 alike."""

import hashlib
import os
from pathlib import Path

import pytest
from obstore.store import S3Store

from app.storage.blobs.store import CHUNK, SMALL, Blob, Blobs, NoSuchBlob, StoreAway, s3_options
from tests.servers import free_port
from tests.storage.conftest import another, identity

TENANT = 7


def written(folder: Path, content: bytes, tenant_id: int = TENANT) -> tuple[Blob, Path]:
    path = folder / "source"
    path.write_bytes(content)
    return Blob(tenant_id, hashlib.sha256(content).hexdigest()), path


async def bytes_of(blobs: Blobs, blob: Blob, start: int = 0, end: int = 0) -> bytes:
    """The bytes of a part, or all of them."""
    return b"".join([chunk async for chunk in await blobs.open(blob, start, end or await blobs.size(blob) or 1)])


async def names(blobs: Blobs) -> set[Blob]:
    return {blob async for blob in blobs.list()}


@pytest.mark.parametrize("size", [1, SMALL, SMALL + 1, 3 * SMALL + 17])
async def test_what_was_put_comes_back_whole_and_in_parts(blobs: Blobs, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    blob, path = written(tmp_path, content)

    await blobs.put(blob, path)

    assert await bytes_of(blobs, blob) == content
    assert await blobs.size(blob) == size
    for start, end in ((0, 1), (size // 2, size), (size - 1, size)):
        if end > start:
            assert await bytes_of(blobs, blob, start, end) == content[start:end]


async def test_a_large_blob_comes_in_chunks(blobs: Blobs, tmp_path: Path) -> None:
    blob, path = written(tmp_path, os.urandom(2 * SMALL))
    await blobs.put(blob, path)

    sizes = [len(chunk) async for chunk in await blobs.open(blob, 0, 2 * SMALL)]

    assert sum(sizes) == 2 * SMALL
    if blobs.folder:  # memory has it in one piece, S3 sends what it likes
        assert max(sizes) < 2 * CHUNK


@pytest.mark.parametrize("size", [100, SMALL + 1])
async def test_putting_the_same_bytes_again_changes_nothing(blobs: Blobs, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    blob, path = written(tmp_path, content)
    await blobs.put(blob, path)

    await blobs.put(blob, path)

    assert await names(blobs) == {blob}
    assert await bytes_of(blobs, blob) == content


async def test_tenants_keep_the_same_bytes_each_for_themselves(blobs: Blobs, tmp_path: Path) -> None:
    ours, path = written(tmp_path, b"the same")
    theirs, _ = written(tmp_path, b"the same", TENANT + 1)
    await blobs.put(ours, path)
    await blobs.put(theirs, path)

    await blobs.delete(ours)

    assert await names(blobs) == {theirs}
    assert await bytes_of(blobs, theirs) == b"the same"


async def test_a_blob_that_is_not_there_is_told_at_once_and_can_be_deleted(blobs: Blobs, tmp_path: Path) -> None:
    blob = Blob(TENANT, "0" * 64)

    assert await blobs.size(blob) is None
    with pytest.raises(NoSuchBlob):
        await blobs.open(blob, 0, 1)
    with pytest.raises(NoSuchBlob):
        await blobs.save(blob, tmp_path / "copy")
    await blobs.delete(blob)


async def test_a_blob_is_copied_into_a_file(blobs: Blobs, tmp_path: Path) -> None:
    content = os.urandom(SMALL + 1)
    blob, path = written(tmp_path, content)
    await blobs.put(blob, path)

    await blobs.save(blob, tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == content


async def test_a_listing_passes_over_what_is_not_ours(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path.as_uri(), identity)
    blob, path = written(tmp_path, b"ours")
    await blobs.put(blob, path)
    (tmp_path / "README").write_text("not ours")

    assert await names(blobs) == {blob}


async def test_databases_that_share_a_store_neither_see_nor_remove_each_others_blobs(
    blobs: Blobs, tmp_path: Path
) -> None:
    theirs = Blobs(blobs.url, another, blobs.endpoint)
    theirs.store = blobs.store  # memory is shared by whoever opened it, and by nobody else
    blob, path = written(tmp_path, b"the same")
    await blobs.put(blob, path)

    assert (await names(theirs), await theirs.size(blob)) == (set(), None)
    await theirs.put(blob, path)
    await theirs.delete(blob)

    assert await names(blobs) == {blob}
    assert await bytes_of(blobs, blob) == b"the same"


async def test_puts_of_another_database_that_may_still_run_are_not_cleared(tmp_path: Path) -> None:
    blobs, theirs = Blobs(tmp_path.as_uri(), identity), Blobs(tmp_path.as_uri(), another)
    blob, path = written(tmp_path, b"whole")
    await theirs.put(blob, path)
    left = tmp_path / f"{await theirs.path(blob)}#1"
    left.write_bytes(b"who")

    assert await blobs.remove_unfinished(before=left.stat().st_mtime + 1) == 0
    assert await theirs.remove_unfinished(before=left.stat().st_mtime + 1) == 1


async def test_puts_that_were_cut_off_are_cleared_from_a_folder(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path.as_uri(), identity)
    blob, path = written(tmp_path, b"whole")
    await blobs.put(blob, path)
    left = tmp_path / f"{await blobs.path(blob)}#1"
    left.write_bytes(b"who")

    assert await names(blobs) == {blob}
    assert await blobs.remove_unfinished(before=left.stat().st_mtime) == 0
    assert await blobs.remove_unfinished(before=left.stat().st_mtime + 1) == 1
    assert not left.exists()
    assert await bytes_of(blobs, blob) == b"whole"


async def test_a_source_that_cannot_be_read_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.put(Blob(TENANT, "0" * 64), tmp_path / "absent")

    assert await names(blobs) == set()


@pytest.mark.parametrize("url", ["file:///proc/nope", "file:///dev/null/blobs", "s3://bucket"])
async def test_a_store_that_does_not_answer_says_so_whatever_is_asked_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "something")
    blobs = Blobs(url, identity, f"http://127.0.0.1:{free_port()}")
    if url.startswith("s3:"):  # without the patience it has with a busy one
        blobs.store = S3Store("bucket", retry_config={"max_retries": 0}, **s3_options(blobs.endpoint))
    blob, path = written(tmp_path, b"content")

    for asked in (blobs.put(blob, path), blobs.size(blob), blobs.open(blob, 0, 1), blobs.delete(blob), names(blobs)):
        with pytest.raises(StoreAway):
            await asked


async def test_a_folder_that_went_away_while_the_server_ran_does_not_answer(tmp_path: Path) -> None:
    blobs = Blobs((tmp_path / "blobs").as_uri(), identity)
    blob, path = written(tmp_path, b"content")
    await blobs.put(blob, path)
    (tmp_path / "blobs").rename(tmp_path / "elsewhere")
    (tmp_path / "blobs").write_text("a file")

    with pytest.raises(StoreAway, match="Not a directory"):
        await blobs.put(blob, path)


def test_a_check_makes_the_folder_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    Blobs((tmp_path / "a" / "b").as_uri(), identity).check()

    assert list((tmp_path / "a" / "b").iterdir()) == []
