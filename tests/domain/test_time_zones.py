"""What day it is depends on where one is; zones are known by their IANA names."""

from datetime import UTC, date, datetime

import pytest

from app.domain.time_zones import day_in, known_zones, similar_zones


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", datetime(2026, 11, 30, 0, 5, tzinfo=UTC), date(2026, 11, 30)),
        ("America/New_York", datetime(2026, 11, 30, 0, 5, tzinfo=UTC), date(2026, 11, 29)),  # 19:05 the day before
        ("America/New_York", datetime(2026, 11, 30, 4, 59, 59, tzinfo=UTC), date(2026, 11, 29)),
        ("America/New_York", datetime(2026, 11, 30, 5, 0, tzinfo=UTC), date(2026, 11, 30)),
        ("America/New_York", datetime(2026, 7, 1, 4, 0, tzinfo=UTC), date(2026, 7, 1)),  # in summer an hour earlier
        ("America/New_York", datetime(2026, 7, 1, 3, 59, tzinfo=UTC), date(2026, 6, 30)),
        ("Asia/Kolkata", datetime(2026, 6, 30, 18, 30, tzinfo=UTC), date(2026, 7, 1)),
        ("Pacific/Kiritimati", datetime(2026, 12, 31, 10, 0, tzinfo=UTC), date(2027, 1, 1)),
        ("Etc/GMT+12", datetime(2027, 1, 1, 11, 59, tzinfo=UTC), date(2026, 12, 31)),
        ("US/Eastern", datetime(2026, 11, 30, 0, 5, tzinfo=UTC), date(2026, 11, 29)),  # a name of former times
    ],
)
def test_it_is_this_day_in_the_zone(zone: str, moment: datetime, day: date) -> None:
    assert day_in(zone, moment) == day


def test_every_zone_that_is_known_has_a_day() -> None:
    zones = known_zones()
    days = {day_in(zone, datetime(2026, 5, 12, 12, tzinfo=UTC)) for zone in zones}
    assert len(zones) > 400
    assert days == {date(2026, 5, 12), date(2026, 5, 13)}
    assert {"UTC", "America/New_York", "Europe/Berlin"} <= zones
    assert zones.isdisjoint({"localtime", "Factory", "", "america/new_york"})


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("America/NewYork", "America/New_York"),
        ("america/new_york", "America/New_York"),
        ("New York", "America/New_York"),
        ("Berlin", "Europe/Berlin"),
        ("Europe/Berlln", "Europe/Berlin"),
        (" utc ", "UTC"),
    ],
)
def test_a_name_that_is_nearly_one_leads_to_the_zone(name: str, close: str) -> None:
    found = similar_zones(name)
    assert found[0] == close
    assert len(found) <= 3
    assert set(found) <= known_zones()


@pytest.mark.parametrize("name", ["", "x", "5", "the office", "x" * 10_000])
def test_what_is_close_to_nothing_leads_nowhere(name: str) -> None:
    assert similar_zones(name) == []
