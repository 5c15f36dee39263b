"""How one value compares with a rule's operands: text without case, money by amount, bands only as a whole.

In custom fields a value may be of another sort than the operand: it is read as that sort where that is plain
("7" as a number); where it is not, the comparison is unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from router.model import FIELDS, Band, Kind, Money, Number, Value
from router.rules import Comparison, Op, Operand

Truth = bool | None
"""What a condition comes to; None is unknown."""

Test = Callable[[Value, datetime], Truth]
"""Asks a value that is there; the time is `now`, aware UTC."""

_INFINITY = Decimal("Infinity")
_ORDER: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.GT: operator.gt,
    Op.GTE: operator.ge,
    Op.LT: operator.lt,
    Op.LTE: operator.le,
    Op.AFTER: operator.gt,
    Op.BEFORE: operator.lt,
}
_OF_TEXT = frozenset((Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.WORD))


def test_of(condition: Comparison) -> Test:
    """Compile any comparison but `blank`; raises ValueError for operands that the operator cannot use."""
    if condition.op is Op.NOT_IN:
        return _negated(test_of(Comparison(condition.field, Op.IS, condition.operands)))
    if condition.op is Op.WITHIN:
        return _within(condition)
    tests = [_sort(condition, sort, operands) for sort, operands in _sorts(condition).items()]
    return tests[0] if len(tests) == 1 else _one_of(tests)


def text_test_of(condition: Comparison) -> Callable[[str], bool] | None:
    """Compile a comparison with texts only, to be asked of text without case; None where it is another sort."""
    if condition.op is Op.NOT_IN:
        test = text_test_of(Comparison(condition.field, Op.IS, condition.operands))
        return test and (lambda text: not test(text))
    texts = condition.op in _OF_TEXT or all(isinstance(operand, str) for operand in condition.operands)
    if not (texts and condition.operands) or condition.op is Op.WITHIN:
        return None
    return _text_test(condition, [folded_text(operand) or "" for operand in condition.operands])


def folded_text(value: Value | None) -> str | None:
    """Return a value as text without case; None where it has no plain text form."""
    if isinstance(value, str):
        return value.casefold() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return None


def either(results: Iterable[Truth]) -> Truth:
    """Kleene's or: one True is enough, otherwise one unknown leaves it unknown."""
    found: Truth = False
    for result in results:
        if result:
            return True
        if result is None:
            found = None
    return found


def opposite(result: Truth) -> Truth:
    """Kleene's not: unknown stays unknown."""
    return None if result is None else not result


def covers(spoken: str, wanted: str) -> bool:
    """Tell whether a language covers another: `es` covers `es-mx`, not the reverse. Both without case."""
    return wanted == spoken or wanted.startswith(spoken + "-")


# --- by sort ----------------------------------------------------------------------------------------------


def _sorts(condition: Comparison) -> Mapping[type, list[Operand]]:
    sorts: dict[type, list[Operand]] = {}
    for operand in condition.operands:
        sort = str if condition.op in _OF_TEXT else type(operand)
        sorts.setdefault(sort, []).append(operand)
    if not sorts:
        raise ValueError(f"{condition.field}: {condition.op} compares with nothing")
    return sorts


def _sort(condition: Comparison, sort: type, operands: list[Operand]) -> Test:
    if sort is str:
        return _on(folded_text, _text_test(condition, [folded_text(o) or "" for o in operands]))
    if sort is Decimal:
        return _on(_number, _number_test(condition, [o for o in operands if isinstance(o, Decimal)]))
    point = _point_test(condition, operands)
    return _on(_time, point) if sort is datetime else _on(_flag, point)


def _on(read: Callable[[Value], Any], test: Callable[[Any], Truth]) -> Test:
    def ask(value: Value, _now: datetime) -> Truth:
        known = read(value)
        return None if known is None else test(known)

    return ask


def _number(value: Value) -> Number | None:
    if isinstance(value, (Decimal, Band)):
        return value
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    return None


def _time(value: Value) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _flag(value: Value) -> Truth:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.casefold())
    return value if isinstance(value, bool) else None


# --- tests ------------------------------------------------------------------------------------------------


def _text_test(condition: Comparison, wanted: list[str]) -> Callable[[str], bool]:
    ends = tuple(wanted)
    match condition.op:
        case Op.IS if FIELDS.get(condition.field) is Kind.LANGUAGE:
            return lambda text: any(covers(language, text) for language in wanted)
        case Op.CONTAINS:
            return lambda text: any(part in text for part in wanted)
        case Op.STARTS_WITH:
            return lambda text: text.startswith(ends)
        case Op.ENDS_WITH:
            return lambda text: text.endswith(ends)
        case Op.WORD:
            return lambda text: any(_has_word(text, word) for word in wanted)
        case _:
            return _point_test(condition, wanted)


def _has_word(text: str, word: str) -> bool:
    """Look for `word` with no letter or digit on either side; "c++" and "vice president" are words too."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            return True
        at = text.find(word, at + 1)
    return False


def _point_test(condition: Comparison, operands: Iterable[Any]) -> Callable[[Any], bool]:
    """Compare a value that is one point with operands of its own sort."""
    wanted = tuple(operands)
    if condition.op is Op.IS:
        return frozenset(wanted).__contains__
    if condition.op is Op.BETWEEN:
        low, high = _ends(condition, wanted)
        return lambda value: bool(low <= value <= high)
    order = _ORDER.get(condition.op)
    if order is None:
        raise ValueError(f"{condition.field}: {condition.op} cannot compare with {wanted[0]!r}")
    return lambda value: any(order(value, operand) for operand in wanted)


def _number_test(condition: Comparison, operands: list[Decimal]) -> Callable[[Number], Truth]:
    point = _point_test(condition, operands)
    if condition.op is Op.BETWEEN:
        spans = [_span(point, core=operands[0])]
    elif condition.op is Op.IS:
        spans = [_span(one.__eq__, core=one) for one in operands]
    else:
        spans = [_span(point, core=None)]

    def test(number: Number) -> Truth:
        if isinstance(number, Decimal):
            return point(number)
        return either(span(number) for span in spans)

    return test


def _span(inside: Callable[[Decimal], bool], *, core: Decimal | None) -> Callable[[Band], Truth]:
    """Compare a band with a range of numbers; `core` is a number of it where it is bounded on both sides."""

    def test(band: Band) -> Truth:
        high = _INFINITY if band.high is None else band.high
        ends = (inside(band.low), inside(high))
        if all(ends):
            return True
        across = any(ends) or (core is not None and band.low <= core <= high)
        return None if across else False

    return test


def _ends(condition: Comparison, operands: tuple[Any, ...]) -> tuple[Any, Any]:
    if len(operands) != 2:
        raise ValueError(f"{condition.field}: between needs two ends of one sort, not {len(operands)}")
    return operands[0], operands[1]


def _within(condition: Comparison) -> Test:
    match condition.operands:
        case (Decimal() as seconds,):
            length = timedelta(seconds=float(seconds))
        case other:
            raise ValueError(f"{condition.field}: within needs one length of time, not {other!r}")

    def ask(value: Value, now: datetime) -> Truth:
        return now - length <= value <= now if isinstance(value, datetime) else None

    return ask


def _negated(test: Test) -> Test:
    return lambda value, now: opposite(test(value, now))


def _one_of(tests: list[Test]) -> Test:
    return lambda value, now: either(test(value, now) for test in tests)
