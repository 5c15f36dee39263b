"""Writes the country tables of `connectors/normalise/tables` from the data sets in `tests/data`.

Run `python -m tests.normalise.build_tables` after a data set has changed; a test compares the committed tables.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from connectors.normalise.reading import bare, folded

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
TABLES = ROOT / "connectors" / "normalise" / "tables"

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_TOO_SHORT = 3  # a name this short says nothing certain once its accents are gone: "Mỹ", "Çad"


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file under `tests/data`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names() -> list[dict[str, str]]:
    """Return the country names: iso2, name, locale."""
    return table("country_names/country_names_78_locales__MIT.csv")


def country_names() -> Iterator[str]:
    """Yield each spelling that can be looked up, with its countries; an accented name keeps its own line."""
    exact: dict[str, set[str]] = {}
    loose: dict[str, set[str]] = {}
    for row in names():
        exact.setdefault(folded(row["name"]), set()).add(row["iso2"])
        for key in _loose(row):
            loose.setdefault(key, set()).add(row["iso2"])
    # The accentless form of one country's name may be another's name in full; both are then meant.
    merged = {key: exact.get(key, set()) | loose.get(key, set()) for key in exact.keys() | loose.keys()}
    yield "# Spelling as folded for comparing, and the alpha-2 codes of the countries called so."
    for key, codes in sorted(merged.items()):
        yield f"{key}\t{' '.join(sorted(codes))}"


def _loose(row: Mapping[str, str]) -> Iterator[str]:
    key = folded(row["name"])
    if row["locale"] == "de":
        yield key.translate(_UMLAUTS)
    if bare(key) != key and len(bare(key)) > _TOO_SHORT:
        yield bare(key)


def country_english() -> Iterator[str]:
    """Yield English names, whose words may come in any order ("Korea, Republic of")."""
    found = {(row["name"], row["iso2"]) for row in names() if row["locale"] == "en"}
    for row in table("crm_vocab/salesforce_countries.csv"):
        found |= {(row["label"], row["iso2"]), (row["integration_value"], row["iso2"])}
    yield "# English names and those of Salesforce's standard list; the order of their words does not matter."
    for name, code in sorted(found):
        yield f"{name}\t{code}"


BUILT = {"country_names.tsv": country_names, "country_english.tsv": country_english}


def built(name: str) -> str:
    """Return the text of a table as it would be written now."""
    return "\n".join(BUILT[name]()) + "\n"


if __name__ == "__main__":
    for name in BUILT:
        (TABLES / name).write_text(built(name), encoding="utf-8")
