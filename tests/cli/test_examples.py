"""Each example set-up routes the leads beside it as its files say, and the guide has one for each criterion."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

import config
from tests.cli.program import Office

HOME = Path(config.__file__).parent
EXAMPLES = HOME / "examples"
GUIDE = HOME.parent / "docs" / "routing.md"
WEDNESDAY = "2026-11-18T12:00Z"

OWNERS = {
    "account_owner": "ana|bo ana|bo ana|bo ana|bo",
    "after_hours": "ana|bo ana|bo ana|bo",
    "by_state": "ana bo cy cy ana",
    "calendar": "ana|bo ana|bo ana|bo",
    "campaign": "bo ana cy bo",
    "capacity": "ana|bo ana|bo ana|bo",
    "customer_type": "ana bo bo cy ana",
    "deal_value": "ana ana bo cy cy",
    "experience": "ana|bo bo|cy ana|bo|cy",
    "industry": "ana bo cy ana|bo|cy",
    "language_match": "ana bo ana|bo|cy ana|bo|cy ana|bo|cy",
    "lead_score": "ana bo cy cy ana",
    "named_accounts": "bo|cy bo ana keep",
    "new_hires": "ana|bo|dee ana|bo|dee ana|bo|dee ana|bo|dee",
    "partner_stays": "ana|bo keep keep ana|bo keep",
    "product": "cy ana bo ana|bo ana|bo",
    "public_holidays": "ana|bo|cy ana|bo|cy ana|bo|cy",
    "round_robin": "ana|bo|cy ana|bo|cy ana|bo|cy ana|bo|cy ana|bo|cy",
    "selection": "ana ana bo|cy",
    "size_bands": "ana bo cy bo bo cy",
    "time_zone": "hold bo hold bo",
    "vacation": "ana|bo|cy ana|bo|cy ana|bo|cy",
    "weighted_shares": " ".join(["ana|bo|cy"] * 12 + ["ana|bo"] * 8),
}
"""The owners of an example's leads in their order, at noon of a Wednesday in UTC; `a|b`: by turns, hold: it waits."""

CRITERIA = (
    "territory region zone industry size type score deal revenue product source campaign page budget language "
    "attributes experience availability workload robin weighted"
)


def routed(example: str, at: str = WEDNESDAY) -> list[str]:
    office = Office(EXAMPLES / example)
    said = office.run("route", str(EXAMPLES / example / "leads.csv"), "--json", "--at", at)
    assert said.code == 0
    return [each["owner"] or (each["by"] if each["parked"] else each["action"]) for each in said.objects]


@pytest.mark.parametrize(("example", "owners"), OWNERS.items())
def test_the_leads_of_an_example_go_where_its_files_say(example: str, owners: str) -> None:
    got, expected = routed(example), [set(each.split("|")) for each in owners.split()]
    assert len(got) == len(expected)
    assert [one for one, allowed in zip(got, expected, strict=True) if one not in allowed] == []


def test_every_example_with_leads_is_looked_at() -> None:
    assert {path.parent.name for path in EXAMPLES.glob("*/leads.csv")} == set(OWNERS)


def test_weighted_shares_are_as_the_file_says() -> None:
    got = routed("weighted_shares")
    assert (Counter(got[:12]), Counter(got[12:])) == ({"ana": 6, "bo": 4, "cy": 2}, {"ana": 6, "bo": 2})


@pytest.mark.parametrize(
    ("at", "owners"),
    [
        ("2026-11-18T08:29Z", {"ana", "bo"}),
        ("2026-11-18T08:30Z", {"bo"}),  # half past nine in Madrid: the stand-up
        ("2026-11-18T09:00Z", {"ana", "bo"}),
        ("2026-07-15T07:30Z", {"bo"}),  # the same in summer
        ("2026-12-25T08:30Z", {"ana", "bo"}),
        ("2026-11-18T22:59Z", {"ana", "bo"}),
        ("2026-11-18T23:00Z", {"bo"}),  # the fair begins at midnight in Madrid
        ("2026-11-20T22:59Z", {"bo"}),
        ("2026-11-20T23:00Z", {"ana", "bo"}),
    ],
)
def test_who_is_busy_by_the_calendar_gets_none(at: str, owners: set[str]) -> None:
    assert set(routed("calendar", at)) == owners


def test_the_guide_has_an_example_for_each_criterion() -> None:
    rows = re.findall(r"^\| ([^|]+) \| (`config/examples/[^|]+) \| (.+) \|$", GUIDE.read_text(), re.MULTILINE)
    named = {name for _, folders, _ in rows for name in re.findall(r"`config/examples/(\w+)`", folders)}
    criteria = " ".join(criterion for criterion, _, _ in rows)
    assert named <= {path.name for path in EXAMPLES.iterdir()}
    assert [word for word in CRITERIA.split() if word not in criteria.lower()] == []


def test_a_score_and_a_customer_type_are_explained_by_what_they_are_made_of(tmp_path: Path) -> None:
    score = _synced("lead_score", tmp_path)
    text = score.run("explain", "2").out
    assert "\n  Score 4" in text
    assert "title has the word chief" in text
    lead = score.run("explain", "1", "--json").object["decisions"][0]["trace"]
    assert [each["points"] for each in lead["score"]] == ["30", "40", "-50"]
    assert [each["holds"] for each in lead["score"]] == [True, True, False]
    assert score.run("explain", "5", "--json").object["decisions"][0]["trace"]["score"] == []
    bands = _synced("customer_type", tmp_path)
    assert (
        "  Customer type enterprise, by bands:\n    yes     band enterprise" in bands.run("explain", "2").out
    )
    trace = bands.run("explain", "1", "--json").object["decisions"][0]["trace"]
    assert [(each["band"], each["holds"]) for each in trace["bands"]] == [("enterprise", None), ("smb", True)]


def _synced(example: str, folder: Path) -> Office:
    office = Office(Path(shutil.copytree(EXAMPLES / example, folder / example)))
    said = office.run("sync")
    assert said.code == 0, said.err
    return office
