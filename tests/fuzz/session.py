"""A run of the properties, one after the other, each time with a new seed, for as long as is wished."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.ledger import Ledger
from tests.fuzz.properties import PROPERTIES
from tests.gateway import Gateway

EXAMPLES = 25  # of a property with one seed


@dataclass(slots=True)
class Session:
    """A ledger, how many examples of each property were asked of it, and what failed."""

    runner: asyncio.Runner
    ledger: Ledger
    examples: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def ask(self, name: str, number: int, *, shrinks: bool) -> None:
        """The examples of a property that a seed makes."""
        drawn, holds = PROPERTIES[name]
        phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]

        @seed(number)
        @settings(
            max_examples=EXAMPLES, database=None, deadline=None, phases=phases, suppress_health_check=list(HealthCheck)
        )
        @given(drawn)
        def asked(example: Any) -> None:
            self.examples[name] += 1
            self.runner.run(holds(self.ledger, example))

        asked()

    def run(self, first: int, seconds: float, tell: Callable[[str], None], *, shrinks: bool = True) -> None:
        """All properties in turn until the time is over, and each once at least."""
        end = time.monotonic() + seconds
        for turn in count():
            if turn and time.monotonic() > end:
                return
            for name in PROPERTIES:
                if turn and time.monotonic() > end:
                    return
                try:
                    self.ask(name, first + turn, shrinks=shrinks)
                except Exception as failure:  # whatever it is: the run goes on
                    self.failures.append(told(name, first + turn, failure))
                    tell(self.failures[-1])
            tell(f"seed {first + turn}: {self.examples.total()} examples, {len(self.failures)} failures")


def told(name: str, number: int, failure: Exception) -> str:
    notes = "\n".join(getattr(failure, "__notes__", ()))
    inner = failure.exceptions if isinstance(failure, ExceptionGroup) else (failure,)
    causes = "\n".join(
        f"{type(one).__name__}: {str(one)[:2_000]}\n" + "\n".join(getattr(one, "__notes__", ())) for one in inner
    )
    return f"FAILED: {name}, seed {number}\n{causes}\n{notes}"


@contextmanager
def opened(url: str) -> Iterator[Session]:
    """A session over a new ledger in the empty database."""
    with asyncio.Runner() as runner:
        gateway = Gateway(url)
        try:
            yield Session(runner, runner.run(Ledger.of(gateway)))
        finally:
            runner.run(gateway.__aexit__())
