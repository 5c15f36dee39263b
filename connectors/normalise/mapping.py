"""From a CRM record to a lead: which field fills which, in what order, and what happens to the rest.

Country comes first and region second, since telephone numbers and abbreviations of states need them. Of several
sources of one field the first that is not blank wins. What cannot be understood is on `Lead.unread`, as it came.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from connectors.contract import RawValue, Record
from connectors.normalise.domain import company_domain
from connectors.normalise.reading import Context, Unreadable, as_text, storable
from connectors.normalise.transforms import DEFAULT_TRANSFORM, TRANSFORMS, Reader, Transform
from connectors.normalise.zone import only_zone
from router.model import FIELDS, Lead, Unread

__all__ = [
    "DEFAULT_TRANSFORM",
    "TRANSFORMS",
    "BadMapping",
    "FieldMap",
    "FieldMapping",
    "Transform",
    "compile_mapping",
    "normalise",
    "problem",
]

CUSTOM = "custom."
_FIRST = ("country", "region")
_LONGEST_KEY = 1000  # of a value map: what is longer is text that someone wrote, no choice of a list


_Draft: Any = dataclasses.make_dataclass(
    "Lead",
    [(each.name, each.type, each) for each in dataclasses.fields(Lead)],
    slots=True,
    eq=False,
    repr=False,
)
"""A lead that is not frozen yet: to make a frozen one takes three times as long, since each field is set by a call."""


class BadMapping(ValueError):
    """A mapping that cannot be used; the text names every field and what is wrong with it."""


@dataclasses.dataclass(frozen=True, slots=True)
class FieldMap:
    """One CRM field that fills one lead field (`custom.NAME` too).

    `transform` None is the field's default. `values` maps raw text, compared without case, to other text before the
    transform; a raw value that is not among them goes to the transform as it is.
    """

    field: str
    source: str
    transform: str | None = None
    values: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)


@dataclasses.dataclass(frozen=True, slots=True)
class FieldMapping:
    """The fields of one connection, in order of preference.

    With `headings` the sources are headings of a table, compared without case, blanks and signs, and a heading
    `custom.NAME` fills that custom field with text.
    """

    fields: tuple[FieldMap, ...]
    headings: bool = False


def problem(each: FieldMap) -> str | None:
    """Return what is wrong with one line of a mapping, None where nothing is."""
    custom = each.field.startswith(CUSTOM) and len(each.field) > len(CUSTOM)
    if each.field == "owner":
        return "owner is read from the record and cannot be mapped"
    if not custom and each.field not in FIELDS:
        return f"{each.field} is not a field of a lead"
    if each.transform is not None and each.transform not in TRANSFORMS:
        return f"{each.field}: there is no transform {each.transform}"
    kind = TRANSFORMS[_transform(each)].kind
    if not custom and kind is not FIELDS[each.field]:
        return f"{each.field} is {FIELDS[each.field]}, and {each.transform} gives {kind}"
    return None


def left_over(names: Iterable[str], mapping: FieldMapping) -> list[str]:
    """Return the names of a record's fields that fill no field of a lead."""
    if not mapping.headings:
        read = {each.source for each in mapping.fields}
        return [name for name in names if name not in read]
    read = {_heading(each.source) for each in mapping.fields}
    return [name for name in names if _heading(name) not in read and not _heading(name).startswith(CUSTOM)]


def normalise(record: Record, mapping: FieldMapping, *, zone: str) -> Lead:
    """Return the lead of a record; never raises, whatever the record holds. `zone` (IANA) is for plain dates."""
    return compile_mapping(mapping, zone=zone)(record)


@lru_cache(maxsize=64)
def compile_mapping(mapping: FieldMapping, *, zone: str) -> Callable[[Record], Lead]:
    """Return the function that turns records into leads; raises `BadMapping` with every problem."""
    problems = [found for found in map(problem, mapping.fields) if found]
    if problems:
        raise BadMapping("; ".join(problems))
    steps = tuple(_step(each, mapping) for each in sorted(mapping.fields, key=_turn))
    context = Context(zone=ZoneInfo(zone))

    @lru_cache(maxsize=64)
    def present(names: tuple[str, ...]) -> tuple[tuple[_Step, str], ...]:
        return tuple(_headed(steps, names) if mapping.headings else ((step, step.source) for step in steps))

    def to_lead(record: Record) -> Lead:
        filling, raws = _Filling(context), record.fields
        filling.fill(present(tuple(raws) if mapping.headings else ()), raws)
        return filling.lead(record)

    return to_lead


