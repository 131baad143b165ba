"""Time zones of the IANA database, by name: which there are, and what day it is in one."""

from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

UTC = "UTC"
NOT_ZONES = {"localtime", "Factory"}  # which some systems list beside the zones
MAX_SUGGESTIONS = 3

# Python itself caches only eight zones that are not in use, and reads the others from files each time.
zone_info = lru_cache(maxsize=1_000)(ZoneInfo)


def day_in(zone: str, moment: datetime) -> date:
    """The day that it is in the zone at that moment."""
    return moment.astimezone(zone_info(zone)).date()


def known_zones() -> set[str]:
    """The names of all zones."""
    return available_timezones() - NOT_ZONES


def similar_zones(name: str) -> list[str]:
    """Zones whose name, or the last part of it, is close to this one; the closest first."""
    zones = sorted(known_zones())
    by_name = {folded(zone.rpartition("/")[2]): zone for zone in zones} | {folded(zone): zone for zone in zones}
    matches = get_close_matches(folded(name), by_name, MAX_SUGGESTIONS)
    return list(dict.fromkeys(by_name[match] for match in matches))


def folded(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")
