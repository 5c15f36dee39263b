"""Salesforce's lead assignment rules, translated entry by entry in their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.importing.criteria import Criteria, Remarks, kinds
from config.importing.fields import ID, Fields
from config.importing.filters import combined, is_doubtful, numbers
from config.importing.formula import parsed
from config.importing.logic import NEVER, Untranslated, both, depth
from config.importing.meaning import Meaning
from config.importing.metadata import AssignmentRule, Entry, assignment_rules
from config.people import EMAIL
from config.problems import Refusal, shown
from router.model import QueueName, RepId
from router.rules import ALWAYS, Condition, Keep, ToOwner, ToQueue

DEFAULT = "default"
"""Our queue for leads that no entry takes: in Salesforce they go to the default owner, a setting that no file has."""
_DEEPEST = 18  # of the 20 levels that a condition may have


class Status(StrEnum):
    """What became of an entry."""

    TRANSLATED = "translated"
    PARTLY = "partly"
    NOT = "not"


Target = Keep | ToOwner | ToQueue


@dataclass(frozen=True, slots=True)
class Translation:
    """One entry as a rule. Without `when` it is written as a comment in its place; `why` says what differs."""

    entry: Entry
    name: str
    status: Status
    when: Condition | None
    assign: Target | None
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TranslatedRule:
    """A list of entries as a list of rules, in the same order."""

    name: str
    entries: tuple[Translation, ...]
    besides: tuple[tuple[str, str], ...] = ()

    @property
    def takes_every_lead(self) -> bool:
        """Tell whether an entry is left without condition; otherwise leads may be left over."""
        return any(each.when == ALWAYS for each in self.entries)

    def count(self, status: Status) -> int:
        """Return how many entries became that."""
        return sum(each.status is status for each in self.entries)

    def reps(self) -> list[str]:
        """Return the users who get leads, in the order in which they are named."""
        return _names(each.assign.rep for each in self._live() if isinstance(each.assign, ToOwner))

    def queues(self) -> list[str]:
        """Return the queues that get leads, in the order in which they are named."""
        return _names(each.assign.queue for each in self._live() if isinstance(each.assign, ToQueue))

    def _live(self) -> Iterable[Translation]:
        return (each for each in self.entries if each.when is not None)


@dataclass(frozen=True, slots=True)
class Translated:
    """A file: the rule that counts (None where none is active), the others, and those of other objects by name."""

    rule: TranslatedRule | None
    inactive: tuple[TranslatedRule, ...]
    skipped: tuple[str, ...]
    fields: Fields


def translated(raw: bytes, *, wanted: str | None = None) -> Translated:
    """Translate a file; `wanted` is the rule to take in place of the active one. Raises `Refusal`."""
    every = assignment_rules(raw)
    rules = [rule for rule in every if rule.is_for_leads]
    if not rules:
        of = ", ".join(sorted(set().union(*(rule.objects for rule in every))))
        raise Refusal(f"its rules are for {of}, not for leads", "give Lead.assignmentRules-meta.xml")
    chosen = _chosen(rules, wanted)
    fields = kinds(criterion for rule in rules for entry in rule.entries for criterion in entry.criteria)
    first = None if chosen is None else _rule(chosen, fields)
    return Translated(
        rule=first,
        inactive=tuple(_rule(rule, fields) for rule in rules if rule is not chosen),
        skipped=tuple(rule.name for rule in every if not rule.is_for_leads),
        fields=fields,
    )


def _chosen(rules: Sequence[AssignmentRule], wanted: str | None) -> AssignmentRule | None:
    if wanted is None:
        active = [rule for rule in rules if rule.active]
        if len(active) > 1:
            names = ", ".join(shown(rule.name) for rule in active)
            raise Refusal(f"several rules are active: {names}", "say which with --rule NAME")
        return active[0] if active else None
    found = [rule for rule in rules if rule.name.casefold() == wanted.casefold()]
    if len(found) > 1:
        lines = " and ".join(str(rule.line) for rule in found)
        raise Refusal(f"the rules of lines {lines} are all called {shown(wanted)}", "rename all but one")
    if not found:
        raise Refusal(
            f"there is no rule {shown(wanted)}", "there are: " + ", ".join(shown(rule.name) for rule in rules)
        )
    return found[0]


def _rule(rule: AssignmentRule, fields: Fields) -> TranslatedRule:
    return TranslatedRule(rule.name, tuple(_entry(entry, fields) for entry in rule.entries), rule.besides)


def _entry(entry: Entry, fields: Fields) -> Translation:
    remarks = Remarks()
    name, assign = f"{entry.number} {entry.assigned_to or 'owner stays'}", None
    try:
        assign = _target(entry, remarks.notes)
        _said_once(entry)
        when = _when(entry, Criteria(fields, remarks))
    except Untranslated as reason:
        return Translation(entry, name, Status.NOT, None, assign, (str(reason),), _once(remarks.notes))
    if when == NEVER:
        note = "it is never true for a lead that comes in"
        return Translation(entry, name, Status.TRANSLATED, None, assign, (), (note, *_once(remarks.notes)))
    status = Status.PARTLY if remarks.inexact else Status.TRANSLATED
    return Translation(entry, name, status, when, assign, _once(remarks.inexact), _once(remarks.notes))


def _said_once(entry: Entry) -> None:
    if entry.again:
        names = ", ".join(f"<{name}>" for name in dict(entry.again))
        raise Untranslated(f"it has {names} more than once, and nothing says which one counts")


def _target(entry: Entry, notes: list[str]) -> Target:
    if entry.assigned_to is None:
        return Keep()
    if entry.assigned_type == "Queue":
        return ToQueue(QueueName(entry.assigned_to))
    if entry.assigned_type in ("User", None):
        return ToOwner(RepId(_user(entry.assigned_to, notes)))
    raise Untranslated(f"it assigns to a {shown(entry.assigned_type)}, which is neither a user nor a queue")


def _user(name: str, notes: list[str]) -> str:
    """Return a user name or id in one spelling: addresses have no case for Salesforce, ids 15 signs that count."""
    if ID.fullmatch(name):
        user, why = name[:15], "the last three signs of an id only check the others"
    elif EMAIL.fullmatch(name):
        user, why = name.casefold(), "case does not count in addresses"
    else:
        return name
    if user != name:
        notes.append(f"the user {shown(name)} became the rep {shown(user)}: {why}")
    return user


def _when(entry: Entry, criteria: Criteria) -> Condition:
    if entry.formula is not None:
        if entry.criteria or entry.boolean_filter:
            raise Untranslated(f"it has {'criteria' if entry.criteria else 'a filter'} and a formula")
        when = Meaning(criteria).read(parsed(entry.formula)).holds
    else:
        when = _of_criteria(entry, criteria)
    if depth(when) > _DEEPEST:
        raise Untranslated(f"its conditions are nested deeper than {_DEEPEST} levels")
    return when


def _of_criteria(entry: Entry, criteria: Criteria) -> Condition:
    asked = numbers(entry.boolean_filter) if entry.boolean_filter else range(1, len(entry.criteria) + 1)
    read = [criteria.read(each) if at in asked else both(()) for at, each in enumerate(entry.criteria, 1)]
    if not entry.boolean_filter:
        return both(read).holds
    unused = [str(at) for at in range(1, len(read) + 1) if at not in asked]
    if unused:
        criteria.remarks.notes.append(f"the filter leaves out criterion {', '.join(unused)}")
    if is_doubtful(entry.boolean_filter):
        criteria.remarks.inexact.append(
            f"{shown(entry.boolean_filter)} mixes AND and OR without parentheses: AND was taken first"
        )
    return combined(entry.boolean_filter, read).holds


def _names(names: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
