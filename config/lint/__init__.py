"""What is allowed and still looks like a mistake, and the one rule that every configuration needs.

Only `catch_all` is asked whenever a configuration is read. The rest is looked for when somebody wants the notices.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.files.rules import RuleEntry
from config.lint.subject import Subject
from config.problems import Findings, Place, Problem
from router.rules import ALWAYS, Rule

__all__ = ["Subject", "catch_all", "notices"]


def catch_all(rules: Sequence[Rule], entries: Sequence[RuleEntry], findings: Findings) -> None:
    """Refuse rules of which none takes every lead."""
    if any(rule.when == ALWAYS for rule in rules):
        return
    place = entries[-1].name.place if entries else Place("rules.yaml", 1, 1)
    message = "no catch-all: a lead that no rule matches would be forgotten"
    findings.add(place, message, "end with a rule without `when`, such as {name: Everyone else, assign: ..}")


def notices(subject: Subject, findings: Findings) -> tuple[Problem, ...]:
    """Return what was noticed while reading, and all that looks like a mistake."""
    from config.lint import edges, gaps, people, rules, territories, values

    findings = findings.copy()
    for part in (rules, territories, gaps, edges, values, people):
        part.look(subject, findings)
    return tuple(findings.notices)
