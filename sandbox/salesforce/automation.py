"""What an org's admins set up: assignment rules, duplicate rules, validation rules, and what goes wrong in triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.fields import Kind
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.store import Store
from sandbox.salesforce.tables import Row, Values, folded

Test = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Orders:
    """What the headers of a write say: `assign` is TRUE, FALSE or a rule's id, `allow_save` of duplicates."""

    assign: str = "TRUE"
    allow_save: bool = False

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Orders:
        duplicates = headers.get("sforce-duplicate-rule-header", "").replace(" ", "").lower()
        return cls(headers.get("sforce-auto-assign", "TRUE"), "allowsave=true" in duplicates)


@dataclass(slots=True)
class AssignmentRule:
    """Entries tried in turn: a test of the lead and the user or queue that gets it."""

    id: str
    entries: Sequence[tuple[Test, str]]
    active: bool = True


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """Two leads are one where all these fields are equal and not empty. `allow` lets a caller save all the same."""

    name: str
    fields: tuple[str, ...]
    allow: bool = True


@dataclass(frozen=True, slots=True)
class ValidationRule:
    kind: str
    message: str
    refuses: Test
    field: str = ""


@dataclass(slots=True)
class Trip:
    """A code with which rows fail: those of `ids` (all, if there are none), `times` times, by chance."""

    code: str
    message: str = ""
    kind: str = "Lead"
    ids: frozenset[str] = frozenset()
    times: int | None = None
    chance: float = 1.0
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Automation:
    """The rules in force."""

    store: Store
    default_owner: str = ""
    assignment: list[AssignmentRule] = field(default_factory=list)
    duplicates: list[DuplicateRule] = field(default_factory=list)
    validations: list[ValidationRule] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)

    def owner(self, orders: Orders, values: Mapping[str, Any], *, creating: bool) -> str | None:
        """Return whom the assignment rule gives a lead, None where no rule runs.

        A rule without an entry for the lead leaves it to the default owner, on create and on update alike.
        """
        rule = self._rule(orders.assign, creating=creating)
        if rule is None:
            return None
        chosen = (owner for test, owner in rule.entries if test(values))
        return next(chosen, self.default_owner)

    def _rule(self, assign: str, *, creating: bool) -> AssignmentRule | None:
        word = assign.strip().upper()
        if word == "FALSE":
            return None
        if word != "TRUE":
            named = (rule for rule in self.assignment if rule.id[:15] == assign.strip()[:15])
            return next(named, None) if creating else None
        return next((rule for rule in self.assignment if rule.active), None)

    # --- refusals -----------------------------------------------------------------------------------------

    def refuse(self, kind: Kind, values: Values, key: str, orders: Orders) -> None:
        """Refuse a row that a rule or a trigger does not let pass; `values` is how it would be."""
        self._trip(kind, key)
        if kind.name == "Lead":
            for rule in self.duplicates:
                self._refuse_duplicate(rule, values, key, orders)
        for check in self.validations:
            if check.kind == kind.name and check.refuses(values):
                fields = [check.field] if check.field else []
                raise Problem("FIELD_CUSTOM_VALIDATION_EXCEPTION", fields=fields, message=check.message)

    def _trip(self, kind: Kind, key: str) -> None:
        for trip in self.trips:
            if trip.kind != kind.name or trip.times == 0 or (trip.ids and key not in trip.ids):
                continue
            if trip.chance < 1 and self.store.draw.random() >= trip.chance:
                continue
            if trip.times is not None:
                trip.times -= 1
            said = {"key": "said", "message": trip.message} if trip.message else {"message": trip.code}
            raise Problem(trip.code, fields=trip.fields, id=key, kind="lead", **said)  # type: ignore[arg-type]

    def _refuse_duplicate(self, rule: DuplicateRule, values: Values, key: str, orders: Orders) -> None:
        if rule.allow and orders.allow_save:
            return
        if any(not values.get(name) for name in rule.fields):
            return
        same = [row for row in self._alike(rule, values) if row.id != key and not row.deleted]
        if same:
            raise Problem("DUPLICATES_DETECTED", more={"duplicateResult": _result(rule, same)})

    def _alike(self, rule: DuplicateRule, values: Values) -> Iterable[Row]:
        first, *more = rule.fields
        for row in self.store.tables["lead"].equal(first, values[first]):
            if all(folded(row.get(name)) == folded(values[name]) for name in more):
                yield row


def _result(rule: DuplicateRule, same: Sequence[Row]) -> dict[str, Any]:
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {
                "attributes": {"type": "Lead", "url": f"/services/data/v59.0/sobjects/Lead/{row.id}"},
                "Id": row.id,
            },
        }
        for row in same
    ]
    match = {
        "entityType": "Lead",
        "errors": [],
        "matchEngine": "FuzzyMatchEngine",
        "matchRecords": records,
        "rule": "Standard_Lead_Match_Rule_v1_0",
        "size": len(same),
        "success": True,
    }
    return {
        "allowSave": rule.allow,
        "duplicateRule": rule.name,
        "duplicateRuleEntityType": "Lead",
        "errorMessage": "Use one of these records?",
        "matchResults": [match],
    }
