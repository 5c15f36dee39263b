"""rules.yaml as values: territories, lists, what rules assign, and what comes otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config import fallbacks
from config.conditions import Conditions
from config.files.rules import Choice, PointsEntry, RuleEntry, RulesFile, SamePersonEntry, StepEntry
from config.names import CUSTOM, WHERE, Names
from config.notyet import notice
from config.people import attribute, once
from config.problems import Findings, Place, shown
from config.yamltext import Map, Node, Seq, Text
from router.model import QueueName, RepId, TeamName
from router.rules import (
    Alert,
    By,
    Condition,
    Hold,
    If,
    Keep,
    Points,
    Require,
    Rule,
    SamePerson,
    Step,
    StepTarget,
    Target,
    ToOwner,
    ToQueue,
    ToTeam,
    fields_of,
)


def owners_named(file: RulesFile) -> frozenset[str]:
    """Return the reps and lists that rules and steps of `otherwise` give leads to."""
    choices: list[Choice] = [*(rule.assign for rule in file.rules), *(file.otherwise or ())]
    for rule in file.rules:
        choices += rule.otherwise or ()
    return frozenset(str(choice.owner) for choice in choices if choice.owner is not None)


@dataclass(frozen=True, slots=True)
class Rules:
    """Builds rules; what they name is declared beforehand."""

    findings: Findings
    names: Names
    conditions: Conditions

    def read(self, file: RulesFile) -> tuple[Rule, ...]:
        """Return the rules in their order."""
        once(self.findings, "rule", ((entry.name, entry.name) for entry in file.rules))
        return tuple(self._rule(entry) for entry in file.rules)

    def unread(self, node: Node | None, file: RulesFile) -> None:
        """Check the conditions of rules that were left out because something else of them is wrong."""
        done = {id(entry.when) for entry in file.rules}
        for item in node if isinstance(node, Seq) else ():
            if isinstance(item, Map) and id(item.get("when")) not in done:
                self.conditions.read(item.get("when"))

    def steps(self, entries: Iterable[StepEntry], target: Target | None = None) -> tuple[Step, ...]:
        """Return the steps of an `otherwise`; `target` is that of the one rule that they belong to."""
        steps = [fallbacks.Placed(self._step(entry), entry.place) for entry in entries]
        fallbacks.check(target, steps, self.findings)
        return tuple(step for step, _ in steps)

    def same_person(self, entry: SamePersonEntry | None) -> SamePerson:
        """Return what holds for the same person; without the key, too: nobody wants two owners for one."""
        if entry is None:
            entry = SamePersonEntry.model_construct()
        return SamePerson(entry.within, entry.wait)

    def bands(self, file: RulesFile) -> Mapping[str, Condition]:
        """Return the bands by name, in their order: the first that holds is the customer type."""
        bands = self.conditions.named("band")
        for name in file.bands:
            self._must_not_ask(bands[str(name)], ("customer_type", "score"), "a band", name.place)
        return bands

    def points(self, file: RulesFile) -> tuple[Points, ...]:
        """Return the lines of the score table."""
        return tuple(self._points(entry) for entry in file.score)

    def _points(self, entry: PointsEntry) -> Points:
        when = self.conditions.read(entry.when)
        if entry.when is not None:
            self._must_not_ask(when, ("score",), "the score", entry.when.place)
        return Points(when, entry.points, entry.half_life)

    def _must_not_ask(self, when: Condition, fields: Sequence[str], what: str, place: Place) -> None:
        for field in fields:
            if field in fields_of(when):
                hint = "it is worked out before rules are tried, of what the CRM says"
                self.findings.add(place, f"{what} cannot depend on {field}", hint)

    def _rule(self, entry: RuleEntry) -> Rule:
        for key in ("sla", "notify"):
            if (node := getattr(entry, key)) is not None:
                notice(self.findings, node.place, key)
        target = Keep() if entry.assign.keep else self._target(entry.assign, entry.name.place)
        if entry.assign.charge_turn and isinstance(target, Keep | ToQueue):
            hint = "leave it out: only a team or an owner has turns"
            self.findings.notice(entry.name.place, "'charge_turn' charges nobody here", hint)
        otherwise = None if entry.otherwise is None else self.steps(entry.otherwise, target)
        return Rule(str(entry.name), self.conditions.read(entry.when), target, otherwise)

    def _target(self, entry: Choice, place: Place) -> ToOwner | ToQueue | ToTeam:
        if entry.owner is not None:
            return self._owner(entry.owner, charge_turn=bool(entry.charge_turn))
        if entry.queue is not None:
            self.names.check("queue", entry.queue)
            return ToQueue(QueueName(str(entry.queue)))
        return self._team(entry, entry.team or Text("", place))

    def _team(self, entry: Choice, team: Text) -> ToTeam:
        self.names.check("team", team)
        return ToTeam(
            TeamName(str(team)),
            by=self._by(entry.by),
            require=self._require(entry.require),
            follow_account=entry.follow_account,
            wait=entry.wait,
            charge_turn=bool(entry.charge_turn),
        )

    def _by(self, word: Text | None) -> By:
        return By.ROUND_ROBIN if word is None else By(word)

    def _owner(self, name: Text, *, charge_turn: bool) -> ToOwner:
        values = self.conditions.lists.get(name)
        if self.names.rep is not None and self.names.list is not None:
            self._check_owner(name)
        if values is None:
            is_list = self.names.list is not None and name in self.names.list
            return (
                ToOwner(list=str(name)) if is_list else ToOwner(rep=RepId(str(name)), charge_turn=charge_turn)
            )
        if not any(values.owners.values()):
            hint = "name the column of owners: {file: .., match: .., owner: COLUMN}"
            self.findings.add(name.place, f"the list '{shown(name)}' gives no owners", hint)
        return ToOwner(list=str(name), charge_turn=charge_turn)

    def _check_owner(self, name: Text) -> None:
        reps, lists = self.names.rep or frozenset(), self.names.list or frozenset()
        if name in reps and name in lists:
            self.findings.add(
                name.place, f"'{shown(name)}' is a rep and a list", "give one of them another name"
            )
        elif name not in reps and name not in lists:
            hint = f"declare it under {WHERE['rep']} or {WHERE['list']}"
            self.findings.unknown("rep or list", name, reps | lists, place=name.place, hint=hint)

    # --- otherwise ----------------------------------------------------------------------------------------

    def _step(self, entry: StepEntry) -> Step:
        return Step(self._do(entry), If(entry.when) if entry.when else If.ALWAYS)

    def _do(self, entry: StepEntry) -> StepTarget:
        if entry.alert:
            return Alert()
        if entry.hold is None:
            return self._target(entry, entry.place)
        return Hold(entry.hold.at_most, until_open=entry.hold.until is not None)

    # --- attributes ---------------------------------------------------------------------------------------

    def _require(self, node: Node | None) -> Mapping[str, Require]:
        if node is None:
            return {}
        if not isinstance(node, Map):
            self.findings.add(node.place, "'require' must be a mapping", "write {language: same}")
            return {}
        return {str(name): self._required(name, value) for name, value in node.texts()}

    def _required(self, name: Text, node: Node) -> Require:
        strict = isinstance(node, Map) and list(node.items()) == [("same", "strict")]
        if strict or node == "same":
            if self.names.every_custom and not {name, f"{CUSTOM}{name}"} & self.names.fields.keys():
                hint = "write the value the rep must have"
                self.findings.add(
                    name.place, f"'same' needs a field of the lead, and '{shown(name)}' is none", hint
                )
            return Require(same=True, strict=strict)
        values = [node] if isinstance(node, Text) else node
        if isinstance(values, list) and values and all(isinstance(value, Text) for value in values):
            texts = [value for value in values if isinstance(value, Text)]
            return Require(attribute(name, texts, self.findings))
        self.findings.add(
            node.place, "says what the rep must be", "write a value, a list, same or {same: strict}"
        )
        return Require()
