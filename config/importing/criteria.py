"""One criterion of an entry, as a condition in two values.

What the operators mean: https://help.salesforce.com/s/articleView?id=analytics.filter_operators.htm
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from config import codes
from config.importing import values
from config.importing.fields import ID, NAMED, Fields
from config.importing.logic import (
    FALSE,
    Logic,
    Untranslated,
    blank,
    either,
    equal,
    equal_or_blank,
    known,
    opposite,
    ordered,
)
from config.importing.metadata import OBJECT, Criterion
from config.problems import Refusal, shown
from router.model import Kind
from router.rules import Any, Comparison, Op

ORDERS = {
    "lessThan": Op.LT,
    "lessOrEqual": Op.LTE,
    "greaterThan": Op.GT,
    "greaterOrEqual": Op.GTE,
}
_TIME_ORDERS = {Op.LT: Op.BEFORE, Op.GT: Op.AFTER}
_NEGATIVE = {"notEqual": "equals", "notContain": "contains", "excludes": "includes"}
_OF_TEXT = {"contains": Op.CONTAINS, "startsWith": Op.STARTS_WITH}


@dataclass(slots=True)
class Remarks:
    """What is to be said of an entry: `inexact` where ours differs, `notes` where it does not and should be known."""

    inexact: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Criteria:
    """Translates criteria. Raises `Untranslated` for what our conditions cannot say."""

    fields: Fields
    remarks: Remarks

    def read(self, criterion: Criterion) -> Logic:
        """Return what a criterion asks."""
        source = self._source(criterion)
        if criterion.other is not None:
            raise Untranslated(f"it compares {criterion.field} with another field, {criterion.other}")
        if criterion.operation in _NEGATIVE:
            return opposite(self._asked(source, _NEGATIVE[criterion.operation], criterion.value))
        return self._asked(source, criterion.operation, criterion.value)

    def _source(self, criterion: Criterion) -> str:
        found, dot, name = criterion.field.partition(".")
        if dot and found != OBJECT:
            what = "who saves the record" if found == "User" else f"another object than the {OBJECT.lower()}"
            raise Untranslated(f"{shown(criterion.field)} asks of {what}")
        if "." in name or ":" in criterion.field:
            raise Untranslated(f"{shown(criterion.field)} is a field of a related record")
        if not (source := name if dot else found):
            raise Untranslated(f"{shown(criterion.field)} names no field")
        return source

    def _asked(self, source: str, operation: str, value: str) -> Logic:
        texts = values.listed(value)
        filled = [text for text in texts if text]
        if operation in ORDERS:
            return self._order(source, ORDERS[operation], texts)
        if operation == "equals":
            return self.equals(source, filled, or_blank=len(filled) < len(texts))
        if operation == "includes":
            found = self.includes(source, filled)
        elif operation in _OF_TEXT:
            op, name = _OF_TEXT[operation], self.fields.text(source)
            found = known(Comparison(name, op, tuple(filled)), name) if filled else FALSE
        else:
            raise Untranslated(f"the operator {shown(operation)} has no counterpart")
        return found if len(filled) == len(texts) else either((found, blank(self.fields.text(source))))

    # --- equality -----------------------------------------------------------------------------------------

    def equals(self, source: str, filled: list[str], *, or_blank: bool) -> Logic:
        """Return whether a field holds one of these texts, in any case; `or_blank`, or nothing."""
        same = equal_or_blank if or_blank else equal
        kind = self.fields.kind(source)
        if kind is Kind.TIME:
            return self._on_day(source, filled, or_blank=or_blank)
        if kind is Kind.BOOLEAN:
            return self.flag(source, filled, or_blank=or_blank)
        if kind is Kind.NUMBER:
            self._currencies(filled)
            return same(self.fields.number(source), values.numbers(filled))
        if source == "CountryCode" and filled and _are_codes(filled):
            found = equal(self.fields.country(), (codes.country(text) for text in filled))
            return either((found, blank(self.fields.text(source)))) if or_blank else found
        if source in NAMED and filled:
            found = self._named(source, filled)
            return either((found, blank(self.fields.text(source)))) if or_blank else found
        if source.endswith("__c") and any(map(values.may_be_day, filled)):
            self.remarks.inexact.append(
                f"{source} is compared as text: if it holds days, write which are meant"
            )
        return same(self.fields.text(source), filled)

    def _named(self, source: str, filled: list[str]) -> Logic:
        """Ask a field that holds an id; its spellings begin alike, and which id a name has the mapping must say."""
        ids = tuple(text[:15] for text in filled if ID.fullmatch(text))
        names = [text for text in filled if not ID.fullmatch(text)]
        name = self.fields.named(source, names)
        if names:
            said = f"{source} holds an id: write in the mapping which one is {', '.join(names)}"
            self.remarks.inexact.append(said)
        same = known(Comparison(name, Op.STARTS_WITH, ids), name) if ids else FALSE
        return either((equal(name, names), same))

    def flag(self, source: str, filled: Iterable[str], *, or_blank: bool = False) -> Logic:
        """Return whether a checkbox is one of these; without a value it is not checked."""
        name, wanted = self.fields.flag(source), set(values.flags(filled))
        yes = Logic(equal(name, [True]).holds, equal_or_blank(name, [False]).holds)
        parts = [yes] if True in wanted else []
        return either([*parts, opposite(yes)] if or_blank or False in wanted else parts)

    def includes(self, source: str, filled: list[str]) -> Logic:
        """Return whether one of these is chosen in a list that is stored as `One;Two`."""
        name = self.fields.text(source)
        shapes = (
            (Op.IS, "{}"),
            (Op.STARTS_WITH, "{};"),
            (Op.ENDS_WITH, ";{}"),
            (Op.CONTAINS, ";{};"),
        )
        parts = (Comparison(name, op, tuple(shape.format(text) for text in filled)) for op, shape in shapes)
        return known(Any(tuple(parts)), name) if filled else FALSE

    # --- order and time -----------------------------------------------------------------------------------

    def _order(self, source: str, op: Op, texts: list[str]) -> Logic:
        if len(texts) != 1 or not texts[0]:
            raise Untranslated(f"{op} needs one value, and there are {len([t for t in texts if t])}")
        [text], kind = texts, self.fields.kind(source)
        if kind is Kind.NUMBER:
            self._currencies(texts)
            if source.endswith("__c"):
                self.remarks.notes.append(f"{source} is taken for a field of numbers")
            return ordered(self.fields.number(source), op, values.numbers(texts)[0])
        if kind is Kind.BOOLEAN or source in NAMED:
            raise Untranslated(f"{source} has no order")
        if kind is Kind.TIME or values.is_time(text):
            if source in ("CreatedDate", "LastModifiedDate"):
                self.remarks.inexact.append(
                    f"{source} {op} {text}: the day is one of the configuration's zone"
                )
            return ordered(self.fields.time(source), _TIME_ORDERS.get(op, op), values.day(text))
        self.remarks.notes.append(f"{source} {op} {text} compares text, sign by sign, as Salesforce does")
        name = self.fields.text(source)
        return known(values.text_ordered(name, op, text), name)

    def _on_day(self, source: str, filled: list[str], *, or_blank: bool) -> Logic:
        name, parts = self.fields.time(source), []
        for text in filled:
            days = values.last_days(text)
            if days is None:
                parts.append(known(Comparison(name, Op.BETWEEN, (values.day(text),) * 2), name))
                continue
            self.remarks.inexact.append(f"{source} {text} became the last {24 * days} hours")
            parts.append(known(Comparison(name, Op.WITHIN, (f"{days}d",)), name))
        return either([*parts, blank(name)] if or_blank else parts)

    def _currencies(self, texts: Iterable[str]) -> None:
        if any(values.has_currency(text) for text in texts):
            self.remarks.notes.append("amounts compare without their currency")


def _are_codes(texts: Iterable[str]) -> bool:
    try:
        return all(codes.country(text) for text in texts)
    except Refusal:
        return False


def kinds(criteria: Iterable[Criterion]) -> Fields:
    """Tell from all criteria which custom fields hold numbers and which are checkboxes."""
    asked: dict[str, list[Criterion]] = {}
    for criterion in criteria:
        name = criterion.field.rpartition(".")[2]
        if name.endswith("__c"):
            asked.setdefault(name, []).append(criterion)
    return Fields(
        numbers=frozenset(name for name, each in asked.items() if _holds_numbers(each)),
        flags=frozenset(name for name, each in asked.items() if _is_checkbox(each)),
    )


def _holds_numbers(criteria: list[Criterion]) -> bool:
    texts = [text for criterion in criteria for text in values.listed(criterion.value) if text]
    orders = any(criterion.operation in ORDERS for criterion in criteria)
    plain = all(criterion.operation in {*ORDERS, "equals", "notEqual"} for criterion in criteria)
    return orders and plain and all(map(values.is_number, texts))


def _is_checkbox(criteria: list[Criterion]) -> bool:
    texts = {text.casefold() for criterion in criteria for text in values.listed(criterion.value)}
    return texts <= {"true", "false"} and all(
        criterion.operation in ("equals", "notEqual") for criterion in criteria
    )
