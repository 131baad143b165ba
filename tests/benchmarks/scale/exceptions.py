"""What may take longer at a million, and why: the one list, which the guide has, too (Performance, How reads grow)."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.scale.reads import Read
from tests.benchmarks.scale.values import HALF, SHORT_PART


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
        "rows at the far end of the order",
        "a filter that takes many rows is asked of each on the way; of those at the far end there are many before the "
        "first, as where numbers rise with time and the list is of what was created lately",
        lambda read: HALF in read.name and (" gt " in read.name or " gte " in read.name),
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
