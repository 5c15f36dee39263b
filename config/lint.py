"""What is allowed and still looks like a mistake, and the one rule that every configuration needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from config.files.rules import RuleEntry
from config.files.teams import TeamsFile
from config.problems import Findings, Place, shown
from config.yamltext import Text
from router.model import Rep, RepId, Team, TeamName
from router.rules import ALWAYS, All, Comparison, Condition, Op, Rule, Rulebook, ToOwner, ToTeam

MOST_SHOWN = 5


def catch_all(rules: Sequence[Rule], entries: Sequence[RuleEntry], findings: Findings) -> None:
    """Refuse rules of which none takes every lead; note those behind one that does."""
    always = [at for at, rule in enumerate(rules) if rule.when == ALWAYS]
    if not always:
        place = entries[-1].name.place if entries else Place("rules.yaml", 1, 1)
        message = "no catch-all: a lead that no rule matches would be forgotten"
        findings.add(
            place, message, "end with a rule without `when`, such as {name: Everyone else, assign: ..}"
        )
        return
    for entry in entries[always[0] + 1 :]:
        first = shown(rules[always[0]].name)
        findings.notice(
            entry.name.place, f"rule '{shown(entry.name)}' is never reached", f"'{first}' takes every lead"
        )


def dead_values(rules: Sequence[Rule], entries: Sequence[RuleEntry], findings: Findings) -> None:
    """Note values that a rule asks for and an earlier rule, which asks for nothing else, has taken."""
    taken: dict[tuple[str, str], str] = {}
    for rule, entry in zip(rules, entries, strict=True):
        for part in _parts(rule.when):
            dead = [text for text in _texts(part) if (part.field, text.casefold()) in taken]
            if dead:
                first = taken[part.field, dead[0].casefold()]
                some = ", ".join(map(shown, dead[:MOST_SHOWN])) + (", ..." if len(dead) > MOST_SHOWN else "")
                findings.notice(
                    entry.name.place, f"{part.field} {some} never comes here", f"'{shown(first)}' takes it"
                )
        if isinstance(rule.when, Comparison):
            for text in _texts(rule.when):
                taken.setdefault((rule.when.field, text.casefold()), rule.name)


def people(book: Rulebook, file: TeamsFile, findings: Findings) -> None:
    """Note teams that can take no lead, attributes that no member has, and reps who get none."""
    for team in file.teams:
        _nobody(book.teams[TeamName(team.name)], team.name, book.reps, findings)
    asked = {target.team for target in _targets(book) if isinstance(target, ToTeam)}
    given = {target.rep for target in _targets(book) if isinstance(target, ToOwner)}
    given |= {member.rep for team in book.teams.values() for member in team.members}
    given |= {owner for values in book.lists.values() for owner in values.owners.values()}
    given |= {rep.manager for rep in book.reps.values()}
    for team in file.teams:
        if TeamName(team.name) not in asked:
            findings.notice(team.name.place, f"no rule names team '{shown(team.name)}'")
    for rep in file.reps:
        if RepId(rep.id) not in given:
            findings.notice(
                rep.id.place, f"rep '{shown(rep.id)}' is in no team, and no rule or list names them"
            )


def attributes(book: Rulebook, entries: Sequence[RuleEntry], findings: Findings) -> None:
    """Note what a rule requires and no member of its team has."""
    for rule, entry in zip(book.rules, entries, strict=True):
        if not isinstance(rule.assign, ToTeam) or rule.assign.team not in book.teams:
            continue
        reps = [
            book.reps[member.rep]
            for member in book.teams[rule.assign.team].members
            if member.rep in book.reps
        ]
        for name in rule.assign.require:
            if not any(rep.attributes.get(name) for rep in reps):
                hint = "add it to their attributes"
                team = shown(rule.assign.team)
                findings.notice(
                    entry.name.place, f"nobody in team '{team}' has the attribute '{shown(name)}'", hint
                )


def _nobody(team: Team, name: Text, reps: Mapping[RepId, Rep], findings: Findings) -> None:
    if not any(
        member.weight > 0 and any(weight > 0 for _, weight in reps[member.rep].weights)
        for member in team.members
        if member.rep in reps
    ):
        findings.notice(
            name.place, f"team '{shown(name)}' has nobody with a weight above 0", "it can take no lead"
        )


def _parts(condition: Condition) -> Iterator[Comparison]:
    for part in condition.parts if isinstance(condition, All) else (condition,):
        if isinstance(part, Comparison):
            yield part


def _texts(part: Comparison) -> list[str]:
    return [text for text in part.operands if isinstance(text, str)] if part.op is Op.IS else []


def _targets(book: Rulebook) -> Iterator[object]:
    for rule in book.rules:
        yield rule.assign
        yield from (step.do for step in rule.otherwise or ())
    yield from (step.do for step in book.otherwise)
