"""Watches the event loop of a test: for how long one step keeps its thread's processor, whatever else the machine does
meanwhile."""

import gc
from asyncio import Handle
from dataclasses import dataclass
from time import thread_time
from typing import Any, Self


@dataclass(slots=True)
class LoopWatch:
    """The longest step of the event loop while it is entered, in seconds of its thread. Garbage is collected before and
    after, since servers collect it seldom."""

    longest: float = 0.0
    step: str = ""
    original: Any = None

    def __enter__(self) -> Self:
        gc.collect()
        gc.disable()
        self.original = Handle._run

        def run(handle: Handle) -> None:
            began = thread_time()
            self.original(handle)
            took = thread_time() - began
            if took > self.longest:
                self.longest, self.step = took, repr(handle)

        Handle._run = run  # type: ignore[method-assign, assignment]
        return self

    def __exit__(self, *_: object) -> None:
        Handle._run = self.original  # type: ignore[method-assign]
        gc.enable()
