"""Teams that can serve nobody, and reps, teams and queues that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from config.files.rules import AssignEntry, StepEntry
from config.files.teams import RepEntry
from config.lint.subject import Subject
from config.problems import Findings, Place, shown
from config.settings import QueueNamed
from router.comparisons import covers
from router.model import FIELDS, Kind, Rep, RepId, Team, TeamName
from router.rules import Require, Rulebook, ToOwner, ToTeam


def look(subject: Subject, findings: Findings) -> None:
    """Note who can take no lead, what nobody has, and what nothing names."""
    _weights(subject, findings)
    _hours(subject, findings)
    _attributes(subject, findings)
    _unused(subject, findings)
    _open_without_closed(subject, findings)


def members(team: Team, book: Rulebook) -> list[Rep]:
    """Return the reps of a team who have a share, now or on some day."""
    return [
        book.reps[member.rep]
        for member in team.members
        if member.weight > 0 and any(weight > 0 for _, weight in book.reps[member.rep].weights)
    ]


# --- who can take leads -----------------------------------------------------------------------------------


def _weights(subject: Subject, findings: Findings) -> None:
    for team in subject.teams.teams:
        if not members(subject.book.teams[TeamName(team.name)], subject.book):
            message = f"team '{shown(team.name)}' has nobody with a weight above 0"
            findings.notice(team.name.place, message, "it can take no lead")


def _hours(subject: Subject, findings: Findings) -> None:
    """Note reps whose leave never ends while they work here."""
    for rep in subject.teams.reps:
        if any(_for_ever(days.first, days.last, rep) for days in rep.away):
            message = f"rep '{shown(rep.id)}' is away on every day of work"
            findings.notice(rep.id.place, message, "shorten `away`, or set weight: 0")


def _for_ever(first: date | None, last: date | None, rep: RepEntry) -> bool:
    starts = [days.first for days in rep.works] or [None]
    ends = [days.last for days in rep.works] or [None]
    begun = first is None or all(start is not None and start >= first for start in starts)
    lasting = last is None or all(end is not None and end <= last for end in ends)
    return begun and lasting


# --- attributes -------------------------------------------------------------------------------------------


def _attributes(subject: Subject, findings: Findings) -> None:
    for place, target in _team_targets(subject):
        team = subject.book.teams[target.team]
        reps = members(team, subject.book) or [subject.book.reps[one.rep] for one in team.members]
        named = f"team '{shown(target.team)}'"
        single = {name: asked for name, asked in target.require.items() if not asked.same}
        lacking = [
            name for name, asked in target.require.items() if not any(_has(r, name, asked) for r in reps)
        ]
        for name in lacking:
            asked = target.require[name]
            what = (
                f"{shown(name)} {' or '.join(map(shown, asked.values))}"
                if asked.values
                else f"attribute '{shown(name)}'"
            )
            findings.notice(place, f"nobody in {named} has the {what}", "add it to their attributes")
        if (
            len(single) > 1
            and not lacking
            and not any(all(_has(rep, name, asked) for name, asked in single.items()) for rep in reps)
        ):
            together = " and ".join(map(shown, single))
            findings.notice(
                place,
                f"nobody in {named} has the required {together} together",
                "ask for one of them, or add them to a member's attributes",
            )


def _has(rep: Rep, name: str, asked: Require) -> bool:
    own = [value.casefold() for value in rep.attributes.get(name, ())]
    wanted = [value.casefold() for value in asked.values]
    if not wanted:
        return bool(own)
    if FIELDS.get(name) is Kind.LANGUAGE:
        return any(covers(spoken, language) for spoken in own for language in wanted)
    return bool(set(own) & set(wanted))


def _team_targets(subject: Subject) -> Iterator[tuple[Place, ToTeam]]:
    book = subject.book
    for rule, entry in zip(book.rules, subject.rules.rules, strict=True):
        targets = [rule.assign, *(step.do for step in rule.otherwise or ())]
        yield from ((entry.name.place, target) for target in targets if isinstance(target, ToTeam))
    steps = subject.rules.otherwise or []
    for step, written in zip(book.otherwise, steps, strict=False):
        if isinstance(step.do, ToTeam) and written.team is not None:
            yield written.team.place, step.do


# --- what nothing names -----------------------------------------------------------------------------------


def _unused(subject: Subject, findings: Findings) -> None:
    teams = {target.team for _, target in _team_targets(subject)}
    for team in subject.teams.teams:
        if TeamName(team.name) not in teams:
            findings.notice(team.name.place, f"no rule names team '{shown(team.name)}'")
    named = set(_named_reps(subject.book))
    for rep in subject.teams.reps:
        if RepId(rep.id) not in named:
            message = f"rep '{shown(rep.id)}' is in no team, and no rule or list names them"
            findings.notice(rep.id.place, message)
    queues = set(_queues(subject))
    for queue in subject.teams.queues:
        if queue not in queues:
            findings.notice(queue.place, f"no rule or step names queue '{shown(queue)}'")


def _named_reps(book: Rulebook) -> Iterator[RepId]:
    for rule in book.rules:
        for target in (rule.assign, *(step.do for step in rule.otherwise or ())):
            if isinstance(target, ToOwner) and target.rep is not None:
                yield target.rep
    yield from (step.do.rep for step in book.otherwise if isinstance(step.do, ToOwner) and step.do.rep)
    yield from (member.rep for team in book.teams.values() for member in team.members)
    yield from (owner for values in book.lists.values() for owner in values.owners.values() if owner)
    yield from (rep.manager for rep in book.reps.values() if rep.manager)


def _queues(subject: Subject) -> Iterator[str]:
    file = subject.rules
    written: list[Sequence[AssignEntry | StepEntry]] = [file.otherwise or []]
    for rule in file.rules:
        written += [[rule.assign], rule.otherwise or []]
    yield from (entry.queue for entries in written for entry in entries if entry.queue is not None)
    for connection in subject.connections:  # leads may be taken from a queue that nothing gives them to
        yield from (one.name for one in connection.replaces or () if isinstance(one, QueueNamed))


# --- capacity ---------------------------------------------------------------------------------------------


def _open_without_closed(subject: Subject, findings: Findings) -> None:
    limited = [rep.id for rep in subject.book.reps.values() if "open" in rep.capacity]
    if not limited:
        return
    for connection in subject.connections:
        if not connection.closed:
            findings.notice(
                connection.name.place,
                f"'{shown(connection.name)}' has no `closed`: its leads count as open for ever",
                f"list the statuses that end a lead: {shown(limited[0])} has a capacity of open ones",
            )
