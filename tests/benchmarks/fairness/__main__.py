"""What one tenant can do to another: `python -m tests.benchmarks.fairness`. Each attacker in turn (`--list`) is let
loose on a server of one worker with default settings, while another tenant asks for small things, 20 a second in an
open loop, one in ten with a text that is new. It ends with status 1 where one of those requests fails, or their 99th
percentile is over 50 ms and over three times what it is beside nothing.

`--soak 10` has all attackers at once for ten minutes: it ends with status 1 where the server and its children take over
400 MiB, or keep over 20 % more than a server whose caches are full has.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from tests.benchmarks.fairness.attackers import ATTACKERS
from tests.benchmarks.fairness.attacking import Done
from tests.benchmarks.fairness.grounds import Ground, grounds
from tests.benchmarks.fairness.load import attacked, served, watched
from tests.benchmarks.fairness.open_loop import Served
from tests.benchmarks.fairness.soak import soak
from tests.benchmarks.ledger import Size

MOST_MILLISECONDS = 50.0
MOST_RATIO = 3.0
WARM_UP = 2.0  # seconds
HEADS = (
    "attacker", "database", "another's", "alone p50 / p99 ms", "beside p50 / p99 ms", "errors", "attacker's requests",
    "points", "server CPU s", "database CPU s", "MiB before", "MiB at most", "MiB on disk", "verdict",
)  # fmt: skip


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.fairness", description=__doc__)
    known.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    known.add_argument(
        "--only", action="append", choices=ATTACKERS, metavar="NAME", help="one attacker; may be repeated"
    )
    known.add_argument("--list", action="store_true", help="tell what each attacker tries, and no more")
    known.add_argument("--seconds", type=float, default=60, help="of each attacker (%(default)s)")
    known.add_argument("--soak", type=float, metavar="MINUTES", help="all attackers together, and the server's memory")
    known.add_argument("--server", type=Path, metavar="PATH", help="measure another checkout, which has a .venv")
    known.add_argument("--accounts", type=int, default=1_000, help="of the attacker (%(default)s)")
    known.add_argument("--documents-per-account", type=int, default=100, help="of the attacker (%(default)s)")
    known.add_argument("--json", type=Path, metavar="FILE", help="write what was measured here")
    return known.parse_args(words)


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@dataclass(frozen=True, slots=True)
class Measured:
    """One attacker, and one kind of another tenant's requests beside it. Memory and disk in mebibytes."""

    attacker: str
    database: str
    kind: str
    alone: Served
    beside: Served
    done: Done
    server_cpu: float
    database_cpu: float
    memory_before: float
    memory_peak: float
    disk: float

    @property
    def fair(self) -> bool:
        return not self.beside.errors and self.beside.p99 <= max(MOST_MILLISECONDS, MOST_RATIO * self.alone.p99)

    @property
    def line(self) -> str:
        alone, beside = (f"{one.p50:,.1f} / {one.p99:,.1f}" for one in (self.alone, self.beside))
        cells = [
            self.attacker, self.database, self.kind, alone, beside, f"{self.beside.errors} of {self.beside.requests}",
            f"{self.done.requests:,}", f"{self.done.points:,}", f"{self.server_cpu:.1f}", f"{self.database_cpu:.1f}",
            f"{self.memory_before:.0f}", f"{self.memory_peak:.0f}", f"{self.disk:.0f}",
            "fair" if self.fair else "UNFAIR",
        ]  # fmt: skip
        return f"| {' | '.join(cells)} |"


def measure(ground: Ground, name: str, seconds: float) -> list[Measured]:
    """One attacker on a new server."""
    kinds = ATTACKERS[name].beside
    with ground.running() as running, ThreadPoolExecutor() as threads:
        served(running, kinds, min(WARM_UP, seconds))
        alone = served(running, kinds, max(seconds / 3, 1.0))
        before, stored = running.spent(), ground.stored()
        with watched(running.pid) as samples:
            attack = threads.submit(attacked, running, [name], seconds)
            beside = served(running, kinds, seconds)
            done = attack.result()
        server, database = (now - earlier for now, earlier in zip(running.spent(), before, strict=True))
        disk = max(ground.stored() - stored, 0) + max(sample.temporary for sample in samples)
    note(f"{name} was answered: {done.answers}")
    memory = [sample.memory for sample in samples]
    figures = (server, database, memory[0], max(memory), disk)
    return [Measured(name, ground.database, kind, alone[kind], beside[kind], done, *figures) for kind in kinds]


def measure_all(ground: Ground, names: Sequence[str], seconds: float) -> list[Measured]:
    found: list[Measured] = []
    for name in names:
        for one in measure(ground, name, seconds):
            tell(one.line)
            if one.beside.errors:
                note(f"another's first error beside {name}: {one.beside.first_error[:500]}")
            found.append(one)
    return found


def run(ground: Ground, names: Sequence[str], options: argparse.Namespace) -> tuple[bool, list[object]]:
    """Whether all bounds hold on this database, and what was measured."""
    if options.soak:
        outcome = soak(ground, names, options.soak * 60)
        tell(outcome.told)
        return outcome.bounded, [{**asdict(outcome), "fair": outcome.bounded}]
    tell(f"\n| {' | '.join(HEADS)} |\n|---|---|---|{'--:|' * (len(HEADS) - 4)}---|")
    found = measure_all(ground, names, options.seconds)
    return all(one.fair for one in found), [{**asdict(one), "fair": one.fair} for one in found]


def main(words: Sequence[str] | None = None) -> int:
    options = arguments(words)
    names = options.only or list(ATTACKERS)
    if options.list:
        tell("\n".join(f"{name}: {ATTACKERS[name].tries}" for name in names))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the servers would outlive this process
    databases = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    size = Size(options.accounts, options.documents_per_account)
    checkout = options.server.resolve() if options.server else None
    with tempfile.TemporaryDirectory() as folder, grounds(databases, checkout, Path(folder), size) as found:
        outcomes = [run(ground, names, options) for ground in found]
    if options.json:
        options.json.write_bytes(orjson.dumps([one for _, measured in outcomes for one in measured]))
    return 0 if all(bounded for bounded, _ in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
