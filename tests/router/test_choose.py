from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any as Anything

import pytest

from router.model import (
    Action,
    Band,
    ConnectionName,
    Days,
    Lead,
    Queue,
    RepId,
    State,
    Sticky,
    TeamName,
)
from router.route import Router, advance, effects
from router.rules import (
    ALWAYS,
    Keep,
    NamedList,
    Require,
    Rule,
    Rulebook,
    SamePerson,
    Step,
    ToOwner,
    ToQueue,
    ToTeam,
)
from router.trace import Bar
from tests.router.build import (
    ANA,
    AWAY,
    BACKUP,
    BO,
    DAY_SHIFT,
    GONE,
    LEE,
    NIGHT_SHIFT,
    NOW,
    TEAM,
    book,
    equals,
    lead,
    rep,
    route,
    team,
)


def bars(rules: Rulebook, it: Lead | None = None, state: State | None = None) -> dict[RepId, Bar | None]:
    trace = Router(rules).explain(it or lead(), state or State(), NOW)
    return {one.rep: one.why.bar if one.why else None for one in trace.attempts[-1].reps}


# --- who may take it --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "bar"),
    [
        ({}, None),
        ({"hours": DAY_SHIFT}, None),
        ({"hours": NIGHT_SHIFT}, Bar.CLOSED),
        ({"hours": DAY_SHIFT, "zone": "Pacific/Auckland"}, Bar.CLOSED),
        ({"away": AWAY}, Bar.AWAY),
        ({"away": (Days(date(2026, 11, 19), None),)}, None),
        ({"away": (Days(date(2026, 11, 19), None),), "zone": "Pacific/Auckland"}, Bar.AWAY),
        ({"works": GONE}, Bar.LEFT),
        ({"works": (*GONE, Days(date(2026, 11, 18), None))}, None),
        ({"works": (Days(date(2026, 11, 19), None),)}, Bar.LEFT),
        ({"weights": ((None, Decimal(0)),)}, Bar.WEIGHT),
        ({"weights": ((date(2026, 11, 19), Decimal(1)),)}, Bar.WEIGHT),
        ({"weights": ((date(2026, 11, 19), Decimal(1)),), "zone": "Pacific/Auckland"}, None),
        ({"weights": ((date(2026, 11, 1), Decimal(1)), (date(2026, 11, 18), Decimal(0)))}, Bar.WEIGHT),
    ],
)
def test_a_rep_may_take_leads_on_the_days_and_hours_of_their_own_zone(
    fields: dict[str, Anything], bar: Bar | None
) -> None:
    rules = book(rep("ana", **fields), rep("bo"))
    assert bars(rules) == {ANA: bar, BO: None}
    assert bar is None or route(rules).owner == BO


def test_the_weight_of_a_member_multiplies_that_of_the_rep() -> None:
    rules = book(
        rep("ana", weights=((None, Decimal("0.5")), (date(2026, 11, 18), Decimal("0.3")))),
        rep("bo", weights=((None, Decimal("0.1")),)),
        rep("lee"),
        teams={TEAM: team("ana", "bo", "lee", weights={"bo": "9", "lee": "0"})},
    )
    turn = route(rules).turn
    assert turn is not None
    assert turn.shares == {ANA: 250_000_000_000, BO: 750_000_000_000}
    assert bars(rules)[LEE] is Bar.WEIGHT


def test_a_weight_of_many_digits_is_exact() -> None:
    tiny = Decimal("0.0000000000000000000000000000001")
    rules = book(rep("ana", weights=((None, tiny),)), rep("bo", weights=((None, tiny * 3),)))
    turn = route(rules).turn
    assert turn is not None
    assert turn.shares == {ANA: 250_000_000_000, BO: 750_000_000_000}


def test_a_rep_absent_for_a_reason_from_outside_may_not_take_it() -> None:
    rules = book(rep("ana"), rep("bo"))
    state = State(absent={ANA: "no user in hs"})
    assert route(rules, state=state).owner == BO
    assert bars(rules, state=state) == {ANA: Bar.ABSENT, BO: None}


