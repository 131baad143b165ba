"""What a second worker adds: `python -m tests.benchmarks.workers`. Each worker is let run for a fifth of the time only,
so that even on two cores neither database nor client is what limits them."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from statistics import median

from tests.benchmarks.grounds import grounds
from tests.benchmarks.ledger import Size
from tests.benchmarks.processes import family, repeating
from tests.benchmarks.targets import OURS, gateway

RUNS, RESTS = 0.01, 0.04  # seconds
CONNECTIONS = 16
ROUNDS = 5
SECONDS = 5


def hold(processes: Sequence[int]) -> None:
    """Stops the processes for a while."""
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(RESTS)
    for pid in processes:
        os.kill(pid, signal.SIGCONT)


def held_back(processes: Sequence[int]) -> AbstractContextManager[None]:
    """Stops the processes for most of the time."""
    return repeating(RUNS, partial(hold, processes))


def main() -> None:
    size = Size()
    with tempfile.TemporaryDirectory() as name, grounds(size, Path(name)) as base:
        url, key = base.urls["postgres"], base.keys["postgres"]
        with (
            gateway(OURS, url, key, size, Path(name), on_postgres=True) as one,
            gateway(OURS, url, key, size, Path(name), on_postgres=True, workers=2) as two,
        ):
            shape = one.shapes["S"]
            ratios = []
            for turn in range(ROUNDS):
                rates = []
                for target in (one, two):
                    target.drive(shape, 1, CONNECTIONS)
                    with held_back(family(target.pid)):
                        rates.append(target.drive(shape, SECONDS, CONNECTIONS).rate)
                ratios.append(rates[1] / rates[0])
                sys.stdout.write(f"round {turn + 1}: {rates[0]:.0f} and {rates[1]:.0f} requests a second\n")
    sys.stdout.write(f"two workers answer {median(ratios):.2f} times what one answers\n")


if __name__ == "__main__":
    main()
