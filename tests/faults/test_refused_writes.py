"""A Postgres that answers and takes no writes is told for what it is; reads go on, and nothing is left of a write."""

import pytest

from tests.faults.asking import DONE, READS, WRITES, Asker, all_told, done, numbers_of, session
from tests.faults.conftest import asker_of
from tests.servers import RunningServer

FULL = "The database has no room left: try again when its operator has made some."
READ_ONLY = "The database only takes reads at present: try again later."
END_OTHERS = """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()"""
NO_ROOM = """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file "base/1"'; END $$;
  CREATE TRIGGER no_room BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION no_room()"""

on_postgres = pytest.mark.parametrize("shared_url", ["postgres"], indirect=True)


@pytest.fixture
async def asker(shared_server: RunningServer, shared_url: str) -> Asker:
    return await asker_of(shared_server, shared_url)


async def refused(asker: Asker, sentence: str) -> None:
    assert all_told(await asker.everything("same", WRITES)) == dict.fromkeys(WRITES, sentence)
    assert done(await asker.everything("meanwhile", READS)) == dict.fromkeys(READS, 200)
    assert await asker.accounts() == {"here"}


async def works_again(asker: Asker) -> None:
    """The same requests, under the same keys: what was refused has left no answer."""
    assert done(await asker.everything("same")) == DONE
    assert await asker.accounts() == {"here", *numbers_of("same")}
    assert await asker.in_use() == (0, 0)
    assert (await asker.get("/readyz")).json() == {"status": "ok"}


@on_postgres
async def test_one_that_takes_reads_alone_as_a_standby_does_is_told_by_readyz_too(
    asker: Asker, shared_url: str
) -> None:
    name = shared_url.rpartition("/")[2]
    async with session(shared_url) as other:
        await other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await other.fetch(END_OTHERS)
        await refused(asker, READ_ONLY)
        ready = await asker.get("/readyz")
        reason = "the database only takes reads at present"
        assert (ready.status_code, ready.json()) == (200, {"status": "read-only", "reason": reason})
        await other.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await other.fetch(END_OTHERS)
    await works_again(asker)


@on_postgres
async def test_one_without_room_is_told_with_what_to_do_and_nothing_of_its_files(asker: Asker, shared_url: str) -> None:
    """What Postgres raises then is raised where the last row of a write is added."""
    async with session(shared_url) as other:
        await other.execute(NO_ROOM)
        await refused(asker, FULL)
        await other.execute("DROP TRIGGER no_room ON changes; DROP FUNCTION no_room")
    await works_again(asker)