SPEAKERS = (
    rep("ana", attributes={"language": ("en", "es"), "experience": ("Senior",)}),
    rep("bo", attributes={"language": ("es-MX",)}),
    rep("lee", attributes={"language": ("de",), "experience": ("junior",)}),
)


@pytest.mark.parametrize(
    ("require", "fields", "who"),
    [
        ({"language": Require(same=True)}, {"language": "es"}, {"ana"}),
        ({"language": Require(same=True)}, {"language": "es-MX"}, {"ana", "bo"}),
        ({"language": Require(same=True)}, {"language": "es-ES"}, {"ana"}),
        ({"language": Require(same=True)}, {"language": "fr"}, set()),
        ({"language": Require(same=True)}, {}, {"ana", "bo", "lee"}),
        ({"language": Require(same=True, strict=True)}, {}, set()),
        ({"language": Require(same=True, strict=True)}, {"language": "de"}, {"lee"}),
        ({"language": Require(values=("es", "DE"))}, {"language": "fr"}, {"ana", "lee"}),
        ({"experience": Require(values=("senior",))}, {}, {"ana"}),
        ({"experience": Require(same=True)}, {"custom": {"experience": "JUNIOR"}}, {"lee"}),
        (
            {"experience": Require(same=True)},
            {"custom": {"experience": Band(Decimal(1), None)}},
            {"ana", "bo", "lee"},
        ),
        (
            {"experience": Require(values=("senior",)), "language": Require(same=True)},
            {"language": "de"},
            set(),
        ),
    ],
)
def test_required_attributes_choose_among_the_members(
    require: dict[str, Require], fields: dict[str, Anything], who: set[str]
) -> None:
    rules = book(*SPEAKERS, assign=ToTeam(TEAM, require=require))
    found = bars(rules, lead(**fields))
    assert {name for name, bar in found.items() if bar is None} == who
    assert {bar for bar in found.values() if bar} <= {Bar.ATTRIBUTE}
    assert (route(rules, lead(**fields)).action is Action.ASSIGN) is bool(who)


def test_a_requirement_that_is_waived_is_said() -> None:
    rules = book(*SPEAKERS, assign=ToTeam(TEAM, require={"language": Require(same=True)}))
    trace = Router(rules).explain(lead(), State(), NOW)
    assert trace.attempts[0].waived == ("language",)
    assert any("language" in reason for reason in trace.decision.reasons)


# --- owner, queue, keep -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({}, ANA),
        ({"weights": ((None, Decimal(0)),)}, ANA),
        ({"hours": NIGHT_SHIFT}, ANA),
        ({"away": AWAY}, BO),
        ({"works": GONE}, BO),
    ],
)
def test_a_named_owner_gets_it_unless_away_or_gone(fields: dict[str, Anything], owner: RepId) -> None:
    rules = book(rep("ana", **fields), rep("bo"), assign=ToOwner(rep=ANA), otherwise=(Step(ToOwner(rep=BO)),))
    decision = route(rules)
    assert (decision.owner, decision.by, decision.turn) == (owner, "owner", None)
    assert bool(decision.reasons) is (owner == BO)


@pytest.mark.parametrize(
    ("domain", "owner"),
    [("acme.com", ANA), ("ACME.com", ANA), ("none.com", None), ("b.com", None), (None, None)],
)
def test_the_owner_in_a_list_gets_it(domain: str | None, owner: RepId | None) -> None:
    named = NamedList("named", "domain", {"Acme.com": ANA, "none.com": None})
    rules = book(rep("ana"), assign=ToOwner(list="named"), lists={"named": named})
    decision = route(rules, lead(domain=domain))
    assert decision.owner == owner
    assert (decision.parked is None) is (owner is not None)


def test_an_owner_nobody_knows_is_left_to_what_comes_otherwise() -> None:
    decision = route(book(rep("ana"), assign=ToOwner(rep=RepId("zoe")), otherwise=(Step(ToTeam(TEAM)),)))
    assert (decision.owner, decision.by) == (ANA, "round_robin")
    assert "zoe: is not in the configuration any more" in decision.reasons


