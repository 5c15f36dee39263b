"""The page of a simulation: whoever the reps are and however many, it stays one that can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from router.model import Rep, RepId
from sync.simulate.page import page
from sync.simulate.record import Kind, Where
from sync.simulate.tally import Tally
from sync.simulate.told import Told

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def told(names: Sequence[str], flows: Mapping[tuple[int, int], int]) -> Told:
    """So many leads that went from one rep, by place in the list, to another."""
    tally = Tally(ZoneInfo("UTC"))
    for (before, after), count in flows.items():
        tally.flows[(rep(before), rep(after))] = count
        tally.before.reps[f"r{before}"] += count
        tally.after.reps[f"r{after}"] += count
        tally.leads += count
    reps = {RepId(f"r{at}"): Rep(id=RepId(f"r{at}"), name=name) for at, name in enumerate(names)}
    return Told(tally, reps, "then", "now", DAY, DAY, (), proposed=True)


def rep(place: int) -> Where:
    return Where(Kind.REP, f"r{place}")


def section(text: str, title: str) -> str:
    return text.partition(f"<h2>{title}</h2>")[2].partition("</section>")[0]


def test_of_many_reps_those_with_most_leads_are_shown_and_the_others_unfold() -> None:
    names = [f"Rep {at}" for at in range(200)]
    shown = section(page(told(names, {(at, at): at for at in range(200)})), "Leads by rep")
    at_once, _, folded = shown.partition("<details>")
    assert re.findall(r"<b>Rep (\d+)</b>", at_once) == [str(at) for at in range(199, 174, -1)]
    assert folded.startswith("<summary>174 more reps</summary>")
    assert folded.count('class="row"') == 174
    assert "1 rep without leads, before and after" in folded


@pytest.mark.parametrize(
    ("moved", "of_all", "said"),
    [(1, 3000, "under 1 %"), (2999, 3000, "over 99 %"), (3000, 3000, "100 %"), (1500, 3000, "50 %")],
)
def test_100_percent_is_all_and_0_is_none(moved: int, of_all: int, said: str) -> None:
    flows = {(0, 1): moved, (0, 0): of_all - moved}
    assert f"would be elsewhere ({said})" in page(told(["Ana", "Bo"], flows))


def test_names_that_are_written_from_the_right_do_not_turn_what_stands_beside_them() -> None:
    shown = section(page(told(['דנה "ד" כהן', "Bo"], {(0, 1): 3})), "Leads by rep")
    assert "<b>\u2068דנה &quot;ד&quot; כהן\u2069</b><span>3 → 0 (-3)</span>" in shown


@pytest.mark.parametrize("name", ["A very long name of somebody", "北京市朝阳区的王小明先生和李女士"])
def test_a_long_name_is_cut_in_the_picture_and_whole_beside_it(name: str) -> None:
    text = page(told([name, "Bo"], {(0, 1): 3}))
    [label] = re.findall(r"<text [^>]*>([^<]*…[^<]*)<title>", text)
    assert len(label) < len(name)
    assert name in section(text, "Leads by rep")


def test_all_others_stand_last_on_both_sides() -> None:
    names = [f"Rep {at:02}" for at in range(20)]
    flows = {(at, 19 - at): 30 - at for at in range(20)}
    labels = re.findall(r'<text [^>]*text-anchor="(end|start)"[^>]*>([^<]+)<title>', page(told(names, flows)))
    sides = [[name for side, name in labels if side == anchor] for anchor in ("end", "start")]
    assert [len(side) for side in sides] == [13, 13]
    assert [side[-1] for side in sides] == ["all others"] * 2
    assert sides[1][:3] == ["Rep 19", "Rep 18", "Rep 17"]
