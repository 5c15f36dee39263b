"""Who owns the newest records of a CRM in which each has an owner: `replaces` is chosen with that in view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from connectors.contract import Change, Entered, Page, User
from router.model import OwnerId

NEWEST = 200

_SPANS = [timedelta(hours=1), *(timedelta(days=days) for days in (1, 7, 30, 90, 365))]
_MOST_NAMED = 10

Pages = Callable[[Entered, str | None], Page]


def owners_of_the_newest(field: str, now: datetime, pages: Pages) -> Counter[OwnerId | None]:
    """Count the owners of the newest records, 200 if there are as many within a page or two of the last year.

    A walk goes from the oldest to the newest, so a stretch of time that is not read to its end tells less than the
    shorter one before it.
    """
    found: Sequence[Change] = ()
    for span in _SPANS:
        changes, whole = _walked(Entered(field, now - span), pages)
        if whole or not found:
            found = changes
        if len(changes) >= NEWEST:
            break
    dated = sorted((change for change in found if change.stamp), key=lambda change: change.stamp or now)
    return Counter(change.record.owner for change in dated[-NEWEST:])


def _walked(walk: Entered, pages: Pages) -> tuple[Sequence[Change], bool]:
    """Return what a walk meets first, and whether that is all of it."""
    changes: list[Change] = []
    position: str | None = None
    while True:
        page = pages(walk, position)
        changes += page.changes
        position = page.next
        if position is None or len(changes) >= NEWEST:
            return changes, position is None


def told(
    counted: Mapping[OwnerId | None, int], users: Collection[User], taken: Collection[OwnerId | None] | None
) -> str:
    """Say who owns them, most first, and whose leads `replaces` lets us take (None: it says nothing yet)."""
    known = {user.id: user for user in users}
    most = sorted(counted.items(), key=lambda each: -each[1])
    named = [
        f"{_who(owner, known)} {count}{' (taken)' if taken and owner in taken else ''}"
        for owner, count in most
    ]
    more = [f"and {len(named) - _MOST_NAMED} others"] if len(named) > _MOST_NAMED else []
    hint = "; say in `replaces` whose leads may be taken" if taken is None else ""
    who = ", ".join([*named[:_MOST_NAMED], *more]) or "there are none"
    return f"who owns the newest {sum(counted.values())} leads: {who}{hint}"


def _who(owner: OwnerId | None, known: Mapping[OwnerId, User]) -> str:
    user = known.get(owner) if owner is not None else None
    if user is None:
        return "nobody" if owner is None else f"{owner} (not in the list of users)"
    kind = "the queue " if user.queue else "the integration " if user.integration else ""
    return f"{kind}{user.name}{'' if user.active else ' (inactive)'}"