def test_keep_leaves_the_owner_and_takes_no_turn() -> None:
    decision = route(book(rep("ana"), assign=Keep()))
    assert (decision.action, decision.owner, decision.turn, decision.parked) == (
        Action.KEEP,
        None,
        None,
        None,
    )


def test_a_queue_with_a_place_in_the_crm_of_the_lead_gets_it() -> None:
    queues = {BACKUP: Queue(BACKUP, {ConnectionName("hs"): "512"})}
    decision = route(book(assign=ToQueue(BACKUP), queues=queues))
    assert (decision.action, decision.queue, decision.owner) == (Action.QUEUE, BACKUP, None)


def test_a_queue_without_a_place_there_parks_the_lead_with_an_alert() -> None:
    decision = route(
        book(assign=ToQueue(BACKUP), queues={BACKUP: Queue(BACKUP, {ConnectionName("sf"): "Q"})})
    )
    assert decision.action is Action.PARK
    assert decision.parked is not None
    assert (decision.parked.alert, decision.parked.until) == (True, NOW + timedelta(hours=24))
    assert "stays as it is" in decision.parked.reason


# --- the same person --------------------------------------------------------------------------------------

SAME = SamePerson(within=86_400.0 * 365, wait=0)
IT = lead(email="Eve@x.com", phone="+4930123456", name="Eve  Ray")


def known(owner: str, days: float = 1, key: str = "email:eve@x.com") -> State:
    return State(persons={key: Sticky(RepId(owner), NOW - timedelta(days=days))})


@pytest.mark.parametrize(
    ("state", "fields", "by"),
    [
        (known("ana"), {}, "same_person"),
        (known("ana", key="phone:+4930123456|eve ray"), {}, "same_person"),
        (known("ana", key="phone:+4930123456|adam"), {}, "round_robin"),
        (known("ana", days=365), {}, "same_person"),
        (known("ana", days=366), {}, "round_robin"),
        (known("ana"), {"hours": NIGHT_SHIFT}, "same_person"),
        (known("ana"), {"weights": ((None, Decimal(0)),)}, "same_person"),
        (known("ana"), {"away": AWAY}, "round_robin"),
        (known("ana"), {"works": GONE}, "round_robin"),
        (known("zoe"), {}, "round_robin"),
        (replace(known("ana"), absent={ANA: "user inactive"}), {}, "round_robin"),
    ],
)
def test_the_same_person_goes_to_the_owner_they_have(
    state: State, fields: dict[str, Anything], by: str
) -> None:
    decision = route(book(rep("ana", **fields), rep("bo"), same_person=SAME), IT, state)
    assert decision.by == by
    assert (decision.turn is None, decision.team is None) == ((by == "same_person"),) * 2
    if by == "same_person":
        assert decision.owner == ANA
    barred = bool(fields) or "zoe" in str(state) or bool(state.absent)
    assert any("same person" in reason for reason in decision.reasons) is (by == "same_person" or barred)


@pytest.mark.parametrize("assign", [Keep(), ToOwner(rep=BO), ToQueue(BACKUP)])
def test_keep_owner_and_queue_come_before_the_same_person(assign: Keep | ToOwner | ToQueue) -> None:
    queues = {BACKUP: Queue(BACKUP, {ConnectionName("hs"): "512"})}
    rules = book(rep("ana"), rep("bo"), assign=assign, queues=queues, same_person=SAME)
    assert route(rules, IT, known("ana")).by in {"keep", "owner", "queue"}


def test_the_same_person_is_nobody_where_the_rulebook_does_not_ask() -> None:
    assert route(book(rep("ana"), rep("bo")), IT, known("ana")).by == "round_robin"


