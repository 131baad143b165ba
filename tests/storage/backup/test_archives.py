"""An archive that is not sound through and through is refused, and leaves nothing behind."""

import hashlib
import sqlite3
import tarfile
from contextlib import closing

import pytest

from app.storage.backup.archive import Damaged, header, padding
from app.storage.backup.backup import CannotBackUp
from app.storage.backup.restore import database_in
from tests.storage.backup.backed_up import MANY, Ledger, forged


async def refusal(ledger: Ledger, content: bytes) -> str:
    """Why such an archive is refused; nothing is left of it."""
    for blob in await ledger.stored():
        await ledger.blobs.delete(blob)
    before = ledger.names()
    ledger.target.write_bytes(content)
    with pytest.raises(Damaged) as refused:
        await ledger.restore()
    assert ledger.names() == before
    assert await ledger.stored() == set()
    return str(refused.value)


async def test_an_archive_that_was_cut_off_anywhere_is_refused(in_folder: Ledger) -> None:
    await in_folder.back_up()
    whole = in_folder.target.read_bytes()
    for length in (*range(0, len(whole), len(whole) // 40), len(whole) - 1024, len(whole) - 1):
        assert await refusal(in_folder, whole[:length])
    assert await refusal(in_folder, whole[:-1]) == "It ends at manifest.json.sha256: it was cut off."
    assert (await refusal(in_folder, whole[:-9000])).endswith("it was cut off.")


async def test_an_archive_with_a_wrong_bit_anywhere_is_refused(in_folder: Ledger) -> None:
    await in_folder.back_up()
    whole = in_folder.target.read_bytes()
    places = {*range(0, len(whole), 9973), *range(0, 2048, 61), *range(len(whole) - 4096, len(whole), 61)}
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 4
        assert await refusal(in_folder, bytes(damaged)), place


async def test_what_does_not_belong_there_is_refused_by_name(in_folder: Ledger) -> None:
    await in_folder.back_up()
    whole = in_folder.target.read_bytes()
    with tarfile.open(in_folder.target) as archive:
        first = archive.getmembers()[2]
        second = archive.getmembers()[3]
    for name in ("/etc/passwd", "../../outside", "blobs/1/../../../outside"):
        strange = tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT)
        added = whole[: first.offset] + strange + whole[first.offset :]
        expected = f"It holds something else where {first.name} should be: {name!r}."
        assert await refusal(in_folder, added) == expected
        assert not (in_folder.folder.parent / "outside").exists()
    missing = whole[: first.offset] + whole[second.offset :]
    assert await refusal(in_folder, missing) == (
        f"It holds something else where {first.name} should be: {second.name!r}."
    )
    link = tarfile.TarInfo(first.name)
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    linked = whole[: first.offset] + link.tobuf(tarfile.GNU_FORMAT) + whole[second.offset :]
    assert (await refusal(in_folder, linked)).startswith("It holds something else where ")
    assert await refusal(in_folder, whole + b"\0") == "It goes on where it should end."


async def test_an_archive_whose_manifest_agrees_with_itself_and_not_with_its_database_is_refused(
    in_folder: Ledger,
) -> None:
    manifest = await in_folder.back_up()
    whole = in_folder.target.read_bytes()
    outside = {"name": "../outside", "size": 4, "sha256": hashlib.sha256(b"evil").hexdigest()}
    evil = header("../outside", 4) + b"evil" + padding(4)
    members = [member.model_dump() for member in manifest.members]
    unlike = "Its manifest does not tell what its database holds."
    assert await refusal(in_folder, forged(whole, evil, members=[*members, outside])) == unlike
    assert not (in_folder.folder.parent / "outside").exists()
    assert await refusal(in_folder, forged(whole, counts={"tenants": 1, "documents": 1, "blobs": MANY})) == unlike
    assert await refusal(in_folder, forged(whole, schema_revision="0001")) == unlike
    assert await refusal(in_folder, forged(whole, keep=False, members=[])) == "Its manifest is damaged."
    assert await refusal(in_folder, forged(whole, keep=False, format=2)) == (
        "It was made by a newer release than this program: update the program."
    )


async def test_a_database_that_sqlite_finds_damaged_is_refused_whatever_its_digest(in_folder: Ledger) -> None:
    await in_folder.back_up()
    with closing(sqlite3.connect(in_folder.folder / "gateway.db")) as other:
        other.execute("UPDATE documents SET account_number = 'nobody' WHERE document_number = 'D3'")
        other.commit()
    in_folder.target.unlink()
    with pytest.raises(CannotBackUp, match=r"A row of documents refers to one of accounts that is not there\."):
        await in_folder.back_up()
    assert not in_folder.target.exists()


@pytest.mark.parametrize(
    "forgery",
    ["UPDATE database_identity SET value = '../outside'", "UPDATE attachments SET sha256 = '../../outside'"],
)
async def test_a_database_that_would_lead_out_of_the_store_is_refused(in_folder: Ledger, forgery: str) -> None:
    manifest = await in_folder.back_up()
    copy = in_folder.folder / "copy.db"
    with tarfile.open(in_folder.target) as archive:
        kept = archive.extractfile("gateway.db")
        assert kept is not None
        copy.write_bytes(kept.read())
    with closing(sqlite3.connect(copy)) as forged:
        forged.execute(forgery)
        forged.commit()

    with pytest.raises(Damaged, match="Its manifest does not tell"):
        database_in(copy, manifest)
