"""What a process that serves gives back to the system."""

import platform
import subprocess
import sys

import pytest

# A large block that is freed while a small one, taken after it, is still in use; once more, as the heap has learned.
PROGRAM = """
import os
from pathlib import Path
from app.server.process_tuning import tune_process

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20

{prepare}
before, kept = resident(), []
for _ in range(5):
    body = b"x" * (10 * 2**20)
    kept.append(b"x" * 100_000)
    del body
print(resident() - before)
"""


def grown(prepare: str) -> int:
    """The mebibytes that the process has kept."""
    command = [sys.executable, "-c", PROGRAM.format(prepare=prepare)]
    return int(subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps large blocks, and can be told not to")
def test_the_memory_of_large_bodies_goes_back_at_once() -> None:
    assert grown("") > 5
    assert grown("tune_process()") <= 2
