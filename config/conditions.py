"""The language of `when`: mappings of fields and operators, to the conditions that the router compiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from config import scalars
from config.names import Names
from config.operands import ORDERED, canonical, one, part, point, several
from config.parts import Parts
from config.problems import Findings, Place, Refusal, shown
from config.yamltext import Blank, Map, Node, Seq, Text
from router.model import Kind
from router.rules import ALWAYS, All, Any, Comparison, Condition, Named, NamedList, Not, Op, Operand

DEEPEST = 20
NAMED = ("territory", "band", "list")
_TEXT_OPS = (Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.WORD)
_ORDER_OPS = (Op.GT, Op.GTE, Op.LT, Op.LTE)
_TIME_OPS = (Op.BEFORE, Op.AFTER)
OPERATORS = tuple(str(op) for op in Op if op is not Op.IS)

_OTHER_WORDS = {
    **dict.fromkeys(
        ("is", "eq", "equals", "in", "any_of"), "write the value, or a list of values, without operator"
    ),
    **dict.fromkeys(("ne", "neq", "not", "is_not", "not_equals"), "write {not_in: [value]}"),
    **dict.fromkeys((">", "min", "above"), "write gt or gte"),
    **dict.fromkeys(("<", "max", "below"), "write lt or lte"),
    **dict.fromkeys(("matches", "regex", "like"), "write contains, starts_with, ends_with or word"),
    **dict.fromkeys(("exists", "missing", "empty", "null"), "write {blank: true} or {blank: false}"),
}


@dataclass(slots=True)
class Conditions:
    """Reads conditions, collecting problems. Lists, territories and bands must be there before what names them."""

    findings: Findings
    names: Names
    zone: str
    lists: dict[str, NamedList] = field(default_factory=dict)
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        self.parts = Parts(self.alternatives, {"territory": {}, "band": {}})

    def declare(self, territories: Mapping[Text, Node], bands: Mapping[Text, Node]) -> None:
        """Take the conditions that others name, as they are written. Lists must be there before."""
        self.parts.written = {"territory": territories, "band": bands}
        self.named("territory")

    def read(self, node: Node | None, *, depth: int = 0) -> Condition:
        """Read a mapping as a condition; nothing at all holds always. After a problem the result is no use."""
        if node is None or isinstance(node, Blank):
            return ALWAYS
        if not isinstance(node, Map):
            hint = "write {field: value}; for alternatives {any: [{..}, {..}]}"
            self.findings.add(node.place, "a condition must be a mapping", hint)
            return ALWAYS
        if depth > DEEPEST:
            self.findings.add(
                node.place, f"conditions nested deeper than {DEEPEST} levels", "name parts as territories"
            )
            return ALWAYS
        return _all([self._entry(key, value, depth) for key, value in node.texts()])

    def alternatives(self, node: Node | None) -> Condition:
        """Read a mapping, or a list of mappings of which one must hold."""
        return self._any(node, 0) if isinstance(node, Seq) else self.read(node)

    def named(self, what: str) -> dict[str, Condition]:
        """Return all territories or bands by name."""
        return self.parts.all_of(what, self.findings)

    def _entry(self, key: Text, value: Node, depth: int) -> Condition:
        if key in ("all", "any"):
            if not isinstance(value, Seq):
                self.findings.add(
                    value.place, f"'{key}' must be a list of conditions", f"{key}: [{{..}}, {{..}}]"
                )
                return ALWAYS
            return self._any(value, depth) if key == "any" else _all(self._parts(value, depth))
        if key == "not":
            return Not(self._any(value, depth) if isinstance(value, Seq) else self._part(value, depth))
        if key == "expr":
            hint = "write the condition with fields, all, any and not"
            self.findings.add(
                key.place, "'expr' is a reserved word; expressions are not part of this version", hint
            )
            return ALWAYS
        try:
            if key in NAMED:
                return self._named(key, value)
            return self._field(key, value)
        except Refusal as refusal:
            self.findings.refused(refusal, value.place)
            return ALWAYS

    def _parts(self, node: Seq, depth: int) -> list[Condition]:
        if not node:
            self.findings.add(
                node.place, "an empty list of conditions", "write at least one, or remove the key"
            )
        return [self._part(item, depth) for item in node]

    def _part(self, node: Node, depth: int) -> Condition:
        if isinstance(node, Blank) or (isinstance(node, Map) and not node):
            hint = "every lead has it: write {field: value}, or remove it"
            self.findings.add(node.place, "an empty condition", hint)
        return self.read(node, depth=depth + 1)

    def _any(self, node: Seq, depth: int) -> Condition:
        parts = self._parts(node, depth)
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    # --- names --------------------------------------------------------------------------------------------

    def _named(self, what: Text, node: Node) -> Condition:
        if isinstance(node, Map) and set(node) == {"not_in"}:
            return Not(self._named(what, node["not_in"]))
        parts = [self._one_named(what, name) for name in several(node)]
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _one_named(self, what: Text, name: Text) -> Condition:
        self.names.check(what, name)
        if what != "list":
            return Named(str(what), str(name), self.parts.part(what, name))
        values = self.lists.get(name)
        if values is None:
            return ALWAYS
        equals = Comparison(values.field, Op.IS, tuple(values.owners))
        return Named("list", str(name), equals if values.owners else Any(()))

    # --- fields -------------------------------------------------------------------------------------------

    def _field(self, key: Text, node: Node) -> Condition:
        kind = self.names.kind_of(key)
        if kind is None:
            return ALWAYS
        if isinstance(node, Map):
            if not node:
                raise Refusal("no operator and no value", "write a value, or an operator such as {gte: 100}")
            return self._operators(key, kind, node)
        return Comparison(str(key), Op.IS, self._equals(key, kind, node))

    def _operators(self, key: Text, kind: Kind, node: Map) -> Condition:
        asked = _all([self._operator(key, kind, word, value) for word, value in node.texts()])
        if len(node) > 1:
            from config.lint.boxes import (
                boxes,
            )  # with the router's comparisons, which few configurations need here

            if not boxes(asked):
                words = " and ".join(node)
                raise Refusal(
                    f"no value of {key} is {words} at once", "write one range, or any: [{..}, {..}]"
                )
        return asked

    def _operator(self, key: Text, kind: Kind, word: Text, node: Node) -> Condition:
        try:
            if word not in OPERATORS:
                raise self._no_operator(word)
            op = Op(word)
            _suits(op, key, kind, word.place)
            return Comparison(str(key), op, self._operands(key, kind, op, node))
        except Refusal as refusal:
            self.findings.refused(refusal, node.place)
            return ALWAYS

    def _no_operator(self, word: Text) -> Refusal:
        if word in _OTHER_WORDS:
            return Refusal(f"unknown operator '{shown(word)}'", _OTHER_WORDS[word], place=word.place)
        hint = "known: " + ", ".join(OPERATORS)
        return Refusal(f"unknown operator '{shown(word)}'", hint, place=word.place, meant=(word, OPERATORS))

    def _operands(self, key: Text, kind: Kind, op: Op, node: Node) -> tuple[Operand, ...]:
        if op is Op.NOT_IN:
            return self._equals(key, kind, node)
        if op is Op.BLANK:
            return (scalars.flag(one(node)),)
        if op is Op.WITHIN:
            return (Decimal(str(scalars.duration(one(node)))),)
        if op is Op.BETWEEN:
            return self._between(kind, node)
        if op in _TEXT_OPS:
            return tuple(part(text) for text in several(node))
        return (point(one(node), op, kind, self.zone),)

    def _between(self, kind: Kind, node: Node) -> tuple[Operand, ...]:
        values = several(node)
        if len(values) != 2:
            raise Refusal("between needs two values", "write {between: [50, 200]}, both ends included")
        low, high = (
            point(text, op, kind, self.zone) for text, op in zip(values, (Op.GTE, Op.LTE), strict=True)
        )
        if low > high:  # type: ignore[operator]  # two of one kind
            raise Refusal("between ends before it begins", "write the smaller value first")
        return low, high

    def _equals(self, key: Text, kind: Kind, node: Node) -> tuple[Operand, ...]:
        values: list[Operand] = []
        for text in several(node):
            try:
                values.append(self._equal(key, kind, text))
            except Refusal as refusal:
                self.findings.refused(refusal, text.place)
        return tuple(dict.fromkeys(values))

    def _equal(self, key: Text, kind: Kind, text: Text) -> Operand:
        if key == "connection":
            self.names.check("connection", text)
        if key == "zone":
            return scalars.zone(text)
        return canonical(text, key, kind, self.findings)


def _suits(op: Op, key: Text, kind: Kind, place: Place) -> None:
    for ops, kinds, hint in _FITTING:
        if op in ops and kind not in kinds:
            raise Refusal(f"'{op}' cannot be asked of {key}, which is {_A[kind]}", hint, place=place)


_FITTING: tuple[tuple[tuple[Op, ...], tuple[Kind, ...], str], ...] = (
    ((*_ORDER_OPS, Op.BETWEEN), ORDERED, "compare text with a value, a list, contains or starts_with"),
    (_TEXT_OPS, (Kind.TEXT,), "compare it with a value or a list"),
    ((*_TIME_OPS, Op.WITHIN), (Kind.TIME,), "ask this of created, modified or another time"),
)
_A: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.NUMBER: "a number",
    Kind.MONEY: "an amount of money",
    Kind.TIME: "a time",
    Kind.BOOLEAN: "true or false",
    Kind.COUNTRY: "a country code",
    Kind.REGION: "a region code",
    Kind.LANGUAGE: "a language",
}


def _all(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))
