"""Measures the gateway beside a plain Strawberry server and the limit of the database, in interleaved rounds:
`python -m tests.benchmarks --help`. It needs nothing beside the virtual environment; nothing here passes or fails."""

import argparse
import os
import platform
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import orjson

from tests.benchmarks.chart import chart
from tests.benchmarks.grounds import Grounds, grounds
from tests.benchmarks.leaves import leaves
from tests.benchmarks.ledger import Size
from tests.benchmarks.processes import memory, processor_seconds
from tests.benchmarks.report import Measured, of, table
from tests.benchmarks.shapes import shapes
from tests.benchmarks.targets import LIMIT, TARGETS, Target, start
from tests.servers import ServerError

WARM_UP = 2.0  # seconds
CHARTED = ("S", "M", "L", "W")


def arguments() -> argparse.Namespace:
    size = Size()
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    known.add_argument("--shapes", default=",".join(shapes(size)), help="which, by commas (%(default)s)")
    known.add_argument("--peers", default=",".join(TARGETS), help="which servers, by commas (%(default)s)")
    known.add_argument("--rounds", type=int, default=5)
    known.add_argument("--seconds", type=float, default=5, help="of each measurement")
    known.add_argument("--concurrency", type=int, default=8)
    known.add_argument("--accounts", type=int, default=size.accounts)
    known.add_argument("--documents-per-account", type=int, default=size.documents_per_account)
    known.add_argument("--json", type=Path, metavar="FILE", help="write every round here")
    known.add_argument("--svg", type=Path, metavar="FILE", help="write a chart of the ratios here")
    return known.parse_args()


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def compare(targets: list[Target], name: str) -> None:
    """Raises ServerError where a server answers with an error or with other values than the first one."""
    reference: list[str] | None = None
    for target in targets:
        found = leaves(target.answer(target.shapes[name]))
        if name == "W":
            found = [value for value in found if not value.startswith("W-")]  # of a number of its own
        reference = found if reference is None else reference
        if found != reference:
            differing = sorted(set(found) ^ set(reference))[:6]
            raise ServerError(f"{name}: {target.name} answers other values than {targets[0].name}: {differing}")
    note(f"{name}: all answer the same {len(reference or ())} leaf values")


def measured(target: Target, name: str, turn: int, base: Grounds, options: argparse.Namespace) -> Measured:
    cpu, postgres = processor_seconds(target.pid), base.postgres_cpu()
    outcome = target.drive(target.shapes[name], options.seconds, options.concurrency)
    if outcome.failed:
        raise ServerError(f"{target.name}, {name}: {outcome.failed} requests failed: {outcome.first_failure}")
    spent = base.postgres_cpu() - postgres if target.on_postgres and base.postgres_pid else None
    return Measured(
        name, target.name, turn, outcome.requests, outcome.rate, outcome.p50, outcome.p99,
        processor_seconds(target.pid) - cpu, spent, memory(target.pid),
    )  # fmt: skip


def run(targets: list[Target], names: list[str], base: Grounds, options: argparse.Namespace) -> list[Measured]:
    for name in names:
        compare(targets, name)
        for target in targets:
            target.drive(target.shapes[name], WARM_UP, options.concurrency)
    found: list[Measured] = []
    for turn in range(options.rounds):
        for name in names:
            found += [measured(target, name, turn, base, options) for target in targets]
            if targets[0].shapes[name].writes:
                base.tidy()
        note(f"round {turn + 1} of {options.rounds} done")
    return found


def main() -> None:
    options = arguments()
    size = Size(options.accounts, options.documents_per_account)
    known, names = shapes(size), options.shapes.split(",")
    peers = options.peers.split(",")
    unknown = [name for name in names if name not in known] + [peer for peer in peers if peer not in TARGETS]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the servers would outlive this process
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        note(f"filling two databases with {size.documents:,} documents")
        base = stack.enter_context(grounds(size, Path(folder)))
        targets = start(stack, peers, base.urls, base.keys, size, Path(folder))
        found = run(targets, names, base, options)
    tell(f"{os.cpu_count()} cores, {platform.machine()}, {options.concurrency} connections, {options.rounds} rounds of "
         f"{options.seconds:g} s, medians; {size.documents:,} documents")  # fmt: skip
    for name in names:
        tell(f"\n{name}: {known[name].meaning}\n\n{table(found, name, peers)}")
    deep_against_first(found, peers)
    if options.json:
        options.json.write_bytes(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2))
    if options.svg:
        meanings = {name: known[name].meaning for name in names if name in CHARTED and LIMIT in peers}
        options.svg.write_text(chart(found, meanings, peers))


def deep_against_first(found: list[Measured], peers: list[str]) -> None:
    """Page 1,000 against page 1, which is to cost the same."""
    for peer in peers:
        first, deep = (sorted(one.p50 for one in of(found, name, peer)) for name in ("P1", "P1000"))
        if first and deep:
            tell(f"page 1,000 takes {deep[len(deep) // 2] / first[len(first) // 2]:.2f} times page 1: {peer}")


if __name__ == "__main__":
    main()