def _headed(steps: tuple[_Step, ...], names: tuple[str, ...]) -> Iterator[tuple[_Step, str]]:
    """Yield each step with the headings it reads, and a step for each custom field among the headings."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_heading(name), []).append(name)
    read = TRANSFORMS["text"].read
    customs = (_Step(key, key, read, {}) for key in found if key.startswith(CUSTOM) and key != CUSTOM)
    for step in (*steps, *customs):
        yield from ((step, name) for name in found.get(step.source, ()))


@dataclasses.dataclass(frozen=True, slots=True)
class _Step:
    """A field map made ready: its reader found, its value map's keys folded."""

    field: str
    source: str
    read: Reader
    values: Mapping[str, str]


def _step(each: FieldMap, mapping: FieldMapping) -> _Step:
    source = _heading(each.source) if mapping.headings else each.source
    values = {key.strip().casefold(): value for key, value in each.values.items()}
    return _Step(each.field, source, TRANSFORMS[_transform(each)].read, values)


def _transform(each: FieldMap) -> str:
    return each.transform or DEFAULT_TRANSFORM.get(each.field, "text")


def _turn(each: FieldMap) -> int:
    return _FIRST.index(each.field) if each.field in _FIRST else len(_FIRST)


@lru_cache(maxsize=4096)
def _heading(text: str) -> str:
    """Return a heading for comparing; `custom.NAME` keeps its name."""
    if text[: len(CUSTOM)].casefold() == CUSTOM:
        return CUSTOM + text[len(CUSTOM) :].strip()
    return re.sub(r"[\W_]+", "", text).casefold()


class _Filling:
    """A lead being filled, field by field."""

    __slots__ = ("_context", "_found", "_unread")

    def __init__(self, context: Context) -> None:
        self._context = context
        self._found: dict[str, Any] = {}
        self._unread: list[Unread] = []

    def fill(self, steps: Iterable[tuple[_Step, str]], raws: Mapping[str, RawValue]) -> None:
        """Read raw values, each into its step's field unless that has one already."""
        found, context = self._found, self._context
        for step, source in steps:
            raw, name = raws.get(source), step.field
            if raw is None or raw == "" or name in found:
                continue
            try:
                value = step.read(_mapped(raw, step.values) if step.values else raw, context)
            except Unreadable as error:
                self._unread.append(Unread(name, source, storable(as_text(raw)), error.why))
                continue
            if value is not None:
                found[name] = value
                if name in _FIRST:
                    self._note_place(name, value)
                    context = self._context

    def _note_place(self, name: str, value: object) -> None:
        """Keep the country for what is read later; a region says it where no country is given."""
        if name == "country":
            self._context = Context(str(value), self._context.zone)
        elif name == "region" and not any(unread.field == "country" for unread in self._unread):
            country = self._found.setdefault("country", str(value)[:2])
            self._context = Context(country, self._context.zone)

    def lead(self, record: Record) -> Lead:
        """Return the lead, with what follows from its own values filled in where it is blank."""
        found = self._found
        customs = [name for name in found if name not in FIELDS]
        custom = {name[len(CUSTOM) :]: found.pop(name) for name in customs}
        if "name" not in found:
            names = [found[name] for name in ("first_name", "last_name") if name in found]
            if names:
                found["name"] = " ".join(names)
        if "domain" not in found and "email" in found:
            found["domain"] = company_domain(found["email"])
        if "zone" not in found:
            found["zone"] = only_zone(found.get("country"), found.get("region"))
        draft = _Draft(ref=record.ref, owner=record.owner, custom=custom, unread=tuple(self._unread), **found)
        draft.__class__ = Lead  # of the same slots, and frozen
        return cast("Lead", draft)


def _mapped(raw: RawValue, values: Mapping[str, str]) -> RawValue:
    text = as_text(raw)
    return values.get(text.strip().casefold(), raw) if len(text) <= _LONGEST_KEY else raw
