"""One condition compiled to a closure: True, False, or None for unknown.

Kleene's three-valued logic. A comparison with a blank or unreadable value is unknown, and so is one with a
band that lies across the edge; `not` unknown is unknown. Only `blank` asks whether there is a usable value.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from router.columns import Columns, Row
from router.comparisons import Test, Truth, either, folded_text, opposite, test_of, text_test_of
from router.model import FIELDS, Kind
from router.rules import All, Any, Comparison, Condition, Named, Not, Op
from router.trace import Asked, Group

Ask = Callable[[Row, datetime], Truth]
Show = Callable[[Row, datetime], Asked | Group]

_NOTHING = (None, "")
_new = tuple.__new__  # a hundred named tuples a trace: this skips a call for each


def compiled(condition: Condition, columns: Columns) -> Ask:
    """Compile a condition once; what it returns may be asked of any row of `columns` at any (aware UTC) time."""
    match condition:
        case Comparison():
            return _comparison(condition, columns)
        case All((part,)):
            return compiled(part, columns)
        case All(parts):
            return _all(tuple(compiled(part, columns) for part in parts))
        case Any(parts):
            return _any(tuple(compiled(part, columns) for part in parts))
        case Not(part):
            return _not(compiled(part, columns))
        case Named(part=part):
            return compiled(part, columns)


def shown(condition: Condition, columns: Columns) -> Show:
    """Compile a condition to a closure that says what it saw; it tries what `compiled` tries, no more."""
    match condition:
        case Comparison():
            return _show_comparison(condition, columns)
        case All(parts):
            return _show_parts("all", tuple(shown(part, columns) for part in parts), decides=False)
        case Any(parts):
            return _show_parts("any", tuple(shown(part, columns) for part in parts), decides=True)
        case Not(part):
            return _show_one("not", shown(part, columns), opposite)
        case Named(kind, name, part):
            return _show_one(f"{kind} {name}", shown(part, columns), lambda found: found)


# --- plain ------------------------------------------------------------------------------------------------


def _comparison(condition: Comparison, columns: Columns) -> Ask:
    if is_plain_equality(condition):
        return _equality(columns.text(condition.field), wanted_texts(condition))
    if condition.op is Op.BLANK:
        return _blank(columns.plain(condition.field), condition)
    test = text_test_of(condition)
    if test is not None:
        return _text(columns.text(condition.field), test)
    return _value(columns.plain(condition.field), test_of(condition))


def _blank(at: int, condition: Comparison) -> Ask:
    (wanted,) = condition.operands
    return lambda row, _now: (row[at] in _NOTHING) is wanted


def _text(at: int, test: Callable[[str], bool]) -> Ask:
    def ask(row: Row, _now: datetime) -> Truth:
        text = row[at]
        return test(text) if isinstance(text, str) else None

    return ask


def _value(at: int, test: Test) -> Ask:
    def ask(row: Row, now: datetime) -> Truth:
        value = row[at]
        return None if value is None or value == "" else test(value, now)

    return ask


def is_plain_equality(condition: Comparison) -> bool:
    """Tell whether a comparison is one look-up of the value's text: most are, and these can be indexed."""
    texts = all(isinstance(operand, str) for operand in condition.operands)
    return condition.op is Op.IS and texts and FIELDS.get(condition.field) is not Kind.LANGUAGE


def wanted_texts(condition: Comparison) -> frozenset[str | None]:
    """Return the texts, without case, one of which a plain equality wants to see."""
    return frozenset(map(folded_text, condition.operands))


def _equality(at: int, wanted: frozenset[str | None]) -> Ask:
    def ask(row: Row, _now: datetime) -> Truth:
        text = row[at]
        return None if text is None else text in wanted

    return ask


def _all(parts: tuple[Ask, ...]) -> Ask:
    def ask(row: Row, now: datetime) -> Truth:
        found: Truth = True
        for part in parts:
            result = part(row, now)
            if result is False:
                return False
            if result is None:
                found = None
        return found

    return ask


def _any(parts: tuple[Ask, ...]) -> Ask:
    return lambda row, now: either(part(row, now) for part in parts)


def _not(part: Ask) -> Ask:
    return lambda row, now: opposite(part(row, now))


# --- with a trace -----------------------------------------------------------------------------------------


def _show_comparison(condition: Comparison, columns: Columns) -> Show:
    at = columns.plain(condition.field)
    if is_plain_equality(condition):
        return _show_equality(condition, at, columns.text(condition.field))
    ask = _comparison(condition, columns)
    return lambda row, now: _new(Asked, (condition, row[at], ask(row, now)))


def _show_equality(condition: Comparison, at: int, text_at: int) -> Show:
    wanted, blank = wanted_texts(condition), Asked(condition, None, None)

    def show(row: Row, _now: datetime) -> Asked:
        text = row[text_at]
        if text is None and row[at] is None:
            return blank
        return _new(Asked, (condition, row[at], None if text is None else text in wanted))

    return show


def _show_parts(word: str, parts: tuple[Show, ...], *, decides: bool) -> Show:
    """Try the parts in order up to the one whose result `decides`, as `all` and `any` do.

    Where that is the first one, as in most rules, it stands for the whole group.
    """
    if not parts:
        return lambda _row, _now: Group(word, not decides, ())
    first, *others = parts

    def show(row: Row, now: datetime) -> Asked | Group:
        one = first(row, now)
        if one.holds is decides:
            return one
        tried, found = [one], one.holds
        for part in others:
            one = part(row, now)
            tried.append(one)
            if one.holds is decides:
                return Group(word, decides, tuple(tried))
            found = found if one.holds is found else None
        return Group(word, found, tuple(tried))

    return show


def _show_one(word: str, part: Show, result: Callable[[Truth], Truth]) -> Show:
    def show(row: Row, now: datetime) -> Group:
        found = part(row, now)
        return _new(Group, (word, result(found.holds), (found,)))

    return show
