"""Time zones: IANA names, and the one zone of a country or state where there is only one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from connectors.normalise.packaged import rows, shipped
from connectors.normalise.reading import Unreadable, plain

_LONGEST = 100
_SURE = frozenset({"utc"})  # besides names with a slash: "EST" is an IANA name too, of a place in Panama
# Zones of a country count as one where their clocks agree through these years.
_MOMENTS = tuple(datetime(year, month, 15, tzinfo=UTC) for year in (2025, 2026) for month in range(1, 13))


def zone(text: str) -> str:
    """Return the IANA name of a zone in its usual case; HubSpot's `us_slash_eastern` too. Raises `Unreadable`."""
    name = plain(text[:_LONGEST]).lower().replace("_slash_", "/").replace(" ", "_")
    found = _known().get(name) if "/" in name or name in _SURE else None
    if found is None:
        raise Unreadable("not the IANA name of a time zone (Europe/Berlin)")
    return found


@lru_cache(maxsize=4096)
def only_zone(country: str | None, region: str | None) -> str | None:
    """Return the zone of a region or country that has but one, else None."""
    if region in _of_state():
        return _of_state()[region]
    names = _of_country().get(country, ()) if country else ()
    clocks = {tuple(moment.astimezone(ZoneInfo(name)).utcoffset() for moment in _MOMENTS) for name in names}
    return names[0] if len(clocks) == 1 else None


@cache
def _known() -> dict[str, str]:
    return {name.lower(): name for name in shipped("tzdata", "zones").split()}


@cache
def _of_state() -> dict[str | None, str]:
    return {region: name for name, regions in rows("state_zones.tsv") for region in regions.split()}


@cache
def _of_country() -> dict[str, tuple[str, ...]]:
    """Map alpha-2 codes to their zones, the most important one first."""
    found: dict[str, tuple[str, ...]] = {}
    for line in shipped("tzdata", "zoneinfo/zone.tab").splitlines():
        if not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            found[country] = (*found.get(country, ()), name)
    return found
