"""A lead of a box, to show what lint says: made up, then asked of the real matcher by who shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any as Anything

from config.lint.boxes import Box
from config.lint.sets import Span, Texts, Values
from config.problems import shown
from router.columns import CUSTOM
from router.model import FIELDS, Band, ConnectionName, Kind, Lead, LeadRef, Money, Number, RecordId, Value
from router.rules import All, Any, Comparison, Condition, Named, Not, Op

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_USUAL: Mapping[Kind, tuple[str, ...]] = {
    Kind.COUNTRY: ("DE", "US", "FR", "BR", "JP", "ZA", "AU", "IN", "NO"),
    Kind.REGION: ("US-CA", "US-NY", "CA-ON", "AU-NSW", "DE-BY", "FR-IDF", "IN-MH"),
    Kind.LANGUAGE: ("en", "de", "fr", "ja", "pt-BR", "sv"),
}
_UPPER = (Kind.COUNTRY, Kind.REGION)
_ANY = ("x", "y", "z", "something else", "x1", "0")
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Examples:
    """Makes leads; `spelled` is how the rules write a text without case."""

    spelled: Mapping[str, str]

    def lead(self, box: Box) -> Lead | None:
        """Return a lead that lies in a box, None where none comes to mind."""
        values: dict[str, Value] = {}
        for name in dict.fromkeys(name for name, _ in box.sets):
            sets = {aspect: found for (field, aspect), found in box.sets.items() if field == name}
            if sets.get("there", Texts()) == Texts(frozenset({"no"})):
                continue
            value = self._value(name, sets)
            if value is None:
                return None
            values[name] = value
        return _lead(values)

    def _value(self, name: str, sets: Mapping[str, Values]) -> Value | None:
        match sets:
            case {"flag": Texts(only=flags)}:
                return "true" in (flags or ())
            case {"at": Span()} | {"age": Span()}:
                return _time(sets.get("at"), sets.get("age"))
            case {"low": Span()} | {"high": Span()}:
                number = _number(sets.get("low"), sets.get("high"))
                money = number is not None and FIELDS.get(name) is Kind.MONEY
                return Money(number) if money and number is not None else number
        found = sets.get("text", Texts())
        return self._text(name, found) if isinstance(found, Texts) else None

    def _text(self, name: str, wanted: Texts) -> str | None:
        if wanted.only is not None:
            # The one that sorts first, so that the same configuration always shows the same lead.
            first = min(wanted.only)
            return self.spelled.get(first) or (first.upper() if FIELDS.get(name) in _UPPER else first)
        usual = _USUAL.get(FIELDS.get(name, Kind.TEXT), _ANY)
        for text in (*_made(wanted.like), *usual):
            if text and text.casefold() in wanted:
                return self.spelled.get(text, text)
        return None


def _made(like: Iterable[Comparison]) -> Iterator[str]:
    """Put texts together that may fit all patterns."""
    parts = sorted(like, key=lambda one: (_PLACES.get(one.op, 1), one.operands))
    for orders in permutations(parts) if len(parts) < 4 else [tuple(parts)]:
        first = [str(one.operands[0]) for one in orders]
        yield from (" ".join(first), "".join(first))
    yield from (str(text) for one in parts for text in one.operands)


_PLACES = {Op.STARTS_WITH: 0, Op.ENDS_WITH: 2}


def _point(span: Span) -> Decimal | None:
    """Return a number of a stretch, a whole one if it has any."""
    (low, after), (high, before) = span.low, span.high
    if not isinstance(low, Decimal) or not isinstance(high, Decimal):
        return None
    tries = [Decimal(0)] if not low.is_finite() and not high.is_finite() else []
    if low.is_finite():
        whole = low.to_integral_value("ROUND_CEILING")
        tries += [low, whole, whole + 1]
    if high.is_finite():
        tries += [high, high - 1]
    if low.is_finite() and high.is_finite():
        tries.append((low + high) / 2)
    inside = [one for one in tries if (low, after) <= (one, 0) and (one, 1) <= (high, before)]
    return min(inside, key=lambda one: one != one.to_integral_value(), default=None)


def _number(low: Values | None, high: Values | None) -> Number | None:
    """Return a number whose ends lie in these stretches: one point if that can be, else a band."""
    unbound = Span((Decimal("-Infinity"), 0), (Decimal("Infinity"), 1))
    low, high = low if isinstance(low, Span) else unbound, high if isinstance(high, Span) else unbound
    if (one := _point(low.both(high))) is not None:
        return one
    first, last = _point(low), _point(high)
    return Band(first, last) if first is not None and last is not None and first <= last else None


def _time(at: Values | None, age: Values | None) -> datetime | None:
    if isinstance(age, Span):
        (low, _), (high, _) = age.low, age.high
        inside = isinstance(low, Decimal) and low == 0 and isinstance(high, Decimal)
        found = NOW if inside else NOW - timedelta(days=36_500)
    else:
        found = NOW
    if isinstance(at, Span) and not (at.low <= (found, 0) and (found, 1) <= at.high):  # type: ignore[operator]
        (low, after), (high, before) = at.low, at.high
        if isinstance(low, datetime) and low.year > 1:
            found = low + timedelta(microseconds=after)
        elif isinstance(high, datetime):
            found = high - timedelta(microseconds=1 - before)
    return found


def _lead(values: Mapping[str, Value]) -> Lead:
    own: dict[str, Anything] = {name: value for name, value in values.items() if name in FIELDS}
    ref = LeadRef(
        ConnectionName(str(values.get("connection", "crm"))),
        str(values.get("object", "leads")),
        RecordId("example"),
    )
    custom = {name.removeprefix(CUSTOM): value for name, value in values.items() if name.startswith(CUSTOM)}
    return Lead(ref=ref, **own, custom=custom)


# --- words ------------------------------------------------------------------------------------------------


def told(lead: Lead) -> str:
    """Write a lead as a condition would: what it holds, a few fields at most."""
    values = {name: getattr(lead, name) for name in FIELDS if getattr(lead, name) is not None}
    values |= {f"{CUSTOM}{name}": value for name, value in lead.custom.items()}
    said = [f"{name}: {_said(value)}" for name, value in list(values.items())[:_MOST_SHOWN]]
    return "{" + ", ".join(said) + "}" if said else "one that says nothing"


def _said(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Band(low, high):
            return f"{low:f}-{high:f}" if high is not None else f"{low:f}+"
        case Money(amount):
            return _said(amount)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case _:
            return shown(value)


def spellings(conditions: Iterable[Condition]) -> dict[str, str]:
    """Return how conditions write each text, by the text without case."""
    found: dict[str, str] = {}
    for condition in conditions:
        for one in comparisons(condition):
            for operand in one.operands:
                if isinstance(operand, str):
                    found.setdefault(operand.casefold(), operand)
    return found


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Yield every comparison of a condition, those of its territories and lists too."""
    match condition:
        case Comparison():
            yield condition
        case All(parts) | Any(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part) | Named(part=part):
            yield from comparisons(part)
