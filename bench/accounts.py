"""How often a name finds its account, and how often the right one, on data whose truth is known.

One record of each real thing is a known account, with an owner of its own; the others come as leads. Precision is the
share of the matches that are right, recall the share of the leads that are matched and rightly so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from bench.rows import Row
from router.accounts import AT_LEAST, Account, Accounts

DATA = Path(__file__).parents[1] / "tests" / "data" / "entity_matching"
PRECISE = 0.99


class Labelled(NamedTuple):
    """A record, and which real thing it is of. `number` is its telephone number, empty without one."""

    truth: str
    name: str
    number: str


class Score(NamedTuple):
    precision: float
    recall: float


def run() -> Sequence[Row]:
    """Measure every data set."""
    sites, people = chicago_sites(), febrl()
    unnumbered = [site._replace(number="") for site in sites]
    began = perf_counter()
    cases = {
        "names of persons, one letter, word or space damaged (febrl)": (people, PRECISE),
        "names of sites, several sites of one name (chicago)": (unnumbered, None),
        "the same, the telephone number in the place of the domain": (sites, None),
    }
    rows = [row for case, (records, goal) in cases.items() for row in _rows(case, records, goal)]
    each = (perf_counter() - began) / sum(len(records) for records, _ in cases.values())
    return [*rows, Row("time for a record", round(each * 1e6, 1), "us")]


def chicago_sites() -> list[Labelled]:
    """Read sites, in the order of the lists they are from."""
    path = DATA / "chicago_sites" / "sites_with_true_ids.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [Labelled(row["true_id"], row["site_name"], row["phone"]) for row in csv.DictReader(file)]


def febrl() -> list[Labelled]:
    """Read persons, those without damage first."""
    with (DATA / "febrl" / "dataset1.csv").open(encoding="utf-8", newline="") as file:
        found = [
            (row["rec_id"], f"{row['given_name']} {row['surname']}")
            for row in csv.DictReader(file, skipinitialspace=True)
        ]
    found.sort(key=lambda row: not row[0].endswith("org"))
    return [Labelled(i.split("-")[1], name, "") for i, name in found]


def score(records: Iterable[Labelled], *, at_least: float = AT_LEAST) -> Score:
    """Let the first record of each thing be its account, and match the others."""
    accounts, known = Accounts(), set[str]()
    leads: list[Labelled] = []
    for record in records:
        if record.truth in known:
            leads.append(record)
            continue
        known.add(record.truth)
        accounts.add(Account(record.truth, record.truth, record.number or None, record.name))
    found = [(lead, accounts.match(lead.number, lead.name, at_least=at_least)) for lead in leads]
    right = sum(match is not None and match.account.id == lead.truth for lead, match in found)
    matched = sum(match is not None for _, match in found)
    return Score(right / max(1, matched), right / max(1, len(leads)))


def _rows(case: str, records: Sequence[Labelled], goal: float | None) -> list[Row]:
    found = score(records)
    return [
        Row(f"{case}: precision", round(found.precision, 4), "of 1", goal),
        Row(f"{case}: recall", round(found.recall, 4), "of 1"),
    ]
