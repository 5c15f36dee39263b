"""Bands, points, and conditions that name each other: what they become and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from router.rules import ALWAYS, All, Any, Comparison, Named, Op, Points
from tests.config.world import configured, problems

LAST = "rules:\n  - {name: Everyone, assign: {team: smb}}\n"
SMB = Comparison("employees", Op.LTE, (Decimal(199),))


def test_bands_and_points_become_conditions() -> None:
    book = configured(
        rules="bands:\n  small: {employees: {lte: 199}}\n  big: [{employees: {gt: 199}}, {revenue: {gte: 1_000_000}}]\n"
        "score:\n"
        "  - {when: {band: small}, points: 10}\n"
        "  - {when: {customer_type: big}, points: -2.5, half_life: 2w}\n"
        "  - {points: 1}\n" + LAST
    ).rulebook
    assert list(book.bands) == ["small", "big"]
    assert book.bands["small"] == SMB
    assert isinstance(book.bands["big"], Any)
    type_is_big = Comparison("customer_type", Op.IS, ("big",))
    assert book.points == (
        Points(Named("band", "small", SMB), Decimal(10)),
        Points(type_is_big, Decimal("-2.5"), 1_209_600.0),
        Points(ALWAYS, Decimal(1)),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("bands: {small: {employes: 5}}", "1:17: unknown field 'employes' (did you mean 'employees'?)"),
        ("bands: {small: {employees: {contains: 5}}}", "1:29: 'contains' cannot be asked of employees"),
        ("bands: {small: {}}", "1:9: band 'small' says nothing"),
        (
            "bands: {small: {customer_type: x}}",
            "1:9: a band cannot depend on customer_type (it is worked out",
        ),
        ("bands: {small: {not: {score: 5}}}", "1:9: a band cannot depend on score (it is worked out before"),
        (
            "bands: {small: {band: big}, big: {band: small}}",
            "1:41: band 'small' is made of itself (write one",
        ),
        ("bands: {small: {band: small}}", "1:23: band 'small' is made of itself"),
        ("bands: {small: {band: bgi}, big: {title: x}}", "1:23: unknown band 'bgi' (did you mean 'big'?)"),
        ("territories: {west: {territory: west}}", "1:33: territory 'west' is made of itself (write one of"),
        ("score: [{points: many}]", "1:18: 'many' is no number"),
        ("score: [{when: {source: web}}]", "1:9: 'points' is missing"),
        ("score: [{points: 5, when: {score: {gt: 3}}}]", "1:27: the score cannot depend on score (it is"),
        ("score: [{points: 5, half_life: soon}]", "1:32: 'soon' is no duration"),
        (
            "score: [{points: 5, half_life: 0}]",
            "1:9: 'half_life' is no time at all (write one such as 14d, or",
        ),
        ("score: [{points: 5, halflife: 1d}]", "1:21: unknown key 'halflife' (did you mean 'half_life'?)"),
        ("score: {points: many}", "1:17: 'many' is no number"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_at_its_place(text: str, problem: str) -> None:
    found = problems(rules=f"{text}\n{LAST}")
    assert len(found) == 1
    assert found[0].startswith(f"rules.yaml:{problem}")


def test_territories_may_name_each_other_in_any_order() -> None:
    text = "territories:\n  all: [{territory: dach}, {country: FR}]\n  dach: {country: [DE, AT, CH]}\n"
    rule = "rules:\n  - {name: EU, when: {territory: all}, assign: keep}\n  - {name: Everyone, assign: {team: smb}}\n"
    dach = Named("territory", "dach", Comparison("country", Op.IS, ("DE", "AT", "CH")))
    france = Comparison("country", Op.IS, ("FR",))
    when = configured(rules=text + rule).rulebook.rules[0].when
    assert when == Named("territory", "all", Any((dach, france)))


@pytest.mark.parametrize("order", [1, -1])
def test_names_of_names_end_at_some_depth(order: int) -> None:
    def chain(length: int) -> str:
        written = [f"  t{n}: {{territory: t{n + 1}}}" for n in range(length)] + [
            f"  t{length}: {{country: US}}"
        ]
        return "territories:\n" + "\n".join(written[::order]) + f"\n{LAST}"

    assert problems(rules=chain(4)) == []
    found = problems(rules=chain(1000))
    assert found
    assert all("names of names, more than 5 deep (write one of them out)" in problem for problem in found)


def test_without_bands_and_points_a_rulebook_has_none() -> None:
    book = configured().rulebook
    assert (book.bands, book.points) == ({}, ())
    assert All(()) == ALWAYS
