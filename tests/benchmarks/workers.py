"""What a second worker adds: `python -m tests.benchmarks.workers`. Each worker is given a tenth of a processor and no
more, so that even on two cores that others use as well neither database nor client is what limits them."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks.grounds import grounds
from tests.benchmarks.ledger import Size
from tests.benchmarks.processes import family, processor_seconds, repeating
from tests.benchmarks.targets import OURS, gateway

SHARE = 0.1  # of a processor
OFTEN = 0.003  # seconds
CONNECTIONS = 32  # the system deals them out as they come: of so many no worker gets too few to be busy
ROUNDS = 5
SECONDS = 10


@contextmanager
def held_back(processes: Sequence[int]) -> Iterator[None]:
    """Stops each process whenever it has had more than its share of the time."""
    began = time.monotonic()
    had = {pid: processor_seconds(pid) for pid in processes}

    def hold() -> None:
        due = SHARE * (time.monotonic() - began)
        for pid, before in had.items():
            os.kill(pid, signal.SIGCONT if processor_seconds(pid) - before < due else signal.SIGSTOP)

    try:
        with repeating(OFTEN, hold):
            yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def workers_of(server: int) -> list[int]:
    """The processes that answer; a server of one worker is that itself."""
    return family(server)[1:] or [server]


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
                    with held_back(workers_of(target.pid)):
                        rates.append(target.drive(shape, SECONDS, CONNECTIONS).rate)
                ratios.append(rates[1] / rates[0])
                sys.stdout.write(f"round {turn + 1}: {rates[0]:.0f} and {rates[1]:.0f} requests a second\n")
    sys.stdout.write(f"two workers answer {median(ratios):.2f} times what one answers\n")


if __name__ == "__main__":
    main()
