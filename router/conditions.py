"""One condition compiled to a closure: True, False, or None for unknown.

Kleene's three-valued logic. A comparison with a blank or unreadable value is unknown, and so is one with a
band that lies across the edge; `not` unknown is unknown. Only `blank` asks whether there is a usable value.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter

from router.comparisons import Truth, either, folded_text, opposite, test_of
from router.model import FIELDS, Kind, Lead, Value
from router.rules import All, Any, Comparison, Condition, Named, Not, Op
from router.trace import Asked, Group

Ask = Callable[[Lead, datetime], Truth]
Show = Callable[[Lead, datetime], Asked | Group]
Read = Callable[[Lead], Value | None]

CUSTOM = "custom."
_NOTHING = (None, "")
_ON_REF = {"connection": "ref.connection", "object": "ref.object"}


def reader(field: str) -> Read:
    """Return how a lead's value of `field` is read; raises ValueError for a field that does not exist."""
    if field.startswith(CUSTOM):
        name = field.removeprefix(CUSTOM)
        return lambda lead: lead.custom.get(name)
    if field in FIELDS or field in _ON_REF:
        return attrgetter(_ON_REF.get(field, field))
    raise ValueError(f"a lead has no field {field!r}")


def text_reader(field: str) -> Callable[[Lead], str | None]:
    """Return how a lead's value of `field` is read as text without case."""
    read = reader(field)
    return lambda lead: folded_text(read(lead))


def compiled(condition: Condition) -> Ask:
    """Compile a condition once; what it returns may be asked of any lead at any (aware UTC) time."""
    match condition:
        case Comparison():
            return _comparison(condition)
        case All(parts):
            return _all(tuple(map(compiled, parts)))
        case Any(parts):
            return _any(tuple(map(compiled, parts)))
        case Not(part):
            return _not(compiled(part))
        case Named(part=part):
            return compiled(part)


def shown(condition: Condition) -> Show:
    """Compile a condition to a closure that says what it saw; it tries what `compiled` tries, no more."""
    match condition:
        case Comparison():
            return _show_comparison(condition)
        case All(parts):
            return _show_parts("all", tuple(map(shown, parts)), decides=False)
        case Any(parts):
            return _show_parts("any", tuple(map(shown, parts)), decides=True)
        case Not(part):
            return _show_one("not", shown(part), opposite)
        case Named(kind, name, part):
            return _show_one(f"{kind} {name}", shown(part), lambda found: found)


# --- plain ------------------------------------------------------------------------------------------------


def _comparison(condition: Comparison) -> Ask:
    read = reader(condition.field)
    if condition.op is Op.BLANK:
        (wanted,) = condition.operands
        return lambda lead, _now: (read(lead) in _NOTHING) is wanted
    if is_plain_equality(condition):
        return _equality(text_reader(condition.field), condition)
    test = test_of(condition)

    def ask(lead: Lead, now: datetime) -> Truth:
        value = read(lead)
        return None if value in _NOTHING else test(value, now)

    return ask


def is_plain_equality(condition: Comparison) -> bool:
    """Tell whether a comparison is one look-up of the value's text: most are, and these can be indexed."""
    texts = all(isinstance(operand, str) for operand in condition.operands)
    return condition.op is Op.IS and texts and FIELDS.get(condition.field) is not Kind.LANGUAGE


def _equality(read: Callable[[Lead], str | None], condition: Comparison) -> Ask:
    wanted = frozenset(map(folded_text, condition.operands))

    def ask(lead: Lead, _now: datetime) -> Truth:
        text = read(lead)
        return None if text is None else text in wanted

    return ask


def _all(parts: tuple[Ask, ...]) -> Ask:
    def ask(lead: Lead, now: datetime) -> Truth:
        found: Truth = True
        for part in parts:
            result = part(lead, now)
            if result is False:
                return False
            if result is None:
                found = None
        return found

    return ask


def _any(parts: tuple[Ask, ...]) -> Ask:
    return lambda lead, now: either(part(lead, now) for part in parts)


def _not(part: Ask) -> Ask:
    return lambda lead, now: opposite(part(lead, now))


# --- with a trace -----------------------------------------------------------------------------------------


def _show_comparison(condition: Comparison) -> Show:
    read, ask = reader(condition.field), _comparison(condition)
    return lambda lead, now: Asked(condition, read(lead), ask(lead, now))


def _show_parts(word: str, parts: tuple[Show, ...], *, decides: bool) -> Show:
    """Try the parts in order up to the one whose result `decides`, as `all` and `any` do."""

    def show(lead: Lead, now: datetime) -> Group:
        tried: list[Asked | Group] = []
        found: Truth = not decides
        for part in parts:
            tried.append(part(lead, now))
            result = tried[-1].holds
            if result is decides:
                return Group(word, decides, tuple(tried))
            if result is None:
                found = None
        return Group(word, found, tuple(tried))

    return show


def _show_one(word: str, part: Show, result: Callable[[Truth], Truth]) -> Show:
    def show(lead: Lead, now: datetime) -> Group:
        found = part(lead, now)
        return Group(word, result(found.holds), (found,))

    return show
