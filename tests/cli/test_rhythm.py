"""The rhythm of a loop: every T, less often where the day's calls run low, said once."""

from __future__ import annotations

import pytest

from config.settings import Connection
from sync.rhythm import Rhythm, Spacing, spoken
from tests.cli.program import Office

HS, SF = (Connection(name=name, kind="memory", object="leads", enters=("created",)) for name in ("hs", "sf"))
PLENTY = Spacing(60.0, 900, 1000)
LOW = Spacing(600.0, 144, 1000)


class Loop:
    """A rhythm in a time that only its own rests pass."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.rested: list[float] = []
        self.rhythm = Rhythm(60.0, self.told.append, ticks=lambda: 1000.0)

    def round(self, spacings: dict[str, Spacing]) -> list[str]:
        """Poll who is due, settle when they are next, rest; return who it was."""
        due = self.rhythm.due([HS, SF])
        self.rhythm.polled(due, spacings)
        assert not self.rhythm.rest(self._wait)
        return [each.name for each in due]

    def _wait(self, seconds: float) -> bool:
        self.rested.append(seconds)
        return False


def test_with_plenty_left_all_connections_are_polled_together_every_t_and_nothing_is_said() -> None:
    loop = Loop()
    assert [loop.round({"hs": PLENTY}) for _ in range(20)] == [["hs", "sf"]] * 20
    assert all(54 <= seconds <= 66 for seconds in loop.rested)
    assert loop.told == []


def test_a_connection_whose_share_runs_low_is_polled_less_often_and_no_other_is() -> None:
    loop = Loop()
    polled = [loop.round({"hs": LOW}) for _ in range(40)]
    assert 3 <= sum("hs" in names for names in polled) <= 6
    assert sum("sf" in names for names in polled) >= 34
    assert max(loop.rested) <= 66


def test_that_it_is_slower_is_said_once_and_that_it_is_not_once() -> None:
    loop = Loop()
    for spacings in ({"hs": LOW}, {"hs": Spacing(700.0, 120, 1000)}, {"hs": PLENTY}, {"hs": PLENTY}):
        for _ in range(15):
            loop.round(spacings)
    slower, usual = loop.told
    assert slower == (
        "hs: 856 of the 1,000 calls that `daily_share` allows in 24 hours are used: "
        "polled every 10m or so instead of every 60s until more are free"
    )
    assert usual == "hs: calls are free again: polled every 60s"


def test_a_rest_that_is_cut_short_says_so_and_passes_no_time() -> None:
    loop = Loop()
    loop.rhythm.polled([HS], {})
    assert loop.rhythm.rest(lambda _: True)
    assert loop.rhythm.due([HS]) == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.5, "0.5s"),
        (60, "60s"),
        (119, "119s"),
        (120, "2m"),
        (135, "2.2m"),
        (9000, "2.5h"),
        (200_000, "2.3d"),
    ],
)
def test_a_stretch_of_time_is_said_as_an_admin_writes_it(seconds: float, said: str) -> None:
    assert spoken(seconds) == said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["sync", "--every", "soon"], "write 60s, 5m or 1h"),
        (["sync", "--every", "0"], "must be some time apart"),
        (["check", "--live", "--every", "0"], "must be some time apart"),
        (["check", "--every", "60s"], "give both"),
    ],
)
def test_an_interval_that_cannot_be_is_refused(office: Office, arguments: list[str], why: str) -> None:
    told = office.run(*arguments)
    assert told.code == 2
    assert why in told.err


def test_a_crm_without_limits_has_no_costs_to_tell(office: Office) -> None:
    assert "calls a day" not in office.run("check", "--live").err
