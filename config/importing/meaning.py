"""What a formula asks, as a condition in two values: the idioms of real assignment rules.

Leadswitch asks once, when a lead comes in: `ISNEW()` is true, `ISCHANGED()` false, `PRIORVALUE(x)` is x. Formulas
compare text with case and ours do not; for choices of a list, whose spelling is known, that makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from inspect import signature

from config.importing.criteria import Criteria
from config.importing.fields import ID, OTHER_TIMES, TIMES
from config.importing.formula import Call, Field, Literal, Node
from config.importing.logic import (
    FALSE,
    TRUE,
    Logic,
    Untranslated,
    blank,
    both,
    either,
    known,
    opposite,
    ordered,
)
from config.problems import shown
from router.model import Kind
from router.rules import Comparison, Op

_USER, _QUEUE = "005", "00G"
"""What ids of users and of groups (queues) begin with."""
_OWNER_IS = {"Owner:User.Id": _USER, "Owner:Queue.Id": _QUEUE}
_OWNER = ("OwnerId", *_OWNER_IS)
_ORDERS = {"<": Op.LT, "<=": Op.LTE, ">": Op.GT, ">=": Op.GTE}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_WRAPPERS = ("TEXT", "TRIM", "PRIORVALUE", "LOWER", "UPPER")
_ENDS = {"LEFT": Op.STARTS_WITH, "RIGHT": Op.ENDS_WITH}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A field inside a formula; `choice` where its values are of a list, `case` a function that was put around it."""

    path: str
    choice: bool = False
    case: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Translates formulas. Raises `Untranslated`."""

    criteria: Criteria

    def read(self, node: Node) -> Logic:
        """Return what a formula of true and false asks."""
        if isinstance(node, Literal):
            if isinstance(node.value, bool):
                return TRUE if node.value else FALSE
            raise Untranslated("a value stands where true or false is needed")
        if isinstance(node, Field):
            return self.criteria.flag(self._source(node), ["True"])
        if node.name in ("=", "<>", *_ORDERS):
            return self._compared(node)
        ask = self._functions().get(node.name)
        if ask is None:
            raise Untranslated(f"the function {shown(node.name)} has no counterpart")
        try:
            signature(ask).bind(*node.arguments)
        except TypeError as error:
            raise Untranslated(f"{node.name} with {len(node.arguments)} values") from error
        return ask(*node.arguments)

    def _functions(self) -> dict[str, Callable[..., Logic]]:
        return {
            **dict.fromkeys(("AND", "&&"), lambda *parts: both(self._parts(parts, FALSE))),
            **dict.fromkeys(("OR", "||"), lambda *parts: either(self._parts(parts, TRUE))),
            "NOT": lambda part: opposite(self.read(part)),
            "IF": self._if,
            "CASE": lambda *parts: self._case(parts, "=", Literal(value=True)),
            "ISNEW": lambda: TRUE,
            "ISCHANGED": lambda _: FALSE,
            "ISBLANK": self._blank,
            "ISNULL": self._null,
            "ISPICKVAL": self._picked,
            "INCLUDES": self._includes,
            "CONTAINS": lambda one, other: self._in_text(Op.CONTAINS, one, other),
            "BEGINS": lambda one, other: self._in_text(Op.STARTS_WITH, one, other),
        }

    def _parts(self, nodes: Iterable[Node], decides: Logic) -> list[Logic]:
        """Read parts of which one that `decides` makes the others, even untranslated ones, superfluous."""
        found: list[Logic] = []
        trouble: Untranslated | None = None
        for node in nodes:
            try:
                found.append(self.read(node))
            except Untranslated as reason:
                trouble = trouble or reason
        if decides in found:
            return [decides]
        if trouble is not None:
            raise trouble
        return found

    def _if(self, condition: Node, yes: Node, no: Node) -> Logic:
        asked = self.read(condition)
        return either((both((asked, self.read(yes))), both((opposite(asked), self.read(no)))))

    def _case(self, parts: tuple[Node, ...], sign: str, wanted: Literal) -> Logic:
        """Return for which cases the result compares so with what is wanted."""
        if len(parts) < 4 or len(parts) % 2:
            raise Untranslated("CASE with a number of values that does not fit")
        subject, *pairs, last = parts
        before: list[Logic] = []
        found: list[Logic] = []
        for case, result in zip(pairs[::2], pairs[1::2], strict=True):
            here = self._compared(Call("=", (subject, case)))
            found.append(both((*before, here, self._result(result, sign, wanted))))
            before.append(opposite(here))
        return either((*found, both((*before, self._result(last, sign, wanted)))))

    def _result(self, node: Node, sign: str, wanted: Literal) -> Logic:
        if isinstance(node, Literal):
            return _constant(node.value, sign, wanted.value)
        if wanted.value is True and sign == "=":
            return self.read(node)
        raise Untranslated("CASE with results that are no plain values")

    # --- fields -------------------------------------------------------------------------------------------

    def _asked(self, node: Node) -> _Asked:
        """Return the field inside functions that do not change what is asked of it."""
        if isinstance(node, Field):
            return _Asked(node.path)
        if isinstance(node, Call) and node.name in _WRAPPERS and len(node.arguments) == 1:
            inner = self._asked(node.arguments[0])
            choice = inner.choice or node.name == "TEXT"
            return _Asked(inner.path, choice, node.name if node.name in ("LOWER", "UPPER") else inner.case)
        if isinstance(node, Call):
            raise Untranslated(f"it computes with {shown(node.name)}")
        raise Untranslated("a value stands where a field is needed")

    def _source(self, node: Field) -> str:
        path = node.path
        if path.startswith("$"):
            raise Untranslated(f"{shown(path)} asks who saves the record, or about the org")
        if path.startswith("Owner:"):
            raise Untranslated(
                f"{shown(path)} asks about the owner; whose leads are taken is said under `replaces`"
            )
        if path in ("RecordType.Name", "RecordType.DeveloperName"):
            return "RecordTypeId"
        if "." in path or ":" in path:
            raise Untranslated(f"{shown(path)} is a field of a related record")
        return path

    def _text(self, asked: _Asked) -> str:
        if asked.path in _OWNER:
            return "owner"
        return self.criteria.fields.text(self._source(Field(asked.path)))

    # --- blank --------------------------------------------------------------------------------------------

    def _blank(self, node: Node) -> Logic:
        asked = self._asked(node)
        if asked.path in _OWNER_IS:
            return opposite(known(Comparison("owner", Op.STARTS_WITH, (_OWNER_IS[asked.path],)), "owner"))
        if self._is_number(asked):
            return blank(self.criteria.fields.number(asked.path))
        return blank(self._text(asked))

    def _null(self, node: Node) -> Logic:
        """Return whether there is no value; text is never null, says Salesforce."""
        asked = self._asked(node)
        if self._is_number(asked) or asked.path in (*TIMES, *OTHER_TIMES) or asked.path in _OWNER_IS:
            return self._blank(node)
        if asked.path.endswith("__c"):
            self.criteria.remarks.inexact.append(
                f"ISNULL({asked.path}) is false in Salesforce if that is text"
            )
            return self._blank(node)
        self.criteria.remarks.notes.append(f"ISNULL({asked.path}) is never true: text is never null")
        return FALSE

    def _is_number(self, asked: _Asked) -> bool:
        return not asked.choice and self.criteria.fields.kind(asked.path) is Kind.NUMBER

    # --- text ---------------------------------------------------------------------------------------------

    def _picked(self, node: Node, value: Node) -> Logic:
        asked = self._asked(node)
        return self._equal(_Asked(asked.path, choice=True), _literal_text(value))

    def _includes(self, node: Node, value: Node) -> Logic:
        if not (text := _literal_text(value)):
            raise Untranslated("INCLUDES of no choice")
        return self.criteria.includes(self._source(Field(self._asked(node).path)), [text])

    def _in_text(self, op: Op, node: Node, value: Node) -> Logic:
        asked, text = self._asked(node), _literal_text(value)
        if not text:
            return TRUE
        self._with_case(asked, text)
        name = self._text(asked)
        return known(Comparison(name, op, (text,)), name)

    def _equal(self, asked: _Asked, text: str) -> Logic:
        if not text.strip():
            return self._blank(Field(asked.path))
        if (asked.case == "LOWER" and text != text.lower()) or (
            asked.case == "UPPER" and text != text.upper()
        ):
            return FALSE
        self._with_case(asked, text)
        if asked.path in _OWNER:
            return known(Comparison("owner", Op.STARTS_WITH, (text[:15],)), "owner")
        source = self._source(Field(asked.path))
        return self.criteria.equals(source, [text], or_blank=False)

    def _with_case(self, asked: _Asked, text: str) -> None:
        if not asked.choice and not asked.case and text.lower() != text.upper() and not ID.fullmatch(text):
            self.criteria.remarks.inexact.append(
                f"{asked.path} compares text in any case, Salesforce's formula in the one that is written"
            )

    # --- comparisons --------------------------------------------------------------------------------------

    def _compared(self, node: Call) -> Logic:
        one, other = node.arguments
        sign = node.name
        if isinstance(one, Literal):
            one, other, sign = other, one, _MIRRORED[sign]
        if isinstance(one, Literal) and isinstance(other, Literal):
            return _constant(one.value, sign, other.value)
        if not isinstance(other, Literal):
            raise Untranslated("it compares two fields, or with something computed")
        if isinstance(one, Call) and one.name == "CASE":
            return self._case(one.arguments, sign, other)
        if sign == "<>":
            return opposite(self._compared(Call("=", (one, other))))
        if isinstance(one, Call) and one.name in (*_ENDS, "LEN"):
            return self._part(one, sign, other)
        return self._plain(one, sign, other)

    def _plain(self, one: Node, sign: str, wanted: Literal) -> Logic:
        value = wanted.value
        if isinstance(value, bool):
            if sign != "=":
                raise Untranslated("it orders true and false")
            return self.read(one) if value else opposite(self.read(one))
        asked = self._asked(one)
        if value is None or value == "":
            if sign != "=":
                raise Untranslated("it orders by a blank")
            return self._blank(one)
        if isinstance(value, Decimal):
            return self._number(asked, sign, value)
        if sign != "=":
            raise Untranslated(f"it orders text ({asked.path} {sign} '{shown(value)}')")
        return self._equal(asked, value)

    def _number(self, asked: _Asked, sign: str, value: Decimal) -> Logic:
        name = self.criteria.fields.number(self._source(Field(asked.path)))
        if sign == "=":
            return known(Comparison(name, Op.IS, (value,)), name)
        self.criteria.remarks.inexact.append(f"where {asked.path} is blank, {sign} {value} does not hold")
        return ordered(name, _ORDERS[sign], value)

    def _part(self, call: Call, sign: str, wanted: Literal) -> Logic:
        """Return what `LEFT(x, n) = "text"`, `RIGHT` and `LEN(x) = 0` ask."""
        if call.name == "LEN" and len(call.arguments) == 1:
            empty = self._blank(call.arguments[0])
            asks: dict[object, Logic] = {("=", 0): empty, ("<", 1): empty, ("<=", 0): empty}
            asks |= {(">", 0): opposite(empty), (">=", 1): opposite(empty)}
            if (sign, wanted.value) in asks:
                return asks[sign, wanted.value]
        elif sign == "=" and len(call.arguments) == 2 and isinstance(wanted.value, str):
            field, length = call.arguments
            if isinstance(length, Literal) and length.value == len(wanted.value):
                return self._in_text(_ENDS[call.name], field, wanted)
        raise Untranslated(f"it computes with {call.name}")


def _literal_text(node: Node) -> str:
    if isinstance(node, Literal) and isinstance(node.value, str):
        return node.value
    raise Untranslated("a text is not written out")


def _constant(one: object, sign: str, other: object) -> Logic:
    if sign in ("=", "<>"):
        return TRUE if (one == other) == (sign == "=") else FALSE
    if not isinstance(one, Decimal) or not isinstance(other, Decimal):
        raise Untranslated("it orders values that are no numbers")
    holds = {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}
    return TRUE if holds[sign] else FALSE
