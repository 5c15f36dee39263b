"""What a simulation found, as one stable object and as tables; people appear by id and name, leads by id only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from router.model import LEAD, Rep, RepId, TeamName
from sync.screen import Screen, counted
from sync.simulate.record import Kind, Where
from sync.simulate.tally import Fairness, Side, Tally

_SHOWN = 15
Names = Mapping[RepId, Rep]


@dataclass(frozen=True, slots=True)
class Told:
    """A simulation that is over. `before` and `after` say in a few words what was compared; `assumed` are sentences."""

    tally: Tally
    reps: Names
    before: str
    after: str
    since: datetime
    until: datetime
    assumed: Sequence[str]
    proposed: bool

    def rep_ids(self) -> list[str]:
        """Return all who had leads or could have had some, those of the configuration first."""
        both = self.tally.before.reps | self.tally.after.reps
        return [*self.reps, *sorted(both.keys() - self.reps.keys())]

    def named(self, where: Where) -> str:
        """Say for people where a lead stands."""
        if where.kind is Kind.REP:
            rep = self.reps.get(RepId(where.name))
            return rep.name if rep else where.name
        return f"queue {where.name}" if where.kind is Kind.QUEUE else WORDS[where.kind]


WORDS = {
    Kind.HELD: "held",
    Kind.PARKED: "parked",
    Kind.KEPT: "left as it is",
    Kind.TAKEN: "taken by people",
    Kind.NOBODY: "nobody",
    Kind.OTHER: "another owner",
}


def leads(units: int) -> float:
    """Return an amount of turns in leads, as people read it."""
    return round(units / LEAD, 3)


# --- for scripts ------------------------------------------------------------------------------------------


def as_json(told: Told) -> dict[str, object]:
    """Return the stable object."""
    tally = told.tally
    return {
        "since": told.since.isoformat(),
        "until": told.until.isoformat(),
        "before": told.before,
        "after": told.after,
        "proposed": told.proposed,
        "leads": tally.leads,
        "decisions": tally.decisions,
        "differences": tally.differences,
        "decisions_otherwise": tally.otherwise,
        "not_decided_again": tally.gone,
        "owners": [_flow_json(told, flow, count) for flow, count in tally.flows.most_common()],
        "reps": [
            {
                "rep": rep,
                **{
                    name: {"leads": side.reps[rep], "in_turn": side.in_turn[rep]}
                    for name, side in _sides(tally)
                },
            }
            for rep in told.rep_ids()
        ],
        "queues": {name: dict(side.queues) for name, side in _sides(tally)},
        "teams": {
            team: {name: _team_json(side.teams[team]) for name, side in _sides(tally) if team in side.teams}
            for team in teams(tally)
        },
        "waiting": {name: _waiting_json(side) for name, side in _sides(tally)},
        "rules": {name: dict(side.rules) for name, side in _sides(tally)},
        "days": {name: dict(sorted(side.days.items())) for name, side in _sides(tally)},
        "hours": {name: [side.hours[hour] for hour in range(24)] for name, side in _sides(tally)},
        "assumed": list(told.assumed),
    }


def _sides(tally: Tally) -> Iterator[tuple[str, Side]]:
    yield "before", tally.before
    yield "after", tally.after


def teams(tally: Tally) -> list[TeamName]:
    """Return the teams of which turns were taken."""
    return sorted(tally.before.teams.keys() | tally.after.teams.keys())


def _flow_json(told: Told, flow: tuple[Where, Where], count: int) -> dict[str, object]:
    before, after = flow
    return {
        "from": _where_json(before),
        "to": _where_json(after),
        "same": before == after,
        "leads": count,
        "examples": [
            {
                "lead": each.lead,
                "at": each.at.isoformat(),
                "rule_before": each.before,
                "rule_after": each.after,
            }
            for each in told.tally.examples.get(flow, ())
        ],
    }


def _where_json(where: Where) -> dict[str, str | None]:
    return {"is": where.kind, "name": where.name or None}


def _team_json(fairness: Fairness) -> dict[str, object]:
    return {
        "furthest": leads(fairness.worst),
        "reps": {
            rep: {
                "share": leads(fairness.due[rep]),
                "got": leads(fairness.got[rep]),
                "deviation": leads(fairness.got[rep] - fairness.due[rep]),
            }
            for rep in sorted(fairness.due)
        },
    }


def _waiting_json(side: Side) -> dict[str, object]:
    return {
        **{kind.value: side.waiting[kind] for kind in (Kind.HELD, Kind.PARKED, Kind.KEPT)},
        "went_out_later": side.waited,
        "hours_until_then": hours(side),
        "longest_hours": round(side.longest.total_seconds() / 3600, 2),
    }


def hours(side: Side) -> float | None:
    """Return how long a lead that did not go out at once took on the average."""
    return round(side.delay.total_seconds() / 3600 / side.waited, 2) if side.waited else None


# --- for people -------------------------------------------------------------------------------------------


def show(screen: Screen, told: Told) -> None:
    """Write the tables."""
    tally = told.tally
    span = f"{told.since:%Y-%m-%d} to {told.until:%Y-%m-%d}"
    screen.line(f"{counted(tally.leads, 'lead')}, {counted(tally.decisions, 'decision')}, {span}")
    screen.line(f"before: {told.before}")
    screen.line(f"after: {told.after}")
    for sentence in told.assumed:
        screen.line(f"assumed: {sentence}")
    _show_owners(screen, told)
    screen.table(
        "Leads by rep", ("rep", ">before", ">after", ">change", ">in turn before", ">after"), _reps(told)
    )
    screen.table(
        "Turns by team", ("team", "rep", ">share before", ">got", ">share after", ">got"), _turns(told)
    )
    rows = [(team, *(_furthest(side, team) for _, side in _sides(tally))) for team in teams(tally)]
    screen.table("Furthest from a share, in leads", ("team", ">before", ">after"), rows)
    screen.table("Waiting", ("", ">before", ">after"), waiting(told))
    screen.table("By rule", ("rule", ">before", ">after"), _rules(told))


def _show_owners(screen: Screen, told: Told) -> None:
    moved = [(flow, count) for flow, count in told.tally.flows.most_common() if flow[0] != flow[1]]
    if not moved:
        screen.line("0 differences: every lead went to the same owner.")
        return
    rows = [
        (told.named(flow[0]), told.named(flow[1]), f"{count:,}", ", ".join(_examples(told, flow)))
        for flow, count in moved[:_SHOWN]
    ]
    title = f"{counted(told.tally.differences, 'lead')} would be elsewhere"
    screen.table(title, ("before", "after", ">leads", "such as"), rows)
    if len(moved) > _SHOWN:
        screen.line(f"... and {len(moved) - _SHOWN:,} more ways; --json and --html show all")


def _examples(told: Told, flow: tuple[Where, Where]) -> list[str]:
    return [each.lead for each in told.tally.examples[flow][:2]]


def _reps(told: Told) -> Iterator[tuple[str, ...]]:
    before, after = told.tally.before, told.tally.after
    for rep in told.rep_ids():
        had, has = before.reps[rep], after.reps[rep]
        turns = f"{before.in_turn[rep]:,}", f"{after.in_turn[rep]:,}"
        yield rep, f"{had:,}", f"{has:,}", f"{has - had:+,}" if has != had else "", *turns


def _turns(told: Told) -> Iterator[tuple[str, ...]]:
    for team in teams(told.tally):
        both = [side.teams[team] for _, side in _sides(told.tally)]
        for rep in sorted({rep for one in both for rep in one.due}):
            yield (
                team,
                rep,
                *(f"{leads(n):,.1f}" for one in both for n in (one.due[rep], one.got[rep])),
            )


def _furthest(side: Side, team: TeamName) -> str:
    return f"{leads(side.teams[team].worst):.2f}" if team in side.teams else "-"


def waiting(told: Told) -> Iterator[tuple[str, str, str]]:
    """Yield what waits at the end and how long leads waited, before and after."""
    before, after = told.tally.before, told.tally.after
    for kind in (Kind.HELD, Kind.PARKED, Kind.KEPT):
        yield f"{WORDS[kind]} at the end", f"{before.waiting[kind]:,}", f"{after.waiting[kind]:,}"
    yield "waited and went out", f"{before.waited:,}", f"{after.waited:,}"
    yield "hours until then, on the average", _hours(before), _hours(after)
    longest = [f"{side.longest.total_seconds() / 3600:,.1f}" for side in (before, after)]
    yield "the longest", longest[0], longest[1]


def _hours(side: Side) -> str:
    passed = hours(side)
    return "-" if passed is None else f"{passed:,.1f}"


def _rules(told: Told) -> Iterator[tuple[str, ...]]:
    before, after = told.tally.before.rules, told.tally.after.rules
    for rule in dict.fromkeys([*after, *before]):
        if before[rule] or after[rule]:
            yield rule, f"{before[rule]:,}", f"{after[rule]:,}"
