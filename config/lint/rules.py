"""What is said of rules that no lead reaches."""

from __future__ import annotations

from config.files.rules import RuleEntry
from config.lint.examples import told
from config.lint.places import place_of
from config.lint.reach import Dead, Impossible, Never, Reach
from config.lint.subject import Subject
from config.lint.words import some, written
from config.problems import Findings, shown
from router.rules import ALWAYS, All, Any, Condition, Named, Not


def look(subject: Subject, findings: Findings) -> None:
    """Note rules that no lead gets to, and values of which no lead gets to their rule."""
    rules, entries = subject.book.rules, subject.rules.rules
    for found in Reach(rules).unreached():
        entry = entries[found.at]
        match found:
            case Impossible(at, pair):
                if not _asks_an_empty_list(rules[at].when):  # which has its own notice
                    _impossible(entry, pair, findings)
            case Never(_, taker, lead):
                why = f"earlier rules take all it asks for: '{shown(taker.name)}' takes {told(lead)}"
                _never(entry, why, findings)
            case Dead():
                _dead(entry, found, findings)
    _behind(subject, findings)


def _behind(subject: Subject, findings: Findings) -> None:
    """Note the rules behind one that takes every lead."""
    rules, entries = subject.book.rules, subject.rules.rules
    first = next(at for at, rule in enumerate(rules) if rule.when == ALWAYS)
    for entry in entries[first + 1 :]:
        _never(entry, f"'{shown(rules[first].name)}' takes every lead", findings)


def _never(entry: RuleEntry, why: str, findings: Findings) -> None:
    findings.notice(entry.name.place, f"rule '{shown(entry.name)}' is never reached", why)


def _impossible(entry: RuleEntry, pair: tuple[Condition, Condition] | None, findings: Findings) -> None:
    parts = " and ".join(map(written, pair)) if pair else "its conditions"
    findings.notice(
        entry.name.place, f"rule '{shown(entry.name)}' can never match", f"{parts} exclude each other"
    )


def _dead(entry: RuleEntry, dead: Dead, findings: Findings) -> None:
    of = f" of {dead.named.kind} '{shown(dead.named.name)}'" if dead.named else ""
    said = f"{dead.field} {some(dead.values)}{of}"
    place = place_of(entry, dead.field, dead.values[0], dead.named)
    if dead.taker is None or dead.lead is None:
        findings.notice(place, f"{said} never matches here", "another condition of this rule excludes it")
    else:
        hint = f"'{shown(dead.taker.name)}' takes {told(dead.lead)}"
        findings.notice(place, f"{said} never comes here", hint)


def _asks_an_empty_list(condition: Condition) -> bool:
    match condition:
        case Named(kind="list", part=Any(())):
            return True
        case All(parts) | Any(parts):
            return any(map(_asks_an_empty_list, parts))
        case Not(part) | Named(part=part):
            return _asks_an_empty_list(part)
        case _:
            return False
