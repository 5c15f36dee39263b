"""The public data sets that the sample CRM of the demo is drawn from."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Row = Mapping[str, str]

ABROAD = {  # country: languages people there choose in a form
    "DE": ("de", "German", "Deutsch", "de-DE"), "AT": ("de-AT", "German"), "CH": ("de", "fr", "French"),
    "FR": ("fr", "French", "fr_FR"), "ES": ("es", "Spanish", "Español"), "IT": ("it", "Italian"),
    "GB": ("en", "en-GB"), "IE": ("en",), "NL": ("nl", "en"), "BE": ("fr", "nl"), "NO": ("no", "en"),
    "SE": ("sv", "en"), "PL": ("pl", "Polish"), "RO": ("ro", "en"), "JP": ("ja", "Japanese"), "KR": ("ko",),
    "CN": ("zh", "Chinese"), "SG": ("en", "zh"), "IN": ("en", "hi"), "BR": ("pt-BR", "Portuguese"),
    "MX": ("es-MX", "Spanish"), "CA": ("en-CA", "fr-CA"), "NZ": ("en",), "ZA": ("en",), "KE": ("en", "sw"),
}  # fmt: skip
OFTEN = ("DE", "DE", "DE", "AT", "CH", "CH", "ES", "MX", "MX", "BR", "JP", "JP", "FR", "GB", "NZ")
OFFICES = {
    "United States": "US", "Kenya": "KE", "Philipines": "PH", "Japan": "JP", "Italy": "IT", "Norway": "NO",
    "Korea": "KR", "Jordan": "JO", "Brazil": "BR", "Germany": "DE", "Panama": "PA", "Belgium": "BE", "Romania": "RO",
    "Poland": "PL", "China": "CN",
}  # fmt: skip


@dataclass(frozen=True)
class Sets:
    """The data sets, read."""

    samples: Sequence[Mapping[str, object]]
    persons: Sequence[Row]
    duplicates: Mapping[str, Row]
    accounts: Sequence[Row]
    deals: Sequence[Row]
    agents: Sequence[Row]
    products: Sequence[Row]
    countries: Mapping[str, Sequence[str]]
    states: Sequence[Row]
    phones: Mapping[str, Sequence[str]]
    naughty: Sequence[str]


def read(root: Path) -> Sets:
    """Read the data sets under `root`."""
    people = table(root / "entity_matching/febrl/dataset1.csv")
    spelled: dict[str, list[str]] = {}
    for row in table(root / "country_names/country_names_78_locales__MIT.csv"):
        spelled.setdefault(row["iso2"], []).append(row["name"])
    phones: dict[str, list[str]] = {}
    for row in table(root / "phones/phone_surface_forms.csv"):
        if row["type"] in ("fixed", "mobile") and row["form"] not in ("dial_from_US", "rfc3966"):
            phones.setdefault(row["region"], []).append(row["input"])
    samples = [
        record
        for path in sorted((root / "salesforce_sample_leads").glob("lead_tree_*.json"))
        for record in json.loads(path.read_text())["records"]
    ]
    maven = {name: table(root / f"maven_crm/{name}.csv") for name in
             ("accounts", "sales_pipeline", "sales_teams", "products")}  # fmt: skip
    return Sets(
        samples,
        [row for row in people if row["rec_id"].endswith("-org")],
        {row["rec_id"].split("-")[1]: row for row in people if "-dup-" in row["rec_id"]},
        maven["accounts"],
        maven["sales_pipeline"],
        maven["sales_teams"],
        maven["products"],
        spelled,
        [row for row in table(root / "crm_vocab/salesforce_states.csv") if row["country_iso2"] == "US"],
        phones,
        json.loads((root / "naughty_strings/blns.json").read_text()),
    )


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, names and cells trimmed."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name.strip(): cell.strip() for name, cell in row.items()} for row in csv.DictReader(file)]
