"""prometheus_client as this project needs it, beyond what it documents: a histogram that takes many values at once."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from prometheus_client import Histogram


def observe_all(histogram: Histogram, bounds: Sequence[float], values: Sequence[float]) -> None:
    """Adds the values to a histogram with buckets of these upper bounds, as `observe` would one by one."""
    ordered = sorted(values)
    ends = [bisect_right(ordered, most) for most in bounds]
    buckets: Any = histogram._buckets
    for bucket, (begin, end) in zip(buckets, pairwise([0, *ends, len(ordered)]), strict=True):
        if end > begin:
            bucket.inc(end - begin)
    histogram._sum.inc(sum(values))
