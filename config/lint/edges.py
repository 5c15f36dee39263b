"""Bands of a mapping that lie across the edge of a rule: for their leads the rule can say neither yes nor no."""

from __future__ import annotations

from config.lint.examples import NOW, comparisons
from config.lint.subject import Subject
from config.lint.words import some, written
from config.problems import Findings
from router.comparisons import test_of
from router.model import FIELDS, Band, Kind, Money
from router.rules import Op


def look(subject: Subject, findings: Findings) -> None:
    """Note comparisons that cut a mapped band."""
    bands: dict[str, dict[str, Band]] = {}
    for one in subject.mapped:
        for meant in one.values.values() if FIELDS.get(one.field) in (Kind.NUMBER, Kind.MONEY) else ():
            if isinstance(band := subject.vocabulary.number(meant), Band):
                bands.setdefault(one.field, {})[meant] = band
    for rule, entry in zip(subject.book.rules, subject.rules.rules, strict=True):
        for asked in comparisons(rule.when):
            if asked.op is Op.BLANK or asked.field not in bands:
                continue
            test = test_of(asked)
            cut = [meant for meant, band in bands[asked.field].items() if test(Money(band), NOW) is None]
            if cut:
                message = f"{written(asked)} cuts the mapped band {some(cut)}: such leads do not match"
                findings.notice(entry.name.place, message, "choose an edge between two bands")
