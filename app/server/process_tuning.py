"""Tuning of the server process: garbage collection, thread switching, and memory that is returned to the system."""

import ctypes
import gc
import sys
from contextlib import suppress

SWITCH_INTERVAL = 0.0001  # seconds after which a thread must let the event loop run
# Of garbage collection, which stops all threads: so many new objects take it some milliseconds. Few steps lead to the
# second generation, since that is looked through in one go, too; what is old is looked through as good as never.
GC_THRESHOLDS = 5_000, 3, 2_000
# Options of glibc's mallopt. By default it soon takes request bodies of some mebibytes from the common heap, where
# other objects behind them keep their memory from being returned to the system.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
MAX_HEAP_BLOCK = 2**20  # bytes; larger blocks are returned to the system as soon as they are freed
HEAP_RESERVE = 8 * 2**20  # free bytes at the end of the heap that are kept


def tune_process() -> None:
    """Keeps garbage collection short, and skips what lives as long as the process. Lets threads, which read SQLite,
    give way to the event loop sooner."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    return_large_blocks()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def return_large_blocks() -> None:
    """Does nothing where the C library is not glibc."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(MMAP_THRESHOLD, MAX_HEAP_BLOCK)
        mallopt(TRIM_THRESHOLD, HEAP_RESERVE)
