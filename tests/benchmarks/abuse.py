"""What abuse does to honest clients: `python -m tests.benchmarks.abuse`, on Postgres, or with `--database sqlite`.
Eight honest clients are served alone and then beside two abusive ones, who send ten thousand operations meanwhile. It
ends with status 1 where honest times more than double, or the server takes more than 250 MiB."""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.auth.api_keys import create_tenant
from app.domain.enums import Product
from app.storage.database.engine import Database
from tests.attacks.bodies import ATTACKS
from tests.attacks.judge import forget_peak, operation, peak
from tests.benchmarks.crowd import Crowd, Met, met
from tests.benchmarks.grounds import Grounds, grounds, with_database
from tests.benchmarks.ledger import Size
from tests.benchmarks.processes import memory, processor_seconds
from tests.benchmarks.targets import BODIES, OURS, Target, gateway

HONEST, ABUSIVE = 8, 2  # clients
MOST_RATIO = 2.0
MOST_MEMORY = 250.0  # mebibytes
SELDOM = 100  # attacks of little size for each large one


async def another_tenant(database: Database) -> str:
    """The key of who abuses the server."""
    return (await create_tenant(database, "abuser", tuple(Product)))[1]


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.abuse", description=__doc__)
    known.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    known.add_argument("--operations", type=int, default=10_000, help="abusive ones")
    known.add_argument("--seconds", type=float, default=15, help="without abuse")
    known.add_argument("--each", action="store_true", help="tell what each attack costs by itself, and no more")
    return known.parse_args()


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def small() -> dict[str, bytes]:
    """Attacks of little size, each of another text every time, so that nothing kept helps."""
    mark = "aNUMBER__: __typename "
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
    unknown = " ".join(f"accountss{n}" for n in range(200))
    return {
        "deep": operation(f"{{ {mark} {'account { ' * 60} name {'} ' * 60} }}"),
        "wide": operation(f"{{ {mark} {'a ' * 1_500} }}"),
        "aliases": operation(f"{{ {mark} {' '.join(f'b{n}: tenant {{ name }}' for n in range(250))} }}"),
        "directives": operation(f"{{ {mark} b: __typename {'@skip(if: false) ' * 150} }}"),
        "fragments that multiply": operation(f"{{ {mark} ...F0 }} {fragments} fragment F40 on Query {{ __typename }}"),
        "a circle": operation(f"{{ {mark} ...A }} fragment A on Query {{ ...B }} fragment B on Query {{ ...A }}"),
        "unknown fields": operation(f"{{ {mark} {unknown} }}"),
        "the same field": operation(f"{{ {mark} tenant {{ {'name ' * 400} }} }}"),
        "a broken text": operation(f"{{ {mark} {'{ a ' * 100}"),
        "dear pages": operation(
            f"{{ {mark} accounts(first: 1000) {{ nodes {{ documents(first: 1000) {{ nodes {{ id }} }} }} }} }}"
        ),
        "introspection": operation(f"{{ {mark} __schema {{ types {{ name kind }} }} }}"),
        "introspection in depth": operation(
            f"{{ {mark} __schema {{ types {{ fields {{ type {{ fields {{ type {{ fields {{ name }} }} }} }} }} }} }} }}"
        ),
        "forged cursors": operation(f'{{ {mark} accounts(after: "{"A" * 400}") {{ totalCount }} }}'),
        "a filter of nothing": operation(f"{{ {mark} accounts(filter: {{name: {{}}}}) {{ totalCount }} }}"),
        "SQL": operation(
            "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }",
            f={"name": {"eq": "NUMBER__' OR '1'='1"}},
        ),
        "half a surrogate pair": operation(f'{{ {mark} account(accountNumber: "\\ud800") {{ name }} }}'),
        "a wrong variable": operation(
            "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }", f={"nameNUMBER__": {"eq": "x"}}
        ),
        "no JSON": b'{"query": "NUMBER__',
        "a batch": b'[{"query": "{ __typename }"}]',
        "null": b"null",
        "deep JSON": b"[" * 5_000,
        "an unknown document": b'{"documentId": "NUMBER__"}',
        "a write without sense": operation(
            'mutation { createAccount(accountNumber: "", input: {openBalance: {name: ""}}) { userErrors { code } } }'
        ),
    }


