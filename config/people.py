"""teams.yaml as values: reps, teams and queues."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from config import holidays, scalars
from config.files.teams import LIMITS, AbsenceEntry, RepEntry, TeamEntry, TeamsFile
from config.hours import hours
from config.names import ALWAYS_THERE, Names
from config.operands import literal
from config.problems import Findings, Refusal, shown
from config.yamltext import Blank, Map, Node, Text
from router.capacity import rolling
from router.model import (
    Absence,
    ConnectionName,
    Kind,
    Member,
    OwnerId,
    Queue,
    QueueName,
    Rep,
    RepId,
    Team,
    TeamName,
)

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class People:
    """Builds reps, teams and queues of what teams.yaml says."""

    findings: Findings
    names: Names
    zone: str
    place: Callable[[Text], str]  # of a calendar; raises `Refusal`

    def reps(self, file: TeamsFile) -> dict[RepId, Rep]:
        """Return the reps by id; two of one id, e-mail or user of a CRM are a problem."""
        self._once("rep id", ((rep.id, rep.id) for rep in file.reps))
        emails = ((rep.email.casefold(), rep.email) for rep in file.reps if rep.email)
        self._once("e-mail", emails)
        owners = (((to, str(who)), who) for rep in file.reps for to, who in rep.owner.items())
        self._once("owner id", owners)
        return {RepId(str(rep.id)): self._rep(rep) for rep in file.reps}

    def teams(self, file: TeamsFile) -> dict[TeamName, Team]:
        """Return the teams by name."""
        self._once("team", ((team.name, team.name) for team in file.teams))
        return {TeamName(str(team.name)): self._team(team) for team in file.teams}

    def queues(self, file: TeamsFile) -> dict[QueueName, Queue]:
        """Return the queues by name; one without targets parks leads with an alert."""
        return {QueueName(str(name)): self._queue(name, node) for name, node in file.queues.items()}

    # --- reps ---------------------------------------------------------------------------------------------

    def _rep(self, rep: RepEntry) -> Rep:
        self._check(rep)
        weights = tuple((day, weight) for day, weight in sorted(rep.weight.items(), key=_day))
        return Rep(
            id=RepId(str(rep.id)),
            name=str(rep.name or rep.id),
            email=str(rep.email) if rep.email else None,
            owners={ConnectionName(str(to)): OwnerId(str(who)) for to, who in rep.owner.items()},
            zone=rep.zone or self.zone,
            hours=hours(rep.hours, self.findings),
            holidays=_holidays(rep.holidays, self.findings),
            away=tuple(rep.away),
            calendar=self._calendar(rep.calendar),
            works=tuple(rep.works),
            weights=weights or ((None, Decimal(1)),),
            capacity=self._capacity(rep),
            attributes={str(name): self._attribute(name, values) for name, values in rep.attributes.items()},
            manager=RepId(str(rep.manager)) if rep.manager else None,
        )

    def _check(self, rep: RepEntry) -> None:
        if rep.email is not None and not EMAIL.fullmatch(rep.email):
            self.findings.add(rep.email.place, f"'{shown(rep.email)}' is no e-mail address")
        if rep.email is None and not rep.owner:
            hint = "add an email, or owner: {CONNECTION: ID}"
            self.findings.notice(rep.id.place, f"no CRM can tell who rep '{shown(rep.id)}' is", hint)
        for connection in rep.owner:
            self._connection(connection)
        if rep.manager is not None:
            self.names.check("rep", rep.manager)

    def _calendar(self, text: Text | None) -> str | None:
        if text is None:
            return None
        try:
            return self.place(text)
        except Refusal as refusal:
            self.findings.refused(refusal, text.place)
            return None

    def _capacity(self, rep: RepEntry) -> dict[str, int]:
        limits = {key: key if key in LIMITS else rolling(scalars.duration(key)) for key in rep.capacity}
        self._once("limit", ((window, key) for key, window in limits.items()))
        return {str(window): rep.capacity[key] for key, window in limits.items()}

    def _attribute(self, name: Text, values: list[Text]) -> tuple[str, ...]:
        return attribute(name, values, self.findings)

    # --- teams and queues ---------------------------------------------------------------------------------

    def _team(self, team: TeamEntry) -> Team:
        listed = [(rep, weight) for entry in team.members for rep, weight in entry.items()]
        self._once("member", ((rep, rep) for rep, _ in listed))
        members = tuple(
            Member(RepId(str(rep)), weight) for rep, weight in listed if self.names.check("rep", rep)
        )
        return Team(TeamName(str(team.name)), members, self._absence(team.name, team.absence))

    def _absence(self, team: Text, entry: AbsenceEntry | None) -> Absence | None:
        if entry is None or entry.catch_up is None:
            return None
        if entry.keep_place:
            self.findings.add(team.place, "says keep_place and catch_up", "leave one of them out")
        return Absence(entry.catch_up.at_most, entry.catch_up.within)

    def _queue(self, name: Text, node: Node) -> Queue:
        targets: dict[ConnectionName, str] = {}
        if isinstance(node, Map):
            for connection, target in node.texts():
                if not isinstance(target, Text):
                    self.findings.add(target.place, "the queue's id or name in this CRM is expected here")
                else:
                    self._connection(connection)
                    targets[ConnectionName(str(connection))] = str(target)
        elif not isinstance(node, Blank):
            self.findings.add(
                node.place, "a queue is an id or name for each connection", 'write {hs: "512"}, or {}'
            )
        return Queue(QueueName(str(name)), targets)

    def _connection(self, name: Text) -> None:
        # One teams.yaml may serve several configurations, of which each has some of the connections.
        if not self.names.known("connection", name):
            self.findings.unused("connection", name, self.names.connection or (), place=name.place)

    def _once(self, what: str, items: Iterable[tuple[Hashable, Text]]) -> None:
        once(self.findings, what, items)


def once(findings: Findings, what: str, items: Iterable[tuple[Hashable, Text]]) -> None:
    """Report every text whose key was met before."""
    first: dict[Hashable, Text] = {}
    for key, text in items:
        if key in first:
            there = first[key].place
            findings.add(text.place, f"{what} '{shown(text)}' is there twice", f"first on line {there.line}")
        first.setdefault(key, text)


def attribute(name: str, values: Iterable[Text], findings: Findings) -> tuple[str, ...]:
    """Return the values of an attribute; languages, countries and regions in their canonical spelling."""
    kind = ALWAYS_THERE.get(name, Kind.TEXT)
    spelled: list[str] = []
    for value in values:
        try:
            spelled.append(literal(value, kind))
        except Refusal as refusal:
            findings.refused(refusal, value.place)
    return tuple(dict.fromkeys(spelled))


def _holidays(text: Text | None, findings: Findings) -> str | None:
    if text is None:
        return None
    try:
        code = literal(text, Kind.REGION if "-" in text else Kind.COUNTRY)
        holidays.check(code)
    except Refusal as refusal:
        findings.refused(refusal, text.place)
        return None
    return code


def _day(entry: tuple[date | None, Decimal]) -> date:
    return entry[0] or date.min
