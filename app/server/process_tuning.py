"""How the process that serves goes about its memory and its threads."""

import ctypes
import gc
import sys
from contextlib import suppress

LONGEST_TURN = 0.0001  # seconds for which a thread may keep Python to itself while the event loop waits for it
# As mallopt of glibc counts its options. Left to itself it soon takes bodies of some mebibytes from the heap that all
# else is taken from, where what lies behind them keeps their memory from the system.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
OF_THE_HEAP = 2**20  # bytes of a block; larger ones are the system's, and go back to it at once
SPARE = 8 * 2**20  # bytes at the end of the heap that are kept for the next answer


def tune() -> None:
    """Garbage is looked for seldom, and never among what lives as long as the process: at Python's own pace the search
    takes a third of the time of a large answer. Threads, which render or read SQLite, soon give way to the event loop.
    """
    sys.setswitchinterval(LONGEST_TURN)
    give_back_large_blocks()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def give_back_large_blocks() -> None:
    """Where glibc is what memory comes from."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(MMAP_THRESHOLD, OF_THE_HEAP)
        mallopt(TRIM_THRESHOLD, SPARE)
