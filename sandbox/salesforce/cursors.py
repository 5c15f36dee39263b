"""Open cursors of queries: few per user, for two days, under names that say nothing."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from sandbox.salesforce.found import Found
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.store import Store

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Cursor:
    found: Found
    page: int
    opened: float
    user: str


class Cursors:
    """The cursors of an org, oldest first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: OrderedDict[str, Cursor] = OrderedDict()

    def open(self, found: Found, page: int, user: str) -> str:
        """Keep what a query found and return its name; the user's oldest cursor gives way."""
        mine = [name for name, cursor in self._open.items() if cursor.user == user]
        for name in mine[: max(0, len(mine) + 1 - self._store.settings.cursors)]:
            del self._open[name]
        name = "0r8" + "".join(self._store.draw.choices(_LETTERS, k=15))
        self._open[name] = Cursor(found, page, self._store.timeline.now, user)
        return name

    def find(self, locator: str) -> tuple[str, Cursor, int]:
        """Return name, cursor and first row of a locator; refuses what is unknown, expired or another user's."""
        name, _, start = locator.rpartition("-")
        cursor = self._open.get(name)
        if cursor is None or not start.isdecimal() or int(start) > len(cursor.found.rows):
            raise Problem("INVALID_QUERY_LOCATOR")
        if self._store.timeline.now - cursor.opened > self._store.settings.cursor_seconds:
            del self._open[name]
            raise Problem("INVALID_QUERY_LOCATOR")
        return name, cursor, int(start)

    def drop(self) -> None:
        """Close all cursors, as a restart of the instance does."""
        self._open.clear()

    def __len__(self) -> int:
        return len(self._open)
