"""Progress of what takes long: a bar for people, and for logs a line every ten seconds."""

import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from app.cli.console import err

LINE_SECONDS = 10.0
MEBIBYTE = 2**20


class RateColumn(ProgressColumn):
    """How many a second."""

    def render(self, task: object) -> Text:
        speed = getattr(task, "finished_speed", None) or getattr(task, "speed", None)
        return Text("" if speed is None else f"{speed:,.0f}/s", style="progress.data.speed")


class Shown(Protocol):
    """Something whose progress is shown."""

    def to(self, completed: float) -> None: ...


class ProgressBar:
    """Shows how far something has come, of a total that may not be known. `bytes` says that bytes are counted."""

    def __init__(self, title: str, total: float | None, *, bytes: bool, console: Console = err) -> None:
        self.title, self.total, self.bytes, self.console = title, total, bytes, console
        self.completed = 0.0
        self.began = self.last_line = time.monotonic()
        counts: list[ProgressColumn] = (
            [DownloadColumn(binary_units=True), TransferSpeedColumn()]
            if bytes
            else [MofNCompleteColumn(), RateColumn()]
        )
        columns = [TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), *counts, TimeRemainingColumn()]
        self.bar = Progress(*columns, console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self.bar:
            self.bar.start()
            self.task = self.bar.add_task(self.title, total=self.total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar:
            self.bar.stop()

    def to(self, completed: float) -> None:
        """So much is done by now."""
        self.completed = completed
        if self.bar:
            self.bar.update(self.task, completed=completed)
        elif time.monotonic() - self.last_line >= LINE_SECONDS:
            self.last_line = time.monotonic()
            self.console.print(self.line(), markup=False)

    def line(self) -> str:
        """How far it has come, in a line of a log."""
        rate = self.completed / max(time.monotonic() - self.began, 0.001)
        done = f"{self.amount(self.completed)}, {self.amount(rate)}/s"
        if not self.total:
            return f"{self.title}: {done}"
        left = max(self.total - self.completed, 0) / rate if rate else 0
        percent = min(100 * self.completed / self.total, 100)
        return f"{self.title}: {percent:.0f} %, {done}, {left:.0f} s left"

    def amount(self, number: float) -> str:
        return f"{number / MEBIBYTE:.1f} MiB" if self.bytes else f"{number:,.0f}"
