"""Public holidays: where which day is one, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from config.holidays import around, check, holidays_of, public_holiday
from config.problems import Refusal
from tests.config.test_people import teams
from tests.config.world import configured, problems


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("US", "2026-11-26", "Thanksgiving Day"),
        ("US-CA", "2026-03-31", "Cesar Chavez Day"),
        ("US", "2026-03-31", None),
        ("US", "2026-07-03", "Independence Day (observed)"),
        ("GB-ENG", "2026-04-06", "Easter Monday"),
        ("GB-SCT", "2026-04-06", None),
        ("DE-BY", "2027-01-06", "Epiphany"),
        ("JP", "2026-11-23", "Labor Thanksgiving Day"),
        ("GB", "2026-11-18", None),
    ],
)
def test_a_day_is_a_public_holiday(code: str, day: str, name: str | None) -> None:
    assert public_holiday(code, date.fromisoformat(day)) == name


def test_a_year_has_no_days_of_others() -> None:
    assert {day.year for day in holidays_of("US-CA", 2027)} == {2027}


def test_what_a_pass_needs_reaches_over_new_year() -> None:
    known = around(["US", "GB-ENG", "US"], 2026)
    assert list(known) == ["GB-ENG", "US"]
    assert {"2025-12-25", "2026-12-25", "2027-01-01"} <= known["US"].keys()


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("Germany", "'Germany' is no country code (write the ISO code: DE)"),
        ("UK", "'UK' is no country code (write the ISO code: GB)"),
        ("US-QQ", "no public holidays of 'US-QQ' are known (did you mean 'US-"),
        (
            "GB-LND",
            "no public holidays of 'GB-LND' are known (write GB, or one of GB-ENG, GB-NIR, GB-SCT, GB-WLS)",
        ),
        ("JP-13", "no public holidays of 'JP-13' are known (write JP)"),
    ],
)
def test_a_place_without_known_holidays_is_refused(written: str, problem: str) -> None:
    found = problems(teams=teams(f"{{id: ana, holidays: {written}}}"))
    assert [line for line in found if line.startswith(f"teams.yaml:2:25: {problem}")]


def test_a_country_that_the_package_does_not_have_is_refused() -> None:
    with pytest.raises(Refusal, match="no public holidays of 'QQ' are known"):
        check("QQ")


@pytest.mark.parametrize("keys", ["", ", away: [2026-12-24]"])
def test_the_package_stays_unloaded_where_nobody_has_holidays(keys: str) -> None:
    text = teams(f"{{id: ana{keys}}}")
    program = (
        "import sys; from tests.config.world import configured; "
        f"configured(teams={text!r}); assert 'holidays' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_rulebook_knows_the_holidays_of_its_reps() -> None:
    book = configured(teams=teams("{id: ana, holidays: us-ca}")).rulebook
    assert book.holidays("US-CA", date(2026, 11, 26)) == "Thanksgiving Day"