def mixture() -> list[str]:
    """All attacks in turn, the large ones seldom."""
    little, vast = [body.decode() for body in small().values()], [a.body().decode() for a in ATTACKS.values()]
    found: list[str] = []
    for number, large in enumerate(vast):
        found += [little[(number * SELDOM + turn) % len(little)] for turn in range(SELDOM)]
        found.append(large)
    return found


def honest(target: Target, salt: str) -> list[str]:
    """Pages of accounts, one document in ten of them written, under numbers that no crowd with another salt writes."""
    reads, writes = ([target.body(target.shapes[name], n, salt) for n in range(BODIES)] for name in ("S", "W"))
    return [writes[n] if n % 10 == 0 else reads[n] for n in range(BODIES)]


def beside(abuse: Crowd, crowd: Crowd, stop: Path) -> tuple[Met, Met]:
    """What two crowds meet with, the second for as long as the first is there."""
    with ThreadPoolExecutor() as threads:
        running = threads.submit(met, replace(crowd, stop=str(stop)))
        try:
            abused = met(abuse)
        finally:
            stop.touch()
        return abused, running.result()


@contextmanager
def served(base: Grounds, database: str, size: Size, folder: Path) -> Iterator[Target]:
    with gateway(OURS, base.urls[database], base.keys[database], size, folder, database == "postgres") as target:
        yield target


def told(name: str, found: Met) -> str:
    rate = found.honest / found.seconds
    return (
        f"{name}: {found.honest} honest requests, {rate:.0f} a second, p50 {found.p50:.1f} ms, p99 {found.p99:.1f} ms, "
        f"{found.wrong} not answered rightly {found.first_wrong}"
    )


def attack(target: Target, abuser: str, folder: Path, options: argparse.Namespace) -> bool:
    """Whether all bounds hold."""
    key = target.headers["X-API-Key"]
    met(Crowd(target.port, key, honest(target, "warm"), HONEST, seconds=3))
    alone = met(Crowd(target.port, key, honest(target, "alone"), HONEST, seconds=options.seconds))
    tell(told("alone", alone))
    held = memory(target.pid)
    forget_peak(target.pid)
    abuse = Crowd(target.port, "", [], 0, mixture(), ABUSIVE, abuser, abuses=options.operations)
    abused, crowded = beside(abuse, Crowd(target.port, key, honest(target, "beside"), HONEST), folder / "stop")
    tell(told("beside abuse", crowded))
    p50, p99, most = crowded.p50 / alone.p50, crowded.p99 / alone.p99, peak(target.pid)
    tell(f"{abused.abuses} abusive operations in {abused.seconds:.0f} s; answers: {abused.answers}")
    tell(f"honest times beside abuse: p50 {p50:.2f} of what it was, p99 {p99:.2f}; at most {MOST_RATIO} is meant")
    tell(f"memory: {held:.0f} MiB before, at most {most:.0f}, {memory(target.pid):.0f} after; meant: {MOST_MEMORY:.0f}")
    return max(p50, p99) <= MOST_RATIO and most <= MOST_MEMORY and not crowded.wrong


def each(target: Target, key: str) -> None:
    """What each attack costs by itself."""
    for name, body in [*small().items(), *((name, a.body()) for name, a in ATTACKS.items())]:
        spent = processor_seconds(target.pid)
        found = met(Crowd(target.port, "", [], 0, [body.decode()], 1, key, abuses=10))
        spent = (processor_seconds(target.pid) - spent) / found.abuses
        tell(f"{spent * 1e3:8.1f} ms of the server, {found.seconds * 100:8.1f} ms in all: {name} {found.answers}")


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the server would outlive this process
    size = Size(500, 20)
    with (
        tempfile.TemporaryDirectory() as folder,
        grounds(size, Path(folder)) as base,
        served(base, options.database, size, Path(folder)) as target,
    ):
        abuser = asyncio.run(with_database(base.urls[options.database], another_tenant))
        if not options.each:
            return 0 if attack(target, abuser, Path(folder), options) else 1
        each(target, abuser)
        return 0


if __name__ == "__main__":
    sys.exit(main())
