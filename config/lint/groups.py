"""Groups of countries and regions that are usually named whole: who names nearly all of one has forgotten the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_STATES = """AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH
OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"""

GROUPS: Mapping[tuple[str, str], Sequence[str]] = {
    ("country", "the European Union"): (
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
    ),
    ("country", "the Nordic countries"): ["DK", "FI", "IS", "NO", "SE"],
    ("country", "the Gulf states"): ["AE", "BH", "KW", "OM", "QA", "SA"],
    ("country", "South-East Asia"): "BN ID KH LA MM MY PH SG TH VN".split(),  # noqa: SIM905
    ("country", "South America"): "AR BO BR CL CO EC PE PY UY VE".split(),  # noqa: SIM905
    ("country", "Central America"): "BZ CR GT HN NI PA SV".split(),  # noqa: SIM905
    ("region", "the United States"): [f"US-{state}" for state in _STATES.split()],
    ("region", "Canada"): [f"CA-{part}" for part in "AB BC MB NB NL NS ON PE QC SK".split()],  # noqa: SIM905
    ("region", "Australia"): [f"AU-{part}" for part in "ACT NSW NT QLD SA TAS VIC WA".split()],  # noqa: SIM905
    ("region", "Germany"): [
        f"DE-{part}"
        for part in "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH".split()  # noqa: SIM905
    ],
}
"""Field and name of the group to its ISO codes."""
