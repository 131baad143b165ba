"""What it costs to see: processor time of a request with all defaults, beside the same server while it sees nothing, in
short turns: `python -m tests.benchmarks.watching`. Prints a table; nothing here passes or fails."""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from statistics import fmean, median, stdev

import httpx

from tests.benchmarks.grounds import Grounds, grounds
from tests.benchmarks.ledger import Size
from tests.benchmarks.processes import processor_seconds
from tests.benchmarks.targets import OURS, Target, gateway
from tests.benchmarks.unwatched import NOBODY, PLAIN, SEEING
from tests.servers import ServerError

SWITCHED = (sys.executable, "-m", "tests.benchmarks.unwatched")
CONNECTIONS = 8

Times = tuple[float, float]  # microseconds of a request: seen, and not


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.watching", description=__doc__)
    known.add_argument("--servers", type=int, default=6, help="started one after the other")
    known.add_argument("--rounds", type=int, default=12, help="pairs of turns of each server")
    known.add_argument("--seconds", type=float, default=0.7, help="of each turn")
    return known.parse_args()


def spent(target: Target, name: str, seconds: float) -> float:
    """Processor time of the server for one request, in microseconds."""
    before = processor_seconds(target.pid)
    found = target.drive(target.shapes[name], seconds, CONNECTIONS)
    if found.failed:
        raise ServerError(f"{target.name}, {name}: {found.failed} requests failed: {found.first_failure}")
    return (processor_seconds(target.pid) - before) / found.requests * 1e6


def switch(target: Target, mode: signal.Signals) -> None:
    """Has the server see, or not; an answer tells whether it does."""
    os.kill(target.pid, mode)
    told = httpx.get(f"http://127.0.0.1:{target.port}/healthz").headers["x-request-id"]
    if (told == NOBODY.decode()) != (mode is PLAIN):
        raise ServerError(f"{target.name} did not heed {mode.name}: it named a request {told}")


def turns(name: str, target: Target, options: argparse.Namespace) -> list[Times]:
    """What the server spent in each pair of turns; seeing goes first in every other one."""
    spent(target, name, options.seconds)  # plans are made, caches filled
    found: list[Times] = []
    for turn in range(options.rounds):
        times: dict[signal.Signals, float] = {}
        for mode in (SEEING, PLAIN)[:: (-1) ** turn]:
            switch(target, mode)
            times[mode] = spent(target, name, options.seconds)
        found.append((times[SEEING], times[PLAIN]))
    return found


def line(database: str, name: str, found: list[Times]) -> str:
    seen, plain = (median(times) for times in zip(*found, strict=True))
    ratios = [seen / plain for seen, plain in found]
    error = stdev(ratios) / len(ratios) ** 0.5
    ratio = f"{median(ratios):.3f} | {fmean(ratios):.3f} ± {error:.3f}"
    return f"| {name} | {database} | {seen:.0f} µs | {plain:.0f} µs | {ratio} |\n"


def measure(base: Grounds, database: str, size: Size, folder: Path, options: argparse.Namespace) -> None:
    """Several processes: what lies where in memory makes a difference, too."""
    url, key = base.urls[database], base.keys[database]
    found: dict[str, list[Times]] = {"S": [], "M": []}
    for _ in range(options.servers):
        with gateway(OURS, url, key, size, folder, database == "postgres", program=SWITCHED) as target:
            for name, times in found.items():
                times += turns(name, target, options)
    for name, times in found.items():
        sys.stdout.write(line(database, name, times))
        sys.stdout.flush()


def main() -> None:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the servers would outlive this process
    size = Size(500, 20)
    sys.stdout.write("| | | seeing | without | median ratio | mean ratio |\n|---|---|--:|--:|--:|--:|\n")
    with tempfile.TemporaryDirectory() as folder, grounds(size, Path(folder)) as base:
        for database in base.urls:
            measure(base, database, size, Path(folder), options)


if __name__ == "__main__":
    main()
