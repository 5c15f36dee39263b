"""What looks like a mistake: gaps, edges, spellings, domains, territories, people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from config.loader import parse
from config.settings import Vocabulary
from router.model import Band, Value
from tests.config.world import LEADSWITCH, MAP, TEAMS, VOCABULARY, notices, problems, with_files

LAST = "  - {name: Everyone, assign: {team: smb}}\n"


def ruled(*whens: str, more: str = "") -> str:
    """Return a rules.yaml of these conditions, each on a line of its own from line 2 on, at column 34."""
    rules = [
        f"  - {{name: {name}, assign: keep, when: {when}}}\n"
        for name, when in zip("ABCDEF", whens, strict=False)
    ]
    return "rules:\n" + "".join(rules) + LAST + more


# --- gaps -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whens", "said"),
    [
        (("{employees: {gte: 1000}}", "{employees: {lte: 50}}"), "employees 51 to 999 lies between"),
        (("{employees: {lt: 50}}", "{employees: {gt: 50}}"), "employees 50 lies between"),
        (
            (
                "{country: DE, score: {lt: 10}}",
                "{country: DE, score: {between: [20, 90]}}",
                "{score: {gte: 95}}",
            ),
            "score 10 to 19 lies between",
        ),
        (
            ("{country: [DK, FI, NO, SE]}",),
            "country IS: rules name the rest of the Nordic countries (only 'Everyone' takes such leads: {country: IS})",
        ),
        (
            (
                "{region: [CA-AB, CA-BC, CA-MB, CA-NB, CA-NL]}",
                "{region: [CA-NS, CA-ON, CA-QC, CA-SK], city: x}",
            ),
            "region CA-PE: rules name the rest of Canada",
        ),
    ],
)
def test_what_only_the_catch_all_takes_between_others_is_named(whens: tuple[str, ...], said: str) -> None:
    (found,) = notices(rules=ruled(*whens))
    assert found.startswith(f"rules.yaml:{len(whens) + 2}:12: {said}")
    assert "only 'Everyone' takes such leads: {" in found


def test_a_gap_that_another_rule_closes_for_some_is_shown_by_a_lead_of_the_others() -> None:
    named = "{territory: dach, employees: {lt: 50}}", "{territory: dach, employees: {gte: 100}}"
    text = "territories: {dach: {country: [AT, DE]}}\n" + ruled(*named, "{country: AT}")
    [found] = notices(rules=text)
    assert found.endswith("takes such leads: {employees: 50, country: DE})")


@pytest.mark.parametrize(
    "whens",
    [
        ("{employees: {gte: 1000}}",),
        ("{employees: {gte: 1000}}", "{employees: {between: [51, 999]}}", "{employees: {lte: 50}}"),
        ("{employees: {gte: 1000}}", "{employees: {lt: 1000}}"),
        ("{employees: {gte: 1000}}", "{employees: {lte: 50}}", "{employees: {blank: false}}"),
        ("{country: DE, employees: {gte: 1000}}", "{country: US, employees: {lte: 50}}"),
        ("{country: [DE, AT, CH]}",),
        ("{score: 1}", "{score: [5, 9]}"),
        ("{country: [DK, FI, NO, SE]}", "{not: {country: DE}}"),
        ("{not: {employees: {between: [50, 99]}}}",),
        ("{employees: {not_in: [5, 7]}}",),
    ],
)
def test_no_gap_is_seen_where_there_is_none(whens: tuple[str, ...]) -> None:
    assert notices(rules=ruled(*whens)) == []


def band(text: str) -> Value | None:
    low, dash, high = text.partition("-")
    return Band(Decimal(low), Decimal(high)) if dash else None


def linted(files: Mapping[str, str], vocabulary: Vocabulary) -> list[str]:
    return [str(notice) for notice in parse(files, vocabulary, secrets=False).notices]


def test_an_edge_that_cuts_a_mapped_band_is_noticed() -> None:
    mapped = (
        MAP
        + "  employees: {from: Size, as: integer_band, values: {Small: 1-50, Middle: 51-200, Big: '201'}}\n"
    )
    files = with_files(map=mapped, rules=ruled("{employees: {gte: 100}}"), teams=TEAMS.partition("\n")[2])
    found = [one for one in linted(files, replace(VOCABULARY, number=band)) if "cuts" in one]
    assert [one.partition(" (")[0] for one in found] == [
        "rules.yaml:2:12: employees gte 100 cuts the mapped band 51-200: such leads do not match"
    ]


# --- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whens", "notice"),
    [
        (
            ("{source: Trade Show}", "{source: [trade-show, web]}"),
            "3:45: source 'trade-show' is not 'Trade Show' of line 2",
        ),
        (
            ("{industry: Health care}",),
            "2:46: industry 'Health care' looks like the standard value 'Healthcare'",
        ),
        (
            ("{industry: Telecomunications}",),
            "2:46: industry 'Telecomunications' looks like the standard value",
        ),
        (("{industry: Неalthcare}",), "2:46: 'Неalthcare' mixes two alphabets: U+041D only looks Latin"),
        (
            ("{title: {contains: 'VP\u00a0Sales'}}",),
            "2:54: the value has stray spaces or invisible characters",
        ),
        (("{city: 'Oslo\u200b'}",), "2:42: the value has stray spaces or invisible characters"),
    ],
)
def test_values_that_only_look_right_are_noticed(whens: tuple[str, ...], notice: str) -> None:
    (found,) = notices(rules=ruled(*whens))
    assert found.startswith(f"rules.yaml:{notice}")


@pytest.mark.parametrize(
    "when",
    [
        "{industry: [healthcare, COMPUTER_SOFTWARE, Computer Software, Widgets]}",
        "{source: [Referral, partner]}",
        "{city: [Köln, Москва, Αθήνα]}",
        "{title: {contains: 'VP '}}",
    ],
)
def test_values_that_are_right_are_not_spoken_of(when: str) -> None:
    assert notices(rules=ruled(when)) == []


def test_a_crm_has_its_own_standard_values() -> None:
    hubspot = LEADSWITCH.replace(
        "kind: memory, file: leads.csv, mapping: map.yaml", "kind: hubspot, token: '${T}'"
    )
    found = notices(leadswitch=hubspot, rules=ruled("{industry: Computer Software}"), map=None)
    assert [one for one in found if "looks like the standard value 'COMPUTER_SOFTWARE'" in one]


def test_words_that_a_mapping_makes_are_not_compared_with_those_of_the_crm() -> None:
    mapped = MAP + "  industry: {from: Industry, values: {Healthcare: health care}}\n"
    assert notices(map=mapped, rules=ruled("{industry: health care}")) == []


def test_free_mail_domains_are_noticed_in_rules_and_lists() -> None:
    text = ruled("{domain: gmail.com}", "{list: named}", more="lists: {named: [acme.com, gmail.com]}\n")
    files = with_files(rules=text, teams=TEAMS.partition("\n")[2].partition("\n")[2])
    found = linted(files, replace(VOCABULARY, free_mail="gmail.com".__eq__))
    assert [one.partition(" (")[0] for one in found if "free-mail" in one] == [
        "rules.yaml:2:44: no company is known by the free-mail domain gmail.com",
        "rules.yaml:5:9: the list named has free-mail domains, by which no company is known: gmail.com",
    ]


# --- territories and people -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("territories", "said"),
    [
        (
            "{a: {country: [DE, AT]}, b: {country: [AT, CH]}}",
            ["5:39: territory 'b' overlaps 'a': both have country AT"],
        ),
        ("{a: {country: DE, language: de}, b: {country: DE, language: fr}}", []),
        ("{a: [{country: DE}, {country: CH, language: de}], b: {country: CH, language: fr}}", []),
        ("{a: {country: DE}, b: {region: US-CA}}", []),
    ],
)
def test_territories_that_share_leads_are_noticed(territories: str, said: list[str]) -> None:
    text = ruled("{territory: a}", "{territory: b}", more=f"territories: {territories}\n")
    found = [one for one in notices(rules=text) if "overlaps" in one]
    assert [one.partition(" (")[0] for one in found] == [f"rules.yaml:{one}" for one in said]


@pytest.mark.parametrize(
    ("reps", "notice"),
    [
        (
            "{id: a, email: a@x.com, attributes: {language: de}}",
            "rules.yaml:2:12: nobody in team 'smb' has the language es or fr (add it to their attributes)",
        ),
        (
            "{id: a, email: a@x.com, attributes: {language: es, level: junior}}",
            "rules.yaml:2:12: nobody in team 'smb' has the level senior or lead (add it to their attributes)",
        ),
        (
            "{id: a, email: a@x.com, attributes: {language: es}}, {id: b, email: b@x.com, attributes: {level: lead}}",
            "rules.yaml:2:12: nobody in team 'smb' has the required language and level together",
        ),
        (
            "{id: a, email: a@x.com, away: [2026-01-01..], works: [2026-02-01..]}",
            "teams.yaml:2:13: rep 'a' is away on every day of work (shorten `away`, or set weight: 0)",
        ),
        ("{id: a, email: a@x.com}", "teams.yaml:1:10: no rule or step names queue 'lost'"),
        (
            "{id: a, email: a@x.com, capacity: {open: 5}}",
            "leadswitch.yaml:2:12: 'crm' has no `closed`: its leads count as open for ever",
        ),
    ],
)
def test_people_who_can_take_no_lead_are_noticed(reps: str, notice: str) -> None:
    members = "[a, b]" if "id: b" in reps else "[a]"
    teams = f"queues: {{lost: {{}}}}\nreps: [{reps}]\nteams: [{{name: smb, members: {members}}}]"
    needs = "require: {language: [es, fr], level: [senior, lead]}"
    text = f"rules:\n  - {{name: A, when: {{score: 1}}, assign: {{team: smb, {needs}}}}}\n{LAST}"
    assert any(one.startswith(notice) for one in notices(teams=teams, rules=text))


@pytest.mark.parametrize("when", ["{gte: 100, lt: 50}", "{gt: 50, lt: 50}", "{between: [1, 5], gt: 5}"])
def test_a_range_that_nothing_is_in_is_refused(when: str) -> None:
    (found,) = problems(rules=ruled(f"{{employees: {when}}}"))
    assert found.startswith("rules.yaml:2:47: no value of employees is ")
