"""The day's calls of an account: what polling costs, and that the loop keeps below its share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from sandbox.hubspot.settings import Limits
from sync.transport import Gate
from tests.cli.program import Said
from tests.journeys.account import Account


class Stop:
    """Stands for the event that SIGTERM sets: set after so many waits, each of which passes on the account's clock."""

    def __init__(self, account: Account, waits: int) -> None:
        self._account, self._left = account, waits
        self.waited: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self._account.clock.pass_by(seconds=seconds)
        self._left -= 1
        return self.is_set()

    def is_set(self) -> bool:
        return self._left <= 0


def looped(
    account: Account, monkeypatch: pytest.MonkeyPatch, *arguments: str, rounds: int
) -> tuple[Said, list[float]]:
    """Run so many rounds of `sync --every`; return what it said and how long it rested between them."""
    stop = Stop(account, rounds)

    @contextmanager
    def stopping() -> Iterator[Stop]:
        yield stop

    monkeypatch.setattr("sync.commands.sync.stopping", stopping)
    monkeypatch.setattr("sync.gates.Gate", partial(Gate, ticks=account.clock.seconds))
    return account.run("sync", "--every", *arguments), stop.waited


def slow(said: Said) -> list[str]:
    return [line for line in said.err.splitlines() if "polled every" in line]


def test_check_live_says_what_polling_costs_beside_the_share(account: Account) -> None:
    said = account.run("check", "--live").err
    assert (
        "note: hs: polling every 60s costs 1,440 calls a day (1 a poll: createdate), of the 500,000 of 1,000,000 that "
        "`daily_share` allows; this check made 4" in said
    )
    assert account.portal.calls.total() == 4


def test_check_live_counts_for_the_interval_the_dates_and_the_tier_that_there_are(account: Account) -> None:
    account.connection("enters: [createdate, hs_lifecyclestage_lead_date]")
    account.connection("daily_share: 2%")
    account.portal.budgets.limits = Limits(daily=250_000)
    notices = account.run("check", "--live", "--every", "10s", "--json").object["notices"]
    (cost, advice) = (one for one in notices if "poll" in one)
    assert (
        "polling every 10s costs 17,280 calls a day (2 a poll: createdate, hs_lifecyclestage_lead_date)"
        in cost
    )
    assert "of the 5,000 of 250,000" in cost
    assert advice == "hs: that is more than allowed: poll every 34.6s or less often"


def test_connections_to_one_account_are_told_that_they_share_it(account: Account) -> None:
    text = (account.office.directory / "leadswitch.yaml").read_text()
    entry = text.partition("connections:\n")[2]
    account.office.write("leadswitch.yaml", text + entry.replace("name: hs", "name: again"))
    said = account.run("check", "--live").err
    assert re.search(r"hs: polling .* that `daily_share` allows, shared with again;", said)


def test_of_an_account_that_did_not_answer_nothing_is_told(account: Account) -> None:
    account.portal.access.revoke(account.portal.token)
    assert "calls a day" not in account.run("check", "--live").err


def test_a_loop_polls_every_t_while_there_is_plenty(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, rested = looped(account, monkeypatch, "60s", rounds=5)
    assert said.code == 0
    assert all(54 <= seconds <= 66 for seconds in rested)
    assert slow(said) == []


def test_a_loop_polls_less_often_before_its_share_is_spent_and_says_so_once(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.portal.budgets.limits = Limits(daily=100)
    said, rested = looped(account, monkeypatch, "60s", rounds=38)
    assert "hs: 25 of the 50 calls" in slow(said)[0]
    assert len(slow(said)) == 1
    assert all(54 <= seconds <= 66 for seconds in rested[:20])
    assert min(rested[26:]) > 1800
    assert account.portal.calls.total() <= 60
    assert "share of the CRM's daily calls is spent" not in said.err


def test_what_an_earlier_process_used_counts_for_the_rhythm(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.portal.budgets.limits = Limits(daily=100)
    for _ in range(30):
        assert account.run("sync").code == 0
    said, rested = looped(account, monkeypatch, "60s", rounds=2)
    assert "of the 50 calls that `daily_share` allows in 24 hours are used" in slow(said)[0]
    assert min(rested) > 1800


def test_when_calls_are_free_again_the_loop_says_so_and_polls_as_asked(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.portal.budgets.limits = Limits(daily=100)

    def an_account_grows(waited: list[float]) -> None:
        if len(waited) == 30:
            account.portal.budgets.limits = Limits()

    real = Stop.wait

    def wait(stop: Stop, seconds: float) -> bool:
        an_account_grows(stop.waited)
        return real(stop, seconds)

    monkeypatch.setattr(Stop, "wait", wait)
    said, rested = looped(account, monkeypatch, "60s", "--json", rounds=40)
    assert slow(said)[1] == "hs: calls are free again: polled every 60s"
    assert max(rested[-5:]) <= 66
    assert json.loads(said.out.splitlines()[-1])["stopped"] is True
