"""The load generators, each in a process of its own, and what the server takes meanwhile."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from tests.benchmarks.fairness.attacking import Attack, Done
from tests.benchmarks.fairness.grounds import Running
from tests.benchmarks.fairness.open_loop import Load, Served
from tests.benchmarks.processes import proportional_memory, repeating, unnamed_files
from tests.servers import ServerError


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one second: memory of the server and its children, and the size of their temporary files, in mebibytes."""

    memory: float
    temporary: float = 0.0


def in_process(module: str, job: Any) -> Any:
    """What a load generator prints."""
    command = [sys.executable, "-m", f"tests.benchmarks.fairness.{module}"]
    done = subprocess.run(command, input=orjson.dumps(asdict(job)), capture_output=True, check=False, timeout=7_200)
    if done.returncode:
        raise ServerError(f"{module} failed:\n{done.stderr.decode()[-2_000:]}")
    return orjson.loads(done.stdout)


def attacked(running: Running, names: Sequence[str], seconds: float) -> Done:
    return Done(**in_process("attacking", Attack(running.port, list(names), running.ground.keys, seconds)))


def served(running: Running, kinds: Sequence[str], seconds: float) -> dict[str, Served]:
    """What another tenant's requests are answered, of each kind in a process of its own."""

    def one(kind: str) -> Served:
        turns, rate = running.honest(kind)
        return Served(**in_process("open_loop", Load(running.port, turns, rate, seconds)))

    with ThreadPoolExecutor() as threads:
        return dict(zip(kinds, threads.map(one, kinds), strict=True))


@contextmanager
def watched(pid: int) -> Iterator[list[Sample]]:
    """One sample now, and one each second."""
    found = [Sample(proportional_memory(pid))]
    with repeating(1.0, lambda: found.append(Sample(proportional_memory(pid), unnamed_files(pid)))):
        yield found
