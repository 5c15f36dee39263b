"""Associations: typed, in both directions, and read back some time later where the account is told so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.hubspot.kinds import ASSOCIATIONS, LABELS


@dataclass(slots=True)
class Link:
    """One direction between two records; it can be read from `visible` on, seconds since 1970."""

    to: str
    types: set[int]
    visible: float


_End = tuple[str, str, str]
"""Type id of the from-object, its id, type id of the to-object."""


class Links:
    """All associations of an account, by where they start."""

    def __init__(self) -> None:
        self._links: dict[_End, dict[str, Link]] = {}

    def add(self, start: tuple[str, str], end: tuple[str, str], types: list[int], *, visible: float) -> None:
        """Join two records, each (type id, id), by association types of the direction start to end.

        Raises ValueError for a type that does not lead from the one kind to the other.
        """
        known = self.known(start[0], end[0])
        for number in types:
            if number not in known:
                raise ValueError(f"association type {number} does not lead from {start[0]} to {end[0]}")
        self._put(start, end, set(types), visible)
        self._put(end, start, {known[number] for number in types}, visible)

    def known(self, from_type: str, to_type: str) -> Mapping[int, int]:
        """Return the association types that lead from one kind to another, each with the type back."""
        return ASSOCIATIONS.get((from_type, to_type), {})

    def _put(self, start: tuple[str, str], end: tuple[str, str], types: set[int], visible: float) -> None:
        ends = self._links.setdefault((*start, end[0]), {})
        link = ends.get(end[1])
        if link is None:
            ends[end[1]] = Link(end[1], types, visible)
        else:
            link.types = link.types | types

    def remove(self, start: tuple[str, str], end: tuple[str, str]) -> None:
        """Part two records; nothing happens where they were not joined."""
        self._links.get((*start, end[0]), {}).pop(end[1], None)
        self._links.get((*end, start[0]), {}).pop(start[1], None)

    def of(self, start: tuple[str, str], to_type: str, *, now: float) -> list[Link]:
        """Return the links from a record to records of one kind that can be read by now."""
        ends = self._links.get((*start, to_type))
        return [link for link in ends.values() if link.visible <= now] if ends else []

    def move(self, kind: str, old: str, new: str) -> None:
        """Give a merged record the associations of one of the two it was made from."""
        for key in [key for key in self._links if key[0] == kind and key[1] == old]:
            for link in list(self._links[key].values()):
                self._put((kind, new), (key[2], link.to), link.types, link.visible)
                back = self._links[(key[2], link.to, kind)].pop(old)
                self._put((key[2], link.to), (kind, new), back.types, link.visible)
            del self._links[key]

    def drop(self, kind: str, record: str) -> None:
        """Forget the associations of a record that was archived."""
        for key in [key for key in self._links if key[0] == kind and key[1] == record]:
            for link in list(self._links[key].values()):
                self.remove((kind, record), (key[2], link.to))


def default_type(from_type: str, to_type: str) -> int | None:
    """Return the association type used where none is named."""
    return next(iter(ASSOCIATIONS.get((from_type, to_type), {})), None)


def labels_of(types: set[int]) -> list[str]:
    return [LABELS[number] for number in sorted(types) if number in LABELS]


def types_of(types: set[int]) -> list[dict[str, object]]:
    """Return the types as a read shows them, the labelled one first."""
    listed = sorted(types, key=lambda number: (number not in LABELS, number))
    return [{"category": "HUBSPOT_DEFINED", "typeId": n, "label": LABELS.get(n)} for n in listed]
