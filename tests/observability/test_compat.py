"""What is used of prometheus_client 0.26 beyond its documentation works as it is used."""

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from app.observability.compat_prometheus_client import observe_all

BOUNDS = (0.1, 0.5, 2.0)


@pytest.mark.parametrize("values", [[], [0.3], [0.1, 0.5, 2.0, 2.1, 0.05, 0.05, 100.0]], ids=len)
def test_many_values_are_counted_at_once_as_one_by_one(values: list[float]) -> None:
    texts = []
    for at_once in (True, False):
        registry = CollectorRegistry()
        histogram = Histogram("seconds", "Seconds.", ["route"], registry=registry, buckets=BOUNDS).labels("a")
        if at_once:
            observe_all(histogram, BOUNDS, values)
        else:
            for value in sorted(values):
                histogram.observe(value)
        texts.append([line for line in generate_latest(registry).decode().splitlines() if "_created" not in line])
    assert texts[0] == texts[1]
    assert f'seconds_count{{route="a"}} {float(len(values))}' in texts[0]
