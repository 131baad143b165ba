"""An SQLite file that cannot be used as it should: no room on its disk, a disk that takes no writes, damaged bytes.

The disks are made in a mount name space of the server's own, which ends with it; not every machine lets one be made.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command_line import CommandLine
from tests.faults.asking import DONE, EVERYTHING, MADE, READS, WRITES, Asker, all_told, done, numbers_of, sound_changes
from tests.faults.conftest import serving
from tests.faults.disks import PAGE, fill, free
from tests.gateway import Gateway
from tests.server.conftest import new_tenant
from tests.servers import COMMAND

FULL = "The database has no room left: try again when its operator has made some."
DAMAGED = "The database is damaged: its operator has to restore it from a backup."
APART = ("unshare", "--mount", "--map-root-user")
needs_mounts = pytest.mark.skipif(
    not sys.platform.startswith("linux")
    or subprocess.run([*APART, "mount", "-t", "tmpfs", "none", "/mnt"], check=False).returncode != 0,
    reason="no mount name space may be made here",
)


def on_a_disk(folder: Path, options: str) -> tuple[str, ...]:
    """The program whose folder `disk` is a disk of its own, with a copy of the database."""
    disk, seed = folder / "disk", folder / "gateway.db"
    script = f'mount -t tmpfs -o size=4m none "{disk}" && cp "{seed}" "{disk}" && {options} exec "$@"'
    return (*APART, "sh", "-c", script, "sh", *COMMAND)


async def on_disk(folder: Path, url: str) -> tuple[str, str]:
    """The URL of the copy, and a key of the tenant that both have."""
    (folder / "disk").mkdir()
    return f"sqlite+aiosqlite:///{folder}/disk/gateway.db", await new_tenant({"GATEWAY_DATABASE_URL": url})


def put(source: Path, folder: Path) -> None:
    """Copies a database, in the place of what may be there."""
    for file in folder.glob("gateway.db*"):
        file.unlink()
    for file in source.glob("gateway.db*"):
        shutil.copy(file, folder)


@needs_mounts
async def test_without_room_on_the_disk_writes_are_told_reads_go_on_and_nothing_is_there_by_half(
    sqlite_url: str, tmp_path: Path
) -> None:
    url, key = await on_disk(tmp_path, sqlite_url)
    with serving(url, tmp_path, on_a_disk(tmp_path, "")) as server:
        asker = Asker(server, key)
        assert (await asker.write("rest write", "here")).status_code == 201
        seen = Path(f"/proc/{server.pid}/root{tmp_path}/disk")
        fill(seen)
        for name in ("one", "two"):  # the second finds what the first has left
            assert all_told(await asker.everything(name, WRITES)) == dict.fromkeys(WRITES, FULL)
        assert done(await asker.everything("meanwhile", READS)) == dict.fromkeys(READS, 200)
        ready = await asker.get("/readyz")
        reason = "the database has no room left"
        assert (ready.status_code, ready.json()) == (200, {"status": "read-only", "reason": reason})
        assert await asker.accounts() == {"here"}

        free(seen)
        assert (await asker.get("/readyz")).json() == {"status": "ok"}
        # Under the same keys as before: what was refused has left no answer.
        assert done(await asker.everything("one")) == DONE
        assert await asker.accounts() == {"here", *numbers_of("one")}
        assert await asker.in_use() == (0, 0)
        put(seen, tmp_path)
    assert await sound_changes(sqlite_url) == MADE + 5


@needs_mounts
def test_on_a_disk_that_takes_no_writes_it_does_not_start_and_says_why(sqlite_url: str, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/disk/gateway.db"
    (tmp_path / "disk").mkdir()
    program = on_a_disk(tmp_path, f'mount -o remount,ro "{tmp_path}/disk" &&')
    env = {**os.environ, "GATEWAY_DATABASE_URL": url, "GATEWAY_BLOB_URL": "memory:///"}
    started = subprocess.run(
        [*program, "serve", "--port", "0"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert started.returncode == 1
    assert started.stderr == f"The database {url} does not answer: unable to open database file\n"


def middle(path: Path) -> None:
    """Other bytes from the second page on, as far as the file goes."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(os.urandom(size - PAGE))


def truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3 // PAGE * PAGE)


@pytest.fixture(scope="module")
async def sound(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A file with sixty accounts and all of its bytes in place, and a key."""
    path = tmp_path_factory.mktemp("sound") / "gateway.db"
    shutil.copy(sqlite_template, path)
    async with Gateway(f"sqlite+aiosqlite:///{path}") as gateway:
        client = await gateway.tenant()
        for number in ("here", *range(60)):
            url = f"/api/v1/ingest/accounts/{number}"
            body = {"name": "A", "description": "d" * 3000}
            assert (await gateway.http.put(url, json=body, headers=client.headers)).status_code == 201
    assert not path.with_name("gateway.db-wal").exists()
    assert client.api_key
    return path, client.api_key


async def told_of_damage(asker: Asker) -> None:
    for name in ("one", "two"):
        assert all_told(await asker.everything(name)) == dict.fromkeys(EVERYTHING, DAMAGED)
    ready = await asker.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "reason": "the database is damaged"})
    assert (await asker.get("/healthz")).status_code == 200
    assert "Traceback" not in asker.server.log


async def test_a_damaged_file_is_told_for_what_it_is_and_one_that_is_put_in_its_place_is_served(
    sound: tuple[Path, str], tmp_path: Path
) -> None:
    path = tmp_path / "gateway.db"
    put(sound[0].parent, tmp_path)
    with serving(f"sqlite+aiosqlite:///{path}", tmp_path) as server:
        asker = Asker(server, sound[1])
        for damage in (middle, truncated):
            damage(path)
            broken = path.read_bytes()
            await told_of_damage(asker)
            server.kill()
            assert path.read_bytes() == broken
            put(sound[0].parent, tmp_path)
            server.start()
        assert done(await asker.everything("after")) == DONE
        assert await asker.accounts() == {"here", *map(str, range(60)), *numbers_of("after")}
    assert await sound_changes(f"sqlite+aiosqlite:///{path}") == MADE + 65


def test_a_file_whose_header_is_gone_is_not_served_and_not_touched(
    cli: CommandLine, sound: tuple[Path, str], tmp_path: Path
) -> None:
    path = tmp_path / "gateway.db"
    broken = bytes(100) + sound[0].read_bytes()[100:]
    path.write_bytes(broken)
    url = f"sqlite+aiosqlite:///{path}"
    sentence = f"The database {url} does not answer: file is not a database"
    assert cli.refusal({"GATEWAY_DATABASE_URL": url}, "serve", "--port", "0") == sentence
    assert path.read_bytes() == broken
