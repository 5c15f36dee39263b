"""Salesforce's assignment rules as its Metadata API writes them (`Lead.assignmentRules-meta.xml`), as values.

https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_assignmentrule.htm
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from config.importing.markup import Element, document
from config.problems import Refusal, shown

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
OBJECT = "Lead"
_KNOWN = frozenset(("assignedTo", "assignedToType", "booleanFilter", "criteriaItems", "formula"))
_OF_A_CRITERION = frozenset(("field", "operation", "value", "valueField"))
_OF_A_RULE = frozenset(("fullName", "active", "ruleEntry"))
_ONE_EACH = (_KNOWN | _OF_A_CRITERION | _OF_A_RULE) - {"criteriaItems", "ruleEntry"}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition. `value` is as written, with its commas; `other` is a field to compare with in its place."""

    field: str
    operation: str
    value: str
    other: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `number` counts from 1 inside its rule. `besides` is what it says and no condition or owner is.

    `again` is what it says a second time though the format has it once, by name.
    """

    number: int
    line: int
    assigned_to: str | None
    assigned_type: str | None
    boolean_filter: str | None
    criteria: tuple[Criterion, ...]
    formula: str | None
    besides: tuple[tuple[str, str], ...]
    again: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """A rule in Salesforce's sense: a list of entries, of which the first that matches decides."""

    name: str
    line: int
    active: bool
    entries: tuple[Entry, ...]
    besides: tuple[tuple[str, str], ...]

    @property
    def objects(self) -> frozenset[str]:
        """Return the objects that the criteria name; without criteria nothing tells."""
        fields = (criterion.field for entry in self.entries for criterion in entry.criteria)
        return frozenset(name.partition(".")[0] for name in fields if "." in name)

    @property
    def is_for_leads(self) -> bool:
        """Tell whether nothing speaks against a rule for leads; `User.` is who saves the record."""
        return not self.objects - {OBJECT, "User"}


def assignment_rules(raw: bytes) -> tuple[AssignmentRule, ...]:
    """Read a file. Raises `Refusal` for what is no file of assignment rules."""
    root = document(raw)
    if root.name != "AssignmentRules":
        hint = "give Lead.assignmentRules-meta.xml, from the folder assignmentRules of the metadata"
        raise Refusal(f"line {root.line}: <{shown(root.name)}> in place of <AssignmentRules>", hint)
    if root.namespace not in ("", NAMESPACE):
        raise Refusal(f"line {root.line}: the namespace {shown(root.namespace)}", f"write {NAMESPACE}")
    rules = tuple(_rule(element) for element in root.all("assignmentRule"))
    if not rules:
        raise Refusal("there is no <assignmentRule> in it")
    return rules


def _rule(element: Element) -> AssignmentRule:
    for name, _ in _again(element):
        raise Refusal(f"line {element.line}: a rule has <{name}> more than once", "leave the one that counts")
    name = unquote(element.get("fullName") or f"line {element.line}")
    entries = tuple(_entry(child, number) for number, child in enumerate(element.all("ruleEntry"), 1))
    besides = tuple(_besides(element, _OF_A_RULE))
    return AssignmentRule(name, element.line, _true(element.get("active")), entries, besides)


def _entry(element: Element, number: int) -> Entry:
    items = tuple(element.all("criteriaItems"))
    besides = (
        *_besides(element, _KNOWN),
        *(one for item in items for one in _besides(item, _OF_A_CRITERION)),
    )
    return Entry(
        number=number,
        line=element.line,
        assigned_to=element.get("assignedTo"),
        assigned_type=element.get("assignedToType"),
        boolean_filter=element.get("booleanFilter"),
        criteria=tuple(map(_criterion, items)),
        formula=element.get("formula"),
        besides=besides,
        again=tuple(pair for part in (element, *items) for pair in _again(part)),
    )


def _besides(element: Element, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    for child in element.children:
        if child.name not in known:
            yield child.name, child.text.strip() or "..." * bool(child.children)


def _again(element: Element) -> Iterator[tuple[str, str]]:
    for name in sorted({child.name for child in element.children} & _ONE_EACH):
        _, *others = element.all(name)
        yield from ((name, other.text.strip()) for other in others)


def _criterion(element: Element) -> Criterion:
    field, operation = element.get("field"), element.get("operation")
    if field is None or operation is None:
        missing = "field" if field is None else "operation"
        raise Refusal(f"line {element.line}: a criterion without <{missing}>")
    return Criterion(field, operation, element.get("value") or "", element.get("valueField"))


def _true(text: str | None) -> bool:
    return (text or "").casefold() in ("true", "1")
