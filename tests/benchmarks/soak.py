"""Two hundred clients at once, for a while, at all that two workers on Postgres can do:
`python -m tests.benchmarks.soak --minutes 10`. Reads and writes mixed. Prints the memory of the workers each half
minute, which is to be flat after the first, and ends with status 1 where any request was not answered rightly, or the
memory has grown by a tenth."""

import argparse
import signal
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from tests.benchmarks.crowd import Crowd, met
from tests.benchmarks.grounds import grounds
from tests.benchmarks.ledger import Size
from tests.benchmarks.processes import family, memory, repeating
from tests.benchmarks.targets import BODIES, OURS, Target, gateway

CLIENTS = 200
WORKERS = 2
EVERY = 30.0  # seconds
MOST_GROWTH = 1.10  # from what the workers have after the first minute to what they have at the end
SHAPES = ("S", "W", "P1", "S", "W", "P1000", "S", "M", "S", "W")


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    known.add_argument("--minutes", type=float, default=10)
    known.add_argument("--clients", type=int, default=CLIENTS)
    return known.parse_args()


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def workers(pid: int) -> list[int]:
    """The processes that serve: the largest of the server's family."""
    return sorted(family(pid)[1:], key=memory, reverse=True)[:WORKERS]


def watched(pid: int, told: list[float]) -> AbstractContextManager[None]:
    """Notes and tells the memory of the workers, each half minute."""
    began = time.monotonic()

    def watch() -> None:
        each = [memory(worker) for worker in workers(pid)]
        told.append(sum(each))
        tell(f"{time.monotonic() - began:5.0f} s: {' + '.join(f'{one:.0f}' for one in each)} MiB")

    return repeating(EVERY, watch)


def requests(target: Target) -> list[str]:
    """Six reads and three writes of ten, and one large read."""
    names = [SHAPES[n % len(SHAPES)] for n in range(BODIES)]
    return [target.body(target.shapes[name], n, "soak") for n, name in enumerate(names)]


def soak(target: Target, options: argparse.Namespace) -> bool:
    """Whether every request was answered rightly, and the memory stayed what it was."""
    held: list[float] = []
    with watched(target.pid, held):
        key = target.headers["X-API-Key"]
        found = met(Crowd(target.port, key, requests(target), options.clients, seconds=options.minutes * 60))
    tell(
        f"{options.clients} clients, {found.honest} requests in {found.seconds:.0f} s, "
        f"{found.honest / found.seconds:.0f} a second, p50 {found.p50:.0f} ms, p99 {found.p99:.0f} ms"
    )
    tell(f"errors: {found.wrong} {found.first_wrong}")
    settled = held[1:] or held or [0.0]
    tell(f"memory of both workers after a minute {settled[0]:.0f} MiB, at the end {settled[-1]:.0f} MiB")
    return not found.wrong and settled[-1] <= settled[0] * MOST_GROWTH


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the server would outlive this process
    size = Size(1_000, 20)
    with tempfile.TemporaryDirectory() as folder, grounds(size, Path(folder)) as base:
        url, key = base.urls["postgres"], base.keys["postgres"]
        with gateway(OURS, url, key, size, Path(folder), on_postgres=True, workers=WORKERS) as target:
            return 0 if soak(target, options) else 1


if __name__ == "__main__":
    sys.exit(main())
