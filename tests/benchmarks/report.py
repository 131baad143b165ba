"""What was measured, as a table for people: medians over the rounds, and the ratio to the limit of the same round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.targets import LIMIT

HEADS = ("server", "req/s", "of limit", "p50 ms", "p99 ms", "server CPU s/1k", "Postgres CPU s/1k", "RSS MiB")


@dataclass(frozen=True, slots=True)
class Measured:
    """One server under one shape in one round. CPU in seconds, memory in mebibytes, times in milliseconds."""

    shape: str
    target: str
    round: int
    requests: int
    rate: float
    p50: float
    p99: float
    cpu: float
    postgres_cpu: float | None
    memory: float


Rounds = Sequence[Measured]


def of(found: Rounds, shape: str, target: str) -> list[Measured]:
    return [one for one in found if (one.shape, one.target) == (shape, target)]


def ratio(found: Rounds, shape: str, target: str) -> float | None:
    """The median of the ratios of each round; None where the limit was not measured."""
    limits = {one.round: one.rate for one in of(found, shape, LIMIT)}
    ratios = [one.rate / limits[one.round] for one in of(found, shape, target) if limits.get(one.round)]
    return median(ratios) if ratios else None


def table(found: Rounds, shape: str, targets: Sequence[str]) -> str:
    """A Markdown table of one shape."""
    lines = [f"| {' | '.join(HEADS)} |", f"|---|{'--:|' * (len(HEADS) - 1)}"]
    for target in targets:
        rounds = of(found, shape, target)
        if rounds:
            lines.append(f"| {' | '.join(cells(rounds, ratio(found, shape, target)))} |")
    return "\n".join(lines)


def cells(rounds: Rounds, share: float | None) -> list[str]:
    def middle(value: Callable[[Measured], float]) -> float:
        return median(value(one) for one in rounds)

    on_postgres = all(one.postgres_cpu is not None for one in rounds)
    return [
        rounds[0].target,
        f"{middle(lambda one: one.rate):,.1f}",
        "–" if share is None else f"{share:.3f}",
        f"{middle(lambda one: one.p50):.1f}",
        f"{middle(lambda one: one.p99):.1f}",
        f"{middle(lambda one: one.cpu * 1000 / one.requests):.2f}",
        f"{middle(lambda one: (one.postgres_cpu or 0) * 1000 / one.requests):.2f}" if on_postgres else "–",
        f"{middle(lambda one: one.memory):.0f}",
    ]
