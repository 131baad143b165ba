"""What the processes that work on PDFs may do: less than the server. They call it as they start; it knows no PDF."""

import ctypes
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import resource

PR_SET_NO_NEW_PRIVS = 38  # of Linux: see prctl(2)
NICENESS = 5  # the server goes first: whoever sends or asks for a PDF can wait


def confine(max_file_bytes: int, max_memory: int | None = None) -> None:
    """Limits for good the size of the files that this process can write, its memory, and what it may become: no core
    dumps, which would hold a tenant's data, and no privileges beyond those it has, by set-user-ID programs say. Memory
    is what it writes to, not the files that it maps."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)
    if sys.platform != "win32":
        limit(resource.RLIMIT_CORE, 0)
        limit(resource.RLIMIT_FSIZE, max_file_bytes)
        if max_memory is not None:
            limit(resource.RLIMIT_DATA, max_memory)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0)))


def limit(kind: int, most: int) -> None:
    """Sets a limit, unless the system has set a lower one for the server already."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def resident_memory() -> int:
    """The memory that this process has, in bytes; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # not Linux
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