def test_the_next_lead_of_a_transaction_sees_the_turn_and_the_owner_of_the_one_before() -> None:
    router = Router(book(rep("ana"), rep("bo"), rep("lee"), same_person=SAME))
    first = router.route(IT, State(), NOW)
    state = advance(State(held={lead("9").ref: NOW}, absent={}), first, IT, NOW)
    assert first.turn is not None
    assert state.turns == {TEAM: first.turn.after}
    assert state.held
    again = router.route(lead("2", email="eve@X.com"), state, NOW)
    assert (again.owner, again.by) == (first.owner, "same_person")
    other = router.route(lead("3", email="adam@x.com"), state, NOW)
    assert other.owner != first.owner
    assert effects(again, lead("2", email="eve@X.com"), NOW).turns == {}


def test_a_lead_that_is_kept_or_parked_changes_nothing() -> None:
    for assign in (Keep(), ToOwner(rep=RepId("zoe"))):
        decision = route(book(rep("ana"), assign=assign), IT)
        assert advance(State(), decision, IT, NOW) == State()


# --- the whole --------------------------------------------------------------------------------------------


def test_explain_decides_as_route_does_and_shows_credit_before_the_turn() -> None:
    router = Router(book(rep("ana"), rep("bo"), rep("lee", away=AWAY), same_person=SAME))
    state, now = State(), datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    for number in range(200):
        it = lead(str(number), email=f"{number % 150}@x.com", country="DE")
        decision, trace = router.route(it, state, now), router.explain(it, state, now)
        assert trace.decision == decision
        assert trace.turn == decision.turn
        if decision.turn is not None:
            before = {one.rep: one.credit for one in trace.attempts[0].reps}
            turns = state.turns.get(TEAM)
            assert before == {rep: turns.credits.get(rep, 0) if turns else 0 for rep in (ANA, BO, LEE)}
        state = advance(state, decision, it, now)
        now += timedelta(minutes=17)


def test_the_order_of_calls_and_the_times_asked_before_do_not_matter() -> None:
    rules = book(rep("ana", hours=DAY_SHIFT), rep("bo", hours=NIGHT_SHIFT), rep("lee", hours=DAY_SHIFT))
    router = Router(rules)
    times = [NOW + timedelta(hours=h) for h in (0, 12, 5, -7, 13, 0, 200, 3)]
    assert [router.route(lead(), State(), now) for now in times] == [route(rules, now=now) for now in times]


def test_a_rep_who_is_absent_elsewhere_changes_nothing_here() -> None:
    rules = book(rep("ana"), rep("bo"))
    assert route(rules, state=State(absent={LEE: "user inactive"})) == route(rules)


def test_the_rule_decides_the_team() -> None:
    teams = {TEAM: team("ana"), TeamName("other"): team("bo", name="other")}
    rules = (
        Rule("de", equals("country", "DE"), ToTeam(TeamName("other"))),
        Rule("all", ALWAYS, ToTeam(TEAM)),
    )
    both = book(rep("ana"), rep("bo"), rules=rules, teams=teams)
    german = route(both, lead(country="de"))
    assert (german.owner, german.rule, german.team) == (BO, "de", "other")
    assert (route(both).owner, route(both).rule) == (ANA, "all")


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (None, (Bar.AWAY, "marked away")),
        (NOW + timedelta(minutes=1), (Bar.AWAY, "marked away until 2026-11-18 12:01 UTC")),
        (NOW, None),
    ],
)
def test_who_is_marked_away_gets_no_turn_and_no_lead_of_a_known_person(
    until: datetime | None, why: tuple[Bar, str] | None
) -> None:
    state = State(away={ANA: until}, persons={"email:eve@x.com": Sticky(ANA, NOW)})
    rules = book(rep("ana"), rep("bo"), same_person=SamePerson(86_400.0, 0.0))
    trace = Router(rules).explain(lead(email="eve@x.com"), state, NOW)
    known, *team = trace.attempts
    assert known.reps[0].why == why
    assert trace.decision.owner == ("bo" if why else "ana")
    assert [each.why for one in team for each in one.reps if each.rep == ANA] == ([why] if why else [])
