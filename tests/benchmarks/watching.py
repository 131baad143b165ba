"""What it costs to see: processor time of a request with all defaults, beside a server that sees nothing, in pairs of
short turns of pairs of servers: `python -m tests.benchmarks.watching`. Prints a table; nothing here passes or fails."""

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.grounds import Grounds, grounds
from tests.benchmarks.ledger import Size
from tests.benchmarks.processes import processor_seconds
from tests.benchmarks.targets import OURS, Target, gateway
from tests.servers import COMMAND, ServerError

UNWATCHED = (sys.executable, "-m", "tests.benchmarks.unwatched")
CONNECTIONS = 8

Times = tuple[float, float]  # microseconds of a request: seen, and not


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.watching", description=__doc__)
    known.add_argument("--pairs", type=int, default=8, help="of servers, started anew for each")
    known.add_argument("--rounds", type=int, default=4, help="pairs of turns of each pair")
    known.add_argument("--seconds", type=float, default=1.5, help="of each turn")
    return known.parse_args()


def spent(target: Target, name: str, seconds: float) -> float:
    """Processor time of the server for one request, in microseconds."""
    before = processor_seconds(target.pid)
    found = target.drive(target.shapes[name], seconds, CONNECTIONS)
    if found.failed:
        raise ServerError(f"{target.name}, {name}: {found.failed} requests failed: {found.first_failure}")
    return (processor_seconds(target.pid) - before) / found.requests * 1e6


def turns(name: str, pair: list[Target], options: argparse.Namespace) -> list[Times]:
    """What the pair spent, turn by turn; each goes first in every other one."""
    for target in pair:
        spent(target, name, options.seconds)  # plans are made, caches filled
    found: list[Times] = []
    for turn in range(options.rounds):
        times = {target.name: spent(target, name, options.seconds) for target in pair[:: (-1) ** turn]}
        found.append((times[pair[0].name], times[pair[1].name]))
    return found


def line(database: str, name: str, found: list[Times]) -> str:
    low, middle, high = quantiles([seen / plain for seen, plain in found], n=4)
    seen, plain = (median(times) for times in zip(*found, strict=True))
    return f"| {name} | {database} | {seen:.0f} µs | {plain:.0f} µs | {middle:.3f} | {low:.3f} … {high:.3f} |\n"


def measure(base: Grounds, database: str, size: Size, folder: Path, options: argparse.Namespace) -> None:
    """New processes for each pair: two of the same program differ by more than what is measured here."""
    url, key = base.urls[database], base.keys[database]
    found: dict[str, list[Times]] = {"S": [], "M": []}
    for _ in range(options.pairs):
        with ExitStack() as stack:
            pair = [
                stack.enter_context(gateway(name, url, key, size, folder, database == "postgres", program=program))
                for name, program in ((OURS, COMMAND), ("unwatched", UNWATCHED))
            ]
            for name, times in found.items():
                times += turns(name, pair, options)
    for name, times in found.items():
        sys.stdout.write(line(database, name, times))
        sys.stdout.flush()


def main() -> None:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the servers would outlive this process
    size = Size(500, 20)
    sys.stdout.write("| | | seeing | without | ratio | half of all ratios |\n|---|---|--:|--:|--:|--:|\n")
    with tempfile.TemporaryDirectory() as folder, grounds(size, Path(folder)) as base:
        for database in base.urls:
            measure(base, database, size, Path(folder), options)


if __name__ == "__main__":
    main()
