"""Small disks that can be filled, in a mount name space of their own, which ends with the processes in it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam

PAGE = 4096
FILLER = "filler"
MOUNT = 'for disk; do mount -t tmpfs -o size=24m,mode=700,uid="$OWNER" none "$disk" || exit 1; done; echo; exec cat'


def fill(folder: Path) -> None:
    """Leaves no room on the disk that the folder is on."""
    with (folder / FILLER).open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(PAGE))


def free(folder: Path) -> None:
    (folder / FILLER).unlink()


def can_mount() -> bool:
    """Whether this user may mount a disk for processes that run as another."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return False
    tried = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], check=False)
    return tried.returncode == 0


@dataclass(frozen=True, slots=True)
class Disks:
    """Two disks of the user `nobody`: one for tables, and one for the log that Postgres writes ahead. `inside` is the
    command that starts another where they are mounted."""

    folder: Path
    keeper: int

    @property
    def tables(self) -> Path:
        return self.folder / "tables"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def inside(self) -> tuple[str, ...]:
        nobody = getpwnam("nobody")
        return ("nsenter", f"--mount=/proc/{self.keeper}/ns/mnt", f"-S{nobody.pw_uid}", f"-G{nobody.pw_gid}")

    def seen(self, disk: Path) -> Path:
        """Where whoever is not inside finds the disk."""
        return Path(f"/proc/{self.keeper}/root{disk}")


@contextmanager
def two_disks() -> Iterator[Disks]:
    folder = Path(tempfile.mkdtemp(prefix="disks-"))
    folder.chmod(0o755)  # `nobody` has to pass through
    env = {**os.environ, "OWNER": str(getpwnam("nobody").pw_uid)}
    mounts = [str(folder / name) for name in ("tables", "log")]
    for mount in mounts:
        Path(mount).mkdir()
    command = ["unshare", "--mount", "sh", "-c", MOUNT, "sh", *mounts]
    keeper = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert keeper.stdout
        assert keeper.stdout.readline() == b"\n"
        yield Disks(folder, keeper.pid)
    finally:
        keeper.kill()
        keeper.communicate()
        shutil.rmtree(folder)
