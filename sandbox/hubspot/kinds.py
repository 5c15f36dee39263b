"""Object types: their names, stamps, default properties, and which association type joins which pair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type. `created` and `modified` name its stamps, `shown` the properties shown unasked."""

    name: str
    type_id: str
    singular: str
    created: str
    modified: str
    shown: tuple[str, ...]
    first: int
    scope: str

    @property
    def upper(self) -> str:
        return self.singular.upper().replace(" ", "_")


def _kind(
    name: str, type_id: str, singular: str, shown: str, first: int, *, engagement: bool = False
) -> Kind:
    created = "hs_createdate" if engagement else "createdate"
    modified = "lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate"
    scope = "contacts" if name in ("notes", "tasks", "meetings", "calls", "emails") else name
    default = tuple(sorted({created, modified, "hs_object_id", *shown.split()}))
    return Kind(name, type_id, singular, created, modified, default, first, f"crm.objects.{scope}")


STANDARD = (
    _kind("contacts", "0-1", "contact", "email firstname lastname", 51),
    _kind("companies", "0-2", "company", "domain name", 7_945_000_001),
    _kind("deals", "0-3", "deal", "amount closedate dealname dealstage pipeline", 9_755_000_001),
    _kind(
        "tickets",
        "0-5",
        "ticket",
        "content hs_pipeline hs_pipeline_stage hs_ticket_category hs_ticket_priority subject",
        16_174_000_001,
    ),
    _kind("tasks", "0-27", "task", "", 26_000_000_001, engagement=True),
    _kind("notes", "0-46", "note", "", 24_384_000_001, engagement=True),
    _kind("meetings", "0-47", "meeting", "", 27_195_000_001, engagement=True),
    _kind("leads", "0-136", "lead", "", 390_000_001, engagement=True),
)


def custom(type_id: str, singular: str, plural: str) -> Kind:
    """Return the kind of a custom object, such as 2-3604285."""
    return _kind(plural, type_id, singular, "", 859_000_001, engagement=True)


def names_of(kind: Kind) -> Iterable[str]:
    """Return what a path may call it, in lower case."""
    return {kind.name.lower(), kind.singular.lower(), kind.type_id, f"p_{kind.name.lower()}"}


LABELS = {1: "Primary", 2: "Primary Company", 5: "Primary", 6: "Primary", 578: "Primary"}
"""Association types with a label, as read back; the others have none."""

_PAIRS = """
0-1 0-2 279 280
0-1 0-2 1 2
0-1 0-3 4 3
0-2 0-3 342 341
0-2 0-3 6 5
0-1 0-5 15 16
0-2 0-5 340 339
0-3 0-5 27 28
0-46 0-1 202 201
0-46 0-2 190 189
0-46 0-3 214 213
0-46 0-5 228 227
0-46 0-136 855 854
0-27 0-1 204 203
0-27 0-2 192 191
0-27 0-3 216 215
0-27 0-5 230 229
0-27 0-136 647 646
0-47 0-1 200 199
0-47 0-2 188 187
0-47 0-3 212 211
0-136 0-1 578 579
0-136 0-2 610 611
0-1 0-1 449 449
"""
"""From, to, the type there, the type back; the first of a pair is its default."""


def _directed() -> dict[tuple[str, str], dict[int, int]]:
    """Return for each ordered pair its types with the type of the way back."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for line in _PAIRS.split("\n"):
        if line:
            start, end, there, back = line.split()
            found.setdefault((start, end), {})[int(there)] = int(back)
            found.setdefault((end, start), {})[int(back)] = int(there)
    return found


ASSOCIATIONS = _directed()

ENDS = {(start, number): end for (start, end), types in ASSOCIATIONS.items() for number in types}
"""Where an association type leads to from a kind."""
