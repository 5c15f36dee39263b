"""Public holidays of countries and their regions, by the `holidays` package.

The package is slow to load and is asked for only where a rep has holidays, one country and year at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from config.problems import Refusal, shown

if TYPE_CHECKING:
    from holidays import HolidayBase

_ANY_YEAR = 2026
_TOLD = "en_US"


def public_holiday(code: str, day: date) -> str | None:
    """Return the name of the public holiday that a day is where `code` (`US`, `US-CA`) holds, or None."""
    return holidays_of(code, day.year).get(day)


def around(codes: Iterable[str], year: int) -> dict[str, dict[str, str]]:
    """Return the public holidays of a year and its neighbours, by code and ISO date: enough for decisions of a pass."""
    years = (year - 1, year, year + 1)
    return {
        code: {
            day.isoformat(): name for each in years for day, name in sorted(holidays_of(code, each).items())
        }
        for code in sorted(set(codes))
    }


@lru_cache(maxsize=512)
def holidays_of(code: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of one year: days off work there, on the days on which they are observed."""
    return dict(_calendar(code, year).items())


def check(code: str) -> None:
    """Refuse the code of a country or region (in ISO form already) of which no holidays are known."""
    country, _, region = code.partition("-")
    try:
        known = type(_calendar(country, _ANY_YEAR)).subdivisions
    except NotImplementedError as error:
        hint = "write `away` days instead, or the code of a country with the same holidays"
        raise Refusal(f"no public holidays of '{shown(country)}' are known", hint) from error
    if region and region not in known:
        codes = [f"{country}-{one}" for one in known]
        hint = f"write {country}" + (f", or one of {', '.join(codes)}" if codes else "")
        meant = (code, codes) if len(codes) > _FEW else None
        raise Refusal(f"no public holidays of '{shown(code)}' are known", "" if meant else hint, meant=meant)


_FEW = 20


def _calendar(code: str, year: int) -> HolidayBase:
    from holidays import country_holidays

    country, _, region = code.partition("-")
    found = country_holidays(country, subdiv=region or None, years=year, expand=False)
    if found.language != _TOLD and _TOLD in found.supported_languages:
        found = country_holidays(country, subdiv=region or None, years=year, expand=False, language=_TOLD)
    return found
