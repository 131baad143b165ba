"""The verdict: how long each read takes in the large ledger, beside what it takes in the small one."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.benchmarks.scale.measuring import Measured
from tests.benchmarks.scale.reads import PAGE

MOST_MILLISECONDS = 20.0  # of a read that returns no more than a page
MOST_RATIO, FREE_MILLISECONDS = 5.0, 4.0  # of one that takes longer than these: times what it takes in the small ledger
SHOWN = 40


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Compared:
    """A read in both ledgers. `exception`: the name of that which lets it take longer."""

    database: str
    small: Measured
    large: Measured
    writes: bool
    exception: str

    @property
    def ratio(self) -> float:
        return self.large.worst / self.small.worst

    @property
    def faults(self) -> list[str]:
        found = []
        if self.large.worst > MOST_MILLISECONDS and self.large.rows <= PAGE and not self.writes:
            found.append(f"over {MOST_MILLISECONDS:g} ms")
        if self.large.worst > FREE_MILLISECONDS and self.ratio > MOST_RATIO:
            found.append(f"over {MOST_RATIO:g} ×")
        return found

    @property
    def verdict(self) -> str:
        faults = ", ".join(self.faults)
        if not faults:
            return "ok"
        return f"{faults}: listed ({self.exception})" if self.exception else faults.upper()

    @property
    def is_good(self) -> bool:
        return bool(self.exception) or not self.faults

    @property
    def line(self) -> str:
        small, large = self.small, self.large
        return (
            f"| {self.large.name} | {small.cold:,.1f} | {small.warm:,.1f} | {large.cold:,.1f} | {large.warm:,.1f} "
            f"| {self.ratio:,.1f} | {large.rows:,} | {large.points:,} | {self.verdict} |"
        )

    @property
    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "verdict": self.verdict}


def head(small: int, large: int) -> str:
    columns = (
        "read",
        *(f"{size:,}: {plan}" for size in (small, large) for plan in ("cold, ms", "warm, ms")),
        *("ratio", "rows", "points", "verdict"),
    )
    return f"| {' | '.join(columns)} |\n|---|{'--:|' * 7}---|"


def report(database: str, found: Sequence[Compared], small: int, large: int) -> None:
    """The worst reads, those that fail before all others, and how many there are of each verdict."""
    failing = sorted((one for one in found if not one.is_good), key=lambda one: -one.large.worst)
    listed = sorted((one for one in found if one.is_good and one.faults), key=lambda one: -one.large.worst)
    good = sorted((one for one in found if not one.faults), key=lambda one: -one.large.worst)
    tell(f"\n{database}: {len(found)} reads, {len(failing)} beyond the bounds, {len(listed)} more as listed exceptions")
    for title, part in (("Beyond the bounds", failing), ("Listed exceptions", listed), ("Within the bounds", good)):
        if part:
            tell(f"\n{title}, the slowest first\n\n{head(small, large)}")
            tell("\n".join(one.line for one in part[:SHOWN]))
    if found:
        worst = max(found, key=lambda one: one.large.worst)
        tell(
            f"\nThe worst: {worst.large.name}, {worst.large.worst:,.1f} ms, {worst.ratio:,.1f} times the small ledger's"
        )


def verdict(found: Iterable[Compared]) -> bool:
    """Whether every read is within the bounds, or a listed exception."""
    failing = sum(not one.is_good for one in found)
    tell(f"\nVerdict: {f'{failing} reads are beyond the bounds' if failing else 'all reads are within the bounds'}")
    return not failing
