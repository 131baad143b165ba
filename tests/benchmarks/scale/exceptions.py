"""What may take longer at a million, and why: the one list, which the guide has, too (Performance, How reads grow)."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.scale.reads import Read
from tests.benchmarks.scale.values import SHORT_PART


@dataclass(frozen=True, slots=True)
class Exemption:
    """A kind of read that is let take longer."""

    name: str
    why: str
    takes: Callable[[Read], bool]


EXCEPTIONS = (
    Exemption(
        "contains, of fewer than three characters",
        "an index of the parts of texts has parts of three characters",
        lambda read: read.part == SHORT_PART,
    ),
    Exemption(
        "totalCount of a filter",
        "every row that the filter takes is counted; totalCountUpTo stops early",
        lambda read: read.counts,
    ),
)


def exception_of(read: Read) -> str:
    """The name of the exception that a read is; empty where it is none."""
    return next((each.name for each in EXCEPTIONS if each.takes(read)), "")
