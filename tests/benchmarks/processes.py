"""What processes cost: processor time and memory, as /proc tells them."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

TICKS = os.sysconf("SC_CLK_TCK")
GONE = (FileNotFoundError, ProcessLookupError)


def family(pid: int) -> list[int]:
    """A process and those that it has started."""
    found = [pid]
    with suppress(*GONE):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [one for child in children.read_text().split() for one in family(int(child))]
    return found


def processor_seconds(pid: int) -> float:
    """The processor time of a process and its children, those that have ended included."""
    ticks = 0
    for one in family(pid):
        with suppress(*GONE):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return ticks / TICKS


def memory(pid: int) -> float:
    """The resident memory of a process and its children, in mebibytes."""
    kibibytes = 0
    for one in family(pid):
        with suppress(*GONE):
            lines = Path(f"/proc/{one}/status").read_text().splitlines()
            kibibytes += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kibibytes / 1024


@contextmanager
def repeating(every: float, work: Callable[[], None]) -> Iterator[None]:
    """Does work in a thread of its own again and again, so many seconds after the time before."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(every):
            work()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def proportional_memory(pid: int) -> float:
    """The memory of a process and its children, what they share counted once, in mebibytes. (Linux: PSS)"""
    kibibytes = 0
    for one in family(pid):
        with suppress(*GONE):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            kibibytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kibibytes / 1024


def unnamed_files(pid: int) -> float:
    """The size of the open files of a process and its children that have no name any more, as temporary ones have
    none, in mebibytes."""
    size = 0
    for one in family(pid):
        with suppress(*GONE):
            for file in Path(f"/proc/{one}/fd").iterdir():
                with suppress(*GONE):
                    found = file.stat()
                    size += found.st_size if S_ISREG(found.st_mode) and not found.st_nlink else 0
    return size / 2**20


def backend_seconds(pid: int) -> float:
    """The processor time of a process and its living children, to the nanosecond; children that end must not matter."""
    nanoseconds = 0
    for one in family(pid):
        with suppress(*GONE):
            nanoseconds += int(Path(f"/proc/{one}/schedstat").read_text().split()[0])
    return nanoseconds / 1e9
