from __future__ import annotations

import pytest

from bench import hazards


@pytest.mark.slow
def test_the_hazards_cost_us_nothing_and_the_designs_that_lose_lose() -> None:
    rows = {row.case: row for row in hazards.run(leads=500, limited=100, cuts=0.5)}
    assert [row.case for row in rows.values() if row.met is False] == []
    assert rows["calls_cut"].value > 0
    lost = {case: row.value for case, row in rows.items() if row.peer}
    assert lost["late_visible_missed, newest stamp, later only"] == 2
    assert lost["late_visible_missed, full list"] == 0
    assert lost["late_visible_calls, full list"] == 5
    assert lost["duplicate_notes, sent again unread"] > 0
    assert lost["unknown_outcomes, not sent again"] > 0


def test_a_run_without_a_cut_is_no_measurement() -> None:
    with pytest.raises(AssertionError, match="no connection was cut"):
        list(hazards._cut(100, 0.0))
