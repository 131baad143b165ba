"""Imports: the states that one is in, and what becomes of its lines."""

from enum import Enum

from app.domain.described_enum import DescribedEnum


class ImportState(DescribedEnum):
    """How an import stands."""

    RUNNING = "running", "Its lines are being written."
    INTERRUPTED = "interrupted", "Its connection ended before its file did: it can be resumed."
    COMPLETED = "completed", "All its lines are written."
    COMPLETED_WITH_ERRORS = "completed_with_errors", "All its lines were tried, and some were refused."
    STOPPED = "stopped", "It ended at a line that was refused, as it was told to."

    @property
    def has_ended(self) -> bool:
        return self not in (ImportState.RUNNING, ImportState.INTERRUPTED)


class LineOutcome(Enum):
    """What became of a line; each is counted once."""

    CREATED = "created"
    REPLACED = "replaced"
    PATCHED = "patched"
    CLOSED = "closed"
    LINKED = "linked"
    UNCHANGED = "unchanged"
    FAILED = "failed"
