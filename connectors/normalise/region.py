"""State and province text to ISO 3166-2, for the countries of the table: an abbreviation needs the country.

Without a country only a full code ("US-CA") or the full name of a state of the United States, Canada or Australia
that no other country has ("California", not "Georgia") is understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from connectors.normalise.country import is_code
from connectors.normalise.packaged import rows
from connectors.normalise.reading import Unreadable, bare, folded, parts

_LONGEST = 200
_CODE = re.compile(r"([A-Za-z]{2})-([A-Za-z0-9]{1,3})")
_ALONE = ("US", "CA", "AU")
# Names that are a country, or also a province of a country which the table does not have.
_SHARED = frozenset(
    {
        *("georgia", "florida", "maryland", "montana", "victoria", "washington"),
        *("american samoa", "guam", "puerto rico", "palau", "marshall islands", "northern mariana islands"),
        *("federated micronesia", "us virgin islands", "united states minor outlying islands"),
    }
)
# The table lacks their smaller parts: codes are taken as given.
_PARTLY = frozenset({"ES", "FR", "GB", "IE", "IT"})


@lru_cache(maxsize=8192)
def region(text: str, country: str | None) -> str:
    """Return the ISO 3166-2 code of a state or province; `country` is alpha-2. Raises `Unreadable`."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for a region")
    code = _CODE.fullmatch(text.strip())
    if code is not None and is_code(code[1].upper()):
        return _coded(code[1].upper(), code[2].upper(), country)
    return _alone(text) if country is None else _within(text, country)


def _coded(place: str, part: str, country: str | None) -> str:
    if country is not None and place != country:
        raise Unreadable(f"a region of {place}, but the country is {country}")
    known = _regions().get(place)
    found = known.get(part.casefold()) if known else None
    if known is None or (found is None and place in _PARTLY):
        return f"{place}-{part}"
    if found is None:
        raise Unreadable(f"{place} has no region {part}")
    return found


def _within(text: str, country: str) -> str:
    known = _regions().get(country)
    if known is None:
        raise Unreadable(f"the regions of {country} are not known here: give the ISO 3166-2 code")
    found = _named(text, known)
    if found is None:
        said = {_named(part, known) for part in parts(text)}  # "CA - California", "New York, NY"
        found = said.pop() if len(said) == 1 else None
    if found is None:
        raise Unreadable(f"no region of {country} is called so")
    return found


def _named(text: str, known: Mapping[str, str]) -> str | None:
    key = folded(text)
    return known.get(key) or known.get(bare(key))


def _alone(text: str) -> str:
    key = bare(folded(text))
    found = _unique().get(key)
    if found is None:
        raise Unreadable("a region needs its country to be understood")
    return found


@cache
def _regions() -> dict[str, dict[str, str]]:
    """Map country, then folded name or code, to ISO 3166-2. A name that two regions share is left out."""
    found: dict[str, dict[str, set[str]]] = {}
    for country, code, name, others in rows("subdivisions.tsv"):
        spelled = found.setdefault(country, {})
        for key in (code, name, *filter(None, others.split("|"))):
            for form in (folded(key), bare(folded(key))):
                spelled.setdefault(form, set()).add(f"{country}-{code}")
    return {
        country: {key: min(codes) for key, codes in spelled.items() if len(codes) == 1}
        for country, spelled in found.items()
    }


@cache
def _unique() -> dict[str, str]:
    """Map the full names of states that stand alone to ISO 3166-2."""
    found: dict[str, set[str]] = {}
    for country, code, name, _ in rows("subdivisions.tsv"):
        found.setdefault(bare(folded(name)), set()).add(f"{country}-{code}")
    return {
        name: min(codes)
        for name, codes in found.items()
        if len(codes) == 1 and min(codes)[:2] in _ALONE and name not in _SHARED
    }
