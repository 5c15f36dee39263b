"""What an org's answers say of its calls: missing, late, going back, with more beside it than is asked for."""

from __future__ import annotations

import pytest

from connectors.errors import Stop
from connectors.limits import Told
from connectors.pace import Pacer
from connectors.salesforce.wire_limits import LIMITS, told


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("api-usage=10018/100000", Told(used=10_018, day=100_000)),
        ("api-usage=18/5000; per-app-api-usage=17/250(appName=x)", Told(used=18, day=5_000)),
        ("per-app-api-usage=17/250(appName=x); api-usage=18/5000", Told(used=18, day=5_000)),
        ("per-app-api-usage=17/250(appName=x)", Told()),
        ("api-usage=18/5000, api-bursts=1/750", Told(used=18, day=5_000)),
        ("api-bursts=1/750,api-usage=18/5000", Told(used=18, day=5_000)),
        ("per-app-api-usage=1/2(appName=api-usage=3/4)", Told(used=3, day=4)),
        ("api-usage=/5000", Told()),
        ("api-usage=-1/5000", Told()),
        ("api-usage=1/" + "9" * 40, Told()),
        ("", Told()),
    ],
)
def test_the_usage_is_read_among_other_parts(header: str, says: Told) -> None:
    assert told({"sforce-limit-info": header}) == says


def test_an_answer_without_the_header_says_nothing() -> None:
    assert told({"content-type": "application/json"}) == Told()


def heard(pacer: Pacer, used: int, day: int, now: float) -> float:
    pacer.told({"sforce-limit-info": f"api-usage={used}/{day}"}, now)
    return pacer.left(now)


def test_a_count_that_goes_back_by_one_and_comes_again_gives_no_call_back() -> None:
    """As recorded within two seconds."""
    pacer = Pacer(LIMITS, 0.5)
    counts = (73_995, 73_994, 73_994, 73_995)
    assert [heard(pacer, used, 75_300, now / 2) for now, used in enumerate(counts)] == [-201.0] * 4
    with pytest.raises(
        Stop, match=r"others have used up the CRM's daily calls \(73,995 of 75,300 in 24 hours\)"
    ):
        pacer.wait("query", 2.0)


def test_a_count_that_does_not_move_while_we_call_does_not_hide_our_calls() -> None:
    """As recorded: the same number over two pages of a query."""
    pacer = Pacer(LIMITS, 1.0)
    before = heard(pacer, 893, 15_000, 0.0)
    pacer.sent("query", 1.0)
    assert heard(pacer, 893, 15_000, 1.0) == before - 1


def test_the_org_s_own_limit_counts_and_not_the_one_taken_for_granted() -> None:
    pacer = Pacer(LIMITS, 0.5)
    assert pacer.share() == 7_500
    heard(pacer, 10, 101_000, 0.0)
    assert pacer.share() == 50_500
